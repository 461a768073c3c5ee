"""Areas: scheduled repairs get slots only in their sector's turn; and the options of checkAvailability."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from drs_simulator.profile.loading import load_profile
from drs_simulator.scheduling.commands import AvailabilityRequest
from drs_simulator.scheduling.model import LifeCycle
from drs_simulator.scheduling.planning.calendar import area_on, days_between
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.use_cases.availability import check_availability

from tests.simulator.scheduling.builders import Desk, asked, local, places

AREAS = load_profile("lincoln-areas")
# The first day of West's turn, where location 3670010 lies: nine weeks after North's.
TURN = date(2021, 12, 6)
BEGIN, END = local("2021-10-28T08:00"), local("2021-10-28T12:00")


@pytest.fixture
def city() -> Desk:
    return Desk(AREAS)


def open_days(desk: Desk, first: date, weeks: int, **order: str) -> set[date]:
    days = days_between(first, first + timedelta(days=7 * weeks - 1))
    return {day for day in days if places(desk.day(day, **order))}


def test_each_sector_has_its_turn_before_the_first_day_too() -> None:
    assert AREAS.areas
    turns = [area_on(AREAS.areas, AREAS.areas.first_day + timedelta(weeks=week)) for week in range(-3, 15)]
    cycle = ["North"] * 3 + ["East"] * 3 + ["South"] * 3 + ["West"] * 3
    assert turns == ["West"] * 3 + cycle + ["North"] * 3


def test_scheduled_repair_gets_slots_only_in_its_sectors_turn(city: Desk) -> None:
    found = open_days(city, date(2021, 10, 25), 15)
    turn = days_between(TURN, TURN + timedelta(days=20))
    assert found == {day for day in turn if day.weekday() < 5} | {
        day for day in found if day >= TURN + timedelta(weeks=12)
    }
    assert found


def test_all_days_are_listed_also_those_out_of_turn(city: Desk) -> None:
    answer = city.availability(local("2021-10-25T00:00"), local("2021-11-07T00:00"))
    assert len(answer.days) == 14
    assert answer.warning is None
    assert [len(day.slots) for day in answer.days[:7]] == [4] * 5 + [0] * 2


def test_urgent_repair_waits_for_no_turn(city: Desk) -> None:
    assert open_days(city, date(2021, 10, 25), 1, priority="3 Days")


def test_booking_is_planned_in_its_sectors_turn_only(city: Desk) -> None:
    order = city.order(target_date=local("2022-03-01T00:00"))
    booking_id = order.bookings[0].booking.id
    with pytest.raises(Refusal, match="Planning failed"):
        city.schedule(booking_id, local("2021-12-03T08:00"), local("2021-12-03T12:00"))
    city.schedule(booking_id)
    assert city.booking("order-1").booking.window_start.date() == TURN


def availability(desk: Desk, **changes: object) -> AvailabilityRequest:
    request = AvailabilityRequest(local("2021-10-28T00:00"), local("2021-10-28T00:00"), order=asked(number="order-1"))
    return request._replace(**changes)  # type: ignore[arg-type]


class TestOtherChoices:
    def test_own_place_of_an_existing_booking_counts_as_free(self, desk: Desk) -> None:
        while (BEGIN, END) in places(desk.day(BEGIN.date())):
            desk.book(BEGIN, END)
        new = desk.perform(check_availability, availability(desk))
        own = desk.perform(check_availability, availability(desk, new_booking=False))
        assert (BEGIN, END) not in places(new)
        assert (BEGIN, END) in places(own)

    def test_unknown_order_is_new_even_if_new_booking_is_false(self, desk: Desk) -> None:
        known = desk.perform(check_availability, availability(desk, new_booking=False))
        assert known == desk.perform(check_availability, availability(desk))

    def test_only_the_named_operatives_count(self, desk: Desk) -> None:
        plumber = desk.perform(check_availability, availability(desk, operative_ids=("201",)))
        joiner = desk.perform(check_availability, availability(desk, operative_ids=("102",)))
        assert (places(plumber), bool(places(joiner))) == (set(), True)
        with pytest.raises(Refusal, match="Unknown resource 'x' in resourceIDs"):
            desk.perform(check_availability, availability(desk, operative_ids=("x",)))

    def test_long_period_has_a_cap_of_its_own(self, desk: Desk) -> None:
        far = local("2022-01-01T00:00")
        answer = desk.perform(check_availability, availability(desk, period_end=far, long_period=True))
        assert len(answer.days) == 28
        assert answer.warning == "The number of days returned has been limited to 28 day"

    def test_other_orders_are_of_the_location_or_of_the_pattern(self, desk: Desk) -> None:
        for number, location in (("a", "3670010"), ("b", "38950180"), ("order-1", "3670010")):
            desk.order(number=number, location_id=location)

        def others(**changes: object) -> list[str]:
            request = availability(desk, **{"other_orders": True, **changes})
            return [each.order.number for each in desk.perform(check_availability, request).other_orders]

        assert others() == ["a"]
        assert others(other_customers=("38950180",)) == ["b"]
        assert others(other_statuses=(LifeCycle.COMPLETED,)) == []
        desk.bring("a", LifeCycle.COMPLETED)
        assert others() == []
        assert others(other_statuses=(LifeCycle.COMPLETED,)) == ["a"]
        assert others(other_orders=False) == []
