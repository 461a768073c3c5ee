"""Clauses that bind the caller, on the members of a request: fields, numbers, dates."""

from __future__ import annotations

import re
from datetime import datetime

from drs_contracts.clauses.caller_wire import caller_clause
from drs_contracts.clauses.clause import presumed, seen
from drs_contracts.traffic.calls import Call, each_call, parse_moment

_CODE = (
    "theOrder/theBookingCodes/bookingCodeSORCode",
    "theOrder/theBookingCodes/itemNumberWithinBooking",
    "theOrder/theBookingCodes/primaryOrderNumber",
    "theOrder/theBookingCodes/quantity",
)
_REQUIRED = {
    "openSession": ("login", "password"),
    "checkAvailability": (
        "periodBegin",
        "periodEnd",
        "theOrder/contract",
        "theOrder/locationID",
        "theOrder/primaryOrderNumber",
        "theOrder/userId",
        *_CODE,
    ),
    "createOrder": (
        "theOrder/contract",
        "theOrder/locationID",
        "theOrder/orderComments",
        "theOrder/primaryOrderNumber",
        "theOrder/priority",
        "theOrder/targetDate",
        "theOrder/userId",
        *_CODE,
    ),
    "scheduleBooking": ("theBooking/bookingId", "theBooking/primaryOrderNumber"),
    "deleteBooking": ("theBooking/bookingId", "theBooking/contract", "theBooking/primaryOrderNumber"),
}
_MAY_BE_BLANK = frozenset({"createOrder/theOrder/orderComments", "scheduleBooking/theBooking/primaryOrderNumber"})
_OF_ONE_ORDER = frozenset(
    {
        "checkAvailability",
        "confirmReservation",
        "createBooking",
        "createOrder",
        "createReservation",
        "deleteBooking",
        "deleteOrder",
        "scheduleBooking",
        "updateOrder",
    }
)
_REPEATED_ALIKE = ("primaryOrderNumber", "orderId", "bookingId")
_COUNTED = ("itemNumberWithinBooking", "quantity")
_DATES = frozenset(
    [
        "assignedEnd",
        "assignedStart",
        "earliestBookingDate",
        "endDateAndTime",
        "periodBegin",
        "periodEnd",
        "planningWindowEnd",
        "planningWindowStart",
        "returnBookingsFrom",
        "returnBookingsPWFrom",
        "returnBookingsPWTo",
        "returnBookingsTo",
        "returnWorkingHoursFrom",
        "returnWorkingHoursTo",
        "scheduleDate",
        "startDateAndTime",
        "targetDate",
    ]
)
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")
_PERIODS = (
    ("periodBegin", "periodEnd"),
    ("theBooking/planningWindowStart", "theBooking/planningWindowEnd"),
    ("startDateAndTime", "endDateAndTime"),
)
_COMMENTS_LIMIT = 255


@caller_clause(
    "CAL-07",
    "A date has day and time in ISO 8601 and exists, with or without an offset.",
    seen("Request and Response General Information"),
)
@each_call
def dates_can_be_read(call: Call) -> str | None:
    """Read every date of the request."""
    elements = () if call.members is None else call.members.iter(*_DATES)
    dates = [(str(element.tag), (element.text or "").strip()) for element in elements]
    wrong = [f"{name} is '{text}'" for name, text in dates if not (_DATE.fullmatch(text) and _exists(text))]
    if not dates:
        return None
    return ", ".join(wrong)


@caller_clause("CAL-08", "A period or window ends after it begins.", presumed("plainest guess"))
@each_call
def periods_run_forward(call: Call) -> str | None:
    """Compare the two ends."""
    for first, last in _PERIODS:
        begin, end = parse_moment(call.value(first)), parse_moment(call.value(last))
        if begin and end:
            return "" if begin < end else f"it runs from {call.value(first)} to {call.value(last)}"
    return None


@caller_clause("CAL-09", "Every call but openSession sends a sessionId.", seen("Open Session"))
@each_call
def calls_send_a_session(call: Call) -> str | None:
    """Look for it."""
    if call.members is None or call.operation == "openSession":
        return None
    return "" if call.session else "there is no sessionId"


@caller_clause(
    "CAL-10",
    "The fields that an operation requires are sent, and are not empty unless they may be blank.",
    seen("tables of the requests, Required; deleteBooking: relied on by Hackney"),
)
@each_call
def required_fields_are_sent(call: Call) -> str | None:
    """Look for each of the operation's table."""
    if call.operation not in _REQUIRED:
        return None
    blank_allowed = {path for path in _REQUIRED[call.operation] if f"{call.operation}/{path}" in _MAY_BE_BLANK}
    missing = [
        path
        for path in _REQUIRED[call.operation]
        if call.text(path) is None or not (call.value(path) or path in blank_allowed)
    ]
    return f"missing are {', '.join(missing)}" if missing else ""


@caller_clause(
    "CAL-11",
    "checkAvailability sends a priority.",
    seen("Checking Appointment Availability: optional only before the areas came"),
)
@each_call
def availability_has_a_priority(call: Call) -> str | None:
    """Look for it."""
    if call.operation != "checkAvailability":
        return None
    return "" if call.value("theOrder/priority") else "there is no priority"


@caller_clause(
    "CAL-12",
    "Order number, order id and booking id are the same throughout a request.",
    seen("Request and Response General Information, Requests"),
)
@each_call
def numbers_are_alike(call: Call) -> str | None:
    """Compare all that are repeated in requests on one order."""
    if call.members is None or call.operation not in _OF_ONE_ORDER:
        return None
    repeated = {name: [(each.text or "").strip() for each in call.members.iter(name)] for name in _REPEATED_ALIKE}
    repeated = {name: texts for name, texts in repeated.items() if len(texts) > 1}
    different = [f"{name} is {' and '.join(texts)}" for name, texts in repeated.items() if len(set(texts)) > 1]
    if not repeated:
        return None
    return ", ".join(different)


@caller_clause("CAL-13", "orderComments have at most 255 characters.", seen("createOrder, orderComments"))
@each_call
def comments_are_short_enough(call: Call) -> str | None:
    """Count them."""
    comments = call.text("theOrder/orderComments")
    if comments is None:
        return None
    return f"they have {len(comments)}" if len(comments) > _COMMENTS_LIMIT else ""


@caller_clause(
    "CAL-14",
    "itemNumberWithinBooking and quantity are numbers of at least 1.",
    seen("checkAvailability and createOrder, theBookingCodes"),
)
@each_call
def counts_begin_at_one(call: Call) -> str | None:
    """Look at both in every booking code."""
    elements = [] if call.members is None else list(call.members.iter(*_COUNTED))
    values = [(str(element.tag), (element.text or "").strip()) for element in elements]
    wrong = [f"{name} is '{text}'" for name, text in values if not re.fullmatch(r"0*[1-9]\d*(\.\d+)?", text, re.ASCII)]
    return ", ".join(wrong) if values else None


def _exists(date: str) -> bool:
    try:
        datetime.fromisoformat(date)
    except ValueError:
        return False
    return True
