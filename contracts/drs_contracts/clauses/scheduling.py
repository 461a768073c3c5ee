"""Clauses on scheduleBooking and deleteBooking."""

from __future__ import annotations

from datetime import time

from drs_contracts.clauses.clause import clause, client, seen
from drs_contracts.driver.driver import CreatedOrder, DrsDriver, OfferedSlot
from drs_contracts.driver.expectations import expect, expect_success
from drs_contracts.strategies import durations, lengths, texts

_BOOKING = "theOrders/theBookings"
_WEEKS = lengths(20)


@clause(
    "SCH-01",
    "A slot that was offered as available can be booked.",
    seen("Scheduling a Booking"),
    writes=True,
    weeks=_WEEKS,
)
def an_offered_slot_can_be_booked(drs: DrsDriver, weeks: int) -> None:
    """Book each slot that a Tuesday offers, afresh every time."""
    for slot in drs.need_slots(drs.weekday(weeks, 1), 1):
        order = drs.create_order()
        answer = drs.schedule_into(order, slot)
        expect(answer.succeeded, f"{slot.begin} to {slot.end} was refused: {answer.text('errorMsg')}")
        drs.delete(order)


@clause(
    "SCH-02",
    "After scheduling, selectOrder returns the planning window, assigned times inside it, and theResources.",
    client("Hackney"),
    writes=True,
    weeks=_WEEKS,
)
def a_scheduled_booking_has_times_and_somebody(drs: DrsDriver, weeks: int) -> None:
    """Book a slot and read it back."""
    order, slot = _booked(drs, weeks)
    answer = drs.select(order)
    window = (answer.text(f"{_BOOKING}/planningWindowStart"), answer.text(f"{_BOOKING}/planningWindowEnd"))
    expect(window == (slot.begin, slot.end), f"the planning window is {window}")
    expect(bool(answer.text(f"{_BOOKING}/assignedStart")), "it has no assigned times")
    start, end = (answer.time(f"{_BOOKING}/{member}") for member in ("assignedStart", "assignedEnd"))
    inside = slot.begins <= start < end <= slot.ends
    expect(inside, f"{start} to {end} is not inside the window")
    expect(bool(answer.text(f"{_BOOKING}/theResources/resourceID")), "it has no resourceID")


@clause(
    "SCH-03",
    "scheduleBooking sent again moves the booking.",
    seen("Scheduling a Booking"),
    writes=True,
    weeks=_WEEKS,
)
def scheduling_again_moves(drs: DrsDriver, weeks: int) -> None:
    """Book one slot, then the last one of the week."""
    order, _ = _booked(drs, weeks)
    last = drs.need_slots(drs.weekday(weeks, 0))[-1]
    expect(drs.schedule_into(order, last).succeeded, "the second call was refused")
    answer = drs.select(order)
    expect(len(answer.texts(f"{_BOOKING}/bookingId")) == 1, "there is a second booking now")
    start = answer.text(f"{_BOOKING}/planningWindowStart")
    expect(start == last.begin, f"it is planned for {start}")


@clause(
    "SCH-04",
    "primaryOrderNumber need not match the order and may be blank.",
    seen("scheduleBooking, primaryOrderNumber"),
    writes=True,
    number=texts(),
)
def the_number_need_not_match(drs: DrsDriver, number: str) -> None:
    """Schedule under a blank and under any other number."""
    for sent in (" ", number):
        order = drs.create_order()
        slot = drs.need_slots(drs.weekday(1, 1), 1)[0]
        answer = drs.schedule(order, primaryOrderNumber=sent, **slot.window)
        expect(answer.succeeded, f"under '{sent}' it was refused: {answer.text('errorMsg')}")
        expect(drs.select(order).text(f"{_BOOKING}/planningWindowStart") == slot.begin, "another order was scheduled")
        drs.delete(order)


@clause(
    "SCH-05",
    "bookingReason left out gives 'first', which is not 'FIRST'; one that is sent is kept.",
    seen("scheduleBooking, bookingReason"),
    writes=True,
    reason=texts(max_size=20),
)
def a_reason_left_out_is_first(drs: DrsDriver, reason: str) -> None:
    """Schedule without a reason, then with one."""
    order, slot = _booked(drs, 1)
    found = drs.select(order).text(f"{_BOOKING}/bookingReason")
    expect(found == "first", f"without one the reason is '{found}'")
    drs.schedule(order, bookingReason=reason, **slot.window)
    found = drs.select(order).text(f"{_BOOKING}/bookingReason")
    expect(found == reason, f"'{reason}' came back as '{found}'")


@clause(
    "SCH-06",
    "duration and isEmergency are ignored.",
    seen("scheduleBooking, duration and isEmergency"),
    writes=True,
    minutes=durations(),
)
def duration_and_emergency_are_ignored(drs: DrsDriver, minutes: int) -> None:
    """Schedule with both, and compare with what createOrder said."""
    order = drs.create_order()
    slot = drs.need_slots(drs.weekday(1, 1), 1)[0]
    drs.schedule(order, duration=minutes, isEmergency=True, **slot.window)
    answer = drs.select(order)
    created = order.exchange.text("theOrder/theBookings/duration")
    found = answer.text(f"{_BOOKING}/duration")
    expect(found == created, f"the duration was {created} and is {found} now")
    expect(answer.text(f"{_BOOKING}/isEmergency") == "false", "it is an emergency now")


@clause(
    "SCH-07",
    "Without a planning window the booking gets the next available slot from earliestBookingDate on.",
    seen("scheduleBooking, planningWindowStart and planningWindowEnd"),
    writes=True,
    weeks=_WEEKS,
)
def without_a_window_the_next_slot_is_taken(drs: DrsDriver, weeks: int) -> None:
    """Compare with the first slot that is offered."""
    monday = drs.weekday(weeks, 0)
    earliest = drs.local(monday)
    first = min(slot.begins for slot in drs.need_slots(monday))
    order = drs.create_order(earliestBookingDate=earliest, targetDate=drs.local(monday + 30))
    answer = drs.schedule(order)
    expect_success(answer)
    start = drs.select(order).time(f"{_BOOKING}/planningWindowStart")
    expect(start == first, f"it got {start}, the first slot begins {first.isoformat()}")


@clause(
    "SCH-08",
    "Booking a place never adds places: no slot becomes available that was not.",
    seen("Checking Appointment Availability"),
    writes=True,
    weeks=_WEEKS,
)
def booking_never_adds_places(drs: DrsDriver, weeks: int) -> None:
    """Compare a day's free slots as bookings come in, until it is full."""
    tuesday = drs.weekday(weeks, 1)
    before = drs.need_slots(tuesday, 1)
    for _ in range(40):
        if not before:
            return
        expect(drs.schedule_into(drs.create_order(), before[0]).succeeded, f"{before[0].begin} could not be booked")
        after = drs.free_slots(tuesday, 1)
        times = {(slot.begin, slot.end) for slot in before}
        expect({(slot.begin, slot.end) for slot in after} <= times, "a slot became available by a booking")
        before = after
    expect(False, "the day takes more than 40 bookings")


@clause(
    "SCH-09",
    "deleteBooking cancels the booking, and its place is free again.",
    client("Hackney"),
    writes=True,
    weeks=_WEEKS,
)
def deleting_frees_the_place(drs: DrsDriver, weeks: int) -> None:
    """Book, compare, cancel, compare."""
    tuesday = drs.weekday(weeks, 1)
    before = drs.need_slots(tuesday, 1)
    order = drs.create_order()
    drs.schedule_into(order, before[0])
    answer = drs.delete(order)
    expect_success(answer)
    expect(not drs.select(order).texts(f"{_BOOKING}/bookingId"), "the order still has the booking")
    expect(drs.free_slots(tuesday, 1) == before, "the places are not what they were")


def _booked(drs: DrsDriver, weeks: int) -> tuple[CreatedOrder, OfferedSlot]:
    slot = drs.need_slots(drs.weekday(weeks, 1), 1)[0]
    order = drs.create_order(targetDate=drs.local(drs.weekday(weeks, 1) + 30, time(23, 59, 59)))
    answer = drs.schedule_into(order, slot)
    expect(answer.succeeded, f"{slot.begin} to {slot.end} was refused: {answer.text('errorMsg')}")
    return order, slot
