"""Days and times in the installation's time zone, right on the two days on which the clocks change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from drs_simulator.profile.tables import AreaSettings
from drs_simulator.profile.values import WEEKDAYS, Weekday

_SATURDAY = 5


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    """Return the calendar day of ``instant`` in ``zone``."""
    return instant.astimezone(zone).date()


def at(day: date, clock_time: time, zone: ZoneInfo) -> datetime:
    """Return that time of that day in ``zone``.

    A time that the clocks skip is the instant an hour later; of a time that comes twice it is the first.
    """
    return datetime.combine(day, clock_time, zone).astimezone(UTC).astimezone(zone)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the beginning of the day in ``zone``."""
    return at(day, time(0), zone)


def days_between(first: date, last: date) -> tuple[date, ...]:
    """Return every day from ``first`` to ``last``, both included."""
    return tuple(first + timedelta(days=offset) for offset in range((last - first).days + 1))


def works_on(day: date, working_days: Sequence[Weekday]) -> bool:
    """Whether the day's weekday is a working day. DRS does not know national holidays (client)."""
    return WEEKDAYS[day.weekday()] in working_days


def area_on(areas: AreaSettings, day: date) -> str:
    """Return the sector whose turn it is on that day; turns rotate for ever, before the first day too (client)."""
    turn = (day - areas.first_day).days // (7 * areas.weeks)
    return areas.sectors[turn % len(areas.sectors)]


def weekdays_after(day: date, count: int) -> date:
    """Return the day ``count`` weekdays after ``day``: the target of a priority of ``count`` Days.

    1 April 2021 and 100 Days give 19 August; Easter is not skipped (seen: Appendix A).
    """
    while count > 0:
        day += timedelta(days=1)
        if day.weekday() < _SATURDAY:
            count -= 1
    return day
