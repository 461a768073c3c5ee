"""What a caller leaves in DRS: orders that stand twice, orders without a booking, places that nobody takes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias

from drs_contracts.clauses.callers.work import (
    IDENTITY,
    Content,
    booking_id,
    content_of,
    created_bookings,
    given_bookings,
    order_number,
)
from drs_contracts.clauses.clause import advice, caller_clause
from drs_contracts.traffic.calls import Call, Occurrence, Traffic, parse_moment

_Appointment: TypeAlias = tuple[Content | datetime | None, ...]
_BESIDE_THE_WORK = IDENTITY | {"earliestBookingDate", "targetDate", "bookingId"}
_ENDS_AN_ORDER = frozenset({"completeOrder", "deleteOrder"})
_TAKES_A_RESERVATION = frozenset({"confirmReservation", "scheduleBooking"})
_TEN_MINUTES = timedelta(minutes=10)
_DAY = timedelta(days=1)


@caller_clause(
    "CAL-50",
    "The same work at the same place is not booked into one window under two numbers within ten minutes.",
    advice("a double click, or two layers that both try again, make two appointments of one"),
)
def work_is_booked_once(traffic: Traffic) -> Iterator[Occurrence]:
    """Look for orders that differ in their numbers and dates alone, and stand in the same window."""
    orders = _Orders()
    for call in traffic.calls:
        if call.operation == "scheduleBooking":
            second = orders.of_bookings.get(booking_id(call))
            first = None if second is None else orders.scheduled.get(_appointment_of(second, call))
            is_twice = second is not None and call.succeeded and _is_replaced(first, second, _TEN_MINUTES)
            told = f"order {order_number(first)} has that window for the same work" if is_twice and first else ""
            yield Occurrence(call, told)
        orders.read(call)


@caller_clause(
    "CAL-51",
    "An order whose booking was cancelled, or could not be, ends before its work is ordered under another number.",
    advice("deleteBooking leaves the order; it waits in DRS beside the one that takes its place"),
)
def cancelled_orders_are_not_replaced(traffic: Traffic) -> Iterator[Occurrence]:
    """Look for the same work within a day. Services in use cancel with deleteBooking alone, which is no fault."""
    orders = _Orders()
    for call in traffic.calls:
        if call.operation == "createOrder":
            first = orders.without_booking.get(_work_of(call))
            is_left = _is_replaced(first, call, _DAY)
            told = f"order {order_number(first)} is left without an appointment" if is_left and first else ""
            yield Occurrence(call, told)
        orders.read(call)


@caller_clause(
    "CAL-52",
    "A place is not held for nothing: a reservation is confirmed, scheduled or cancelled.",
    advice("until it lapses, a reservation takes a place that another resident could have"),
)
def reservations_are_taken(traffic: Traffic) -> Iterator[Occurrence]:
    """Look for what follows each createReservation that succeeded."""
    reserved: list[Call] = []
    held: dict[str, Call] = {}
    bookings: defaultdict[str, set[str]] = defaultdict(set)
    taken: set[Call] = set()
    for call in traffic.calls:
        booking = booking_id(call)
        if call.operation == "createReservation" and call.succeeded:
            reserved.append(call)
            held[booking] = call
            bookings[call.value("theBooking/primaryOrderNumber")].add(booking)
        elif call.operation in _TAKES_A_RESERVATION and not call.refused:
            yield Occurrence(call)
            taken.update(each for each in (held.pop(booking, None),) if each)
        elif call.operation == "deleteBooking" and not call.session_refused:
            taken.update(each for each in (held.pop(booking, None),) if each)
        elif call.operation in _ENDS_AN_ORDER and not call.session_refused:
            for each in bookings.pop(order_number(call), set()) & held.keys():
                taken.add(held.pop(each))
    for call in reserved:
        yield Occurrence(call, "" if call in taken else f"booking {booking_id(call)} is reserved and not confirmed")


@dataclass(frozen=True, slots=True)
class _Orders:
    """The createOrder of orders, by what became of them.

    Args:
        scheduled: Those that stand in a window, by their work and that window.
        without_booking: Those whose booking was cancelled or could not be, by their work.
        of_bookings: All that DRS made, by the ids of their bookings.
    """

    scheduled: dict[_Appointment, Call] = field(default_factory=dict)
    without_booking: dict[Content, Call] = field(default_factory=dict)
    of_bookings: dict[str, Call] = field(default_factory=dict)
    _of_numbers: dict[str, Call] = field(default_factory=dict)
    _appointments: dict[Call, _Appointment] = field(default_factory=dict)

    def read(self, call: Call) -> None:
        """Take a call with its answer into account."""
        order = self.of_bookings.get(booking_id(call))
        if call.operation == "createOrder" and call.succeeded:
            self._of_numbers[order_number(call)] = call
            self.of_bookings.update(dict.fromkeys(created_bookings(call), call))
        elif call.operation == "deleteBooking" and order and (call.succeeded or call.refused):
            if not call.session_refused:
                self._forget(order)
                self.without_booking[_work_of(order)] = order
        elif call.operation == "scheduleBooking" and order and call.succeeded:
            self._forget(order)
            self._appointments[order] = _appointment_of(order, call)
            self.scheduled[self._appointments[order]] = order
        elif ended := self._of_numbers.get(order_number(call)):
            if call.operation in _ENDS_AN_ORDER and call.succeeded:
                self._forget(ended)
            elif call.operation == "createBooking" and call.succeeded:
                self._forget(ended)
                self.of_bookings.update(dict.fromkeys(given_bookings(call), ended))

    def _forget(self, order: Call) -> None:
        appointment = self._appointments.pop(order, None)
        if appointment and self.scheduled.get(appointment) is order:
            del self.scheduled[appointment]
        if self.without_booking.get(_work_of(order)) is order:
            del self.without_booking[_work_of(order)]


def _work_of(call: Call) -> Content:
    return content_of(call, without=_BESIDE_THE_WORK)


def _appointment_of(order: Call, scheduled: Call) -> _Appointment:
    names = ("planningWindowStart", "planningWindowEnd")
    return _work_of(order), *(parse_moment(scheduled.value(f"theBooking/{name}")) for name in names)


def _is_replaced(first: Call | None, second: Call, period: timedelta) -> bool:
    """Whether a second order was made under another number within the period.

    Not where a time is not known, as in recordings, whose comments are replaced.
    """
    if first is None or first.started is None or second.started is None or not second.succeeded:
        return False
    return order_number(first) != order_number(second) and second.started - first.started <= period
