"""Clauses on the operations that services seldom call: further bookings, reservations, changed and completed orders."""

from __future__ import annotations

from drs_contracts.clauses.clause import clause, presumed
from drs_contracts.driver.driver import DrsDriver
from drs_contracts.driver.expectations import expect, expect_success
from drs_contracts.driver.messages import Members
from drs_contracts.strategies import comments

_BOOKING = "theOrders/theBookings"
_WINDOW = ("planningWindowStart", "planningWindowEnd")


@clause(
    "CHG-04",
    "updateOrder replaces the comments that it sends, and nothing else.",
    presumed("by the operation's name; members published"),
    writes=True,
    text=comments(max_size=60),
)
def an_update_changes_what_it_sends(drs: DrsDriver, text: str) -> None:
    """Change an order's comments."""
    order = drs.create_order(orderComments="before")
    others = ("locationID", "priority", "contract", "targetDate", "status", "theBookings/bookingId")
    before = [drs.select(order).text(f"theOrders/{member}") for member in others]
    changed = {"primaryOrderNumber": order.number, "orderComments": text}
    answer = drs.ask("updateOrder", theOrder=changed)
    expect_success(answer)
    after = drs.select(order)
    kept = after.text("theOrders/orderComments")
    expect(kept == text.strip(), f"the comments are '{kept}'")
    now = [after.text(f"theOrders/{member}") for member in others]
    expect(now == before, f"{before} became {now}")


@clause(
    "CHG-05",
    "completeOrder completes the order with its bookings, and gives back a place that is still to come.",
    presumed("by the operation's name; members published"),
    writes=True,
)
def an_order_is_completed(drs: DrsDriver) -> None:
    """Complete an order that is scheduled, then look for its booking's place."""
    order, ahead = drs.create_order(), drs.weekday(1, 1)
    drs.schedule_into(order, drs.need_slots(ahead, 1)[0])
    members = {"contract": drs.data.contract, "primaryOrderNumber": order.number, "userId": drs.data.user_id}
    answer = drs.ask("completeOrder", **members)
    expect_success(answer)
    shown = drs.select(order, includeCompletedBookings=True)
    expect(shown.text("theOrders/status") == "COMPLETED", f"its status is {shown.text('theOrders/status')}")
    life_cycle = shown.text(f"{_BOOKING}/bookingLifeCycleStatus")
    expect(life_cycle == "COMPLETED", f"its booking is {life_cycle}")
    somebody = shown.text(f"{_BOOKING}/theResources/resourceID")
    expect(not somebody, f"{somebody} is still to come")


@clause(
    "ORD-15",
    "createBooking makes a further booking of an order, planned and not yet scheduled.",
    presumed("by the operation's name; members published"),
    writes=True,
)
def an_order_has_further_bookings(drs: DrsDriver) -> None:
    """Make a second booking."""
    order = drs.create_order()
    booking: Members = {"primaryOrderNumber": order.number, "theBookingCodes": drs.code(order.number)}
    answer = drs.ask("createBooking", theBooking=booking)
    expect_success(answer)
    shown = drs.select(order)
    ids = shown.texts(f"{_BOOKING}/bookingId")
    expect(len(set(ids)) == 2 and order.booking_id in ids, f"the order has the bookings {', '.join(ids)}")  # noqa: PLR2004
    made = answer.text("theBookings/bookingId")
    expect(made in ids and made != order.booking_id, f"the answer tells of the booking {made}")
    expect(not shown.texts(f"{_BOOKING}/theResources/resourceID"), "somebody is to come")
    elsewhere: Members = {"locationID": "elsewhere", "theBookingCodes": drs.code(order.number)}
    named = {"orderId": order.exchange.text("theOrder/orderId") or ""}
    third = drs.ask("createBooking", theBooking=elsewhere, theOrder=named)
    expect(third.succeeded, f"by the order's id it was refused: {third.text('errorMsg') or third.fault}")
    told = [third.text(f"theBookings/{name}") for name in ("locationID", "primaryOrderNumber")]
    expect(told == ["elsewhere", order.number], f"the third is {told}")


@clause(
    "SCH-13",
    "createReservation holds a place for a booking, which is RESERVED until confirmReservation makes it the booking's.",
    presumed("by the operations' names; the life cycle's word is published"),
    writes=True,
)
def a_place_is_reserved_and_confirmed(drs: DrsDriver) -> None:
    """Reserve the first slot of a day, and confirm it."""
    order = drs.create_order()
    slot = drs.need_slots(drs.weekday(1, 1), 1)[0]
    window = dict(zip(_WINDOW, (slot.begin, slot.end), strict=True))
    unnamed = drs.booking(order, **window)
    del unnamed["bookingId"]
    for operation, wanted in (("createReservation", "RESERVED"), ("confirmReservation", "PLANNED")):
        answer = drs.ask(operation, theBooking=unnamed, bookingId=order.booking_id)
        expect(answer.succeeded, f"{operation} was refused: {answer.text('errorMsg') or answer.fault}")
        shown = drs.select(order)
        life_cycle = shown.text(f"{_BOOKING}/bookingLifeCycleStatus")
        expect(life_cycle == wanted, f"after {operation} the booking is {life_cycle}")
        kept = shown.text(f"{_BOOKING}/planningWindowStart")
        expect(kept == slot.begin, f"after {operation} it is planned for {kept}")
        expect(bool(shown.text(f"{_BOOKING}/theResources/resourceID")), f"after {operation} nobody is to come")
    status = drs.select(order).text("theOrders/status")
    expect(status == "PLANNED", f"once it is confirmed, the order is {status}")


@clause(
    "SCH-14",
    "confirmReservation of a booking that is not reserved is refused.",
    presumed("plainest guess"),
    writes=True,
)
def only_a_reservation_is_confirmed(drs: DrsDriver) -> None:
    """Confirm a booking that was just made."""
    answer = drs.ask("confirmReservation", theBooking=drs.booking(drs.create_order()))
    expect(answer.refused, f"the status is {answer.text('status')}")


@clause(
    "SEL-01",
    "selectBooking with workers and a period gives the bookings of those operatives in it, and no others.",
    presumed("by the members' names, which are published"),
    writes=True,
)
def bookings_are_found_by_operative(drs: DrsDriver) -> None:
    """Schedule a booking, and look for it with its operative, in its week and the week after."""
    order, monday = drs.create_order(), drs.weekday(1, 0)
    drs.schedule_into(order, drs.need_slots(monday)[0])
    somebody = drs.select(order).text(f"{_BOOKING}/theResources/resourceID") or ""
    for week, is_there in ((0, True), (7, False)):
        period = {
            "returnBookingsFrom": drs.local(monday + week),
            "returnBookingsTo": drs.local(monday + week + 6),
        }
        answer = drs.ask("selectBooking", workers=somebody, **period)
        expect_success(answer)
        found = order.booking_id in answer.texts("theBookings/bookingId")
        expect(found is is_there, f"the booking is {'missing' if is_there else 'there'} {week} days later")
        strangers = set(answer.texts("theBookings/theResources/resourceID")) - {somebody}
        expect(not strangers, f"there are bookings of {', '.join(sorted(strangers))}")


@clause(
    "SEL-02",
    "selectResource knows every operative that scheduleBooking names.",
    presumed("by the operation's name; members published"),
    writes=True,
)
def who_comes_is_known(drs: DrsDriver) -> None:
    """Schedule a booking, and ask who is to come."""
    order = drs.create_order()
    drs.schedule_into(order, drs.need_slots(drs.weekday(1, 0))[0])
    somebody = drs.select(order).text(f"{_BOOKING}/theResources/resourceID") or ""
    answer = drs.ask("selectResource", theResourceIDs=somebody)
    expect_success(answer)
    known = answer.texts("theResources/resourceID")
    expect(known == [somebody], f"asked for {somebody}, it gives {', '.join(known) or 'nobody'}")
