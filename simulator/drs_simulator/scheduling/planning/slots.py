"""Slots of a day for a job: which are available, at what travel, and which are best."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from drs_simulator.scheduling.model import Booking, JobRules, Location, Place


class Job(NamedTuple):
    """Work to find a slot for.

    Args:
        minutes: How long it takes.
        booking_id: The booking, which does not take room from itself; 0 if there is none yet.
        area: The sector whose turn it must be; ``None`` for any.
        only: The ids of the operatives who may do it; empty for all. One of them is enough for a paired job.
        rules: What templates and priorities say of it, where the installation has any.
        sector: The sector of its location, if only operatives of that sector come.
    """

    contract: str
    trade: str
    minutes: int
    place: Place
    booking_id: int = 0
    area: str | None = None
    only: tuple[str, ...] = ()
    rules: JobRules | None = None
    sector: str | None = None

    @property
    def trades(self) -> tuple[str, ...]:
        """The trades that an operative must have, all of them."""
        return (self.trade,) if self.rules is None else self.rules.trades

    @property
    def slots_template(self) -> str | None:
        """The name of its slots template."""
        return None if self.rules is None else self.rules.slots_template

    def with_rules(self, rules: JobRules | None, location: Location) -> Job:
        """Return the job with those rules, at that location."""
        if rules is None:
            return self
        return self._replace(rules=rules, sector=None if rules.sectors == "any" else location.sector)

    @property
    def is_paired(self) -> bool:
        """Whether two operatives come together."""
        return self.rules is not None and self.rules.operatives > 1


def job_of(booking: Booking) -> Job:
    """Return the work of a booking."""
    only = () if booking.locked_operative is None else (booking.locked_operative,)
    place = booking.location.place
    job = Job(booking.contract, booking.trade, booking.minutes, place, booking.id, booking.area, only)
    return job.with_rules(booking.rules, booking.location)


class Offer(NamedTuple):
    """A slot, and the least travel that it adds to an operative's day; ``None`` if it is not available."""

    begin: datetime
    end: datetime
    travel_km: float | None


def reconcile(offers: Sequence[Offer]) -> tuple[Offer, ...]:
    """Return the offers, with no more travel for a slot than for one inside it.

    Timetables are not searched for the least travel, so the one for a narrow slot may be shorter. But an operative who
    can come in the narrow slot can come in the wide one too.
    """
    return tuple(offer._replace(travel_km=_min_within(offer, offers)) for offer in offers)


def _min_within(wide: Offer, offers: Iterable[Offer]) -> float | None:
    within = (offer.travel_km for offer in offers if wide.begin <= offer.begin and offer.end <= wide.end)
    return min((travel for travel in within if travel is not None), default=None)


def without_early_offers(earliest: datetime, offers: Sequence[Offer]) -> Sequence[Offer]:
    """Return the offers; those that begin before ``earliest`` are not available."""
    return [offer if offer.begin >= earliest else offer._replace(travel_km=None) for offer in offers]


def best_of(offers: Iterable[Offer], tolerance_km: float) -> list[Offer]:
    """Return the available slots that add the least travel or, if travel makes no difference, the widest.

    Evidence: seen (Appendix B 3); how travel and width are weighed is presumed.
    """
    available = [offer for offer in offers if offer.travel_km is not None]
    travels = [offer.travel_km for offer in available if offer.travel_km is not None]
    if not travels:
        return []
    limit = min(travels) + tolerance_km
    if max(travels) > limit:
        return [offer for offer in available if offer.travel_km is not None and offer.travel_km <= limit]
    widest = max(offer.end - offer.begin for offer in available)
    return [offer for offer in available if offer.end - offer.begin == widest]


class SlotView(NamedTuple):
    """One slot of a day as a caller sees it; one that is not ``listed`` is left out."""

    available: bool
    best: bool
    listed: bool


def slot_views(offers: Iterable[Offer], best: Sequence[Offer], *, only_best: bool) -> tuple[SlotView, ...]:
    """Return each offer of a day as a caller sees it."""
    return tuple(
        SlotView(offer.travel_km is not None, is_best, is_best or not only_best)
        for offer, is_best in ((offer, offer in best) for offer in offers)
    )
