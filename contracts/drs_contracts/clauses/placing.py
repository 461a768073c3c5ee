"""Clauses on how a place is found and kept: job templates, force, locks, reservations that lapse."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import strategies as st

from drs_contracts.clauses.clause import clause, presumed, seen
from drs_contracts.driver.driver import CreatedOrder, DrsDriver, OfferedSlot, read_slots
from drs_contracts.driver.expectations import expect, expect_refusal, expect_success
from drs_contracts.fake_data import Place
from drs_contracts.strategies import lengths, places

_BOOKING = "theOrders/theBookings"
_PLANNING_FAILED = "Error in Booking.schedule. Error in modifyJob Planning failed"
_MOST_BOOKINGS = 40
_A_MINUTE = timedelta(minutes=1)


@clause(
    "SCH-15",
    f"A booking without a valid job template cannot be planned: '{_PLANNING_FAILED}'.",
    seen("scheduleBooking, errors: the job has no valid job template"),
    writes=True,
)
def without_a_template_nothing_is_planned(drs: DrsDriver) -> None:
    """Create an order for a code that has no trade, and schedule it with a window and without."""
    code = drs.data.sor_code_without_template
    if code is None:
        return
    slot = drs.need_slots(drs.weekday(1, 1), 1)[0]
    order = drs.create_order(theBookingCodes={**drs.code("any"), "bookingCodeSORCode": code})
    for answer in (drs.schedule_into(order, slot), drs.schedule(order)):
        expect(answer.refused, f"the status is {answer.text('status')}")
        expect(answer.text("errorMsg") == _PLANNING_FAILED, f"the errorMsg is '{answer.text('errorMsg')}'")


@clause(
    "SCH-16",
    "A window without room is refused as planning that failed; with force the booking gets the next slot with room.",
    presumed("by the member's name, which is published"),
    writes=True,
)
def force_finds_another_place(drs: DrsDriver) -> None:
    """Fill a Tuesday morning, then book it once more, without force and with it."""
    tuesday = drs.weekday(1, 1)
    slot = drs.need_slots(tuesday, 1)[0]
    _fill(drs, slot)
    order = drs.create_order()
    answer = drs.schedule_into(order, slot)
    expect(answer.text("errorMsg") == _PLANNING_FAILED, f"the errorMsg is '{answer.text('errorMsg')}'")
    window = slot.window
    later = [each for each in drs.free_slots(tuesday, 5) if each.begins >= slot.begins]
    expect_success(drs.ask("scheduleBooking", theBooking=drs.booking(order, **window), force=True))
    begin = drs.select(order).time(f"{_BOOKING}/planningWindowStart")
    soonest = min(each.begins for each in later)
    expect(begin == soonest, f"it got {begin}, the next with room is {soonest.isoformat()}")


@clause(
    "SCH-17",
    "timeLock keeps the time that was found, whatever else is planned on that day.",
    presumed("by the member's name, which is published"),
    writes=True,
    weeks=lengths(5),
)
def a_locked_time_stays(drs: DrsDriver, weeks: int) -> None:
    """Lock a visit, then fill its slot."""
    slot = drs.need_slots(drs.weekday(weeks, 1), 1)[0]
    order = drs.create_order()
    window = slot.window
    expect_success(drs.ask("scheduleBooking", theBooking=drs.booking(order, **window), timeLock=True))
    before = drs.select(order).text(f"{_BOOKING}/assignedStart")
    expect(bool(before), "it has no time")
    _fill(drs, slot)
    after = drs.select(order).text(f"{_BOOKING}/assignedStart")
    expect(after == before, f"it was locked at {before} and is at {after}")
    later = drs.need_slots(drs.weekday(weeks, 2), 3)[-1]
    expect_success(drs.schedule_into(order, later))
    moved = drs.select(order).time(f"{_BOOKING}/assignedStart")
    expect(later.begins <= moved < later.ends, f"it was moved to {later.begin} and is at {moved}")


@clause(
    "SCH-18",
    "resourceLock lockAsSpecified lets only the operative come who is named; lockAfterSchedule keeps who was found.",
    presumed("by the values' names, which are published"),
    writes=True,
)
def a_locked_operative_comes(drs: DrsDriver) -> None:
    """Ask for each operative who could come, and move a booking that is locked."""
    tuesday = drs.weekday(1, 1)
    slot = drs.need_slots(tuesday, 1)[0]
    window = slot.window
    order = drs.create_order()
    for somebody in _who_can(drs, order):
        if not _has_room(drs, somebody, slot):
            continue
        named = drs.booking(order, theResources={"resourceID": somebody}, **window)
        expect_success(drs.ask("scheduleBooking", theBooking=named, resourceLock="lockAsSpecified"))
        _expect_operative(drs, order, somebody)
    found = drs.create_order()
    expect_success(
        drs.ask("scheduleBooking", theBooking=drs.booking(found, **window), resourceLock="lockAfterSchedule")
    )
    somebody = drs.select(found).text(f"{_BOOKING}/theResources/resourceID") or ""
    for next_slot in drs.free_slots(tuesday + 1, 1):
        _fill_operative(drs, somebody, next_slot)
        if drs.schedule_into(found, next_slot).succeeded:
            _expect_operative(drs, found, somebody)


@clause(
    "SCH-19",
    "A reservation that is not confirmed in time lapses: the booking is planned and not scheduled, its place is free.",
    presumed("by the operations' names"),
    writes=True,
    moves_clock=True,
)
def a_reservation_lapses(drs: DrsDriver) -> None:
    """Reserve a slot, wait until just before its end, then until just after."""
    tuesday = drs.weekday(1, 1)
    before = drs.need_slots(tuesday, 1)
    order = drs.create_order()
    window = before[0].window
    expect_success(drs.ask("createReservation", theBooking=drs.booking(order, **window)))
    held = timedelta(minutes=drs.data.reservation_minutes)
    for wait, wanted in ((held - _A_MINUTE, "RESERVED"), (2 * _A_MINUTE, "PLANNED")):
        drs.target.move_clock(wait)
        shown = drs.select(order)
        life_cycle = shown.text(f"{_BOOKING}/bookingLifeCycleStatus")
        expect(life_cycle == wanted, f"the booking is {life_cycle}, not {wanted}")
        somebody = shown.text(f"{_BOOKING}/theResources/resourceID")
        expect(bool(somebody) is (wanted == "RESERVED"), f"while it is {wanted}, whoever comes is '{somebody}'")
    expect_refusal(drs.ask("confirmReservation", theBooking=drs.booking(order)), order.booking_id)
    expect(drs.free_slots(tuesday, 1) == before, "the places are not what they were")
    confirmed, scheduled = drs.create_order(), drs.create_order()
    for each, then in ((confirmed, "confirmReservation"), (scheduled, "scheduleBooking")):
        for operation in ("createReservation", then):
            expect_success(drs.ask(operation, theBooking=drs.booking(each, **window)))
    drs.target.move_clock(held + _A_MINUTE)
    for each in (confirmed, scheduled):
        somebody = drs.select(each).text(f"{_BOOKING}/theResources/resourceID")
        expect(bool(somebody), "a place that was confirmed or scheduled in time has lapsed")


@clause(
    "SCH-20",
    "A booking that is begun is neither moved nor reserved any more.",
    presumed("plainest guess"),
    writes=True,
)
def what_is_begun_is_not_moved(drs: DrsDriver) -> None:
    """Let an operative arrive and begin, and try to move the visit each time."""
    order = drs.create_order()
    slots = drs.free_slots(drs.weekday(1, 1), 1)
    expect_success(drs.schedule_into(order, slots[0]))
    window = slots[-1].window
    for becomes in ("ARRIVED", "STARTED"):
        expect_success(drs.update(order, becomes))
        for operation, wanted in (("scheduleBooking", "PLANNED"), ("createReservation", "RESERVED")):
            answer = drs.ask(operation, theBooking=drs.booking(order, **window))
            expect_refusal(answer, order.booking_id, becomes, wanted)
    start = drs.select(order).text(f"{_BOOKING}/planningWindowStart")
    expect(start == slots[0].begin, f"it was moved to {start}")


@clause(
    "SCH-21",
    "The visits of an operative's day do not overlap, and each lies inside its planning window.",
    presumed("plainest guess: nobody is in two places"),
    writes=True,
    choices=st.lists(st.tuples(st.integers(0, 9), places()), min_size=2, max_size=9),
)
def visits_do_not_overlap(drs: DrsDriver, choices: list[tuple[int, Place]]) -> None:
    """Book slots of a day for places all over, as long as there are any, and look at everybody's day."""
    tuesday = drs.weekday(1, 1)
    orders = []
    for choice, place in choices:
        order = drs.create_order(locationID=place.id)
        free = drs.free_slots(tuesday, 1)
        if free and drs.schedule_into(order, free[choice % len(free)]).succeeded:
            orders.append(order)
    visits: dict[str, list[tuple[datetime, datetime]]] = {}
    for order in orders:
        shown = drs.select(order)
        names = ("planningWindowStart", "assignedStart", "assignedEnd", "planningWindowEnd")
        begin, start, end, until = (shown.time(f"{_BOOKING}/{name}") for name in names)
        expect(begin <= start < end <= until, f"{start} to {end} is not inside {begin} to {until}")
        duration = int(shown.text(f"{_BOOKING}/duration") or 0)
        expect(end - start == duration * _A_MINUTE, f"{start} to {end} is not {duration} minutes")
        visits.setdefault(shown.text(f"{_BOOKING}/theResources/resourceID") or "", []).append((start, end))
    for somebody, times in visits.items():
        for one, other in pairwise(sorted(times)):
            expect(one[1] <= other[0], f"{somebody} is at two visits at {other[0]}")


def _fill(drs: DrsDriver, slot: OfferedSlot) -> None:
    """Book a slot until it is full."""
    for _ in range(_MOST_BOOKINGS):
        if not drs.schedule_into(drs.create_order(), slot).succeeded:
            return
    expect(False, f"the slot at {slot.begin} takes more than {_MOST_BOOKINGS} bookings")


def _fill_operative(drs: DrsDriver, somebody: str, slot: OfferedSlot) -> None:
    """Give others of that slot's work to everybody but this operative, so that they are nearer."""
    window = slot.window
    for other in _who_can(drs, drs.create_order()):
        if other != somebody:
            order = drs.create_order()
            named = drs.booking(order, theResources={"resourceID": other}, **window)
            drs.ask("scheduleBooking", theBooking=named, resourceLock="lockAsSpecified")


def _has_room(drs: DrsDriver, somebody: str, slot: OfferedSlot) -> bool:
    begin = slot.begins
    asked = {**drs.availability_members(begin, begin), "resourceIDs": somebody}
    free = [each for each in read_slots(drs.call("checkAvailability", asked)) if each.available]
    return (slot.begin, slot.end) in [(each.begin, each.end) for each in free]


def _who_can(drs: DrsDriver, order: CreatedOrder) -> list[str]:
    """Those who have the trade of an order's booking."""
    trade = order.exchange.text("theOrder/theBookings/template")
    returned = drs.ask("selectResource").returned
    found = [] if returned is None else returned.findall("theResources")
    return [
        each.findtext("resourceID", "")
        for each in found
        if trade in [ability.text for ability in each.findall("theAbilities/name")]
    ]


def _expect_operative(drs: DrsDriver, order: CreatedOrder, somebody: str) -> None:
    shown = drs.select(order)
    comes = shown.text(f"{_BOOKING}/theResources/resourceID")
    expect(comes == somebody, f"{comes} comes, not {somebody}")
    locked = shown.text(f"{_BOOKING}/theResources/isResourceLocked")
    expect(locked == "true", f"isResourceLocked is {locked}")
