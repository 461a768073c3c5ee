"""The planner: which slots are available, which of them are best, and into whose diary a booking goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from itertools import chain
from typing import NamedTuple

from drs_simulator.scheduling.model import Appointment, BestSlots, Booking, DaySlots, Place, PlannedBooking, Visit
from drs_simulator.scheduling.planning import calendar
from drs_simulator.scheduling.planning.availability_cache import DayEntry
from drs_simulator.scheduling.planning.day_route import DayRoute
from drs_simulator.scheduling.planning.installation import CurrentInstallation
from drs_simulator.scheduling.planning.slots import (
    Job,
    Offer,
    best_of,
    job_of,
    reconcile,
    slot_views,
    without_early_offers,
)
from drs_simulator.scheduling.store import DiaryDay, Transaction

_Diaries = Mapping[DiaryDay, tuple[Visit, ...]]


class _Candidate(NamedTuple):
    """An operative who could make a visit, their day, and the detour to the visit's place for every gap of it."""

    operative_id: str
    route: DayRoute
    detours: list[float]


class Planner:
    """Plans with the state of one transaction.

    Args:
        current: The installation, with what callers have changed.
        transaction: Reads the diaries.
    """

    def __init__(self, current: CurrentInstallation, transaction: Transaction) -> None:
        self._current = current
        self._installation = current.installation
        self._transaction = transaction
        self._settings = current.installation.profile.availability

    def entries(self, job: Job, days: Sequence[date]) -> dict[date, DayEntry]:
        """Return what each of the consecutive days offers to the job, days that are over included."""
        operatives = self._operatives(job)
        diaries = self._diaries(job, operatives, days[0], days[-1])
        changed = self._current.changed_of(operatives)
        cache = self._installation.availability_cache
        of_job = cache.entries_of(job)
        entries = {}
        for day in days:
            fingerprint = (changed, *[diaries.get((operative_id, day), ()) for operative_id in operatives])
            entries[day] = cache.entry(of_job, day, fingerprint, partial(self._offers, job, day, operatives, diaries))
        return entries

    def days(self, entries: Mapping[date, DayEntry], earliest: datetime, best: BestSlots) -> tuple[DaySlots, ...]:
        """Return the days with their slots, in the profile's order; slots before ``earliest`` are not available.

        With ``best`` other than NO only the best slots are listed.
        """
        if best is not BestSlots.FULL_PERIOD:
            return tuple(self._day(day, entry, earliest, best) for day, entry in entries.items())
        offers = {day: without_early_offers(earliest, entry.offers) for day, entry in entries.items()}
        best_of_period = self._best(list(chain(*offers.values())))
        return tuple(self._as_day(day, of_day, best_of_period, best) for day, of_day in offers.items())

    def next_free_slot(self, job: Job, after: datetime) -> tuple[datetime, datetime] | None:
        """Return begin and end of the first available slot from ``after`` on, within the planning horizon."""
        operatives = self._operatives(job)
        first = calendar.local_day(after, self._installation.zone)
        for day in calendar.days_between(first, first + self._horizon):
            diaries = self._diaries(job, operatives, day, day)
            free = [
                offer
                for offer in self._offers(job, day, operatives, diaries)
                if offer.travel_km is not None and offer.begin >= after
            ]
            if free:
                soonest = min(free, key=lambda offer: offer.begin)
                return soonest.begin, soonest.end
        return None

    def place(self, booking: Booking) -> Booking | None:
        """Return the booking with an appointment in its planning window, or ``None`` if there is no room.

        It goes into the first day with room, to the operative whose travel it increases least.
        """
        job, visit = job_of(booking), booking.visit
        operatives = self._operatives(job)
        for day in self._days_of_window(booking):
            if not self._is_area_day(job, day):
                continue
            diaries = self._diaries(job, operatives, day, day)
            found = self._min_travel(visit, self._candidates(job.place, day, operatives, diaries))
            if found is not None:
                return replace(booking, appointment=Appointment(found[1], day))
        return None

    def force(self, booking: Booking) -> Booking | None:
        """Return the booking with an appointment in its planning window, whatever else is planned there.

        It goes into the first day on which an operative works, to one who would have room for it in an empty day, and
        whose travel it increases least. ``None`` if no operative does such work in that time.
        """
        job, visit = job_of(booking), booking.visit
        operatives = self._operatives(job)
        for day in self._days_of_window(booking):
            candidates = self._candidates(job.place, day, operatives, self._diaries(job, operatives, day, day))
            empty_days = {
                each.operative_id
                for each in self._candidates(job.place, day, operatives, {})
                if self._min_travel(visit, [each]) is not None
            }
            ranked = [
                (each.operative_id not in empty_days, min(each.detours), each.operative_id) for each in candidates
            ]
            if ranked:
                return replace(booking, appointment=Appointment(min(ranked)[2], day), is_forced=True)
        return None

    def with_times(self, booking: Booking) -> PlannedBooking:
        """Return the booking with its times in the operative's timetable."""
        appointment = booking.appointment
        operative_id = booking.worked_by or booking.operative_id
        if operative_id is None:
            return PlannedBooking(booking, *(booking.worked or ()))
        operative = self._current.operative(operative_id)
        if operative is None:
            raise LookupError(f"Booking {booking.id} is in the diary of {operative_id}, who is unknown.")
        start, end = booking.worked or self._times(booking, appointment)
        return PlannedBooking(booking, start, end, operative_id, operative.code, operative.name)

    def fits(self, operative_id: str, day: date, visits: tuple[Visit, ...]) -> bool:
        """Whether these visits fit into the operative's day."""
        return self._route(operative_id, day, visits) is not None

    def _days_of_window(self, booking: Booking) -> Sequence[date]:
        zone = self._installation.zone
        first = calendar.local_day(booking.earliest_start, zone)
        return calendar.days_between(first, min(calendar.local_day(booking.window_end, zone), first + self._horizon))

    @property
    def _horizon(self) -> timedelta:
        return timedelta(days=self._installation.profile.ordering.planning_horizon_days)

    def _is_area_day(self, job: Job, day: date) -> bool:
        return self._installation.is_area_day(job.area, day)

    def _times(self, booking: Booking, appointment: Appointment | None) -> tuple[datetime, datetime]:
        assert appointment is not None
        zone = self._installation.zone
        key = (appointment.operative_id, appointment.day)
        visits = self._transaction.diaries([appointment.operative_id], appointment.day, appointment.day)[key]
        route = self._route(*key, visits)
        for stop in () if route is None else route.stops():
            if stop.visit.key == booking.id:
                return datetime.fromtimestamp(stop.start * 60, zone), datetime.fromtimestamp(stop.end * 60, zone)
        if booking.is_forced:
            return self._forced_times(booking, appointment)
        # A past day keeps its bookings, whatever the operative's hours were changed to.
        return booking.earliest_start, booking.earliest_start + timedelta(minutes=booking.minutes)

    def _forced_times(self, booking: Booking, appointment: Appointment) -> tuple[datetime, datetime]:
        """Return the first times in the window and the operative's hours, or in the window alone if they are apart."""
        visit, zone = booking.visit, self._installation.zone
        shift, _ = self._current.working_day(appointment.operative_id, appointment.day)
        start = visit.opens if shift is None else max(visit.opens, shift.begin)
        if start >= visit.closes:
            start = visit.opens
        return datetime.fromtimestamp(start * 60, zone), datetime.fromtimestamp((start + visit.minutes) * 60, zone)

    def _day(self, day: date, entry: DayEntry, earliest: datetime, best: BestSlots) -> DaySlots:
        if entry.begins_before(earliest):
            offers = without_early_offers(earliest, entry.offers)
            return self._as_day(day, offers, self._best(offers), best)
        known = entry.slots.get(best)
        if known is None:
            known = entry.slots[best] = self._as_day(day, entry.offers, self._best(entry.offers), best)
        return known

    def _as_day(self, day: date, offers: Sequence[Offer], among_best: Sequence[Offer], wanted: BestSlots) -> DaySlots:
        views = slot_views(offers, among_best, only_best=wanted is not BestSlots.NO)
        return self._installation.day(day).day_slots(views)

    def _best(self, offers: Sequence[Offer]) -> list[Offer]:
        return best_of(offers, self._settings.best_slot_tolerance_km)

    def _operatives(self, job: Job) -> Sequence[str]:
        """Return the operatives who can do the job."""
        operatives = self._current.operatives_for(job.contract, job.trade)
        return tuple(name for name in operatives if name in job.only) if job.only else operatives

    def _diaries(self, job: Job, operatives: Iterable[str], first: date, last: date) -> _Diaries:
        """Return the operatives' diaries without the job's own booking."""
        diaries = self._transaction.diaries(operatives, first, last)
        if not job.booking_id:
            return diaries
        return {key: tuple(visit for visit in visits if visit.key != job.booking_id) for key, visits in diaries.items()}

    def _offers(self, job: Job, day: date, operatives: Sequence[str], diaries: _Diaries) -> tuple[Offer, ...]:
        candidates = self._candidates(job.place, day, operatives, diaries) if self._is_area_day(job, day) else []
        offers = []
        for begin, end in self._installation.day(day).slots:
            visit = Visit.within(job.booking_id, begin, end, job.minutes, job.place)
            found = self._min_travel(visit, candidates)
            offers.append(Offer(begin, end, found[0] if found else None))
        return reconcile(offers)

    def _min_travel(self, visit: Visit, candidates: Iterable[_Candidate]) -> tuple[float, str] | None:
        """Return the least travel that the visit adds, and to whose day; ``None`` if no day has room for it."""
        found = []
        for operative_id, route, detours in candidates:
            travel = self._installation.day_routes.added_travel_km(route, visit, detours)
            if travel is not None:
                found.append((travel, operative_id))
        return min(found, default=None)

    def _candidates(self, place: Place, day: date, operatives: Iterable[str], diaries: _Diaries) -> list[_Candidate]:
        """Return the operatives who work on that day, for a visit to that place."""
        routes = ((name, self._route(name, day, diaries.get((name, day), ()))) for name in operatives)
        return [_Candidate(name, route, route.detours_km(place)) for name, route in routes if route is not None]

    def _route(self, operative_id: str, day: date, visits: tuple[Visit, ...]) -> DayRoute | None:
        """Return the operative's day with these visits, or ``None`` if they do not fit or the operative is off."""
        shift, fixed = self._current.working_day(operative_id, day)
        if shift is None:
            return None
        return self._installation.day_routes.route(shift, (*fixed, *visits))
