"""Whether the rules for planning are consistent with the other tables of a profile."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING

from drs_simulator.profile.planning_rules import PRIORITY_TYPES, JobTemplate, contradictory_templates
from drs_simulator.profile.values import Hours

if TYPE_CHECKING:
    from drs_simulator.profile.model import OperativeSettings, Profile, SorCode


def inconsistent_rules(profile: Profile) -> Iterator[str]:
    """Yield what is inconsistent in the rules for planning: a line for each problem, which begins with its key."""
    yield from contradictory_templates(profile.job_templates, {priority.id for priority in profile.priorities})
    yield from _wrong_slots_templates(profile)
    for index, template in enumerate(profile.job_templates):
        yield from _impossible_template(f"job_templates[{index}]", template, profile)
    templates = {template.name: template for template in profile.job_templates}
    for index, sor_code in enumerate(profile.sor_codes):
        yield from _wrong_template(f"sor_codes[{index}]", sor_code, templates)
    yield from _unknown_calendars(profile)
    for index, operative in enumerate(profile.operatives):
        yield from _wrong_lunch(f"operatives[{index}]", operative)
        yield from _wrong_quotas(f"operatives[{index}]", operative)


def _wrong_slots_templates(profile: Profile) -> Iterator[str]:
    known = {template.name for template in profile.slots_templates}
    named = [(f"job_templates[{index}]", each.slots_template) for index, each in enumerate(profile.job_templates)]
    named += [(f"priorities[{index}]", each.slots_template) for index, each in enumerate(profile.priorities)]
    for key, name in named:
        if name is not None and name not in known:
            yield f"{key}.slots_template: '{name}' is not in slots_templates"


def _impossible_template(key: str, template: JobTemplate, profile: Profile) -> Iterator[str]:
    fitting = [each for each in profile.operatives if set(template.trades) <= set(each.trades)]
    trades = " and ".join(f"'{trade}'" for trade in template.trades)
    if not fitting:
        yield f"{key}.trades: no operative has {trades}"
    elif len(fitting) < template.operatives:
        yield f"{key}.operatives: {template.operatives} come together, and only one operative has {trades}"
    if template.sectors != "any" and not (profile.sectors or profile.areas):
        yield f"{key}.sectors: there are no sectors"


def _wrong_template(key: str, sor_code: SorCode, templates: dict[str, JobTemplate]) -> Iterator[str]:
    if not sor_code.job_template:
        return
    template = templates.get(sor_code.job_template)
    if template is None:
        yield f"{key}.job_template: '{sor_code.job_template}' is not in job_templates"
    elif sor_code.trade and sor_code.trade not in template.trades:
        yield f"{key}.job_template: '{template.name}' has not the trade '{sor_code.trade}'"


def _unknown_calendars(profile: Profile) -> Iterator[str]:
    known = {calendar.name for calendar in profile.day_off_calendars}
    named = [("day_off_calendar", profile.day_off_calendar)]
    named += [
        (f"operatives[{index}].day_off_calendar", each.day_off_calendar)
        for index, each in enumerate(profile.operatives)
    ]
    for key, name in named:
        if name is not None and name not in known:
            yield f"{key}: '{name}' is not in day_off_calendars"


def _wrong_lunch(key: str, operative: OperativeSettings) -> Iterator[str]:
    lunch, hours = operative.lunch, operative.hours
    if lunch is None:
        return
    if lunch.begin < hours.begin or lunch.end > hours.end:
        yield f"{key}.lunch: lies outside the operative's hours, {hours.begin:%H:%M}-{hours.end:%H:%M}"
    for number, visit in enumerate(operative.recurring_visits):
        if lunch.begin < visit.hours.end and visit.hours.begin < lunch.end:
            yield f"{key}.lunch: is at the same time as recurring_visits[{number}]"


def _wrong_quotas(key: str, operative: OperativeSettings) -> Iterator[str]:
    if operative.quotas is None:
        return
    day = _minutes(operative.hours) - (_minutes(operative.lunch) if operative.lunch else 0)
    for name in PRIORITY_TYPES:
        quota = operative.quotas.of(name)
        if quota is not None and quota > day:
            yield f"{key}.quotas.{name}: {quota} minutes are more than the operative's day has, {day}"


def _minutes(hours: Hours) -> int:
    begin, end = (datetime.combine(date.min, each) for each in (hours.begin, hours.end))
    return int((end - begin).total_seconds()) // 60
