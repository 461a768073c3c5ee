"""The WSGI application: which path leads to the gateway, and what everything else is told."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.wrappers import Request, Response

from drs_simulator.gateway import fault
from drs_simulator.gateway.gateway import Gateway
from drs_simulator.gateway.protocol import fault_document
from drs_simulator.profile import Profile

_XML = "text/xml;charset=UTF-8"


def service_path(profile: Profile) -> str:
    """The path of the gateway (seen: Interfacing)."""
    return f"/OTWebServiceGateway_{profile.instance}/ws/soap"


class Endpoint:
    """Serves one gateway at both of its paths: ``…/ws/soap`` (seen) and ``…/ws/soap_560`` (client)."""

    def __init__(self, profile: Profile, gateway: Gateway) -> None:
        self._profile = profile
        self._gateway = gateway
        self._paths = frozenset({service_path(profile), f"{service_path(profile)}_560"})

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one HTTP request, as WSGI has it."""
        return self._response(Request(environ))(environ, start_response)

    def _response(self, request: Request) -> Response:
        if request.path not in self._paths:
            return self._signpost(request)
        if request.method == "POST":
            return self._call(request)
        if request.method in ("GET", "HEAD") and request.query_string.lower().startswith(b"wsdl"):
            return self._wsdl(request)
        return Response(fault_document(fault.no_operation()), HTTPStatus.INTERNAL_SERVER_ERROR, content_type=_XML)

    def _wsdl(self, request: Request) -> Response:
        part = next((value for name, value in request.args.items() if name.lower() == "wsdl"), "")
        # Whatever else follows ?wsdl= means the whole, as it always did.
        document = self._gateway.wsdl(request.base_url, part) or self._gateway.wsdl(request.base_url)
        return Response(document, content_type=_XML)

    def _call(self, request: Request) -> Response:
        """A SOAP call, whatever the query: clients exist that post to ``?wsdl`` (client)."""
        body = _bounded_body(request, self._profile.gateway.max_body_bytes)
        answer = self._gateway.answer(body, request.mimetype_params.get("charset"))
        return Response(answer.body, answer.status, content_type=_XML)

    def _signpost(self, request: Request) -> Response:
        """Where the gateway is, for whoever looks elsewhere."""
        address = f"{request.host_url.rstrip('/')}{service_path(self._profile)}"
        found = request.path == "/"
        status = HTTPStatus.OK if found else HTTPStatus.NOT_FOUND
        opening = "This is a simulator of DRS." if found else f"There is nothing at {request.path}."
        text = f"{opening}\nThe SOAP gateway is at {address}\nIts WSDL is at {address}?wsdl\n"
        return Response(text, status, content_type="text/plain; charset=utf-8")


def _bounded_body(request: Request, limit: int) -> bytes:
    """The body, or so much of it that it is seen to be over the limit."""
    parts: list[bytes] = []
    room = limit + 1
    while room > 0 and (part := request.stream.read(room)):
        parts.append(part)
        room -= len(part)
    return b"".join(parts)
