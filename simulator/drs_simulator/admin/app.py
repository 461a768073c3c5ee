"""The admin API as a Flask application: it reads requests, calls the routes, and answers errors as problem documents.

``admin.auth`` decides who may call it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Flask, request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from drs_simulator.admin.control import SimulatorControl, TenantNameError, UnknownTenantError
from drs_simulator.admin.openapi import describe_routes
from drs_simulator.admin.problem import (
    FieldError,
    Problem,
    ProblemError,
    field_errors,
    json_response,
    make_problem,
    problem_response,
)
from drs_simulator.admin.resources.bookings import BOOKINGS
from drs_simulator.admin.resources.clock import CLOCK
from drs_simulator.admin.resources.faults import FAULTS
from drs_simulator.admin.resources.journal import JOURNAL
from drs_simulator.admin.resources.operatives import OPERATIVES
from drs_simulator.admin.resources.orders import ORDERS
from drs_simulator.admin.resources.scenarios import SCENARIOS
from drs_simulator.admin.resources.sessions import SESSIONS
from drs_simulator.admin.resources.state import STATE
from drs_simulator.admin.resources.tenants import TENANTS
from drs_simulator.admin.route import ROOT, AdminRequest, Route, Section
from drs_simulator.clock import ClockError
from drs_simulator.exchange import read_body
from drs_simulator.scheduling.back_office import UnknownError
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.snapshot import SnapshotError
from drs_simulator.storage.errors import StateError
from drs_simulator.version import installed_version

MAX_BODY_BYTES = 8 * 1024 * 1024
SECTIONS = (STATE, CLOCK, SESSIONS, ORDERS, BOOKINGS, OPERATIVES, SCENARIOS, JOURNAL, FAULTS, TENANTS)
"""All resources of the admin API."""
_DOCUMENT = f"{ROOT}/openapi.json"
_log = logging.getLogger(__name__)


def make_app(simulator: SimulatorControl, sections: Sequence[Section] = SECTIONS) -> Flask:
    """Make the application of one simulator: the routes of the sections, and their OpenAPI document."""
    app = Flask("drs_simulator", static_folder=None)
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    # An order number may contain slashes, also at its end: no redirects.
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    for section in sections:
        app.register_blueprint(_make_blueprint(section, simulator))
    document = describe_routes(sections, installed_version())
    app.add_url_rule(_DOCUMENT, "openapi", partial(_describe, document), methods=["GET"])
    app.register_error_handler(Exception, _handle_error)
    return app


def _describe(document: Mapping[str, Any]) -> Response:
    """The OpenAPI document, with the prefix that a proxy has put before all paths."""
    described = {**document, "servers": [{"url": request.root_path or "/"}]}
    return json_response(json.dumps(described).encode(), HTTPStatus.OK)


def _make_blueprint(section: Section, simulator: SimulatorControl) -> Blueprint:
    blueprint = Blueprint(section.name, __name__, url_prefix=ROOT)
    for route in section.routes:
        blueprint.add_url_rule(
            route.path, f"{route.method} {route.path}", _make_view(route, simulator), methods=[route.method]
        )
    return blueprint


def _make_view(route: Route, simulator: SimulatorControl) -> Callable[..., Response]:
    def view(**path: str) -> Response:
        answer = route.handler(AdminRequest(simulator, path, _read_payload(route), _read_query(route)))
        if answer is None:
            return json_response(b"", HTTPStatus.NO_CONTENT)
        return json_response(answer, HTTPStatus.OK)

    return view


def _read_payload(route: Route) -> BaseModel | None:
    if route.payload is None:
        return None
    _check_content_type()
    # Flask's own limit cuts a chunked body off without an error.
    body = read_body(request.environ, MAX_BODY_BYTES)
    if len(body) > MAX_BODY_BYTES:
        raise ProblemError(
            make_problem(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                "too-large",
                "The body is larger than the admin API accepts.",
                f"Send no more than {MAX_BODY_BYTES} bytes.",
            )
        )
    if not body and route.payload.model_fields:
        raise _invalid("This route requires a body.", [])
    try:
        return route.payload.model_validate_json(body or b"{}", strict=True)
    except ValidationError as error:
        if any(detail["type"] == "json_invalid" for detail in error.errors()):
            raise ProblemError(
                make_problem(
                    HTTPStatus.BAD_REQUEST,
                    "malformed",
                    "The body is not JSON.",
                    "Send one JSON object.",
                    field_errors(error),
                )
            ) from None
        raise _invalid("The body does not match what this route accepts.", field_errors(error)) from None


def _check_content_type() -> None:
    """Check that the body is declared as JSON, which no form of a foreign page can do.

    Raises:
        ProblemError: It is not.
    """
    environ = request.environ
    is_empty = environ.get("CONTENT_LENGTH") in (None, "", "0") and "HTTP_TRANSFER_ENCODING" not in environ
    if request.mimetype == "application/json" or (is_empty and not request.mimetype):
        return
    raise ProblemError(
        make_problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "no-json",
            "The body is not declared as JSON.",
            "Send the header Content-Type: application/json, or neither body nor Content-Type if none is required.",
        )
    )


def _read_query(route: Route) -> BaseModel | None:
    if route.query is None:
        return None
    try:
        return route.query.model_validate(request.args.to_dict())
    except ValidationError as error:
        raise _invalid("The query does not match what this route accepts.", field_errors(error)) from None


def _invalid(detail: str, errors: Sequence[FieldError]) -> ProblemError:
    remedy = f"Correct what errors lists; {_DOCUMENT} describes the format."
    return ProblemError(make_problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", detail, remedy, errors))


def _handle_error(error: Exception) -> Response:
    if isinstance(error, ProblemError):
        return problem_response(error.problem, error.headers)
    if isinstance(error, HTTPException):
        # HTTP requires Allow with 405.
        allowed = {name: value for name, value in error.get_headers() if name == "Allow"}
        return problem_response(_problem_of_http(error), allowed)
    return problem_response(_problem_of_simulator(error))


def _problem_of_http(error: HTTPException) -> Problem:
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    if status not in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED):
        return make_problem(status, "unreadable", "The request could not be read completely.", "Send all of it.")
    return make_problem(
        status, "no-route", f"There is no route {request.method} {request.path}.", f"{_DOCUMENT} lists the routes."
    )


def _problem_of_simulator(error: Exception) -> Problem:
    if isinstance(error, UnknownError | UnknownTenantError):
        return make_problem(HTTPStatus.NOT_FOUND, "unknown", str(error), "Look it up in the list first.")
    if isinstance(error, Refusal):
        remedy = "The rules of DRS refuse this; ask for something that they allow."
        return make_problem(HTTPStatus.CONFLICT, "refused", error.message, remedy)
    if isinstance(error, SnapshotError):
        errors = [
            FieldError(pointer=where, detail=what)
            for where, _, what in (line.partition(": ") for line in error.problems)
        ]
        return _invalid("The state cannot be imported.", errors).problem
    if isinstance(error, ClockError | TenantNameError):
        return _invalid(str(error), []).problem
    if isinstance(error, StateError):
        remedy = "Check that the database is up, and try again. Nothing was changed."
        return make_problem(HTTPStatus.SERVICE_UNAVAILABLE, "state-unavailable", str(error), remedy)
    _log.error("The admin API failed on %s %s", request.method, request.path, exc_info=error)
    return make_problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "failed",
        "The simulator failed on this request.",
        "Read the simulator's log, and report the error to its maintainers.",
    )
