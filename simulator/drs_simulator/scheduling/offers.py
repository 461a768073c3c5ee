"""What a day offers to a piece of work: its slots, who has room at what travel, which are best; remembered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import NamedTuple

from drs_simulator.scheduling.diary import Place
from drs_simulator.scheduling.model import BestSlots, Booking, DaySlots, Operative, Slot

_PAGES_REMEMBERED = 8192
_ANSWERS_REMEMBERED = 4096
Seen = tuple[object, ...]
"""All that a day's offers follow from, besides the work and the profile."""


class Work(NamedTuple):
    """What a place is sought for. ``booking_id`` is 0 for work that has no booking yet.

    ``area`` is the sector whose turn it must be, and ``only`` are those who may do it, where not all may.
    """

    contract: str
    trade: str
    minutes: int
    place: Place
    booking_id: int = 0
    area: str | None = None
    only: tuple[str, ...] = ()


def work_of(booking: Booking) -> Work:
    """What a booking seeks a place for."""
    only = () if booking.locked_operative is None else (booking.locked_operative,)
    place = booking.location.place
    return Work(booking.contract, booking.trade, booking.minutes, place, booking.id, booking.area, only)


@dataclass(frozen=True, slots=True)
class Offer:
    """A slot, and the least travel that some operative would add for it; ``None`` where nobody can."""

    begin: datetime
    end: datetime
    travel_km: float | None


def reconciled(offers: Sequence[Offer]) -> tuple[Offer, ...]:
    """The offers, none of which costs more travel than one inside it: who can keep a narrow slot keeps a wide one.

    Timetables are not searched for the least travel, so one made for the narrow slot may be the shorter.
    """
    return tuple(replace(offer, travel_km=_least_within(offer, offers)) for offer in offers)


def _least_within(wide: Offer, offers: Iterable[Offer]) -> float | None:
    within = (offer.travel_km for offer in offers if wide.begin <= offer.begin and offer.end <= wide.end)
    return min((travel for travel in within if travel is not None), default=None)


def not_before(earliest: datetime, offers: Sequence[Offer]) -> Sequence[Offer]:
    """The offers; nobody has room in one that begins too early. The very same where none does."""
    if all(offer.begin >= earliest for offer in offers):
        return offers
    return [offer if offer.begin >= earliest else replace(offer, travel_km=None) for offer in offers]


def best_of(offers: Iterable[Offer], tolerance_km: float) -> list[Offer]:
    """The available slots that add least travel; where travel makes no difference, the widest.

    Seen: Appendix B 3. How travel and width are weighed is presumed.
    """
    available = [offer for offer in offers if offer.travel_km is not None]
    travels = [offer.travel_km for offer in available if offer.travel_km is not None]
    if not travels:
        return []
    enough = min(travels) + tolerance_km
    if max(travels) > enough:
        return [offer for offer in available if offer.travel_km is not None and offer.travel_km <= enough]
    widest = max(offer.end - offer.begin for offer in available)
    return [offer for offer in available if offer.end - offer.begin == widest]


def as_slots(offers: Iterable[Offer], best: Sequence[Offer], *, only_best: bool) -> tuple[Slot, ...]:
    """The offers as a caller is told them."""
    return tuple(
        Slot(offer.begin, offer.end, offer.travel_km is not None, offer in best)
        for offer in offers
        if offer in best or not only_best
    )


@dataclass(slots=True)
class Page:
    """What a day offers to a work, good as long as the same is seen; and the slots that were made of it."""

    seen: Seen
    offers: tuple[Offer, ...]
    slots: dict[BestSlots, DaySlots] = field(default_factory=dict)


class Period(NamedTuple):
    """A period that somebody asked about."""

    work: Work
    first: date
    last: date
    best: BestSlots


@dataclass(frozen=True, slots=True)
class PeriodAnswer:
    """What was answered for a period, and what that followed from.

    Args:
        version: The version of the diaries.
        changed: The operatives of whom callers had told something.
        first_begin: When the first slot begins, ``None`` where there is none. No slot began too early to be offered.
        days: The answer.
    """

    version: int
    changed: tuple[Operative, ...]
    first_begin: datetime | None
    days: tuple[DaySlots, ...]


class DayMemory:
    """Remembers pages and whole answers of late. Safe under threads: who finds none makes one, and all are right."""

    def __init__(self) -> None:
        self._works: dict[Work, dict[date, Page]] = {}
        self._count = 0
        self._answers: dict[Period, PeriodAnswer] = {}

    def of(self, work: Work) -> dict[date, Page]:
        """The pages of a work, by their days."""
        return self._works.setdefault(work, {})

    def page(self, of_work: dict[date, Page], day: date, seen: Seen, offers: Callable[[], tuple[Offer, ...]]) -> Page:
        """The page of that day; made anew if something that it follows from has changed.

        What is seen compares quickly where it is the same object, as it is in memory.
        """
        page = of_work.get(day)
        if page is not None and page.seen == seen:
            return page
        if self._count >= _PAGES_REMEMBERED:
            self._works.clear()
            self._count = 0
        self._count += page is None
        made = of_work[day] = Page(seen, offers())
        return made

    def answer(
        self, period: Period, version: int | None, changed: tuple[Operative, ...], earliest: datetime
    ) -> tuple[DaySlots, ...] | None:
        """What was answered before, if it still holds where slots begin no sooner than ``earliest``."""
        known = self._answers.get(period)
        if known is None or known.version != version or known.changed != changed:
            return None
        return known.days if known.first_begin is None or known.first_begin >= earliest else None

    def keep_answer(self, period: Period, answer: PeriodAnswer) -> None:
        """Remember an answer."""
        if len(self._answers) >= _ANSWERS_REMEMBERED:
            self._answers.clear()
        self._answers[period] = answer
