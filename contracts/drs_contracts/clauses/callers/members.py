"""What a caller puts into the members of a request."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta

from lxml import etree

from drs_contracts.clauses.clause import advice, caller_clause, client, measured, seen
from drs_contracts.traffic.calls import ZONE, Call, Occurrence, Traffic, each_call, parse_moment

_MAX_NAMED = 3
_MIN_SECRET = 8
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
_LAST_SECOND_IN_UTC = re.compile(r"T23:59:59(\.\d+)?(Z|\+00:00)$")
_FLAG = re.compile("true|false|1|0")
_NUMBER = re.compile(r"[+-]?[0-9]{1,10}")
_INTS = range(-(2**31), 2**31)
_STATES = (
    *("undefined", "PLANNED", "DESPATCHED", "RESERVED", "ACKNOWLEDGED", "ACCEPTED", "ARRIVED", "STARTED"),
    "COMPLETED",
)
_DAYS = ("undefined", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FLAGS = (
    *("canSelectOtherOrders", "completeOrder", "excludedFromMsging", "force", "includeCompletedBookings"),
    *("includeWorkingHours", "isEmergency", "isNextBooking", "isResourceLocked", "lockResource", "message"),
    *("newBooking", "returnBookingCodes", "returnWarnings", "timeLock"),
)
_VALUES: dict[str, re.Pattern[str] | tuple[str, ...]] = {
    **dict.fromkeys(_FLAGS, _FLAG),
    **dict.fromkeys(("bookingCodeTime", "bookingId", "duration", "id", "orderId"), _NUMBER),
    **dict.fromkeys(("bookingLifeCycleStatus", "bookingStatus", "transactionType"), _STATES),
    "alertType": ("undefined", "RESCHEDULEFAILURES", "SUSPENDEDJOBS"),
    "checkAvailType": ("undefined", "standard", "longPeriod"),
    "dayType": _DAYS,
    # The document has yes (seen), the interface does not.
    "onlyBestSlots": ("undefined", "no", "yes", "day", "fullPeriod"),
    "resourceLock": ("undefined", "lockAsSpecified", "lockAfterSchedule"),
    "status": ("undefined", "PLANNED", "STARTED", "COMPLETED"),
    "targetObject": ("undefined", "customer", "serviceOrder", "job", "worker"),
}
_PERIODS = (
    ("periodBegin", "periodEnd"),
    ("theBooking/planningWindowStart", "theBooking/planningWindowEnd"),
    ("startDateAndTime", "endDateAndTime"),
)
_COMMENTS_LIMIT = 255


@caller_clause(
    "CAL-05",
    "The location of an order or booking is sent as locationID, with two capitals at the end.",
    seen("Appendix B 3; the document's tables misspell it"),
)
@each_call
def the_location_is_spelled_right(call: Call) -> str | None:
    """Look for locationID in another case. The interface has locationId in theLocation alone."""
    if call.members is None:
        return None
    names = [
        str(element.tag)
        for parent in call.members.iter(etree.Element)
        for element in parent.iterchildren(etree.Element)
        if str(element.tag).lower() == "locationid" and parent.tag != "theLocation"
    ]
    wrong = [name for name in names if name != "locationID"]
    if not names:
        return None
    return f"it is spelled {wrong[0]}" if wrong else ""


@caller_clause(
    "CAL-07",
    "A date is an existing ISO 8601 date and time, with or without an offset.",
    seen("Request and Response General Information"),
)
@each_call
def dates_can_be_read(call: Call) -> str | None:
    """Read every date of the request."""
    dates = _read_dates(call)
    wrong = [f"{name} is '{text}'" for name, text in dates if not (_DATE.fullmatch(text) and _exists(text))]
    if not dates:
        return None
    return ", ".join(wrong)


@caller_clause(
    "CAL-08",
    "A period or window ends after it begins.",
    client("Hackney's service makes sure of it before it schedules"),
)
@each_call
def periods_run_forward(call: Call) -> str | None:
    """Compare the two ends."""
    for first, last in _PERIODS:
        begin, end = parse_moment(call.value(first)), parse_moment(call.value(last))
        if begin and end:
            # One day is asked for from its midnight to its midnight: a search goes to the end of that day.
            is_one_day = first == "periodBegin" and begin == end and begin.astimezone(ZONE).time() == time(0)
            return "" if begin < end or is_one_day else f"it runs from {call.value(first)} to {call.value(last)}"
    return None


@caller_clause(
    "CAL-10",
    "Required fields are sent, and are not blank unless they may be.",
    seen("tables of the requests, Required; deleteBooking: relied on by Hackney"),
)
@each_call
def required_fields_are_sent(call: Call) -> str | None:
    """Look for each field in the operation's table."""
    if call.operation not in _REQUIRED:
        return None
    blank_allowed = {path for path in _REQUIRED[call.operation] if f"{call.operation}/{path}" in _MAY_BE_BLANK}
    missing = [
        path
        for path in _REQUIRED[call.operation]
        if call.text(path) is None or not (call.value(path) or path in blank_allowed)
    ]
    return f"these are missing: {', '.join(missing)}" if missing else ""


@caller_clause(
    "CAL-11",
    "checkAvailability sends a priority.",
    seen("Checking Appointment Availability: optional only before areas were introduced"),
)
@each_call
def availability_has_a_priority(call: Call) -> str | None:
    """Look for the priority."""
    if call.operation != "checkAvailability":
        return None
    return "" if call.value("theOrder/priority") else "there is no priority"


@caller_clause(
    "CAL-12",
    "Order number, order id and booking id are the same throughout a request, except for ids of 0.",
    seen("Request and Response General Information, Requests; client: .NET services send 0 for ids that are not set"),
)
@each_call
def numbers_are_alike(call: Call) -> str | None:
    """Compare all that are repeated in requests for one order. An id of 0 is one that was not set.

    .NET's clients send 0 for every number that the interface requires and that was not set.
    """
    if call.members is None or call.operation not in _OF_ONE_ORDER:
        return None
    repeated = {name: [(each.text or "").strip() for each in call.members.iter(name)] for name in _REPEATED_ALIKE}
    repeated["orderId"] = [text for text in repeated["orderId"] if text != "0"]
    repeated["bookingId"] = [text for text in repeated["bookingId"] if text != "0"]
    repeated = {name: texts for name, texts in repeated.items() if len(texts) > 1}
    different = [f"{name} is {' and '.join(texts)}" for name, texts in repeated.items() if len(set(texts)) > 1]
    if not repeated:
        return None
    return ", ".join(different)


@caller_clause("CAL-13", "orderComments have at most 255 characters.", seen("createOrder, orderComments"))
@each_call
def comments_are_short_enough(call: Call) -> str | None:
    """Count the characters."""
    comments = call.text("theOrder/orderComments")
    if comments is None:
        return None
    return f"there are {len(comments)}" if len(comments) > _COMMENTS_LIMIT else ""


@caller_clause(
    "CAL-14",
    "itemNumberWithinBooking and quantity are numbers of at least 1.",
    seen("checkAvailability and createOrder, theBookingCodes"),
)
@each_call
def counts_begin_at_one(call: Call) -> str | None:
    """Read both in every booking code."""
    elements = [] if call.members is None else list(call.members.iter(*_COUNTED))
    values = [(str(element.tag), (element.text or "").strip()) for element in elements]
    wrong = [f"{name} is '{text}'" for name, text in values if not re.fullmatch(r"0*[1-9]\d*(\.\d+)?", text, re.ASCII)]
    return ", ".join(wrong) if values else None


@caller_clause(
    "CAL-27",
    "A flag, a whole number and a listed value are written as the interface has them.",
    measured("I int empty", "N enum onlyBestSlots 'DAY'", "B boolean '01'", also="published: the types"),
)
@each_call
def values_are_of_their_types(call: Call) -> str | None:
    """Read every flag, number and listed value of the request."""
    if call.members is None:
        return None
    typed = [(str(each.tag), each.text or "") for each in call.members.iterdescendants(*_VALUES)]
    wrong = [f"{name} is '{text}'" for name, text in typed if not _is_value(name, text)]
    return ", ".join(wrong[:_MAX_NAMED]) if typed else None


@caller_clause(
    "CAL-31",
    "A date without an offset exists once in local time: it is not in the hours in which the clocks change.",
    seen("Appendix B 4: a targetDate without an offset is in local time"),
)
@each_call
def local_dates_exist_once(call: Call) -> str | None:
    """Read every date of the request, before and after a change of the clocks."""
    read = _read_dates(call)
    wrong = [f"{name} {text} {told}" for name, text in read if (told := _tell_clock_change(text))]
    return ", ".join(wrong) if read else None


@caller_clause(
    "CAL-32",
    "A userId has neither the password nor a session's id in it.",
    seen("createOrder, userId: the user, typically an email address; Appendix B 4: it is shown with the order"),
)
def user_ids_are_no_secrets(traffic: Traffic) -> Iterator[Occurrence]:
    """Look for the secrets of this traffic. A password that was masked is not known, and is not found."""
    secrets: defaultdict[int, set[str]] = defaultdict(set)
    for call in traffic.calls:
        for secret in _secrets_of(call):
            if len(secret) >= _MIN_SECRET:
                secrets[len(secret)].add(secret)
    for call in traffic.calls:
        users = [] if call.members is None else [each.text or "" for each in call.members.iter("userId")]
        if users:
            is_told = any(_has_one_of(secrets, user) for user in users)
            yield Occurrence(call, "the userId has a secret in it" if is_told else "")


@caller_clause(
    "CAL-46",
    "An offset of +01:00 is sent for dates in summer time only.",
    advice("an offset that was taken from another date makes a date an hour early"),
)
@each_call
def summer_offsets_are_for_summer(call: Call) -> str | None:
    """Read every date of the request."""
    read = _read_dates(call)
    wrong = [f"{name} {text} is in winter time" for name, text in read if _is_offset_of_summer(text)]
    return ", ".join(wrong[:_MAX_NAMED]) if read else None


@caller_clause(
    "CAL-47",
    "The last second of a day is that of a local day, not of one in UTC.",
    advice("local time that is sent with a Z is an hour late in summer, and 23:59:59 is on the next day then"),
)
@each_call
def days_end_at_local_midnight(call: Call) -> str | None:
    """Look for 23:59:59 in UTC while summer time is on. 00:00:00 in UTC, which services send, is on its day."""
    read = _read_dates(call)
    wrong = [f"{name} {text} is on the next day in local time" for name, text in read if _is_next_day(text)]
    return ", ".join(wrong[:_MAX_NAMED]) if read else None


def _read_dates(call: Call) -> list[tuple[str, str]]:
    elements = () if call.members is None else call.members.iter(*_DATES)
    return [(str(element.tag), (element.text or "").strip()) for element in elements]


def _is_offset_of_summer(text: str) -> bool:
    moment = parse_moment(text)
    return moment is not None and text.endswith("+01:00") and not moment.astimezone(ZONE).utcoffset()


def _is_next_day(text: str) -> bool:
    moment = parse_moment(text)
    if moment is None or not _LAST_SECOND_IN_UTC.search(text):
        return False
    return bool(moment.astimezone(ZONE).utcoffset())


def _has_one_of(secrets: Mapping[int, set[str]], text: str) -> bool:
    """Whether one of the secrets, which are sorted by their lengths, is in a text."""
    return any(
        text[begin : begin + length] in found
        for length, found in secrets.items()
        for begin in range(len(text) - length + 1)
    )


def _tell_clock_change(text: str) -> str:
    """Say what a change of the clocks does to a date; nothing for a date that has an offset or exists once."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return ""
    if read.tzinfo is not None:
        return ""
    before, after = (read.replace(tzinfo=ZONE, fold=fold).utcoffset() or timedelta(0) for fold in (0, 1))
    if before == after:
        return ""
    return "does not exist, as the clocks go forward" if before < after else "exists twice, as the clocks go back"


def _secrets_of(call: Call) -> Iterator[str]:
    """Give the password and the sessions' ids. Digits alone may be any number, and a login is often the userId."""
    password = call.value("password") if call.operation == "openSession" else ""
    found = [call.session, call.given("sessionId")]
    found += [password] if password != call.value("login") and any(map(str.isalnum, password)) else []
    return (each for each in found if not each.isdigit())


def _is_value(name: str, text: str) -> bool:
    form = _VALUES[name]
    if not isinstance(form, re.Pattern):
        return text in form
    return bool(form.fullmatch(text.strip())) and (form is _FLAG or int(text) in _INTS)


def _exists(date: str) -> bool:
    try:
        datetime.fromisoformat(date)
    except ValueError:
        return False
    return True
