"""What a request is for: its order's number, and its contract, place and work; and what it says apart from that."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeAlias

from lxml import etree

from drs_contracts.traffic.calls import Call

Job: TypeAlias = tuple[str, ...]
"""A contract, a location and SOR codes."""

Content: TypeAlias = tuple[tuple[str, str], ...]
"""The names and texts of a request's members."""


def job_of(call: Call) -> Job:
    """Return what a request is for: the contract, the location and the SOR codes."""
    codes = sorted(call.texts("theOrder/theBookingCodes/bookingCodeSORCode"))
    return call.value("theOrder/contract"), call.value("theOrder/locationID"), *codes


def order_number(call: Call) -> str:
    """Return the number of the order that a request names; empty where it names none."""
    return call.value("theOrder/primaryOrderNumber") or call.value("primaryOrderNumber")


def content_of(call: Call, without: Collection[str]) -> Content:
    """Return what a request says, ``without`` the members of these names."""
    elements = () if call.members is None else call.members.iter(etree.Element)
    return tuple((str(each.tag), (each.text or "").strip()) for each in elements if each.tag not in without)
