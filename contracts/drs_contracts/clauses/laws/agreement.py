"""Clauses on offers: what is offered can be booked, and what cannot be booked is not offered."""

from __future__ import annotations

from datetime import date, time, timedelta
from itertools import combinations
from typing import NamedTuple, TypeAlias

from hypothesis import strategies as st

from drs_contracts.clauses.clause import clause, seen, vendor
from drs_contracts.driver.driver import CreatedOrder, DrsDriver, OfferedSlot, read_slots
from drs_contracts.driver.expectations import expect, need, need_success
from drs_contracts.driver.messages import Members
from drs_contracts.strategies import lengths

_WEEKS_OF_A_YEAR = 52
_YEARS = 12
_LEAP_DAY = (2, 29)
# The days at the edges of months and years, and those next to the clock changes, by month and day.
_EDGES = (*((2, day) for day in (27, 28, 29)), (3, 1), (3, 2), (12, 31), (1, 2), (1, 3), (3, 29), (10, 29))
_MAX_OPERATIVES = 8
_MAX_CONTRACTS = 4
_MAX_KINDS = 6
_HALF_A_DAY = 240
_WORKING_DAYS = 5
_MAX_BOOKINGS = 60
_BOOKING = "theOrders/theBookings"

Day: TypeAlias = "tuple[str, int, int]"
"""A working day: its week and its weekday, or its month and its day of the month."""


class _Kind(NamedTuple):
    """A kind of work: an SOR code, and how many minutes one unit of it takes."""

    code: str
    minutes: int


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
    waits_for_area=st.booleans(),
)
def offers_and_bookings_agree(
    drs: DrsDriver, day: Day, jobs: list[int], quantity: int, choices: list[int], waits_for_area: bool
) -> None:
    """Try each slot of a day, offered or not; book one, and try all again. An area's work waits for its turn."""
    ahead = _find_day(drs, day)
    order: Members = {
        "theBookingCodes": _codes(drs, jobs, quantity),
        "priority": drs.data.scheduled_priority if waits_for_area else drs.data.priority,
    }
    made: Members = {**order, "targetDate": drs.local(ahead + 30, time(23, 59, 59))}
    need(bool(_slots(drs, ahead, order)), "the day has no slots")
    for choice in (*choices, None):
        slots = _slots(drs, ahead, order)
        for slot in slots:
            _delete(drs, _expect_agreement(drs, slot, made))
        free = [slot for slot in slots if slot.available]
        if choice is None or not free:
            return
        drs.need_scheduled(drs.create_order(**made), free[choice % len(free)])


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
    """Book some slots of a day; then try each slot for each operative. All together have what one of them has."""
    ahead = drs.weekday(weeks, weekday)
    target = drs.local(ahead + 30, time(23, 59, 59))
    drs.need_slots(ahead, 1)
    for choice in choices:
        if free := drs.free_slots(ahead, 1):
            drs.need_scheduled(drs.create_order(targetDate=target), free[choice % len(free)])
    operatives = drs.ask("selectResource").texts("theResources/resourceID")
    need(bool(operatives), "selectResource gave no operatives")
    alone: set[tuple[str, str]] = set()
    for operative in operatives[:_MAX_OPERATIVES]:
        asked = drs.availability_members(drs.local(ahead), drs.local(ahead))
        for slot in read_slots(drs.call("checkAvailability", {**asked, "resourceIDs": operative})):
            alone |= {(slot.begin, slot.end)} if slot.available else set()
            order = drs.create_order(targetDate=target)
            answer = drs.schedule_for(operative, order, slot)
            told = answer.text("errorMsg") or answer.fault or answer.text("status")
            offered = "offered" if slot.available else "not offered"
            expect(
                answer.succeeded is slot.available, f"{slot.begin} is {offered} for {operative}, and: {told}", answer
            )
            _delete(drs, order)
    if len(operatives) <= _MAX_OPERATIVES:
        together = {(slot.begin, slot.end) for slot in drs.free_slots(ahead, 1)}
        expect(together == alone, f"{sorted(together)} are offered, and {sorted(alone)} for one operative or another")


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


@clause(
    "LAW-24",
    "Under every contract, and for work of every one or two kinds, a day is offered until it is full, and not longer.",
    seen("Scheduling a Booking: what is offered can be booked; vendor: several templates in one job (7ndrv5q5pl)"),
    writes=True,
    at_any_moment=False,
)
def days_can_be_filled(drs: DrsDriver) -> None:
    """Book jobs of half a day into what is offered until nothing is: all days of a week, and two days for two kinds."""
    kinds = _find_kinds(drs)
    for contract in (drs.data.contracts or (drs.data.contract,))[:_MAX_CONTRACTS]:
        for kind in kinds:
            for weekday in range(_WORKING_DAYS):
                _fill_day(drs, drs.weekday(1, weekday), contract, [kind], then_less=True)
        for number, pair in enumerate(combinations(kinds, 2)):
            for day in (number, number + 1):
                _fill_day(drs, drs.weekday(1, day % _WORKING_DAYS), contract, list(pair))


@clause(
    "LAW-25",
    "What is offered can be booked at the ends of February and of the year and next to the clock changes, and no more.",
    seen("Scheduling a Booking: what is offered can be booked; Appendix B, offsets of summer and winter"),
    writes=True,
    at_any_moment=False,
)
def edges_of_the_year_can_be_booked(drs: DrsDriver) -> None:
    """Try each slot of those days, offered or not."""
    for _, month, day in _EDGE_DAYS:
        ahead = _find_day(drs, ("date", month, day))
        target: Members = {"targetDate": drs.local(ahead + 30, time(23, 59, 59))}
        for slot in _slots(drs, ahead, {}):
            _delete(drs, _expect_agreement(drs, slot, target))


def _fill_day(drs: DrsDriver, ahead: int, contract: str, kinds: list[_Kind], *, then_less: bool = False) -> None:
    """Book what is offered until nothing is, and then try the slots for less work; empty the day again."""
    quantity = max(1, _HALF_A_DAY // sum(kind.minutes for kind in kinds))
    order: Members = {
        "contract": contract,
        "theBookingCodes": _name_codes(drs, [each.code for each in kinds], quantity),
    }
    made: Members = {**order, "targetDate": drs.local(ahead + 30, time(23, 59, 59))}
    booked: list[CreatedOrder] = []
    free = True
    while free:
        expect(len(booked) < _MAX_BOOKINGS, f"a day takes more than {_MAX_BOOKINGS} jobs of half a day")
        slots = _slots(drs, ahead, order)
        free = any(slot.available for slot in slots)
        tried = [slot for slot in slots if slot.available is free][:1]
        booked += [_expect_agreement(drs, slot, made) for slot in tried]
    if then_less and quantity > 1:
        less: Members = {"contract": contract, "theBookingCodes": _name_codes(drs, [kinds[0].code], 1)}
        for slot in _slots(drs, ahead, less):
            _delete(drs, _expect_agreement(drs, slot, {**made, **less}))
    for each in booked:
        _delete(drs, each)


def _find_kinds(drs: DrsDriver) -> list[_Kind]:
    """The first code of each job template."""
    kinds: dict[str, _Kind] = {}
    for code in drs.data.job_codes or (drs.data.sor_code,):
        made = drs.create_order(theBookingCodes=_name_codes(drs, [code], 1)).exchange
        template, minutes = (made.text(f"theOrder/theBookings/{name}") for name in ("template", "duration"))
        kinds.setdefault(template or "", _Kind(code, max(1, int(minutes or 1))))
    return list(kinds.values())[:_MAX_KINDS]


def _expect_agreement(drs: DrsDriver, slot: OfferedSlot, made: Members) -> CreatedOrder:
    """Book a slot for a new order: what is offered is taken, and what is not is refused."""
    order = drs.create_order(**made)
    answer = drs.schedule(order, **slot.window, contract=made.get("contract", drs.data.contract))
    told = answer.text("errorMsg") or answer.fault or answer.text("status")
    offered = "offered" if slot.available else "not offered"
    expect(answer.succeeded is slot.available, f"{slot.begin} to {slot.end} is {offered}, and: {told}", answer)
    return order


def _delete(drs: DrsDriver, order: CreatedOrder) -> None:
    need_success(drs.ask("deleteOrder", theOrder={"primaryOrderNumber": order.number}))


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
    return _name_codes(drs, [known[job % len(known)] for job in jobs], quantity)


def _name_codes(drs: DrsDriver, names: list[str], quantity: int) -> list[Members]:
    return [
        {**drs.code("any", name), "itemNumberWithinBooking": str(item), "quantity": quantity}
        for item, name in enumerate(names, 1)
    ]


def _slots(drs: DrsDriver, ahead: int, order: Members) -> list[OfferedSlot]:
    answer = drs.check_availability(drs.local(ahead), drs.local(ahead), **order)
    need_success(answer)
    return read_slots(answer)
