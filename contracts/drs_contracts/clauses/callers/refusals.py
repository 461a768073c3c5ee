"""How a caller goes on after DRS has refused a call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import TypeAlias

from drs_contracts.clauses.callers.work import (
    Content,
    Subject,
    content_of,
    order_number,
    subjects_of,
)
from drs_contracts.clauses.clause import advice, caller_clause, seen
from drs_contracts.traffic.calls import Call, Occurrence, Traffic

_Change: TypeAlias = tuple[str, Content]
_NEEDS_AN_ORDER = frozenset({"completeOrder", "createBooking", "updateBooking", "updateOrder"})
# A slot that was refused is for CAL-44.
_CHANGES = frozenset(
    {
        "completeOrder",
        "confirmReservation",
        "createBooking",
        "createOrder",
        "createReservation",
        "deleteBooking",
        "deleteOrder",
        "updateBooking",
        "updateBookingCode",
        "updateLocation",
        "updateOrder",
        "updateResource",
    }
)
_CHANGES_RULES = frozenset({"updateBookingCode", "updateLocation", "updateResource"})
_HOUR = timedelta(hours=1)


@caller_clause(
    "CAL-48",
    "A number for which DRS has refused createOrder is not used as if its order were there.",
    seen("Request and Response General Information, Responses: status and errorMsg; Workflow"),
)
def refused_orders_are_not_used(traffic: Traffic) -> Iterator[Occurrence]:
    """Look for changes under the number, until it is created or an answer has it. A number in use is no such one."""
    refused: set[str] = set()
    for call in traffic.calls:
        number = order_number(call) or call.value("theBooking/primaryOrderNumber")
        if call.operation == "createOrder":
            yield Occurrence(call)
            is_missing = call.refused and not call.session_refused and "exist" not in call.message
            (refused.add if is_missing else refused.discard)(number)
        elif call.operation in _NEEDS_AN_ORDER and number in refused:
            yield Occurrence(call, f"DRS has refused to create order {number}")
        elif call.operation == "selectOrder":
            refused -= {text.strip() for text in call.all_given("theOrders/primaryOrderNumber")}


@caller_clause(
    "CAL-49",
    "A change that DRS has refused is not sent again unchanged within an hour, unless something about it has changed.",
    advice("a refusal is a decision, not a failure: the same request gets the same one"),
)
def refused_changes_are_not_repeated(traffic: Traffic) -> Iterator[Occurrence]:
    """Look for the same request after its refusal, without another call about its order, booking or place between."""
    refused: dict[_Change, Call] = {}
    by_subject: defaultdict[Subject, set[_Change]] = defaultdict(set)
    for call in traffic.calls:
        change = call.operation, content_of(call, without=("sessionId",))
        before = refused.get(change)
        if call.operation in _CHANGES:
            is_again = before is not None and _is_soon(before, call)
            yield Occurrence(call, f"it was refused before: {before.message}" if before and is_again else "")
        if call.operation in _CHANGES_RULES and call.succeeded:
            refused.clear()
        for subject in subjects_of(call):
            for other in by_subject.pop(subject, ()):
                refused.pop(other, None)
        # A refused priority is for CAL-26. Services in use learn from a refusal that an order is there (client).
        is_expected = "priority" in call.message.lower() or "exist" in call.message
        if call.operation in _CHANGES and call.refused and not (call.session_refused or is_expected):
            refused[change] = call
            for subject in subjects_of(call):
                by_subject[subject].add(change)


def _is_soon(earlier: Call, later: Call) -> bool:
    if earlier.started is None or later.started is None:
        return True
    return later.started - earlier.started <= _HOUR
