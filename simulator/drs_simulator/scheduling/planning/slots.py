"""What a day offers to a piece of work: its slots, at what travel somebody has room, and which are best."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from drs_simulator.scheduling.model import Booking, Place


class Job(NamedTuple):
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


def job_of(booking: Booking) -> Job:
    """What a booking seeks a place for."""
    only = () if booking.locked_operative is None else (booking.locked_operative,)
    place = booking.location.place
    return Job(booking.contract, booking.trade, booking.minutes, place, booking.id, booking.area, only)


class Offer(NamedTuple):
    """A slot, and the least travel that some operative would add for it; ``None`` where nobody can."""

    begin: datetime
    end: datetime
    travel_km: float | None


def reconcile(offers: Sequence[Offer]) -> tuple[Offer, ...]:
    """The offers, none of which costs more travel than one inside it: who can keep a narrow slot keeps a wide one.

    Timetables are not searched for the least travel, so one made for the narrow slot may be the shorter.
    """
    return tuple(offer._replace(travel_km=_least_within(offer, offers)) for offer in offers)


def _least_within(wide: Offer, offers: Iterable[Offer]) -> float | None:
    within = (offer.travel_km for offer in offers if wide.begin <= offer.begin and offer.end <= wide.end)
    return min((travel for travel in within if travel is not None), default=None)


def without_early_offers(earliest: datetime, offers: Sequence[Offer]) -> Sequence[Offer]:
    """The offers; nobody has room in one that begins too early."""
    return [offer if offer.begin >= earliest else offer._replace(travel_km=None) for offer in offers]


def best_of(offers: Iterable[Offer], tolerance_km: float) -> list[Offer]:
    """The available slots that add least travel; where travel makes no difference, the widest.

    Fingerprint: Appendix B 3. How travel and width are weighed is presumed.
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


class SlotView(NamedTuple):
    """What a caller is told of one slot of a day; ``listed`` is false where nothing is."""

    available: bool
    best: bool
    listed: bool


def slot_views(offers: Iterable[Offer], best: Sequence[Offer], *, only_best: bool) -> tuple[SlotView, ...]:
    """What a caller is told of each offer of a day."""
    return tuple(
        SlotView(offer.travel_km is not None, is_best, is_best or not only_best)
        for offer, is_best in ((offer, offer in best) for offer in offers)
    )
