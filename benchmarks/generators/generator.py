"""A load generator asks a server over and over: what it is given, and what it reads off."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from benchmarks.workload.bodies import STEPS, Bodies, Step, Workload


@dataclass(frozen=True, slots=True)
class Reading:
    """What one run showed. ``sent`` counts the calls of a workflow by operation."""

    requests: int
    seconds: float
    p50_us: float
    p99_us: float
    sent: dict[str, int] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        """Requests answered in a second."""
        return self.requests / self.seconds


@dataclass(frozen=True, slots=True)
class Task:
    """One run: for some seconds, over so many connections, each with one request at a time.

    Args:
        prefix: What the numbers of its orders begin with; no other run against the same server has it.
        steps: The calls of the workflow, over and over. A search takes the place of one whose order is not ready yet.
        rest: How many requests of every connection a scheduled order rests for, so that no later call overtakes.
    """

    url: str
    bodies: Bodies
    workload: Workload
    connections: int
    seconds: float
    prefix: str
    steps: tuple[Step, ...] = STEPS
    rest: float = 0.25


class LoadGenerator(Protocol):
    """Carries out a task."""

    name: str

    def run(self, task: Task) -> Reading:
        """What the run showed.

        Raises:
            RefusedError: A request was not answered with success.
        """
