"""Clauses on what happens to orders and bookings later: commented, completed, cancelled."""

from __future__ import annotations

from drs_contracts.clauses.clause import clause, client, presumed
from drs_contracts.driver.driver import DrsDriver
from drs_contracts.driver.expectations import expect, expect_success
from drs_contracts.strategies import texts

_BOOKING = "theOrders/theBookings"


@clause(
    "CHG-01",
    "updateBooking with transactionType COMPLETED and completeOrder completes the order.",
    client("Hackney completes orders so"),
    writes=True,
)
def a_booking_completes_its_order(drs: DrsDriver) -> None:
    """Complete an order's only booking."""
    order = drs.create_order()
    answer = drs.update(order, "COMPLETED", completeOrder=True)
    expect_success(answer)
    status = drs.select(order).text("theOrders/status")
    expect(status == "COMPLETED", f"the order's status is {status}")


@clause(
    "CHG-02",
    "updateBooking that only has plannerComments moves nothing.",
    client("Hackney sends a planner's comments so"),
    writes=True,
    comments=texts(max_size=30),
)
def comments_move_nothing(drs: DrsDriver, comments: str) -> None:
    """Comment on a booking that is scheduled."""
    order = drs.create_order()
    drs.schedule_into(order, drs.need_slots(drs.weekday(1, 1), 1)[0])
    members = ("planningWindowStart", "planningWindowEnd", "assignedStart", "theResources/resourceID")
    before = [drs.select(order).text(f"{_BOOKING}/{member}") for member in members]
    answer = drs.update(order, "PLANNED", {"plannerComments": comments})
    expect_success(answer)
    after = [drs.select(order).text(f"{_BOOKING}/{member}") for member in members]
    expect(after == before, f"{before} became {after}")


@clause(
    "CHG-03",
    "A booking that is completed cannot be scheduled any more.",
    presumed("plainest guess"),
    writes=True,
)
def a_completed_booking_stays_where_it_is(drs: DrsDriver) -> None:
    """Complete a booking, then schedule it."""
    order = drs.create_order()
    drs.update(order, "COMPLETED", completeOrder=True)
    slot = drs.need_slots(drs.weekday(1, 1), 1)[0]
    expect(drs.schedule_into(order, slot).refused, "it was scheduled")


@clause(
    "CHG-06",
    "updateBooking moves a booking on; an order whose booking is begun is STARTED, and is not PLANNED again.",
    presumed("by the life cycle's words, which are published"),
    writes=True,
)
def a_booking_goes_its_way(drs: DrsDriver) -> None:
    """Send an operative out, let them begin, and try to go back."""
    order = drs.create_order()
    drs.schedule_into(order, drs.need_slots(drs.weekday(1, 1), 1)[0])
    status = drs.select(order).text("theOrders/status")
    expect(status == "PLANNED", f"once it is scheduled, the order is {status}")
    for becomes in ("DESPATCHED", "ACCEPTED", "ARRIVED", "STARTED"):
        answer = drs.update(order, becomes)
        expect(answer.succeeded, f"{becomes} was refused: {answer.text('errorMsg') or answer.fault}")
        shown = drs.select(order)
        life_cycle = shown.text(f"{_BOOKING}/bookingLifeCycleStatus")
        expect(life_cycle == becomes, f"after {becomes} it is {life_cycle}")
        status = shown.text("theOrders/status")
        begun = becomes in ("ARRIVED", "STARTED")
        expect((status == "STARTED") is begun, f"after {becomes} the order is {status}")
    expect(drs.update(order, "PLANNED").refused, "it was planned again")


@clause(
    "CHG-07",
    "updateBooking keeps the comments of planner and operative, each until another is sent.",
    presumed("by the members' names; relied on by Hackney for a planner's"),
    writes=True,
    comments=texts(max_size=30),
)
def comments_are_kept(drs: DrsDriver, comments: str) -> None:
    """Send both, one after the other, and look at the booking."""
    order = drs.create_order()
    sent = {"plannerComments": comments, "operatorComments": f"{comments}!"}
    for name, text in sent.items():
        drs.update(order, "PLANNED", {name: text})
    drs.update(order, "PLANNED")
    shown = drs.select(order)
    for name, text in sent.items():
        kept = (shown.text(f"{_BOOKING}/{name}") or "").strip()
        expect(kept == text.strip(), f"the {name} '{text}' came back as '{kept}'")


@clause(
    "CAN-01",
    "deleteOrder of an unknown number is refused; the errorMsg contains 'no order exists'.",
    client("Hackney"),
    writes=True,
)
def an_unknown_order_is_not_deleted(drs: DrsDriver) -> None:
    """Delete an order that never was."""
    number = f"{drs.data.order_number_prefix}NONE"
    answer = drs.ask("deleteOrder", theOrder={"primaryOrderNumber": number})
    expect(answer.refused, f"the status is {answer.text('status')}")
    expect("no order exists" in (answer.text("errorMsg") or ""), f"the errorMsg is '{answer.text('errorMsg')}'")


@clause("CAN-02", "deleteOrder cancels the order: its number is unknown afterwards.", client("Hackney"), writes=True)
def a_deleted_order_is_gone(drs: DrsDriver) -> None:
    """Create an order, delete it, look for it."""
    order = drs.create_order()
    answer = drs.ask("deleteOrder", theOrder={"primaryOrderNumber": order.number})
    expect_success(answer)
    expect(drs.select(order).refused, "it is still there")


@clause("CAN-03", "deleteBooking of an unknown booking is refused.", presumed("plainest guess"), writes=True)
def an_unknown_booking_is_not_cancelled(drs: DrsDriver) -> None:
    """Cancel a booking twice."""
    order = drs.create_order()
    drs.delete(order)
    expect(drs.delete(order).refused, "a booking that is gone was cancelled again")
