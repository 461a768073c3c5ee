"""createReservation, confirmReservation, and what can be locked when a booking is scheduled."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from drs_simulator.scheduling.commands import (
    BookingRequest,
    OperativesUpdate,
    OperativeUpdate,
    PlacingRequest,
    UnavailabilityRequest,
)
from drs_simulator.scheduling.model import LifeCycle, PlannedBooking
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.use_cases.operatives import update_resources
from drs_simulator.scheduling.use_cases.placement import confirm_reservation, create_reservation, schedule_booking

from tests.simulator.scheduling.builders import Desk, codes, local, places, state_of

BEGIN, END = local("2021-10-26T08:00"), local("2021-10-26T12:00")


def placing(booking_id: int, operative_ids: tuple[str, ...] = (), **more: Any) -> PlacingRequest:
    booking = BookingRequest(booking_id, "0", " ", window_start=BEGIN, window_end=END, operative_ids=operative_ids)
    return PlacingRequest(booking, **more)


def new(desk: Desk) -> int:
    return desk.order().bookings[0].booking.id


def fill(desk: Desk) -> None:
    """Book the morning until it is full."""
    while (BEGIN, END) in places(desk.day(BEGIN.date())):
        desk.book(BEGIN, END)


def test_reserved_place_is_taken_until_its_time_is_over(desk: Desk) -> None:
    fill(desk)
    freed = desk.booking("order-1").booking.id
    desk.cancel(freed)
    held = new(desk)
    desk.perform(create_reservation, placing(held))
    assert (BEGIN, END) not in places(desk.day(BEGIN.date()))
    desk.clock.shift(timedelta(minutes=15, seconds=-1))
    assert (BEGIN, END) not in places(desk.day(BEGIN.date()))
    desk.clock.shift(timedelta(seconds=1))
    assert (BEGIN, END) in places(desk.day(BEGIN.date()))


def test_lapsed_reservation_is_planned_again(desk: Desk) -> None:
    booking_id = new(desk)
    desk.perform(create_reservation, PlacingRequest(placing(0).booking, booking_id=booking_id))
    held = desk.booking("order-1")
    assert held.booking.life_cycle is LifeCycle.RESERVED
    assert held.operative_id
    desk.clock.shift(timedelta(minutes=15))
    lapsed = desk.booking("order-1")
    assert (lapsed.booking.life_cycle, lapsed.operative_id) == (LifeCycle.PLANNED, None)
    with pytest.raises(Refusal, match="has no reservation, or it has lapsed"):
        desk.perform(confirm_reservation, placing(booking_id))


def test_confirmed_reservation_stays(desk: Desk) -> None:
    booking_id = new(desk)
    desk.perform(create_reservation, placing(booking_id))
    held = desk.booking("order-1")
    desk.perform(confirm_reservation, placing(booking_id))
    desk.clock.shift(timedelta(hours=1))
    firm = desk.booking("order-1")
    assert firm.booking.life_cycle is LifeCycle.PLANNED
    assert (firm.assigned_start, firm.operative_id) == (held.assigned_start, held.operative_id)


def test_scheduling_a_reserved_booking_makes_it_firm(desk: Desk) -> None:
    booking_id = new(desk)
    desk.perform(create_reservation, placing(booking_id))
    desk.schedule(booking_id, BEGIN, END)
    desk.clock.shift(timedelta(hours=1))
    assert desk.booking("order-1").operative_id


@pytest.mark.parametrize("use_case", [create_reservation, confirm_reservation, schedule_booking])
def test_unknown_booking_or_contract_is_refused(desk: Desk, use_case: Any) -> None:
    with pytest.raises(Refusal, match="Unable to find booking 7"):
        desk.perform(use_case, placing(7))
    wrong = PlacingRequest(BookingRequest(new(desk), "9", " ", window_start=BEGIN, window_end=END))
    with pytest.raises(Refusal, match="Unknown contract '9'"):
        desk.perform(use_case, wrong)


def test_booking_at_work_cannot_be_rescheduled(desk: Desk) -> None:
    booking_id = desk.bring_to(LifeCycle.STARTED)
    with pytest.raises(Refusal, match="is STARTED and cannot become PLANNED"):
        desk.schedule(booking_id, BEGIN, END)


def numbered(booking_id: int) -> str:
    return f"order-{booking_id - 149995}"


class TestForce:
    """It keeps the slot and overrides room."""

    @staticmethod
    def forced(desk: Desk, operative_ids: tuple[str, ...] = (), **more: Any) -> PlannedBooking:
        booking_id = new(desk)
        with pytest.raises(Refusal, match="Planning failed"):
            desk.perform(schedule_booking, placing(booking_id, operative_ids, **more))
        desk.perform(schedule_booking, placing(booking_id, operative_ids, force=True, **more))
        return desk.booking(numbered(booking_id))

    def test_a_full_window_is_kept(self, desk: Desk) -> None:
        fill(desk)
        booked = self.forced(desk)
        assert (booked.booking.window_start, booked.booking.window_end) == (BEGIN, END)
        assert (booked.assigned_start, booked.operative_id) == (BEGIN, "101")

    def test_it_takes_no_room_and_moves_no_visit(self, desk: Desk) -> None:
        fill(desk)
        free = places(desk.day(BEGIN.date()))
        before = desk.booking("order-1")
        self.forced(desk)
        assert places(desk.day(BEGIN.date())) == free
        assert desk.booking("order-1") == before

    def test_it_is_cancelled_like_any_other(self, desk: Desk) -> None:
        fill(desk)
        before = state_of(desk.store)["diaries"]
        desk.cancel(self.forced(desk).booking.id)
        assert state_of(desk.store)["diaries"] == before

    def test_a_window_with_room_needs_no_force(self, desk: Desk) -> None:
        booking_id = new(desk)
        desk.perform(schedule_booking, placing(booking_id, force=True))
        assert not desk.booking(numbered(booking_id)).booking.is_forced

    def test_rescheduling_without_force_ends_it(self, desk: Desk) -> None:
        fill(desk)
        booking_id = self.forced(desk).booking.id
        desk.schedule(booking_id, BEGIN + timedelta(days=1), END + timedelta(days=1))
        assert not desk.booking(numbered(booking_id)).booking.is_forced

    def test_locks_apply_to_it(self, desk: Desk) -> None:
        fill(desk)
        booked = self.forced(desk, ("102",), resource_lock="lockAsSpecified", lock_time=True)
        assert (booked.operative_id, booked.booking.locked_start, booked.assigned_start) == ("102", BEGIN, BEGIN)

    def test_without_an_operative_of_the_trade_it_is_refused(self, desk: Desk) -> None:
        booking_id = desk.order(codes=codes("N000000")).bookings[0].booking.id
        with pytest.raises(Refusal, match="Planning failed"):
            desk.perform(schedule_booking, placing(booking_id, force=True))

    def test_a_day_off_stays_a_day_off(self, desk: Desk) -> None:
        saturday = local("2021-10-30T08:00"), local("2021-10-30T12:00")
        request = BookingRequest(new(desk), "0", " ", window_start=saturday[0], window_end=saturday[1])
        with pytest.raises(Refusal, match="Planning failed"):
            desk.perform(schedule_booking, PlacingRequest(request, force=True))

    def test_an_operative_who_is_away_is_the_last_choice(self, desk: Desk) -> None:
        away = UnavailabilityRequest(BEGIN, END + timedelta(hours=4), "Holiday")
        desk.perform(update_resources, OperativesUpdate(("0",), (OperativeUpdate(id="101", unavailabilities=(away,)),)))
        fill(desk)
        assert self.forced(desk).operative_id == "102"


def test_locked_time_stays_when_the_day_changes(desk: Desk) -> None:
    first = new(desk)
    desk.perform(schedule_booking, placing(first, lock_time=True))
    locked = desk.booking("order-1")
    for _ in range(3):
        desk.book(BEGIN, END, location_id="38950180")
        now = desk.booking("order-1")
        assert (now.assigned_start, now.assigned_end) == (locked.assigned_start, locked.assigned_end)
    desk.schedule(first, local("2021-10-28T08:00"), local("2021-10-28T12:00"))
    assert desk.booking("order-1").booking.locked_start is None


def test_locked_resource_is_the_only_one_that_comes(desk: Desk) -> None:
    for operative_id in ("101", "102"):
        booking_id = new(desk)
        request = placing(booking_id, (operative_id,), resource_lock="lockAsSpecified")
        desk.perform(schedule_booking, request)
        assert desk.booking(f"order-{booking_id - 149995}").operative_id == operative_id


def test_lock_after_schedule_keeps_the_operative(desk: Desk) -> None:
    booking_id = new(desk)
    desk.perform(schedule_booking, placing(booking_id, resource_lock="lockAfterSchedule"))
    found = desk.booking("order-1").operative_id
    for day in ("2021-10-27", "2021-10-28", "2021-10-29"):
        desk.schedule(booking_id, local(f"{day}T08:00"), local(f"{day}T12:00"))
        assert desk.booking("order-1").operative_id == found


@pytest.mark.parametrize(
    ("specified", "words"),
    [((), "theResources is required"), (("nobody",), "Unknown resource 'nobody'"), (("201",), "Planning failed")],
)
def test_lock_on_an_operative_who_cannot_come_is_refused(desk: Desk, specified: tuple[str, ...], words: str) -> None:
    with pytest.raises(Refusal, match=words):
        desk.perform(schedule_booking, placing(new(desk), specified, resource_lock="lockAsSpecified"))
