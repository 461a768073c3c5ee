"""The page of controls: clock, fault rules, and the whole state."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from pydantic import ValidationError
from werkzeug.wrappers import Response as AnyResponse

from drs_simulator.clock import ClockError, read_duration
from drs_simulator.console.current import simulator
from drs_simulator.errors import explain
from drs_simulator.faults.rules import FaultRule
from drs_simulator.scheduling.snapshot import SnapshotError
from drs_simulator.soap.interface import OPERATIONS
from drs_simulator.storage.export import StateDocument

pages = Blueprint("controls", __name__)
_HOW_TO_WRITE = "Write the time like 2021-10-22T12:20, and a shift like P1D, PT2H or -PT30M."
_EFFECTS: tuple[tuple[str, str, str], ...] = (
    ("delay", "a late response", "seconds"),
    ("delay_lincoln", "a response as slow as was measured at Lincoln", ""),
    ("fault", "a SOAP fault", "text"),
    ("refusal", "a refusal with this errorMsg", "text"),
    ("http_status", "this HTTP status, from a proxy", "status"),
    ("login_page", "the login page of a proxy", ""),
    ("reset", "a closed connection", ""),
    ("empty", "an empty response", ""),
    ("truncated", "a response that ends in the middle", ""),
    ("garbage", "a response that is not XML", ""),
    ("wrong_content_type", "a response declared as HTML", ""),
    ("sessions_expired", "all sessions end", ""),
    ("slot_taken", "another caller takes the slot first", ""),
    ("response_lost", "the call succeeds, but its response is lost", ""),
    ("extra_elements", "a response with unknown elements", ""),
)
"""The effects that the form offers: kind, what happens, and the setting that it requires."""


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


@pages.post("/controls/faults")
def add_fault() -> AnyResponse | tuple[str, int]:
    """Add a fault rule."""
    form = request.form
    kind = form.get("kind", "")
    setting = next((needs for name, _, needs in _EFFECTS if name == kind), "")
    effect = {"kind": kind} | ({setting: form.get("setting", "")} if setting and form.get("setting") else {})
    rule = {"effect": effect} | {
        name: form[name] for name in ("operation", "times", "probability") if form.get(name, "").strip()
    }
    try:
        simulator().faults.add(FaultRule.model_validate(rule))
    except ValidationError as error:
        return _page(fault_problem=str(explain(error, tagged="effect")[0])), HTTPStatus.BAD_REQUEST
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
        rules=[_describe_rule(rule) for rule in simulator().faults.rules()],
        effects=_EFFECTS,
        operations=sorted(OPERATIONS),
        now=simulator().clock.now().astimezone(simulator().profile.zone),
        sent=request.form,
        **problems,
    )


def _describe_rule(rule: FaultRule) -> dict[str, Any]:
    settings = rule.effect.model_dump(exclude={"kind"}, exclude_defaults=True)
    return {
        "kind": rule.effect.kind,
        "settings": ", ".join(f"{name} {value}" for name, value in settings.items()),
        "operation": rule.operation or "any",
        "times": "always" if rule.times is None else str(rule.times),
        "probability": f"{rule.probability:.0%}",
    }


def _done(what: str) -> AnyResponse:
    return redirect(url_for("controls.all_controls", done=what, _anchor=what), HTTPStatus.SEE_OTHER)
