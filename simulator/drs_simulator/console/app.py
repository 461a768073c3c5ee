"""The console as a Flask application. ``console.auth`` decides who may see it."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException, NotFound

from drs_simulator.admin.control import SimulatorControl
from drs_simulator.admin.resources.clock import ClockReading
from drs_simulator.console import bookings, diary, orders, sessions, setup
from drs_simulator.console.controls import pages as controls
from drs_simulator.console.exchanges import pages as journal
from drs_simulator.console.tryit import pages as tryit
from drs_simulator.scheduling.back_office import UnknownError
from drs_simulator.storage.errors import StateError

_log = logging.getLogger(__name__)
_MAX_BYTES = 8 * 1024 * 1024
_OWN_CONTENT_ONLY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _OWN_CONTENT_ONLY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
_NAVIGATION = (
    ("diary.week", "Diary"),
    ("orders.all_orders", "Orders"),
    ("sessions.all_sessions", "Sessions"),
    ("journal.entries", "Journal"),
    ("try.all_operations", "Try it"),
    ("controls.all_controls", "Controls"),
    ("setup.clients", "Setup"),
)
_STATIC = ("static", "icon")
_ICON = "icon.svg"


def make_app(simulator: SimulatorControl) -> Flask:
    """Make the pages of one simulator."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = _MAX_BYTES
    app.extensions["simulator"] = simulator
    for part in (diary, orders, bookings, sessions, journal, tryit, controls, setup):
        app.register_blueprint(part.pages)
    app.add_url_rule("/login", "login", lambda: render_template("login.html", is_wrong="wrong" in request.args))
    app.add_url_rule("/favicon.ico", "icon", lambda: app.send_static_file(_ICON))
    app.context_processor(lambda: _common_variables(simulator))
    zone = simulator.profile.zone
    app.template_filter("when")(lambda instant: f"{instant.astimezone(zone):%a %-d %b %Y, %H:%M}")
    app.template_filter("clock")(lambda instant: f"{instant.astimezone(zone):%H:%M}")
    app.template_filter("seconds")(lambda instant: f"{instant.astimezone(zone):%H:%M:%S}")
    app.template_filter("day_and_seconds")(lambda instant: f"{instant.astimezone(zone):%-d %b %H:%M:%S}")
    app.template_filter("when_exactly")(lambda instant: f"{instant.astimezone(zone):%a %-d %b %Y, %H:%M:%S.%f}"[:-3])
    app.after_request(_add_headers)
    app.register_error_handler(Exception, _show_error)
    return app


def _common_variables(simulator: SimulatorControl) -> dict[str, Any]:
    """What every page shows."""
    return {
        "installation": simulator.profile.title,
        "clock_reading": ClockReading.of(simulator.clock, simulator.profile.zone),
        "navigation": _NAVIGATION,
        "scenario": simulator.scenario,
        "rule_count": len(simulator.faults.rules()),
    }


def _add_headers(response: Response) -> Response:
    response.headers.update(_HEADERS)
    if request.endpoint not in _STATIC:
        response.headers["Cache-Control"] = "no-store"
    return response


def _show_error(error: Exception) -> tuple[str | Response, int]:
    if isinstance(error, UnknownError):
        return _error_page("Not found", str(error), HTTPStatus.NOT_FOUND)
    if isinstance(error, StateError):
        text = f"{error} Check that the database is up, and try again."
        return _error_page("Not available", text, HTTPStatus.SERVICE_UNAVAILABLE)
    if isinstance(error, NotFound):
        text = f"There is no page at {request.path}. The menu above has all of them."
        return _error_page("Not found", text, HTTPStatus.NOT_FOUND)
    if isinstance(error, HTTPException):
        code = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
        return _error_page(code.phrase, error.description or "", code)
    _log.error("The console failed on %s %s", request.method, request.path, exc_info=error)
    text = "The simulator failed on this page; its log says why."
    return _error_page("Failed", text, HTTPStatus.INTERNAL_SERVER_ERROR)


def _error_page(title: str, text: str, code: HTTPStatus) -> tuple[str | Response, int]:
    """Make an error page; a script that asks for JSON gets the text as a refusal."""
    if request.accept_mimetypes.best == "application/json":
        return jsonify(refusal=text, reason=""), code
    return render_template("error.html", title=title, text=text), code
