"""What a call takes as the diary grows: DRSs that keep more and more, each in a process of its own, asked in turn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count, cycle, islice
from multiprocessing import get_context
from multiprocessing.managers import BaseManager
from statistics import median
from time import perf_counter
from typing import Any

import psutil
from drs_simulator import Simulator
from drs_simulator.storage.opening import MEMORY

from benchmarks.workload.bodies import CLOCK, PROFILE, searches_with_windows
from benchmarks.workload.calling import Caller, booking_in, filled_in, opened
from benchmarks.workload.filling import fill_weeks, fill_with_history

SIZES = (0, 1_000, 10_000, 100_000)

_DAYS = 10
"""Within how many days the searches begin."""
_BUSY_WINDOWS = 40
"""Two of every working day until the last of them ends, and more."""
_MOVED = tuple(str(50_000_000 + index) for index in range(4))
"""The orders whose bookings are moved about."""
_CALLS = 30
_ROUNDS = 10
"""Short turns, since a machine may be slower for seconds on end."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Microseconds that one call takes, the median of many.

    Args:
        search_us: checkAvailability after a booking of the days asked for has been moved.
        search_again_us: The same once more, with another order number.
        schedule_us: scheduleBooking, which moves that booking.
    """

    search_us: float
    search_again_us: float
    schedule_us: float


TIMED = {"search_us": "search after a change", "search_again_us": "search again", "schedule_us": "scheduleBooking"}
"""What each is called in a report."""


@dataclass(frozen=True, slots=True)
class Growth:
    """One DRS and what its calls take.

    Args:
        keeping: Where its state is kept.
        history: How many bookings of former days it has.
        busy: How many bookings it has in the weeks that are asked for.
        resident_mib: The memory of its process.
    """

    keeping: str
    history: int
    busy: int
    timing: Timing
    resident_mib: float


class FilledDrs:
    """A DRS in this process with so many bookings, and the means to time it."""

    def __init__(self, state: str, history: int, *, busy: bool) -> None:
        self._simulator = Simulator(PROFILE, clock=CLOCK, seed=1, state=state)
        self._call = Caller(self._simulator.wsgi, self._simulator.path)
        self._bodies = opened(self._call)
        self._busy = fill_weeks(self._call, self._bodies, _BUSY_WINDOWS) if busy else 0
        if history:
            fill_with_history(self._simulator, self._call, self._bodies, state, history)
        create = self._bodies.create[0]
        moved = [(number, booking_in(self._call(filled_in(create, number)))) for number in _MOVED]
        searches = searches_with_windows(self._bodies, _DAYS)
        self._calls = zip(count(), cycle(moved), cycle(searches), strict=False)

    def timing(self, calls: int) -> Timing:
        """What each operation takes now, in the next calls."""
        taken: tuple[list[float], list[float], list[float]] = ([], [], [])
        for number, order, (search, window) in islice(self._calls, calls):
            for body, seconds in zip(
                (
                    filled_in(window, *order),
                    filled_in(search, f"{60_000_000 + number}"),
                    filled_in(search, f"{70_000_000 + number}"),
                ),
                taken,
                strict=True,
            ):
                began = perf_counter()
                self._call(body)
                seconds.append(perf_counter() - began)
        schedule, first, again = (median(each) * 1e6 for each in taken)
        return Timing(first, again, schedule)

    def busy(self) -> int:
        """How many bookings lie in the weeks that are asked for."""
        return self._busy

    def resident_mib(self) -> float:
        """The memory of this process."""
        return psutil.Process().memory_info().rss / 2**20


class _Processes(BaseManager):
    """Keeps an object in a process of its own."""


_Processes.register("filled_drs", FilledDrs)


def growth(
    sizes: Sequence[int], new_state: Callable[[], str], keeping: str, tell: Callable[[str], None]
) -> list[Growth]:
    """What calls take with so many bookings, and at last with the most of them and busy weeks.

    Args:
        sizes: How many bookings of former days.
        new_state: Where an empty state can be kept.
        keeping: What that is called.
        tell: Is told what is going on.
    """
    wanted = [*((size, False) for size in sizes), (max(sizes), True)]
    with ExitStack() as open_processes:
        filled: list[Any] = []
        for size, busy in wanted:
            tell(f"{keeping}: {size:,} bookings{', and busy weeks' if busy else ''}")
            processes = open_processes.enter_context(_Processes(ctx=get_context("spawn")))
            filled.append(processes.filled_drs(new_state(), size, busy=busy))  # type: ignore[attr-defined]
        tell(f"{keeping}: calls in turn")
        timings = [[drs.timing(_CALLS) for drs in filled] for _ in range(_ROUNDS + 1)][1:]
        return [
            Growth(keeping, size, drs.busy(), _median_of(each), drs.resident_mib())
            for (size, _), drs, each in zip(wanted, filled, zip(*timings, strict=True), strict=True)
        ]


def _median_of(timings: Sequence[Timing]) -> Timing:
    return Timing(
        median(timing.search_us for timing in timings),
        median(timing.search_again_us for timing in timings),
        median(timing.schedule_us for timing in timings),
    )


def in_memory() -> str:
    """Where a state in memory is kept."""
    return MEMORY
