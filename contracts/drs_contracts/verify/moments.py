"""The moments at which the time of day or the calendar is special, where a simulator's clock can be set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAYS_OF_A_YEAR = 366
_YEARS_TO_A_LEAP_DAY = 9
_LATE = time(23, 59, 30)
_EARLY = time(0, 0, 30)


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment with what is special about it.

    Args:
        name: What is special, as the end of a sentence.
        instant: When it is, aware.
    """

    name: str
    instant: datetime

    def __str__(self) -> str:
        return f"{self.name} ({self.instant:%d %B %Y %H:%M:%S %Z})"


def find_moments(now: datetime, zone: ZoneInfo) -> tuple[Moment, ...]:
    """Find the next moment of each kind after ``now``: about midnight, at both clock changes, on 29 February.

    A zone without clock changes has three.
    """
    today = now.astimezone(zone).date()
    found = [
        Moment("just after midnight", datetime.combine(today + timedelta(days=1), _EARLY, zone)),
        Moment("just before midnight", datetime.combine(today + timedelta(days=1), _LATE, zone)),
        *_find_clock_changes(today, zone),
    ]
    for year in range(today.year, today.year + _YEARS_TO_A_LEAP_DAY):
        leap_day = _leap_day(year)
        if leap_day is not None and leap_day > today:
            found.append(Moment("on 29 February", datetime.combine(leap_day, time(12), zone)))
            break
    return tuple(found)


def _find_clock_changes(today: date, zone: ZoneInfo) -> Iterator[Moment]:
    """The first minute after the next clock change of each kind."""
    told: set[str] = set()
    for ahead in range(1, _DAYS_OF_A_YEAR):
        begin, end = (
            datetime.combine(today + timedelta(days=ahead + more), time(0), zone).astimezone(UTC) for more in (0, 1)
        )
        if end - begin == timedelta(days=1):
            continue
        name = "after the clocks went forward" if end - begin < timedelta(days=1) else "after the clocks went back"
        before = begin.astimezone(zone).utcoffset()
        minutes = (begin + timedelta(minutes=each) for each in range(25 * 60))
        changed = next((each for each in minutes if each.astimezone(zone).utcoffset() != before), None)
        if changed is not None and name not in told:
            told.add(name)
            yield Moment(name, changed.astimezone(zone))


def _leap_day(year: int) -> date | None:
    try:
        return date(year, 2, 29)
    except ValueError:
        return None
