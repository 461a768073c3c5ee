"""Controls: the clock, what goes wrong, sessions, and the whole state."""

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
    ("delay", "answers late", "seconds"),
    ("delay_lincoln", "answers as slowly as was measured at Lincoln", ""),
    ("fault", "answers with a SOAP fault", "text"),
    ("refusal", "declines with this errorMsg", "text"),
    ("http_status", "a proxy answers with this HTTP status", "status"),
    ("login_page", "a proxy shows its login page", ""),
    ("reset", "breaks off the connection", ""),
    ("empty", "answers nothing at all", ""),
    ("truncated", "breaks off in the middle of its answer", ""),
    ("garbage", "answers with bytes that are no XML", ""),
    ("wrong_content_type", "claims that its answer is HTML", ""),
    ("sessions_expired", "forgets the caller's session", ""),
    ("slot_taken", "another caller takes the place in between", ""),
    ("response_lost", "does what it was asked, and the answer gets lost", ""),
    ("extra_elements", "answers with elements that nobody expects", ""),
)
"""Effects that the form offers: kind, what DRS or somebody before it does, and the setting that it needs."""


@pages.get("/controls")
def all_controls() -> str:
    """All that can be set."""
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
    """Put a fault rule in force."""
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
    """No call goes wrong any more."""
    simulator().faults.clear()
    return _done("faults")


@pages.post("/controls/reset")
def reset() -> AnyResponse | tuple[str, int]:
    """Forget everything, if that was meant."""
    if request.form.get("sure") != "yes":
        return _page(reset_problem="Tick the box to say that you are sure."), HTTPStatus.BAD_REQUEST
    simulator().reset()
    return _done("state")


@pages.get("/controls/state.json")
def state() -> Response:
    """The whole state as a file."""
    document = simulator().export_state().model_dump_json(indent=1)
    headers = {"Content-Disposition": 'attachment; filename="drs-state.json"'}
    return Response(document, content_type="application/json", headers=headers)


@pages.post("/controls/state")
def put_state() -> AnyResponse | tuple[str, int]:
    """Go on from a file."""
    sent = request.files.get("state")
    try:
        simulator().import_state(StateDocument.model_validate_json(b"" if sent is None else sent.read()))
    except ValidationError as error:
        return _page(state_problem=f"This is no state of a simulator: {explain(error)[0]}"), HTTPStatus.BAD_REQUEST
    except (SnapshotError, ClockError) as error:
        return _page(state_problem=f"The state cannot be put in: {error}"), HTTPStatus.BAD_REQUEST
    return _done("state")


def _page(**problems: str) -> str:
    return render_template(
        "controls.html",
        rules=[_in_words(rule) for rule in simulator().faults.rules()],
        effects=_EFFECTS,
        operations=sorted(OPERATIONS),
        now=simulator().clock.now().astimezone(simulator().profile.zone),
        sent=request.form,
        **problems,
    )


def _in_words(rule: FaultRule) -> dict[str, Any]:
    settings = rule.effect.model_dump(exclude={"kind"}, exclude_defaults=True)
    return {
        "kind": rule.effect.kind,
        "settings": ", ".join(f"{name} {value}" for name, value in settings.items()),
        "operation": rule.operation or "any",
        "times": "for ever" if rule.times is None else str(rule.times),
        "probability": f"{rule.probability:.0%}",
    }


def _done(what: str) -> AnyResponse:
    return redirect(url_for("controls.all_controls", done=what, _anchor=what), HTTPStatus.SEE_OTHER)
