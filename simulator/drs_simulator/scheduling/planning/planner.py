"""Finds places: which slots of a period are free, which of them are best, and in whose diary a booking goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from itertools import chain

from drs_simulator.scheduling.model import Appointment, BestSlots, Booking, DaySlots, PlannedBooking, Visit
from drs_simulator.scheduling.planning import calendar
from drs_simulator.scheduling.planning.availability_cache import Page
from drs_simulator.scheduling.planning.day_route import added_travel_km, timetable
from drs_simulator.scheduling.planning.installation import Register
from drs_simulator.scheduling.planning.slots import Offer, Work, best_of, not_before, reconciled, told_of, work_of
from drs_simulator.scheduling.store import DiaryDay, Transaction

_Diaries = Mapping[DiaryDay, tuple[Visit, ...]]


class Planner:
    """Answers for one moment: ``now`` is the time of the request."""

    def __init__(self, register: Register, transaction: Transaction, now: datetime) -> None:
        self._register = register
        self._installation = register.installation
        self._transaction = transaction
        self._now = now
        self._settings = register.installation.profile.availability

    def pages(self, work: Work, first: date, last: date) -> dict[date, Page]:
        """What every day from ``first`` to ``last`` offers to the work, those days that are over too."""
        operatives = self._operatives(work)
        diaries = self._diaries(work, operatives, first, last)
        changed = self._register.changed_of(operatives)
        memory = self._installation.memory
        of_work = memory.pages_of(work)
        pages = {}
        for day in calendar.days_between(first, last):
            seen = (changed, *[diaries.get((operative_id, day), ()) for operative_id in operatives])
            pages[day] = memory.page(of_work, day, seen, partial(self._offers, work, day, operatives, diaries))
        return pages

    def days(self, pages: Mapping[date, Page], earliest: datetime, best: BestSlots) -> tuple[DaySlots, ...]:
        """The days with their slots, in the profile's order, of which none is available that begins too soon.

        With ``best`` other than NO only the best slots are listed.
        """
        if best is not BestSlots.FULL_PERIOD:
            return tuple(self._day(day, page, earliest, best) for day, page in pages.items())
        offers = {day: not_before(earliest, page.offers) for day, page in pages.items()}
        best_of_period = self._best(list(chain(*offers.values())))
        return tuple(self._as_day(day, of_day, best_of_period, best) for day, of_day in offers.items())

    def next_free_slot(self, work: Work, after: datetime) -> tuple[datetime, datetime] | None:
        """The first slot that begins at ``after`` or later and has room, looking as far as the profile's horizon."""
        operatives = self._operatives(work)
        first = calendar.local_day(after, self._installation.zone)
        for day in calendar.days_between(first, first + self._horizon):
            diaries = self._diaries(work, operatives, day, day)
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
        work, visit = work_of(booking), booking.visit
        operatives = self._operatives(work)
        for day in calendar.days_between(first, last):
            if not self._in_turn(work, day):
                continue
            found = self._least_travel(visit, day, operatives, self._diaries(work, operatives, day, day))
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

    def _day(self, day: date, page: Page, earliest: datetime, best: BestSlots) -> DaySlots:
        if page.begins_before(earliest):
            offers = not_before(earliest, page.offers)
            return self._as_day(day, offers, self._best(offers), best)
        known = page.slots.get(best)
        if known is None:
            known = page.slots[best] = self._as_day(day, page.offers, self._best(page.offers), best)
        return known

    def _as_day(self, day: date, offers: Sequence[Offer], among_best: Sequence[Offer], wanted: BestSlots) -> DaySlots:
        return self._installation.day_slots(day, told_of(offers, among_best, only_best=wanted is not BestSlots.NO))

    def _best(self, offers: Sequence[Offer]) -> list[Offer]:
        return best_of(offers, self._settings.best_slot_tolerance_km)

    def _operatives(self, work: Work) -> Sequence[str]:
        """Those who could do the work."""
        operatives = self._register.operatives_for(work.contract, work.trade)
        return tuple(name for name in operatives if name in work.only) if work.only else operatives

    def _diaries(self, work: Work, operatives: Iterable[str], first: date, last: date) -> _Diaries:
        """The operatives' days, without the work itself."""
        kept = self._transaction.diaries(operatives, first, last)
        if not work.booking_id:
            return kept
        return {key: tuple(visit for visit in visits if visit.key != work.booking_id) for key, visits in kept.items()}

    def _offers(self, work: Work, day: date, operatives: Sequence[str], diaries: _Diaries) -> tuple[Offer, ...]:
        in_turn = self._in_turn(work, day)
        offers = []
        for begin, end in self._installation.slots_on(day):
            visit = Visit.within(work.booking_id, begin, end, work.minutes, work.place)
            found = self._least_travel(visit, day, operatives, diaries) if in_turn else None
            offers.append(Offer(begin, end, found[0] if found else None))
        return reconciled(offers)

    def _least_travel(
        self, visit: Visit, day: date, operatives: Iterable[str], diaries: _Diaries
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
