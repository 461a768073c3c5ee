"""Clauses on offers: what is offered can be booked, and what cannot be booked is not offered."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import TypeAlias

from hypothesis import strategies as st

from drs_contracts.clauses.clause import clause, seen, vendor
from drs_contracts.driver.driver import DrsDriver, OfferedSlot, read_slots
from drs_contracts.driver.expectations import expect, need, need_success
from drs_contracts.driver.messages import Members
from drs_contracts.strategies import lengths

_WEEKS_OF_A_YEAR = 52
_YEARS = 12
_LEAP_DAY = (2, 29)
# The days at the edges of months and years, and those next to the clock changes, by month and day.
_EDGES = (*((2, day) for day in (27, 28, 29)), (3, 1), (3, 2), (12, 31), (1, 2), (1, 3), (3, 29), (10, 29))
_MAX_OPERATIVES = 8
_BOOKING = "theOrders/theBookings"

Day: TypeAlias = "tuple[str, int, int]"
"""A working day: its week and its weekday, or its month and its day of the month."""

_USUAL_DAYS: tuple[Day, ...] = tuple(
    ("week", week, weekday) for week in range(1, _WEEKS_OF_A_YEAR + 1) for weekday in range(5)
)
_EDGE_DAYS: tuple[Day, ...] = tuple(("date", month, day) for month, day in _EDGES)
# Every third day is at an edge.
_DAYS = st.sampled_from((*_USUAL_DAYS, *_EDGE_DAYS * (len(_USUAL_DAYS) // len(_EDGE_DAYS) // 2)))


@clause(
    "LAW-03",
    "What is offered can be booked, and what is not offered is refused: every slot of every day, as the day fills up.",
    seen("Scheduling a Booking: what is offered can be booked; vendor: a slot without room is forced (7vlmkiaf08)"),
    writes=True,
    day=_DAYS,
    jobs=st.lists(st.integers(0, 9), min_size=1, max_size=2),
    quantity=st.integers(1, 4),
    choices=st.lists(st.integers(0, 9), max_size=9),
)
def offers_and_bookings_agree(drs: DrsDriver, day: Day, jobs: list[int], quantity: int, choices: list[int]) -> None:
    """Try each slot of a day, offered or not; book one, and try all again."""
    ahead = _find_day(drs, day)
    codes = _codes(drs, jobs, quantity)
    target = drs.local(ahead + 30, time(23, 59, 59))
    need(bool(_slots(drs, ahead, codes)), "the day has no slots")
    for choice in (*choices, None):
        slots = _slots(drs, ahead, codes)
        for slot in slots:
            order = drs.create_order(theBookingCodes=codes, targetDate=target)
            answer = drs.schedule_into(order, slot)
            told = answer.text("errorMsg") or answer.fault or answer.text("status")
            offered = "offered" if slot.available else "not offered"
            expect(answer.succeeded is slot.available, f"{slot.begin} to {slot.end} is {offered}, and: {told}", answer)
            need_success(drs.ask("deleteOrder", theOrder={"primaryOrderNumber": order.number}))
        free = [slot for slot in slots if slot.available]
        if choice is None or not free:
            return
        drs.need_scheduled(drs.create_order(targetDate=target, theBookingCodes=codes), free[choice % len(free)])


@clause(
    "LAW-04",
    "A slot that is offered for an operative can be booked for that operative, and one that is not offered cannot.",
    vendor("choosing an operative in Show Scheduler", "qe2fzeu7p2", also="published: the members"),
    writes=True,
    weeks=lengths(_WEEKS_OF_A_YEAR),
    weekday=st.integers(0, 4),
    choices=st.lists(st.integers(0, 9), max_size=5),
)
def offers_for_an_operative_agree(drs: DrsDriver, weeks: int, weekday: int, choices: list[int]) -> None:
    """Book some slots of a day; then try each slot for each operative."""
    ahead = drs.weekday(weeks, weekday)
    target = drs.local(ahead + 30, time(23, 59, 59))
    drs.need_slots(ahead, 1)
    for choice in choices:
        if free := drs.free_slots(ahead, 1):
            drs.need_scheduled(drs.create_order(targetDate=target), free[choice % len(free)])
    operatives = drs.ask("selectResource").texts("theResources/resourceID")
    need(bool(operatives), "selectResource gave no operatives")
    for operative in operatives[:_MAX_OPERATIVES]:
        asked = drs.availability_members(drs.local(ahead), drs.local(ahead))
        for slot in read_slots(drs.call("checkAvailability", {**asked, "resourceIDs": operative})):
            order = drs.create_order(targetDate=target)
            named = drs.booking(order, theResources={"resourceID": operative}, **slot.window)
            answer = drs.ask("scheduleBooking", theBooking=named, resourceLock="lockAsSpecified")
            told = answer.text("errorMsg") or answer.fault or answer.text("status")
            offered = "offered" if slot.available else "not offered"
            expect(
                answer.succeeded is slot.available, f"{slot.begin} is {offered} for {operative}, and: {told}", answer
            )
            need_success(drs.ask("deleteOrder", theOrder={"primaryOrderNumber": order.number}))


@clause(
    "LAW-05",
    "Without a window a booking gets the next slot that is offered, however full the day is.",
    seen("scheduleBooking, planningWindowStart and planningWindowEnd"),
    writes=True,
    day=_DAYS,
    choices=st.lists(st.integers(0, 9), max_size=9),
)
def the_next_offer_is_taken(drs: DrsDriver, day: Day, choices: list[int]) -> None:
    """Book some slots of a day, then one without a window."""
    ahead = _find_day(drs, day)
    target = drs.local(ahead + 30, time(23, 59, 59))
    for choice in choices:
        if free := drs.free_slots(ahead, 1):
            drs.need_scheduled(drs.create_order(targetDate=target), free[choice % len(free)])
    first = min(slot.begins for slot in drs.need_slots(ahead))
    order = drs.create_order(earliestBookingDate=drs.local(ahead), targetDate=target)
    need_success(drs.schedule(order))
    start = drs.select(order).time(f"{_BOOKING}/planningWindowStart")
    expect(start == first, f"it got {start.isoformat()}, the first slot that is offered begins {first.isoformat()}")


def _find_day(drs: DrsDriver, day: Day) -> int:
    """How many days ahead a day is: for an edge, the next year in which it is a working day."""
    kind, first, second = day
    if kind == "week":
        return drs.weekday(first, second)
    for year in range(drs.today.year, drs.today.year + _YEARS):
        if (first, second) == _LEAP_DAY and year % 4:
            continue
        there = date(year, first, second)
        if there > drs.today + timedelta(days=1) and drs.data.slots_on(there.weekday()) and there.weekday() < 5:  # noqa: PLR2004 - Saturday
            return (there - drs.today).days
    need(False, f"{second}.{first}. is no working day in {_YEARS} years")
    return 0


def _codes(drs: DrsDriver, jobs: list[int], quantity: int) -> list[Members]:
    known = drs.data.job_codes or (drs.data.sor_code,)
    return [
        {
            **drs.code("any"),
            "bookingCodeSORCode": known[job % len(known)],
            "itemNumberWithinBooking": str(item),
            "quantity": quantity,
        }
        for item, job in enumerate(jobs, 1)
    ]


def _slots(drs: DrsDriver, ahead: int, codes: list[Members]) -> list[OfferedSlot]:
    answer = drs.check_availability(drs.local(ahead), drs.local(ahead), theBookingCodes=codes)
    need_success(answer)
    return read_slots(answer)
