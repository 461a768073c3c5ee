"""One operative's day, compared with brute force over every order of its visits."""

from __future__ import annotations

from itertools import pairwise, permutations

import pytest
from drs_simulator.scheduling.model import Place, Visit
from drs_simulator.scheduling.planning import day_route
from drs_simulator.scheduling.planning.day_route import (
    DayRoutes,
    SearchLimitError,
    Shift,
    Stop,
    distance_km,
    feasible_order,
)
from hypothesis import given, settings
from hypothesis import strategies as st

DEPOT = Place(53.2, -0.5)
SHIFT = Shift(0, 24, DEPOT)

places = st.builds(Place, st.sampled_from([53.1, 53.2, 53.3]), st.sampled_from([-0.6, -0.5, -0.4]))


@st.composite
def visits_in_small_days(draw: st.DrawFn) -> tuple[Visit, ...]:
    """Up to six visits in a day of 24 minutes, so that about half of the days are feasible."""
    visits = []
    for key in range(1, draw(st.integers(0, 6)) + 1):
        opens = draw(st.integers(-2, 20))
        minutes = draw(st.integers(1, 8))
        visits.append(Visit(key, opens, opens + minutes + draw(st.integers(0, 12)), minutes, draw(places)))
    return tuple(visits)


def timetable(shift: Shift, visits: tuple[Visit, ...]) -> list[Stop] | None:
    """The stops of the day with these visits, or ``None`` if they do not fit."""
    route = DayRoutes().route(shift, visits)
    return None if route is None else list(route.stops())


def added_travel_km(shift: Shift, visits: tuple[Visit, ...], candidate: Visit) -> float | None:
    """The travel that the candidate adds to the day, or ``None`` if either does not fit."""
    routes = DayRoutes()
    route = routes.route(shift, visits)
    return None if route is None else routes.added_travel_km(route, candidate, route.detours_km(candidate.place))


def is_feasible(shift: Shift, order: tuple[Visit, ...]) -> bool:
    now = shift.begin
    for visit in order:
        now = max(now, visit.opens) + visit.minutes
        if now > min(visit.closes, shift.end):
            return False
    return True


@settings(max_examples=400)
@given(visits_in_small_days())
def test_order_is_found_exactly_when_a_permutation_is_feasible(visits: tuple[Visit, ...]) -> None:
    order = feasible_order(SHIFT, visits)
    assert (order is not None) == any(is_feasible(SHIFT, option) for option in permutations(visits))
    assert order is None or (sorted(order) == sorted(visits) and is_feasible(SHIFT, order))


@settings(max_examples=400)
@given(visits_in_small_days())
def test_timetable_exists_exactly_when_an_order_does(visits: tuple[Visit, ...]) -> None:
    stops = timetable(SHIFT, visits)
    assert (stops is None) == (feasible_order(SHIFT, visits) is None)
    if stops is not None:
        assert sorted(stop.visit for stop in stops) == sorted(visits)
        for stop in stops:
            assert max(stop.visit.opens, SHIFT.begin) <= stop.start
            assert stop.end == stop.start + stop.visit.minutes <= min(stop.visit.closes, SHIFT.end)
        assert all(before.end <= after.start for before, after in pairwise(stops))


@given(visits_in_small_days(), visits_in_small_days())
def test_visit_fits_exactly_when_the_day_with_it_has_an_order(
    visits: tuple[Visit, ...], candidates: tuple[Visit, ...]
) -> None:
    for candidate in candidates[:1]:
        added = added_travel_km(SHIFT, visits, candidate._replace(key=99))
        assert (added is not None) == (feasible_order(SHIFT, (*visits, candidate)) is not None)


@given(visits_in_small_days())
def test_visit_at_the_depot_adds_no_travel_to_an_empty_day(visits: tuple[Visit, ...]) -> None:
    for visit in visits:
        at_depot = visit._replace(place=DEPOT, opens=0, closes=24)
        assert added_travel_km(SHIFT, (), at_depot) == 0


def test_visit_between_two_others_adds_only_its_detour() -> None:
    north = Visit(1, 0, 5, 5, Place(53.3, -0.6))
    south = Visit(2, 15, 20, 5, Place(53.1, -0.6))
    between = Visit(3, 0, 24, 5, Place(53.2, -0.6))
    added = added_travel_km(SHIFT, (north, south), between)
    assert added is not None
    assert added < 0.01


def test_full_day_of_equal_visits_has_no_room_for_one_more() -> None:
    working_day = Shift(0, 480, DEPOT)
    visits = tuple(Visit(key, 0, 480, 15, DEPOT) for key in range(32))
    assert timetable(working_day, visits) is not None
    assert added_travel_km(working_day, visits, Visit(99, 0, 480, 15, DEPOT)) is None


def test_distances_are_great_circle_kilometres() -> None:
    lincoln, london = Place(53.2307, -0.5406), Place(51.5074, -0.1278)
    assert 190 < distance_km(lincoln, london) < 195
    assert distance_km(lincoln, lincoln) == 0


@given(visits_in_small_days(), visits_in_small_days())
def test_added_travel_is_the_difference_of_the_two_days(
    visits: tuple[Visit, ...], candidates: tuple[Visit, ...]
) -> None:
    def length_km(day: tuple[Visit, ...]) -> float:
        tour = [DEPOT, *(stop.visit.place for stop in timetable(SHIFT, day) or ()), DEPOT]
        return sum(distance_km(a, b) for a, b in pairwise(tour))

    for candidate in candidates[:1]:
        added = added_travel_km(SHIFT, visits, candidate)
        if added is not None:
            assert added == pytest.approx(length_km((*visits, candidate)) - length_km(visits), abs=1e-6)


def test_equally_long_orders_begin_with_the_later_added_visit() -> None:
    """A tour is as long backwards, so the order must not depend on how floats are rounded."""
    for north, south in permutations([Place(53.31, -0.62), Place(53.07, -0.41)]):
        stops = timetable(SHIFT, (Visit(1, 0, 24, 2, north), Visit(2, 0, 24, 2, south))) or []
        assert [stop.visit.key for stop in stops] == [2, 1]


def crowded_day() -> tuple[Shift, list[Visit]]:
    """Twenty visits of even lengths in three gaps of odd length, so that a minute of each is wasted.

    They miss their shift by a minute, and only trying all their orders shows it.
    """
    minutes = [2 * (10 + index) for index in range(20)]
    minutes[0] += 2
    gap = 261
    breaks = [Visit(-1, gap, gap + 1, 1, DEPOT), Visit(-2, 2 * gap + 1, 2 * gap + 2, 1, DEPOT)]
    shift = Shift(0, 3 * gap + 2, DEPOT)
    return shift, [*breaks, *(Visit(key, 0, shift.end, each, DEPOT) for key, each in enumerate(minutes, start=1))]


def test_search_gives_up_at_its_limit() -> None:
    shift, visits = crowded_day()
    with pytest.raises(SearchLimitError):
        feasible_order(shift, visits)


def test_crowded_day_counts_as_full_and_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    shift, visits = crowded_day()
    routes = DayRoutes()
    route = routes.route(shift, tuple(visits[:-1]))
    assert route is not None
    detours = route.detours_km(DEPOT)
    assert [routes.added_travel_km(route, visits[-1], detours) for _ in range(3)] == [None] * 3
    assert routes.route(shift, tuple(visits)) is None
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert "1970-01-01 00:00 UTC counts as full: its 21 visits" in record.getMessage()


def test_window_without_the_minutes_for_one_more_is_full_and_nothing_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Twenty visits of different length go anywhere in the day; two fill the window that a third would need."""
    shift, routes = Shift(0, 1000, DEPOT), DayRoutes()
    anywhere = [Visit(key, 0, 1000, 10 + key, DEPOT) for key in range(1, 21)]
    route = routes.route(shift, (*anywhere, *(Visit(key, 300, 400, 50, DEPOT) for key in (31, 32))))
    assert route is not None
    assert routes.added_travel_km(route, Visit(33, 300, 400, 50, DEPOT), route.detours_km(DEPOT)) is None
    assert not caplog.records


def test_day_of_many_short_visits_is_searched_to_its_end() -> None:
    """Each visit must come before those added earlier, so the day is rearranged; it is too deep for recursion."""
    visits = [Visit(key, 0, 1200 - key, 1, DEPOT) for key in range(1200)]
    order = feasible_order(Shift(0, 1200, DEPOT), visits)
    assert order is not None
    assert is_feasible(Shift(0, 1200, DEPOT), order)


def test_cost_of_a_day_is_quadratic(monkeypatch: pytest.MonkeyPatch) -> None:
    distances = 0

    def counted(a: Place, b: Place) -> float:
        nonlocal distances
        distances += 1
        return distance_km(a, b)

    monkeypatch.setattr(day_route, "distance_km", counted)
    visits = tuple(Visit(key, 0, 1000, 1, Place(53 + key / 1000, -0.5)) for key in range(300))
    assert timetable(Shift(0, 1000, DEPOT), visits) is not None
    assert distances < 300 * 300
