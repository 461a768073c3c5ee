"""All that one run has found."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.measures.growth import Growth
from benchmarks.measures.turns import Measured, Plan
from benchmarks.measures.without_socket import InProcess
from benchmarks.reports.machine import Machine


@dataclass(frozen=True, slots=True)
class Results:
    """What was measured, and what was not.

    Args:
        generator: What drove the servers.
        measured: Servers over HTTP.
        missing: What was left out, and why, a line each.
    """

    machine: Machine
    plan: Plan
    generator: str
    measured: tuple[Measured, ...] = ()
    growth: tuple[Growth, ...] = ()
    in_process: tuple[InProcess, ...] = ()
    missing: tuple[str, ...] = ()

    def server(self, name: str) -> Measured | None:
        """The server of that name, if it was measured."""
        return next((each for each in self.measured if each.peer.name == name), None)
