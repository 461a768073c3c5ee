"""What a run leaves behind in DRS, judged whatever the command's exit code is."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from drs_simulator import COMPETITOR, Expectations, StateDocument

from drs_contracts.clauses import list_clauses
from drs_contracts.clauses.clause import AppliesTo, Clause, Grade
from drs_contracts.exercise.hosts import Inspected
from drs_contracts.observe.analysis import analyse_traffic
from drs_contracts.observe.sources import NoCallsError, har_traffic
from drs_contracts.traffic.calls import Traffic

_UNSCHEDULED = "CAL-23"
_CREATED_TWICE = "CAL-39"
_HARMLESS = frozenset({"CAL-18"})
"""A session that is left open ends at midnight."""
ABOUT_DRS = frozenset(
    {
        *("CAL-18", "CAL-19", "CAL-24", "CAL-26", "CAL-33", "CAL-35", _CREATED_TWICE, "CAL-44", "CAL-45", "CAL-48"),
        *("CAL-49", "CAL-50", "CAL-51", "CAL-52", "CAL-53", "CAL-54", "CAL-55", "CAL-56", "CAL-57", "CAL-58", "CAL-59"),
    }
)
"""Clauses about what a caller does to DRS and leaves there, rather than about the form of its calls."""
_CLAUSES = {each.id: each for each in list_clauses(AppliesTo.CALLER)}
_RESERVED = "RESERVED"
_COMPLETED = "COMPLETED"
_PLACES = frozenset({"confirmReservation", "createReservation", "scheduleBooking"})


@dataclass(frozen=True, slots=True)
class Remains:
    """What a run leaves in DRS. What a competing caller has done is not counted.

    Args:
        orders: The orders that stand: neither deleted nor completed.
        scheduled: The bookings that have a place.
        unscheduled: The bookings that have none.
        reserved: The places that are reserved and not confirmed.
        open_sessions: The sessions that are open.
        calls: The calls that DRS received.
    """

    orders: int
    scheduled: int
    unscheduled: int
    reserved: int
    open_sessions: int
    calls: int


@dataclass(frozen=True, slots=True)
class RunFinding:
    """Something that a service should not leave behind, or should not do.

    Args:
        text: A sentence.
        clause: The clause that it breaks, if there is one.
        position: The call that shows it, counted from 1; ``None`` where no single call does.
        is_advice: Whether it is advice only, and makes no mess.
    """

    text: str
    clause: Clause | None = None
    position: int | None = None
    is_advice: bool = False

    @property
    def told(self) -> str:
        """The sentence with the clause and the call."""
        place = "" if self.position is None else f" (call {self.position})"
        words = ("advice",) if self.is_advice else ()
        words = words if self.clause is None else (*words, self.clause.id)
        return f"{' '.join(words)}: {self.text}{place}" if words else f"{self.text}{place}"


def count_left(drs: Inspected, calls: int) -> Remains:
    """Count what is left in a simulator."""
    state = drs.export_state()
    bookings = [each for each in state.bookings if each.user_id != COMPETITOR and not each.completed]
    placed = [each for each in bookings if each.appointment is not None]
    reserved = sum(each.life_cycle == _RESERVED for each in placed)
    return Remains(
        orders=sum(each.user_id != COMPETITOR and each.status != _COMPLETED for each in state.orders),
        scheduled=len(placed) - reserved,
        unscheduled=len(bookings) - len(placed),
        reserved=reserved,
        open_sessions=len(state.sessions),
        calls=calls,
    )


def find_mess(
    drs: Inspected, left: Remains, healthy: Remains | None, expect: Expectations, *, passed: bool
) -> tuple[RunFinding, ...]:
    """Find what a service should not have left behind or done.

    Args:
        drs: The simulator after the run.
        left: What is left in it.
        healthy: What the same command left where DRS did what it should, if it was run there.
        expect: What a good service leaves.
        passed: Whether the command called the run a success.
    """
    traffic = _read_journal(drs)
    state = drs.export_state()
    found = [
        *_find_empty_orders(state, traffic),
        *_find_unscheduled(state, traffic, _resolve(expect.max_unscheduled, healthy, "unscheduled")),
        *_find_unknown_places(state, traffic),
        *_find_broken(traffic),
    ]
    names_double = any(each.clause is not None and each.clause.id == _CREATED_TWICE for each in found)
    return (*found, *_find_excess(left, healthy, expect, names_double), *_find_lack(left, healthy, expect, passed))


def has_mess(findings: Iterable[RunFinding]) -> bool:
    """Whether any of them is more than advice."""
    return any(not each.is_advice for each in findings)


def _find_empty_orders(state: StateDocument, traffic: Traffic) -> Iterator[RunFinding]:
    filled = {each.order_id for each in state.bookings}
    for order in state.orders:
        if order.id not in filled and order.status != _COMPLETED:
            position = _find_creation(traffic, order.number)
            yield RunFinding(
                f"order {order.number} stays without a booking; deleteOrder removes it", None, position, is_advice=True
            )


def _find_unscheduled(state: StateDocument, traffic: Traffic, bound: int | None) -> Iterator[RunFinding]:
    waiting = [
        each
        for each in state.bookings
        if each.appointment is None and not each.completed and each.user_id != COMPETITOR
    ]
    if bound is None or len(waiting) <= bound:
        return
    for booking in waiting:
        position = _find_creation(traffic, booking.order_number)
        yield RunFinding(
            f"booking {booking.id} of order {booking.order_number} has no place", _CLAUSES[_UNSCHEDULED], position
        )


def _find_unknown_places(state: StateDocument, traffic: Traffic) -> Iterator[RunFinding]:
    """Find the places of which the service cannot know, since it has had no answer about them."""
    for booking in state.bookings:
        if booking.appointment is None or booking.completed:
            continue
        number, lost = str(booking.id), None
        for position, call in enumerate(traffic.calls, start=1):
            is_about = number in (call.value("theBooking/bookingId"), call.value("bookingId"))
            names_order = booking.order_number in map(str.strip, call.texts("primaryOrderNumber"))
            if call.operation in _PLACES and is_about:
                lost = position if call.answer is None and call.fault is None else None
            elif (is_about or names_order) and call.answer is not None:
                lost = None
        if lost is not None:
            yield RunFinding(
                f"booking {number} has a place of which the service does not know: it had no answer, and did not ask",
                position=lost,
            )


def _find_broken(traffic: Traffic) -> Iterator[RunFinding]:
    report = analyse_traffic(traffic)
    for result in (*report.broken, *report.advice):
        identifier = result.clause.id
        if identifier in ABOUT_DRS:
            is_advice = result.clause.evidence.grade is Grade.ADVICE or identifier in _HARMLESS
            for breach in result.breaches:
                yield RunFinding(breach.reason, result.clause, breach.position, is_advice=is_advice)


def _find_excess(
    left: Remains, healthy: Remains | None, expect: Expectations, names_double: bool
) -> Iterator[RunFinding]:
    bounds = (
        ("orders", expect.max_orders, "orders that stand"),
        ("reserved", expect.max_reserved, "places that are reserved and not confirmed"),
        ("open_sessions", expect.max_open_sessions, "open sessions"),
        ("calls", expect.max_calls, "calls"),
    )
    for name, value, words in bounds:
        bound, found = _resolve(value, healthy, name), getattr(left, name)
        if bound is not None and found > bound and not (name == "orders" and names_double):
            yield RunFinding(f"{words}: {found}, {_tell_bound(value, bound, 'at most')}")


def _find_lack(left: Remains, healthy: Remains | None, expect: Expectations, passed: bool) -> Iterator[RunFinding]:
    bound = _resolve(expect.min_scheduled, healthy, "scheduled")
    if passed and bound is not None and left.scheduled < bound:
        told = _tell_bound(expect.min_scheduled, bound, "at least")
        yield RunFinding(f"it passed; scheduled bookings: {left.scheduled}, {told}")


def _resolve(bound: int | str | None, healthy: Remains | None, name: str) -> int | None:
    """The bound as a number; ``None`` where there is none, or where it is not known."""
    if isinstance(bound, str):
        return None if healthy is None else int(getattr(healthy, name))
    return bound


def _tell_bound(value: int | str | None, bound: int, limit: str) -> str:
    return f"and {bound} where DRS is healthy" if isinstance(value, str) else f"and {limit} {bound} expected"


def _find_creation(traffic: Traffic, number: str) -> int | None:
    positions = (
        position
        for position, call in enumerate(traffic.calls, start=1)
        if call.operation == "createOrder" and call.value("theOrder/primaryOrderNumber") == number
    )
    return next(positions, None)


def _read_journal(drs: Inspected) -> Traffic:
    try:
        return har_traffic(json.dumps(drs.journal.as_har()).encode(), "the journal")
    except NoCallsError:
        return Traffic("the journal", ())
