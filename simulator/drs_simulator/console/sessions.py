"""Sessions: who can call now."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from drs_simulator.admin.sessions import SessionView
from drs_simulator.console.current import perform, simulator
from drs_simulator.scheduling import back_office

pages = Blueprint("sessions", __name__)


@pages.get("/sessions")
def all_sessions() -> str:
    """The open sessions, of whose ids only the beginnings are shown."""
    zone = simulator().profile.zone
    found = [SessionView.of(session, zone) for session in perform(back_office.open_sessions, None)]
    return render_template("sessions.html", sessions=found)


@pages.post("/sessions/end")
def end_all() -> Response:
    """Let all sessions lapse."""
    ended = simulator().clear_sessions()
    return redirect(url_for("sessions.all_sessions", ended=ended), HTTPStatus.SEE_OTHER)
