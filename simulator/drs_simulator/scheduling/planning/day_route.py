"""One operative's day: does one more visit fit, in which order are they made, when, and at what travel.

Times are whole minutes since the epoch, so that a day on which the clocks change needs no care here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

from drs_simulator.scheduling.model import Place, Visit

_EARTH_RADIUS_KM = 6371.0
_REMEMBERED_ANSWERS = 65536


class Shift(NamedTuple):
    """An operative's working hours on one day, and the place where the day begins and ends."""

    begin: int
    end: int
    depot: Place


class Stop(NamedTuple):
    """A visit with the minute at which it starts."""

    visit: Visit
    start: int

    @property
    def end(self) -> int:
        """The minute at which it is over."""
        return self.start + self.visit.minutes


@lru_cache(maxsize=_REMEMBERED_ANSWERS)
def distance_km(a: Place, b: Place) -> float:
    """The distance between two places as the crow flies, in kilometres (haversine)."""
    latitude_a, latitude_b = radians(a.latitude), radians(b.latitude)
    half_latitude = (latitude_b - latitude_a) / 2
    half_longitude = radians(b.longitude - a.longitude) / 2
    chord = sin(half_latitude) ** 2 + cos(latitude_a) * cos(latitude_b) * sin(half_longitude) ** 2
    return 2 * _EARTH_RADIUS_KM * asin(min(1.0, sqrt(chord)))


@lru_cache(maxsize=_REMEMBERED_ANSWERS)
def timetable(shift: Shift, visits: tuple[Visit, ...]) -> tuple[Stop, ...] | None:
    """The visits one after the other, each inside its window and the shift, or ``None`` where no order does that.

    The order depends on nothing but the arguments: each visit is put where it adds the least travel; where it has no
    room in the order so far, the day is arranged anew.
    """
    route = _route(shift, visits)
    return None if route is None else tuple(_stops(shift, route))


@lru_cache(maxsize=_REMEMBERED_ANSWERS)
def _route(shift: Shift, visits: tuple[Visit, ...]) -> tuple[Visit, ...] | None:
    """The visits in the order of the timetable. One visit more costs one insertion: shorter days are remembered."""
    if not visits:
        return ()
    route = _route(shift, visits[:-1])
    return None if route is None else _with(shift, route, visits[-1])


@lru_cache(maxsize=_REMEMBERED_ANSWERS)
def added_travel_km(shift: Shift, visits: tuple[Visit, ...], candidate: Visit) -> float | None:
    """How much further the operative travels with ``candidate`` on that day, or ``None`` where it does not fit."""
    route = _route(shift, visits)
    longer = None if route is None else _with(shift, route, candidate)
    return None if route is None or longer is None else _travel_km(shift, longer) - _travel_km(shift, route)


def feasible_order(shift: Shift, visits: Sequence[Visit]) -> tuple[Visit, ...] | None:
    """Some order in which every visit has its minutes inside its window, or ``None`` where there is none. Exact."""
    kinds = Counter(_squeezed(shift, visit) for visit in visits)
    if any(closes - opens < minutes for opens, closes, minutes in kinds) or not _fits_if_interrupted(kinds):
        return None
    order = _search(shift.begin, sorted(kinds.items(), key=lambda item: (item[0].closes, item[0])))
    if order is None:
        return None
    waiting = sorted(visits)
    route = []
    for kind in order:
        visit = next(visit for visit in waiting if _squeezed(shift, visit) == kind)
        waiting.remove(visit)
        route.append(visit)
    return tuple(route)


class _Kind(NamedTuple):
    """What two visits must share to be interchangeable in time."""

    opens: int
    closes: int
    minutes: int


def _squeezed(shift: Shift, visit: Visit) -> _Kind:
    return _Kind(max(visit.opens, shift.begin), min(visit.closes, shift.end), visit.minutes)


def _fits_if_interrupted(kinds: Counter[_Kind]) -> bool:
    """Whether the work fits its windows if visits could be interrupted; if not even so, no order exists."""
    for opens in {kind.opens for kind in kinds}:
        for closes in {kind.closes for kind in kinds}:
            work = sum(kind.minutes * n for kind, n in kinds.items() if kind.opens >= opens and kind.closes <= closes)
            if work > max(closes - opens, 0):
                return False
    return True


def _search(begin: int, kinds: list[tuple[_Kind, int]]) -> list[_Kind] | None:
    """Depth first over what is still to do, most urgent first; a state is left where it was reached sooner before."""
    soonest: dict[tuple[int, ...], int] = {}

    def visit_from(now: int, left: tuple[int, ...]) -> list[_Kind] | None:
        if not any(left):
            return []
        if soonest.get(left, now + 1) <= now:
            return None
        soonest[left] = now
        for index, (kind, _) in enumerate(kinds):
            start = max(now, kind.opens)
            if left[index] == 0 or start + kind.minutes > kind.closes:
                continue
            rest = visit_from(start + kind.minutes, (*left[:index], left[index] - 1, *left[index + 1 :]))
            if rest is not None:
                return [kind, *rest]
        return None

    return visit_from(begin, tuple(count for _, count in kinds))


def _with(shift: Shift, route: tuple[Visit, ...], visit: Visit) -> tuple[Visit, ...] | None:
    """The route with the visit where it adds the least travel, arranged anew where it has no room otherwise."""
    longer = [(*route[:index], visit, *route[index:]) for index in range(len(route) + 1)]
    kept = [candidate for candidate in longer if _keeps_all(shift, candidate)]
    if kept:
        return min(kept, key=lambda candidate: _travel_km(shift, candidate))
    return feasible_order(shift, (*route, visit))


def _keeps_all(shift: Shift, route: Iterable[Visit]) -> bool:
    """Whether none of the visits, made in that order, misses its window."""
    now = shift.begin
    for visit in route:
        now = max(now, visit.opens) + visit.minutes
        if now > visit.closes or now > shift.end:
            return False
    return True


def _stops(shift: Shift, route: Iterable[Visit]) -> Iterator[Stop]:
    """The visits in that order, each as soon as can be."""
    now = shift.begin
    for visit in route:
        start = max(now, visit.opens)
        now = start + visit.minutes
        yield Stop(visit, start)


def _travel_km(shift: Shift, route: Sequence[Visit]) -> float:
    places = [shift.depot, *(visit.place for visit in route), shift.depot]
    return sum(distance_km(a, b) for a, b in pairwise(places))
