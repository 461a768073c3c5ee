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
from benchmarks.peers.peer import Peer, Running, running
from benchmarks.peers.simulator import SIMULATOR
from benchmarks.peers.wiremock import HOW_TO_GET, wiremock_jar, wiremocks
from benchmarks.reports.machine import Machine, this_machine
from benchmarks.workload.bodies import CLOCK, LOGIN, PASSWORD, PROFILE, Bodies, Step, Workload, bodies_of

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
ONE_SEARCH, SEARCHES = Point(Workload.AVAILABILITY, 1), Point(Workload.AVAILABILITY, 8)
FEW_WORKFLOWS, MANY_WORKFLOWS = Point(Workload.WORKFLOW, 8), Point(Workload.WORKFLOW, 32)
POINTS = (ONE_SEARCH, SEARCHES, FEW_WORKFLOWS, MANY_WORKFLOWS)
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


@dataclass(frozen=True, slots=True)
class _Driven:
    """A server that runs, and what it is asked."""

    served: Served
    server: Running
    bodies: Bodies
    generator: LoadGenerator

    def run(self, point: Point, seconds: float, prefix: str) -> Reading:
        where = (self.server.url, self.bodies, point.workload, point.connections)
        # Workers may answer in another order than they are asked.
        return self.generator.run(Task(*where, seconds, prefix, BOOKING_STEPS, rest=4))


def measure(
    served: Sequence[Served],
    new_state: Callable[[Served], str],
    generator: LoadGenerator,
    rounds: int,
    seconds: float,
    tell: Callable[[str], None],
) -> Readings:
    """Start all servers, each with an empty state, and drive them in turn at each point, round after round.

    Every other round goes backwards: a machine that becomes slower meanwhile is so for all of them.

    Raises:
        RefusedError: A server did not come up, or did not answer with success.
    """
    found: Readings = {}
    for number in range(1, rounds + 1):
        with ExitStack() as stack:
            driven: list[_Driven] = []
            for each in served if number % 2 else reversed(served):
                tell(f"round {number} of {rounds}: {each}")
                driven.append(_start(each, new_state(each), generator, seconds, stack))
            for place, point in enumerate(POINTS):
                for one in driven:
                    found.setdefault((one.served, point), []).append(one.run(point, seconds, f"8{place}0"))
    return found


def _start(served: Served, state: str, generator: LoadGenerator, seconds: float, stack: ExitStack) -> _Driven:
    peer = _peer(served, state)
    server = stack.enter_context(running(peer))
    driven = _Driven(served, server, bodies_of(server.session), generator)
    # A JVM compiles itself as it is used.
    warm_up = min(_WARM_UP_SECONDS, seconds)
    if peer.compiles_itself:
        warm_up = min(_WARM_UP_OF_JVM_SECONDS, seconds * 5)
    for place, point in enumerate((SEARCHES, FEW_WORKFLOWS)):
        driven.run(point, warm_up, f"7{place}")
    return driven


def _peer(served: Served, state: str) -> Peer:
    if served.state == WIREMOCK:
        return wiremocks()[0]
    return Peer(str(served), "", partial(_command, served, state), frozenset(Workload), SIMULATOR)


def _command(served: Served, state: str, port: int, folder: Path) -> list[str]:
    where = f"sqlite:///{folder / 'drs.db'}" if served.state == SQLITE else state
    return [*_SERVE, "--port", str(port), *_SETTINGS, "--state", where, "--workers", str(served.workers)]


def rates(found: Readings, served: Served, point: Point) -> list[float]:
    """Return the searches answered or the workflows finished in a second, round by round; none if not measured."""
    readings = found.get((served, point), [])
    if point.workload is Workload.WORKFLOW:
        return [each.sent.get(Step.DELETE, 0) / each.seconds for each in readings]
    return [each.per_second for each in readings]


def ratio(found: Readings, ours: Served, theirs: Served, point: Point) -> float | None:
    """Return how many times as much one server does as the other, the median of the rounds; ``None`` if unknown."""
    pairs = list(zip(rates(found, ours, point), rates(found, theirs, point), strict=False))
    return median(our / their for our, their in pairs) if pairs and all(their for _, their in pairs) else None


def verdicts(found: Readings) -> list[Verdict]:
    """Hold what was found against the targets."""
    memory, sqlite, one, two = Served(MEMORY), Served(SQLITE), Served(POSTGRESQL), Served(POSTGRESQL, 2)
    p50 = [each.p50_us / 1000 for each in found.get((one, ONE_SEARCH), [])]
    p99 = [each.p99_us / 1000 for each in found.get((two, MANY_WORKFLOWS), [])]
    done = rates(found, two, MANY_WORKFLOWS)
    beside = ratio(found, Served(SQLITE, 2), Served(WIREMOCK), MANY_WORKFLOWS)
    return [
        _ratio(
            "searches at 8 connections: PostgreSQL, one worker, beside memory", ratio(found, one, memory, SEARCHES), 0.4
        ),
        _ratio("searches at 8 connections: PostgreSQL, two workers, beside one", ratio(found, two, one, SEARCHES), 1.5),
        _ratio(
            "searches at 8 connections: SQLite, one worker, beside memory", ratio(found, sqlite, memory, SEARCHES), 0.6
        ),
        _figure("median of a search at one connection, PostgreSQL: under 1 ms", p50, "{:.2f} ms", lambda ms: ms < 1),
        _figure(
            "workflows a second at 32 connections, PostgreSQL, two workers: 300", done, "{:,.0f}", lambda n: n >= 300
        ),
        _figure("99 % of their calls: under 50 ms", p99, "{:.1f} ms", lambda ms: ms < 50),
        Verdict("workflows at 32 connections: SQLite, two workers, beside WireMock as it comes", _times(beside), None),
    ]


def _times(reached: float | None) -> str:
    return _NOT_MEASURED if reached is None else f"{reached:.2f} x"


def _ratio(target: str, reached: float | None, wanted: float) -> Verdict:
    return Verdict(f"{target}: {wanted} x", _times(reached), None if reached is None else reached >= wanted)


def _figure(target: str, readings: Sequence[float], form: str, enough: Callable[[float], bool]) -> Verdict:
    if not readings:
        return Verdict(target, _NOT_MEASURED, None)
    return Verdict(target, form.format(median(readings)), enough(median(readings)))


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
            "the ratios mean anything. Every figure is the median of the rounds, a ratio that of the rounds' ratios."
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


_NOT_MEASURED = "not measured"
_WORDS = {True: "yes", False: "**no**", None: ""}


def _rows(found: Readings, point: Point) -> Iterator[str]:
    for served in SERVED:
        readings = found.get((served, point))
        if readings is not None:
            reached, beside = median(rates(found, served, point)), _times(ratio(found, served, Served(MEMORY), point))
            p50, p99 = (median(getattr(each, name) for each in readings) / 1000 for name in ("p50_us", "p99_us"))
            yield f"| {served} | {reached:,.0f} | {beside} | {p50:.2f} | {p99:.2f} |"


def benchmark(
    seconds: Annotated[float, typer.Option(help="How long each point is measured.", min=0.05)] = 5,
    rounds: Annotated[int, typer.Option(help="How many turns each server has.", min=1)] = 5,
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
