"""What the platform answers beside calls: other verbs, the WSDL, the list of services, paths without one (measured)."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import HTTP
from http import HTTPStatus
from typing import Protocol
from wsgiref.types import WSGIEnvironment

from werkzeug.wrappers import Request, Response

from drs_simulator.exchange import Reply
from drs_simulator.soap import soap_fault
from drs_simulator.soap.envelope import write_fault
from drs_simulator.soap.platform import Platform

_HTML = "text/html;charset=UTF-8"
_VERSIONED = "_560"
_SERVED_LIKE_POST = frozenset({"PUT", "PATCH", "DELETE", "OPTIONS"})
_ERROR_PAGE = b'<!doctype html><html lang="en"><head><title>HTTP Status 405</title></head><body></body></html>'


class DescribedGateway(Protocol):
    """What has a WSDL."""

    def wsdl(self, address: str, part: str = "", *, single: bool = False) -> bytes | None:
        """See ``Gateway.wsdl``."""


class ServicePaths:
    """Answers what lies at the gateway's paths and is not a call.

    Args:
        path: The gateway's path, ``/OTWebServiceGateway_<INSTANCE>/ws/soap``.
        platform: The version whose answers are given.
    """

    def __init__(self, path: str, platform: Platform) -> None:
        self._gateways = (path, f"{path}{_VERSIONED}")
        self._root = path.rpartition("/")[0]
        self._platform = platform

    def is_gateway(self, path: str) -> bool:
        """Whether a path is the gateway's, or below it."""
        return any(path == each or path.startswith(f"{each}/") for each in self._gateways)

    def is_call(self, method: str) -> bool:
        """Whether a request with this verb is performed."""
        return method == "POST" or (self._platform.serves_other_verbs and method in _SERVED_LIKE_POST)

    def refuse(self, environ: WSGIEnvironment) -> Reply:
        """The answer to a request that is not performed, and asks for no document."""
        method = environ["REQUEST_METHOD"]
        if method == "TRACE":
            return Reply(HTTPStatus.METHOD_NOT_ALLOWED, _ERROR_PAGE, "text/html;charset=utf-8")
        if method != "GET" and not self._platform.serves_other_verbs:
            fault = soap_fault.SoapFault("HTTP verb was not GET or POST", "Server")
            return Reply(HTTPStatus.METHOD_NOT_ALLOWED, write_fault(fault))
        text = self._platform.reads_get
        path = environ.get("SCRIPT_NAME", "") + environ["PATH_INFO"]
        fault = soap_fault.no_operation() if text is None else soap_fault.SoapFault(text.format(path=path), "Server")
        return Reply(HTTPStatus.INTERNAL_SERVER_ERROR, write_fault(fault))

    def describe(self, request: Request, gateway: DescribedGateway) -> Response | None:
        """The document that the query of a GET asks for: the WSDL, a part of it, or the WSDL in one file."""
        query = {name.lower(): value for name, value in request.args.items()}
        if "singlewsdl" in query:
            return self._document(gateway.wsdl(request.base_url, single=True))
        if "wsdl" in query:
            return self._document(gateway.wsdl(request.base_url, query["wsdl"])) or self._not_found(
                "wsdl", query["wsdl"]
            )
        return self._not_found("xsd", query["xsd"]) if "xsd" in query else None

    def answer(self, request: Request) -> Response | None:
        """The list of services, or what is answered beside them; ``None`` for paths that are not the platform's."""
        if request.path == self._root:
            services = "".join(f'<p><a href="{request.root_path}{each}?wsdl">{each}</a></p>' for each in self._gateways)
            page = f"<!DOCTYPE html><html><head><title>CXF - Service list</title></head><body>{services}</body></html>"
            return Response(page, content_type=_HTML)
        if request.path.startswith(f"{self._root}/"):
            page = "<html><body>No service was found.</body></html>"
            return Response(page, HTTPStatus.NOT_FOUND, content_type="text/html;charset=ISO-8859-1")
        return None

    def _document(self, document: bytes | None) -> Response | None:
        return None if document is None else Response(document, content_type=self._platform.wsdl_content_type)

    def _not_found(self, kind: str, name: str) -> Response:
        text = self._platform.unknown_xsd if kind == "xsd" else f"Could not find wsdl {name}"
        if text is None:
            return Response(_ERROR_PAGE.replace(b"405", b"500"), HTTPStatus.INTERNAL_SERVER_ERROR, content_type=_HTML)
        fault = write_fault(soap_fault.SoapFault(text.format(name=name), "Server"))
        return Response(fault, HTTPStatus.INTERNAL_SERVER_ERROR, content_type="text/xml;charset=UTF-8")


def read_root_part(content_type: str, body: bytes) -> tuple[str, bytes]:
    """The Content-Type and the bytes of the first part of a multipart message (MTOM or SOAP with attachments).

    What is not a multipart message comes back as it was.
    """
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    message = message_from_bytes(head + body, EmailMessage, policy=HTTP)
    parts = list(message.iter_parts()) if message.is_multipart() else []
    if not parts:
        return content_type, body
    content = parts[0].get_payload(decode=True)
    charset = parts[0].get_content_charset("utf-8")
    return f"text/xml; charset={charset}", content if isinstance(content, bytes) else b""
