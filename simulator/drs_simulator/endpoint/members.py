"""Explains near misses inside a call: names, namespaces and values that are almost what DRS knows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from itertools import islice

from lxml import etree

from drs_simulator.endpoint.wording import cut, nearest
from drs_simulator.gateway.fault import SoapFault
from drs_simulator.gateway.interface import Interface, InterfaceName, Member, interface_named, request_type
from drs_simulator.gateway.values import read_date_time, read_flag, read_integer
from drs_simulator.profile import Profile

# So many are looked at, so that a huge request is not looked through twice.
_MOST_ELEMENTS = 2000
_MOST_NAMES = 5
_OFFSET = re.compile(r"(Z|[+-]\d\d:\d\d)$")
_UNSET_DATE = "0001-01-01"
# The document has values that the published enumerations lack.
_ALSO_KNOWN = {"onlyBestSlotsValue": ("yes",)}
_REMEDIES: Mapping[str, str] = {
    "dateTime": "a date and time is written 2021-10-26T08:00:00 or 2021-10-26T08:00:00+01:00",
    "int": "a whole number is meant",
    "boolean": "write true or false",
}
_KNOWN_VALUES: Mapping[str, Callable[[Profile], Iterable[str]]] = {
    "priority": lambda profile: (priority.id for priority in profile.priorities),
    "contract": lambda profile: profile.contracts,
    "bookingCodeSORCode": lambda profile: (sor_code.code for sor_code in profile.sor_codes),
}


def member_problems(inner: etree._Element, operation: str, profile: Profile, *, was_read: bool) -> Iterator[str]:
    """What is almost right about the members of an operation's request, in document order.

    Args:
        inner: The element that has the members.
        operation: The operation.
        profile: The installation.
        was_read: Whether the gateway has read all of it, so that every value is of its type.
    """
    interface = interface_named(profile.gateway.interface)
    local_dates: list[str] = []
    qualified: list[str] = [operation] if _is_qualified(inner) else []
    for member, parent, element in islice(_walk(inner, request_type(operation), interface), _MOST_ELEMENTS):
        name = _local_name(element)
        if _is_qualified(element):
            qualified.append(cut(name))
        if member is None:
            yield _unknown(name, parent, interface)
            continue
        text = element.text or ""
        if not was_read:
            yield from _type_problems(member, text, interface, profile)
        yield from _spelling_problems(member, text, profile)
        if member.type == "dateTime" and text.strip().startswith(_UNSET_DATE):
            yield f"{name} is {_UNSET_DATE}, which .NET sends for a date that was not set; set it, or leave it out."
        elif member.type == "dateTime" and _has_no_offset(text, profile, was_read=was_read):
            local_dates.append(name)
    if qualified:
        yield f"In a namespace: {_listed(qualified)}. Only the wrapper is in one; send what is below it unqualified."
    if local_dates:
        yield f"{_listed(local_dates)}: a date without an offset is local time ({profile.timezone}), not UTC."


def _walk(
    parent: etree._Element, type_name: str, interface: Interface
) -> Iterator[tuple[Member | None, str, etree._Element]]:
    """Every element below ``parent`` with its place in the interface; nothing below one that has none."""
    members = _members(interface.name, type_name)
    for element in parent:
        member = members.get(_local_name(element))
        yield member, type_name, element
        if member is not None and member.type in interface.types:
            yield from _walk(element, member.type, interface)


def _local_name(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _is_qualified(element: etree._Element) -> bool:
    return str(element.tag).startswith("{")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(islice(dict.fromkeys(names), _MOST_NAMES))


@cache
def _members(interface_name: InterfaceName, type_name: str) -> Mapping[str, Member]:
    interface = interface_named(interface_name)
    kind = interface.types[type_name]
    inherited = _members(interface_name, kind.base) if kind.base else {}
    return {**inherited, **{member.name: member for member in kind.members}}


def _unknown(name: str, parent: str, interface: Interface) -> str:
    members = _members(interface.name, parent)
    meant = nearest(name, members)
    if not meant:
        homes = [kind for kind in interface.types if name in _members(interface.name, kind)]
        meant = f"; it belongs elsewhere, in {', '.join(homes[:3])}" if homes else "; leave it out"
    return f"{cut(name)} is no member of {parent}{meant}. Names are case-sensitive."


def _type_problems(member: Member, text: str, interface: Interface, profile: Profile) -> Iterator[str]:
    if member.type in _REMEDIES and not _readable(member.type, text, profile):
        yield f"{member.name} has '{cut(text)}': {_REMEDIES[member.type]}."
    values = interface.enumerations.get(member.type)
    if values is not None and text not in (*values, *_ALSO_KNOWN.get(member.type, ())):
        yield f"{member.name} has '{cut(text)}', which it does not know{nearest(text, values)}."


def _has_no_offset(text: str, profile: Profile, *, was_read: bool) -> bool:
    return not _OFFSET.search(text.strip()) and (was_read or _readable("dateTime", text, profile))


def _spelling_problems(member: Member, text: str, profile: Profile) -> Iterator[str]:
    listing = _KNOWN_VALUES.get(member.name)
    known = tuple(listing(profile)) if listing else ()
    meant = [value for value in known if value.casefold() == text.strip().casefold()]
    if meant and text not in known:
        yield f"{member.name} '{cut(text)}' is written '{meant[0]}'; case and spaces must match."


def _readable(kind: str, text: str, profile: Profile) -> bool:
    try:
        if kind == "dateTime":
            read_date_time(text, profile.zone)
        elif kind == "int":
            read_integer(text)
        else:
            read_flag(text)
    except SoapFault:
        return False
    return True
