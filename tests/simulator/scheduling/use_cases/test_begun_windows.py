"""Windows that have begun are planned from now on; only those that are over are refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from drs_simulator.scheduling.back_office import Move, move_booking
from drs_simulator.scheduling.commands import (
    BookingRequest,
    FurtherBookingRequest,
    OrderCompletion,
    OrderRequest,
    PlacingRequest,
)
from drs_simulator.scheduling.model import OrderWithBookings
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.use_cases.bookings import create_booking
from drs_simulator.scheduling.use_cases.orders import complete_order, update_order
from drs_simulator.scheduling.use_cases.placement import create_reservation

from tests.simulator.scheduling.builders import Desk, codes, local

THIS_MORNING, TODAY_AT_FOUR = local("2021-10-22T08:00"), local("2021-10-22T16:00")


def schedule_as_returned(desk: Desk, created: OrderWithBookings) -> None:
    booking = created.bookings[0].booking
    desk.schedule(booking.id, booking.window_start, booking.window_end)


def test_booking_can_be_scheduled_as_create_order_returned_it(desk: Desk) -> None:
    created = desk.order()
    desk.clock.shift(timedelta(minutes=5))
    schedule_as_returned(desk, created)
    booked = desk.booking("order-1")
    assert booked.assigned_start == local("2021-10-22T12:26")
    assert booked.booking.window_start == created.bookings[0].booking.window_start


def test_begun_window_is_planned_from_now_on_not_from_its_start(desk: Desk) -> None:
    booked = [desk.book(THIS_MORNING, TODAY_AT_FOUR) for _ in range(4)]
    starts = [desk.booking(each.booking.order_number).assigned_start for each in booked]
    assert min(start for start in starts if start is not None) == local("2021-10-22T12:21")
    assert None not in starts
    assert {each.booking.window_start for each in booked} == {THIS_MORNING}


def test_begun_window_without_room_fails_in_known_words(desk: Desk) -> None:
    with pytest.raises(Refusal, match="Planning failed"):
        desk.book(THIS_MORNING, local("2021-10-22T13:00"), codes=codes("N373049"))


def test_window_of_past_days_uses_the_next_working_day(desk: Desk) -> None:
    desk.clock.fix(local("2021-10-23T10:00"))
    desk.session_id = desk.open()
    booked = desk.book(local("2021-10-04T08:00"), local("2021-10-29T16:00"))
    assert booked.assigned_start == local("2021-10-25T08:00")


def test_rescheduling_into_a_later_window_forgets_when_it_was_sought(desk: Desk) -> None:
    created = desk.order()
    schedule_as_returned(desk, created)
    desk.schedule(created.bookings[0].booking.id, local("2021-10-26T08:00"), local("2021-10-26T12:00"))
    assert desk.booking("order-1").booking.planned_from is None


def test_reservation_and_planner_take_begun_windows(desk: Desk) -> None:
    created = desk.order().bookings[0].booking
    held = BookingRequest(created.id, "0", " ", window_start=THIS_MORNING, window_end=TODAY_AT_FOUR)
    desk.perform(create_reservation, PlacingRequest(held))
    assert desk.booking("order-1").assigned_start == local("2021-10-22T12:21")
    moved = desk.scheduler.run_as_system(move_booking, Move(created.id, THIS_MORNING, TODAY_AT_FOUR))
    assert moved.assigned_start == local("2021-10-22T12:21")


def test_further_booking_takes_a_begun_window(desk: Desk) -> None:
    desk.order()
    sent = BookingRequest(number="order-1", window_start=THIS_MORNING, window_end=TODAY_AT_FOUR, codes=codes("N373049"))
    (made,) = desk.perform(create_booking, FurtherBookingRequest(sent))
    assert (made.booking.window_start, made.booking.window_end) == (THIS_MORNING, TODAY_AT_FOUR)


def test_further_booking_of_an_overdue_order_needs_no_window(desk: Desk) -> None:
    desk.order(target_date=local("2021-10-01T00:00"))
    sent = BookingRequest(number="order-1", codes=codes("N373049"))
    (made,) = desk.perform(create_booking, FurtherBookingRequest(sent))
    assert made.booking.window_start == desk.clock.now()


def test_overdue_order_can_be_sent_back_and_changed(desk: Desk) -> None:
    overdue = desk.order(target_date=local("2021-10-01T00:00"))
    request = OrderRequest(number="order-1", target_date=local("2021-09-01T00:00"))
    changed = desk.perform(update_order, request)
    assert changed.order == replace(overdue.order, target_date=local("2021-09-01T00:00"))


def test_overdue_order_gets_the_next_slot_without_a_window(desk: Desk) -> None:
    created = desk.order(target_date=local("2021-10-01T00:00"))
    desk.schedule(created.bookings[0].booking.id)
    assert desk.booking("order-1").booking.window_start == local("2021-10-25T08:00")


def test_completing_an_order_frees_a_later_place_of_a_begun_window(desk: Desk) -> None:
    desk.clock.fix(local("2021-10-22T18:00"))
    created = desk.order()
    schedule_as_returned(desk, created)
    assert desk.booking("order-1").assigned_start == local("2021-10-25T08:00")
    desk.perform(complete_order, OrderCompletion("order-1", "0", "."))
    assert desk.select_all("order-1")[0].bookings[0].operative_id is None
