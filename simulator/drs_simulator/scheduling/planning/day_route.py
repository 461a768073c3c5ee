"""One operative's day: whether one more visit fits, in which order the visits are made, when, and at what travel.

Times are whole minutes since the epoch, so a day on which the clocks change needs no special care.
"""

from __future__ import annotations

import logging
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import accumulate, pairwise
from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

from drs_simulator.scheduling.model import Place, Visit

_log = logging.getLogger(__name__)
_EARTH_RADIUS_KM = 6371.0
_SAME_KM = 1e-9
"""Distances that differ by less are equal: floating point has no better answer."""
_MAX_SEARCH_STEPS = 16_384
"""A search gives up after this number of steps, which take about a tenth of a second.

Of n different visits, 2**n sets can be left at some time of the day, and each takes a step forward and one back. For 12
visits, which fill a working day, the search can try all sets, so it is exact. Visits with the same window and length
count as one.
"""
_MAX_ROUTES = 4096
_MAX_WARNINGS = 1024


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


class SearchLimitError(Exception):
    """A day has too many orders to try them all, so it is unknown whether its visits fit."""


def distance_km(a: Place, b: Place) -> float:
    """Return the distance between two places as the crow flies, in kilometres (haversine)."""
    latitude_a, latitude_b = radians(a.latitude), radians(b.latitude)
    half_latitude = (latitude_b - latitude_a) / 2
    half_longitude = radians(b.longitude - a.longitude) / 2
    chord = sin(half_latitude) ** 2 + cos(latitude_a) * cos(latitude_b) * sin(half_longitude) ** 2
    return 2 * _EARTH_RADIUS_KM * asin(min(1.0, sqrt(chord)))


class DayRoute:
    """The visits of a day one after the other, each inside its window and the shift.

    The order depends on nothing but the shift and the order in which the visits were added: each is put where it adds
    the least travel. If it has no room in the order so far, the day is rearranged.
    """

    __slots__ = ("_ends", "_latest", "_legs", "_places", "shift", "visits")

    def __init__(self, shift: Shift, visits: tuple[Visit, ...] = (), legs: Sequence[float] | None = None) -> None:
        """Make the route of visits in their order, which must be feasible.

        Args:
            shift: The operative's day.
            visits: The visits, in the order in which they are made.
            legs: The distances between them, from the depot and back to it, where they are known.
        """
        self.shift = shift
        self.visits = visits
        self._places = (shift.depot, *(visit.place for visit in visits), shift.depot)
        self._legs = [distance_km(a, b) for a, b in pairwise(self._places)] if legs is None else legs
        # When the first n visits are over at the earliest, and when those from the nth on must begin at the latest.
        self._ends = list(
            accumulate(visits, lambda now, visit: max(now, visit.opens) + visit.minutes, initial=shift.begin)
        )
        self._latest = list(
            accumulate(
                reversed(visits), lambda latest, visit: min(latest, visit.closes) - visit.minutes, initial=shift.end
            )
        )[::-1]

    def stops(self) -> Iterator[Stop]:
        """Yield the visits in their order, each as early as possible."""
        for end, visit in zip(self._ends, self.visits, strict=False):
            yield Stop(visit, max(end, visit.opens))

    def detours_km(self, place: Place) -> list[float]:
        """Return how much further the operative travels to ``place``, for every gap between two visits."""
        to_gaps = [distance_km(place, each) for each in self._places]
        return [before + after - leg for (before, after), leg in zip(pairwise(to_gaps), self._legs, strict=True)]

    def added_travel_km(self, visit: Visit, detours: Sequence[float]) -> float | None:
        """Return how much further the operative travels with one more visit, or ``None`` if it does not fit.

        Args:
            visit: The visit.
            detours: ``detours_km`` of its place.

        Raises:
            SearchLimitError: See ``insert``.
        """
        gap = self._best_gap(visit, detours)
        if gap is not None:
            added = detours[gap]
        elif (longer := self._rearranged(visit)) is not None:
            added = sum(longer._legs) - sum(self._legs)
        else:
            return None
        return round(added, 9)

    def insert(self, visit: Visit) -> DayRoute | None:
        """Return the route with one more visit, or ``None`` if the day has no room for it.

        Raises:
            SearchLimitError: The day would have to be rearranged and has too many orders to try.
        """
        gap = self._best_gap(visit, self.detours_km(visit.place))
        if gap is None:
            return self._rearranged(visit)
        legs = [distance_km(visit.place, each) for each in self._places[gap : gap + 2]]
        visits = (*self.visits[:gap], visit, *self.visits[gap:])
        return DayRoute(self.shift, visits, [*self._legs[:gap], *legs, *self._legs[gap + 1 :]])

    def _best_gap(self, visit: Visit, detours: Sequence[float]) -> int | None:
        """Return the gap in which the visit fits and adds the least travel, the first of several; ``None`` if none."""
        best: int | None = None
        for gap, (now, latest, detour) in enumerate(zip(self._ends, self._latest, detours, strict=True)):
            end = max(now, visit.opens) + visit.minutes
            if end <= min(latest, visit.closes) and (best is None or detour < detours[best] - _SAME_KM):
                best = gap
        return best

    def _rearranged(self, visit: Visit) -> DayRoute | None:
        # Most days without a gap lack the time too, which sums tell much sooner than a search.
        order = None if self._lacks_time(visit) else feasible_order(self.shift, (*self.visits, visit))
        return None if order is None else DayRoute(self.shift, order)

    def _lacks_time(self, visit: Visit) -> bool:
        """Whether the shift, or the visit's window in it, is shorter than the visits that must lie in it."""
        begin, end = self.shift.begin, self.shift.end
        of_day = of_window = visit.minutes
        for each in self.visits:
            of_day += each.minutes
            if visit.opens <= each.opens and each.closes <= visit.closes:
                of_window += each.minutes
        return of_day > end - begin or of_window > min(visit.closes, end) - max(visit.opens, begin)


class DayRoutes:
    """Makes the routes of days and keeps the latest ones. A day that cannot be searched counts as full, and is logged.

    Safe under threads: those that find no route each make it, and all make the same.
    """

    def __init__(self) -> None:
        self._logged: set[Shift] = set()
        self.route = lru_cache(_MAX_ROUTES)(self._make)

    def _make(self, shift: Shift, visits: tuple[Visit, ...]) -> DayRoute | None:
        """Make the route of a day's visits, added in their order, without forced ones; ``None`` if there is none."""
        route: DayRoute | None = DayRoute(shift)
        for visit in visits:
            if route is not None and not visit.forced:
                route = self._insert(route, visit)
        return route

    def added_travel_km(self, route: DayRoute, visit: Visit, detours: Sequence[float]) -> float | None:
        """Return ``DayRoute.added_travel_km``, and ``None`` as well if the day cannot be searched to its end."""
        try:
            return route.added_travel_km(visit, detours)
        except SearchLimitError:
            self._log_limit(route)
            return None

    def _insert(self, route: DayRoute, visit: Visit) -> DayRoute | None:
        try:
            return route.insert(visit)
        except SearchLimitError:
            self._log_limit(route)
            return None

    def _log_limit(self, route: DayRoute) -> None:
        """Log once for every shift that a day of it was not searched to the end."""
        shift = route.shift
        if shift in self._logged:
            return
        if len(self._logged) >= _MAX_WARNINGS:
            self._logged.clear()
        self._logged.add(shift)
        begin = datetime.fromtimestamp(shift.begin * 60, UTC)
        _log.warning(
            "A working day from %s counts as full: its %d visits and one more have too many orders to try them all",
            f"{begin:%Y-%m-%d %H:%M} UTC",
            len(route.visits),
        )


def feasible_order(shift: Shift, visits: Sequence[Visit]) -> tuple[Visit, ...] | None:
    """Return some order in which every visit has its minutes inside its window, or ``None`` if there is none. Exact.

    Raises:
        SearchLimitError: There are too many orders to try them all.
    """
    alike: defaultdict[_Kind, deque[Visit]] = defaultdict(deque)
    for visit in sorted(visits):
        alike[_kind_of(shift, visit)].append(visit)
    kinds = sorted(alike)
    order = _search(shift.begin, kinds, tuple(len(alike[kind]) for kind in kinds))
    return None if order is None else tuple(alike[kind].popleft() for kind in order)


class _Kind(NamedTuple):
    """What two visits must share to be interchangeable in time; the more urgent one of two kinds is the lesser."""

    closes: int
    opens: int
    minutes: int


def _kind_of(shift: Shift, visit: Visit) -> _Kind:
    """Return the visit's window, cut to the shift, and its length."""
    return _Kind(min(visit.closes, shift.end), max(visit.opens, shift.begin), visit.minutes)


class _State(NamedTuple):
    """A state of the search.

    Args:
        now: The time.
        left: How many visits of each kind are left.
        visited: The kinds of the visits so far, in their order.
        untried: The kinds, with their places, of which none was tried next so far.
    """

    now: int
    left: tuple[int, ...]
    visited: tuple[_Kind, ...]
    untried: Iterator[tuple[int, _Kind]]


def _search(begin: int, kinds: Sequence[_Kind], counts: tuple[int, ...]) -> tuple[_Kind, ...] | None:
    """Search depth first over the visits that are left, the most urgent first.

    Args:
        begin: When the first visit can begin.
        kinds: The kinds of visits, the most urgent first.
        counts: How many visits there are of each.

    Raises:
        SearchLimitError: See ``_MAX_SEARCH_STEPS``.
    """
    soonest: dict[tuple[int, ...], int] = {}
    path = [_State(begin, counts, (), enumerate(kinds))]
    for _ in range(_MAX_SEARCH_STEPS):
        if not path:
            return None
        now, left, visited, untried = path[-1]
        if not any(left):
            return visited
        for index, kind in untried:
            end = max(now, kind.opens) + kind.minutes
            if left[index] and end <= kind.closes:
                rest = (*left[:index], left[index] - 1, *left[index + 1 :])
                # A state that was reached at the same time or sooner before leads nowhere.
                if (rest not in soonest or end < soonest[rest]) and not _is_hopeless(end, rest, kinds):
                    soonest[rest] = end
                    path.append(_State(end, rest, (*visited, kind), enumerate(kinds)))
                    break
        else:
            path.pop()
    raise SearchLimitError


def _is_hopeless(now: int, left: tuple[int, ...], kinds: Sequence[_Kind]) -> bool:
    """Whether the visits that are left are too many even if all of them could begin now."""
    for index, kind in enumerate(kinds):
        if left[index]:
            now += kind.minutes * left[index]
            if now > kind.closes:
                return True
    return False
