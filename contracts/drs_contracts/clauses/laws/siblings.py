"""Clauses on orders with several bookings: each is on its own, and the order is all of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from typing import TypeAlias

from hypothesis import strategies as st
from lxml import etree

from drs_contracts.clauses.clause import clause, client, published
from drs_contracts.clauses.laws.places import PlacesModel
from drs_contracts.driver.driver import CreatedOrder, DrsDriver, OfferedSlot
from drs_contracts.driver.expectations import expect, need, need_success
from drs_contracts.driver.messages import Exchange, Members

_BOOKING = "theOrders/theBookings"
# One in winter and one in summer.
_WEEKS = st.sampled_from((1, 27))
_UNKNOWN_BOOKING = 999_999_999

_Change: TypeAlias = Callable[[DrsDriver, CreatedOrder, OfferedSlot], Exchange]
"""Changes a booking, for which there is a free slot."""


def _cancel(drs: DrsDriver, booking: CreatedOrder, slot: OfferedSlot) -> Exchange:
    del slot
    return drs.delete(booking)


def _move(drs: DrsDriver, booking: CreatedOrder, slot: OfferedSlot) -> Exchange:
    return drs.schedule_into(booking, slot)


def _complete(drs: DrsDriver, booking: CreatedOrder, slot: OfferedSlot) -> Exchange:
    del slot
    return drs.update(booking, "COMPLETED")


def _fail(drs: DrsDriver, booking: CreatedOrder, slot: OfferedSlot) -> Exchange:
    unknown = drs.booking(booking, bookingId=_UNKNOWN_BOOKING, **slot.window)
    return drs.ask("scheduleBooking", theBooking=unknown)


# A cancellation first, before anything is cancelled.
_CHANGES: dict[str, _Change] = {
    "deleteBooking": _cancel,
    "scheduleBooking": _move,
    "a refused scheduleBooking": _fail,
}


@clause(
    "LAW-20",
    "What cancels, moves or completes a booking leaves the other bookings of its order as they are.",
    client("Hackney, ONS: deleteBooking cancels the booking that it names; presumed: that it leaves the others"),
    writes=True,
    weeks=_WEEKS,
    completed=st.integers(0, 2),
)
def other_bookings_stay(drs: DrsDriver, weeks: int, completed: int) -> None:
    """Make an order with three bookings, the last a follow-on of the first; change each, and complete one of them."""
    ahead = drs.weekday(weeks, 1)
    for name, change in _CHANGES.items():
        for which in range(3):
            _expect_others_to_stay(drs, ahead, change, name, which)
    # One only and on a day of its own, since a completed booking keeps its place.
    _expect_others_to_stay(drs, drs.weekday(weeks + 5, 1), _complete, "updateBooking", completed)


def _expect_others_to_stay(drs: DrsDriver, ahead: int, change: _Change, name: str, which: int) -> None:
    bookings = drs.create_bookings(2, targetDate=drs.local(ahead + 30, time(23, 59, 59)))
    bookings.append(_add_follow_on(drs, bookings[0]))
    for booking in bookings:
        drs.need_scheduled(booking, drs.need_slots(ahead, 3)[0])
    changed = bookings[which]
    others = [each.booking_id for each in bookings if each is not changed]
    before = _show(drs, changed, others)
    answer = change(drs, changed, drs.need_slots(ahead, 3)[-1])
    after = _show(drs, changed, others)
    for booking_id, shown in before.items():
        expect(after.get(booking_id) == shown, f"booking {booking_id} is another after {name} of another one", answer)
    # So that no place stays taken: an order with a completed booking is not deleted.
    for booking in bookings:
        drs.delete(booking)


@clause(
    "LAW-21",
    "An order that ends, at once or booking by booking, gives back all its places; deleteOrder its number too.",
    client("Hackney, ONS: a cancellation frees the place; presumed: so does the whole order"),
    writes=True,
    weeks=_WEEKS,
    ends=st.sampled_from(("deleteOrder", "deleteBooking", "completeOrder")),
)
def ended_orders_have_no_places(drs: DrsDriver, weeks: int, ends: str) -> None:
    """Count the places of a day, give two of them to one order, end that, and count again."""
    ahead = drs.weekday(weeks, 1)
    model = PlacesModel(drs, (ahead,))
    slots = [place.slot for place in model.places for _ in range(place.capacity)]
    need(len(slots) > 1, "the slots of the day do not have two places")
    bookings = drs.create_bookings(2, targetDate=drs.local(ahead + 30, time(23, 59, 59)))
    for booking, slot in zip(bookings, slots, strict=False):
        drs.need_scheduled(booking, slot)
    operatives = drs.select(bookings[0]).texts(f"{_BOOKING}/theResources/resourceID")
    if ends == "deleteBooking":
        for booking in bookings:
            need_success(drs.delete(booking))
    else:
        named: Members = {"primaryOrderNumber": bookings[0].number}
        order: Members = {"contract": drs.data.contract, "userId": drs.data.user_id, **named}
        need_success(drs.ask(ends, theOrder=named) if ends == "deleteOrder" else drs.ask(ends, **order))
    model.expect_conserved()
    for operative in dict.fromkeys(operatives):
        day: Members = {"contract": drs.data.contract, "resourceId": operative, "scheduleDate": drs.local(ahead)}
        listed = drs.ask("getSchedule", **day)
        left = {each.booking_id for each in bookings} & set(listed.texts("theBookings/bookingId"))
        expect(not left, f"getSchedule lists booking {', '.join(sorted(left))}, whose order has ended", listed)
    if ends == "deleteOrder":
        drs.create_order(primaryOrderNumber=bookings[0].number)


@clause(
    "LAW-23",
    "A further booking has the work of its own codes, whatever the other bookings of its order have.",
    published("createBooking has codes of its own; presumed: that they are its work"),
    writes=True,
    first=st.integers(1, 2),
    second=st.integers(1, 3),
)
def further_bookings_have_their_own_work(drs: DrsDriver, first: int, second: int) -> None:
    """Compare a further booking with the only booking of an order that has the same codes."""
    target = drs.local(60, time(23, 59, 59))
    code = drs.code("any")
    alone = drs.create_order(targetDate=target, theBookingCodes={**code, "quantity": second})
    order = drs.create_order(targetDate=target, theBookingCodes={**code, "quantity": first})
    added: Members = {"primaryOrderNumber": order.number, "theBookingCodes": {**code, "quantity": second}}
    answer = drs.ask("createBooking", theBooking=added)
    need_success(answer)
    shown = drs.select(order)
    for name in ("duration", "template"):
        wanted = alone.exchange.text(f"theOrder/theBookings/{name}")
        found = shown.texts(f"{_BOOKING}/{name}")
        expect(
            bool(found) and found[-1] == wanted, f"the further booking has the {name} {found[-1:]}, not {wanted}", shown
        )


def _add_follow_on(drs: DrsDriver, booking: CreatedOrder) -> CreatedOrder:
    """Add a follow-on to one of an order's two bookings."""
    sent: Members = {"primaryOrderNumber": booking.number, "theBookingCodes": drs.code(booking.number)}
    need_success(drs.update(booking, "PLANNED", theFollowOnBooking=sent))
    return drs.need_bookings(booking, 3)[-1]


def _show(drs: DrsDriver, order: CreatedOrder, booking_ids: list[str]) -> dict[str, bytes]:
    """What selectOrder shows of these bookings, as bytes; DRS may change the times of a day."""
    shown = drs.select(order, includeCompletedBookings=True)
    elements = [] if shown.returned is None else shown.returned.findall(_BOOKING)
    for element in elements:
        for assigned in element.findall("assignedStart") + element.findall("assignedEnd"):
            element.remove(assigned)
    texts = {element.findtext("bookingId", ""): etree.tostring(element) for element in elements}
    return {each: texts[each] for each in booking_ids if each in texts}
