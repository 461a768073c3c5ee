"""Follow-on bookings with their sequence and parent, and suspended bookings with their status."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from drs_simulator.scheduling.commands import BookingFilter, BookingRequest, BookingUpdate, FurtherBookingRequest
from drs_simulator.scheduling.model import Booking, LifeCycle, OrderStatus
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.use_cases.bookings import business_data, create_booking, facts_of, update_booking
from drs_simulator.scheduling.use_cases.master_data import select_bookings

from tests.simulator.scheduling.builders import LINCOLN, Desk, changed, codes, local

BEGIN, END = local("2021-10-26T08:00"), local("2021-10-26T12:00")
FOLLOW_ON = BookingRequest(codes=codes("N373049"))


def update(desk: Desk, booking_id: int, becomes: LifeCycle | None = None, **more: Any) -> None:
    now = desk.clock.now()
    sent = {"begin": now - timedelta(hours=1), "end": now} | more
    desk.perform(update_booking, BookingUpdate(BookingRequest(booking_id), becomes, **sent))


def datum(booking: Booking, name: str) -> str | None:
    return business_data(LINCOLN, facts_of(booking))[name]


def bookings(desk: Desk) -> list[Booking]:
    return [each.booking for each in desk.select_all("order-1")[0].bookings]


def allowing() -> Desk:
    return Desk(changed(LINCOLN, ordering={"follow_ons_from_completed": "accept"}))


def test_follow_on_has_its_sequence_and_parent(desk: Desk) -> None:
    first = desk.order().bookings[0].booking
    update(desk, first.id, follow_on=FOLLOW_ON)
    desk.perform(create_booking, FurtherBookingRequest(BookingRequest(number="order-1", codes=codes("N373049"))))
    assert [datum(each, "APPOINTMENT_SEQUENCE") for each in bookings(desk)] == ["FIRST", "FOLLOW ON", "FIRST"]
    assert [each.parent_id for each in bookings(desk)] == [None, first.id, None]


def test_bookings_are_found_by_their_sequence(desk: Desk) -> None:
    update(desk, desk.order().bookings[0].booking.id, follow_on=FOLLOW_ON)
    wanted = BookingFilter(business_data=(("APPOINTMENT_SEQUENCE", "FOLLOW ON"),))
    assert [each.booking for each in desk.perform(select_bookings, wanted)] == bookings(desk)[1:]


def test_completed_booking_refuses_a_follow_on_by_default(desk: Desk) -> None:
    booking_id = desk.order().bookings[0].booking.id
    update(desk, booking_id, LifeCycle.COMPLETED, complete_order=True)
    with pytest.raises(Refusal, match="is completed"):
        update(desk, booking_id, follow_on=FOLLOW_ON)
    assert len(bookings(desk)) == 1


def test_completed_booking_takes_a_follow_on_by_a_setting() -> None:
    desk = allowing()
    booking_id = desk.order().bookings[0].booking.id
    update(desk, booking_id, LifeCycle.COMPLETED, complete_order=True)
    update(desk, booking_id, follow_on=FOLLOW_ON)
    done, follow_on = bookings(desk)
    assert (done.completed, follow_on.completed, follow_on.parent_id) == (True, False, booking_id)
    assert desk.select("order-1")[0].order.status is OrderStatus.STARTED
    desk.schedule(follow_on.id, BEGIN, END)


def test_order_is_completed_with_a_follow_on_that_stays_open() -> None:
    desk = allowing()
    update(desk, desk.order().bookings[0].booking.id, LifeCycle.COMPLETED, complete_order=True, follow_on=FOLLOW_ON)
    assert [each.completed for each in bookings(desk)] == [True, False]
    assert desk.select("order-1")[0].order.status is OrderStatus.STARTED


def test_completed_booking_without_a_follow_on_stays_refused() -> None:
    desk = allowing()
    booking_id = desk.order().bookings[0].booking.id
    update(desk, booking_id, LifeCycle.COMPLETED)
    with pytest.raises(Refusal, match="is completed"):
        update(desk, booking_id, action_taken="nothing")


def test_suspended_is_a_status_with_its_comment_until_rescheduled(desk: Desk) -> None:
    booked = desk.book(BEGIN, END).booking
    sent = BookingRequest(booked.id, completion_status="SUSPENDED")
    desk.perform(update_booking, BookingUpdate(sent, action_taken="No access"))
    (suspended,) = bookings(desk)
    assert (suspended.is_suspended, suspended.life_cycle) == (True, LifeCycle.PLANNED)
    assert (datum(suspended, "TASK_LIFE_CYCLE_STAT"), datum(suspended, "SUSPEND_COMMENT")) == ("suspended", "No access")
    desk.schedule(booked.id, BEGIN, END)
    (planned,) = bookings(desk)
    assert (datum(planned, "TASK_LIFE_CYCLE_STAT"), datum(planned, "SUSPEND_COMMENT")) == ("planned", None)
