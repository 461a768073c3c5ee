"""scheduleBooking and deleteBooking: windows, moves, and places that become free again."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from drs_simulator.scheduling.commands import (
    BookingRequest,
    PlacingRequest,
)
from drs_simulator.scheduling.model import Booking, OrderStatus
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.use_cases.bookings import delete_booking
from drs_simulator.scheduling.use_cases.placement import schedule_booking

from tests.simulator.scheduling.builders import LINCOLN, Desk, changed, codes, local, places, state_of

THURSDAY = date(2021, 10, 28)
MORNING = local("2021-10-28T08:00"), local("2021-10-28T12:00")
AFTERNOON = local("2021-10-28T12:00"), local("2021-10-28T16:00")
PLANNING_FAILED = "Error in Booking.schedule. Error in modifyJob Planning failed"
FOUR_HOURS = codes("N630945")


def new_booking(desk: Desk, **order: Any) -> Booking:
    return desk.order(**order).bookings[0].booking


def assert_refused(desk: Desk, message: str, request: BookingRequest) -> None:
    """The refusal reads ``message``, and the state has not changed."""
    before = state_of(desk.store)
    with pytest.raises(Refusal) as refused:
        desk.perform(schedule_booking, PlacingRequest(request))
    assert refused.value.message == message
    assert state_of(desk.store) == before


def request_for(booking: Booking, **changes: Any) -> BookingRequest:
    request = BookingRequest(booking.id, "0", " ", "FIRST", *MORNING)
    return request._replace(**changes)


# Into a window


def test_scheduled_booking_has_a_time_in_its_window(desk: Desk) -> None:
    planned = desk.book(*MORNING)
    booking, start, end = planned.booking, planned.assigned_start, planned.assigned_end
    assert start is not None
    assert end is not None
    assert (booking.window_start, booking.window_end) == MORNING
    assert MORNING[0] <= start < end <= MORNING[1]
    assert end - start == timedelta(minutes=60)
    assert (planned.operative_code, planned.operative_name) in {("J01", "Joiner One"), ("J02", "Joiner Two")}
    assert start.isoformat() == "2021-10-28T08:00:00+01:00"


def test_scheduling_plans_the_order(desk: Desk) -> None:
    planned = desk.book(*MORNING)
    (order,) = desk.select("order-1")
    assert order.order.status is OrderStatus.PLANNED
    assert order.bookings == (planned,)


def test_scheduling_changes_neither_codes_token_nor_minutes(desk: Desk) -> None:
    made = new_booking(desk)
    desk.schedule(made.id, *MORNING)
    booking = desk.booking("order-1").booking
    unchanged = replace(
        booking,
        window_start=made.window_start,
        window_end=made.window_end,
        reason=made.reason,
        appointment=made.appointment,
    )
    assert unchanged == made


@pytest.mark.parametrize(("sent", "kept_as"), [("FIRST", "FIRST"), ("FOLLOW ON", "FOLLOW ON"), (None, "first")])
def test_reason_is_the_one_sent_or_first_in_lower_case(desk: Desk, sent: str | None, kept_as: str) -> None:
    booking = new_booking(desk)
    desk.perform(schedule_booking, PlacingRequest(request_for(booking, reason=sent)))
    assert desk.booking("order-1").booking.reason == kept_as


@pytest.mark.parametrize("number", [" ", "", "order-1", "another order's", "\t"])
def test_order_number_may_be_anything_even_a_blank(desk: Desk, number: str) -> None:
    desk.perform(schedule_booking, PlacingRequest(request_for(new_booking(desk), number=number)))
    assert desk.booking("order-1").assigned_start is not None


@pytest.mark.parametrize("contract", ["0", None])
def test_contract_may_be_left_out(desk: Desk, contract: str | None) -> None:
    desk.perform(schedule_booking, PlacingRequest(request_for(new_booking(desk), contract=contract)))
    assert desk.booking("order-1").assigned_start is not None


def test_window_over_several_days_gets_the_first_day_with_room(desk: Desk) -> None:
    for _ in range(2):
        desk.book(local("2021-10-26T08:00"), local("2021-10-26T16:00"), codes=codes("N630945", quantity="2"))
    planned = desk.book(local("2021-10-25T17:00"), local("2021-10-29T16:00"), codes=FOUR_HOURS)
    assert planned.assigned_start is not None
    assert planned.assigned_start.date() == date(2021, 10, 27)


def test_window_that_begins_on_a_weekend_waits_for_monday(desk: Desk) -> None:
    planned = desk.book(local("2021-10-30T00:00"), local("2021-11-02T00:00"))
    assert planned.assigned_start == local("2021-11-01T08:00")


def test_window_that_begins_within_a_working_day_is_kept_on_it(desk: Desk) -> None:
    planned = desk.book(local("2021-10-28T14:37:30"), local("2021-10-29T16:00"))
    assert planned.assigned_start == local("2021-10-28T14:38")


@pytest.mark.parametrize(
    "window",
    [
        ("2021-10-30T00:00", "2021-10-31T23:59"),
        ("2021-10-28T16:00", "2021-10-28T20:00"),
        ("2021-10-28T08:00", "2021-10-28T08:59"),
        ("2021-10-28T15:30", "2021-10-29T08:30"),
    ],
)
def test_window_without_room_in_working_hours_fails(desk: Desk, window: tuple[str, str]) -> None:
    booking = new_booking(desk)
    request = request_for(booking, window_start=local(window[0]), window_end=local(window[1]))
    assert_refused(desk, PLANNING_FAILED, request)


def test_window_is_searched_up_to_the_planning_horizon() -> None:
    desk = Desk(changed(LINCOLN, ordering={"planning_horizon_days": 1}))
    booking = new_booking(desk)
    request = request_for(booking, window_start=local("2021-10-30T00:00"), window_end=local("2021-11-05T00:00"))
    assert_refused(desk, PLANNING_FAILED, request)


def test_window_that_is_full_fails(desk: Desk) -> None:
    for _ in range(2):
        desk.book(*MORNING, codes=FOUR_HOURS)
    booking = new_booking(desk, codes=codes("N601125"))
    assert_refused(desk, PLANNING_FAILED, request_for(booking))


def test_code_without_job_template_fails_as_in_appendix_b(desk: Desk) -> None:
    booking = new_booking(desk, codes=codes("N000000"))
    assert_refused(desk, PLANNING_FAILED, request_for(booking))
    assert_refused(desk, PLANNING_FAILED, request_for(booking, window_start=None, window_end=None))


def test_failed_booking_can_be_scheduled_elsewhere(desk: Desk) -> None:
    booking = new_booking(desk)
    sunday = local("2021-10-31T08:00"), local("2021-10-31T16:00")
    assert_refused(desk, PLANNING_FAILED, request_for(booking, window_start=sunday[0], window_end=sunday[1]))
    desk.schedule(booking.id, *AFTERNOON)
    assert desk.booking("order-1").assigned_start == AFTERNOON[0]


# Without a window


@pytest.mark.parametrize(
    ("earliest", "slot"),
    [
        (None, ("2021-10-25T08:00", "2021-10-25T12:00")),
        ("2021-10-27T08:00", ("2021-10-27T08:00", "2021-10-27T12:00")),
        ("2021-10-27T08:01", ("2021-10-27T09:30", "2021-10-27T14:30")),
        ("2021-10-27T10:00", ("2021-10-27T12:00", "2021-10-27T16:00")),
        ("2021-10-27T13:00", ("2021-10-28T08:00", "2021-10-28T12:00")),
        ("2021-10-30T12:00", ("2021-11-01T08:00", "2021-11-01T12:00")),
        ("2021-10-01T00:00", ("2021-10-25T08:00", "2021-10-25T12:00")),
    ],
)
def test_without_a_window_it_gets_the_next_free_slot(desk: Desk, earliest: str | None, slot: tuple[str, str]) -> None:
    """It is Friday noon: nothing of that day is left to begin, and what is past cannot be booked."""
    desk.clock.fix(local("2021-10-22T12:00:01"))
    booking = new_booking(desk, earliest=earliest and local(earliest))
    desk.schedule(booking.id)
    planned = desk.booking("order-1")
    assert (planned.booking.window_start, planned.booking.window_end) == (local(slot[0]), local(slot[1]))


def test_without_a_window_full_slots_are_passed_over(desk: Desk) -> None:
    for day in (25, 26):
        for _ in range(2):
            whole_day = local(f"2021-10-{day}T08:00"), local(f"2021-10-{day}T16:00")
            desk.book(*whole_day, codes=codes("N630945", quantity="2"))
    booking = new_booking(desk, codes=codes("N601125"))
    desk.schedule(booking.id)
    assert desk.booking("order-5").assigned_start == local("2021-10-27T08:00")


def test_without_window_and_free_slot_it_fails() -> None:
    desk = Desk(changed(LINCOLN, ordering={"planning_horizon_days": 2}))
    booking = new_booking(desk, earliest=local("2021-10-29T17:00"))
    assert_refused(desk, PLANNING_FAILED, request_for(booking, window_start=None, window_end=None))


# Moving


def test_scheduling_again_moves_the_booking(desk: Desk) -> None:
    first = desk.book(*MORNING, codes=FOUR_HOURS)
    desk.book(*MORNING, codes=FOUR_HOURS)
    assert places(desk.day(THURSDAY, codes=FOUR_HOURS)) == {AFTERNOON, (MORNING[0], AFTERNOON[1])}
    desk.schedule(first.booking.id, *AFTERNOON)
    assert MORNING in places(desk.day(THURSDAY, codes=FOUR_HOURS))
    (order,) = desk.select("order-1")
    assert [(booking.booking.id, booking.assigned_start) for booking in order.bookings] == [
        (first.booking.id, AFTERNOON[0])
    ]


def test_booking_can_be_moved_to_another_day(desk: Desk) -> None:
    booked = desk.book(*MORNING)
    desk.schedule(booked.booking.id, local("2021-11-04T12:00"), local("2021-11-04T16:00"))
    assert desk.booking("order-1").assigned_start == local("2021-11-04T12:00")


def test_booking_does_not_stand_in_its_own_way(desk: Desk) -> None:
    """The whole day is full, but one of its bookings is scheduled in the same place again."""
    bookings = [desk.book(MORNING[0], AFTERNOON[1], codes=codes("N630945", quantity="2")) for _ in range(2)]
    desk.schedule(bookings[0].booking.id, MORNING[0], AFTERNOON[1])
    desk.schedule(bookings[0].booking.id)
    assert [desk.booking(f"order-{n}").assigned_start for n in (1, 2)] == [local("2021-10-25T08:00"), MORNING[0]]


def test_booking_that_cannot_be_moved_stays_where_it_was(desk: Desk) -> None:
    booked = desk.book(*MORNING, codes=FOUR_HOURS)
    for _ in range(2):
        desk.book(*AFTERNOON, codes=FOUR_HOURS)
    start, end = AFTERNOON
    assert_refused(desk, PLANNING_FAILED, request_for(booked.booking, window_start=start, window_end=end))
    assert desk.booking("order-1") == booked


# What is refused


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"booking_id": None}, "bookingId is required"),
        ({"booking_id": 0}, "Unable to find booking 0"),
        ({"booking_id": 149995}, "Unable to find booking 149995"),
        ({"number": None}, "primaryOrderNumber is required"),
        ({"contract": "1"}, "Unknown contract '1' in contract"),
        ({"contract": ""}, "contract is required"),
        ({"window_start": None}, "planningWindowStart is required"),
        ({"window_end": None}, "planningWindowEnd is required"),
        ({"window_end": MORNING[0]}, "planningWindowStart must be before planningWindowEnd"),
        ({"window_end": local("2021-10-27T16:00")}, "planningWindowStart must be before planningWindowEnd"),
        (
            {"window_start": local("2021-10-22T08:00"), "window_end": local("2021-10-22T12:20:59.555")},
            "planningWindowEnd is in the past",
        ),
        (
            {"window_start": local("1999-01-01T00:00"), "window_end": local("1999-01-02T00:00")},
            "planningWindowEnd is in the past",
        ),
    ],
)
def test_wrong_request_is_refused_and_changes_nothing(desk: Desk, changes: dict[str, Any], message: str) -> None:
    booking = new_booking(desk)
    assert_refused(desk, message, request_for(booking, **changes))


def test_window_may_begin_now(desk: Desk) -> None:
    booked = desk.book(desk.clock.now(), local("2021-10-22T16:00"))
    assert booked.assigned_start == local("2021-10-22T12:21")


# Cancelling


def test_cancelled_booking_is_gone_and_its_place_is_free_again(desk: Desk) -> None:
    booked = [desk.book(*MORNING, codes=FOUR_HOURS) for _ in range(2)]
    assert MORNING not in places(desk.day(THURSDAY, codes=FOUR_HOURS))
    desk.cancel(booked[0].booking.id)
    assert MORNING in places(desk.day(THURSDAY, codes=FOUR_HOURS))
    (order,) = desk.select("order-1")
    assert order.bookings == ()


def test_booking_that_was_not_scheduled_can_be_cancelled(desk: Desk) -> None:
    booking = new_booking(desk)
    desk.cancel(booking.id)
    (order,) = desk.select("order-1")
    assert order.bookings == ()


def test_cancelled_booking_is_unknown(desk: Desk) -> None:
    booking = new_booking(desk)
    desk.cancel(booking.id)
    assert_refused(desk, f"Unable to find booking {booking.id}", request_for(booking))
    with pytest.raises(Refusal, match=f"^Unable to find booking {booking.id}$"):
        desk.cancel(booking.id)


def test_cancelling_leaves_the_other_bookings_of_that_day_alone(desk: Desk) -> None:
    booked = [desk.book(*MORNING) for _ in range(3)]
    desk.cancel(booked[1].booking.id)
    for number, booking in (("order-1", booked[0]), ("order-3", booked[2])):
        assert desk.booking(number).booking == booking.booking
        assert desk.booking(number).assigned_start is not None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"booking_id": None}, "bookingId is required"),
        ({"booking_id": 1}, "Unable to find booking 1"),
        ({"contract": None}, "contract is required"),
        ({"contract": "1"}, "Unknown contract '1' in contract"),
        ({"number": None}, "primaryOrderNumber is required"),
        ({"number": " "}, "primaryOrderNumber is required"),
    ],
)
def test_wrong_cancellation_is_refused_and_changes_nothing(desk: Desk, changes: dict[str, Any], message: str) -> None:
    booked = desk.book(*MORNING)
    before = state_of(desk.store)
    with pytest.raises(Refusal, match=f"^{re.escape(message)}$"):
        desk.perform(delete_booking, BookingRequest(booked.booking.id, "0", "order-1")._replace(**changes))
    assert state_of(desk.store) == before


def test_booking_without_its_order_is_an_error(desk: Desk) -> None:
    """No use case leaves such a state; a store that lost an order must not look like a refusal."""
    with desk.store.transaction() as transaction:
        transaction.put_booking(replace(new_booking(Desk()), order_id=1))
    with pytest.raises(LookupError, match="order 1, which does not exist"):
        desk.perform(schedule_booking, PlacingRequest(BookingRequest(149996, "0", " ")))


def midnight_window(day: datetime) -> tuple[datetime, datetime]:
    return day, day + timedelta(days=1)


@pytest.mark.parametrize("day", ["2021-03-26", "2021-03-29", "2021-10-29", "2021-11-01"])
def test_slots_around_a_clock_change_begin_at_eight(day: str) -> None:
    desk = Desk(now="2021-03-01T00:00")
    desk.clock.fix(local(f"{day}T00:00") - timedelta(days=3))
    desk.session_id = desk.open()
    planned = desk.book(*midnight_window(local(f"{day}T00:00")))
    assert planned.assigned_start is not None
    assert f"{planned.assigned_start:%Y-%m-%d %H:%M}" == f"{day} 08:00"
