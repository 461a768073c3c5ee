"""An entry of the journal: one exchange."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from lxml import etree

from drs_simulator.exchange import Outcome
from drs_simulator.xml import parse_xml

ENTRY_BYTES = 512
"""How many bytes an entry takes, roughly, without its texts and bodies."""
MAX_TEXT = 200
"""How many characters of a path, an address or a header are stored."""


# A body takes at most this part of the journal's bytes; the rest of it is cut off.
_BODIES = 8


class Bounds(Protocol):
    """How much a journal stores: the number of exchanges, and of their bytes together."""

    max_entries: int
    max_bytes: int


def max_body(bounds: Bounds) -> int:
    """How many bytes of a body to store."""
    return bounds.max_bytes // _BODIES


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """An exchange.

    Args:
        number: Counts the exchanges, from 1.
        time: The simulated time at which it began, in UTC.
        method: The HTTP method.
        path: The request's path; for a callback, the whole address.
        address: The caller's address; for a callback, the host that was called. Empty for calls in process.
        content_type: The request's Content-Type.
        soap_action: The request's SOAPAction.
        operation: The operation that was called; empty if it is unknown.
        session: The first characters of the session's id.
        status: The HTTP status; 0 where the connection was closed instead.
        response_type: The response's Content-Type.
        outcome: How it ended.
        faults: The kinds of the fault effects that were applied, in order.
        duration: How many seconds it took.
        request: The request's body without secrets; the end of a very large one is cut off.
        response: The response's body, likewise.
        request_size: The length of the request's body, in bytes.
        response_size: The length of the response's body, in bytes.
        diagnosis: What the caller should know about it, in sentences.
        system_time: The computer's own time at which it began, in UTC.
        is_callback: Whether the simulator made the call, to the council's service.
        host: The name of the machine that answered; empty without a database that several could share.
        worker: The id of its process; empty likewise.
    """

    number: int
    time: datetime
    method: str
    path: str
    address: str
    content_type: str
    soap_action: str
    operation: str
    session: str
    status: int
    response_type: str
    outcome: Outcome
    faults: tuple[str, ...]
    duration: float
    request: bytes
    response: bytes
    request_size: int
    response_size: int
    diagnosis: str
    system_time: datetime
    is_callback: bool = False
    host: str = ""
    worker: str = ""

    @property
    def error_message(self) -> str:
        """The errorMsg of a refusal; empty for any other response."""
        return read_error_message(self.response) if self.outcome is Outcome.REFUSAL else ""

    def matches(self, operation: str | None, outcome: Outcome | None, text: str | None) -> bool:
        """Check the operation, the outcome, and for a text in body or diagnosis; ``None`` matches all."""
        if operation not in (None, self.operation) or outcome not in (None, self.outcome):
            return False
        if not text:
            return True
        bodies = (self.request + b" " + self.response).decode("utf-8", "replace")
        return text.casefold() in f"{bodies} {self.diagnosis}".casefold()

    @property
    def size(self) -> int:
        """How many of the journal's bytes it takes."""
        texts = (self.path, self.content_type, self.soap_action, self.diagnosis)
        return size_of(self.request, self.response, texts)


def size_of(request: bytes, response: bytes, texts: Iterable[str]) -> int:
    """How many of the journal's bytes an entry takes that has these bodies and texts."""
    return ENTRY_BYTES + len(request) + len(response) + len("".join(texts).encode())


def read_error_message(response: bytes) -> str:
    """Read the errorMsg of a refusal; empty where there is none."""
    try:
        return parse_xml(response).findtext(".//return/errorMsg") or ""
    except etree.XMLSyntaxError:
        return ""
