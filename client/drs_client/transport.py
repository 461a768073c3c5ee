"""How calls travel: over HTTP with time limits, or straight into a WSGI application without a socket."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit
from wsgiref.types import WSGIApplication

import requests
from lxml import etree
from requests.adapters import BaseAdapter
from werkzeug.test import Client
from zeep.transports import Transport

from drs_client.errors import HttpFailure, UnexpectedAnswer

_ENVELOPE = "{http://schemas.xmlsoap.org/soap/envelope/}Envelope"
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


class _SoapTransport(Transport):
    """Lets only whole SOAP envelopes through: zeep, when tolerant, would read half an answer as a short one."""

    def post(self, address: str, message: bytes, headers: Mapping[str, str]) -> requests.Response:
        answer: requests.Response = super().post(address, message, headers)
        host = urlsplit(address).netloc
        if answer.history:
            status = answer.history[0].status_code
            raise HttpFailure(f"{host} redirects calls (HTTP {status}) to {answer.url}. Is that the address?", status)
        try:
            is_soap = etree.fromstring(answer.content, _PARSER).tag == _ENVELOPE
            why = "no SOAP envelope"
        except etree.XMLSyntaxError as error:
            is_soap, why = False, f"broken XML ({error.msg})"
        if not is_soap and answer.status_code != HTTPStatus.OK:
            raise HttpFailure(f"{host} answered with HTTP {answer.status_code} instead of SOAP.", answer.status_code)
        if not is_soap:
            raise UnexpectedAnswer(f"{host} answered with {why}. Is this the gateway's address?")
        return answer


def http_transport(timeout: float) -> Transport:
    """Calls go out over HTTP; each waits ``timeout`` seconds at most."""
    return _SoapTransport(timeout=timeout, operation_timeout=timeout)


def wsgi_transport(application: WSGIApplication) -> Transport:
    """Calls go into an application of this process; the host in their address is of no account."""
    session = requests.Session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, _WsgiAdapter(application))
    return _SoapTransport(session=session)


class _WsgiAdapter(BaseAdapter):
    """Answers requests by calling a WSGI application."""

    def __init__(self, application: WSGIApplication) -> None:
        super().__init__()
        self._client = Client(application)

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float | None, float | None] | None = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Call the application; what only makes sense on a wire is passed over."""
        del stream, timeout, verify, cert, proxies
        answered = self._client.open(
            request.url or "",
            method=request.method or "GET",
            data=request.body,
            headers=[(name, value) for name, value in request.headers.items() if name != "Content-Length"],
        )
        response = requests.Response()
        response.status_code = answered.status_code
        response.headers.update(answered.headers.to_wsgi_list())
        response.url = request.url or ""
        response.request = request
        content: Any = answered.data
        response._content = content
        return response

    def close(self) -> None:
        """Nothing is held open."""
