"""What checkAvailability found out before, which holds as long as nothing relevant has changed."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple, TypeVar

from drs_simulator.scheduling.model import Availability, BestSlots, DaySlots
from drs_simulator.scheduling.planning.slots import Job, Offer

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
_MAX_ENTRIES = 8192
_MAX_ANSWERS = 4096
_MAX_QUERIES = 4096
Fingerprint = tuple[object, ...]
"""All that a day's offers follow from, apart from the job and the profile."""


@dataclass(slots=True)
class DayEntry:
    """What a day offers to a job, which holds while its fingerprint is the same, and the slots made of it."""

    fingerprint: Fingerprint
    offers: tuple[Offer, ...]
    slots: dict[BestSlots, DaySlots] = field(default_factory=dict)
    first_begin: datetime | None = field(init=False)
    """When the first slot begins; ``None`` on a day without slots."""

    def __post_init__(self) -> None:
        self.first_begin = min((offer.begin for offer in self.offers), default=None)

    def begins_before(self, instant: datetime) -> bool:
        """Whether some slot begins before ``instant``."""
        return self.first_begin is not None and self.first_begin < instant


class AskedPeriod(NamedTuple):
    """The local days that are shown for a job, and the warning that goes with them."""

    job: Job
    days: tuple[date, ...]
    best: BestSlots
    warning: str | None


class ResolvedQuery(NamedTuple):
    """What a request means once it is checked: a period, and the instant at which it begins on its first day."""

    period: AskedPeriod
    begin: datetime


class _BoundedDict(dict[_Key, _Value]):
    """A part of the cache, which is emptied when it is full.

    Args:
        limit: How many values it has at most.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit

    def __setitem__(self, key: _Key, value: _Value) -> None:
        if len(self) >= self._limit:
            self.clear()
        super().__setitem__(key, value)


class AvailabilityCache:
    """A bounded cache of three parts.

    Safe under threads: those that find nothing each work it out, and all come to the same.

    A version is that of the state (see ``Transaction.version``). A store that counts none has only entries cached.
    """

    def __init__(self) -> None:
        self._entries = _BoundedDict[tuple[Job, date], DayEntry](_MAX_ENTRIES)
        self._answers = _BoundedDict[AskedPeriod, tuple[int, datetime | None, Availability]](_MAX_ANSWERS)
        self._queries = _BoundedDict[Hashable, tuple[int, ResolvedQuery]](_MAX_QUERIES)

    def entry(self, job: Job, day: date, fingerprint: Fingerprint, offers: Callable[[], tuple[Offer, ...]]) -> DayEntry:
        """Return the entry of that job and day, made from ``offers`` if there is none with that fingerprint."""
        entry = self._entries.get((job, day))
        if entry is None or entry.fingerprint != fingerprint:
            entry = self._entries[job, day] = DayEntry(fingerprint, offers())
        return entry

    def query(self, key: Hashable, version: int | None) -> ResolvedQuery | None:
        """Return what such a request meant before, or ``None``. ``key`` is all of the request that matters."""
        known = self._queries.get(key)
        return known[1] if known is not None and known[0] == version else None

    def put_query(self, key: Hashable, version: int | None, query: ResolvedQuery) -> None:
        """Store what such a request means."""
        if version is not None:
            self._queries[key] = (version, query)

    def answer(self, period: AskedPeriod, version: int | None, earliest: datetime) -> Availability | None:
        """Return the answer for that period, if it still holds when no slot may begin before ``earliest``."""
        known = self._answers.get(period)
        if known is None or known[0] != version:
            return None
        return known[2] if known[1] is None or known[1] >= earliest else None

    def put_answer(
        self, period: AskedPeriod, version: int | None, first_begin: datetime | None, answer: Availability
    ) -> None:
        """Store an answer in which no slot begins too early; the first one begins at ``first_begin``."""
        if version is not None:
            self._answers[period] = (version, first_begin, answer)
