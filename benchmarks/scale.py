"""The command of ``make bench-scale``: what a database costs beside memory and WireMock, and what a worker adds."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Annotated, NamedTuple

import typer

from benchmarks.command import run, show, tell
from benchmarks.generators.choice import GeneratorName, load_generator
from benchmarks.generators.generator import LoadGenerator, Reading, Task
from benchmarks.measures.databases import postgresql
from benchmarks.peers.peer import Peer, running
from benchmarks.peers.simulator import SIMULATOR
from benchmarks.peers.wiremock import HOW_TO_GET, wiremock_jar, wiremocks
from benchmarks.reports.machine import Machine, this_machine
from benchmarks.workload.bodies import CLOCK, LOGIN, PASSWORD, PROFILE, Step, Workload, bodies_of

BOOKING_STEPS = (Step.CREATE, Step.SCHEDULE, Step.SELECT, Step.DELETE)
MEMORY, SQLITE, POSTGRESQL, WIREMOCK = "memory", "SQLite", "PostgreSQL", "WireMock as it comes"

_SERVE = [sys.executable, "-c", "from drs_simulator.cli import main; main()", "serve"]
_SETTINGS = ["--profile", PROFILE, "--clock", CLOCK, "--login", LOGIN, "--password", PASSWORD]
_WARM_UP_SECONDS, _WARM_UP_OF_JVM_SECONDS = 2, 15


class Served(NamedTuple):
    """Where the state is, and how many workers serve it; or WireMock, which has neither."""

    state: str
    workers: int = 1

    def __str__(self) -> str:
        if self.state == WIREMOCK:
            return WIREMOCK
        return f"{self.state}, {self.workers} worker{'s' if self.workers > 1 else ''}"


class Point(NamedTuple):
    """What is asked, over how many connections."""

    workload: Workload
    connections: int


SERVED = (
    Served(MEMORY),
    Served(SQLITE),
    Served(SQLITE, 2),
    Served(POSTGRESQL),
    Served(POSTGRESQL, 2),
    Served(WIREMOCK),
)
POINTS = (
    Point(Workload.AVAILABILITY, 1),
    Point(Workload.AVAILABILITY, 8),
    Point(Workload.WORKFLOW, 8),
    Point(Workload.WORKFLOW, 32),
)
_NAMES = {
    Workload.AVAILABILITY: "checkAvailability of six days",
    Workload.WORKFLOW: "create, schedule, select, delete",
}
Readings = dict[tuple[Served, Point], list[Reading]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A target, what was reached, and whether that is enough; ``None`` where it was not measured."""

    target: str
    reached: str
    met: bool | None


def measure(
    served: Sequence[Served],
    new_state: Callable[[Served], str],
    generator: LoadGenerator,
    rounds: int,
    seconds: float,
    tell: Callable[[str], None],
) -> Readings:
    """Drive each server in turn, round after round, each time with an empty state.

    Raises:
        RefusedError: A server did not come up, or did not answer with success.
    """
    found: Readings = {}
    for number in range(1, rounds + 1):
        for each in served:
            tell(f"round {number} of {rounds}: {each}")
            for point, reading in _turn(each, new_state(each), generator, seconds):
                found.setdefault((each, point), []).append(reading)
    return found


def _turn(served: Served, state: str, generator: LoadGenerator, seconds: float) -> Iterator[tuple[Point, Reading]]:
    peer = _peer(served, state)
    with running(peer) as server:
        bodies = bodies_of(server.session)

        def run(point: Point, duration: float, prefix: str) -> Reading:
            where = (server.url, bodies, point.workload, point.connections)
            # Workers may answer in another order than they are asked.
            return generator.run(Task(*where, duration, prefix, BOOKING_STEPS, rest=4))

        for number, point in enumerate(POINTS[1:3]):
            # A JVM compiles itself as it is used.
            warm_up = _WARM_UP_OF_JVM_SECONDS if peer.compiles_itself else _WARM_UP_SECONDS
            run(point, min(warm_up, seconds * 5 if peer.compiles_itself else seconds), f"7{number}")
        for number, point in enumerate(POINTS):
            yield point, run(point, seconds, f"8{number}0")


def _peer(served: Served, state: str) -> Peer:
    if served.state == WIREMOCK:
        return wiremocks()[0]
    return Peer(str(served), "", partial(_command, served, state), frozenset(Workload), SIMULATOR)


def _command(served: Served, state: str, port: int, folder: Path) -> list[str]:
    where = f"sqlite:///{folder / 'drs.db'}" if served.state == SQLITE else state
    return [*_SERVE, "--port", str(port), *_SETTINGS, "--state", where, "--workers", str(served.workers)]


def searches(found: Readings, served: Served, connections: int) -> float | None:
    """Return the searches answered in a second, the median of the rounds; ``None`` if none were measured."""
    readings = found.get((served, Point(Workload.AVAILABILITY, connections)))
    return None if readings is None else median(each.per_second for each in readings)


def workflows(found: Readings, served: Served, connections: int) -> float | None:
    """Return the workflows finished in a second, the median of the rounds; ``None`` if none were measured."""
    readings = found.get((served, Point(Workload.WORKFLOW, connections)))
    return None if readings is None else median(_workflows_of(each) for each in readings)


def _workflows_of(reading: Reading) -> float:
    return reading.sent.get(Step.DELETE, 0) / reading.seconds


def verdicts(found: Readings) -> list[Verdict]:
    """Hold what was found against the targets."""
    memory = searches(found, Served(MEMORY), 8)
    sqlite, one, two = (
        searches(found, each, 8) for each in (Served(SQLITE), Served(POSTGRESQL), Served(POSTGRESQL, 2))
    )
    at_one = found.get((Served(POSTGRESQL), Point(Workload.AVAILABILITY, 1)))
    at_32 = found.get((Served(POSTGRESQL, 2), Point(Workload.WORKFLOW, 32)))
    p50 = None if at_one is None else median(each.p50_us for each in at_one)
    p99 = None if at_32 is None else median(each.p99_us for each in at_32)
    done = workflows(found, Served(POSTGRESQL, 2), 32)
    beside = workflows(found, Served(SQLITE, 2), 32), workflows(found, Served(WIREMOCK), 32)
    return [
        _ratio("searches at 8 connections: PostgreSQL, one worker, beside memory", one, memory, 0.4),
        _ratio("searches at 8 connections: PostgreSQL, two workers, beside one", two, one, 1.5),
        _ratio("searches at 8 connections: SQLite, one worker, beside memory", sqlite, memory, 0.6),
        Verdict(
            "median of a search at one connection, PostgreSQL: under 1 ms",
            "not measured" if p50 is None else f"{p50 / 1000:.2f} ms",
            None if p50 is None else p50 < 1000,
        ),
        Verdict(
            "workflows a second at 32 connections, PostgreSQL, two workers: 300",
            "not measured" if done is None else f"{done:,.0f}",
            None if done is None else done >= 300,
        ),
        Verdict(
            "99 % of their calls: under 50 ms",
            "not measured" if p99 is None else f"{p99 / 1000:.1f} ms",
            None if p99 is None else p99 < 50_000,
        ),
        Verdict("workflows at 32 connections: SQLite, two workers, beside WireMock as it comes", _times(*beside), None),
    ]


def _times(ours: float | None, theirs: float | None) -> str:
    return "not measured" if ours is None or not theirs else f"{ours / theirs:.2f} x"


def _ratio(target: str, ours: float | None, theirs: float | None, wanted: float) -> Verdict:
    if ours is None or theirs is None:
        return Verdict(f"{target}: {wanted} x", "not measured", None)
    return Verdict(f"{target}: {wanted} x", f"{ours / theirs:.2f} x", ours / theirs >= wanted)


def report(found: Readings, machine: Machine, generator: str, missing: Sequence[str]) -> str:
    """Write the page."""
    lines = [
        "# Scale",
        "",
        "Written by `make bench-scale`; [README.md](README.md) says what is measured.",
        "",
        (
            f"{machine.date}. {machine.processor}, {machine.cores} cores, {machine.memory_gib:.0f} GiB, "
            f"{machine.system}, {machine.python}. Load average before: {machine.load_before:.1f}. Driven by "
            f"{generator}, which shares the cores with servers and database. Where others use the machine too, only "
            "the ratios mean anything."
        ),
        "",
        *(f"Not measured: {line}" for line in missing),
        "## Targets",
        "",
        "| target | reached | met |",
        "| --- | --- | --- |",
        *(f"| {each.target} | {each.reached} | {_WORDS[each.met]} |" for each in verdicts(found)),
        "",
    ]
    for point in POINTS:
        lines += [
            f"## {_NAMES[point.workload]}, {point.connections} connection{'s' if point.connections > 1 else ''}",
            "",
            "| server | a second | beside memory | p50 ms | p99 ms |",
            "| --- | --- | --- | --- | --- |",
            *_rows(found, point),
            "",
        ]
    return "\n".join(lines)


_WORDS = {True: "yes", False: "**no**", None: ""}


def _rows(found: Readings, point: Point) -> Iterator[str]:
    count = workflows if point.workload is Workload.WORKFLOW else searches
    memory = count(found, Served(MEMORY), point.connections)
    for served in SERVED:
        readings = found.get((served, point))
        reached = count(found, served, point.connections)
        if readings is not None and reached is not None:
            beside = f"{reached / memory:.2f} x" if memory else ""
            p50, p99 = (median(getattr(each, name) for each in readings) / 1000 for name in ("p50_us", "p99_us"))
            yield f"| {served} | {reached:,.0f} | {beside} | {p50:.2f} | {p99:.2f} |"


def benchmark(
    seconds: Annotated[float, typer.Option(help="How long each point is measured.", min=0.05)] = 10,
    rounds: Annotated[int, typer.Option(help="How many turns each server has.", min=1)] = 3,
    load: Annotated[
        GeneratorName | None, typer.Option(help="What drives the servers; wrk by default, where it is installed.")
    ] = None,
    postgresql_url: Annotated[
        str | None,
        typer.Option(help="A server on which databases may be made; one is started by default.", show_default=False),
    ] = None,
    write: Annotated[Path | None, typer.Option(help="Where the results are written, as Markdown.")] = None,
) -> None:
    """Measure databases and workers beside memory and WireMock, in turn."""
    if write is not None and not write.parent.is_dir():
        raise typer.BadParameter(f"there is no folder {write.parent}.", param_hint="--write")
    generator, machine = load_generator(load), this_machine({})
    missing: list[str] = []
    with ExitStack() as stack:
        served: Sequence[Served] = SERVED
        try:
            new_database = stack.enter_context(postgresql(postgresql_url))
        except ImportError as error:
            missing.append(f"PostgreSQL: {error.name} is not installed. Install it, or give --postgresql-url.")
            served = [each for each in served if each.state != POSTGRESQL]
        if wiremock_jar() is None:
            missing.append(f"WireMock: {HOW_TO_GET}.")
            served = [each for each in served if each.state != WIREMOCK]

        def new_state(served: Served) -> str:
            return new_database() if served.state == POSTGRESQL else served.state

        found = measure(served, new_state, generator, rounds, seconds, tell)
    page = report(found, machine, generator.name, missing)
    show(page, write)


def main() -> None:
    """Run the command."""
    run(benchmark)


if __name__ == "__main__":
    main()
