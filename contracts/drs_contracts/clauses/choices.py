"""Clauses on what a caller can choose and cannot: best slots, priorities, periods and ids."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from hypothesis import strategies as st

from drs_contracts.clauses.clause import clause, client, presumed, seen
from drs_contracts.driver.driver import DrsDriver, read_slots
from drs_contracts.driver.expectations import expect, expect_refusal, expect_success
from drs_contracts.strategies import days_ahead

_BEST_SLOTS = ("yes", "no", "undefined", "day", "fullPeriod")
_BOOKING = "theOrder/theBookings"
_MUST_BE_SENT = (
    *("contract", "locationID", "orderComments", "primaryOrderNumber", "priority", "targetDate", "theBookingCodes"),
    "userId",
)
_A_MINUTE = timedelta(minutes=1)


@clause(
    "AVL-14",
    "onlyBestSlots takes yes and no, and also undefined, day and fullPeriod.",
    seen("checkAvailability, onlyBestSlots; the interface has the other three"),
    value=st.sampled_from(_BEST_SLOTS),
)
def best_slots_can_be_asked_for(drs: DrsDriver, value: str) -> None:
    """Ask with each of the values."""
    members = drs.availability_members(drs.local(1), drs.local(3)) | {"onlyBestSlots": value}
    answer = drs.call("checkAvailability", members)
    expect(answer.succeeded, f"{value} was not taken: {answer.text('errorMsg') or answer.fault}")


@clause(
    "AVL-15",
    "With onlyBestSlots day, the slots of a day are those that are best among all of them.",
    presumed("by the name of the value"),
    ahead=days_ahead(),
)
def only_best_slots_are_listed(drs: DrsDriver, ahead: int) -> None:
    """Ask for all slots of some days, and for the best."""
    members = drs.availability_members(drs.local(ahead), drs.local(ahead + 3))
    everything = read_slots(drs.call("checkAvailability", members))
    best = read_slots(drs.call("checkAvailability", members | {"onlyBestSlots": "day"}))
    expect(best == [slot for slot in everything if slot.best], f"{len(best)} slots came, not the best ones")


@clause("AVL-16", "A period that ends before it begins is refused.", presumed("plainest guess"), ahead=days_ahead())
def a_reversed_period_is_refused(drs: DrsDriver, ahead: int) -> None:
    """Ask for a period the wrong way round."""
    answer = drs.check_availability(drs.local(ahead + 2), drs.local(ahead))
    expect(answer.refused, f"the status is {answer.text('status')}")


@clause("AVL-17", "available is YES or NO.", seen("Appendix B 3"), ahead=days_ahead())
def availability_is_yes_or_no(drs: DrsDriver, ahead: int) -> None:
    """Look at the slots of a few days."""
    answer = drs.check_availability(drs.local(ahead), drs.local(ahead + 4))
    found = set(answer.texts("theSlots/slotsForDay/available"))
    expect(found <= {"YES", "NO"}, f"it is {', '.join(sorted(found))}")


@clause(
    "ORD-10",
    "A priority must match in case and spelling; another one is refused.",
    client("DRS documentation, as the services' notes have it"),
    writes=True,
)
def priorities_match_exactly(drs: DrsDriver) -> None:
    """Send the priority in the other case, and with a letter more."""
    for priority in (drs.data.priority.swapcase(), f"{drs.data.priority}s"):
        answer = drs.call("createOrder", drs.order_members(priority=priority))
        expect(answer.refused, f"'{priority}' was taken")


@clause(
    "ORD-11",
    "Without earliestBookingDate the planning window begins at the time of the request.",
    seen("createOrder, earliestBookingDate"),
    writes=True,
)
def the_earliest_date_is_now(drs: DrsDriver) -> None:
    """Create an order without that date."""
    start = drs.create_order().exchange.text(f"{_BOOKING}/planningWindowStart") or ""
    away = abs(datetime.fromisoformat(start) - drs.target.now())
    expect(away < _A_MINUTE, f"it begins at {start}")


@clause("ORD-12", "orderId 0 stands for a new order.", seen("createOrder, orderId"), writes=True)
def order_id_0_is_new(drs: DrsDriver) -> None:
    """Create an order with that id."""
    order_id = drs.create_order(orderId="0").exchange.text("theOrder/orderId")
    expect(order_id not in (None, "", "0"), f"the order has the id {order_id}")


@clause("ORD-13", "An unknown contract is refused.", presumed("plainest guess"), writes=True)
def an_unknown_contract_is_refused(drs: DrsDriver) -> None:
    """Create an order under a contract that nobody has."""
    answer = drs.call("createOrder", drs.order_members(contract="no such contract"))
    expect(answer.refused, f"the status is {answer.text('status')}")


@clause("ORD-14", "An unknown SOR code is refused.", presumed("plainest guess"), writes=True)
def an_unknown_sor_code_is_refused(drs: DrsDriver) -> None:
    """Create an order for work that nobody knows."""
    code = {"bookingCodeSORCode": "NOSUCH", "itemNumberWithinBooking": "1", "primaryOrderNumber": "x", "quantity": "1"}
    answer = drs.call("createOrder", drs.order_members(theBookingCodes=code))
    expect(answer.refused, f"the status is {answer.text('status')}")


@clause(
    "ORD-16",
    "createOrder without a field that must be sent is refused with an errorMsg that names it.",
    presumed("the document says which must be sent, not what follows"),
    writes=True,
)
def a_missing_field_of_an_order_is_named(drs: DrsDriver) -> None:
    """Leave out one after the other."""
    for field in _MUST_BE_SENT:
        members = drs.order_members()
        the_order = members["theOrder"]
        assert isinstance(the_order, Mapping)
        sent = {name: value for name, value in the_order.items() if name != field}
        expect_refusal(drs.call("createOrder", {**members, "theOrder": sent}), field)


@clause("SCH-10", "userId can be left out.", seen("scheduleBooking, userId"), writes=True)
def scheduling_needs_no_user(drs: DrsDriver) -> None:
    """Schedule without one."""
    answer = drs.schedule_into(drs.create_order(), drs.need_slots(drs.weekday(1, 1), 1)[0])
    expect_success(answer)


@clause("SCH-11", "A planning window that ends before it begins is refused.", presumed("plainest guess"), writes=True)
def a_reversed_window_is_refused(drs: DrsDriver) -> None:
    """Schedule the wrong way round."""
    order, slot = drs.create_order(), drs.need_slots(drs.weekday(1, 1), 1)[0]
    answer = drs.schedule(order, planningWindowStart=slot.end, planningWindowEnd=slot.begin)
    expect(answer.refused, f"the status is {answer.text('status')}")


@clause("SCH-12", "scheduleBooking of an unknown booking is refused.", presumed("plainest guess"), writes=True)
def an_unknown_booking_is_not_scheduled(drs: DrsDriver) -> None:
    """Schedule a booking that was cancelled."""
    order, slot = drs.create_order(), drs.need_slots(drs.weekday(1, 1), 1)[0]
    drs.delete(order)
    expect(drs.schedule_into(order, slot).refused, "a booking that is gone was scheduled")
