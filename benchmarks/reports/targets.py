"""What the simulator is to reach, and whether it did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter

from benchmarks.measures.growth import TIMED, Growth
from benchmarks.measures.turns import Measured, Point
from benchmarks.peers.served import PLAIN_SPYNE
from benchmarks.peers.simulator import SIMULATOR, WITHOUT_JOURNAL
from benchmarks.peers.wiremock import WIREMOCK, WIREMOCK_FIXED, WIREMOCK_WITHOUT_JOURNAL
from benchmarks.reports.results import Results
from benchmarks.workload.bodies import Workload

SPYNE_RATIO = 6.0
MEMORY_RATIO = 20.0
GROWTH_RATIO = 1.3
RESIDENT_MIB = 400.0
START_UP_SECONDS = 0.4


@dataclass(frozen=True, slots=True)
class Verdict:
    """A target and what was reached; ``met`` is ``None`` where it was not measured."""

    target: str
    wanted: str
    reached: str
    met: bool | None


def verdicts(results: Results) -> list[Verdict]:
    """Every target, in the order of its weight."""
    ours = results.server(SIMULATOR)
    as_it_comes = {name: results.server(name) for name in (WIREMOCK, WIREMOCK_FIXED)}
    return [
        _speed(PLAIN_SPYNE, ours, results.server(PLAIN_SPYNE), at_least=SPYNE_RATIO),
        *(_latency(name, ours, each, 1, "p50_us") for name, each in as_it_comes.items()),
        *(_speed(name, ours, each) for name, each in as_it_comes.items()),
        _speed(WIREMOCK_WITHOUT_JOURNAL, results.server(WITHOUT_JOURNAL), results.server(WIREMOCK_WITHOUT_JOURNAL)),
        *(_memory(name, ours, each) for name, each in as_it_comes.items()),
        *(_latency(name, ours, each, 8, "p99_us") for name, each in as_it_comes.items()),
        *(_speed(name, ours, each, workload=Workload.WORKFLOW) for name, each in as_it_comes.items()),
        *_growth(results.growth),
        _start_up(ours),
    ]


def _speed(
    name: str,
    ours: Measured | None,
    theirs: Measured | None,
    at_least: float = 1.0,
    workload: Workload = Workload.AVAILABILITY,
) -> Verdict:
    """Beside ``theirs``, a server of that name; without a journal where that has none."""
    target = f"{workload}, requests/s beside {name}"
    wanted = f"at least {at_least:g} x"
    if ours is None or theirs is None:
        return _not_measured(target, wanted)
    points = [point for point in theirs.points if point[0] is workload and point in ours.points]
    ratios = {point[1]: speed_ratio(ours, theirs, point) for point in points}
    if not ratios:
        return _not_measured(target, wanted)
    reached = " / ".join(f"{ratio:.2f}" for ratio in ratios.values())
    at = " / ".join(map(str, ratios))
    return Verdict(target, wanted, f"{reached} x at {at} connections", min(ratios.values()) >= at_least)


def speed_ratio(ours: Measured, theirs: Measured, point: Point) -> float:
    """How many requests one answers while the other answers one."""
    return ours.at(point, lambda reading: reading.per_second) / theirs.at(point, lambda reading: reading.per_second)


def _latency(name: str, ours: Measured | None, theirs: Measured | None, connections: int, figure: str) -> Verdict:
    percentile = figure.partition("_")[0]
    target = f"checkAvailability, {percentile} at {connections} connection{'s' * (connections > 1)} beside {name}"
    wanted = "no longer"
    point: Point = (Workload.AVAILABILITY, connections)
    if ours is None or theirs is None or point not in ours.points or point not in theirs.points:
        return _not_measured(target, wanted)
    read = attrgetter(figure)
    our, their = ours.at(point, read), theirs.at(point, read)
    return Verdict(target, wanted, f"{our:,.0f} us, its {their:,.0f} us", our <= their)


def _memory(name: str, ours: Measured | None, theirs: Measured | None) -> Verdict:
    target, wanted = f"memory after the load beside {name}", f"at most a {MEMORY_RATIO:g}th"
    if ours is None or theirs is None:
        return _not_measured(target, wanted)
    our, their = ours.resident_mib, theirs.resident_mib
    reached = f"{our:,.0f} MiB, its {their:,.0f} MiB, {their / our:.1f} x ours"
    return Verdict(target, wanted, reached, our * MEMORY_RATIO <= their)


def _growth(found: tuple[Growth, ...]) -> Iterator[Verdict]:
    wanted = f"at most {GROWTH_RATIO:g} x the time with none"
    keepings = dict.fromkeys(growth.keeping for growth in found) or {"any keeping": None}
    for keeping in keepings:
        kept = [growth for growth in found if growth.keeping == keeping]
        rows = [growth for growth in kept if not growth.busy]
        target = f"{keeping}: calls with the longest history"
        if len(rows) < 2:
            yield _not_measured(target, wanted)
            continue
        least, most = rows[0], rows[-1]
        yield _beside(least, most, target, wanted)
        for busy in (growth for growth in kept if growth.busy):
            yield _beside(least, busy, f"{target} and busy weeks", wanted)
        yield Verdict(
            f"{keeping}: resident memory with them",
            f"under {RESIDENT_MIB:g} MiB",
            f"{most.resident_mib:,.0f} MiB",
            most.resident_mib < RESIDENT_MIB,
        )


def _beside(least: Growth, most: Growth, target: str, wanted: str) -> Verdict:
    ratios = {TIMED[name]: getattr(most.timing, name) / getattr(least.timing, name) for name in TIMED}
    reached = ", ".join(f"{ratio:.2f} x {name}" for name, ratio in ratios.items())
    bookings = f"{most.history:,} bookings" + (f" and {most.busy:,} in the weeks asked for" if most.busy else "")
    return Verdict(target, wanted, f"{reached}; {bookings}", max(ratios.values()) <= GROWTH_RATIO)


def _start_up(ours: Measured | None) -> Verdict:
    target, wanted = "start to first answer", f"within {START_UP_SECONDS:g} s"
    if ours is None:
        return _not_measured(target, wanted)
    return Verdict(target, wanted, f"{ours.start_up_seconds:.2f} s", ours.start_up_seconds <= START_UP_SECONDS)


def _not_measured(target: str, wanted: str) -> Verdict:
    return Verdict(target, wanted, "not measured", None)
