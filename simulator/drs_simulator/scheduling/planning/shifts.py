"""When an operative works on a day, and what is fixed in it: recurring visits and times of unavailability."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import chain
from typing import NamedTuple
from zoneinfo import ZoneInfo

from drs_simulator.profile.tables import OperativeSettings
from drs_simulator.profile.values import WEEKDAYS, Hours
from drs_simulator.scheduling.model import Operative, Place, Visit, WorkingHours
from drs_simulator.scheduling.planning import calendar
from drs_simulator.scheduling.planning.day_route import Shift

# Below every booking's id, so that what is fixed is planned first.
_UNAVAILABLE_KEY = -2000
_RECURRING_KEY = -1000


class WorkingDay(NamedTuple):
    """An operative's day before any booking: no shift if the operative is off, and the visits that are fixed."""

    shift: Shift | None = None
    fixed: tuple[Visit, ...] = ()


def operative_from(settings: OperativeSettings) -> Operative:
    """Make the operative that a profile describes."""
    hours = settings.hours
    return Operative(
        id=settings.id,
        code=settings.code,
        name=settings.name,
        trades=settings.trades,
        contracts=settings.contracts,
        working_hours=tuple(WorkingHours(hours.begin, hours.end, weekday) for weekday in settings.working_days),
        depot=Place(float(settings.latitude), float(settings.longitude)),
        recurring_visits=settings.recurring_visits,
        sectors=settings.sectors,
    )


def working_day(operative: Operative, day: date, zone: ZoneInfo, lunch: Hours | None = None) -> WorkingDay:
    """Return the operative's hours on that local day and what is fixed in them.

    Hours for the day itself take precedence over those for its weekday. A recurring visit is left out where an
    unavailability, lunch or other hours leave no room for it. Lunch is spent where the day begins (presumed).
    """
    hours = hours_on(operative, day)
    if hours is None:
        return WorkingDay()
    begin, end = (calendar.at(day, clock_time, zone) for clock_time in (hours.begin, hours.end))
    shift = Shift(int(begin.timestamp()) // 60, int(end.timestamp()) // 60, operative.depot)
    away = [(_minute(each.begin), _minute(each.end, up=True)) for each in operative.unavailabilities]
    if lunch is not None:
        away.append((_minute(calendar.at(day, lunch.begin, zone)), _minute(calendar.at(day, lunch.end, zone))))
    return WorkingDay(shift, _fixed_visits(operative, day, shift, _times_away(away, shift), zone))


def hours_on(operative: Operative, day: date) -> WorkingHours | None:
    """Return the operative's hours on that day: those for the day itself, else those for its weekday."""
    weekday = WEEKDAYS[day.weekday()]
    for_day = (hours for hours in operative.working_hours if hours.day == day)
    for_weekday = (hours for hours in operative.working_hours if hours.weekday == weekday)
    return next(chain(for_day, for_weekday), None)


def _fixed_visits(
    operative: Operative, day: date, shift: Shift, away: Sequence[tuple[int, int]], zone: ZoneInfo
) -> tuple[Visit, ...]:
    blocks = [
        Visit(_UNAVAILABLE_KEY + index, begin, end, end - begin, shift.depot) for index, (begin, end) in enumerate(away)
    ]
    for number, recurring in enumerate(operative.recurring_visits):
        if calendar.works_on(day, recurring.days):
            begin, end = (_minute(calendar.at(day, at, zone)) for at in (recurring.hours.begin, recurring.hours.end))
            free = all(end <= from_ or begin >= to for from_, to in away)
            if free and shift.begin <= begin and end <= shift.end:
                place = Place(float(recurring.latitude), float(recurring.longitude))
                blocks.append(Visit(_RECURRING_KEY + number, begin, end, end - begin, place))
    return tuple(blocks)


def _times_away(away: Iterable[tuple[int, int]], shift: Shift) -> list[tuple[int, int]]:
    """Return the minutes of the shift in which the operative is unavailable; periods that touch are joined."""
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(away):
        clipped = (max(begin, shift.begin), min(end, shift.end))
        if clipped[0] >= clipped[1]:
            continue
        if joined and clipped[0] <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], clipped[1]))
        else:
            joined.append(clipped)
    return joined


def _minute(instant: datetime, *, up: bool = False) -> int:
    return -int(-instant.timestamp() // 60) if up else int(instant.timestamp() // 60)
