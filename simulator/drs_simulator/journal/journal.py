"""The journal: the last exchanges with callers, bounded, without secrets, each with what there is to say about it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any

from drs_simulator.clock import Clock
from drs_simulator.exchange import Outcome, Reply, SoapCall, outcome_of
from drs_simulator.journal.diagnosis import DiagnosisContext, diagnosis
from drs_simulator.journal.entry import ENTRY_BYTES, LONGEST_TEXT, JournalEntry
from drs_simulator.journal.har import har
from drs_simulator.journal.masking import Masker, shown
from drs_simulator.journal.secret_scan import SecretScanner
from drs_simulator.profile.model import Profile
from drs_simulator.scheduling.scheduler import Scheduler
from drs_simulator.soap.interface import OPERATIONS
from drs_simulator.xml import parse_xml

if TYPE_CHECKING:
    from drs_simulator.callbacks.sender import Attempt

DEFAULT_ENTRIES = 1000
_DEFAULT_BYTES = 16 * 1024 * 1024
# An entry holds at most so much of the journal's bytes in each of its bodies.
_BODIES = 8
_LONGEST_DIAGNOSIS = 2000


class Journal:
    """Keeps the last exchanges. Safe under threads.

    Args:
        profile: The installation.
        clock: Says when an exchange was.
        scheduler: Knows of sessions.
        password: The simulator's password, which is never kept.
        max_entries: How many exchanges are kept; 0 for none.
        max_bytes: How many bytes they may take together.
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
    ) -> None:
        self.max_entries = max_entries
        self.max_bytes = max_bytes
        self._profile = profile
        self._clock = clock
        self._scheduler = scheduler
        self._masker = Masker(password)
        self._scanner = SecretScanner(password)
        self._lock = Lock()
        self._kept: deque[_Kept] = deque()
        self._bytes = 0
        self._count = 0

    def __bool__(self) -> bool:
        return self.max_entries > 0

    def entries(self) -> tuple[JournalEntry, ...]:
        """The exchanges that are kept, the oldest first."""
        with self._lock:
            kept = tuple(self._kept)
        return tuple(each.entry for each in kept)

    def clear(self) -> None:
        """Forget all exchanges; they are counted anew."""
        with self._lock:
            self._kept.clear()
            self._bytes = self._count = 0

    def as_har(self) -> dict[str, Any]:
        """The exchanges as an HTTP archive (HAR 1.2), which browsers and other tools can open."""
        return har(self.entries())

    def record(self, call: SoapCall, reply: Reply, *, faults: Iterable[str], began: datetime, duration: float) -> None:
        """Keep an exchange; old ones give way. Secrets are taken out of it first.

        One that succeeded and has no secret besides its session's id is described and masked when it is looked at.
        """
        exchange = _Exchange(call, reply, tuple(faults), began, duration)
        size = len(call.body) + len(reply.body)
        can_wait = size <= self.max_bytes // _BODIES and exchange.succeeded
        if can_wait and self._scanner.is_clean(call, reply.body):
            kept = _Kept(size + ENTRY_BYTES + _LONGEST_DIAGNOSIS, partial(self._entry, exchange))
        else:
            entry = self._entry(exchange)
            kept = _Kept(entry.size, lambda: entry)
        self._keep(kept)

    def record_sent(self, attempt: Attempt) -> None:
        """Keep what DRS itself sent to a council's service, and the answer to it. Secrets are taken out of it first."""
        from drs_simulator.journal.callback_entries import entry_of  # noqa: PLC0415 - most call nobody back

        entry = entry_of(attempt, self._masker, self._clock.now(), self.max_bytes // _BODIES)
        self._keep(_Kept(entry.size, lambda: entry))

    def _keep(self, kept: _Kept) -> None:
        with self._lock:
            self._count += 1
            kept.number = self._count
            self._kept.append(kept)
            self._bytes += kept.size
            while len(self._kept) > self.max_entries or self._bytes > self.max_bytes:
                self._bytes -= self._kept.popleft().size

    def _entry(self, exchange: _Exchange) -> JournalEntry:
        call, reply = exchange.call, exchange.reply
        masked = self._masker.masked(call, reply.body)
        refusal = _refusal(reply)
        beside = DiagnosisContext(self._profile, self._clock.now(), self._scheduler.session_opened)
        said = masked.told(diagnosis(call, reply.status, refusal or "", beside))
        if exchange.faults:
            said = f"Fault rules struck: {', '.join(exchange.faults)}. {said}".rstrip()
        most = self.max_bytes // _BODIES
        return JournalEntry(
            number=0,
            time=exchange.began,
            method=call.method[:LONGEST_TEXT],
            path=masked.told(call.path)[:LONGEST_TEXT],
            address=call.address[:LONGEST_TEXT],
            content_type=masked.told(call.headers.get("content-type", ""))[:LONGEST_TEXT],
            soap_action=masked.told(call.headers.get("soapaction", ""))[:LONGEST_TEXT],
            operation=call.operation if call.operation in OPERATIONS else "",
            session=shown(call.session_id),
            status=0 if reply.reset else int(reply.status),
            response_type="" if reply.reset else reply.content_type,
            outcome=outcome_of(reply),
            faults=exchange.faults,
            duration=exchange.duration,
            request=masked.request[:most],
            response=masked.response[:most],
            request_size=len(call.body),
            response_size=len(reply.body),
            diagnosis=said[:_LONGEST_DIAGNOSIS],
        )


@dataclass(frozen=True, slots=True)
class _Exchange:
    """What there is to say of an exchange before it is described."""

    call: SoapCall
    reply: Reply
    faults: tuple[str, ...]
    began: datetime
    duration: float

    @property
    def succeeded(self) -> bool:
        """Whether DRS did what it was asked, and that was answered whole."""
        return not self.faults and outcome_of(self.reply) is Outcome.SUCCESS


class _Kept:
    """An exchange in the journal, described when it is first looked at. Safe under threads: descriptions are alike."""

    def __init__(self, size: int, describe: Callable[[], JournalEntry]) -> None:
        self.number = 0
        self.size = size
        self._describe: Callable[[], JournalEntry] | None = describe
        self._entry: JournalEntry | None = None

    @property
    def entry(self) -> JournalEntry:
        """What the journal shows."""
        describe = self._describe
        if describe is not None:
            self._entry = replace(describe(), number=self.number)
            # What it was described from may go now.
            self._describe = None
        assert self._entry is not None
        return self._entry


def _refusal(reply: Reply) -> str | None:
    """The answer's errorMsg if it declines."""
    if outcome_of(reply) is not Outcome.REFUSAL:
        return None
    return parse_xml(reply.body).findtext(".//return/errorMsg") or ""
