"""Clauses on the workflow as a whole, and on callers who work at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from drs_contracts.clauses.clause import clause, presumed, seen
from drs_contracts.clauses.state_machine import run_workflow
from drs_contracts.driver.driver import DrsDriver
from drs_contracts.driver.expectations import expect, need
from drs_contracts.driver.messages import Exchange, request

_MAX_BOOKINGS = 40
_CALLERS = 4


@clause(
    "FLO-01",
    "DRS shows what its callers did, in any order of steps; what it refuses changes nothing; cancelling frees places.",
    seen("Workflow"),
    writes=True,
)
def the_workflow_holds_together(drs: DrsDriver) -> None:
    """Run it many times beside a small model."""
    run_workflow(drs)


@clause(
    "FLO-02",
    "When several callers ask for the last place at the same time, one of them gets it.",
    presumed("the simplest assumption: a place is given once"),
    writes=True,
)
def the_last_place_is_given_once(drs: DrsDriver) -> None:
    """Fill a slot, cancel its last booking, and schedule several others into it at the same time."""
    slot = drs.need_slots(drs.weekday(1, 1), 1)[0]
    booked = []
    for _ in range(_MAX_BOOKINGS):
        order = drs.create_order()
        if not drs.schedule_into(order, slot).succeeded:
            break
        booked.append(order)
    need(0 < len(booked) < _MAX_BOOKINGS, f"the slot at {slot.begin} took {len(booked)} bookings")
    answer = drs.delete(booked[-1])
    need(answer.succeeded, f"deleteBooking was refused: {answer.text('errorMsg') or answer.fault}")
    bookings = [drs.booking(drs.create_order(), **slot.window) for _ in range(_CALLERS)]
    sent = [request("scheduleBooking", {"sessionId": drs.session, "theBooking": each}) for each in bookings]
    with ThreadPoolExecutor(_CALLERS) as pool:
        replies = list(pool.map(drs.target.post, sent))
    answers = [Exchange("scheduleBooking", body, reply) for body, reply in zip(sent, replies, strict=True)]
    taken = sum(answer.succeeded for answer in answers)
    expect(taken == 1, f"{taken} of {_CALLERS} callers got the last place")
