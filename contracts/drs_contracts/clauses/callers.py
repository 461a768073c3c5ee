"""Clauses for the caller: its requests, and how its calls follow each other."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from functools import partial

from lxml import etree

from drs_contracts.clauses.clause import AppliesTo, clause, client, measured, presumed, published, seen
from drs_contracts.driver.messages import NAMESPACE, OPERATIONS, SOAP
from drs_contracts.traffic.calls import ZONE, Call, Occurrence, Traffic, each_call, parse_moment
from drs_contracts.traffic.windows import Job, is_an_hour_off, job_of, scheduled_windows, window_text

_caller_clause = partial(clause, applies_to=AppliesTo.CALLER)

_DECLARED = re.compile(rb"""<\?xml[^>]*\bencoding\s*=\s*["']([\w.:-]+)["']""")
_UNREADABLE = "\N{REPLACEMENT CHARACTER}"
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
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_MAX_NAMED = 3
_PERIODS = (
    ("periodBegin", "periodEnd"),
    ("theBooking/planningWindowStart", "theBooking/planningWindowEnd"),
    ("startDateAndTime", "endDateAndTime"),
)
_COMMENTS_LIMIT = 255
_CAP_WARNING = "number of days returned has been limited"
_SETTLES_A_BOOKING = frozenset({"confirmReservation", "createReservation", "deleteBooking", "scheduleBooking"})
_SETTLES_AN_ORDER = frozenset({"completeOrder", "deleteOrder"})


@_caller_clause(
    "CAL-01",
    "Every request is a SOAP 1.1 envelope with a call in its Body.",
    published("the binding of DRS 5.2.0.16; measured: Apache CXF 2.6.1, cases S3, O6"),
)
@each_call
def requests_are_soap_1_1(call: Call) -> str | None:
    """Read the root and the Body."""
    if call.envelope is None:
        return "the request is not XML"
    if call.envelope.tag != f"{{{SOAP}}}Envelope":
        return f"the root is {call.envelope.tag!s}"
    return "" if call.wrapper is not None else "the Body is empty"


@_caller_clause(
    "CAL-02", "A call names a published operation, in DRS's namespace or in none.", published("port type, operations")
)
@each_call
def operations_are_published(call: Call) -> str | None:
    """Read the name of the wrapper."""
    if call.wrapper is None:
        return None
    if etree.QName(call.wrapper).namespace not in (None, NAMESPACE):
        return f"the namespace is {etree.QName(call.wrapper).namespace}"
    return "" if call.operation in OPERATIONS else f"there is not an operation '{call.operation}'"


@_caller_clause(
    "CAL-03",
    "The wrapper has a prefix or no namespace at all, never a default namespace.",
    client("unpatched .NET service references get a fault on interned names, which Apache CXF by itself does not give"),
)
@each_call
def wrappers_have_no_default_namespace(call: Call) -> str | None:
    """Look for a namespace without a prefix."""
    if call.wrapper is None:
        return None
    is_default = call.wrapper.prefix is None and etree.QName(call.wrapper).namespace is not None
    return f'the wrapper is written <{call.operation} xmlns="…">' if is_default else ""


@_caller_clause("CAL-04", "No element below the wrapper has a namespace.", seen("Appendix B, requests"))
@each_call
def members_are_unqualified(call: Call) -> str | None:
    """Read every name below the wrapper."""
    if call.wrapper is None:
        return None
    below = [element for child in call.wrapper for element in child.iter(etree.Element)]
    qualified = [etree.QName(element).localname for element in below if etree.QName(element).namespace]
    return f"these have a namespace: {', '.join(qualified[:3])}" if qualified else ""


@_caller_clause(
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


@_caller_clause(
    "CAL-06",
    "A request is encoded in the one charset that it declares, in Content-Type if it is not ASCII.",
    measured("P5d", "P7c", also="without a charset in Content-Type it is read as ISO-8859-1, whatever the XML says"),
)
@each_call
def charsets_are_declared(call: Call) -> str | None:
    """Compare the charsets of Content-Type and XML, and decode the bytes."""
    in_xml = _DECLARED.match(call.sent.replace(b"\0", b"").lstrip(b"\xff\xfe\xef\xbb\xbf"))
    declared = in_xml[1].decode() if in_xml else ""
    named = call.charset
    if named and declared and _family(named) != _family(declared):
        return f"Content-Type says {named}, the XML says {declared}"
    # A byte order mark declares UTF-16 too.
    marked = "utf-16" if call.sent[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8"
    try:
        text = call.sent.decode(named or declared or marked)
    except (LookupError, UnicodeError) as error:
        return f"it cannot be read as {named or declared or marked}: {error}"
    is_default = _family(declared or marked) == "iso8859-1"
    if call.content_type and not named and not is_default and not call.sent.isascii():
        return "Content-Type names no charset, so DRS reads ISO-8859-1"
    return "a character was lost on the way to the charset" if _UNREADABLE in text else ""


def _family(charset: str) -> str:
    """A charset under one of its names; the forms of UTF-16 count as one, as the byte order mark tells them apart."""
    try:
        name = codecs.lookup(charset).name
    except LookupError:
        return charset.lower()
    return "utf-16" if name.startswith("utf-16") else name


@_caller_clause(
    "CAL-07",
    "A date is an existing ISO 8601 date and time, with or without an offset.",
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


@_caller_clause(
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


@_caller_clause("CAL-09", "Every call but openSession sends a sessionId.", seen("Open Session"))
@each_call
def calls_send_a_session(call: Call) -> str | None:
    """Look for the sessionId."""
    if call.members is None or call.operation == "openSession":
        return None
    return "" if call.session else "there is no sessionId"


@_caller_clause(
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


@_caller_clause(
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


@_caller_clause(
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


@_caller_clause("CAL-13", "orderComments have at most 255 characters.", seen("createOrder, orderComments"))
@each_call
def comments_are_short_enough(call: Call) -> str | None:
    """Count the characters."""
    comments = call.text("theOrder/orderComments")
    if comments is None:
        return None
    return f"there are {len(comments)}" if len(comments) > _COMMENTS_LIMIT else ""


@_caller_clause(
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


@_caller_clause(
    "CAL-15",
    "DRS can read every request: none is answered with an Unmarshalling Error.",
    measured("E1", "E13", "D dateTime notadate"),
)
@each_call
def requests_can_be_read(call: Call) -> str | None:
    """Look for such faults."""
    unreadable = (call.fault or "").strip().startswith("Unmarshalling Error")
    return (call.fault or "").strip() if unreadable else ""


@_caller_clause("CAL-16", "A session is opened before it is used.", seen("Open Session"))
def sessions_are_opened_before(traffic: Traffic) -> Iterator[Occurrence]:
    """Compare every sessionId with the ids that openSession returned."""
    opened: set[str] = set()
    for call in traffic.calls:
        if call.operation == "openSession":
            opened.add(call.given("sessionId"))
        elif call.session:
            yield Occurrence(call, "" if call.session in opened else "its session was not opened in this traffic")


@_caller_clause(
    "CAL-17",
    "A session is not used after it was closed.",
    seen("Open Session: a session must be open for a call; client: Hackney opens another one after closeSession"),
)
def closed_sessions_are_left_alone(traffic: Traffic) -> Iterator[Occurrence]:
    """Look for a sessionId after its closeSession."""
    closed: set[str] = set()
    for call in traffic.calls:
        if call.session in closed:
            yield Occurrence(call, "its session was closed before")
        elif call.operation == "closeSession" and call.session:
            yield Occurrence(call)
            # Where the answer was lost, nobody knows whether it is closed: it may be closed again.
            if call.answer is not None or call.fault is not None:
                closed.add(call.session)


@_caller_clause("CAL-18", "Every session that was opened is closed, unless it expired.", seen("Close Session"))
def sessions_are_closed(traffic: Traffic) -> Iterator[Occurrence]:
    """Look for the closeSession of every session."""
    ended = {call.session for call in traffic.calls if call.operation == "closeSession" or call.session_refused}
    for call in traffic.calls:
        given = call.given("sessionId") if call.operation == "openSession" else ""
        if given:
            yield Occurrence(call, "" if given in ended else "its session is never closed")


@_caller_clause(
    "CAL-19",
    "A session that DRS has refused is not sent again: the caller opens a new one.",
    presumed("the simplest assumption, from the session's end at midnight"),
)
def refused_sessions_are_renewed(traffic: Traffic) -> Iterator[Occurrence]:
    """Look for a sessionId after its refusal."""
    refused: set[str] = set()
    for call in traffic.calls:
        if call.session in refused:
            yield Occurrence(call, "its session was refused before")
        elif call.session and call.session_refused:
            yield Occurrence(call)
            refused.add(call.session)


@_caller_clause(
    "CAL-20",
    "A booking is scheduled into a slot offered as available for its location and work, or into its own window.",
    seen(
        "Scheduling a Booking, planningWindowStart and planningWindowEnd; "
        "client: ONS schedules a booking as createOrder returned it"
    ),
)
def scheduled_windows_were_offered(traffic: Traffic) -> Iterator[Occurrence]:
    """Compare every window with the latest answers; a window an hour off a slot is for CAL-21."""
    for call, window, offered in scheduled_windows(traffic):
        if window in offered:
            yield Occurrence(call, "" if offered[window] else f"{window_text(call)} was not available")
        elif not is_an_hour_off(window, offered):
            yield Occurrence(call, f"{window_text(call)} was not offered")


@_caller_clause(
    "CAL-21",
    "A booking's window is exactly an offered slot, not an hour off through a lost or wrong offset.",
    client("services that send local time without an offset"),
)
def windows_keep_their_offset(traffic: Traffic) -> Iterator[Occurrence]:
    """Look for windows that are an hour before or after an offered slot."""
    for call, window, offered in scheduled_windows(traffic):
        if window in offered:
            yield Occurrence(call)
        elif is_an_hour_off(window, offered):
            yield Occurrence(call, f"{window_text(call)} is an hour off a slot that was offered")


@_caller_clause(
    "CAL-22",
    "A bookingId that is scheduled is one that DRS returned.",
    seen("Appendix B 5: use the bookingId returned by createOrder"),
)
def scheduled_bookings_were_given(traffic: Traffic) -> Iterator[Occurrence]:
    """Compare it with the ids in all earlier answers."""
    given: set[str] = set()
    for call in traffic.calls:
        booking = call.value("theBooking/bookingId")
        if call.operation == "scheduleBooking" and booking:
            yield Occurrence(call, "" if booking in given else f"no answer before has the bookingId {booking}")
        if call.answer is not None:
            given.update((element.text or "").strip() for element in call.answer.iter("bookingId"))


@_caller_clause(
    "CAL-23",
    "The booking of a created order is scheduled or reserved, or it is cancelled or completed.",
    seen("Workflow; Scheduling an Appointment"),
)
def created_orders_are_scheduled(traffic: Traffic) -> Iterator[Occurrence]:
    """Look for what follows each createOrder that succeeded."""
    for index, call in enumerate(traffic.calls):
        if call.operation == "createOrder" and call.succeeded:
            bookings = set(call.all_given("theOrder/theBookings/bookingId"))
            settled = any(_settles(later, bookings, _number(call)) for later in traffic.calls[index + 1 :])
            yield Occurrence(call, "" if settled else f"the booking of order {_number(call)} stays unscheduled")


@_caller_clause(
    "CAL-24",
    "createOrder is sent again for a number only after selectOrder finds no order with it.",
    client("Hackney: 'order already exists'"),
)
def orders_are_created_once(traffic: Traffic) -> Iterator[Occurrence]:
    """Look for a second createOrder where the first succeeded or its outcome is unknown."""
    may_be_there: set[str] = set()
    for call in traffic.calls:
        number = _number(call)
        if call.operation == "createOrder" and number:
            twice = number in may_be_there
            yield Occurrence(call, f"order {number} was sent before and has not been looked up since" if twice else "")
            if not (call.refused or call.fault):
                may_be_there.add(number)
        elif call.operation == "deleteOrder" and call.succeeded:
            may_be_there.discard(number)
        elif call.operation == "selectOrder" and (call.succeeded or call.refused) and not call.session_refused:
            found = set(call.all_given("theOrders/primaryOrderNumber"))
            may_be_there -= {text.strip() for text in call.texts("primaryOrderNumber")} - found


@_caller_clause(
    "CAL-25",
    "After the cap's warning, the next period begins on the day after the last day that came back.",
    client("Lincoln asks period after period; the cap is a setting"),
)
def periods_follow_the_cap(traffic: Traffic) -> Iterator[Occurrence]:
    """Compare the days of an answer that was cut with the request that continues from it."""
    cut: dict[tuple[str, Job], Call] = {}
    for call in traffic.calls:
        if call.operation != "checkAvailability":
            continue
        before = cut.pop((call.session, job_of(call)), None)
        begin = parse_moment(call.value("periodBegin"))
        began = None if before is None else parse_moment(before.value("periodBegin"))
        # A period that does not begin later than the previous one is a new search.
        if before is not None and begin and began and begin > began:
            days = [day for day in map(parse_moment, before.all_given("theSlots/day")) if day]
            if days:
                wanted = max(days).astimezone(ZONE).date() + timedelta(days=1)
                found = begin.astimezone(ZONE).date()
                yield Occurrence(call, "" if found == wanted else f"it begins on {found}, and the next day is {wanted}")
        if call.succeeded and _CAP_WARNING in call.message:
            cut[call.session, job_of(call)] = call


@_caller_clause(
    "CAL-26",
    "A priority that DRS has refused is not sent again.",
    client("a priority must match in case and spelling; vendor: so it does (u8c2zn3l73)"),
)
def refused_priorities_are_not_repeated(traffic: Traffic) -> Iterator[Occurrence]:
    """Look for a priority after its refusal."""
    refused: set[str] = set()
    for call in traffic.calls:
        priority = call.text("theOrder/priority")
        if priority and priority in refused:
            yield Occurrence(call, f"'{priority}' was refused before")
        elif priority and call.refused and "priority" in call.message.lower():
            yield Occurrence(call)
            refused.add(priority)


@_caller_clause(
    "CAL-27",
    "A flag, a whole number and a listed value are written as the interface has them.",
    measured("I int empty", "N enum onlyBestSlots 'DAY'", "B boolean '01'", also="published: the types"),
)
@each_call
def values_are_of_their_types(call: Call) -> str | None:
    """Read every flag, number and listed value of the request."""
    if call.members is None:
        return None
    typed = [(str(each.tag), each.text or "") for each in call.members.iter(*_VALUES)]
    wrong = [f"{name} is '{text}'" for name, text in typed if not _is_value(name, text)]
    return ", ".join(wrong[:_MAX_NAMED]) if typed else None


@_caller_clause(
    "CAL-28",
    "A Body has one call, and the call's wrapper one element: the request, named like the operation.",
    measured("W11", "W16", "O8", also="what else is there is passed over in silence"),
)
@each_call
def a_wrapper_has_one_request(call: Call) -> str | None:
    """Count the elements of the Body and of the wrapper."""
    if call.wrapper is None or call.operation not in OPERATIONS:
        return None
    following = [*call.wrapper.itersiblings(etree.Element)]
    behind = call.wrapper.getparent()
    following += [] if behind is None else [*behind.itersiblings(etree.Element)]
    if following:
        return f"{_local_name(following[0])} is behind the call"
    inside = [_local_name(element) for element in call.wrapper.iterchildren(etree.Element)]
    if inside == [call.operation]:
        return ""
    return f"the wrapper has {', '.join(inside[:_MAX_NAMED])}" if inside else "the wrapper is empty"


@_caller_clause(
    "CAL-29",
    "What has no value is left out, not sent as xsi:nil.",
    measured("X xsi:nil with text", "X xsi:nil on theOrder", also="xsi:nil is passed over"),
)
@each_call
def nothing_is_nil(call: Call) -> str | None:
    """Look for the attribute."""
    if call.wrapper is None:
        return None
    nil = [_local_name(each) for each in call.wrapper.iter(etree.Element) if each.get(_NIL) in ("true", "1")]
    return f"these are nil: {', '.join(nil[:_MAX_NAMED])}" if nil else ""


def _is_value(name: str, text: str) -> bool:
    form = _VALUES[name]
    if not isinstance(form, re.Pattern):
        return text in form
    return bool(form.fullmatch(text.strip())) and (form is _FLAG or int(text) in _INTS)


def _local_name(element: etree._Element) -> str:
    return etree.QName(element).localname


def _exists(date: str) -> bool:
    try:
        datetime.fromisoformat(date)
    except ValueError:
        return False
    return True


def _settles(call: Call, bookings: set[str], number: str) -> bool:
    if call.operation in _SETTLES_AN_ORDER:
        return _number(call) == number
    completes = call.operation == "updateBooking" and call.value("transactionType") == "COMPLETED"
    return (completes or call.operation in _SETTLES_A_BOOKING) and call.value("theBooking/bookingId") in bookings


def _number(call: Call) -> str:
    return call.value("theOrder/primaryOrderNumber") or call.value("primaryOrderNumber")
