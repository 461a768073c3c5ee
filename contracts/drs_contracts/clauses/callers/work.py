"""What a request is for: its order's number, and its contract, place and work; and what it says apart from that."""

from __future__ import annotations

from collections.abc import Collection
from http import HTTPStatus
from typing import TypeAlias

from lxml import etree

from drs_contracts.driver.messages import OPERATIONS
from drs_contracts.traffic.calls import Call

Job: TypeAlias = tuple[str, ...]
"""A contract, a location and SOR codes."""

Content: TypeAlias = tuple[tuple[str, str], ...]
"""The names and texts of a request's members."""

Subject: TypeAlias = tuple[str, str]
"""What a request is about: the kind (order, booking, place, operation) and which one."""

IDENTITY = frozenset(
    {"orderId", "primaryOrderNumber", "secondaryOrderNumber", "sessionId", "tertiaryOrderNumber"},
)
"""The members that tell one order from another, and the session."""

_ABOUT_PLACES = frozenset({"checkAvailability", "updateLocation"})


def job_of(call: Call) -> Job:
    """Return what a request is for: the contract, the location and the SOR codes."""
    codes = sorted(call.texts("theOrder/theBookingCodes/bookingCodeSORCode"))
    return call.value("theOrder/contract"), call.value("theOrder/locationID"), *codes


def order_number(call: Call) -> str:
    """Return the number of the order that a request names; empty where it names none."""
    return call.value("theOrder/primaryOrderNumber") or call.value("primaryOrderNumber")


def booking_id(call: Call) -> str:
    """Return the bookingId that a request names; empty where it names none."""
    return call.value("theBooking/bookingId")


def created_bookings(call: Call) -> list[str]:
    """Return the ids of the bookings that createOrder made."""
    return [text.strip() for text in call.all_given("theOrder/theBookings/bookingId")]


def given_bookings(call: Call) -> set[str]:
    """Return the ids of all bookings in an answer."""
    found = () if call.answer is None else call.answer.iter("bookingId")
    return {(element.text or "").strip() for element in found}


def subjects_of(call: Call) -> set[Subject]:
    """Return what a request is about: its orders and bookings, else its place, else only its operation."""
    numbers = {order_number(call), call.value("theBooking/primaryOrderNumber"), *call.texts("primaryOrderNumber")}
    place = call.value("theOrder/locationID") or call.value("theLocation/locationId")
    found: set[Subject] = {("order", number.strip()) for number in numbers} | {("booking", booking_id(call))}
    if call.operation in _ABOUT_PLACES:
        # A search has a number, but its order need not be there yet.
        found = {("place", place)}
    return {each for each in found if each[1]} or {("operation", call.operation)}


def content_of(call: Call, without: Collection[str]) -> Content:
    """Return what a request says, ``without`` the members of these names."""
    elements = () if call.members is None else call.members.iter(etree.Element)
    return tuple((str(each.tag), (each.text or "").strip()) for each in elements if each.tag not in without)


def has_no_answer(call: Call) -> bool:
    """Whether DRS may or may not have done what was asked."""
    is_declined = HTTPStatus.BAD_REQUEST <= call.reply.status < HTTPStatus.INTERNAL_SERVER_ERROR
    return call.answer is None and call.fault is None and not is_declined


def is_transient(call: Call) -> bool:
    """Whether a call failed in a way that may be over soon: without an answer, or with a fault of the server."""
    is_sound = call.members is not None and call.operation in OPERATIONS
    return has_no_answer(call) or (is_sound and call.fault is not None and call.fault_code == "Server")
