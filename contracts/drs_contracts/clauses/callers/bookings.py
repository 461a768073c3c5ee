"""How a caller's orders and bookings follow from what DRS answered before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TypeAlias

from lxml import etree

from drs_contracts.clauses.callers.work import Job, job_of, order_number
from drs_contracts.clauses.clause import caller_clause, client, seen
from drs_contracts.traffic.calls import Call, Occurrence, Traffic, parse_moment

_Window: TypeAlias = tuple[datetime, datetime]
_SLIP = timedelta(hours=1)
_SETTLES_A_BOOKING = frozenset({"confirmReservation", "createReservation", "deleteBooking", "scheduleBooking"})
_SETTLES_AN_ORDER = frozenset({"completeOrder", "deleteOrder"})


@caller_clause(
    "CAL-20",
    "A booking is scheduled into a slot that was offered as available for its location and work.",
    seen("Scheduling a Booking, planningWindowStart and planningWindowEnd"),
)
def scheduled_windows_were_offered(traffic: Traffic) -> Iterator[Occurrence]:
    """Compare every window with the latest answers; a window an hour off a slot is for CAL-21."""
    for call, window, offered in _scheduled(traffic):
        if window in offered:
            yield Occurrence(call, "" if offered[window] else f"{_window_text(call)} was not available")
        elif not _slipped(window, offered):
            yield Occurrence(call, f"{_window_text(call)} was not offered")


@caller_clause(
    "CAL-21",
    "A booking's window is exactly an offered slot, not an hour off through a lost or wrong offset.",
    client("services that send local time without an offset"),
)
def windows_keep_their_offset(traffic: Traffic) -> Iterator[Occurrence]:
    """Look for windows that are an hour before or after an offered slot."""
    for call, window, offered in _scheduled(traffic):
        if window in offered:
            yield Occurrence(call)
        elif _slipped(window, offered):
            yield Occurrence(call, f"{_window_text(call)} is an hour off a slot that was offered")


@caller_clause(
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


@caller_clause(
    "CAL-23",
    "The booking of a created order is scheduled or reserved, or it is cancelled or completed.",
    seen("Workflow; Scheduling an Appointment"),
)
def created_orders_are_scheduled(traffic: Traffic) -> Iterator[Occurrence]:
    """Look for what follows each createOrder that succeeded."""
    for index, call in enumerate(traffic.calls):
        if call.operation == "createOrder" and call.succeeded:
            bookings = set(call.all_given("theOrder/theBookings/bookingId"))
            settled = any(_settles(later, bookings, order_number(call)) for later in traffic.calls[index + 1 :])
            yield Occurrence(call, "" if settled else f"the booking of order {order_number(call)} stays unscheduled")


@caller_clause(
    "CAL-24",
    "createOrder is sent again for a number only after selectOrder finds no order with it.",
    client("Hackney: 'order already exists'"),
)
def orders_are_created_once(traffic: Traffic) -> Iterator[Occurrence]:
    """Look for a second createOrder where the first succeeded or its outcome is unknown."""
    may_be_there: set[str] = set()
    for call in traffic.calls:
        number = order_number(call)
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


def _scheduled(traffic: Traffic) -> Iterator[tuple[Call, _Window, dict[_Window, bool]]]:
    """Give every scheduleBooking with a window, and the slots that were offered for its work until then.

    Where the work is unknown because the booking was made before this traffic, the slots of all work count.
    """
    offers: dict[Job, dict[_Window, bool]] = {}
    jobs: dict[str, Job] = {}
    for call in traffic.calls:
        if call.operation == "checkAvailability":
            # The latest answer goes last, because the last one on a slot counts.
            offers[job_of(call)] = offers.pop(job_of(call), {}) | _offered(call)
        elif call.operation == "createOrder":
            jobs |= dict.fromkeys(call.all_given("theOrder/theBookings/bookingId"), job_of(call))
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


def _settles(call: Call, bookings: set[str], number: str) -> bool:
    if call.operation in _SETTLES_AN_ORDER:
        return order_number(call) == number
    return call.operation in _SETTLES_A_BOOKING and call.value("theBooking/bookingId") in bookings


def _window_text(call: Call) -> str:
    start, end = call.value("theBooking/planningWindowStart"), call.value("theBooking/planningWindowEnd")
    return f"{start} to {end}"
