"""The page of the diary: a week by operative and day, with bookings and utilisation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request

from drs_simulator.console.current import perform, simulator
from drs_simulator.profile.model import Profile
from drs_simulator.scheduling.back_office import OperativeDay, week_of
from drs_simulator.scheduling.model import PlannedBooking
from drs_simulator.scheduling.planning import calendar

pages = Blueprint("diary", __name__)
_DAYS = 7
_MINUTES_PER_HOUR = 60
# The hours that a day's picture shows, unless an operative works before or after them.
_FIRST_HOUR, _LAST_HOUR = 8, 16


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a day's picture, in minutes from its start."""

    start: int
    length: int


@dataclass(frozen=True, slots=True)
class DayPicture:
    """The picture of an operative's day.

    Args:
        day: The operative's day.
        date: Its date.
        working: The working hours; ``None`` on a day off.
        fixed: Breaks and other fixed times.
        windows: The part of each booking's window that is on the day.
        bars: Each booking's assigned time, in the order of the bookings.
        utilisation: Booked time in per cent of bookable time; ``None`` if there is no bookable time.
    """

    day: OperativeDay
    date: date
    working: Span | None
    fixed: tuple[Span, ...]
    windows: tuple[Span, ...]
    bars: tuple[Span, ...]
    utilisation: int | None


@pages.get("/")
def week() -> str:
    """Show the diary of a week."""
    profile = simulator().profile
    today = calendar.local_day(simulator().clock.now(), profile.zone)
    monday = _monday(request.args.get("week", ""), today)
    trade = request.args.get("trade", "")
    rows = [row for row in perform(week_of, monday) if not trade or trade in row[0].operative.trades]
    first_hour, last_hour = _hours_of(rows, profile.zone)
    pictures = [
        [_draw(day, monday + timedelta(index), first_hour, profile.zone) for index, day in enumerate(row)]
        for row in rows
    ]
    return render_template(
        "diary.html",
        days=[monday + timedelta(index) for index in range(_DAYS)],
        today=today,
        rows=pictures,
        span=(last_hour - first_hour) * _MINUTES_PER_HOUR,
        first_hour=first_hour,
        last_hour=last_hour,
        trade=trade,
        trades=sorted({trade for operative in profile.operatives for trade in operative.trades}),
        areas=_areas_of(profile, monday),
        weeks={"before": monday - timedelta(_DAYS), "after": monday + timedelta(_DAYS), "now": today},
    )


def _monday(text: str, today: date) -> date:
    """Return the Monday of the requested week, or of this one if the request is invalid."""
    try:
        day = date.fromisoformat(text) if text else today
        monday = day - timedelta(days=day.weekday())
        # The next week must have a date too.
        return monday if monday.year < date.max.year and monday.year > 1 else _monday("", today)
    except (ValueError, OverflowError):
        return _monday("", today)


def _areas_of(profile: Profile, monday: date) -> list[str]:
    """Return the area that is served on each day, if the installation has areas."""
    if profile.areas is None:
        return []
    return [calendar.area_on(profile.areas, monday + timedelta(index)) for index in range(_DAYS)]


def _hours_of(rows: Sequence[Sequence[OperativeDay]], zone: ZoneInfo) -> tuple[int, int]:
    """Return the first and last whole hour that show all working hours."""
    hours = [day.hours for row in rows for day in row if day.hours is not None]
    begins = [begin.astimezone(zone).hour for begin, _ in hours]
    ends = [end.astimezone(zone).hour + (end.minute > 0) for _, end in hours]
    return min([_FIRST_HOUR, *begins]), max([_LAST_HOUR, *ends])


def _draw(day: OperativeDay, on: date, first_hour: int, zone: ZoneInfo) -> DayPicture:
    def span(begin: datetime, end: datetime) -> Span:
        local = begin.astimezone(zone)
        start = (local.hour - first_hour) * _MINUTES_PER_HOUR + local.minute
        return Span(start, max(1, int((end - begin).total_seconds()) // 60))

    working = None if day.hours is None else span(*day.hours)
    fixed = tuple(span(*each) for each in day.fixed)
    midnight, next_midnight = calendar.midnight(on, zone), calendar.midnight(on + timedelta(days=1), zone)
    windows = tuple(
        span(max(planned.booking.window_start, midnight), min(planned.booking.window_end, next_midnight))
        for planned in day.bookings
    )
    bars = tuple(span(*_assigned_time(planned)) for planned in day.bookings)
    free = (0 if working is None else working.length) - sum(each.length for each in fixed)
    booked = sum(planned.booking.minutes for planned in day.bookings)
    return DayPicture(day, on, working, fixed, windows, bars, round(100 * booked / free) if free > 0 else None)


def _assigned_time(planned: PlannedBooking) -> tuple[datetime, datetime]:
    booking = planned.booking
    start = planned.assigned_start or booking.window_start
    return start, planned.assigned_end or start + timedelta(minutes=booking.minutes)
