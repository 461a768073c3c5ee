"""What the diary shows: days with everyone's bookings, the day to look at first, and why a move was refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain

from drs_simulator.scheduling.back_office import Move, OperativeDay, booking_of_id, operative_day
from drs_simulator.scheduling.context import UseCaseContext, only_reads
from drs_simulator.scheduling.model import Operative, Order
from drs_simulator.scheduling.planning import calendar
from drs_simulator.scheduling.planning.slots import Job, job_of

_LOOKED_BACK = timedelta(days=92)
_PAIR = 2


@dataclass(frozen=True, slots=True)
class DiaryDays:
    """Consecutive days of the diary.

    Args:
        days: A row for each day: each operative's day, in the profile's order.
        orders: The orders of their bookings, by orderId.
    """

    days: tuple[tuple[OperativeDay, ...], ...]
    orders: Mapping[int, Order]


@only_reads
def diary_of(context: UseCaseContext, wanted: tuple[date, int]) -> DiaryDays:
    """Return the diary from a local day on; ``wanted`` is that day and the number of days."""
    first, count = wanted
    operatives = context.current.operatives()
    days = tuple(
        tuple(operative_day(context, (operative.id, day)) for operative in operatives)
        for day in calendar.days_between(first, first + timedelta(days=count - 1))
    )
    bookings = [planned.booking for day in days for each in day for planned in each.bookings]
    return DiaryDays(days, {booking.order_id: context.order_of(booking) for booking in bookings})


@only_reads
def find_busy_day(context: UseCaseContext, today: date) -> date | None:
    """Return the first day from ``today`` on with a booking, or else the last one before; ``None`` without any.

    It looks as far ahead as bookings are planned, and three months back.
    """
    names = [operative.id for operative in context.current.operatives()]
    ahead = timedelta(days=context.profile.ordering.planning_horizon_days)
    visits = context.transaction.diaries(names, today - _LOOKED_BACK, today + ahead)
    days = sorted(day for (_, day), of_day in visits.items() if of_day)
    return next((day for day in days if day >= today), days[-1] if days else None)


@only_reads
def explain_refused_move(context: UseCaseContext, move: Move) -> str:
    """Say in a planner's words why a booking found no place in that window; empty where there is nothing to add.

    DRS itself says only that planning failed. The reason is the simulator's own.
    """
    booking = booking_of_id(context, move.booking_id).booking
    if booking.completed or move.begin >= move.end:
        return ""
    job = job_of(booking)
    named = None if move.operative_id is None else context.current.operative(move.operative_id)
    about_team = _reasons_of_team(context, job, calendar.local_day(move.begin, context.installation.zone))
    about_people = about_team if named is None or job.is_paired else _reasons_of(context, job, named, move)
    return next(chain(_reasons_of_time(context, job, move), about_people))


def _reasons_of_time(context: UseCaseContext, job: Job, move: Move) -> Iterator[str]:
    zone = context.installation.zone
    day, areas = calendar.local_day(move.begin, zone), context.profile.areas
    if move.end <= context.now:
        now = context.now.astimezone(zone)
        yield f"That time is over: the simulated time is {now:%-d %B %Y, %H:%M}."
    if areas is not None and not context.installation.is_area_day(job.area, day):
        yield f"It is the turn of {calendar.area_on(areas, day)} that day, and the property is in {job.area}."
    if move.end - move.begin < timedelta(minutes=job.minutes):
        yield f"The work takes {job.minutes} minutes, more than the window has."


def _reasons_of_team(context: UseCaseContext, job: Job, day: date) -> Iterator[str]:
    """Yield why none of those who can do the job comes."""
    work = f"work of the trade {' and '.join(job.trades)}"
    able = context.current.operatives_for(job.contract, job.trades)
    if len(able) < (_PAIR if job.is_paired else 1):
        yield f"Too few operatives do {work} under contract {job.contract}."
    if all(context.current.working_day(name, day).shift is None for name in able):
        yield f"No operative for {work} works on {day:%A %-d %B}."
    if job.is_paired:
        yield "Two operatives must be free at the same time, and no two are."
    yield f"None of those who do {work} has {job.minutes} free minutes in that window."


def _reasons_of(context: UseCaseContext, job: Job, operative: Operative, move: Move) -> Iterator[str]:
    """Yield why one operative does not come."""
    zone, name = context.installation.zone, operative.name
    day = calendar.local_day(move.begin, zone)
    lacking = [trade for trade in job.trades if trade not in operative.trades]
    if lacking:
        yield f"{name} has the trade {', '.join(operative.trades)}; the work needs {', '.join(lacking)}."
    if job.contract not in operative.contracts:
        yield f"{name} does not work under contract {job.contract}."
    if job.sector is not None and job.sector not in operative.sectors:
        yield f"{name} does not work in the sector {job.sector}."
    found = operative_day(context, (operative.id, day))
    if found.hours is None:
        yield f"{name} does not work on {day:%A %-d %B}."
        return
    yield from _reasons_of_hours(context, job, found, move)
    others = [planned.booking for planned in found.bookings if planned.booking.id != job.booking_id]
    minutes = sum(other.minutes for other in others)
    if job.rules is not None and job.rules.priority_type is not None:
        quota = context.installation.quota_of(operative.id, job.rules.priority_type)
        if quota is not None and minutes + job.minutes > quota:
            yield f"Work of this priority may fill {quota} minutes of the day of {name}, and {minutes} are taken."
    visits = f"{len(others)} booking{'' if len(others) == 1 else 's'}"
    yield f"{name} has {visits} of {minutes} minutes that day; with travel, {job.minutes} more find no room there."


def _reasons_of_hours(context: UseCaseContext, job: Job, found: OperativeDay, move: Move) -> Iterator[str]:
    """Yield why an operative's hours and the window have too little in common."""
    assert found.hours is not None
    zone, needed = context.installation.zone, timedelta(minutes=job.minutes)
    begin, end = (each.astimezone(zone) for each in found.hours)
    if min(end, move.end) - max(begin, move.begin) < needed:
        hours = f"from {begin:%H:%M} to {end:%H:%M}"
        yield f"{found.operative.name} works {hours} that day, too short a time for {job.minutes} minutes."
    if min(end, move.end) - max(begin, move.begin, context.now) < needed:
        yield f"Too little of the window is left for {job.minutes} minutes of work."
