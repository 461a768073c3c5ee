"""The profile ``full``, walked through: each rule for planning, as a caller notices it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from drs_simulator.profile.loading import load_profile
from drs_simulator.scheduling.commands import (
    BookingRequest,
    CodeDefinition,
    CodeDefinitions,
    OperativeFilter,
    PlacingRequest,
    ScheduleRequest,
)
from drs_simulator.scheduling.model import Availability, PlannedBooking
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.use_cases.master_data import update_booking_codes
from drs_simulator.scheduling.use_cases.operatives import get_schedule, select_resources
from drs_simulator.scheduling.use_cases.placement import schedule_booking

from tests.simulator.scheduling.builders import Desk, codes, local, places, slots

FULL = load_profile("full")
DOOR, LOCK, WASTE_PIPE, FIRE_DOOR = "N373049", "N390917", "N601125", "N374001"
FENCE, GATE = "N810001", "N810002"
NORTH, SOUTH = "3670010", "38950180"
ROUTINE = "100 Days"
# A Monday at half past seven; nothing is planned yet.
NOW = "2021-10-25T07:30"
MONDAY, SATURDAY = date(2021, 10, 25), date(2021, 10, 30)


@pytest.fixture
def desk() -> Desk:
    return Desk(FULL, NOW)


def hours_of(answer: Availability) -> list[list[str]]:
    """The windows of each day, as 08-12."""
    return [[f"{slot.begin:%H}-{slot.end:%H}" for slot in day.slots] for day in answer.days]


def available_hours(desk: Desk, day: date, **order: Any) -> list[str]:
    found = (slot for slot in slots(desk.day(day, **order)) if slot.available)
    return [f"{slot.begin:%H}-{slot.end:%H}" for slot in found]


def at(day: date, clock: str) -> datetime:
    return local(f"{day}T{clock}")


def booked(desk: Desk, day: date, hours: str = "08:00-16:00", **order: Any) -> PlannedBooking:
    begin, end = hours.split("-")
    return desk.book(at(day, begin), at(day, end), **order)


def fill(desk: Desk, day: date, **order: Any) -> Iterator[PlannedBooking]:
    """Book until the day has no room."""
    with suppress(Refusal):
        while True:
            yield booked(desk, day, **order)


class TestSlotsTemplates:
    def test_job_without_one_has_the_installations_slots(self, desk: Desk) -> None:
        assert hours_of(desk.day(MONDAY)) == [["08-12", "12-16", "09-14", "08-16"]]

    def test_windows_are_those_of_the_weekday(self, desk: Desk) -> None:
        answer = desk.availability(at(MONDAY, "00:00"), at(MONDAY + timedelta(days=4), "00:00"), priority=ROUTINE)
        assert hours_of(answer) == [["08-12", "12-16", "09-14"]] * 4 + [["08-12"]]

    def test_no_slot_is_available_before_the_first_day(self, desk: Desk) -> None:
        answer = desk.availability(at(MONDAY, "00:00"), at(MONDAY + timedelta(days=2), "00:00"), priority=ROUTINE)
        assert [any(slot.available for slot in day.slots) for day in answer.days] == [False, False, True]

    def test_first_day_moves_with_the_clock(self, desk: Desk) -> None:
        wednesday = MONDAY + timedelta(days=2)
        assert available_hours(desk, wednesday, priority=ROUTINE)
        desk.clock.shift(timedelta(hours=17))
        desk.session_id = desk.open()
        assert not available_hours(desk, wednesday, priority=ROUTINE)
        assert available_hours(desk, wednesday + timedelta(days=1), priority=ROUTINE)

    def test_fewer_days_are_shown_with_the_warning(self, desk: Desk) -> None:
        answer = desk.availability(at(MONDAY, "00:00"), at(SATURDAY, "00:00"), priority=ROUTINE)
        assert len(answer.days) == 5
        assert answer.warning == "The number of days returned has been limited to 5 day"

    def test_evenings_and_weekends_are_offered_by_priority(self, desk: Desk) -> None:
        """The priority turns the job template into another, which has other slots."""
        assert available_hours(desk, MONDAY, priority="Emergency") == ["08-12", "12-16", "16-20"]
        assert available_hours(desk, SATURDAY, priority="Emergency") == ["12-16"]
        assert hours_of(desk.day(SATURDAY)) == [[]]

    def test_evening_is_booked_with_the_one_who_works_then(self, desk: Desk) -> None:
        evening = booked(desk, MONDAY, "16:00-20:00", priority="Emergency")
        assert (evening.operative_id, evening.booking.template) == ("103", "Emergency joiner")

    def test_next_free_slot_is_one_of_the_template(self, desk: Desk) -> None:
        order = desk.order(priority=ROUTINE)
        desk.schedule(order.bookings[0].booking.id)
        booking = desk.booking(order.order.number).booking
        assert booking.window_start == at(MONDAY + timedelta(days=2), "08:00")

    def test_window_outside_the_slots_is_still_scheduled(self, desk: Desk) -> None:
        """Slots are what is offered; a caller may schedule elsewhere, as without templates."""
        assert booked(desk, MONDAY, "10:00-11:00", priority=ROUTINE).operative_id


class TestDaysOff:
    def test_bank_holiday_is_listed_and_not_available(self, desk: Desk) -> None:
        christmas_monday = date(2021, 12, 27)
        assert hours_of(desk.day(christmas_monday)) == [["08-12", "12-16", "09-14", "08-16"]]
        assert not available_hours(desk, christmas_monday, codes=codes(WASTE_PIPE))

    def test_days_of_the_list_are_off_too(self, desk: Desk) -> None:
        christmas_eve = date(2021, 12, 24)
        assert not available_hours(desk, christmas_eve, codes=codes(WASTE_PIPE))
        assert available_hours(desk, christmas_eve - timedelta(days=1), codes=codes(WASTE_PIPE))

    def test_operative_with_a_calendar_of_their_own_works_then(self, desk: Desk) -> None:
        assert available_hours(desk, date(2021, 12, 27), priority="Emergency") == ["12-16", "16-20"]

    def test_nothing_can_be_scheduled_then(self, desk: Desk) -> None:
        with pytest.raises(Refusal, match="Planning failed"):
            booked(desk, date(2021, 12, 27), codes=codes(WASTE_PIPE))

    def test_hours_of_days_leave_days_off_out(self, desk: Desk) -> None:
        wanted = OperativeFilter(
            ids=("201",),
            include_hours=True,
            hours_from=at(date(2021, 12, 23), "00:00"),
            hours_to=at(date(2021, 12, 29), "00:00"),
        )
        (plumber,) = desk.perform(select_resources, wanted)
        assert [hours.day for hours in plumber.working_hours] == [date(2021, 12, 23), date(2021, 12, 29)]


class TestLunch:
    def test_nothing_is_planned_at_lunch(self, desk: Desk) -> None:
        with pytest.raises(Refusal, match="Planning failed"):
            booked(desk, MONDAY, "11:30-13:00", codes=codes(DOOR, WASTE_PIPE))
        assert booked(desk, MONDAY, "12:00-15:00", codes=codes(DOOR, WASTE_PIPE)).assigned_start == at(MONDAY, "13:00")

    def test_lunch_takes_its_minutes_of_the_day(self, desk: Desk) -> None:
        """Only one operative has both trades: eight hours less an hour for lunch."""
        taken = sum(each.booking.minutes for each in fill(desk, MONDAY, codes=codes(DOOR, WASTE_PIPE)))
        assert taken == 3 * 120


class TestJobTemplates:
    def test_code_without_one_has_that_of_its_trade(self, desk: Desk) -> None:
        assert desk.order().bookings[0].booking.template == "Joiner"

    def test_several_trades_take_the_combined_template(self, desk: Desk) -> None:
        both = booked(desk, MONDAY, codes=codes(DOOR, WASTE_PIPE))
        assert (both.booking.template, both.operative_id, both.booking.minutes) == ("Bathroom", "202", 120)

    def test_codes_of_one_template_need_no_combination(self, desk: Desk) -> None:
        assert desk.order(codes=codes(DOOR, LOCK)).bookings[0].booking.template == "Joiner"

    def test_codes_that_nothing_combines_have_the_first_ones_template(self, desk: Desk) -> None:
        assert desk.order(codes=codes(GATE, DOOR)).bookings[0].booking.template == "Gate"

    def test_job_without_codes_has_the_default_one(self, desk: Desk) -> None:
        rules = desk.scheduler.installation.rules_of((), None)
        assert rules is not None
        assert rules.template == "Plumber"

    def test_code_that_got_another_trade_has_that_ones_template(self, desk: Desk) -> None:
        definition = CodeDefinition(FIRE_DOOR, "Fire door, hang", 90, "Plumber", "0")
        desk.perform(update_booking_codes, CodeDefinitions(("0",), (definition,)))
        assert desk.order(codes=codes(FIRE_DOOR)).bookings[0].booking.template == "Plumber"

    def test_code_without_trade_cannot_be_planned(self, desk: Desk) -> None:
        assert not available_hours(desk, MONDAY, codes=codes("N000000"))
        with pytest.raises(Refusal, match="Planning failed"):
            booked(desk, MONDAY, codes=codes("N000000"))


class TestQuotas:
    # Fencer One may take two hours of routine work and four of urgent work; Fencer Two has no sector North first.
    def test_routine_work_stops_at_its_quota(self, desk: Desk) -> None:
        assert len(list(fill(desk, MONDAY, codes=codes(FENCE)))) == 2
        assert not available_hours(desk, MONDAY, codes=codes(FENCE))

    def test_urgent_work_is_planned_beyond_it(self, desk: Desk) -> None:
        list(fill(desk, MONDAY, codes=codes(FENCE)))
        assert available_hours(desk, MONDAY, codes=codes(FENCE), priority="3 Days")
        assert len(list(fill(desk, MONDAY, codes=codes(FENCE), priority="3 Days"))) == 2

    def test_type_without_a_quota_has_the_whole_day(self, desk: Desk) -> None:
        assert len(list(fill(desk, MONDAY, codes=codes(FENCE), priority="Emergency"))) == 8

    def test_urgent_work_counts_towards_routine_work(self, desk: Desk) -> None:
        for _ in range(2):
            booked(desk, MONDAY, codes=codes(FENCE), priority="3 Days")
        assert not available_hours(desk, MONDAY, codes=codes(FENCE))

    def test_own_booking_does_not_count_when_it_is_moved(self, desk: Desk) -> None:
        first, *_ = list(fill(desk, MONDAY, codes=codes(FENCE)))
        desk.schedule(first.booking.id, at(MONDAY, "14:00"), at(MONDAY, "16:00"))
        assert desk.booking(first.booking.order_number).assigned_start == at(MONDAY, "14:00")

    def test_force_ignores_the_quota(self, desk: Desk) -> None:
        list(fill(desk, MONDAY, codes=codes(FENCE)))
        order = desk.order(codes=codes(FENCE))
        wanted = BookingRequest(
            order.bookings[0].booking.id, "0", " ", window_start=at(MONDAY, "08:00"), window_end=at(MONDAY, "16:00")
        )
        desk.perform(schedule_booking, PlacingRequest(wanted, force=True))
        assert desk.booking(order.order.number).operative_id == "301"


class TestPairs:
    def test_two_operatives_begin_together(self, desk: Desk) -> None:
        pair = booked(desk, MONDAY, "08:00-12:00", codes=codes(FIRE_DOOR))
        assert pair.partner is not None
        assert pair.booking.number_of_operatives == 2
        assert {pair.operative_id, pair.partner.id} <= {"101", "102", "202"}
        assert (pair.assigned_start, pair.assigned_end) == (at(MONDAY, "08:00"), at(MONDAY, "09:30"))

    def test_two_are_forced_to_begin_together(self, desk: Desk) -> None:
        """A full day takes a forced pair too, at the first time at which both work."""
        list(fill(desk, MONDAY, codes=codes(FIRE_DOOR)))
        order = desk.order(codes=codes(FIRE_DOOR))
        wanted = BookingRequest(
            order.bookings[0].booking.id, "0", " ", window_start=at(MONDAY, "08:00"), window_end=at(MONDAY, "12:00")
        )
        desk.perform(schedule_booking, PlacingRequest(wanted, force=True))
        pair = desk.booking(order.order.number)
        assert pair.partner is not None
        assert pair.booking.is_forced
        assert pair.partner.id != pair.operative_id
        assert (pair.assigned_start, pair.assigned_end) == (at(MONDAY, "08:00"), at(MONDAY, "09:30"))

    def test_both_have_it_in_their_schedule(self, desk: Desk) -> None:
        pair = booked(desk, MONDAY, "08:00-12:00", codes=codes(FIRE_DOOR))
        for operative_id in pair.booking.operative_ids:
            schedule = desk.perform(get_schedule, ScheduleRequest("0", operative_id, at(MONDAY, "00:00")))
            assert [each.booking.id for each in schedule] == [pair.booking.id]
            assert schedule[0].assigned_start == at(MONDAY, "08:00")

    def test_place_of_both_is_free_after_cancelling(self, desk: Desk) -> None:
        before = desk.day(MONDAY, codes=codes(FIRE_DOOR))
        pairs = list(fill(desk, MONDAY, codes=codes(FIRE_DOOR)))
        assert not available_hours(desk, MONDAY, codes=codes(FIRE_DOOR))
        for pair in pairs:
            desk.cancel(pair.booking.id)
        assert desk.day(MONDAY, codes=codes(FIRE_DOOR)) == before

    def test_pair_keeps_its_time_while_others_are_planned(self, desk: Desk) -> None:
        pair = booked(desk, MONDAY, "08:00-16:00", codes=codes(FIRE_DOOR))
        list(fill(desk, MONDAY, codes=codes(LOCK)))
        assert desk.booking(pair.booking.order_number).assigned_start == pair.assigned_start

    def test_pair_can_be_moved(self, desk: Desk) -> None:
        pair = booked(desk, MONDAY, "08:00-12:00", codes=codes(FIRE_DOOR))
        desk.schedule(pair.booking.id, at(MONDAY, "13:00"), at(MONDAY, "16:00"))
        moved = desk.booking(pair.booking.order_number)
        assert moved.assigned_start == at(MONDAY, "13:00")
        assert len(moved.booking.operative_ids) == 2

    def test_operative_who_must_come_is_one_of_the_pair(self, desk: Desk) -> None:
        order = desk.order(codes=codes(FIRE_DOOR))
        wanted = BookingRequest(
            order.bookings[0].booking.id,
            "0",
            " ",
            window_start=at(MONDAY, "12:00"),
            window_end=at(MONDAY, "16:00"),
            operative_ids=("103",),
        )
        desk.perform(schedule_booking, PlacingRequest(wanted, resource_lock="lockAsSpecified"))
        assert desk.booking(order.order.number).booking.operative_ids[0] == "103"


class TestSectors:
    def test_only_operatives_of_the_primary_sector_come(self, desk: Desk) -> None:
        assert booked(desk, MONDAY, codes=codes(FENCE), location_id=NORTH).operative_id == "301"
        assert booked(desk, MONDAY, codes=codes(FENCE), location_id=SOUTH).operative_id == "302"

    def test_secondary_sector_helps_where_the_template_says_so(self, desk: Desk) -> None:
        north = {each.operative_id for each in fill(desk, MONDAY, codes=codes(GATE), location_id=NORTH)}
        assert north == {"301", "302"}

    def test_operative_of_another_sector_never_comes(self, desk: Desk) -> None:
        south = {each.operative_id for each in fill(desk, MONDAY, codes=codes(GATE), location_id=SOUTH)}
        assert south == {"302"}


def test_lincoln_has_none_of_these_rules() -> None:
    lincoln = load_profile("lincoln")
    rules = (lincoln.slots_templates, lincoln.job_templates, lincoln.day_off_calendars, lincoln.sectors)
    assert not any(rules)
    assert not any(each.lunch or each.quotas for each in lincoln.operatives)
    order = Desk(lincoln).order()
    assert order.bookings[0].booking.rules is None


def test_available_slots_of_the_profile_are_never_in_the_past(desk: Desk) -> None:
    desk.clock.shift(timedelta(hours=3))
    assert all(begin >= desk.clock.now() for begin, _ in places(desk.day(MONDAY, priority="Emergency")))
