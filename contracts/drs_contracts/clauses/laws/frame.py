"""Clauses on what an operation leaves alone: everything that it does not name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import time

from hypothesis import strategies as st

from drs_contracts.clauses.clause import clause, presumed, published
from drs_contracts.clauses.laws.all_operations import call_all_operations, call_record_operations
from drs_contracts.driver.driver import CreatedOrder, DrsDriver
from drs_contracts.driver.expectations import expect, need, need_success
from drs_contracts.driver.interface_schema import expect_valid, read_schema
from drs_contracts.driver.messages import Exchange, Members

# One in winter and one in summer.
_WEEKS = st.sampled_from((1, 27))
_BOOKING = "theOrders/theBookings"
_ELSEWHERE = "elsewhere"


@clause(
    "LAW-06",
    "An operation changes nothing that it does not name: every other answer is byte for byte as before.",
    presumed("the simplest assumption"),
    writes=True,
    weeks=_WEEKS,
)
def other_things_stay(drs: DrsDriver, weeks: int) -> None:
    """Call every operation, and after each compare all answers on orders and an operative that it is not about."""
    onlookers = _make_onlookers(drs, weeks)
    before = _read_all(drs, onlookers)
    slot = drs.need_slots(drs.weekday(weeks + 3, 1), 3)[0]
    for exchange in call_all_operations(drs, slot, drs.data.location_id):
        _expect_same(before, _read_all(drs, onlookers), exchange)


@clause(
    "LAW-07",
    "A change of an operative, a place or a code changes no other one, and no other day.",
    presumed("the simplest assumption"),
    writes=True,
    changes_records=True,
    weeks=_WEEKS,
)
def other_records_stay(drs: DrsDriver, weeks: int) -> None:
    """Let an operative be away on one day, change a place and a code, and compare all other answers after each."""
    onlookers = _make_onlookers(drs, weeks)
    others = [each for each in onlookers.operatives if each != onlookers.operative]
    need(bool(others), "there is one operative")
    changed = others[-1]
    watched = _Onlookers(
        onlookers.orders,
        onlookers.operative,
        [each for each in onlookers.operatives if each != changed],
        onlookers.ahead,
    )
    before = _read_all(drs, watched)
    for exchange in call_record_operations(drs, changed, drs.weekday(weeks + 3, 1), drs.data.location_id):
        _expect_same(before, _read_all(drs, watched), exchange)


@clause(
    "LAW-08",
    "The answers of all 22 operations, refusals too, are valid by the interface: members in order, and values by type.",
    published("sequences and types of the interface"),
    writes=True,
    changes_records=True,
)
def all_answers_are_valid(drs: DrsDriver) -> None:
    """Call every operation, and validate each answer by DRS's own interface description."""
    schema = read_schema(drs)
    slot = drs.need_slots(drs.weekday(1, 1), 3)[0]
    operatives = drs.ask("selectResource").texts("theResources/resourceID")
    need(bool(operatives), "selectResource gave no operatives")
    # So that there is an alert.
    drs.update(drs.create_order(), "PLANNED", {"bookingCompletionStatus": drs.data.suspended_status})
    calls = (
        call_all_operations(drs, slot, drs.data.location_id),
        call_record_operations(drs, operatives[-1], drs.weekday(4, 1), drs.data.location_id),
    )
    for exchange in (each for some in calls for each in some):
        expect_valid(schema, exchange)


@dataclass(frozen=True, slots=True)
class _Onlookers:
    """What no operation names.

    Args:
        orders: An order that is scheduled, one that is not, one that is suspended, one that is completed.
        operative: The operative of the first.
        operatives: The operatives that are compared.
        ahead: The day of the first.
    """

    orders: tuple[CreatedOrder, ...]
    operative: str
    operatives: Sequence[str]
    ahead: int


def _make_onlookers(drs: DrsDriver, weeks: int) -> _Onlookers:
    ahead = drs.weekday(weeks, 1)
    slot = drs.need_slots(ahead, 1)[0]
    target = drs.local(ahead + 30, time(23, 59, 59))
    orders = tuple(drs.create_order(locationID=_ELSEWHERE, targetDate=target) for _ in range(4))
    scheduled, _, suspended, completed = orders
    drs.need_scheduled(scheduled, slot)
    need_success(drs.update(suspended, "PLANNED", {"bookingCompletionStatus": drs.data.suspended_status}))
    need_success(drs.update(completed, "COMPLETED"))
    operative = drs.select(scheduled).text(f"{_BOOKING}/theResources/resourceID") or ""
    return _Onlookers(orders, operative, drs.ask("selectResource").texts("theResources/resourceID"), ahead)


def _read_all(drs: DrsDriver, onlookers: _Onlookers) -> list[Exchange]:
    """Ask all operations that show something for what they show of the onlookers."""
    contract, ahead = drs.data.contract, onlookers.ahead
    day = {"returnBookingsFrom": drs.local(ahead), "returnBookingsTo": drs.local(ahead, time(23))}
    hours: Members = {"returnWorkingHoursFrom": drs.local(ahead), "returnWorkingHoursTo": drs.local(ahead, time(23))}
    named: Members = {"theResourceIDs": onlookers.operatives, "includeWorkingHours": True, **hours}
    period = drs.availability_members(drs.local(ahead), drs.local(ahead + 4))
    return [
        *(drs.select(order, includeCompletedBookings=True) for order in onlookers.orders),
        drs.ask("selectOrder", locationIDs=_ELSEWHERE),
        drs.ask("selectBooking", workers=onlookers.operative, **day),
        drs.ask("selectResource", **named),
        drs.ask("getSchedule", contract=contract, resourceId=onlookers.operative, scheduleDate=drs.local(ahead)),
        drs.ask("selectAlerts", contract=contract),
        drs.call("checkAvailability", period),
        drs.call("checkAvailability", {**period, "resourceIDs": onlookers.operative}),
    ]


def _expect_same(before: Iterable[Exchange], after: Iterable[Exchange], cause: Exchange) -> None:
    for one, other in zip(before, after, strict=True):
        how = "" if cause.succeeded else "a refused "
        expect(
            one.reply.body == other.reply.body,
            f"{other.operation} answers something else after {how}{cause.operation} that is about other things",
            other,
        )
