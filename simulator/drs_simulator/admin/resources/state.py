"""The admin API's state: health, reset, export and import, and the profile."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from drs_simulator.admin.models import EmptyPayload, View
from drs_simulator.admin.route import AdminRequest, Route, Section
from drs_simulator.profile.model import Profile
from drs_simulator.scheduling import back_office
from drs_simulator.scheduling.context import UseCaseContext
from drs_simulator.storage.export import StateDocument
from drs_simulator.version import installed_version


class Health(View):
    """The simulator answers, and how much it stores. ``sessions`` counts the open ones."""

    status: Literal["ok"] = "ok"
    version: str
    profile: str
    now: datetime
    sessions: int
    orders: int
    bookings: int


def _check_health(request: AdminRequest) -> Health:
    simulator = request.simulator
    counts = simulator.scheduler.run_as_system(_count, None)
    return Health(
        version=installed_version(),
        profile=simulator.profile.name,
        now=simulator.clock.now().astimezone(simulator.profile.zone),
        sessions=counts["sessions"],
        orders=counts["orders"],
        bookings=counts["bookings"],
    )


def _count(context: UseCaseContext, request: None) -> Mapping[str, int]:
    """Count what is stored; of the sessions only the open ones."""
    open_sessions = len(back_office.open_sessions(context, request))
    return {**context.transaction.counts(), "sessions": open_sessions}


def _reset(request: AdminRequest) -> None:
    request.simulator.reset()


def _export_state(request: AdminRequest) -> StateDocument:
    return request.simulator.export_state()


def _import_state(request: AdminRequest) -> None:
    request.simulator.import_state(request.payload)


def _get_profile(request: AdminRequest) -> Profile:
    return request.simulator.profile


STATE = Section(
    "state",
    (
        Route("GET", "/health", "Check that the simulator answers, and count what it stores", _check_health, Health),
        Route(
            "POST",
            "/reset",
            "Delete everything; clock, numbers and fault rules start again",
            _reset,
            payload=EmptyPayload,
        ),
        Route("GET", "/state", "Export the whole state", _export_state, StateDocument),
        Route("PUT", "/state", "Replace the whole state by an exported one", _import_state, payload=StateDocument),
        Route("GET", "/profile", "Get the installation's settings, with their evidence", _get_profile, Profile),
    ),
)
