"""What .NET's serializer makes of DRS's objects: services read an order, change it, and send it back."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from drs_simulator.soap.interface import PUBLISHED, Member
from lxml import etree

from tests.callers.service import read_forward

UNSET = {"int": "0", "boolean": "false", "dateTime": "0001-01-01T00:00:00"}
"""What is sent for a required value that was never set."""


def members_of(type_name: str) -> tuple[Member, ...]:
    """The members of a published type, those of its base first."""
    kind = PUBLISHED.types[type_name]
    return (members_of(kind.base) if kind.base else ()) + kind.members


def rewrite(element: etree._Element, type_name: str, zone: tzinfo = UTC) -> etree._Element:
    """Read an element as a published type and write it again, on a machine in a time zone."""
    members = members_of(type_name)
    read = read_forward(element, tuple(member.name for member in members))
    written = etree.Element(element.tag)
    for member in members:
        if member.type in PUBLISHED.types:
            written.extend([rewrite(each, member.type, zone) for each in read[member.name]])
            continue
        texts = [each.text or "" for each in read[member.name]]
        if member.type == "dateTime":
            texts = [rewrite_date(text, zone) for text in texts]
        if not texts and member.required and member.default is None and member.type in UNSET:
            texts = [UNSET[member.type]]
        for text in texts:
            if text != member.default:
                etree.SubElement(written, member.name).text = text
    return written


def rewrite_date(text: str, zone: tzinfo) -> str:
    """A date with an offset is written in the zone of the machine; UTC keeps its Z, local time stays without."""
    read = datetime.fromisoformat(text)
    if text.endswith("Z") or read.tzinfo is None:
        return text
    moved = read.astimezone(zone)
    return moved.isoformat(timespec="microseconds").replace(".000000", "")


def put(element: etree._Element, name: str, text: str, type_name: str) -> None:
    """Set a member, in its place among the others."""
    found = element.find(name)
    if found is None:
        order = [member.name for member in members_of(type_name)]
        behind = order[order.index(name) + 1 :]
        found = etree.Element(name)
        element.insert(next((at for at, each in enumerate(element) if each.tag in behind), len(element)), found)
    found.text = text


def put_data(element: etree._Element, name: str, value: str, type_name: str) -> None:
    """Set a value of the business data, at the end of the others where it is a new one."""
    for each in element.iterfind("theBusinessData"):
        if each.findtext("name") == name:
            put(each, "value", value, "businessData")
            return
    data = etree.Element("theBusinessData")
    etree.SubElement(data, "name").text = name
    etree.SubElement(data, "value").text = value
    order = [member.name for member in members_of(type_name)]
    behind = order[order.index("theBusinessData") + 1 :]
    element.insert(next((at for at, each in enumerate(element) if each.tag in behind), len(element)), data)
