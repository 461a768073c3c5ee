"""The console as a Flask application. It is to be called through its door, which decides who may."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any
from wsgiref.types import WSGIApplication

from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from drs_simulator.admin.clock import ClockReading
from drs_simulator.admin.control import SimulatorControl
from drs_simulator.console import controls, diary, journal, orders, sessions, setup
from drs_simulator.scheduling.back_office import UnknownError

_log = logging.getLogger(__name__)
_MAX_BYTES = 8 * 1024 * 1024
_NOTHING_FROM_ELSEWHERE = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _NOTHING_FROM_ELSEWHERE,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
_NAVIGATION = (
    ("diary.week", "Diary"),
    ("orders.all_orders", "Orders"),
    ("sessions.all_sessions", "Sessions"),
    ("journal.entries", "Journal"),
    ("controls.all_controls", "Controls"),
    ("setup.clients", "Setup"),
)


def make_app(simulator: SimulatorControl) -> WSGIApplication:
    """The pages of one simulator."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = _MAX_BYTES
    app.extensions["simulator"] = simulator
    for part in (diary, orders, sessions, journal, controls, setup):
        app.register_blueprint(part.pages)
    app.add_url_rule("/login", "login", lambda: render_template("login.html", wrong="wrong" in request.args))
    app.context_processor(lambda: _of_every_page(simulator))
    zone = simulator.profile.zone
    app.template_filter("when")(lambda instant: f"{instant.astimezone(zone):%a %-d %b %Y, %H:%M}")
    app.template_filter("clock")(lambda instant: f"{instant.astimezone(zone):%H:%M}")
    app.after_request(_with_headers)
    app.register_error_handler(Exception, _sorry)
    return app


def _of_every_page(simulator: SimulatorControl) -> dict[str, Any]:
    return {
        "installation": simulator.profile.title,
        "clock_reading": ClockReading.of(simulator.clock, simulator.profile.zone),
        "navigation": _NAVIGATION,
    }


def _with_headers(response: Response) -> Response:
    response.headers.update(_HEADERS)
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response


def _sorry(error: Exception) -> tuple[str, int] | AnyResponse:
    if isinstance(error, UnknownError):
        return render_template("sorry.html", title="Not there", said=str(error)), HTTPStatus.NOT_FOUND
    if isinstance(error, HTTPException):
        code = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
        return render_template("sorry.html", title=code.phrase, said=error.description or ""), code
    _log.error("The console failed on %s %s", request.method, request.path, exc_info=error)
    said = "The simulator failed on this page; its log says more."
    return render_template("sorry.html", title="Failed", said=said), HTTPStatus.INTERNAL_SERVER_ERROR
