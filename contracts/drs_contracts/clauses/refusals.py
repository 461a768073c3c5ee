"""Clauses on refusals: the errorMsg names what is wrong, in every operation in which it can be wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time

from hypothesis import strategies as st

from drs_contracts.clauses.clause import clause, presumed
from drs_contracts.driver.driver import CreatedOrder, DrsDriver
from drs_contracts.driver.expectations import expect_refusal, need_success
from drs_contracts.driver.messages import Exchange, Members, Value

_UNKNOWN = "no such one"
_BELOW_1 = "0.9"
_NO_NUMBERS = ("0", _BELOW_1, "-1", "one", "1e3", "12345678")
# The lists of contracts by which each operation can be asked.
_CONTRACT_LISTS = {
    "selectOrder": ("contract", "primaryOrderNumberContracts", "locationIDContracts", "theBusinessDataContracts"),
    "selectBooking": ("contract", "theOrderBusinessDataContracts"),
    "selectResource": ("contract", "theResourceIDContracts"),
    "selectAlerts": ("contract",),
    "selectMetaData": ("contract",),
}
_PERIODS = (
    ("selectOrder", "returnBookingsFrom", "returnBookingsTo"),
    ("selectBooking", "returnBookingsFrom", "returnBookingsTo"),
    ("selectBooking", "returnBookingsPWFrom", "returnBookingsPWTo"),
    ("selectResource", "returnWorkingHoursFrom", "returnWorkingHoursTo"),
    ("selectAlerts", "periodBegin", "periodEnd"),
)
_BOOKINGS_OPERATIONS = ("scheduleBooking", "createReservation", "confirmReservation", "updateBooking", "deleteBooking")


@clause(
    "REF-01",
    "A change without a required field is refused with an errorMsg that names the field.",
    presumed("seen: which must be sent, not what follows"),
    writes=True,
)
def a_missing_field_is_named(drs: DrsDriver) -> None:
    """Leave each required field out of the operations that change something."""
    order = drs.create_order()
    booking = drs.booking(order)
    today = drs.local(0)
    of_order: dict[str, Value] = {"contract": drs.data.contract, "primaryOrderNumber": order.number, "userId": "."}
    worked: dict[str, Value] = {"startDateAndTime": today, "endDateAndTime": today.replace(hour=1)}
    for name in ("bookingId", "primaryOrderNumber"):
        expect_refusal(drs.ask("scheduleBooking", theBooking=_without(booking, name)), name)
    for name in ("bookingId", "contract", "primaryOrderNumber"):
        expect_refusal(drs.ask("deleteBooking", theBooking=_without(booking, name)), name)
    for name in ("planningWindowStart", "planningWindowEnd"):
        expect_refusal(drs.schedule(order, **_without(_window(drs), name)), name)
    for name in ("contract", "primaryOrderNumber", "userId"):
        expect_refusal(drs.ask("completeOrder", **_without(of_order, name)), name)
    for name in worked:
        done = {"completeOrder": False, "transactionType": "COMPLETED", **_without(worked, name)}
        expect_refusal(drs.ask("updateBooking", theBooking=booking, **done), name)
    expect_refusal(drs.ask("scheduleBooking", theBooking=booking, resourceLock="lockAsSpecified"), "theResources")


@clause(
    "REF-02",
    "A SOR code with a missing or invalid member is refused with an errorMsg that names the member.",
    presumed("seen: which must be sent, and that 1 is the least quantity, not what follows"),
)
def a_wrong_code_is_named(drs: DrsDriver) -> None:
    """Ask for slots, then without each member, then with values that are no number of at least 1, or above 0."""
    code = drs.code("anything")
    begin, end = drs.local(1), drs.local(3)
    # One that was answered while it was complete is refused all the same.
    need_success(drs.check_availability(begin, end, theBookingCodes=code))
    for name in ("bookingCodeSORCode", "itemNumberWithinBooking", "primaryOrderNumber", "quantity"):
        expect_refusal(drs.check_availability(begin, end, theBookingCodes=_without(code, name)), name)
        expect_refusal(drs.check_availability(begin, end, theBookingCodes={**code, name: " "}), name)
    for name in ("itemNumberWithinBooking", "quantity"):
        for wrong in _NO_NUMBERS:
            is_enough = wrong == _BELOW_1 and name == "quantity" and drs.data.quantities_below_1 == "accept"
            if not is_enough:
                expect_refusal(drs.check_availability(begin, end, theBookingCodes={**code, name: wrong}), name, wrong)


@clause(
    "REF-03",
    "An unknown contract is refused with an errorMsg that quotes it, in every member that takes a contract.",
    presumed("the simplest assumption; vendor: that createOrder fails (ku402v5zys), not with which words"),
    writes=True,
)
def an_unknown_contract_is_quoted(drs: DrsDriver) -> None:
    """Send one with each operation and in each member."""
    order = drs.create_order()
    for operation, lists in _CONTRACT_LISTS.items():
        for name in lists:
            asked = {"primaryOrderNumber": order.number} if operation == "selectOrder" else {}
            expect_refusal(drs.ask(operation, **{**asked, name: _UNKNOWN}), _UNKNOWN, "contract")
    for operation in _BOOKINGS_OPERATIONS:
        expect_refusal(drs.ask(operation, theBooking=drs.booking(order, contract=_UNKNOWN)), _UNKNOWN, "contract")
    new_booking: Members = {
        "contract": _UNKNOWN,
        "primaryOrderNumber": order.number,
        "theBookingCodes": drs.code(order.number),
    }
    expect_refusal(drs.ask("createBooking", theBooking=new_booking), _UNKNOWN, "contract")
    for operation in ("updateOrder", "deleteOrder"):
        named = {"contract": _UNKNOWN, "primaryOrderNumber": order.number}
        expect_refusal(drs.ask(operation, theOrder=named), _UNKNOWN, "contract")
    completion = {"contract": _UNKNOWN, "primaryOrderNumber": order.number, "userId": "."}
    expect_refusal(drs.ask("completeOrder", **completion), _UNKNOWN, "contract")
    expect_refusal(drs.check_availability(drs.local(1), drs.local(2), contract=_UNKNOWN), _UNKNOWN, "contract")


@clause(
    "REF-04",
    "An unknown operative is refused with an errorMsg that quotes it and names the member.",
    presumed("the simplest assumption"),
    writes=True,
)
def an_unknown_operative_is_quoted(drs: DrsDriver) -> None:
    """Name an unknown operative in every member that takes one."""
    order = drs.create_order()
    asked = {
        "selectOrder": "resources",
        "selectBooking": "workers",
        "selectResource": "theResourceIDs",
    }
    for operation, name in asked.items():
        expect_refusal(drs.ask(operation, **{name: _UNKNOWN}), _UNKNOWN, name)
    expect_refusal(drs.ask("selectResource", theEmployeeCodes=_UNKNOWN), _UNKNOWN, "theEmployeeCodes")
    day: Members = {"contract": drs.data.contract, "resourceId": _UNKNOWN, "scheduleDate": drs.local(1)}
    expect_refusal(drs.ask("getSchedule", **day), _UNKNOWN, "resourceId")
    members = drs.availability_members(drs.local(1), drs.local(2))
    expect_refusal(drs.call("checkAvailability", {**members, "resourceIDs": _UNKNOWN}), _UNKNOWN, "resourceIDs")
    expect_refusal(drs.update(order, "PLANNED", resourceId=_UNKNOWN), _UNKNOWN, "resourceId")
    specified = drs.booking(order, theResources={"resourceID": _UNKNOWN})
    expect_refusal(
        drs.ask("scheduleBooking", theBooking=specified, resourceLock="lockAsSpecified"), _UNKNOWN, "resourceID"
    )


@clause(
    "REF-05",
    "A filter's period that ends before it begins is refused with an errorMsg that names both ends.",
    presumed("the simplest assumption"),
    hours=st.integers(0, 48),
)
def a_reversed_filter_is_named(drs: DrsDriver, hours: int) -> None:
    """Send a reversed period in every filter that takes one."""
    end = drs.local(3)
    for operation, begin_name, end_name in _PERIODS:
        period: dict[str, Value] = {"contract": drs.data.contract} if operation == "selectAlerts" else {}
        begin = drs.local(3 + hours // 24, time(hours % 24))
        period |= {begin_name: begin, end_name: end}
        expect_refusal(drs.ask(operation, **period), begin_name, end_name)


@clause(
    "REF-06",
    "A window that ends before it begins, or is over, is refused with an errorMsg that names what is wrong.",
    presumed("the simplest assumption; a window that has only begun is another thing: SCH-25"),
    writes=True,
)
def a_wrong_window_is_named(drs: DrsDriver) -> None:
    """Reverse each window, and send one that ended yesterday."""
    order = drs.create_order()
    window = ("planningWindowStart", "planningWindowEnd")
    yesterday = dict(zip(window, (drs.local(-2), drs.local(-1)), strict=True))
    reversed_window = dict(zip(window, (drs.local(2), drs.local(1)), strict=True))
    code: Members = {"primaryOrderNumber": order.number, "theBookingCodes": drs.code(order.number)}
    expect_refusal(drs.schedule(order, **reversed_window), *window)
    expect_refusal(drs.schedule(order, **yesterday), window[1], "past")
    expect_refusal(drs.ask("createBooking", theBooking={**code, **reversed_window}), *window)
    expect_refusal(drs.ask("createBooking", theBooking={**code, **yesterday}), window[1], "past")
    late: Members = drs.order_members(earliestBookingDate=drs.local(3), targetDate=drs.local(3))
    expect_refusal(drs.call("createOrder", late), "earliestBookingDate", "targetDate")
    changed: Members = {"primaryOrderNumber": order.number, "earliestBookingDate": drs.local(400)}
    expect_refusal(drs.ask("updateOrder", theOrder=changed), "earliestBookingDate", "targetDate")
    worked = {"startDateAndTime": drs.local(0, time(2)), "endDateAndTime": drs.local(0, time(1))}
    expect_refusal(drs.update(order, "COMPLETED", **worked), "startDateAndTime", "endDateAndTime")


@clause(
    "REF-07",
    "A change of an unknown or completed order or booking is refused with an errorMsg that names it.",
    presumed("client: the words for an unknown order; vendor: a completed order may take follow-on jobs (22d1tot8bp)"),
    writes=True,
)
def an_unknown_or_completed_order_is_named(drs: DrsDriver) -> None:
    """Try every operation on a deleted order, then on a completed one."""
    gone = drs.create_order()
    drs.ask("deleteOrder", theOrder={"primaryOrderNumber": gone.number})
    for attempt in _attempts(drs, gone):
        expect_refusal(attempt(), gone.number)
    for operation in _BOOKINGS_OPERATIONS:
        expect_refusal(drs.ask(operation, theBooking=drs.booking(gone)), gone.booking_id)
    done = drs.create_order()
    drs.update(done, "COMPLETED", completeOrder=True)
    for attempt in (*_attempts(drs, done), lambda: _delete(drs, done)):
        expect_refusal(attempt(), done.number, "completed")
    for operation in _BOOKINGS_OPERATIONS:
        expect_refusal(drs.ask(operation, theBooking=drs.booking(done)), done.booking_id, "completed")


def _attempts(drs: DrsDriver, order: CreatedOrder) -> tuple[Callable[[], Exchange], ...]:
    number: Members = {"primaryOrderNumber": order.number}
    completion = {**number, "contract": drs.data.contract, "userId": "."}
    return (
        lambda: drs.ask("updateOrder", theOrder=number),
        lambda: drs.ask("completeOrder", **completion),
        lambda: drs.ask("createBooking", theBooking={**number, "theBookingCodes": drs.code(order.number)}),
    )


def _delete(drs: DrsDriver, order: CreatedOrder) -> Exchange:
    return drs.ask("deleteOrder", theOrder={"primaryOrderNumber": order.number})


def _window(drs: DrsDriver) -> dict[str, Value]:
    return {"planningWindowStart": drs.local(1), "planningWindowEnd": drs.local(2)}


def _without(members: Members, name: str) -> dict[str, Value]:
    return {other: value for other, value in members.items() if other != name}
