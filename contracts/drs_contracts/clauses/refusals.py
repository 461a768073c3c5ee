"""Clauses on refusals: whatever is wrong, the errorMsg names it, in every operation that it can be wrong in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time

from hypothesis import strategies as st

from drs_contracts.clauses.clause import clause, presumed
from drs_contracts.driver.driver import CreatedOrder, DrsDriver
from drs_contracts.driver.expectations import expect_refusal
from drs_contracts.driver.messages import Exchange, Members, Value

_NOBODY = "no such one"
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
    "A booking's or order's field that must be sent and is missing is refused with an errorMsg that names it.",
    presumed("the document says which must be sent, not what follows"),
    writes=True,
)
def what_is_missing_is_named(drs: DrsDriver) -> None:
    """Leave each of them out of the operations that change something."""
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
    further: Members = {"primaryOrderNumber": order.number}
    expect_refusal(drs.ask("createBooking", theBooking=further), "theBookingCodes")
    expect_refusal(drs.ask("scheduleBooking", theBooking=booking, resourceLock="lockAsSpecified"), "theResources")


@clause(
    "REF-02",
    "A member of a SOR code that is missing or no number is refused with an errorMsg that names it.",
    presumed("the document says which must be sent, not what follows"),
    name=st.sampled_from(("bookingCodeSORCode", "itemNumberWithinBooking", "primaryOrderNumber", "quantity")),
    wrong=st.sampled_from(("0", "0.9", "-1", "one", "1e3", "12345678")),
)
def a_flaw_of_a_code_is_named(drs: DrsDriver, name: str, wrong: str) -> None:
    """Ask for appointments without it, then with what is no number of at least 1."""
    code = drs.code("anything")
    begin, end = drs.local(1), drs.local(3)
    expect_refusal(drs.check_availability(begin, end, theBookingCodes=_without(code, name)), name)
    expect_refusal(drs.check_availability(begin, end, theBookingCodes={**code, name: " "}), name)
    if name in ("itemNumberWithinBooking", "quantity"):
        expect_refusal(drs.check_availability(begin, end, theBookingCodes={**code, name: wrong}), name, wrong)


@clause(
    "REF-03",
    "An unknown contract is refused with an errorMsg that quotes it, in whichever list it is sent.",
    presumed("plainest guess"),
    writes=True,
)
def an_unknown_contract_is_quoted(drs: DrsDriver) -> None:
    """Send one with every operation that takes one."""
    order = drs.create_order()
    for operation, lists in _CONTRACT_LISTS.items():
        for name in lists:
            asked = {"primaryOrderNumber": order.number} if operation == "selectOrder" else {}
            expect_refusal(drs.ask(operation, **{**asked, name: _NOBODY}), _NOBODY, "contract")
    for operation in _BOOKINGS_OPERATIONS:
        expect_refusal(drs.ask(operation, theBooking=drs.booking(order, contract=_NOBODY)), _NOBODY, "contract")
    further: Members = {
        "contract": _NOBODY,
        "primaryOrderNumber": order.number,
        "theBookingCodes": drs.code(order.number),
    }
    expect_refusal(drs.ask("createBooking", theBooking=further), _NOBODY, "contract")
    for operation in ("updateOrder", "deleteOrder"):
        named = {"contract": _NOBODY, "primaryOrderNumber": order.number}
        expect_refusal(drs.ask(operation, theOrder=named), _NOBODY, "contract")
    completion = {"contract": _NOBODY, "primaryOrderNumber": order.number, "userId": "."}
    expect_refusal(drs.ask("completeOrder", **completion), _NOBODY, "contract")
    expect_refusal(drs.check_availability(drs.local(1), drs.local(2), contract=_NOBODY), _NOBODY, "contract")


@clause(
    "REF-04",
    "An unknown operative is refused with an errorMsg that quotes it and names the member.",
    presumed("plainest guess"),
    writes=True,
)
def an_unknown_operative_is_quoted(drs: DrsDriver) -> None:
    """Name somebody whom DRS does not have, wherever somebody can be named."""
    order = drs.create_order()
    asked = {
        "selectOrder": "resources",
        "selectBooking": "workers",
        "selectResource": "theResourceIDs",
    }
    for operation, name in asked.items():
        expect_refusal(drs.ask(operation, **{name: _NOBODY}), _NOBODY, name)
    expect_refusal(drs.ask("selectResource", theEmployeeCodes=_NOBODY), _NOBODY, "theEmployeeCodes")
    day: Members = {"contract": drs.data.contract, "resourceId": _NOBODY, "scheduleDate": drs.local(1)}
    expect_refusal(drs.ask("getSchedule", **day), _NOBODY, "resourceId")
    members = drs.availability_members(drs.local(1), drs.local(2))
    expect_refusal(drs.call("checkAvailability", {**members, "resourceIDs": _NOBODY}), _NOBODY, "resourceIDs")
    expect_refusal(drs.update(order, "PLANNED", resourceId=_NOBODY), _NOBODY, "resourceId")
    specified = drs.booking(order, theResources={"resourceID": _NOBODY})
    expect_refusal(
        drs.ask("scheduleBooking", theBooking=specified, resourceLock="lockAsSpecified"), _NOBODY, "resourceID"
    )


@clause(
    "REF-05",
    "A filter's period that ends before it begins is refused with an errorMsg that names both ends.",
    presumed("plainest guess"),
    hours=st.integers(0, 48),
)
def a_reversed_filter_is_named(drs: DrsDriver, hours: int) -> None:
    """Ask the wrong way round, wherever a period can be asked for."""
    end = drs.local(3)
    for operation, begin_name, end_name in _PERIODS:
        period: dict[str, Value] = {"contract": drs.data.contract} if operation == "selectAlerts" else {}
        begin = drs.local(3 + hours // 24, time(hours % 24))
        period |= {begin_name: begin, end_name: end}
        expect_refusal(drs.ask(operation, **period), begin_name, end_name)


@clause(
    "REF-06",
    "A window that ends before it begins, or begins in the past, is refused with an errorMsg that names what is wrong.",
    presumed("plainest guess"),
    writes=True,
)
def a_wrong_window_is_named(drs: DrsDriver) -> None:
    """Turn each window round, and send one of yesterday."""
    order = drs.create_order()
    window = ("planningWindowStart", "planningWindowEnd")
    yesterday = dict(zip(window, (drs.local(-1), drs.local(0, time(23, 59))), strict=True))
    round_turned = dict(zip(window, (drs.local(2), drs.local(1)), strict=True))
    code: Members = {"primaryOrderNumber": order.number, "theBookingCodes": drs.code(order.number)}
    expect_refusal(drs.schedule(order, **round_turned), *window)
    expect_refusal(drs.schedule(order, **yesterday), window[0], "past")
    expect_refusal(drs.ask("createBooking", theBooking={**code, **round_turned}), *window)
    expect_refusal(drs.ask("createBooking", theBooking={**code, **yesterday}), window[0], "past")
    late: Members = drs.order_members(earliestBookingDate=drs.local(3), targetDate=drs.local(3))
    expect_refusal(drs.call("createOrder", late), "earliestBookingDate", "targetDate")
    changed: Members = {"primaryOrderNumber": order.number, "targetDate": drs.local(-400)}
    expect_refusal(drs.ask("updateOrder", theOrder=changed), "earliestBookingDate", "targetDate")
    worked = {"startDateAndTime": drs.local(0, time(2)), "endDateAndTime": drs.local(0, time(1))}
    expect_refusal(drs.update(order, "COMPLETED", **worked), "startDateAndTime", "endDateAndTime")


@clause(
    "REF-07",
    "An order or booking that DRS does not have, or that is completed, is refused, whatever is to become of it.",
    presumed("plainest guess; the words for an unknown order are relied on by Hackney"),
    writes=True,
)
def what_is_gone_or_done_is_refused(drs: DrsDriver) -> None:
    """Try every operation on an order that was deleted, then on one that was completed."""
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
