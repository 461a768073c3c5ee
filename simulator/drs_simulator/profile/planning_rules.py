"""How an installation is set up for planning: slots templates, job templates, quotas, day-off calendars."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from itertools import combinations
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from drs_simulator.profile.values import WEEKDAYS, Hours, Settings, Text, Weekday

PriorityType = Literal["standard", "urgent", "emergency"]
PRIORITY_TYPES: tuple[PriorityType, ...] = ("standard", "urgent", "emergency")
SectorRule = Literal["any", "primary", "secondary"]
Nation = Literal["england", "wales", "scotland", "northern-ireland"]
_SUBDIVISIONS: Mapping[Nation, str] = {"england": "ENG", "wales": "WLS", "scotland": "SCT", "northern-ireland": "NIR"}


class SlotsWindows(Settings):
    """The windows of some weekdays, in the order in which they are listed.

    Args:
        days: The weekdays.
        hours: Their windows.
    """

    days: Annotated[tuple[Weekday, ...], Field(min_length=1)]
    hours: Annotated[tuple[Hours, ...], Field(min_length=1)]


class SlotsTemplate(Settings):
    """Which windows are offered, and on which days (vendor: kiavs61icn).

    Args:
        name: Its name, for ``slots_template`` of a job template or a priority.
        first_day: The first day with an appointment: 0 for today, 1 for tomorrow. Earlier days are listed, and none of
            their slots is available.
        days_shown: How many days an answer has at most, where that is fewer than the installation's cap.
        windows: The windows by weekday. A weekday without any is listed without slots.
    """

    name: Text
    first_day: Annotated[int, Field(ge=0, le=366)] = 0
    days_shown: Annotated[int, Field(ge=1, le=366)] | None = None
    windows: Annotated[tuple[SlotsWindows, ...], Field(min_length=1)]

    @property
    def by_weekday(self) -> Mapping[Weekday, tuple[Hours, ...]]:
        """The windows of each weekday that has any."""
        found: dict[Weekday, tuple[Hours, ...]] = {}
        for windows in self.windows:
            for day in windows.days:
                found[day] = (*found.get(day, ()), *windows.hours)
        return found

    @model_validator(mode="after")
    def _lists_a_window_once(self) -> Self:
        for day, hours in self.by_weekday.items():
            for one, other in combinations(hours, 2):
                if one == other:
                    raise ValueError(f"{day} has {one.begin:%H:%M}-{one.end:%H:%M} twice")
        return self


class JobTemplate(Settings):
    """What a job asks of the operatives who do it (vendor: 8xxeczi3mg).

    Args:
        name: Its name.
        trades: The abilities that an operative must have, all of them.
        slots_template: The slots that are offered; ``availability.slots`` without one.
        operatives: How many come together: 2 for a paired job.
        default: Whether jobs without an SOR code have this template.
        by_priority: The template that this one turns into, by the order's priority (vendor: xg682ivnfp).
        combines: The templates whose jobs have this one when they come together (vendor: 7ndrv5q5pl).
        sectors: Whose operatives come: of any sector; those whose primary sector is the property's; or those who have
            it as a primary or secondary one (vendor: oaav6218c9, k0xi27j54a).
    """

    name: Text
    trades: Annotated[tuple[Text, ...], Field(min_length=1)]
    slots_template: Text | None = None
    operatives: Annotated[int, Field(ge=1, le=2)] = 1
    default: bool = False
    by_priority: Mapping[str, Text] = {}
    combines: tuple[Text, ...] = ()
    sectors: SectorRule = "any"


class Quotas(Settings):
    """How far an operative's day may be filled with work of each type of priority, in minutes.

    Work of a type is planned while all bookings of the day together take no more (vendor: a2jkrrlcrb, 4p5zgt4ehd).

    Args:
        standard: Minutes a day for work of standard priorities.
        urgent: Minutes a day for urgent work.
        emergency: Minutes a day for emergency work.
    """

    standard: Annotated[int, Field(ge=0)] | None = None
    urgent: Annotated[int, Field(ge=0)] | None = None
    emergency: Annotated[int, Field(ge=0)] | None = None

    def of(self, priority_type: PriorityType) -> int | None:
        """Return the quota of work of that type; ``None`` for the whole day."""
        quota: int | None = getattr(self, priority_type)
        return quota

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        known = [(name, quota) for name in PRIORITY_TYPES if (quota := self.of(name)) is not None]
        for (name, quota), (next_name, next_quota) in combinations(known, 2):
            if quota > next_quota:
                raise ValueError(f"{name} may have {quota} minutes, but {next_name} only {next_quota}")
        return self


class DayOffCalendar(Settings):
    """Days on which nothing can be planned: bank holidays of a nation, and days of a list.

    In a file, ``file`` names a list of days beside it, which is read into ``days``.

    Args:
        name: Its name.
        bank_holidays: The nation whose bank holidays are days off.
        days: Further days off.
    """

    name: Text
    bank_holidays: Nation | None = None
    days: tuple[date, ...] = ()

    def has(self, day: date) -> bool:
        """Whether the calendar has that day."""
        return day in self.days or (
            self.bank_holidays is not None and day in bank_holidays(self.bank_holidays, day.year)
        )


@lru_cache(256)
def bank_holidays(nation: Nation, year: int) -> frozenset[date]:
    """Return the bank holidays of a year, the days in lieu of those at a weekend too."""
    # It has the holidays of every country, so only those who need it import it.
    from holidays import country_holidays  # noqa: PLC0415

    return frozenset(country_holidays("GB", subdiv=_SUBDIVISIONS[nation], years=year))


def contradictory_templates(templates: tuple[JobTemplate, ...], priorities: set[str]) -> Iterator[str]:
    """Yield what is contradictory within the job templates; each line begins with its key."""
    named = {template.name: template for template in templates}
    defaults = [f"job_templates[{index}]" for index, template in enumerate(templates) if template.default]
    for key in defaults[1:]:
        yield f"{key}.default: {defaults[0]} is the default already, only one can be"
    combined: dict[frozenset[str], int] = {}
    for index, template in enumerate(templates):
        key = f"job_templates[{index}]"
        for priority, target in template.by_priority.items():
            if priority not in priorities:
                yield f"{key}.by_priority: '{priority}' is not in priorities"
            if target not in named:
                yield f"{key}.by_priority: '{target}' is not in job_templates"
            elif priority in named[target].by_priority:
                yield f"{key}.by_priority: '{target}' turns into another template itself, name that one"
        if template.combines:
            yield from _contradictory_combination(key, template, set(named))
            parts = frozenset(template.combines)
            if combined.setdefault(parts, index) != index:
                yield f"{key}.combines: job_templates[{combined[parts]}] combines the same templates"


def _contradictory_combination(key: str, template: JobTemplate, known: set[str]) -> Iterator[str]:
    if len(set(template.combines)) < 2:  # noqa: PLR2004 - one template is no combination
        yield f"{key}.combines: name at least two templates"
    if template.name in template.combines:
        yield f"{key}.combines: '{template.name}' cannot be a part of itself"
    for part in template.combines:
        if part not in known:
            yield f"{key}.combines: '{part}' is not in job_templates"


def weekdays_of(templates: tuple[SlotsTemplate, ...]) -> frozenset[Weekday]:
    """Return the weekdays on which some template has windows."""
    return frozenset(day for day in WEEKDAYS for template in templates if day in template.by_weekday)
