"""Clauses on the workflow as a whole: what a booking takes, and what it frees."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time

from drs_contracts.clauses.clause import clause, client, presumed, seen
from drs_contracts.clauses.state_machine import run_workflow
from drs_contracts.driver.driver import CreatedOrder, DrsDriver, OfferedSlot
from drs_contracts.driver.expectations import expect, expect_success, need
from drs_contracts.driver.messages import Exchange, request
from drs_contracts.strategies import lengths

_MAX_BOOKINGS = 40
_CALLERS = 4


@clause(
    "FLO-01",
    "DRS shows what its callers did, in any order of steps; what it refuses changes nothing; cancelling frees places.",
    seen("Workflow"),
    writes=True,
    # It takes long, and LAW-02 does much of it.
    at_any_moment=False,
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
    tuesday = drs.weekday(1, 1)
    slot = drs.need_slots(tuesday, 1)[0]
    booked = _fill(drs, slot, drs.local(tuesday + 30))
    need(bool(booked), f"the slot at {slot.begin} takes no booking")
    answer = drs.delete(booked[-1])
    need(answer.succeeded, f"deleteBooking was refused: {answer.text('errorMsg') or answer.fault}")
    bookings = [drs.booking(drs.create_order(), **slot.window) for _ in range(_CALLERS)]
    sent = [request("scheduleBooking", {"sessionId": drs.session, "theBooking": each}) for each in bookings]
    with ThreadPoolExecutor(_CALLERS) as pool:
        replies = list(pool.map(drs.target.post, sent))
    answers = [Exchange("scheduleBooking", body, reply) for body, reply in zip(sent, replies, strict=True)]
    taken = sum(answer.succeeded for answer in answers)
    expect(taken == 1, f"{taken} of {_CALLERS} callers got the last place", answers[-1])


@clause(
    "FLO-03",
    "A booking that is moved, cancelled or deleted frees one place in its slot; a refused move frees none.",
    client("Hackney, ONS: a cancellation frees the place; seen: scheduling again moves"),
    writes=True,
    weeks=lengths(52),
)
def what_leaves_frees_one_place(drs: DrsDriver, weeks: int) -> None:
    """Fill a slot; let one booking after the other leave it, and book its place again."""
    tuesday = drs.weekday(weeks, 1)
    slot, later = drs.need_slots(tuesday, 1)[0], drs.need_slots(tuesday + 1, 1)[0]
    same_day = [each for each in drs.free_slots(tuesday, 1) if each.begins >= slot.ends]
    target = drs.local(tuesday + 30, time(23, 59, 59))
    booked = _fill(drs, slot, target)
    need(len(booked) > 1, f"the slot at {slot.begin} takes {len(booked)} bookings")
    reversed_window = {"planningWindowStart": later.end, "planningWindowEnd": later.begin}
    expect(drs.schedule(booked[0], **reversed_window).refused, "a window that ends before it begins was accepted")
    _expect_places(drs, slot, 0, "a refused move", target)
    for leave, how in (
        (lambda order: drs.schedule_into(order, same_day[-1] if same_day else later), "a move within the day"),
        (lambda order: drs.schedule_into(order, later), "a move to another day"),
        (drs.delete, "deleteBooking"),
        (lambda order: drs.ask("deleteOrder", theOrder={"primaryOrderNumber": order.number}), "deleteOrder"),
    ):
        expect_success(leave(booked.pop(0)))
        booked += _expect_places(drs, slot, 1, how, target)


def _expect_places(drs: DrsDriver, slot: OfferedSlot, count: int, after: str, target: datetime) -> list[CreatedOrder]:
    """Expect that ``count`` more bookings fit into a slot, and book them."""
    booked = _fill(drs, slot, target)
    last = drs.exchanges[-1]
    expect(len(booked) == count, f"after {after}, {slot.begin} takes {len(booked)} more bookings, not {count}", last)
    return booked


def _fill(drs: DrsDriver, slot: OfferedSlot, target: datetime) -> list[CreatedOrder]:
    """Book a slot until it is full, and return the orders that got a place."""
    booked: list[CreatedOrder] = []
    while len(booked) < _MAX_BOOKINGS:
        order = drs.create_order(targetDate=target)
        if not drs.schedule_into(order, slot).succeeded:
            return booked
        booked.append(order)
    need(False, f"the slot at {slot.begin} takes more than {_MAX_BOOKINGS} bookings")
    return booked
