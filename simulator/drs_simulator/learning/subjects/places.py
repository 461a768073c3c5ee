"""Locations, as stand-ins: an id with the members that DRS shows of it, and a made-up address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lxml import etree

from drs_simulator.learning.exchanges import SeenTraffic, text_of
from drs_simulator.learning.notebook import LearntEntry, Notebook
from drs_simulator.learning.subjects.tables import as_table
from drs_simulator.profile.model import Profile
from drs_simulator.profile.tables import LocationSettings
from drs_simulator.soap.requests import LOCATION_MEMBERS

_MEMBERS = {member: key for key, member in LOCATION_MEMBERS.items() if key != "id"}
_STAND_INS = {
    "name": "EXAMPLE PLACE",
    "address2": "EXAMPLE ESTATE",
    "address3": "EXAMPLE TOWN",
    "address4": "EXAMPLE COUNTY",
    "country": "United Kingdom",
    "post_code": "ZZ1 1ZZ",
}
_AGENCY = re.compile(r"[A-Z]{2,8}")
_WORKFLOW_TYPE = re.compile(r"\d{1,6}")
_REQUIRED = ("address1", "latitude", "longitude", "post_code")


def learn_places(traffic: SeenTraffic, base: Profile, sectors: Mapping[str, str], notebook: Notebook) -> None:
    """Learn which locations there are, and which members DRS shows of them.

    A location that ``base`` has, or that looks as ``base.unknown_location`` does, stays as it is there. Any other gets
    a made-up address at the coordinates of ``base.unknown_location``; values that a recording's redaction has put in
    stay.

    Args:
        traffic: The traffic.
        base: The profile that is extended.
        sectors: The sector of each location, where it is known; the one of ``""`` is that of all others. Empty if the
            sectors of ``base`` stay.
        notebook: Where to note them.
    """
    shown: dict[str, tuple[etree._Element, list[str]]] = {}
    for exchange in traffic.exchanges:
        if exchange.is_success:
            for element in exchange.answered("theLocation"):
                location_id = text_of(element, "locationId")
                if location_id:
                    seen = shown[location_id][1] if location_id in shown else []
                    shown[location_id] = (element, [*seen, exchange.name])
    known = {each.id: each for each in base.locations}
    found: dict[str, LearntEntry] = {}
    for location_id, (element, seen) in shown.items():
        table = _describe(location_id, element, known.get(location_id), base, traffic.pseudonyms, len(found) + 1)
        if table is not None:
            found[location_id] = LearntEntry(table, tuple(seen))
    entries = [found.get(each.id) or LearntEntry(as_table(each)) for each in base.locations]
    entries += [entry for location_id, entry in found.items() if location_id not in known]
    if sectors:
        entries = [_in_sector(entry, sectors) for entry in entries]
        notebook.add("unknown_location.sector", sectors[""], (), "presumed: where other locations lie is not known")
    if found or (sectors and entries):
        unseen = [each.id for each in base.locations if each.id not in found]
        remark = f"not seen, from {base.name}: {', '.join(unseen)}" if unseen else ""
        notebook.add("locations", tuple(entries), [name for entry in found.values() for name in entry.seen], remark)


def _describe(
    location_id: str,
    element: etree._Element,
    known: LocationSettings | None,
    base: Profile,
    pseudonyms: frozenset[str],
    number: int,
) -> dict[str, Any] | None:
    """The table of a location; ``None`` if the extended profile explains it without one."""
    shown = {key: text for member, key in _MEMBERS.items() if (text := text_of(element, member)) is not None}
    if known is not None and _looks_like(shown, known):
        return as_table(known)
    if known is None and _looks_like(shown, base.unknown_location):
        return None
    public = known or base.unknown_location
    table: dict[str, Any] = {"id": location_id}
    for key in _MEMBERS.values():
        if key in shown:
            table[key] = _stand_in(key, shown[key], public, pseudonyms, number)
        elif key in _REQUIRED:
            table[key] = getattr(base.unknown_location, key)
    sector = public.sector or base.unknown_location.sector
    return table | ({"sector": sector} if sector else {})


def _looks_like(shown: Mapping[str, str], location: LocationSettings) -> bool:
    table = {key: value for key in _MEMBERS.values() if (value := getattr(location, key)) is not None}
    # The published interface always has a name, made of the address where there is none.
    if "name" not in table and shown.get("name") == location.address1:
        table["name"] = location.address1
    return shown == table


def _stand_in(key: str, value: str, public: LocationSettings, pseudonyms: frozenset[str], number: int) -> str:
    if key in ("latitude", "longitude"):
        return str(getattr(public, key))
    if value in pseudonyms or value == getattr(public, key) or (not value and key not in _REQUIRED):
        return value
    if (key == "agency" and _AGENCY.fullmatch(value)) or (key == "workflow_type" and _WORKFLOW_TYPE.fullmatch(value)):
        return value
    if key == "address1":
        return f"{number} EXAMPLE STREET"
    return _STAND_INS.get(key, "0000" if key == "workflow_type" else "EXAMPLE")


def _in_sector(entry: LearntEntry, sectors: Mapping[str, str]) -> LearntEntry:
    sector = sectors.get(entry.table["id"], sectors[""])
    return LearntEntry({**entry.table, "sector": sector}, entry.seen)
