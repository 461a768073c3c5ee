"""Finds places: which slots of a period are free, which of them are best, and in whose diary a booking goes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from drs_simulator.scheduling import calendar
from drs_simulator.scheduling.diary import Place, Visit, added_travel_km, timetable
from drs_simulator.scheduling.installation import Register
from drs_simulator.scheduling.model import Appointment, BestSlots, Booking, DaySlots, PlannedBooking, Slot
from drs_simulator.scheduling.store import DiaryDay, Transaction


@dataclass(frozen=True, slots=True)
class Work:
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


@dataclass(frozen=True, slots=True)
class _Offer:
    """A slot, and the least travel that some operative would add for it; ``None`` where nobody can."""

    begin: datetime
    end: datetime
    travel_km: float | None


class Planner:
    """Answers for one moment: ``now`` is the time of the request."""

    def __init__(self, register: Register, transaction: Transaction, now: datetime) -> None:
        self._register = register
        self._installation = register.installation
        self._transaction = transaction
        self._now = now
        self._settings = register.installation.profile.availability

    def slots(self, work: Work, begin: datetime, last: date, best: BestSlots) -> tuple[DaySlots, ...]:
        """Every day from that of ``begin`` to ``last`` with its slots, in the profile's order.

        A slot is available where it begins neither before ``begin`` nor in the past (presumed), and some operative's
        day has room. With ``best`` other than NO only the best slots are listed.
        """
        zone = self._installation.zone
        first = calendar.local_day(begin, zone)
        diaries, operatives = self._diaries(work, first, last)
        earliest = max(begin, self._now)
        offers = {
            day: [
                offer if offer.begin >= earliest else replace(offer, travel_km=None)
                for offer in self._offers(work, day, operatives, diaries)
            ]
            for day in calendar.days_between(first, last)
        }
        per_period = best is BestSlots.FULL_PERIOD
        best_of_period = self._best([offer for of_day in offers.values() for offer in of_day]) if per_period else []
        return tuple(
            DaySlots(
                day,
                calendar.midnight(day, zone),
                _as_slots(of_day, best_of_period if per_period else self._best(of_day), best is not BestSlots.NO),
            )
            for day, of_day in offers.items()
        )

    def next_free_slot(self, work: Work, after: datetime) -> tuple[datetime, datetime] | None:
        """The first slot that begins at ``after`` or later and has room, looking as far as the profile's horizon."""
        first = calendar.local_day(after, self._installation.zone)
        for day in calendar.days_between(first, first + self._horizon):
            diaries, operatives = self._diaries(work, day, day)
            free = [
                offer
                for offer in self._offers(work, day, operatives, diaries)
                if offer.travel_km is not None and offer.begin >= after
            ]
            if free:
                soonest = min(free, key=lambda offer: offer.begin)
                return soonest.begin, soonest.end
        return None

    def placed(self, booking: Booking) -> Booking | None:
        """The booking with an appointment in its planning window, or ``None`` where nobody has room for it.

        The first day of the window with room, and there the operative who travels least more for it.
        """
        zone = self._installation.zone
        first = calendar.local_day(booking.window_start, zone)
        last = min(calendar.local_day(booking.window_end, zone), first + self._horizon)
        work = work_of(booking)
        for day in calendar.days_between(first, last):
            diaries, operatives = self._diaries(work, day, day)
            found = self._least_travel(booking.visit, day, operatives, diaries) if self._in_turn(work, day) else None
            if found is not None:
                return replace(booking, appointment=Appointment(found[1], day))
        return None

    def planned(self, booking: Booking) -> PlannedBooking:
        """The booking with the times that its operative's timetable has for it now."""
        appointment = booking.appointment
        operative_id = booking.worked_by or booking.operative_id
        if operative_id is None:
            return PlannedBooking(booking, *(booking.worked or ()))
        operative = self._register.operative(operative_id)
        if operative is None:
            raise LookupError(f"Booking {booking.id} is in the diary of {operative_id}, whom nobody knows.")
        start, end = booking.worked or self._times(booking, appointment)
        return PlannedBooking(booking, start, end, operative_id, operative.code, operative.name)

    def still_possible(self, operative_id: str, day: date, visits: tuple[Visit, ...]) -> bool:
        """Whether the operative's day has a timetable with these visits in it."""
        shift = self._register.shift(operative_id, day)
        return (
            shift is not None
            and timetable(shift, (*self._register.fixed_visits(operative_id, day), *visits)) is not None
        )

    @property
    def _horizon(self) -> timedelta:
        return timedelta(days=self._installation.profile.ordering.planning_horizon_days)

    def _in_turn(self, work: Work, day: date) -> bool:
        return self._installation.in_turn(work.area, day)

    def _times(self, booking: Booking, appointment: Appointment | None) -> tuple[datetime, datetime]:
        assert appointment is not None
        zone = self._installation.zone
        key = (appointment.operative_id, appointment.day)
        shift = self._register.shift(*key)
        visits = self._transaction.diaries([appointment.operative_id], appointment.day, appointment.day)[key]
        stops = shift and timetable(shift, (*self._register.fixed_visits(*key), *visits))
        for stop in stops or ():
            if stop.visit.key == booking.id:
                return datetime.fromtimestamp(stop.start * 60, zone), datetime.fromtimestamp(stop.end * 60, zone)
        # A day that is over keeps its bookings, whatever its operative's hours were changed to.
        return booking.window_start, booking.window_start + timedelta(minutes=booking.minutes)

    def _diaries(self, work: Work, first: date, last: date) -> tuple[dict[DiaryDay, tuple[Visit, ...]], Sequence[str]]:
        """The days of those who could do the work, without the work itself, and who they are."""
        operatives = self._register.operatives_for(work.contract, work.trade)
        if work.only:
            operatives = tuple(operative_id for operative_id in operatives if operative_id in work.only)
        kept = self._transaction.diaries(operatives, first, last)
        without_work = {
            key: tuple(visit for visit in visits if visit.key != work.booking_id) for key, visits in kept.items()
        }
        return without_work, operatives

    def _offers(
        self, work: Work, day: date, operatives: Sequence[str], diaries: dict[DiaryDay, tuple[Visit, ...]]
    ) -> list[_Offer]:
        if not self._installation.works_on(day):
            return []
        offers = []
        for hours in self._settings.slots:
            begin = calendar.at(day, hours.begin, self._installation.zone)
            end = calendar.at(day, hours.end, self._installation.zone)
            visit = Visit.within(work.booking_id, begin, end, work.minutes, work.place)
            found = self._least_travel(visit, day, operatives, diaries) if self._in_turn(work, day) else None
            offers.append(_Offer(begin, end, found[0] if found else None))
        return [replace(offer, travel_km=_least_within(offer, offers)) for offer in offers]

    def _least_travel(
        self, visit: Visit, day: date, operatives: Iterable[str], diaries: dict[DiaryDay, tuple[Visit, ...]]
    ) -> tuple[float, str] | None:
        """The least travel that the visit adds on that day, and whose; ``None`` where nobody has room."""
        found = []
        for operative_id in operatives:
            shift = self._register.shift(operative_id, day)
            if shift is None:
                continue
            standing = self._register.fixed_visits(operative_id, day)
            travel = added_travel_km(shift, (*standing, *diaries.get((operative_id, day), ())), visit)
            if travel is not None:
                found.append((travel, operative_id))
        return min(found, default=None)

    def _best(self, offers: Sequence[_Offer]) -> list[_Offer]:
        """The available slots that add least travel; where travel makes no difference, the widest.

        Seen: Appendix B 3. How travel and width are weighed is presumed.
        """
        travels = [offer.travel_km for offer in offers if offer.travel_km is not None]
        if not travels:
            return []
        enough = min(travels) + self._settings.best_slot_tolerance_km
        available = [offer for offer in offers if offer.travel_km is not None]
        if max(travels) > enough:
            return [offer for offer in available if offer.travel_km is not None and offer.travel_km <= enough]
        widest = max(offer.end - offer.begin for offer in available)
        return [offer for offer in available if offer.end - offer.begin == widest]


def _least_within(wide: _Offer, offers: Iterable[_Offer]) -> float | None:
    """The least travel of the slots inside ``wide``, itself one: a timetable that keeps a narrow slot keeps a wide one.

    Timetables are not searched for the least travel, so one made for the narrow slot may be the shorter.
    """
    within = (offer.travel_km for offer in offers if wide.begin <= offer.begin and offer.end <= wide.end)
    return min((travel for travel in within if travel is not None), default=None)


def work_of(booking: Booking) -> Work:
    """What a booking seeks a place for."""
    only = () if booking.locked_operative is None else (booking.locked_operative,)
    place = booking.location.place
    return Work(booking.contract, booking.trade, booking.minutes, place, booking.id, booking.area, only)


def _as_slots(offers: Iterable[_Offer], best: Sequence[_Offer], only_best: bool) -> tuple[Slot, ...]:
    return tuple(
        Slot(offer.begin, offer.end, offer.travel_km is not None, offer in best)
        for offer in offers
        if offer in best or not only_best
    )
