"""One operative's day: held against brute force over every order of visits."""

from __future__ import annotations

from itertools import pairwise, permutations

from drs_simulator.scheduling.model import Place, Visit
from drs_simulator.scheduling.planning.day_route import Shift, added_travel_km, distance_km, feasible_order, timetable
from hypothesis import given, settings
from hypothesis import strategies as st

DEPOT = Place(53.2, -0.5)
SHIFT = Shift(0, 24, DEPOT)

places = st.builds(Place, st.sampled_from([53.1, 53.2, 53.3]), st.sampled_from([-0.6, -0.5, -0.4]))


@st.composite
def visits_in_small_days(draw: st.DrawFn) -> tuple[Visit, ...]:
    """Up to six visits in a day of 24 minutes, so that about half of the days can be kept."""
    visits = []
    for key in range(1, draw(st.integers(0, 6)) + 1):
        opens = draw(st.integers(-2, 20))
        minutes = draw(st.integers(1, 8))
        visits.append(Visit(key, opens, opens + minutes + draw(st.integers(0, 12)), minutes, draw(places)))
    return tuple(visits)


def can_be_kept(shift: Shift, order: tuple[Visit, ...]) -> bool:
    now = shift.begin
    for visit in order:
        now = max(now, visit.opens) + visit.minutes
        if now > min(visit.closes, shift.end):
            return False
    return True


@settings(max_examples=400)
@given(visits_in_small_days())
def test_an_order_is_found_exactly_when_some_permutation_can_be_kept(visits: tuple[Visit, ...]) -> None:
    order = feasible_order(SHIFT, visits)
    assert (order is not None) == any(can_be_kept(SHIFT, option) for option in permutations(visits))
    assert order is None or (sorted(order) == sorted(visits) and can_be_kept(SHIFT, order))


@settings(max_examples=400)
@given(visits_in_small_days())
def test_a_timetable_keeps_every_window_and_exists_exactly_when_an_order_does(visits: tuple[Visit, ...]) -> None:
    stops = timetable(SHIFT, visits)
    assert (stops is None) == (feasible_order(SHIFT, visits) is None)
    if stops is not None:
        assert sorted(stop.visit for stop in stops) == sorted(visits)
        for stop in stops:
            assert max(stop.visit.opens, SHIFT.begin) <= stop.start
            assert stop.end == stop.start + stop.visit.minutes <= min(stop.visit.closes, SHIFT.end)
        assert all(before.end <= after.start for before, after in pairwise(stops))


@given(visits_in_small_days(), visits_in_small_days())
def test_a_visit_has_room_exactly_when_the_day_with_it_has_an_order(
    visits: tuple[Visit, ...], candidates: tuple[Visit, ...]
) -> None:
    for candidate in candidates[:1]:
        added = added_travel_km(SHIFT, visits, candidate._replace(key=99))
        assert (added is not None) == (feasible_order(SHIFT, (*visits, candidate)) is not None)


@given(visits_in_small_days())
def test_a_visit_at_the_depot_adds_no_travel_to_an_empty_day(visits: tuple[Visit, ...]) -> None:
    for visit in visits:
        at_depot = visit._replace(place=DEPOT, opens=0, closes=24)
        assert added_travel_km(SHIFT, (), at_depot) == 0


def test_a_visit_between_two_others_adds_only_its_detour() -> None:
    north = Visit(1, 0, 5, 5, Place(53.3, -0.6))
    south = Visit(2, 15, 20, 5, Place(53.1, -0.6))
    between = Visit(3, 0, 24, 5, Place(53.2, -0.6))
    added = added_travel_km(SHIFT, (north, south), between)
    assert added is not None
    assert added < 0.01


def test_a_full_day_of_like_visits_is_kept_and_has_no_room_for_one_more() -> None:
    working_day = Shift(0, 480, DEPOT)
    visits = tuple(Visit(key, 0, 480, 15, DEPOT) for key in range(32))
    assert timetable(working_day, visits) is not None
    assert added_travel_km(working_day, visits, Visit(99, 0, 480, 15, DEPOT)) is None


def test_distances_are_great_circle_kilometres() -> None:
    lincoln, london = Place(53.2307, -0.5406), Place(51.5074, -0.1278)
    assert 190 < distance_km(lincoln, london) < 195
    assert distance_km(lincoln, lincoln) == 0
