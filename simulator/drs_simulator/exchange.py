"""One HTTP exchange with the gateway: the request, the reply and the outcome."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from http import HTTPStatus
from typing import NamedTuple
from wsgiref.types import WSGIEnvironment

from lxml import etree
from werkzeug.exceptions import ClientDisconnected
from werkzeug.wsgi import get_input_stream

from drs_simulator.soap.envelope import SOAP_1_1, SOAP_1_2, find_readable_operation, name_of, parse_body
from drs_simulator.soap.soap_fault import SoapFault

_XML = "text/xml;charset=UTF-8"
_CHUNKED = "HTTP_TRANSFER_ENCODING"
_LONGEST_LENGTH = 18


class Reply(NamedTuple):
    """The reply to the caller.

    Args:
        status: The HTTP status.
        body: The bytes of the body.
        content_type: The Content-Type.
        broken: Whether a fault rule has replaced the response of DRS, or part of it.
        bytes_per_second: The speed at which it is sent; 0 for full speed.
        reset: Whether the connection is reset instead.
        operation: The operation that DRS performed; empty if it performed none.
    """

    status: int
    body: bytes
    content_type: str = _XML
    broken: bool = False
    bytes_per_second: int = 0
    reset: bool = False
    operation: str = ""


@dataclass(eq=False)
class SoapCall:
    """One HTTP request to the gateway. Its properties never raise: what cannot be read is empty or ``None``.

    Args:
        body: The bytes of the body.
        charset: The charset of its Content-Type, if that names one.
        method: The HTTP method.
        path: The requested path.
        address: The caller's network address.
        headers: The headers by their lower-case names.
        request_id: The id of the request in logs; empty if it has none.
    """

    body: bytes
    charset: str | None = None
    method: str = "POST"
    path: str = ""
    address: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    request_id: str = ""

    @cached_property
    def root(self) -> etree._Element | None:
        """The document's root element, or ``None`` if the body is not well-formed XML."""
        try:
            return parse_body(self.body, self.charset)
        except SoapFault:
            return None

    @cached_property
    def wrapper(self) -> etree._Element | None:
        """The first child of the envelope's Body, also where the XML breaks behind it: that call is performed."""
        if self.root is None:
            return find_readable_operation(self.body, self.charset)
        for namespace in (SOAP_1_1, SOAP_1_2):
            body = self.root.find(f"{{{namespace}}}Body")
            if body is not None:
                return next(iter(body), None)
        return None

    @cached_property
    def operation(self) -> str:
        """The local name of the wrapper, which may be no operation of DRS."""
        return "" if self.wrapper is None else name_of(self.wrapper)[1]

    @cached_property
    def session_id(self) -> str:
        """The sessionId; empty if there is none."""
        return self.text("sessionId")

    def drop_parsed(self) -> None:
        """Free what has been parsed, which takes many times the body's bytes; it is parsed again when it is needed."""
        for name in ("root", "wrapper", "operation", "session_id"):
            self.__dict__.pop(name, None)

    def text(self, name: str) -> str:
        """The trimmed text of the first element with that local name; empty if there is none."""
        if self.wrapper is None:
            return ""
        for element in self.wrapper.iter(f"{{*}}{name}"):
            return "".join(map(str, element.itertext())).strip()
        return ""


# No text can contain this, because < is escaped in texts.
_REFUSED = b"<status>error</status>"
_SUCCEEDED = b"<status>success</status>"


class Outcome(StrEnum):
    """How an exchange ended."""

    SUCCESS = "success"
    REFUSAL = "refusal"
    FAULT = "fault"
    BROKEN = "broken by fault rule"
    UNDELIVERED = "undelivered"


def outcome_of(reply: Reply) -> Outcome:
    """The outcome of an exchange with this reply."""
    if reply.broken:
        return Outcome.BROKEN
    if reply.status != HTTPStatus.OK:
        return Outcome.FAULT
    # The status is near the beginning, so a success is found there; only other responses are read to their end.
    is_refusal = _SUCCEEDED not in reply.body and _REFUSED in reply.body
    return Outcome.REFUSAL if is_refusal else Outcome.SUCCESS


def read_body(environ: WSGIEnvironment, limit: int) -> bytes:
    """Read the body, or one byte more than the limit.

    Raises:
        ClientDisconnected: The caller closed the connection before the end.
    """
    length = environ.get("CONTENT_LENGTH", "")
    if length.isdigit() and len(length) <= _LONGEST_LENGTH and int(length) <= limit and _CHUNKED not in environ:
        body: bytes = environ["wsgi.input"].read(int(length))
        if len(body) < int(length):
            raise ClientDisconnected
        return body
    stream = get_input_stream(environ)
    parts: list[bytes] = []
    room = limit + 1
    while room > 0 and (part := stream.read(room)):
        parts.append(part)
        room -= len(part)
    return b"".join(parts)
