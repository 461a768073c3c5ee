"""The command of ``make bench``: measure, print what was found, and write it to a file where one is named."""

from __future__ import annotations

from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.command import run, show, tell
from benchmarks.generators.choice import GeneratorName, load_generator
from benchmarks.measures.databases import postgresql
from benchmarks.measures.growth import SIZES, Growth, growth, in_memory
from benchmarks.measures.turns import Plan, measured
from benchmarks.measures.without_socket import in_process
from benchmarks.peers.peer import Peer
from benchmarks.peers.served import served
from benchmarks.peers.simulator import SIMULATOR, simulators
from benchmarks.peers.wiremock import HOW_TO_GET, wiremock_version, wiremocks
from benchmarks.reports.machine import this_machine
from benchmarks.reports.page import report
from benchmarks.reports.results import Results


class Part(StrEnum):
    """What can be measured."""

    HTTP = "http"
    GROWTH = "growth"
    IN_PROCESS = "in-process"


def benchmark(
    part: Annotated[list[Part] | None, typer.Option(help="What is measured; all of it by default.")] = None,
    server: Annotated[
        list[str] | None, typer.Option(help="A server that is measured over HTTP, by its name; all by default.")
    ] = None,
    connections: Annotated[list[int] | None, typer.Option(help="How many at a time; 1, 8 and 32 by default.")] = None,
    seconds: Annotated[float, typer.Option(help="How long each point is measured.", min=0.05)] = 2,
    warm_up: Annotated[
        float, typer.Option(help="How long a JVM is driven before that; others a fifth.", min=0.05)
    ] = 15,
    rounds: Annotated[int, typer.Option(help="How many turns each server has.", min=1)] = 3,
    load: Annotated[
        GeneratorName | None, typer.Option(help="What drives the servers; wrk by default, where it is installed.")
    ] = None,
    history: Annotated[
        list[int] | None, typer.Option(help="How many bookings are stored; 0, 1000, 10000 and 100000 by default.")
    ] = None,
    postgresql_url: Annotated[
        str | None,
        typer.Option(help="A server on which databases may be made; one is started by default.", show_default=False),
    ] = None,
    write: Annotated[Path | None, typer.Option(help="Where the results are written, as Markdown.")] = None,
) -> None:
    """Measure the simulator beside its peers, as its diary grows, and without a socket."""
    if write is not None and not write.parent.is_dir():
        raise typer.BadParameter(f"there is no folder {write.parent}.", param_hint="--write")
    parts = part or list(Part)
    generator = load_generator(load)
    machine = this_machine(wiremock_version())
    missing = [] if wiremock_version() or Part.HTTP not in parts else [f"WireMock: {HOW_TO_GET}."]
    plan = Plan(seconds, warm_up, rounds, tuple(connections or (1, 8, 32)))
    servers = _servers(server) if Part.HTTP in parts else []
    grown = _growth(tuple(history or SIZES), postgresql_url, missing) if Part.GROWTH in parts else []
    over_http = measured(servers, generator, plan, tell)
    alone = in_process() if Part.IN_PROCESS in parts else []
    page = report(Results(machine, plan, generator.name, tuple(over_http), tuple(grown), tuple(alone), tuple(missing)))
    show(page, write)


def _servers(names: list[str] | None) -> list[Peer]:
    known = {peer.name: peer for peer in (*simulators(), *wiremocks(), *served())}
    unknown = sorted(set(names or ()) - set(known))
    if unknown:
        raise typer.BadParameter(f"'{unknown[0]}' is none of: {', '.join(known)}.", param_hint="--server")
    return [peer for name, peer in known.items() if not names or name in names or name == SIMULATOR]


def _growth(sizes: tuple[int, ...], url: str | None, missing: list[str]) -> list[Growth]:
    keepings = {"memory": in_memory}
    with ExitStack() as stack:
        try:
            keepings["PostgreSQL"] = stack.enter_context(postgresql(url))
        except ImportError as error:
            missing.append(f"PostgreSQL: {error.name} is not installed. Install it, or give --postgresql-url.")
        return [each for keeping, new_state in keepings.items() for each in growth(sizes, new_state, keeping, tell)]


def main() -> None:
    """Run the command."""
    run(benchmark)


if __name__ == "__main__":
    main()
