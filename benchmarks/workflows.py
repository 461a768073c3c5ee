"""The command of ``make bench-workflows``: many callers book and cancel at several servers of one database.

It looks for what must never happen: a deadlock, a call that fails, a place that is held twice, an order that is left.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from statistics import quantiles
from threading import Lock
from time import perf_counter
from typing import Annotated, NamedTuple
from urllib.parse import urlsplit

import typer
from sqlalchemy import create_engine, text

from benchmarks.command import run, show, tell
from benchmarks.measures.databases import postgresql
from benchmarks.peers.peer import Peer, running
from benchmarks.reports.machine import Machine, this_machine
from benchmarks.workload.bodies import (
    CLOCK,
    LOGIN,
    PASSWORD,
    PROFILE,
    Bodies,
    Workload,
    bodies_of,
    open_session,
)
from benchmarks.workload.calling import RefusedError, posted, session_in

_SERVE = [sys.executable, "-c", "from drs_simulator.cli import main; main()", "serve"]
_SETTINGS = ["--profile", PROFILE, "--clock", CLOCK, "--login", LOGIN, "--password", PASSWORD]
_PLACES_OF_A_WINDOW = 8
"""Two joiners, an hour a booking, four hours."""
_WINDOWS = (4, 5, 6)
"""Which of the windows are booked: few enough that callers meet in full ones."""
_FULL = "Planning failed"
_OK = 200


class Held:
    """How many callers hold a place of each window. A caller gives its place up before it cancels."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._held: Counter[int] = Counter()
        self.most: Counter[int] = Counter()

    def take(self, window: int) -> None:
        """Note that a place was booked."""
        with self._lock:
            self._held[window] += 1
            self.most[window] = max(self.most[window], self._held[window])

    def give_up(self, window: int) -> None:
        """Note that a place is about to be cancelled."""
        with self._lock:
            self._held[window] -= 1


@dataclass(slots=True)
class Outcome:
    """What callers have seen.

    Args:
        workflows: How many orders were made, scheduled or refused, shown and deleted.
        full: How many of them found their window full.
        calls: How many calls there were.
        failures: What answered neither success nor that a window is full, by its text.
        seconds: How long it took.
        durations: How long each call took, in seconds.
        held: How many held a place of each window at once, at most.
        deadlocks: How many the database has counted; ``None`` if it counts none.
        left: How many orders and bookings are left in the end.
    """

    workflows: int = 0
    full: int = 0
    calls: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    seconds: float = 0
    durations: list[float] = field(default_factory=list)
    held: Counter[int] = field(default_factory=Counter)
    deadlocks: int | None = None
    left: int | None = None

    @property
    def double_places(self) -> int:
        """How many callers held a place that another one held too."""
        return sum(max(most - _PLACES_OF_A_WINDOW, 0) for most in self.held.values())

    @property
    def is_sound(self) -> bool:
        """Whether nothing happened that must not happen."""
        return not (self.failures or self.double_places or self.deadlocks or self.left)


def drive(urls: Sequence[str], number: int, callers: int) -> Outcome:
    """Let callers carry out workflows, in turn at each address, and return what they have seen.

    Args:
        urls: The gateways of one DRS.
        number: How many workflows.
        callers: How many callers there are, each with one call at a time.

    Raises:
        RefusedError: No session can be opened.
    """
    outcome, held, numbers, lock = Outcome(), Held(), iter(range(number)), Lock()
    where = urlsplit(urls[0])
    connection = HTTPConnection(where.netloc, timeout=60)
    bodies = bodies_of(session_in(posted(connection, where.path, open_session())))
    connection.close()

    def work(caller: int) -> None:
        with _Caller(urls[caller % len(urls)], bodies, held) as own:
            while (index := _next(numbers, lock)) is not None:
                own.book_and_cancel(index)
        with lock:
            outcome.workflows += own.workflows
            outcome.full += own.full
            outcome.failures += own.failures
            outcome.durations += own.durations

    began = perf_counter()
    with ThreadPoolExecutor(callers) as pool:
        for done in [pool.submit(work, caller) for caller in range(callers)]:
            done.result()
    outcome.seconds = perf_counter() - began
    outcome.calls, outcome.held = len(outcome.durations), held.most
    return outcome


def _next(numbers: Iterator[int], lock: Lock) -> int | None:
    with lock:
        return next(numbers, None)


class _Caller:
    """One caller with its connection."""

    def __init__(self, url: str, bodies: Bodies, held: Held) -> None:
        where = urlsplit(url)
        self._connection, self._path = HTTPConnection(where.netloc, timeout=60), where.path
        self._bodies, self._held = bodies, held
        self.workflows = self.full = 0
        self.failures: Counter[str] = Counter()
        self.durations: list[float] = []

    def __enter__(self) -> _Caller:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def book_and_cancel(self, index: int) -> None:
        """Make an order, book one of the windows, look at it, delete it."""
        number = f"9{index:08}"
        window = _WINDOWS[index % len(_WINDOWS)]
        # The joiners' work, an hour each.
        made = self._ask(self._bodies.create[0].replace("@NUMBER@", number))
        booking = re.search(r"<bookingId>(\d+)<", made)
        if booking is None:
            return
        filled = self._bodies.schedule[window].replace("@NUMBER@", number).replace("@BOOKING@", booking[1])
        scheduled = self._ask(filled, may_be_full=True)
        has_place = "<status>success</status>" in scheduled
        if has_place:
            self._held.take(window)
        shown = self._ask(self._bodies.select.replace("@NUMBER@", number))
        if f"<bookingId>{booking[1]}<" not in shown:
            self.failures["selectOrder does not show the booking"] += 1
        if has_place:
            self._held.give_up(window)
        self._ask(self._bodies.delete.replace("@NUMBER@", number))
        self.workflows += 1
        self.full += not has_place

    def _ask(self, body: str, *, may_be_full: bool = False) -> str:
        began = perf_counter()
        try:
            self._connection.request("POST", self._path, body.encode(), {"Content-Type": "text/xml"})
            answer = self._connection.getresponse()
            told = answer.read().decode()
        except (OSError, HTTPException) as error:
            self._connection.close()
            self.failures[f"no answer: {type(error).__name__}"] += 1
            return ""
        self.durations.append(perf_counter() - began)
        is_full = may_be_full and _FULL in told
        if answer.status != _OK or not (is_full or "<status>success</status>" in told):
            words = re.search(r"<(?:errorMsg|faultstring)>([^<]*)", told)
            self.failures[f"HTTP {answer.status}: {words[1] if words else told[:80]}"] += 1
        return told


class Setting(NamedTuple):
    """How many workflows, callers and servers, and how many workers each server has."""

    number: int
    callers: int
    servers: int
    workers: int

    def __str__(self) -> str:
        servers = f"{self.servers} server{'s' if self.servers > 1 else ''}"
        return f"{self.number:,} workflows, {self.callers} callers, {servers} of {self.workers} workers"


def measure(state: str, setting: Setting) -> Outcome:
    """Serve a database, drive it, and look at what is left."""
    with ExitStack() as stack:
        command = partial(_command, state, setting.workers)
        peer = Peer(str(setting), "", command, frozenset(Workload), "")
        urls = [stack.enter_context(running(peer)).url for _ in range(setting.servers)]
        outcome = drive(urls, setting.number, setting.callers)
    engine = create_engine(state)
    with engine.connect() as connection:
        left = "SELECT (SELECT count(*) FROM drs_orders) + (SELECT count(*) FROM drs_bookings)"
        outcome.left = connection.execute(text(left)).scalar_one()
        if engine.dialect.name == "postgresql":
            deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
            outcome.deadlocks = connection.execute(text(deadlocks)).scalar_one()
    engine.dispose()
    return outcome


def _command(state: str, workers: int, port: int, folder: Path) -> list[str]:  # noqa: ARG001 - a file is in no folder
    return [*_SERVE, "--port", str(port), *_SETTINGS, "--state", state, "--workers", str(workers)]


def report(outcome: Outcome, setting: Setting, machine: Machine) -> str:
    """Write the page."""
    cuts = quantiles(outcome.durations, n=100) if len(outcome.durations) > 1 else [0.0] * 99
    held = ", ".join(str(outcome.held[window]) for window in _WINDOWS)
    rows = {
        "workflows finished": f"{outcome.workflows:,}, {outcome.workflows / outcome.seconds:,.0f} a second",
        "of these in a full window": f"{outcome.full:,}",
        "calls": f"{outcome.calls:,}; median {cuts[49] * 1000:.1f} ms, 99 % under {cuts[98] * 1000:.1f} ms",
        "calls that failed": f"{sum(outcome.failures.values()):,}",
        "deadlocks": "not counted" if outcome.deadlocks is None else str(outcome.deadlocks),
        f"places held at once, of {_PLACES_OF_A_WINDOW} in each window": held,
        "places that two callers held": str(outcome.double_places),
        "orders and bookings left": str(outcome.left),
    }
    return "\n".join(
        [
            f"# {setting}",
            "",
            (
                f"{machine.date}. {machine.processor}, {machine.cores} cores, {machine.system}, {machine.python}. "
                f"Load average before: {machine.load_before:.1f}. Callers, servers and database share the cores."
            ),
            "",
            "| | |",
            "| --- | --- |",
            *(f"| {name} | {value} |" for name, value in rows.items()),
            "",
            *(f"- {times} x {words}" for words, times in outcome.failures.most_common(10)),
        ]
    )


def benchmark(
    number: Annotated[int, typer.Option(help="How many workflows are carried out.", min=1)] = 100_000,
    callers: Annotated[int, typer.Option(help="How many callers there are.", min=1, max=256)] = 32,
    servers: Annotated[int, typer.Option(help="How many servers have the database.", min=1, max=16)] = 2,
    workers: Annotated[int, typer.Option(help="How many workers each server has.", min=1, max=64)] = 2,
    postgresql_url: Annotated[
        str | None,
        typer.Option(help="A server on which a database may be made; one is started by default.", show_default=False),
    ] = None,
    write: Annotated[Path | None, typer.Option(help="Where the results are written, as Markdown.")] = None,
) -> None:
    """Let callers create, schedule, select and delete, and look for deadlocks and double places.

    Ends with exit code 1 if there was one, or if a call failed.
    """
    if write is not None and not write.parent.is_dir():
        raise typer.BadParameter(f"there is no folder {write.parent}.", param_hint="--write")
    setting, machine = Setting(number, callers, servers, workers), this_machine({})
    with ExitStack() as stack:
        try:
            new_database = stack.enter_context(postgresql(postgresql_url))
        except ImportError as error:
            raise RefusedError(f"{error.name} is not installed. Install it, or give --postgresql-url.") from None
        tell(str(setting))
        outcome = measure(new_database(), setting)
    show(report(outcome, setting, machine), write)
    if not outcome.is_sound:
        raise typer.Exit(1)


def main() -> None:
    """Run the command."""
    run(benchmark)


if __name__ == "__main__":
    main()
