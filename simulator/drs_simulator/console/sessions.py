"""The page of the open sessions."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from drs_simulator.admin.resources.sessions import SessionView
from drs_simulator.console.current import perform, simulator
from drs_simulator.scheduling import back_office

pages = Blueprint("sessions", __name__)


@pages.get("/sessions")
def all_sessions() -> str:
    """Show the open sessions; of each id only the first characters."""
    zone = simulator().profile.zone
    open_sessions = [SessionView.of(session, zone) for session in perform(back_office.open_sessions, None)]
    return render_template("sessions.html", sessions=open_sessions)


@pages.post("/sessions/end")
def end_all() -> Response:
    """End all sessions."""
    ended = simulator().clear_sessions()
    return redirect(url_for("sessions.all_sessions", ended=ended), HTTPStatus.SEE_OTHER)
