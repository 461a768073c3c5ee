"""checkAvailability: which days and slots are listed, which are free, which are best, and what is refused."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from drs_simulator.profile.loading import load_profile
from drs_simulator.scheduling.commands import AvailabilityRequest, CodeRequest
from drs_simulator.scheduling.model import Availability, BestSlots, Slot
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.use_cases.availability import check_availability
from hypothesis import given
from hypothesis import strategies as st

from tests.simulator.scheduling.builders import (
    LINCOLN,
    LONDON,
    Desk,
    asked,
    changed,
    codes,
    local,
    places,
    slots,
    state_of,
)

TUESDAY = date(2021, 10, 26)
THURSDAY = date(2021, 10, 28)
FROM, TO = local("2021-10-26T00:00:00Z"), local("2021-10-31T23:59:00Z")
FOREVER = changed(LINCOLN, availability={"day_cap": 366})


def days_of(answer: Availability) -> list[date]:
    return [day.day for day in answer.days]


def hours_of(slot: Slot) -> str:
    return f"{slot.begin:%H:%M}-{slot.end:%H:%M}"


# The example


def test_example_lists_six_days_each_from_its_local_midnight(desk: Desk) -> None:
    days = desk.availability(FROM, TO).days
    assert [day.midnight.isoformat() for day in days] == [
        "2021-10-26T00:00:00+01:00",
        "2021-10-27T00:00:00+01:00",
        "2021-10-28T00:00:00+01:00",
        "2021-10-29T00:00:00+01:00",
        "2021-10-30T00:00:00+01:00",
        "2021-10-31T00:00:00+01:00",
    ]


def test_example_has_four_free_slots_a_day_in_profile_order(desk: Desk) -> None:
    answer = desk.availability(FROM, TO)
    for day in answer.days[:4]:
        assert [hours_of(slot) for slot in day.slots] == ["08:00-12:00", "12:00-16:00", "09:30-14:30", "08:00-16:00"]
        assert all(slot.begin.date() == slot.end.date() == day.day for slot in day.slots)
    assert all(slot.available for slot in slots(answer))
    assert slots(answer)[0].begin.isoformat() == "2021-10-26T08:00:00+01:00"


def test_example_has_the_best_slots_of_appendix_b(desk: Desk) -> None:
    days = desk.availability(FROM, TO).days
    assert [[hours_of(slot) for slot in day.slots if slot.best] for day in days] == [
        ["09:30-14:30", "08:00-16:00"],
        ["09:30-14:30", "08:00-16:00"],
        ["08:00-16:00"],
        ["08:00-16:00"],
        [],
        [],
    ]


def test_example_carries_no_warning(desk: Desk) -> None:
    assert desk.availability(FROM, TO).warning is None


# The days of a period


def test_saturday_and_sunday_are_listed_without_slots(desk: Desk) -> None:
    answer = desk.availability(local("2021-10-30T00:00"), local("2021-10-31T00:00"))
    assert [(day.day, day.slots) for day in answer.days] == [(date(2021, 10, 30), ()), (date(2021, 10, 31), ())]


@pytest.mark.parametrize("holiday", [date(2021, 12, 27), date(2021, 12, 28), date(2022, 4, 15), date(2022, 6, 3)])
def test_national_holidays_are_working_days(desk: Desk, holiday: date) -> None:
    assert len(places(desk.day(holiday))) == 4


def test_period_end_at_midnight_includes_its_day(desk: Desk) -> None:
    answer = desk.availability(local("2021-10-26T00:00"), local("2021-10-27T00:00"))
    assert days_of(answer) == [date(2021, 10, 26), date(2021, 10, 27)]
    assert len(places(answer)) == 8


def test_period_of_a_single_instant_is_that_day(desk: Desk) -> None:
    assert days_of(desk.day(TUESDAY)) == [TUESDAY]


def test_period_given_in_utc_is_taken_by_its_local_days(desk: Desk) -> None:
    answer = desk.availability(local("2021-10-25T23:30:00Z"), local("2021-10-27T22:59:59Z"))
    assert days_of(answer) == [date(2021, 10, 26), date(2021, 10, 27)]


def test_period_that_ends_on_an_earlier_day_is_refused(desk: Desk) -> None:
    with pytest.raises(Refusal, match=r"^periodBegin must be before periodEnd$"):
        desk.availability(local("2021-10-27T00:00"), local("2021-10-26T23:59"))


@pytest.mark.parametrize(
    ("first", "last", "midnights"),
    [
        ("2021-03-27", "2021-03-29", ["27T00:00:00+00:00", "28T00:00:00+00:00", "29T00:00:00+01:00"]),
        ("2021-10-30", "2021-11-01", ["30T00:00:00+01:00", "31T00:00:00+01:00", "01T00:00:00+00:00"]),
    ],
)
def test_period_over_a_clock_change_has_each_day_once(first: str, last: str, midnights: list[str]) -> None:
    answer = Desk(now="2021-03-01T00:00").availability(local(f"{first}T00:00"), local(f"{last}T23:59"))
    assert [day.midnight.isoformat()[8:] for day in answer.days] == midnights
    assert [slot.begin.isoformat()[11:] for slot in answer.days[-1].slots][:1] == [f"08:00:00{midnights[-1][-6:]}"]


@pytest.mark.parametrize(("day", "free"), [(date(2021, 3, 28), 180), (date(2021, 10, 31), 300)])
def test_slot_over_a_clock_change_has_room_for_its_real_hours(day: date, free: int) -> None:
    profile = changed(
        LINCOLN,
        availability={"slots": ["00:00-04:00"], "working_days": ["sunday"]},
        operatives=[night_worker()],
        sor_codes=[
            {"code": "FITS", "trade": "Joiner", "minutes": free},
            {"code": "TOO-LONG", "trade": "Joiner", "minutes": free + 1},
        ],
    )
    desk = Desk(profile, now="2021-03-01T00:00")
    assert len(places(desk.day(day, codes=codes("FITS")))) == 1
    assert places(desk.day(day, codes=codes("TOO-LONG"))) == set()


def night_worker() -> dict[str, Any]:
    joiner = LINCOLN.operatives[1].model_dump()
    return joiner | {"hours": "00:00-05:00", "working_days": ["sunday"], "trades": ["Joiner"]}


@given(
    begin=st.datetimes(datetime(2021, 1, 1), datetime(2022, 12, 1)),  # noqa: DTZ001 - made London time below
    length=st.timedeltas(timedelta(0), timedelta(days=30)),
    cap=st.integers(1, 40),
)
def test_days_are_listed_in_order_up_to_the_cap_with_a_warning(begin: datetime, length: timedelta, cap: int) -> None:
    desk = Desk(changed(LINCOLN, availability={"day_cap": cap}), now="2021-01-01T00:00")
    end = begin + length
    wanted = [begin.date() + timedelta(days=n) for n in range((end.date() - begin.date()).days + 1)]
    answer = desk.availability(begin.replace(tzinfo=LONDON), end.replace(tzinfo=LONDON))
    assert days_of(answer) == wanted[:cap]
    cut = f"The number of days returned has been limited to {cap} day"
    assert answer.warning == (cut if len(wanted) > cap else None)
    for day in answer.days:
        assert day.midnight == datetime.combine(day.day, time(0), LONDON)
        assert len(day.slots) == (4 if day.day.weekday() < 5 else 0)


def test_eight_days_at_lincoln_are_limited_to_seven(desk: Desk) -> None:
    answer = desk.availability(local("2021-10-25T00:00"), local("2021-11-01T00:00"))
    assert len(answer.days) == 7
    assert answer.warning == "The number of days returned has been limited to 7 day"


@given(st.integers(0, 20), st.integers(0, 10), st.integers(0, 10))
def test_wider_period_only_adds_days(length: int, sooner: int, later: int) -> None:
    desk = Desk(FOREVER)
    begin = local("2021-11-15T00:00")
    end = begin + timedelta(days=length)
    desk.book(local("2021-11-16T08:00"), local("2021-11-16T12:00"))
    narrow = desk.availability(begin, end)
    wide = desk.availability(begin - timedelta(days=sooner), end + timedelta(days=later))
    assert wide.days[sooner : sooner + length + 1] == narrow.days
    assert len(wide.days) == length + 1 + sooner + later


# Which slots are available


def test_slots_that_have_begun_are_listed_as_unavailable() -> None:
    desk = Desk(now="2021-10-26T09:00:00.001")
    answer = desk.day(TUESDAY)
    assert [(hours_of(slot), slot.available) for slot in slots(answer)] == [
        ("08:00-12:00", False),
        ("12:00-16:00", True),
        ("09:30-14:30", True),
        ("08:00-16:00", False),
    ]


def test_slot_is_still_available_when_it_begins() -> None:
    assert Desk(now="2021-10-26T08:00:00").day(TUESDAY).days[0].slots[0].available
    assert not Desk(now="2021-10-26T08:00:00.001").day(TUESDAY).days[0].slots[0].available


def test_slots_before_period_begin_are_listed_as_unavailable(desk: Desk) -> None:
    answer = desk.availability(local("2021-10-26T09:30"), local("2021-10-26T23:59"))
    assert [slot.available for slot in slots(answer)] == [False, True, True, False]


def test_days_gone_by_are_listed_without_a_free_slot(desk: Desk) -> None:
    answer = desk.availability(local("2021-10-18T00:00"), local("2021-10-20T00:00"))
    assert len(slots(answer)) == 12
    assert places(answer) == set()


def test_full_diary_leaves_no_slot_available_and_none_best(desk: Desk) -> None:
    for _ in range(4):
        desk.book(local("2021-10-28T08:00"), local("2021-10-28T16:00"), codes=codes("N630945"))
    answer = desk.day(THURSDAY, codes=codes("N601125"))
    assert [(slot.available, slot.best) for slot in slots(answer)] == [(False, False)] * 4


def test_full_diary_of_one_trade_leaves_the_others_free(desk: Desk) -> None:
    for _ in range(4):
        desk.book(local("2021-10-28T08:00"), local("2021-10-28T16:00"), codes=codes("N630945"))
    assert len(places(desk.day(THURSDAY, codes=codes("N373049")))) == 4


def test_work_longer_than_a_slot_fits_only_the_longer_ones(desk: Desk) -> None:
    answer = desk.day(THURSDAY, codes=codes("N373049", quantity="5"))
    assert [hours_of(slot) for slot in slots(answer) if slot.available] == ["09:30-14:30", "08:00-16:00"]


def test_minutes_of_all_codes_count_together(desk: Desk) -> None:
    four_hours = codes("N373049", "N373049", "N390917", "N390917", "N373049")
    assert len(places(desk.day(THURSDAY, codes=four_hours))) == 4
    assert len(places(desk.day(THURSDAY, codes=(*four_hours, *codes("N390917"))))) == 2


def test_code_without_a_trade_finds_no_slot(desk: Desk) -> None:
    answer = desk.day(THURSDAY, codes=codes("N000000"))
    assert [slot.available for slot in slots(answer)] == [False] * 4


def test_operative_who_does_not_work_that_day_offers_nothing() -> None:
    part_time = [operative.model_dump() | {"working_days": ["monday"]} for operative in LINCOLN.operatives]
    desk = Desk(changed(LINCOLN, operatives=part_time))
    assert places(desk.day(THURSDAY)) == set()
    assert len(places(desk.day(date(2021, 10, 25)))) == 4


def test_operative_of_another_contract_offers_nothing() -> None:
    other = [operative.model_dump() | {"contracts": ["1"]} for operative in LINCOLN.operatives]
    desk = Desk(changed(LINCOLN, contracts=["0", "1"], operatives=other))
    assert places(desk.day(THURSDAY, contract="0")) == set()
    assert len(places(desk.day(THURSDAY, contract="1"))) == 4


def test_looking_changes_nothing(desk: Desk) -> None:
    before = state_of(desk.store)
    desk.availability(FROM, TO)
    assert state_of(desk.store) == before


# Best slots


def test_only_the_best_slots_of_each_day_are_listed_on_request(desk: Desk) -> None:
    everything = desk.availability(FROM, TO)
    best = desk.availability(FROM, TO, BestSlots.DAY)
    assert days_of(best) == days_of(everything)
    assert slots(best) == [slot for slot in slots(everything) if slot.best]


def test_best_slots_of_the_full_period_add_the_least_travel(desk: Desk) -> None:
    """An operative passes by on Tuesday and Wednesday; on Thursday and Friday the trip would be extra."""
    best = desk.availability(FROM, TO, BestSlots.FULL_PERIOD)
    assert days_of(best) == days_of(desk.availability(FROM, TO))
    assert [[hours_of(slot) for slot in day.slots] for day in best.days] == [
        ["09:30-14:30", "08:00-16:00"],
        ["09:30-14:30", "08:00-16:00"],
        [],
        [],
        [],
        [],
    ]


def test_widest_available_slot_is_best() -> None:
    desk = Desk(now="2021-10-28T09:00:00")
    assert [hours_of(slot) for slot in slots(desk.day(THURSDAY)) if slot.best] == ["09:30-14:30"]


# What is ignored, and what is refused


@pytest.mark.parametrize(
    "ignored",
    [
        {"number": "12345659"},
        {"number": "ordered already"},
        {"user_id": "somebody@else"},
        {"target_date": local("2021-10-26T23:59:00Z")},
        {"target_date": local("2001-01-01T00:00")},
        {"comments": "x" * 1000},
        {"order_id": 290640},
        {"earliest": local("2021-10-29T00:00")},
        {"contact_name": "Somebody", "phone": "0", "message": True},
        {"codes": (CodeRequest("N373049", "7", "another", "1"),)},
    ],
)
def test_ignored_fields_change_nothing_in_the_answer(desk: Desk, ignored: dict[str, Any]) -> None:
    desk.order(number="ordered already")
    assert desk.availability(FROM, TO, **ignored) == desk.availability(FROM, TO)


def test_priority_and_place_do_not_change_the_slots(desk: Desk) -> None:
    answer = desk.availability(FROM, TO, priority="3 Days", location_id="38950180")
    assert places(answer) == places(desk.availability(FROM, TO))


@pytest.mark.parametrize(
    ("missing", "field"),
    [
        ({"contract": None}, "contract"),
        ({"contract": " "}, "contract"),
        ({"location_id": None}, "locationID"),
        ({"location_id": ""}, "locationID"),
        ({"number": None}, "primaryOrderNumber"),
        ({"number": " "}, "primaryOrderNumber"),
        ({"priority": None}, "priority"),
        ({"priority": ""}, "priority"),
        ({"user_id": None}, "userId"),
        ({"codes": ()}, "theBookingCodes"),
        ({"codes": (CodeRequest(None, "1", "x", "1"),)}, "bookingCodeSORCode"),
        ({"codes": (CodeRequest("N373049", None, "x", "1"),)}, "itemNumberWithinBooking"),
        ({"codes": (CodeRequest("N373049", "1", None, "1"),)}, "primaryOrderNumber"),
        ({"codes": (CodeRequest("N373049", "1", "x", None),)}, "quantity"),
        ({"codes": (*codes("N373049"), CodeRequest("N373049", "2", "x", ""))}, "quantity"),
    ],
)
def test_missing_field_is_refused_by_name(desk: Desk, missing: dict[str, Any], field: str) -> None:
    with pytest.raises(Refusal, match=f"^{field} is required$"):
        desk.availability(FROM, TO, **missing)


@pytest.mark.parametrize(("begin", "end", "field"), [(None, TO, "periodBegin"), (FROM, None, "periodEnd")])
def test_missing_end_of_the_period_is_refused_by_name(
    desk: Desk, begin: datetime | None, end: datetime | None, field: str
) -> None:
    with pytest.raises(Refusal, match=f"^{field} is required$"):
        desk.perform(check_availability, AvailabilityRequest(begin, end, order=asked()))


@pytest.mark.parametrize(
    ("unknown", "message"),
    [
        ({"contract": "9"}, "Unknown contract '9' in contract"),
        ({"contract": "0 "}, "Unknown contract '0 ' in contract"),
        ({"priority": "priority 20 days"}, "Unknown priority 'priority 20 days' in priority. Case and spelling must"),
    ],
)
def test_unknown_value_is_refused_with_its_field(desk: Desk, unknown: dict[str, Any], message: str) -> None:
    with pytest.raises(Refusal, match=f"^{re.escape(message)}"):
        desk.availability(FROM, TO, **unknown)


def test_optional_priority_must_be_known_if_it_is_sent() -> None:
    desk = Desk(load_profile("lincoln-2021"))
    assert desk.availability(FROM, TO, priority=None) == desk.availability(FROM, TO)
    with pytest.raises(Refusal, match="Unknown priority"):
        desk.availability(FROM, TO, priority="whenever")
