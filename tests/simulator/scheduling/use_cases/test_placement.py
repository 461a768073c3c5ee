"""Slots: what is offered can be booked, what is not offered cannot, and each place is used once."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import NamedTuple

import pytest
from drs_simulator.scheduling.model import BestSlots, Slot
from drs_simulator.scheduling.refusal import Refusal
from hypothesis import given
from hypothesis import strategies as st

from tests.simulator.scheduling.builders import LINCOLN, LONDON, Desk, changed, codes, local, places, slots

TUESDAY, THURSDAY = date(2021, 10, 26), date(2021, 10, 28)
HOURS = [(slot.begin, slot.end) for slot in LINCOLN.availability.slots]


class Wish(NamedTuple):
    """A booking that a resident wants on some day."""

    slot: tuple[time, time]
    sor_code: str
    location_id: str = "3670010"

    def window(self, day: date) -> tuple[datetime, datetime]:
        begin, end = self.slot
        return datetime.combine(day, begin, LONDON), datetime.combine(day, end, LONDON)


wishes = st.builds(
    Wish,
    slot=st.sampled_from(HOURS),
    sor_code=st.sampled_from(["N373049", "N390917", "N601125", "N630945"]),
    location_id=st.sampled_from(["3670010", "38950180", "elsewhere"]),
)
days = st.sampled_from([TUESDAY, THURSDAY])


def tried(desk: Desk, wish: Wish, day: date) -> bool:
    """Whether the wish could be booked. Any refusal except for lack of room is an error."""
    try:
        desk.book(*wish.window(day), codes=codes(wish.sor_code), location_id=wish.location_id)
    except Refusal as refusal:
        if refusal.message != LINCOLN.messages.planning_failed:
            raise
        return False
    return True


def offered(desk: Desk, wish: Wish, day: date) -> bool:
    """Whether checkAvailability offers the wish."""
    answer = desk.day(day, codes=codes(wish.sor_code), location_id=wish.location_id)
    return wish.window(day) in places(answer)


@given(days, st.lists(wishes, max_size=25), wishes)
def test_slot_can_be_booked_exactly_when_it_is_offered(day: date, before: list[Wish], wish: Wish) -> None:
    desk = Desk()
    for earlier in before:
        tried(desk, earlier, day)
    assert offered(desk, wish, day) == tried(desk, wish, day)


@given(days, st.lists(wishes, max_size=15), wishes, st.sampled_from(["N390917", "N630945"]))
def test_booking_a_place_never_adds_places(day: date, before: list[Wish], wish: Wish, sor_code: str) -> None:
    desk = Desk()
    for earlier in before:
        tried(desk, earlier, day)
    free = places(desk.day(day, codes=codes(sor_code)))
    tried(desk, wish, day)
    assert places(desk.day(day, codes=codes(sor_code))) <= free


@given(days, st.lists(wishes, max_size=15), wishes)
def test_cancelled_booking_gives_back_what_was_free_before(day: date, before: list[Wish], wish: Wish) -> None:
    desk = Desk()
    for earlier in before:
        tried(desk, earlier, day)
    free = desk.day(day, codes=codes(wish.sor_code))
    if tried(desk, wish, day):
        (last,) = desk.select(f"order-{len(before) + 1}")
        desk.cancel(last.bookings[0].booking.id)
    assert desk.day(day, codes=codes(wish.sor_code)) == free


@given(days, st.lists(wishes, max_size=20), st.sampled_from(["N390917", "N373049", "N601125", "N630945"]))
def test_longer_work_never_finds_more_places(day: date, before: list[Wish], sor_code: str) -> None:
    desk = Desk()
    for earlier in before:
        tried(desk, earlier, day)
    once, twice = (places(desk.day(day, codes=codes(sor_code, quantity=quantity))) for quantity in ("1", "2"))
    assert twice <= once


@given(days, st.lists(wishes, max_size=25), wishes)
def test_best_slots_include_the_widest_free_slot(day: date, before: list[Wish], wish: Wish) -> None:
    """On a day to come 08:00-16:00 holds every other slot, so it costs no more travel than they do."""
    desk = Desk()
    for earlier in before:
        tried(desk, earlier, day)
    listed = slots(desk.day(day, codes=codes(wish.sor_code), location_id=wish.location_id))
    best = [slot for slot in listed if slot.best]
    free = [slot for slot in listed if slot.available]
    assert all(slot.available for slot in best)
    assert bool(best) == bool(free)
    if free:
        assert max(free, key=length) in best


def length(slot: Slot) -> timedelta:
    return slot.end - slot.begin


@given(st.lists(wishes, max_size=15), wishes)
def test_best_slots_of_a_period_are_free_slots_of_it(before: list[Wish], wish: Wish) -> None:
    desk = Desk()
    for earlier in before:
        tried(desk, earlier, TUESDAY)
    begin, end = local("2021-10-26T00:00"), local("2021-10-31T00:00")
    everything = desk.availability(begin, end, codes=codes(wish.sor_code))
    of_period = slots(desk.availability(begin, end, BestSlots.FULL_PERIOD, codes=codes(wish.sor_code)))
    assert of_period
    assert all(slot.best for slot in of_period)
    assert {(slot.begin, slot.end) for slot in of_period} <= places(everything)


@pytest.mark.parametrize(
    ("day", "wish", "expected"),
    [
        (THURSDAY, Wish((time(8), time(12)), "N373049"), 8),
        (THURSDAY, Wish((time(8), time(16)), "N373049"), 16),
        (THURSDAY, Wish((time(9, 30), time(14, 30)), "N373049"), 10),
        (THURSDAY, Wish((time(8), time(16)), "N390917"), 32),
        (THURSDAY, Wish((time(8), time(12)), "N630945"), 2),
        # One of the two joiners has visits of 10:00-11:30 and 12:30-14:00 standing on Tuesdays.
        (TUESDAY, Wish((time(8), time(12)), "N373049"), 6),
        (TUESDAY, Wish((time(9, 30), time(14, 30)), "N373049"), 6),
    ],
)
def test_slot_sells_exactly_as_many_places_as_it_has(day: date, wish: Wish, expected: int) -> None:
    desk = Desk()
    sold = 0
    while offered(desk, wish, day):
        assert tried(desk, wish, day)
        sold += 1
    assert sold == expected
    assert not tried(desk, wish, day)


def test_slot_is_free_while_other_visits_can_be_moved() -> None:
    """Five hours are wanted from 09:30: of the two hours booked before, one comes first and the other last."""
    desk = Desk(changed(LINCOLN, operatives=[LINCOLN.operatives[2].model_dump() | {"trades": ["Joiner", "Plumber"]}]))
    flexible = Wish((time(8), time(16)), "N601125")
    assert tried(desk, flexible, THURSDAY)
    assert tried(desk, flexible, THURSDAY)
    begin, end = Wish((time(9, 30), time(14, 30)), "N601125").window(THURSDAY)
    booked = desk.book(begin, end, codes=codes("N601125", quantity="5"))
    assert (booked.assigned_start, booked.assigned_end) == (begin, end)
    assert not tried(desk, flexible._replace(sor_code="N630945"), THURSDAY)


def test_visit_does_not_fit_into_scattered_free_minutes() -> None:
    """From 08:00 to 16:00 with five hours fixed from 09:30, an hour and a half are left at either end."""
    desk = Desk(changed(LINCOLN, operatives=[LINCOLN.operatives[2].model_dump() | {"trades": ["Joiner", "Plumber"]}]))
    desk.book(*Wish((time(9, 30), time(14, 30)), "N601125").window(THURSDAY), codes=codes("N601125", quantity="5"))
    both_ends = codes("N601125", "N601125")
    assert places(desk.day(THURSDAY, codes=both_ends)) == set()
    an_hour_and_a_half = codes("N601125", "N390917")
    assert len(places(desk.day(THURSDAY, codes=an_hour_and_a_half))) == 3
