"""What can be wrong between the tables of a profile, though each by itself is in order."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING

from pydantic import BaseModel

if TYPE_CHECKING:
    from drs_simulator.profile import OperativeSettings, Profile


def inconsistencies(profile: Profile) -> Iterator[str]:
    """What is wrong between the tables, a line each, beginning with the key."""
    trades = {trade for operative in profile.operatives for trade in operative.trades}
    for index, sor_code in enumerate(profile.sor_codes):
        if sor_code.trade and sor_code.trade not in trades:
            yield f"sor_codes[{index}].trade: no operative has the trade '{sor_code.trade}'"
    for index, operative in enumerate(profile.operatives):
        for contract in set(operative.contracts) - set(profile.contracts):
            yield f"operatives[{index}].contracts: '{contract}' is not in contracts"
        for number, problem in _standing_visits_that_cannot_be(operative):
            yield f"operatives[{index}].standing_visits[{number}]: {problem}"
    yield from _areas_that_cannot_be(profile)
    yield from _repeated("priorities", [priority.id for priority in profile.priorities])
    yield from _repeated("sor_codes", [sor_code.code for sor_code in profile.sor_codes])
    yield from _repeated("operatives", [operative.id for operative in profile.operatives])
    yield from _repeated("locations", [location.id for location in profile.locations])
    for key in profile.evidence:
        if not _has_key(profile, key):
            yield f"evidence: there is no key '{key}'"


def _standing_visits_that_cannot_be(operative: OperativeSettings) -> Iterator[tuple[int, str]]:
    """Those that leave the operative no timetable, and so no room for any booking, on their days."""
    standing = operative.standing_visits
    for number, visit in enumerate(standing):
        if visit.hours.begin < operative.hours.begin or visit.hours.end > operative.hours.end:
            yield number, "lies outside the operative's hours"
    for one, other in combinations(range(len(standing)), 2):
        a, b = standing[one], standing[other]
        if set(a.days) & set(b.days) and a.hours.begin < b.hours.end and b.hours.begin < a.hours.end:
            yield other, f"is at the same time as standing_visits[{one}]"


def _areas_that_cannot_be(profile: Profile) -> Iterator[str]:
    known = profile.areas.sectors if profile.areas else ()
    places = [(f"locations[{index}]", location) for index, location in enumerate(profile.locations)]
    for key, place in [*places, ("unknown_location", profile.unknown_location)]:
        if place.sector is not None and place.sector not in known:
            yield f"{key}.sector: '{place.sector}' is not in areas.sectors"
        if place.sector is None and known:
            yield f"{key}.sector: is missing; every location lies in one of areas.sectors"
    for index, priority in enumerate(profile.priorities):
        if priority.bound_to_areas and not known:
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
