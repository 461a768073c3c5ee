"""The page of controls: clock, scenarios, fault rules, and the whole state."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from pydantic import ValidationError
from werkzeug.wrappers import Response as AnyResponse

from drs_simulator.clock import ClockError, read_duration
from drs_simulator.console.controls.effects import list_forms, read_rule, summarize
from drs_simulator.console.controls.scenarios import describe_effect, list_scenarios
from drs_simulator.console.current import simulator
from drs_simulator.errors import explain
from drs_simulator.faults.rules import FaultRule
from drs_simulator.scheduling.snapshot import SnapshotError
from drs_simulator.storage.export import StateDocument

pages = Blueprint("controls", __name__)
_HOW_TO_WRITE = "Write the time like 2021-10-22T12:20, and a shift like P1D, PT2H or -PT30M."


@pages.get("/controls")
def all_controls() -> str:
    """Show the controls."""
    return _page()


@pages.post("/controls/clock")
def set_clock() -> AnyResponse | tuple[str, int]:
    """Fix, shift or resume the clock."""
    clock, zone = simulator().clock, simulator().profile.zone
    try:
        match request.form.get("do"):
            case "fix":
                clock.fix(datetime.fromisoformat(request.form.get("instant", "")).replace(tzinfo=zone))
            case "shift":
                shift = read_duration(request.form.get("by", "").strip())
                if shift is None:
                    return _page(clock_problem=_HOW_TO_WRITE), HTTPStatus.BAD_REQUEST
                clock.shift(shift)
            case _:
                clock.resume()
    except ClockError as error:
        return _page(clock_problem=str(error)), HTTPStatus.BAD_REQUEST
    except ValueError:
        return _page(clock_problem=_HOW_TO_WRITE), HTTPStatus.BAD_REQUEST
    return _done("clock")


@pages.post("/controls/scenario")
def apply_scenario() -> AnyResponse | tuple[str, int]:
    """Put a bundled scenario in force."""
    name = request.form.get("name", "")
    chosen = next((each.scenario for each in list_scenarios() if each.name == name), None)
    if chosen is None:
        return _page(scenario_problem=f"There is no scenario {name}."), HTTPStatus.BAD_REQUEST
    if chosen.requires_restart:
        problem = f"{name} changes the installation. Start a simulator with --scenario {name} for it."
        return _page(scenario_problem=problem), HTTPStatus.CONFLICT
    try:
        simulator().apply_scenario(chosen)
    except ClockError as error:
        return _page(scenario_problem=str(error)), HTTPStatus.CONFLICT
    return _done("scenarios")


@pages.post("/controls/scenario/end")
def clear_scenario() -> AnyResponse:
    """Return to the clock and the fault rules from the start."""
    simulator().clear_scenario()
    return _done("scenarios")


@pages.post("/controls/faults")
def add_fault() -> AnyResponse | tuple[str, int]:
    """Add a fault rule."""
    try:
        simulator().faults.add(read_rule(request.form))
    except ValidationError as error:
        return _page(fault_problem=str(explain(error, tagged="effect")[0])), HTTPStatus.BAD_REQUEST
    return _done("faults")


@pages.post("/controls/faults/remove")
def remove_fault() -> AnyResponse | tuple[str, int]:
    """Remove one fault rule."""
    try:
        rule = FaultRule.model_validate_json(request.form.get("rule", ""))
    except ValidationError:
        return _page(fault_problem="That is not a rule of this page."), HTTPStatus.BAD_REQUEST
    if not simulator().faults.remove(rule):
        return _page(fault_problem="That rule is not in force any more."), HTTPStatus.CONFLICT
    return _done("faults")


@pages.post("/controls/faults/end")
def clear_faults() -> AnyResponse:
    """Remove all fault rules."""
    simulator().faults.clear()
    return _done("faults")


@pages.post("/controls/reset")
def reset() -> AnyResponse | tuple[str, int]:
    """Delete everything, if the box is ticked."""
    if request.form.get("sure") != "yes":
        return _page(reset_problem="Tick the box to confirm."), HTTPStatus.BAD_REQUEST
    simulator().reset()
    return _done("state")


@pages.get("/controls/state.json")
def export_state() -> Response:
    """Download the whole state."""
    document = simulator().export_state().model_dump_json(indent=1)
    headers = {"Content-Disposition": 'attachment; filename="drs-state.json"'}
    return Response(document, content_type="application/json", headers=headers)


@pages.post("/controls/state")
def import_state() -> AnyResponse | tuple[str, int]:
    """Replace the whole state by an uploaded file."""
    sent = request.files.get("state")
    try:
        simulator().import_state(StateDocument.model_validate_json(b"" if sent is None else sent.read()))
    except ValidationError as error:
        return _page(state_problem=f"This is not the state of a simulator: {explain(error)[0]}"), HTTPStatus.BAD_REQUEST
    except (SnapshotError, ClockError) as error:
        return _page(state_problem=f"The state cannot be imported: {error}"), HTTPStatus.BAD_REQUEST
    return _done("state")


def _page(**problems: str) -> str:
    return render_template(
        "controls.html",
        rules=_describe_rules(),
        effects=list_forms(),
        scenarios=list_scenarios(),
        now=simulator().clock.now().astimezone(simulator().profile.zone),
        sent=request.form,
        **problems,
    )


def _describe_rules() -> list[dict[str, Any]]:
    """Describe the rules in force, with how often an effect of their kind was applied to the journal's exchanges."""
    rules = simulator().faults.rules()
    applied = Counter(kind for entry in simulator().journal.newest() for kind in entry.faults) if rules else Counter()
    return [
        {
            "effect": describe_effect(rule),
            "summary": summarize(rule.effect),
            "operation": rule.operation or "any",
            "who": ", ".join(each for each in (rule.caller, rule.header) if each),
            "times": "always" if rule.times is None else f"{rule.times} more",
            "probability": f"{rule.probability:.0%}",
            "applied": applied[rule.effect.kind],
            "json": rule.model_dump_json(),
        }
        for rule in rules
    ]


def _done(what: str) -> AnyResponse:
    return redirect(url_for("controls.all_controls", done=what, _anchor=what), HTTPStatus.SEE_OTHER)
