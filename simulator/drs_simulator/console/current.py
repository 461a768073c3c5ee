"""The simulator that a page shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from flask import current_app

from drs_simulator.admin.control import SimulatorControl
from drs_simulator.scheduling.context import UseCaseContext

_Request = TypeVar("_Request")
_Answer = TypeVar("_Answer")


def simulator() -> SimulatorControl:
    """Return the simulator of this console."""
    return cast("SimulatorControl", current_app.extensions["simulator"])


def perform(use_case: Callable[[UseCaseContext, _Request], _Answer], request: _Request) -> _Answer:
    """Run a use case as a planner, who needs no session."""
    return simulator().scheduler.run_as_system(use_case, request)
