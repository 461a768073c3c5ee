"""A load generator asks a server over and over: what it is given, and what it reads off."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from benchmarks.bodies import Bodies, Workload


class GeneratorName(StrEnum):
    """What can drive a server."""

    WRK = "wrk"
    PYTHON = "python"


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
    """

    url: str
    bodies: Bodies
    workload: Workload
    connections: int
    seconds: float
    prefix: str


class LoadGenerator(Protocol):
    """Carries out a task."""

    name: str

    def run(self, task: Task) -> Reading:
        """What the run showed.

        Raises:
            RefusedError: A request was not answered with success.
        """


def load_generator(name: GeneratorName | None = None) -> LoadGenerator:
    """The one of that name; without a name wrk, where it is installed.

    Raises:
        FileNotFoundError: wrk is asked for and not installed.
    """
    # Each imports what is here.
    from benchmarks.python_load import PythonLoad  # noqa: PLC0415
    from benchmarks.wrk_load import WrkLoad  # noqa: PLC0415

    wrk = shutil.which("wrk")
    if name is GeneratorName.PYTHON or (name is None and wrk is None):
        return PythonLoad()
    if wrk is None:
        raise FileNotFoundError("wrk is not installed. Install it, or choose --load python.")
    return WrkLoad(Path(wrk))
