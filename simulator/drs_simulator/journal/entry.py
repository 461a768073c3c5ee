"""What the journal keeps of one exchange."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from drs_simulator.exchange import Outcome

# What an entry takes besides its texts and bodies, roughly.
ENTRY_BYTES = 512
LONGEST_TEXT = 200
"""How many characters are kept of a path, an address or a header."""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One exchange.

    Args:
        number: Counts the exchanges, from 1.
        time: The simulator's time when it began.
        method: The HTTP method.
        path: The path that was asked for.
        address: Where the caller is.
        content_type: The request's Content-Type.
        soap_action: The request's SOAPAction.
        operation: The operation that was called, empty where none can be told.
        session: The first characters of the session's id.
        status: The HTTP status, 0 where the connection was broken off instead.
        response_type: The response's Content-Type.
        outcome: How it ended.
        faults: The kinds of the fault rules' effects that struck, in order.
        duration: How many seconds it took.
        request: The bytes that came, without secrets; not all of them where they are too many.
        response: The bytes that were sent, likewise.
        request_size: How many bytes came.
        response_size: How many bytes were sent.
        diagnosis: What the caller should know about it, in sentences.
        is_callback: Whether DRS itself called: ``path`` is then the whole address, and ``address`` the host there.
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
    is_callback: bool = False

    def matches(self, operation: str | None, outcome: Outcome | None, text: str | None) -> bool:
        """Whether it is of that operation, ended so, and has that text, in either case of letters; ``None`` for any."""
        if operation not in (None, self.operation) or outcome not in (None, self.outcome):
            return False
        if not text:
            return True
        bodies = (self.request + b" " + self.response).decode("utf-8", "replace")
        return text.casefold() in f"{bodies} {self.diagnosis}".casefold()

    @property
    def size(self) -> int:
        """How much of the journal's bytes it takes."""
        texts = (self.path, self.content_type, self.soap_action, self.diagnosis)
        return ENTRY_BYTES + len(self.request) + len(self.response) + sum(len(text.encode()) for text in texts)
