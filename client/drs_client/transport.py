"""How calls travel: over HTTP with time limits, or straight into a WSGI application without a socket."""

from __future__ import annotations

import os
from collections.abc import Mapping
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any, Protocol
from urllib.parse import urlsplit
from wsgiref.types import WSGIApplication

import requests
from requests.adapters import BaseAdapter
from requests.utils import get_environ_proxies, select_proxy
from werkzeug.test import Client
from zeep.transports import Transport

from drs_client.errors import HttpFailure, UnexpectedResponse
from drs_client.xml import BrokenXml, is_web_page, parse_xml

_ENVELOPE = "{http://schemas.xmlsoap.org/soap/envelope/}Envelope"


class SimulatedDrs(Protocol):
    """A DRS in this process: ``drs_simulator.Simulator``, or one with the same attributes."""

    login: str
    password: str
    wsgi: WSGIApplication

    @property
    def path(self) -> str:
        """The gateway's path."""


def http_transport(timeout: float) -> Transport:
    """Send calls over HTTP; each waits ``timeout`` seconds at most.

    Proxies (HTTP_PROXY, HTTPS_PROXY, NO_PROXY) and REQUESTS_CA_BUNDLE come from the environment. A loopback host is
    always called directly, and ``.netrc`` is never read.
    """
    return _SoapTransport(_HttpSession(), timeout)


def wsgi_transport(application: WSGIApplication) -> Transport:
    """Send calls to a WSGI application of this process; the host in their address does not matter."""
    session = requests.Session()
    session.trust_env = False
    for scheme in ("http://", "https://"):
        session.mount(scheme, _WsgiAdapter(application))
    return _SoapTransport(session)


def host_of(address: str) -> str:
    """Return host and port of an address, without a login that it may contain."""
    return urlsplit(address).netloc.rpartition("@")[2]


def hide_login(address: str) -> str:
    """Return an address without a login that it may contain."""
    return urlsplit(address)._replace(netloc=host_of(address)).geturl()


def proxy_of(address: str, transport: Transport) -> str | None:
    """Return host and port of the proxy through which a transport calls an address, if any."""
    if not isinstance(transport.session, _HttpSession):
        return None
    proxy = select_proxy(address, _environment_proxies(address))
    return None if proxy is None else host_of(proxy) or proxy


def is_loopback(address: str) -> bool:
    """Say whether an address is on this machine: 127.0.0.0/8, ::1 or localhost."""
    host = urlsplit(address).hostname or ""
    if host.rstrip(".") == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _environment_proxies(address: str) -> dict[str, str]:
    return {} if is_loopback(address) else dict(get_environ_proxies(address))


class _HttpSession(requests.Session):
    """Takes proxies and CA bundle from the environment, but no login from ``.netrc`` and no proxy for loopback."""

    def __init__(self) -> None:
        super().__init__()
        # With trust_env requests would read .netrc as well.
        self.trust_env = False

    def merge_environment_settings(self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any) -> Any:
        """Add the environment's proxies and CA bundle to a request's settings."""
        if verify is True or verify is None:
            verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or verify
        merged = {**_environment_proxies(str(url)), **(proxies or {})}
        return super().merge_environment_settings(url, merged, stream, verify, cert)

    def rebuild_proxies(self, prepared_request: Any, proxies: Any) -> Any:
        """Choose the proxies again for the address to which a request is redirected."""
        del proxies
        return super().rebuild_proxies(prepared_request, _environment_proxies(str(prepared_request.url)))


class _SoapTransport(Transport):
    """Lets only whole SOAP envelopes through: zeep, when tolerant, would read half an answer as a short one."""

    def __init__(self, session: requests.Session, timeout: float | None = None) -> None:
        limits = {} if timeout is None else {"timeout": timeout, "operation_timeout": timeout}
        super().__init__(session=session, **limits)
        # zeep adds a way to read files, to which a server could redirect.
        del session.adapters["file://"]

    def post(self, address: str, message: bytes, headers: Mapping[str, str]) -> requests.Response:
        response: requests.Response = super().post(address, message, headers)
        host = host_of(address)
        if response.history:
            status = response.history[0].status_code
            raise HttpFailure(
                f"{host} redirects calls (HTTP {status}) to {hide_login(response.url)}. Is that the address?", status
            )
        flaw = _find_flaw(response.content)
        if flaw is None:
            return response
        if response.status_code != HTTPStatus.OK:
            text = f"{host} answered with HTTP {response.status_code} instead of SOAP."
            proxy = proxy_of(address, self)
            if proxy is not None:
                text += f" The request went through the proxy {proxy}; to go past it, name the host in NO_PROXY."
            raise HttpFailure(text, response.status_code)
        raise UnexpectedResponse(
            f"{host} answered with {flaw}. Is this the gateway's address? That ends with /ws/soap."
        )


def _find_flaw(content: bytes) -> str | None:
    """Say what is there instead of a SOAP envelope."""
    try:
        root = parse_xml(content)
    except BrokenXml as error:
        return f"{error} instead of a SOAP envelope"
    if root.tag == _ENVELOPE:
        return None
    return f"{'a web page (HTML)' if is_web_page(content) else f'XML ({root.tag!s})'} instead of a SOAP envelope"


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
        """Call the application and ignore what only makes sense on a wire."""
        del stream, timeout, verify, cert, proxies
        url = urlsplit(request.url or "")
        answered = self._client.open(
            request.url or "",
            base_url=f"{url.scheme}://{url.netloc}",
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
        """Do nothing: there is no connection."""
