"""How a caller's orders and bookings follow from what DRS answered before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from lxml import etree

from drs_contracts.clauses.callers.work import (
    IDENTITY,
    Content,
    booking_id,
    content_of,
    created_bookings,
    given_bookings,
    has_no_answer,
    order_number,
)
from drs_contracts.clauses.clause import advice, caller_clause, client, presumed, seen
from drs_contracts.traffic.calls import Call, Occurrence, Traffic

_Facts: TypeAlias = defaultdict[str, set[str]]
_SCHEDULES = frozenset({"confirmReservation", "createReservation", "scheduleBooking"})
_SETTLES_AN_ORDER = frozenset({"completeOrder", "deleteOrder"})
_LOOKS_UP = frozenset({"deleteOrder", "selectBooking", "selectOrder"})
_CHANGES_A_BOOKING = frozenset({"confirmReservation", "deleteBooking", "updateBooking"})
_NEEDS_A_BOOKING = frozenset({"confirmReservation", "createReservation", "scheduleBooking", "updateBooking"})
_ORDERS_OWN = ("contract", "locationID", "orderId", "primaryOrderNumber")
_NAMES = ("bookingId", "primaryOrderNumber")
_KEPT_BY = {
    "confirmReservation": _ORDERS_OWN,
    "deleteBooking": _ORDERS_OWN,
    "scheduleBooking": ("contract", "locationID", "orderId"),
    "updateBooking": ("orderId", "primaryOrderNumber"),
}


@caller_clause(
    "CAL-22",
    "A bookingId that is scheduled is one that DRS returned.",
    seen("Appendix B 5: use the bookingId returned by createOrder"),
)
def scheduled_bookings_were_given(traffic: Traffic) -> Iterator[Occurrence]:
    """Compare it with the ids in all earlier answers."""
    given: set[str] = set()
    for call in traffic.calls:
        booking = booking_id(call)
        if call.operation == "scheduleBooking" and booking:
            yield Occurrence(call, "" if booking in given else f"no answer before has the bookingId {booking}")
        given |= given_bookings(call)


@caller_clause(
    "CAL-23",
    "The booking of a created order is scheduled or reserved, or it is cancelled or completed.",
    seen("Workflow; Scheduling an Appointment"),
)
def created_orders_are_scheduled(traffic: Traffic) -> Iterator[Occurrence]:
    """Look for what follows each createOrder that succeeded."""
    created: list[Call] = []
    open_by_number: defaultdict[str, set[Call]] = defaultdict(set)
    open_by_booking: defaultdict[str, set[Call]] = defaultdict(set)
    settled: set[Call] = set()
    for call in traffic.calls:
        if call.operation == "createOrder" and call.succeeded:
            created.append(call)
            open_by_number[order_number(call)].add(call)
            for booking in created_bookings(call):
                open_by_booking[booking].add(call)
        elif call.operation in _SETTLES_AN_ORDER and not call.session_refused:
            settled |= open_by_number.pop(order_number(call), set())
        elif booking_id(call) in open_by_booking and _settles_a_booking(call):
            settled |= open_by_booking.pop(booking_id(call))
    for call in created:
        told = "" if call in settled else f"the booking of order {order_number(call)} stays unscheduled"
        yield Occurrence(call, told)


@caller_clause(
    "CAL-24",
    "A number for which createOrder is sent again is looked up: before, or once DRS has refused it.",
    client("Hackney: 'order already exists'"),
)
def orders_are_created_once(traffic: Traffic) -> Iterator[Occurrence]:
    """Look for a second createOrder where the first succeeded or its outcome is unknown."""
    may_be_there: set[str] = set()
    last_look_up = {
        number: place
        for place, call in enumerate(traffic.calls)
        if call.operation == "selectOrder"
        for number in call.texts("primaryOrderNumber")
    }
    for place, call in enumerate(traffic.calls):
        number = order_number(call)
        if call.operation == "createOrder" and number:
            is_looked_up = call.refused and last_look_up.get(number, -1) > place
            twice = number in may_be_there and not is_looked_up
            yield Occurrence(call, f"order {number} was sent before and has not been looked up since" if twice else "")
            if not (call.refused or call.fault):
                may_be_there.add(number)
        elif call.operation == "deleteOrder" and call.succeeded:
            may_be_there.discard(number)
        elif call.operation == "selectOrder" and (call.succeeded or call.refused) and not call.session_refused:
            found = set(call.all_given("theOrders/primaryOrderNumber"))
            may_be_there -= {text.strip() for text in call.texts("primaryOrderNumber")} - found


@caller_clause(
    "CAL-36",
    "A booking is changed or cancelled, and an order ended, under the contract, place, ids and number that it has.",
    seen("Request and Response General Information, Requests; Scheduling a Booking: there the number can be any text"),
)
def bookings_keep_their_order(traffic: Traffic) -> Iterator[Occurrence]:
    """Compare a request with what it was made with, and with all answers that show the booking or the order."""
    known = _Known()
    for call in traffic.calls:
        names, booking = _KEPT_BY.get(call.operation), booking_id(call)
        number = order_number(call).casefold()
        if names and booking in known.of_bookings:
            wrong = _contradictions(call, "theBooking", names, known.of_bookings[booking])
            yield Occurrence(call, f"of booking {booking}, {wrong}" if wrong else "")
        elif call.operation in _SETTLES_AN_ORDER and number in known.of_orders:
            parent = "theOrder" if call.operation == "deleteOrder" else "."
            wrong = _contradictions(call, parent, _ORDERS_OWN[:-1], known.of_orders[number])
            yield Occurrence(call, f"of order {order_number(call)}, {wrong}" if wrong else "")
        known.read(call)


@caller_clause(
    "CAL-39",
    "An order whose creation had no answer is looked up before it is created under another number.",
    client("Hackney: 'order already exists', and selectOrder by number"),
)
def unanswered_orders_are_looked_up(traffic: Traffic) -> Iterator[Occurrence]:
    """Look for a createOrder that differs from an unanswered one by its number alone."""
    unanswered: dict[Content, str] = {}
    contents: defaultdict[str, set[Content]] = defaultdict(set)
    for call in traffic.calls:
        number = order_number(call)
        if call.operation == "createOrder" and number:
            content = content_of(call, without=IDENTITY)
            first = unanswered.get(content, number)
            yield Occurrence(call, "" if first == number else f"it repeats order {first}, which had no answer")
            if has_no_answer(call) and content not in unanswered:
                unanswered[content] = number
                contents[number].add(content)
        elif call.operation in _LOOKS_UP and not (has_no_answer(call) or call.session_refused):
            for found in {number, *map(str.strip, call.texts("primaryOrderNumber"))}:
                for content in contents.pop(found, ()):
                    del unanswered[content]


@caller_clause(
    "CAL-41",
    "A booking that is changed or cancelled under an order's number is one that DRS returned.",
    advice("a number and a bookingId that do not belong together may meet the booking of another resident"),
)
def changed_bookings_were_given(traffic: Traffic) -> Iterator[Occurrence]:
    """Compare it with the ids in earlier answers, where these have the order; if not, the id may be an older one."""
    given: set[str] = set()
    numbers: set[str] = set()
    for call in traffic.calls:
        booking, number = booking_id(call), call.value("theBooking/primaryOrderNumber")
        if call.operation in _CHANGES_A_BOOKING and booking:
            is_foreign = number in numbers and booking not in given
            yield Occurrence(call, f"no answer about order {number} has the bookingId {booking}" if is_foreign else "")
        given |= given_bookings(call)
        if call.operation == "createOrder" and call.succeeded:
            numbers.add(order_number(call))
        elif call.operation == "selectOrder":
            numbers.update(text.strip() for text in call.all_given("theOrders/primaryOrderNumber"))


@caller_clause(
    "CAL-45",
    "A booking that was cancelled is not scheduled or updated again.",
    presumed("what is cancelled is gone; a further booking of the order is made with createBooking"),
)
def cancelled_bookings_are_left_alone(traffic: Traffic) -> Iterator[Occurrence]:
    """Look for a bookingId after its deleteBooking or the deleteOrder of its order has succeeded."""
    cancelled: set[str] = set()
    bookings: defaultdict[str, set[str]] = defaultdict(set)
    for call in traffic.calls:
        booking = booking_id(call)
        if call.operation in _NEEDS_A_BOOKING and booking:
            yield Occurrence(call, f"booking {booking} was cancelled before" if booking in cancelled else "")
        elif call.operation == "deleteBooking" and call.succeeded:
            cancelled.add(booking)
        elif call.operation == "deleteOrder" and call.succeeded:
            cancelled |= bookings.pop(order_number(call), set())
        elif call.operation in ("createBooking", "createOrder"):
            made = given_bookings(call)
            cancelled -= made
            bookings[order_number(call)] |= made


def _new_facts() -> defaultdict[str, _Facts]:
    return defaultdict(lambda: defaultdict(set))


@dataclass(frozen=True, slots=True)
class _Known:
    """What the calls so far say about bookings, by their ids, and of orders, by their numbers in lower case."""

    of_bookings: defaultdict[str, _Facts] = field(default_factory=_new_facts)
    of_orders: defaultdict[str, _Facts] = field(default_factory=_new_facts)
    _bookings: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def read(self, call: Call) -> None:
        """Take a call with its answer into account."""
        if call.answer is not None:
            parents = (named.getparent() for named in call.answer.iter(*_NAMES))
            for each in (parent for parent in parents if parent is not None):
                self._add([each.findtext("bookingId", "").strip()], each)
                self._add_order(each.findtext("primaryOrderNumber", "").strip(), each)
        order = None if call.members is None else call.members.find("theOrder")
        number = order_number(call)
        if call.operation == "createOrder" and not call.refused:
            self._add(created_bookings(call), order)
            self._add_order(number, order)
        elif call.operation == "updateOrder":
            self._add([*self._bookings[number.casefold()]], order)
            self._add_order(number, order)
        elif call.operation == "updateBooking" and call.members is not None:
            self._add([booking_id(call)], call.members.find("theBooking"))

    def _add(self, bookings: Iterable[str], element: etree._Element | None) -> None:
        for booking in filter(None, bookings):
            for name, text in _read_own(element):
                self.of_bookings[booking][name].add(text)
                if name == "primaryOrderNumber":
                    self._bookings[text].add(booking)

    def _add_order(self, number: str, element: etree._Element | None) -> None:
        if number:
            for name, text in _read_own(element):
                self.of_orders[number.casefold()][name].add(text)


def _read_own(element: etree._Element | None) -> Iterator[tuple[str, str]]:
    if element is not None:
        told = ((name, (element.findtext(name) or "").strip().casefold()) for name in _ORDERS_OWN)
        yield from ((name, text) for name, text in told if text)


def _contradictions(call: Call, parent: str, names: Iterable[str], known: Mapping[str, set[str]]) -> str:
    """Name the members that are other than what is known; an orderId of 0 names no order (.NET's clients send it)."""
    sent = {name: call.value(f"{parent}/{name}") for name in names if known.get(name)}
    return ", ".join(
        f"{name} is '{text}'"
        for name, text in sent.items()
        if text and (name, text) != ("orderId", "0") and text.casefold() not in known[name]
    )


def _settles_a_booking(call: Call) -> bool:
    """Whether a call schedules, cancels or completes its booking; a slot that DRS refused is not scheduled."""
    if call.session_refused:
        return False
    is_completed = call.operation == "updateBooking" and call.value("transactionType") == "COMPLETED"
    return is_completed or call.operation == "deleteBooking" or (call.operation in _SCHEDULES and not call.refused)
