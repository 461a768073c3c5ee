"""What the processes of one database tell each other: exchanges with callers, and figures that are summed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol, runtime_checkable


class StoredExchange(NamedTuple):
    """An exchange as it is stored: without secrets.

    Args:
        number: Counts the exchanges of all processes, from 1; 0 until it is stored.
        ended: The computer's own time at which it ended, in microseconds since 1970.
        operation: The operation that was called; empty if it is unknown.
        outcome: How it ended.
        size: How many of the journal's bytes it takes.
        facts: What else is known of it, as JSON.
        request: The request's body.
        response: The response's body.
    """

    number: int
    ended: int
    operation: str
    outcome: str
    size: int
    facts: str
    request: bytes
    response: bytes


class Figure(NamedTuple):
    """The name of a figure, and its labels as JSON."""

    name: str
    labels: str


class SharedRecords(Protocol):
    """Exchanges and figures of all processes. Safe under threads. Every method raises ``StateError`` if it fails."""

    def put(self, exchanges: Sequence[StoredExchange], left_out: int) -> None:
        """Store exchanges and give them the next numbers.

        Those that ended before the exchanges were last deleted are left out.

        Args:
            exchanges: The exchanges, oldest first.
            left_out: How many exchanges before them are not stored; they have numbers too.
        """

    def trim(self, max_entries: int, max_bytes: int) -> None:
        """Delete the oldest exchanges.

        Args:
            max_entries: How many exchanges stay.
            max_bytes: How many bytes they may take together.
        """

    def page(
        self, before: int | None, limit: int, operation: str | None, outcome: str | None
    ) -> tuple[StoredExchange, ...]:
        """Return the newest exchanges, newest first.

        Args:
            before: Only those with a lower number; ``None`` for all.
            limit: How many to return at most.
            operation: Only those of this operation; ``None`` for all.
            outcome: Only those with this outcome; ``None`` for all.
        """

    def exchange(self, number: int) -> StoredExchange | None:
        """Return the exchange with that number, or ``None``."""

    def clear(self, at: datetime) -> None:
        """Delete all exchanges; the next one has number 1.

        Args:
            at: The computer's own time.
        """

    def add_figures(self, added: Mapping[Figure, float]) -> None:
        """Add to the figures, in one transaction."""

    def figures(self) -> Mapping[Figure, float]:
        """Return the figures of all processes."""

    def close(self) -> None:
        """Close the connections. A further call opens them again."""


@runtime_checkable
class SharesRecords(Protocol):
    """A store that other processes use as well, with their records."""

    def shared_records(self) -> SharedRecords:
        """Return the records of all processes.

        Raises:
            StateError: They cannot be opened.
        """
