"""Load from Python where wrk is missing. It costs far more of the cores: compare its figures with each other only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import count, cycle
from statistics import quantiles
from time import perf_counter
from urllib.parse import urlsplit

from benchmarks.generators.generator import Reading, Task
from benchmarks.workload.bodies import Bodies, Step, Workload
from benchmarks.workload.calling import RefusedError, booking_in, filled_in, posted

_TIMEOUT_SECONDS = 10


class PythonLoad:
    """A thread for each connection."""

    name = "threads of Python"

    def run(self, task: Task) -> Reading:
        """See ``LoadGenerator.run``."""
        began = perf_counter()
        with ThreadPoolExecutor(task.connections) as pool:
            runs = list(pool.map(lambda number: _drive(task, number, began + task.seconds), range(task.connections)))
        seconds = perf_counter() - began
        waits = [wait for run in runs for wait in run.waits]
        percentiles = quantiles(waits, n=100, method="inclusive") if len(waits) > 1 else waits * 99
        sent = sum((run.sent for run in runs), Counter[str]())
        workflow = dict(sent) if task.workload is Workload.WORKFLOW else {}
        return Reading(len(waits), seconds, percentiles[49] * 1e6, percentiles[98] * 1e6, workflow)


@dataclass(slots=True)
class _Run:
    """What one connection has seen."""

    waits: list[float] = field(default_factory=list)
    sent: Counter[str] = field(default_factory=Counter)


def _drive(task: Task, number: int, until: float) -> _Run:
    place = urlsplit(task.url)
    connection = HTTPConnection(place.netloc, timeout=_TIMEOUT_SECONDS)
    run = _Run()
    caller = _Caller(task, f"{task.prefix}{number:02d}", offset=number * 7)
    calls = caller.calls(task.workload)
    try:
        for step, body in calls:
            began = perf_counter()
            answer = posted(connection, place.path, body)
            run.waits.append(perf_counter() - began)
            run.sent[step] += 1
            caller.hear(step, answer)
            if perf_counter() >= until:
                return run
    except (OSError, HTTPException) as error:
        raise RefusedError(f"A connection to {task.url} broke off: {error!r}") from error
    finally:
        connection.close()
    return run


class _Caller:
    """One caller, which waits for each answer before it goes on."""

    def __init__(self, task: Task, prefix: str, offset: int) -> None:
        self._bodies: Bodies = task.bodies
        self._steps = task.steps
        self._numbers = (f"{prefix}{number}" for number in count(1))
        self._offset = offset
        self._booking = ""

    def calls(self, workload: Workload) -> Iterator[tuple[Step, str]]:
        """What it sends, without an end."""
        match workload:
            case Workload.AVAILABILITY:
                return ((Step.AVAILABILITY, body) for body in self._searches())
            case Workload.AGAIN:
                same = (filled_in(body, next(self._numbers)) for body in self._bodies.availability)
                return ((Step.AVAILABILITY, body) for body in cycle(same))
            case Workload.WORKFLOW:
                return self._workflow()

    def _searches(self) -> Iterator[str]:
        return (filled_in(body, next(self._numbers)) for body in self._round(self._bodies.availability))

    def _workflow(self) -> Iterator[tuple[Step, str]]:
        """An order after the other is created, scheduled, selected and deleted, with searches in between."""
        rounds = {
            Step.AVAILABILITY: self._searches(),
            Step.CREATE: self._round(self._bodies.create),
            Step.SCHEDULE: self._round(self._bodies.schedule),
            Step.SELECT: cycle([self._bodies.select]),
            Step.DELETE: cycle([self._bodies.delete]),
        }
        number = ""
        for step in cycle(self._steps):
            if step is Step.CREATE:
                number = next(self._numbers)
            yield step, filled_in(next(rounds[step]), number, self._booking)

    def hear(self, step: Step, answer: str) -> None:
        """Take up what an answer says for the calls to come."""
        if step is Step.CREATE:
            self._booking = booking_in(answer)

    def _round(self, texts: tuple[str, ...]) -> Iterator[str]:
        offset = self._offset % len(texts)
        return cycle(texts[offset:] + texts[:offset])
