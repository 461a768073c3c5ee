"""The simulator that a page is about."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar, cast

from flask import current_app

if TYPE_CHECKING:
    from drs_simulator.scheduling.call import Call
    from drs_simulator.simulator import Simulator

_Request = TypeVar("_Request")
_Answer = TypeVar("_Answer")


def simulator() -> Simulator:
    """The simulator that the console was made for."""
    return cast("Simulator", current_app.extensions["simulator"])


def perform(use_case: Callable[[Call, _Request], _Answer], request: _Request) -> _Answer:
    """Do the use case as a planner, who needs no session."""
    return simulator().scheduler.perform_unasked(use_case, request)
