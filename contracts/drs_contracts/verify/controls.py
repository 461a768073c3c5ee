"""Controls: the plain call of each operation, made again where a clause may have failed by it alone.

A check calls several operations, and its clause is about one of them. If DRS refuses the plain call of another, the
check has not begun: the clause is neither broken, nor does it hold because everything is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import time
from types import MappingProxyType

from drs_contracts.clauses.clause import Clause
from drs_contracts.driver.driver import DrsDriver
from drs_contracts.driver.expectations import need
from drs_contracts.driver.installation import TestData
from drs_contracts.driver.messages import Exchange, Members
from drs_contracts.driver.targets import Target
from drs_contracts.errors import ClauseBroken, ContractsError

# What fails once may be the DRS's bad moment.
_TRIES = 2
_FAR_AHEAD = 300


@dataclass(frozen=True, slots=True)
class PlainCall:
    """A call of an operation that every DRS takes.

    Args:
        make: Makes the call, with what must be there before it.
        judged_by: The ids of the clauses that are about this very call. They are broken if it is refused.
        writes: Whether anything is made in the DRS.
    """

    make: Callable[[DrsDriver], Exchange]
    judged_by: frozenset[str]
    writes: bool = True


class Controls:
    """The plain calls to one target; each is made once in a run, when it is needed.

    Args:
        target: What is called.
        data: What is known of the installation.
        may_write: Whether orders and bookings may be made.
    """

    def __init__(self, target: Target, data: TestData, *, may_write: bool) -> None:
        self._target = target
        self._data = data
        self._may_write = may_write
        self._refusals: dict[str, str] = {}

    def find_refused_setup(self, clause: Clause, operations: Collection[str]) -> str:
        """Find the operation whose plain call is refused, of those that a broken clause's check called.

        Returns:
            Why nothing is known of the clause; empty where all is well, or where the clause is about that call.
        """
        for operation, plain in PLAIN_CALLS.items():
            if operation in operations and clause.id not in plain.judged_by:
                refusal = self._find_refusal(operation)
                if refusal:
                    return f"the check needs {operation}, and {refusal} ({_join(plain.judged_by)})"
        return ""

    def find_refused_at_all(self, operations: Collection[str]) -> str:
        """Find an operation that refuses every call, of those that a check has only seen refused.

        Returns:
            Why the refusals say nothing; empty where they do.
        """
        for operation, plain in PLAIN_CALLS.items():
            refusal = self._find_refusal(operation) if operation in operations else ""
            if refusal:
                return f"a refusal of {operation} says nothing, as {refusal} ({_join(plain.judged_by)})"
        return ""

    def _find_refusal(self, operation: str) -> str:
        if operation not in self._refusals:
            allowed = self._may_write or not PLAIN_CALLS[operation].writes
            self._refusals[operation] = self._try(PLAIN_CALLS[operation]) if allowed else ""
        return self._refusals[operation]

    def _try(self, plain: PlainCall) -> str:
        """Make a call until it succeeds; how it was refused, or empty where it was not, or could not be made."""
        refusal = ""
        for _ in range(_TRIES):
            refusal = ""
            with suppress(ContractsError, ClauseBroken), DrsDriver(self._target, self._data) as drs:
                self._target.renew()
                answer = plain.make(drs)
                if not answer.succeeded:
                    refusal = f"a plain one is refused: {answer.text('errorMsg') or answer.fault or 'no reason'}"
            if not refusal:
                break
        return refusal


def _close_session(drs: DrsDriver) -> Exchange:
    session = drs.open_session().text("sessionId")
    need(bool(session), "openSession gave no session")
    return drs.call("closeSession", {"sessionId": session or ""})


def _create_order(drs: DrsDriver) -> Exchange:
    members = drs.order_members()
    answer = drs.call("createOrder", members)
    the_order = members["theOrder"]
    assert isinstance(the_order, Mapping)
    if answer.succeeded:
        drs.ask("deleteOrder", theOrder={"primaryOrderNumber": the_order["primaryOrderNumber"]})
    return answer


def _schedule(drs: DrsDriver) -> Exchange:
    slot = drs.need_slots(drs.weekday(1, 1), 1)[0]
    return drs.schedule_into(drs.create_order(), slot)


def _reserve(drs: DrsDriver) -> Exchange:
    slot = drs.need_slots(drs.weekday(1, 1), 1)[0]
    return drs.ask("createReservation", theBooking=drs.booking(drs.create_order(), **slot.window))


def _confirm(drs: DrsDriver) -> Exchange:
    order, slot = drs.create_order(), drs.need_slots(drs.weekday(1, 1), 1)[0]
    booking = drs.booking(order, **slot.window)
    need(drs.ask("createReservation", theBooking=booking).succeeded, "createReservation was refused")
    return drs.ask("confirmReservation", theBooking=booking)


def _create_booking(drs: DrsDriver) -> Exchange:
    order = drs.create_order()
    booking: Members = {"primaryOrderNumber": order.number, "theBookingCodes": drs.code(order.number)}
    return drs.ask("createBooking", theBooking=booking)


def _complete(drs: DrsDriver) -> Exchange:
    named = {"contract": drs.data.contract, "primaryOrderNumber": drs.create_order().number}
    return drs.ask("completeOrder", **named, userId=drs.data.user_id)


def _update_order(drs: DrsDriver) -> Exchange:
    changed = {"primaryOrderNumber": drs.create_order().number, "orderComments": "changed"}
    return drs.ask("updateOrder", theOrder=changed)


def _delete_order(drs: DrsDriver) -> Exchange:
    return drs.ask("deleteOrder", theOrder={"primaryOrderNumber": drs.create_order().number})


def _select_booking(drs: DrsDriver) -> Exchange:
    begin, end = drs.local(_FAR_AHEAD), drs.local(_FAR_AHEAD, time(23))
    return drs.ask("selectBooking", returnBookingsFrom=begin, returnBookingsTo=end)


def _get_schedule(drs: DrsDriver) -> Exchange:
    operative = drs.ask("selectResource").text("theResources/resourceID")
    need(bool(operative), "selectResource gave no operative")
    day: Members = {"resourceId": operative or "", "scheduleDate": drs.local(1)}
    return drs.ask("getSchedule", contract=drs.data.contract, **day)


def _call(make: Callable[[DrsDriver], Exchange], *judged_by: str, writes: bool = True) -> PlainCall:
    return PlainCall(make, frozenset(judged_by), writes)


def _join(identifiers: Collection[str]) -> str:
    return ", ".join(sorted(identifiers))


# The calls that others start from come first.
PLAIN_CALLS: Mapping[str, PlainCall] = MappingProxyType(
    {
        "openSession": _call(lambda drs: drs.open_session(), "SES-01", "WIR-01", writes=False),
        "closeSession": _call(_close_session, "SES-02", writes=False),
        "checkAvailability": _call(
            lambda drs: drs.check_availability(drs.local(1), drs.local(1)), "AVL-01", writes=False
        ),
        "createOrder": _call(_create_order, "ORD-01"),
        "selectOrder": _call(lambda drs: drs.select(drs.create_order()), "SEL-11"),
        "scheduleBooking": _call(_schedule, "SCH-01", "SCH-10"),
        "updateBooking": _call(lambda drs: drs.update(drs.create_order(), "PLANNED"), "CHG-06"),
        "deleteBooking": _call(lambda drs: drs.delete(drs.create_order()), "SCH-09"),
        "deleteOrder": _call(_delete_order, "CAN-02"),
        "updateOrder": _call(_update_order, "CHG-04"),
        "completeOrder": _call(_complete, "CHG-05"),
        "createBooking": _call(_create_booking, "ORD-15"),
        "createReservation": _call(_reserve, "SCH-13"),
        "confirmReservation": _call(_confirm, "SCH-13"),
        "selectBooking": _call(_select_booking, "SEL-01", writes=False),
        "selectResource": _call(lambda drs: drs.ask("selectResource"), "SEL-09", writes=False),
        "getSchedule": _call(_get_schedule, "SEL-06", writes=False),
        "selectAlerts": _call(lambda drs: drs.ask("selectAlerts", contract=drs.data.contract), "SEL-07", writes=False),
        "selectMetaData": _call(
            lambda drs: drs.ask("selectMetaData", contract=drs.data.contract), "SEL-08", writes=False
        ),
    }
)
"""The plain call of each operation that changes no records, by its name."""
