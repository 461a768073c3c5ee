"""The planner: which slots are available, which of them are best, and into whose diary a booking goes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from itertools import chain
from typing import NamedTuple

from drs_simulator.scheduling.model import Appointment, BestSlots, Booking, DaySlots, PlannedBooking, Visit
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

_PAIR = 2
_Diaries = Mapping[DiaryDay, tuple[Visit, ...]]


class _Candidate(NamedTuple):
    """An operative who could make a visit, their day, and the detour to the visit's place for every gap of it."""

    operative_id: str
    route: DayRoute
    detours: list[float]


class _Found(NamedTuple):
    """The least travel that a visit adds, who makes it, and the minute at which two of them begin together."""

    travel_km: float
    operative_ids: tuple[str, ...]
    start: int | None = None


class DayPlanner:
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
        entries = {}
        for day in days:
            fingerprint = (changed, *[diaries.get((operative_id, day), ()) for operative_id in operatives])
            entries[day] = cache.entry(job, day, fingerprint, partial(self._offers, job, day, operatives, diaries))
        return entries

    def days(
        self, job: Job, entries: Mapping[date, DayEntry], earliest: datetime, best: BestSlots
    ) -> tuple[DaySlots, ...]:
        """Return the days with their slots, in the profile's order; slots before ``earliest`` are not available.

        With ``best`` other than NO only the best slots are listed.
        """
        if best is not BestSlots.FULL_PERIOD:
            return tuple(self._day(job, day, entry, earliest, best) for day, entry in entries.items())
        offers = {day: without_early_offers(earliest, entry.offers) for day, entry in entries.items()}
        best_of_period = self._best(list(chain(*offers.values())))
        return tuple(self._as_day(job, day, of_day, best_of_period, only_best=True) for day, of_day in offers.items())

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

    def place(self, booking: Booking, *, within_quota: bool = True) -> Booking | None:
        """Return the booking with an appointment in its planning window, or ``None`` if there is no room.

        It goes into the first day with room, to the operative whose travel it increases least. A paired booking begins
        as early as two operatives can, and keeps that time.
        """
        job, visit = job_of(booking), replace(booking, appointment=None).visit
        operatives = self._operatives(job)
        for day in self._days_of_window(booking):
            if not self._is_area_day(job, day):
                continue
            diaries = self._diaries(job, operatives, day, day)
            found = self._min_travel(job, visit, self._candidates(job, day, operatives, diaries, within_quota))
            if found is not None:
                return replace(booking, appointment=self._appointment(day, found.operative_ids, found.start))
        return None

    def force(self, booking: Booking) -> Booking | None:
        """Return the booking with an appointment in its planning window, whatever else is planned there.

        It goes into the first day on which an operative works, to one who would have room for it in an empty day, and
        whose travel it increases least. ``None`` if no operative does such work in that time.
        """
        job, visit = job_of(booking), replace(booking, appointment=None).visit
        operatives = self._operatives(job)
        needed = _PAIR if job.is_paired else 1
        for day in self._days_of_window(booking):
            diaries = self._diaries(job, operatives, day, day)
            empty = self._travels(visit, self._candidates(job, day, operatives, {}, within_quota=False))
            with_room = {found.operative_ids[0] for found in empty}
            ranked = sorted(
                self._candidates(job, day, operatives, diaries, within_quota=False),
                key=partial(_forced_rank, job, with_room),
            )
            chosen = ranked[:needed]
            if len(chosen) == needed:
                names = tuple(each.operative_id for each in chosen)
                appointment = self._appointment(day, names, _forced_start(visit, chosen))
                return replace(booking, appointment=appointment, is_forced=True)
        return None

    def _appointment(self, day: date, operative_ids: tuple[str, ...], start: int | None) -> Appointment:
        """Return the appointment of one operative, or of two who begin together at that minute."""
        if len(operative_ids) < _PAIR or start is None:
            return Appointment(operative_ids[0], day)
        begin = datetime.fromtimestamp(start * 60, self._installation.zone)
        return Appointment(operative_ids[0], day, operative_ids[1], begin)

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
        planned = PlannedBooking(booking, start, end, operative_id, operative.code, operative.name)
        if appointment is None or appointment.partner_id is None or booking.worked_by is not None:
            return planned
        return planned._replace(partner=self._current.operative(appointment.partner_id))

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

    def _day(self, job: Job, day: date, entry: DayEntry, earliest: datetime, best: BestSlots) -> DaySlots:
        only_best = best is not BestSlots.NO
        if entry.begins_before(earliest):
            offers = without_early_offers(earliest, entry.offers)
            return self._as_day(job, day, offers, self._best(offers), only_best=only_best)
        known = entry.slots.get(best)
        if known is None:
            known = entry.slots[best] = self._as_day(
                job, day, entry.offers, self._best(entry.offers), only_best=only_best
            )
        return known

    def _as_day(
        self, job: Job, day: date, offers: Sequence[Offer], among_best: Sequence[Offer], *, only_best: bool
    ) -> DaySlots:
        views = slot_views(offers, among_best, only_best=only_best)
        return self._installation.day(day).day_slots(job.slots_template, views)

    def _best(self, offers: Sequence[Offer]) -> list[Offer]:
        return best_of(offers, self._settings.best_slot_tolerance_km)

    def _operatives(self, job: Job) -> Sequence[str]:
        """Return the operatives who can do the job."""
        operatives = self._current.operatives_for(job.contract, job.trades)
        if job.sector is not None:
            operatives = tuple(name for name in operatives if self._comes_to_sector(name, job))
        return tuple(name for name in operatives if name in job.only) if job.only and not job.is_paired else operatives

    def _comes_to_sector(self, operative_id: str, job: Job) -> bool:
        """Whether the job's sector is the operative's primary one, or one of theirs if the job takes those too."""
        operative = self._current.operative(operative_id)
        sectors = () if operative is None else operative.sectors
        takes_primary_only = job.rules is not None and job.rules.sectors == "primary"
        return job.sector in (sectors[:1] if takes_primary_only else sectors)

    def _diaries(self, job: Job, operatives: Iterable[str], first: date, last: date) -> _Diaries:
        """Return the operatives' diaries without the job's own booking."""
        diaries = self._transaction.diaries(operatives, first, last)
        if not job.booking_id:
            return diaries
        return {key: tuple(visit for visit in visits if visit.key != job.booking_id) for key, visits in diaries.items()}

    def _offers(self, job: Job, day: date, operatives: Sequence[str], diaries: _Diaries) -> tuple[Offer, ...]:
        candidates = self._candidates(job, day, operatives, diaries) if self._is_area_day(job, day) else []
        offers = []
        for begin, end in self._installation.day(day).slots(job.slots_template):
            visit = Visit.within(job.booking_id, begin, end, job.minutes, job.place)
            found = self._min_travel(job, visit, candidates)
            offers.append(Offer(begin, end, found.travel_km if found else None))
        return reconcile(offers)

    def _min_travel(self, job: Job, visit: Visit, candidates: Sequence[_Candidate]) -> _Found | None:
        """Return the least travel that the visit adds, and to whose day; ``None`` if no day has room for it."""
        if job.is_paired:
            return self._first_start(job, visit, candidates)
        return min(self._travels(visit, candidates), default=None)

    def _travels(self, visit: Visit, candidates: Iterable[_Candidate]) -> Iterator[_Found]:
        """Yield what the visit adds to the day of each operative who has room for it."""
        for operative_id, route, detours in candidates:
            travel = self._installation.day_routes.added_travel_km(route, visit, detours)
            if travel is not None:
                yield _Found(travel, (operative_id,))

    def _first_start(self, job: Job, visit: Visit, candidates: Sequence[_Candidate]) -> _Found | None:
        """Return the first minute at which two operatives can begin together, and those who travel least then.

        Every minute is tried, so that it is exact.
        """
        with_room = {found.operative_ids[0] for found in self._travels(visit, candidates)}
        able = [candidate for candidate in candidates if candidate.operative_id in with_room]
        if len(able) < _PAIR:
            return None
        first = max(visit.opens, sorted(each.route.shift.begin for each in able)[1])
        last = min(visit.closes, sorted(each.route.shift.end for each in able)[-2]) - visit.minutes
        for start in range(first, last + 1):
            at_start = visit._replace(opens=start, closes=start + visit.minutes)
            # Those who must come are first.
            found = sorted(
                self._travels(at_start, able), key=lambda each: (each.operative_ids[0] not in job.only, each)
            )
            if len(found) >= _PAIR and (not job.only or found[0].operative_ids[0] in job.only):
                one, other = found[:_PAIR]
                return _Found(one.travel_km + other.travel_km, one.operative_ids + other.operative_ids, start)
        return None

    def _candidates(
        self, job: Job, day: date, operatives: Iterable[str], diaries: _Diaries, within_quota: bool = True
    ) -> list[_Candidate]:
        """Return the operatives who work on that day and whose quota has room, for a visit to the job's place."""
        candidates = []
        for name in operatives:
            visits = diaries.get((name, day), ())
            if within_quota and not self._is_within_quota(job, name, visits):
                continue
            route = self._route(name, day, visits)
            if route is not None:
                candidates.append(_Candidate(name, route, route.detours_km(job.place)))
        return candidates

    def _is_within_quota(self, job: Job, operative_id: str, visits: tuple[Visit, ...]) -> bool:
        """Whether the operative's day, with the job, is filled no further than work of its type may fill it."""
        if job.rules is None or job.rules.priority_type is None:
            return True
        quota = self._installation.quota_of(operative_id, job.rules.priority_type)
        return quota is None or sum(visit.minutes for visit in visits) + job.minutes <= quota

    def _route(self, operative_id: str, day: date, visits: tuple[Visit, ...]) -> DayRoute | None:
        """Return the operative's day with these visits, or ``None`` if they do not fit or the operative is off."""
        shift, fixed = self._current.working_day(operative_id, day)
        if shift is None:
            return None
        return self._installation.day_routes.route(shift, (*fixed, *visits))


def _forced_start(visit: Visit, chosen: Sequence[_Candidate]) -> int:
    """Return the first minute in the window in which all of them work, or that of the window if there is none."""
    start = max(visit.opens, *(each.route.shift.begin for each in chosen))
    return start if start + visit.minutes <= visit.closes else visit.opens


def _forced_rank(job: Job, with_room: Collection[str], candidate: _Candidate) -> tuple[bool, bool, float, str]:
    """Rank who must come first, then who has room in an empty day, then who travels least."""
    name = candidate.operative_id
    return name not in job.only, name not in with_room, min(candidate.detours), name
