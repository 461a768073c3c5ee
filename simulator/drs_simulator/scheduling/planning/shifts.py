"""When an operative works on a day, and what is fixed in it: standing visits and times of unavailability."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from drs_simulator.profile.model import WEEKDAYS, OperativeSettings
from drs_simulator.scheduling.model import Operative, Place, Visit, WorkingHours
from drs_simulator.scheduling.planning import calendar
from drs_simulator.scheduling.planning.day_route import Shift

# Below every booking's id, so that what is fixed is planned first.
_UNAVAILABLE_KEY = -2000
_STANDING_KEY = -1000


def operative_from(settings: OperativeSettings) -> Operative:
    """The operative that a profile describes."""
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


def shift_on(operative: Operative, day: date, zone: ZoneInfo) -> Shift | None:
    """The operative's hours on that day; those of the day itself go before those of its weekday."""
    weekday = WEEKDAYS[day.weekday()]
    ranked = [hours for hours in operative.working_hours if hours.day == day]
    ranked += [hours for hours in operative.working_hours if hours.weekday == weekday]
    if not ranked:
        return None
    begin, end = (calendar.at(day, clock_time, zone) for clock_time in (ranked[0].begin, ranked[0].end))
    return Shift(int(begin.timestamp()) // 60, int(end.timestamp()) // 60, operative.depot)


def fixed_visits_on(operative: Operative, day: date, shift: Shift, zone: ZoneInfo) -> tuple[Visit, ...]:
    """What stands in the operative's day before any booking does.

    A standing visit that an unavailability or other hours leave no room for is not made.
    """
    away = _times_away(operative, shift)
    blocks = [
        Visit(_UNAVAILABLE_KEY + index, begin, end, end - begin, shift.depot) for index, (begin, end) in enumerate(away)
    ]
    for number, standing in enumerate(operative.recurring_visits):
        if calendar.works_on(day, standing.days):
            begin, end = (_minute(calendar.at(day, at, zone)) for at in (standing.hours.begin, standing.hours.end))
            free = all(end <= from_ or begin >= to for from_, to in away)
            if free and shift.begin <= begin and end <= shift.end:
                place = Place(float(standing.latitude), float(standing.longitude))
                blocks.append(Visit(_STANDING_KEY + number, begin, end, end - begin, place))
    return tuple(blocks)


def _times_away(operative: Operative, shift: Shift) -> list[tuple[int, int]]:
    """The minutes of the shift in which the operative is unavailable, those that touch joined."""
    joined: list[tuple[int, int]] = []
    for begin, end in sorted((_minute(each.begin), _minute(each.end, up=True)) for each in operative.unavailabilities):
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
