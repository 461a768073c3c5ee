"""The request journal: the last exchanges with callers, bounded, without secrets, each with a diagnosis."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from drs_simulator.clock import Clock, system_time
from drs_simulator.exchange import Outcome, Reply, SoapCall, outcome_of
from drs_simulator.journal.diagnosis import DiagnosisContext, diagnose
from drs_simulator.journal.entry import ENTRY_BYTES, MAX_TEXT, JournalEntry, read_error_message
from drs_simulator.journal.har import to_har
from drs_simulator.journal.masking import Masker, shorten_session_id
from drs_simulator.journal.secret_scan import SecretScanner
from drs_simulator.profile.model import Profile
from drs_simulator.scheduling.scheduler import Scheduler
from drs_simulator.soap.interface import OPERATIONS

if TYPE_CHECKING:
    from drs_simulator.callbacks.sender import Attempt

DEFAULT_ENTRIES = 1000
"""How many exchanges a journal stores by default."""
_DEFAULT_BYTES = 16 * 1024 * 1024
# A body takes at most this part of the journal's bytes; the rest of it is cut off.
_BODIES = 8
_MAX_DIAGNOSIS = 2000


class Journal:
    """Stores the last exchanges. Safe under threads.

    Args:
        profile: The installation.
        clock: Dates the exchanges.
        scheduler: Knows when sessions were opened.
        password: The simulator's password, which is masked wherever it stands.
        max_entries: How many exchanges to store; 0 for none.
        max_bytes: How many bytes they may take together.
        now: Returns the system time.
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
    ) -> None:
        self.max_entries = max_entries
        self.max_bytes = max_bytes
        self._profile = profile
        self._clock = clock
        self._scheduler = scheduler
        self._masker = Masker(password)
        self._scanner = SecretScanner(password)
        self._now = now
        self._lock = Lock()
        self._stored: deque[_StoredEntry] = deque()
        self._bytes = 0
        self._count = 0

    def __bool__(self) -> bool:
        return self.max_entries > 0

    def entries(
        self, operation: str | None = None, outcome: Outcome | None = None, text: str | None = None
    ) -> tuple[JournalEntry, ...]:
        """Return the stored exchanges, oldest first; only those that match every argument that is given.

        Args:
            operation: The operation that was called.
            outcome: How the exchange ended.
            text: A text in either body or the diagnosis; case is ignored.
        """
        with self._lock:
            stored = tuple(self._stored)
        entries = (each.entry for each in stored)
        return tuple(entry for entry in entries if entry.matches(operation, outcome, text))

    def clear(self) -> None:
        """Delete all exchanges; the next one has number 1."""
        with self._lock:
            self._stored.clear()
            self._bytes = self._count = 0

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
        exchange = _Exchange(call, reply, tuple(faults), began, duration, self._now())
        if self._can_wait(exchange):
            call.drop_parsed()
            size = len(call.body) + len(reply.body) + ENTRY_BYTES + MAX_TEXT + _MAX_DIAGNOSIS
            stored = _StoredEntry(size, partial(self._describe, exchange))
        else:
            entry = self._describe(exchange)
            stored = _StoredEntry(entry.size, lambda: entry)
        self._put(stored)

    def record_sent(self, attempt: Attempt) -> None:
        """Store a message that the simulator itself posted, and the response to it, without their secrets."""
        # Imported here: few simulators post any.
        from drs_simulator.journal.callback_entries import make_callback_entry  # noqa: PLC0415

        began = self._now() - timedelta(seconds=attempt.duration)
        entry = make_callback_entry(attempt, self._masker, self._clock.now(), began, self.max_bytes // _BODIES)
        self._put(_StoredEntry(entry.size, lambda: entry))

    def _can_wait(self, exchange: _Exchange) -> bool:
        """Whether the exchange can be described when someone reads it: a success without secrets but its session."""
        call, reply = exchange.call, exchange.reply
        return (
            len(call.body) + len(reply.body) <= self.max_bytes // _BODIES
            and sum(map(len, call.headers.values())) <= MAX_TEXT
            # DRS did what it was asked, and the response was sent whole.
            and not exchange.faults
            and outcome_of(reply) is Outcome.SUCCESS
            and self._scanner.is_clean(call, reply.body)
        )

    def _put(self, stored: _StoredEntry) -> None:
        with self._lock:
            self._count += 1
            stored.number = self._count
            self._stored.append(stored)
            self._bytes += stored.size
            while len(self._stored) > self.max_entries or self._bytes > self.max_bytes:
                self._bytes -= self._stored.popleft().size

    def _describe(self, exchange: _Exchange) -> JournalEntry:
        call, reply = exchange.call, exchange.reply
        masked = self._masker.mask(call, reply.body)
        error_message = read_error_message(reply.body) if outcome_of(reply) is Outcome.REFUSAL else ""
        context = DiagnosisContext(self._profile, exchange.began, self._scheduler.session_opened)
        diagnosis = masked.clean(diagnose(call, reply.status, error_message, context))
        if exchange.faults:
            diagnosis = f"Fault effects applied: {', '.join(exchange.faults)}. {diagnosis}".rstrip()
        max_body = self.max_bytes // _BODIES
        return JournalEntry(
            number=0,
            time=exchange.began,
            method=call.method[:MAX_TEXT],
            path=masked.clean(call.path)[:MAX_TEXT],
            address=call.address[:MAX_TEXT],
            content_type=masked.clean(call.headers.get("content-type", ""))[:MAX_TEXT],
            soap_action=masked.clean(call.headers.get("soapaction", ""))[:MAX_TEXT],
            operation=call.operation if call.operation in OPERATIONS else "",
            session=shorten_session_id(call.session_id),
            status=0 if reply.reset else int(reply.status),
            response_type="" if reply.reset else reply.content_type,
            outcome=outcome_of(reply),
            faults=exchange.faults,
            duration=exchange.duration,
            request=masked.request[:max_body],
            response=masked.response[:max_body],
            request_size=len(call.body),
            response_size=len(reply.body),
            diagnosis=diagnosis[:_MAX_DIAGNOSIS],
            system_time=exchange.ended - timedelta(seconds=exchange.duration),
        )


class _Exchange(NamedTuple):
    """An exchange that is not described yet. ``ended`` is the computer's own time."""

    call: SoapCall
    reply: Reply
    faults: tuple[str, ...]
    began: datetime
    duration: float
    ended: datetime


class _StoredEntry:
    """An exchange in the journal, described when it is first read.

    Safe under threads: descriptions of one exchange are equal.

    Args:
        size: How many of the journal's bytes it takes.
        describe: Makes the entry.
    """

    def __init__(self, size: int, describe: Callable[[], JournalEntry]) -> None:
        self.number = 0
        self.size = size
        self._describe: Callable[[], JournalEntry] | None = describe
        self._entry: JournalEntry | None = None

    @property
    def entry(self) -> JournalEntry:
        """The entry."""
        describe = self._describe
        if describe is not None:
            self._entry = replace(describe(), number=self.number)
            # Frees the exchange.
            self._describe = None
        assert self._entry is not None
        return self._entry
