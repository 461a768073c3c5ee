"""What the diary shows: days with everyone's bookings, the day to look at first, and why a move was refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from drs_simulator.scheduling.back_office import Move, OperativeDay, booking_of_id, operative_day
from drs_simulator.scheduling.context import UseCaseContext, only_reads
from drs_simulator.scheduling.model import Operative, Order
from drs_simulator.scheduling.planning import calendar
from drs_simulator.scheduling.planning.slots import Job, job_of

_LOOKED_BACK = timedelta(days=92)


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
    job, zone = job_of(booking), context.installation.zone
    day = calendar.local_day(move.begin, zone)
    if booking.completed or move.begin >= move.end:
        return ""
    if move.end <= context.now:
        now = context.now.astimezone(zone)
        return f"That time is over: the simulated time is {now:%-d %B %Y, %H:%M}."
    if not context.installation.is_area_day(job.area, day):
        areas = context.profile.areas
        turn = "" if areas is None else calendar.area_on(areas, day)
        return f"It is the turn of {turn} that day, and the property is in {job.area}."
    if move.end - move.begin < timedelta(minutes=job.minutes):
        return f"The work takes {job.minutes} minutes, more than the window has."
    named = None if move.operative_id is None else context.current.operative(move.operative_id)
    if named is not None and not job.is_paired:
        return _explain_operative(context, job, named, (move.begin, move.end))
    able = context.current.operatives_for(job.contract, job.trades)
    if len(able) < (2 if job.is_paired else 1):
        return f"No operative does {_describe_work(job)} under contract {job.contract}."
    if all(context.current.working_day(name, day).shift is None for name in able):
        return f"Nobody who does {_describe_work(job)} works on {day:%A %-d %B}."
    if job.is_paired:
        return "Two operatives must be free at the same time, and no two are."
    return f"None of those who do {_describe_work(job)} has {job.minutes} free minutes in that window."


def _explain_operative(
    context: UseCaseContext, job: Job, operative: Operative, window: tuple[datetime, datetime]
) -> str:
    """Say why one operative cannot come in that window."""
    zone, name = context.installation.zone, operative.name
    day = calendar.local_day(window[0], zone)
    lacking = [trade for trade in job.trades if trade not in operative.trades]
    if lacking:
        return f"{name} has the trade {', '.join(operative.trades)}; the work needs {', '.join(lacking)}."
    if job.contract not in operative.contracts:
        return f"{name} does not work under contract {job.contract}."
    if job.sector is not None and job.sector not in operative.sectors:
        return f"{name} does not work in the sector {job.sector}."
    found = operative_day(context, (operative.id, day))
    if found.hours is None:
        return f"{name} does not work on {day:%A %-d %B}."
    begin, end = (each.astimezone(zone) for each in found.hours)
    if min(end, window[1]) - max(begin, window[0], context.now) < timedelta(minutes=job.minutes):
        if min(end, window[1]) - max(begin, window[0]) >= timedelta(minutes=job.minutes):
            return f"Too little of the window is left for {job.minutes} minutes of work."
        return f"{name} works from {begin:%H:%M} to {end:%H:%M} that day, too short a time for {job.minutes} minutes."
    others = [planned.booking for planned in found.bookings if planned.booking.id != job.booking_id]
    minutes = sum(other.minutes for other in others)
    if job.rules is not None and job.rules.priority_type is not None:
        quota = context.installation.quota_of(operative.id, job.rules.priority_type)
        if quota is not None and minutes + job.minutes > quota:
            return f"Work of this priority may fill {quota} minutes of the day of {name}, and {minutes} are taken."
    visits = f"{len(others)} booking{'' if len(others) == 1 else 's'}"
    return f"{name} has {visits} of {minutes} minutes that day; with travel, {job.minutes} more find no room there."


def _describe_work(job: Job) -> str:
    return f"work of the trade {' and '.join(job.trades)}"
