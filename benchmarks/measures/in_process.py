"""What a call takes without a socket, with pytest-benchmark: ``python -m pytest benchmarks/measures/in_process.py``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, cycle

import pytest
from drs_simulator import Simulator
from drs_simulator.journal.journal import DEFAULT_ENTRIES
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.workload.bodies import CLOCK, PROFILE, Bodies, open_session, searches_with_windows
from benchmarks.workload.calling import Caller, booking_in, filled_in, opened

_ROUNDS_AFTER_A_CHANGE = 300


@dataclass(frozen=True, slots=True)
class Drs:
    """A DRS without a socket."""

    call: Caller
    bodies: Bodies
    numbers: Iterator[str]

    def searching(self) -> Callable[[], str]:
        """Makes a search, each time another one."""
        bodies = cycle(self.bodies.availability)
        return lambda: self.call(filled_in(next(bodies), next(self.numbers)))

    def created(self) -> tuple[str, str]:
        """A new order: its number, and its booking's id."""
        number = next(self.numbers)
        return number, booking_in(self.call(filled_in(self.bodies.create[0], number)))


@pytest.fixture(params=[DEFAULT_ENTRIES, 0], ids=["journal", "no journal"])
def drs(request: pytest.FixtureRequest) -> Drs:
    """With its journal, and without."""
    simulator = Simulator(PROFILE, clock=CLOCK, seed=1, journal=request.param)
    call = Caller(simulator.wsgi, simulator.path)
    return Drs(call, opened(call), map(str, count(50_000_000)))


def test_open_session(benchmark: BenchmarkFixture, drs: Drs) -> None:
    benchmark(drs.call, open_session())


def test_check_availability(benchmark: BenchmarkFixture, drs: Drs) -> None:
    benchmark(drs.searching())


def test_check_availability_again(benchmark: BenchmarkFixture, drs: Drs) -> None:
    benchmark(_each_of(drs, tuple(filled_in(body, next(drs.numbers)) for body in drs.bodies.availability)))


def test_check_availability_after_a_change(benchmark: BenchmarkFixture, drs: Drs) -> None:
    order = drs.created()
    pairs = cycle(searches_with_windows(drs.bodies, days=10))

    def moved() -> tuple[tuple[str], dict[str, object]]:
        search, window = next(pairs)
        drs.call(filled_in(window, *order))
        return (filled_in(search, next(drs.numbers)),), {}

    benchmark.pedantic(drs.call, setup=moved, rounds=_ROUNDS_AFTER_A_CHANGE)  # type: ignore[no-untyped-call]


def test_create_order(benchmark: BenchmarkFixture, drs: Drs) -> None:
    benchmark(drs.created)


def test_schedule_booking(benchmark: BenchmarkFixture, drs: Drs) -> None:
    order = drs.created()
    benchmark(_each_of(drs, tuple(filled_in(body, *order) for body in drs.bodies.schedule)))


def test_select_order(benchmark: BenchmarkFixture, drs: Drs) -> None:
    number, booking = drs.created()
    drs.call(filled_in(drs.bodies.schedule[0], number, booking))
    benchmark(drs.call, filled_in(drs.bodies.select, number))


def test_search_book_show_and_cancel(benchmark: BenchmarkFixture, drs: Drs) -> None:
    search = drs.searching()
    windows = cycle(drs.bodies.schedule)

    def workflow() -> None:
        search()
        number, booking = drs.created()
        for body in (next(windows), drs.bodies.select, drs.bodies.delete):
            drs.call(filled_in(body, number, booking))

    benchmark(workflow)


def _each_of(drs: Drs, bodies: tuple[str, ...]) -> Callable[[], str]:
    turns = cycle(bodies)
    return lambda: drs.call(next(turns))
