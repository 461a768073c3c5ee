"""The errors of the admin API: problem documents (RFC 9457), each with a remedy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus

from pydantic import BaseModel, ConfigDict, ValidationError
from werkzeug.wrappers import Response

from drs_simulator.errors import explain

PROBLEM_TYPE = "application/problem+json"
_MAX_FIELD_ERRORS = 20
_URN = "urn:drs-simulator:problem:"


class FieldError(BaseModel):
    """An error in a request: where, as a JSON pointer or a path, and what is wrong there."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    pointer: str
    detail: str


class Problem(BaseModel):
    """Why a request failed. ``remedy`` says what to do next; nothing was changed."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    type: str
    title: str
    status: int
    detail: str
    remedy: str
    errors: tuple[FieldError, ...] = ()


class ProblemError(Exception):
    """The request fails with this problem."""

    def __init__(self, problem: Problem, headers: Mapping[str, str] | None = None) -> None:
        self.problem = problem
        self.headers = dict(headers or {})
        super().__init__(problem.detail)


def make_problem(status: HTTPStatus, name: str, detail: str, remedy: str, errors: Iterable[FieldError] = ()) -> Problem:
    """Make a problem document with the first of the errors; ``name`` ends its type."""
    shown = tuple(errors)[:_MAX_FIELD_ERRORS]
    return Problem(type=f"{_URN}{name}", title=status.phrase, status=status, detail=detail, remedy=remedy, errors=shown)


def field_errors(error: ValidationError) -> list[FieldError]:
    """Convert pydantic's errors, without the values that were sent."""
    return [
        FieldError(
            pointer="".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in each.path),
            detail=each.message,
        )
        for each in explain(error, tagged="effect")
    ]


def problem_response(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """Make the HTTP response with a problem document."""
    return json_response(problem, HTTPStatus(problem.status), PROBLEM_TYPE, headers)


def json_response(
    answer: BaseModel | bytes,
    status: HTTPStatus,
    content_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Make a JSON response that no cache stores and no browser reads as another type."""
    body = answer if isinstance(answer, bytes) else answer.model_dump_json().encode()
    response = Response(body, status, content_type=content_type)
    response.headers.update({"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", **(headers or {})})
    return response
