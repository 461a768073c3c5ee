"""Clauses that bind the caller, on what its calls have to do with each other: sessions, slots, orders, retries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TypeAlias

from lxml import etree

from drs_contracts.clauses.caller_wire import caller_clause
from drs_contracts.clauses.clause import client, presumed, seen
from drs_contracts.traffic.calls import ZONE, Call, Occurrence, Traffic, parse_moment

_Job: TypeAlias = tuple[str, ...]
_Window: TypeAlias = tuple[datetime, datetime]

_CAP_WARNING = "number of days returned has been limited"
_SLIP = timedelta(hours=1)
_SETTLES_A_BOOKING = frozenset({"confirmReservation", "createReservation", "deleteBooking", "scheduleBooking"})
_SETTLES_AN_ORDER = frozenset({"completeOrder", "deleteOrder"})


@caller_clause("CAL-16", "A session is opened before it is used.", seen("Open Session"))
def sessions_are_opened_before(traffic: Traffic) -> Iterator[Occurrence]:
    """Compare every sessionId with those that were given."""
    opened: set[str] = set()
    for call in traffic.calls:
        if call.operation == "openSession":
            opened.add(call.given("sessionId"))
        elif call.session:
            yield Occurrence(call, "" if call.session in opened else "its session was not opened in this traffic")


@caller_clause("CAL-17", "A session is not used after it was closed.", presumed("SES-03"))
def closed_sessions_are_left_alone(traffic: Traffic) -> Iterator[Occurrence]:
    """Look for a sessionId after its closeSession."""
    closed: set[str] = set()
    for call in traffic.calls:
        if call.session in closed:
            yield Occurrence(call, "its session was closed before")
        elif call.operation == "closeSession" and call.session:
            yield Occurrence(call)
            closed.add(call.session)


@caller_clause(
    "CAL-18", "A session that was opened is closed in the end, unless DRS let it lapse.", seen("Close Session")
)
def sessions_are_closed(traffic: Traffic) -> Iterator[Occurrence]:
    """Look for the closeSession of every sessionId that was given."""
    ended = {call.session for call in traffic.calls if call.operation == "closeSession" or call.session_refused}
    for call in traffic.calls:
        given = call.given("sessionId") if call.operation == "openSession" else ""
        if given:
            yield Occurrence(call, "" if given in ended else "its session is never closed")


@caller_clause(
    "CAL-19",
    "A session that DRS has refused is not sent again: the caller opens a new one.",
    presumed("plainest guess, from the session's end at midnight"),
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


@caller_clause(
    "CAL-20",
    "A booking is scheduled with the times of a slot that was offered, and available, for its place and work.",
    seen("Scheduling a Booking, planningWindowStart and planningWindowEnd"),
)
def scheduled_windows_were_offered(traffic: Traffic) -> Iterator[Occurrence]:
    """Compare every window with what the latest answers say of it; one that slipped by an hour is for CAL-21."""
    for call, window, offered in _scheduled(traffic):
        if window in offered:
            yield Occurrence(call, "" if offered[window] else f"{_told(call)} was not available")
        elif not _slipped(window, offered):
            yield Occurrence(call, f"{_told(call)} was not offered")


@caller_clause(
    "CAL-21",
    "The window of a booking is the offered slot's at the same instant, not an hour off by a lost or wrong offset.",
    client("services that send local time without an offset"),
)
def windows_keep_their_offset(traffic: Traffic) -> Iterator[Occurrence]:
    """Look for windows that would be an offered slot if they were an hour earlier or later."""
    for call, window, offered in _scheduled(traffic):
        if window in offered:
            yield Occurrence(call)
        elif _slipped(window, offered):
            yield Occurrence(call, f"{_told(call)} is an hour off a slot that was offered")


@caller_clause(
    "CAL-22",
    "The bookingId that is scheduled is one that DRS gave.",
    seen("Appendix B 5: use the bookingId returned by createOrder"),
)
def scheduled_bookings_were_given(traffic: Traffic) -> Iterator[Occurrence]:
    """Compare with the ids of all answers before."""
    given: set[str] = set()
    for call in traffic.calls:
        booking = call.value("theBooking/bookingId")
        if call.operation == "scheduleBooking" and booking:
            yield Occurrence(call, "" if booking in given else f"no answer before has the bookingId {booking}")
        if call.answer is not None:
            given.update((element.text or "").strip() for element in call.answer.iter("bookingId"))


@caller_clause(
    "CAL-23",
    "An order that was created has its booking scheduled, or is given up again.",
    seen("Workflow; Scheduling an Appointment"),
)
def created_orders_are_scheduled(traffic: Traffic) -> Iterator[Occurrence]:
    """Look for what follows every createOrder that succeeded."""
    for index, call in enumerate(traffic.calls):
        if call.operation == "createOrder" and call.succeeded:
            bookings = set(call.all_given("theOrder/theBookings/bookingId"))
            settled = any(_settles(later, bookings, _number(call)) for later in traffic.calls[index + 1 :])
            yield Occurrence(call, "" if settled else f"the booking of order {_number(call)} is left unscheduled")


@caller_clause(
    "CAL-24",
    "createOrder is sent once for a number; again only after selectOrder has found no order of that number.",
    client("Hackney: 'order already exists'"),
)
def orders_are_created_once(traffic: Traffic) -> Iterator[Occurrence]:
    """Look for a second createOrder where the first succeeded, or where nobody knows what became of it."""
    may_be_there: set[str] = set()
    for call in traffic.calls:
        number = _number(call)
        if call.operation == "createOrder" and number:
            twice = number in may_be_there
            yield Occurrence(call, f"order {number} was sent before, and not looked up since" if twice else "")
            if not (call.refused or call.fault):
                may_be_there.add(number)
        elif call.operation == "deleteOrder" and call.succeeded:
            may_be_there.discard(number)
        elif call.operation == "selectOrder" and (call.succeeded or call.refused) and not call.session_refused:
            found = set(call.all_given("theOrders/primaryOrderNumber"))
            may_be_there -= {text.strip() for text in call.texts("primaryOrderNumber")} - found


@caller_clause(
    "CAL-25",
    "After the cap's warning the next period begins with the day after the last that came back.",
    client("Lincoln asks period after period; the cap is a setting"),
)
def periods_follow_the_cap(traffic: Traffic) -> Iterator[Occurrence]:
    """Compare the days of an answer that was cut with the request that carries on from it."""
    cut: dict[tuple[str, _Job], Call] = {}
    for call in traffic.calls:
        if call.operation != "checkAvailability":
            continue
        before = cut.pop((call.session, _job(call)), None)
        begin = parse_moment(call.value("periodBegin"))
        began = None if before is None else parse_moment(before.value("periodBegin"))
        # A period that begins no later than the one before is another search.
        if before is not None and begin and began and begin > began:
            days = [day for day in map(parse_moment, before.all_given("theSlots/day")) if day]
            if days:
                wanted = max(days).astimezone(ZONE).date() + timedelta(days=1)
                found = begin.astimezone(ZONE).date()
                yield Occurrence(call, "" if found == wanted else f"it begins on {found}, the next day is {wanted}")
        if call.succeeded and _CAP_WARNING in call.message:
            cut[call.session, _job(call)] = call


@caller_clause(
    "CAL-26",
    "A priority that DRS has refused is not tried again.",
    client("a priority must match in case and spelling"),
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


def _scheduled(traffic: Traffic) -> Iterator[tuple[Call, _Window, dict[_Window, bool]]]:
    """Every scheduleBooking with a window, and the slots that were offered for its work until then.

    Where nobody knows what the booking is for, as it was made before this traffic, those of all work count.
    """
    offers: dict[_Job, dict[_Window, bool]] = {}
    jobs: dict[str, _Job] = {}
    for call in traffic.calls:
        if call.operation == "checkAvailability":
            # What comes again is put at the end: the latest word on a slot counts.
            offers[_job(call)] = offers.pop(_job(call), {}) | _offered(call)
        elif call.operation == "createOrder":
            jobs |= dict.fromkeys(call.all_given("theOrder/theBookings/bookingId"), _job(call))
        elif call.operation == "scheduleBooking":
            begin = parse_moment(call.value("theBooking/planningWindowStart"))
            end = parse_moment(call.value("theBooking/planningWindowEnd"))
            job = jobs.get(call.value("theBooking/bookingId"))
            of_all = {window: free for each in offers.values() for window, free in each.items()}
            if begin and end:
                yield call, (begin, end), of_all if job is None else offers.get(job, {})


def _offered(call: Call) -> dict[_Window, bool]:
    slots: list[etree._Element] = [] if call.answer is None else call.answer.findall("theSlots/slotsForDay")
    read = [(parse_moment(s.findtext("beginDate", "")), parse_moment(s.findtext("endDate", "")), s) for s in slots]
    return {(begin, end): slot.findtext("available") != "NO" for begin, end, slot in read if begin and end}


def _slipped(window: _Window, offered: dict[_Window, bool]) -> bool:
    begin, end = window
    return any((begin + by, end + by) in offered for by in (_SLIP, -_SLIP))


def _job(call: Call) -> _Job:
    """What a request is for: the place and the work."""
    return call.value("theOrder/locationID"), *sorted(call.texts("theOrder/theBookingCodes/bookingCodeSORCode"))


def _settles(call: Call, bookings: set[str], number: str) -> bool:
    if call.operation in _SETTLES_AN_ORDER:
        return _number(call) == number
    return call.operation in _SETTLES_A_BOOKING and call.value("theBooking/bookingId") in bookings


def _number(call: Call) -> str:
    return call.value("theOrder/primaryOrderNumber") or call.value("primaryOrderNumber")


def _told(call: Call) -> str:
    start, end = call.value("theBooking/planningWindowStart"), call.value("theBooking/planningWindowEnd")
    return f"{start} to {end}"
