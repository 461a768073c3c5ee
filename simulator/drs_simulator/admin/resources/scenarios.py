"""The admin API's scenarios: list them, apply one, and clear it."""

from __future__ import annotations

from http import HTTPStatus

from drs_simulator.admin.models import EmptyPayload, Payload, View
from drs_simulator.admin.route import AdminRequest, Route, Section
from drs_simulator.scenarios.scenario import Scenario, load_scenario, scenario_names
from drs_simulator.scheduling.back_office import UnknownError
from drs_simulator.scheduling.refusal import Refusal


class ScenarioView(View):
    """A bundled scenario. One that requires a restart cannot be applied to a running simulator."""

    name: str
    title: str
    requires_restart: bool

    @classmethod
    def of(cls, name: str, scenario: Scenario) -> ScenarioView:
        """Show a scenario."""
        return cls(name=name, title=scenario.title, requires_restart=scenario.requires_restart)


class Scenarios(View):
    """All bundled scenarios, by name."""

    items: tuple[ScenarioView, ...]


class ScenarioChoice(Payload):
    """The name of a bundled scenario."""

    name: str


def _list_scenarios(request: AdminRequest) -> Scenarios:  # noqa: ARG001 - every simulator has the same
    return Scenarios(items=tuple(ScenarioView.of(name, load_scenario(name)) for name in scenario_names()))


def _apply_scenario(request: AdminRequest) -> ScenarioView:
    name = request.payload.name
    # Only names of bundled ones: a caller must not choose a file.
    if name not in scenario_names():
        raise UnknownError(f"There is no scenario {name}. There are: {', '.join(scenario_names())}.")
    scenario = load_scenario(name)
    if scenario.requires_restart:
        raise Refusal(f"{name} changes the installation. Start a simulator with --scenario {name} for it.")
    request.simulator.apply_scenario(scenario)
    return ScenarioView.of(name, scenario)


def _clear_scenario(request: AdminRequest) -> None:
    request.simulator.clear_scenario()


SCENARIOS = Section(
    "scenarios",
    (
        Route("GET", "/scenarios", "List the bundled scenarios", _list_scenarios, Scenarios),
        Route(
            "PUT",
            "/scenario",
            "Apply a scenario: its fault rules and its clock",
            _apply_scenario,
            ScenarioView,
            ScenarioChoice,
            errors=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
        ),
        Route(
            "DELETE",
            "/scenario",
            "Return to the clock and the fault rules from the start",
            _clear_scenario,
            payload=EmptyPayload,
        ),
    ),
)
