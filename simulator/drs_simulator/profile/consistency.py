"""Whether the tables of a profile are consistent with each other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from itertools import combinations

from pydantic import BaseModel

from drs_simulator.profile.planning_rules import PRIORITY_TYPES, JobTemplate, contradictory_templates
from drs_simulator.profile.tables import OperativeSettings, ProfileTables, SorCode
from drs_simulator.profile.values import Hours


def find_inconsistencies(profile: ProfileTables) -> Iterator[str]:
    """Yield what is inconsistent between the tables: a line for each problem, which begins with its key."""
    trades = {trade for operative in profile.operatives for trade in operative.trades}
    for index, sor_code in enumerate(profile.sor_codes):
        if sor_code.trade and sor_code.trade not in trades:
            yield f"sor_codes[{index}].trade: no operative has the trade '{sor_code.trade}'"
    default = profile.ordering.default_template
    if default and default not in trades:
        yield f"ordering.default_template: no operative has the trade '{default}'"
    for index, operative in enumerate(profile.operatives):
        for contract in set(operative.contracts) - set(profile.contracts):
            yield f"operatives[{index}].contracts: '{contract}' is not in contracts"
        for number, problem in _impossible_recurring_visits(operative):
            yield f"operatives[{index}].recurring_visits[{number}]: {problem}"
    yield from _inconsistent_areas(profile)
    yield from _inconsistent_rules(profile)
    yield from _repeated("slots_templates", [template.name for template in profile.slots_templates])
    yield from _repeated("job_templates", [template.name for template in profile.job_templates])
    yield from _repeated("day_off_calendars", [calendar.name for calendar in profile.day_off_calendars])
    yield from _repeated("priorities", [priority.id for priority in profile.priorities])
    yield from _repeated("sor_codes", [sor_code.code for sor_code in profile.sor_codes])
    yield from _repeated("operatives", [operative.id for operative in profile.operatives])
    yield from _repeated("locations", [location.id for location in profile.locations])
    for key in profile.evidence:
        if not _has_key(profile, key):
            yield f"evidence: there is no key '{key}'"


def _inconsistent_rules(profile: ProfileTables) -> Iterator[str]:
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


def _wrong_slots_templates(profile: ProfileTables) -> Iterator[str]:
    known = {template.name for template in profile.slots_templates}
    named = [(f"job_templates[{index}]", each.slots_template) for index, each in enumerate(profile.job_templates)]
    named += [(f"priorities[{index}]", each.slots_template) for index, each in enumerate(profile.priorities)]
    for key, name in named:
        if name is not None and name not in known:
            yield f"{key}.slots_template: '{name}' is not in slots_templates"


def _impossible_template(key: str, template: JobTemplate, profile: ProfileTables) -> Iterator[str]:
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


def _unknown_calendars(profile: ProfileTables) -> Iterator[str]:
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


def _impossible_recurring_visits(operative: OperativeSettings) -> Iterator[tuple[int, str]]:
    """Yield the recurring visits that leave the operative no timetable, and so no room for any booking."""
    visits = operative.recurring_visits
    for number, visit in enumerate(visits):
        if visit.hours.begin < operative.hours.begin or visit.hours.end > operative.hours.end:
            yield number, "lies outside the operative's hours"
    for one, other in combinations(range(len(visits)), 2):
        a, b = visits[one], visits[other]
        if set(a.days) & set(b.days) and a.hours.begin < b.hours.end and b.hours.begin < a.hours.end:
            yield other, f"is at the same time as recurring_visits[{one}]"


def _inconsistent_areas(profile: ProfileTables) -> Iterator[str]:
    known, table = (profile.areas.sectors, "areas.sectors") if profile.areas else (profile.sectors, "sectors")
    if profile.areas and profile.sectors:
        yield "sectors: are those of areas.sectors, take them out"
    places = [(f"locations[{index}]", location) for index, location in enumerate(profile.locations)]
    for key, place in [*places, ("unknown_location", profile.unknown_location)]:
        if place.sector is not None and place.sector not in known:
            yield f"{key}.sector: '{place.sector}' is not in {table}"
        if place.sector is None and known:
            yield f"{key}.sector: is missing; every location lies in one of {table}"
    for index, operative in enumerate(profile.operatives):
        for sector in operative.sectors:
            if known and sector not in known:
                yield f"operatives[{index}].sectors: '{sector}' is not in {table}"
    for index, priority in enumerate(profile.priorities):
        if priority.bound_to_areas and not profile.areas:
            yield f"priorities[{index}].bound_to_areas: there are no areas"


def _repeated(table: str, ids: list[str]) -> Iterator[str]:
    for index, value in enumerate(ids):
        if value in ids[:index]:
            yield f"{table}[{index}]: '{value}' is there twice"


def _has_key(table: object, key: str) -> bool:
    for part in key.split("."):
        if not isinstance(table, BaseModel) or part not in type(table).model_fields:
            return False
        table = getattr(table, part)
    return True
