"""The admin interface's part for scenarios: which there are, and one put in force or ended."""

from __future__ import annotations

from http import HTTPStatus

from drs_simulator.admin.requests import EmptyPayload, Payload
from drs_simulator.admin.responses import View
from drs_simulator.admin.route import AdminRequest, Route, Section
from drs_simulator.scenarios.scenario import Scenario, load_scenario, scenario_names
from drs_simulator.scheduling.back_office import UnknownError
from drs_simulator.scheduling.refusal import Refusal


class ScenarioView(View):
    """A scenario that comes with the simulator. One that needs a start cannot be put in force while it runs."""

    name: str
    title: str
    requires_restart: bool


class Scenarios(View):
    """All of them, by name."""

    items: tuple[ScenarioView, ...]


class ScenarioChoice(Payload):
    """The name of a scenario that comes with the simulator."""

    name: str


def _put_in_force(request: AdminRequest) -> ScenarioView:
    """The scenario's fault rules instead of those in force, and its clock, if it has one of its own."""
    name = request.payload.name
    scenario = _of_ours(name)
    if scenario.requires_restart:
        raise Refusal(f"{name} changes the installation. Start a simulator with --scenario {name} for it.")
    request.simulator.apply_scenario(scenario)
    return _view(name, scenario)


def _of_ours(name: str) -> Scenario:
    # Only names: what callers send never names a file.
    if name not in scenario_names():
        raise UnknownError(f"There is no scenario {name}. There are: {', '.join(scenario_names())}.")
    return load_scenario(name)


def _view(name: str, scenario: Scenario) -> ScenarioView:
    return ScenarioView(name=name, title=scenario.title, requires_restart=scenario.requires_restart)


def _scenarios(request: AdminRequest) -> Scenarios:  # noqa: ARG001 - they are the same for all
    return Scenarios(items=tuple(_view(name, load_scenario(name)) for name in scenario_names()))


def _end(request: AdminRequest) -> None:
    request.simulator.clear_scenario()


SCENARIOS = Section(
    "scenarios",
    (
        Route("GET", "/scenarios", "The scenarios that come with the simulator", _scenarios, Scenarios),
        Route(
            "PUT",
            "/scenario",
            "Put a scenario in force: its fault rules, and its clock",
            _put_in_force,
            ScenarioView,
            ScenarioChoice,
            declines=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
        ),
        Route("DELETE", "/scenario", "End it: clock and fault rules as at the start", _end, payload=EmptyPayload),
    ),
)
