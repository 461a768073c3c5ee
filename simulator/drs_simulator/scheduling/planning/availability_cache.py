"""What was found out about days and periods of late, and is true as long as nothing has changed."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from drs_simulator.scheduling.model import Availability, BestSlots, DaySlots
from drs_simulator.scheduling.planning.slots import Job, Offer

_MAX_ENTRIES = 8192
_MAX_ANSWERS = 4096
_MAX_QUERIES = 4096
Fingerprint = tuple[object, ...]
"""All that a day's offers follow from, besides the job and the profile."""


@dataclass(slots=True)
class DayEntry:
    """What a day offers to a job, good as long as its fingerprint is the same; and the slots that were made of it."""

    fingerprint: Fingerprint
    offers: tuple[Offer, ...]
    slots: dict[BestSlots, DaySlots] = field(default_factory=dict)
    first_begin: datetime | None = field(init=False)
    """When the first slot begins, on a day that has any."""

    def __post_init__(self) -> None:
        self.first_begin = min((offer.begin for offer in self.offers), default=None)

    def begins_before(self, instant: datetime) -> bool:
        """Whether some slot begins before ``instant``."""
        return self.first_begin is not None and self.first_begin < instant


class Period(NamedTuple):
    """The days from ``first`` to ``last`` that are to be shown, and the warning to go with them."""

    job: Job
    first: date
    last: date
    best: BestSlots
    warning: str | None


class ResolvedQuery(NamedTuple):
    """What a request comes down to: a period, and when it begins on its first day."""

    period: Period
    begin: datetime


class AvailabilityCache:
    """Remembers within bounds. Safe under threads: who finds nothing works it out, and all come to the same.

    A version is that of the state (see ``Transaction.version``); where nobody counts, only entries are remembered.
    """

    def __init__(self) -> None:
        self._entries: dict[Job, dict[date, DayEntry]] = {}
        self._entry_count = 0
        self._answers: dict[Period, tuple[int, datetime | None, Availability]] = {}
        self._queries: dict[Hashable, tuple[int, ResolvedQuery]] = {}

    def entries_of(self, job: Job) -> dict[date, DayEntry]:
        """The entries of a job, by their days."""
        return self._entries.setdefault(job, {})

    def entry(
        self, of_job: dict[date, DayEntry], day: date, fingerprint: Fingerprint, offers: Callable[[], tuple[Offer, ...]]
    ) -> DayEntry:
        """The entry of that day; made anew if its fingerprint has changed.

        Fingerprints compare quickly where they are the same object, as they are in memory.
        """
        entry = of_job.get(day)
        if entry is not None and entry.fingerprint == fingerprint:
            return entry
        if self._entry_count >= _MAX_ENTRIES:
            self._entries.clear()
            self._entry_count = 0
        self._entry_count += entry is None
        made = of_job[day] = DayEntry(fingerprint, offers())
        return made

    def query(self, key: Hashable, version: int | None) -> ResolvedQuery | None:
        """What such a request came down to before. ``key`` has all of it that matters."""
        known = self._queries.get(key)
        return known[1] if known is not None and known[0] == version else None

    def keep_query(self, key: Hashable, version: int | None, query: ResolvedQuery) -> None:
        """Remember what such a request comes down to."""
        if version is not None:
            if len(self._queries) >= _MAX_QUERIES:
                self._queries.clear()
            self._queries[key] = (version, query)

    def answer(self, period: Period, version: int | None, earliest: datetime) -> Availability | None:
        """What was answered before, if it still holds where slots begin no sooner than ``earliest``."""
        known = self._answers.get(period)
        if known is None or known[0] != version:
            return None
        return known[2] if known[1] is None or known[1] >= earliest else None

    def keep_answer(
        self, period: Period, version: int | None, first_begin: datetime | None, answer: Availability
    ) -> None:
        """Remember an answer in which no slot began too soon; the first one begins at ``first_begin``."""
        if version is not None:
            if len(self._answers) >= _MAX_ANSWERS:
                self._answers.clear()
            self._answers[period] = (version, first_begin, answer)
