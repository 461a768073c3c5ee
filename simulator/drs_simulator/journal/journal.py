"""The request journal: the last exchanges with callers, bounded, without secrets, each with a diagnosis."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol

from drs_simulator.clock import Clock, system_time
from drs_simulator.exchange import Outcome, Reply, SoapCall
from drs_simulator.journal.description import Describer, Exchange
from drs_simulator.journal.entry import JournalEntry, max_body
from drs_simulator.journal.har import to_har
from drs_simulator.journal.memory_entries import MemoryEntries
from drs_simulator.profile.model import Profile
from drs_simulator.scheduling.scheduler import Scheduler

if TYPE_CHECKING:
    from drs_simulator.callbacks.sender import Attempt
    from drs_simulator.journal.shared_entries import Shared

DEFAULT_ENTRIES = 1000
"""How many exchanges a journal stores by default."""
_DEFAULT_BYTES = 16 * 1024 * 1024


class Entries(Protocol):
    """Where a journal's entries are stored. Safe under threads."""

    def put(self, exchange: Exchange) -> None:
        """Store an exchange; the oldest make room for it."""

    def put_entry(self, entry: JournalEntry) -> None:
        """Store an exchange that is described already, likewise."""

    def newest(self, operation: str | None, outcome: Outcome | None, before: int | None) -> Iterator[JournalEntry]:
        """Yield the entries, newest first.

        Args:
            operation: Only those of this operation; ``None`` for all.
            outcome: Only those with this outcome; ``None`` for all.
            before: Only those with a lower number; ``None`` for all.
        """

    def entry(self, number: int) -> JournalEntry | None:
        """Return the entry with that number, or ``None``."""

    def clear(self) -> None:
        """Delete all entries; the next one has number 1."""


class Journal:
    """Stores the last exchanges. Safe under threads.

    With a database that processes share, it has the exchanges of all of them: this process's own at once, those of the
    others at most a second later. Reading it then raises ``StateError`` while the database cannot be reached.

    Args:
        profile: The installation.
        clock: Dates the exchanges.
        scheduler: Knows when sessions were opened.
        password: The simulator's password, which is masked wherever it stands.
        max_entries: How many exchanges to store; 0 for none.
        max_bytes: How many bytes they may take together.
        now: Returns the system time.
        shared: The database that processes share; ``None`` to store exchanges in memory.
    """

    def __init__(
        self,
        profile: Profile,
        clock: Clock,
        scheduler: Scheduler,
        password: str,
        *,
        max_entries: int = DEFAULT_ENTRIES,
        max_bytes: int = _DEFAULT_BYTES,
        now: Callable[[], datetime] = system_time,
        shared: Shared | None = None,
    ) -> None:
        self.max_entries = max_entries
        self.max_bytes = max_bytes
        self._clock = clock
        self._now = now
        self._describer = Describer(profile, scheduler.session_opened, password, self)
        self._entries: Entries
        self._count_dropped: Callable[[], int] = int
        if shared is None:
            self._entries = MemoryEntries(self._describer)
        else:
            from drs_simulator.journal.shared_entries import SharedEntries  # noqa: PLC0415 - few simulators share

            entries = SharedEntries(self._describer, shared, now)
            self._entries, self._count_dropped = entries, lambda: entries.dropped

    def __bool__(self) -> bool:
        return self.max_entries > 0

    @property
    def dropped(self) -> int:
        """How many exchanges this process has not stored, because a shared database did not take them in time."""
        return self._count_dropped()

    def entries(
        self, operation: str | None = None, outcome: Outcome | None = None, text: str | None = None
    ) -> tuple[JournalEntry, ...]:
        """Return the stored exchanges, oldest first; only those that match every argument that is given.

        Args:
            operation: The operation that was called.
            outcome: How the exchange ended.
            text: A text in either body or the diagnosis; case is ignored.
        """
        return tuple(reversed(tuple(self.newest(operation, outcome, text, None))))

    def latest(
        self,
        limit: int,
        operation: str | None = None,
        outcome: Outcome | None = None,
        text: str | None = None,
        before: int | None = None,
    ) -> tuple[JournalEntry, ...]:
        """Return the last of those exchanges, newest first, without reading all of them.

        Args:
            limit: How many to return at most.
            operation: See ``entries``.
            outcome: See ``entries``.
            text: See ``entries``.
            before: Only exchanges with a lower number; ``None`` for all.
        """
        return tuple(islice(self.newest(operation, outcome, text, before), limit))

    def entry(self, number: int) -> JournalEntry | None:
        """Return the exchange with that number, or ``None``."""
        return self._entries.entry(number)

    def newest(
        self,
        operation: str | None = None,
        outcome: Outcome | None = None,
        text: str | None = None,
        before: int | None = None,
    ) -> Iterator[JournalEntry]:
        """Yield those exchanges, newest first; a shared database is read a page at a time.

        The arguments are those of ``latest``.
        """
        return (entry for entry in self._entries.newest(operation, outcome, before) if entry.matches(None, None, text))

    def clear(self) -> None:
        """Delete all exchanges; the next one has number 1."""
        self._entries.clear()

    def as_har(self) -> dict[str, Any]:
        """Return the exchanges as an HTTP archive (HAR 1.2), which browsers and other tools open."""
        return to_har(self.entries())

    def record(self, call: SoapCall, reply: Reply, *, faults: Iterable[str], began: datetime, duration: float) -> None:
        """Store an exchange without its secrets; the oldest make room for it.

        Args:
            call: The request.
            reply: The response.
            faults: The kinds of the fault effects that were applied, in order.
            began: The simulated time at which it began.
            duration: How many seconds it took.
        """
        self._entries.put(Exchange(call, reply, tuple(faults), began, duration, self._now()))

    def record_sent(self, attempt: Attempt) -> None:
        """Store a message that the simulator itself posted, and the response to it, without their secrets."""
        # Imported here: few simulators post any.
        from drs_simulator.journal.callback_entries import make_callback_entry  # noqa: PLC0415

        began = self._now() - timedelta(seconds=attempt.duration)
        entry = make_callback_entry(attempt, self._describer.masker, self._clock.now(), began, max_body(self))
        self._entries.put_entry(entry)
