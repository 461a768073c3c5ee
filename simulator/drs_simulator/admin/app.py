"""The admin interface as a Flask application: routes read, answered, and declined with a problem document.

It is to be called behind its guard (``admin_guard``), which decides who may.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from functools import partial
from http import HTTPStatus
from wsgiref.types import WSGIApplication

from flask import Blueprint, Flask, request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from drs_simulator.admin.control import SimulatorControl
from drs_simulator.admin.openapi import openapi_document
from drs_simulator.admin.problem import (
    FieldError,
    Problem,
    ProblemError,
    field_errors,
    json_response,
    problem,
    problem_response,
)
from drs_simulator.admin.route import ROOT, AdminRequest, Route, Section
from drs_simulator.admin.routes import SECTIONS, installed_version
from drs_simulator.clock import ClockError
from drs_simulator.exchange import read_body
from drs_simulator.scheduling.back_office import UnknownError
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.snapshot import SnapshotError

MAX_BODY_BYTES = 8 * 1024 * 1024
_DOCUMENT = f"{ROOT}/openapi.json"
_log = logging.getLogger(__name__)


def mount(simulator: SimulatorControl, sections: Sequence[Section] = SECTIONS) -> WSGIApplication:
    """The application for one simulator, with those sections, and the OpenAPI document of them."""
    app = Flask("drs_simulator", static_folder=None)
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    # An order's number may have slashes in it, at its end too; nobody is sent elsewhere for that.
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    for section in sections:
        app.register_blueprint(_blueprint(section, simulator))
    document = json.dumps(openapi_document(sections, installed_version())).encode()
    app.add_url_rule(_DOCUMENT, "openapi", partial(json_response, document, HTTPStatus.OK), methods=["GET"])
    app.register_error_handler(Exception, _declined)
    return app


def _blueprint(section: Section, simulator: SimulatorControl) -> Blueprint:
    blueprint = Blueprint(section.name, __name__, url_prefix=ROOT)
    for route in section.routes:
        blueprint.add_url_rule(
            route.path, f"{route.method} {route.path}", _view(route, simulator), methods=[route.method]
        )
    return blueprint


def _view(route: Route, simulator: SimulatorControl) -> Callable[..., Response]:
    def view(**path: str) -> Response:
        answer = route.handler(AdminRequest(simulator, path, _payload(route), _query(route)))
        if answer is None:
            return json_response(b"", HTTPStatus.NO_CONTENT)
        return json_response(answer, HTTPStatus.OK)

    return view


def _payload(route: Route) -> BaseModel | None:
    if route.payload is None:
        return None
    # Flask's own limit cuts off a chunked body where it reaches it, and says nothing.
    body = read_body(request.environ, MAX_BODY_BYTES)
    if len(body) > MAX_BODY_BYTES:
        raise ProblemError(
            problem(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                "too-large",
                "The body is larger than the admin interface reads.",
                f"Send no more than {MAX_BODY_BYTES} bytes.",
            )
        )
    try:
        return route.payload.model_validate_json(body or b"{}")
    except ValidationError as error:
        if any(detail["type"] == "json_invalid" for detail in error.errors()):
            raise ProblemError(
                problem(
                    HTTPStatus.BAD_REQUEST,
                    "malformed",
                    "The body is no JSON.",
                    "Send one JSON object.",
                    field_errors(error),
                )
            ) from None
        raise _invalid("The body is not what this route takes.", field_errors(error)) from None


def _query(route: Route) -> BaseModel | None:
    if route.query is None:
        return None
    try:
        return route.query.model_validate(request.args.to_dict())
    except ValidationError as error:
        raise _invalid("The query is not what this route takes.", field_errors(error)) from None


def _invalid(detail: str, field_problems: Sequence[FieldError]) -> ProblemError:
    remedy = f"Put right what errors names; {_DOCUMENT} has the form."
    return ProblemError(problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", detail, remedy, field_problems))


def _declined(error: Exception) -> Response:
    if isinstance(error, ProblemError):
        return problem_response(error.problem, error.headers)
    if isinstance(error, HTTPException):
        # What HTTP itself asks for besides (Allow, after a wrong method) goes with the problem.
        allowed = {name: value for name, value in error.get_headers() if name == "Allow"}
        return problem_response(_of_http(error), allowed)
    return problem_response(_of_simulator(error))


def _of_http(error: HTTPException) -> Problem:
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    if status not in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED):
        return problem(status, "unreadable", "The request could not be read to its end.", "Send all of it.")
    return problem(status, "no-route", f"{request.method} {request.path} is no route.", f"See {_DOCUMENT} for those.")


def _of_simulator(error: Exception) -> Problem:
    if isinstance(error, UnknownError):
        remedy = "Look it up in the list first."
        return problem(HTTPStatus.NOT_FOUND, "unknown", str(error), remedy)
    if isinstance(error, Refusal):
        remedy = "DRS's own rules decline this; ask for something that they allow."
        return problem(HTTPStatus.CONFLICT, "refused", error.message, remedy)
    if isinstance(error, SnapshotError):
        field_problems = [
            FieldError(pointer=where, detail=what)
            for where, _, what in (line.partition(": ") for line in error.problems)
        ]
        return _invalid("The state cannot be put in.", field_problems).problem
    if isinstance(error, ClockError):
        return _invalid(str(error), []).problem
    _log.error("The admin interface failed on %s %s", request.method, request.path, exc_info=error)
    return problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "failed",
        "The simulator failed on this request.",
        "Look into the simulator's log, and tell its maintainers.",
    )
