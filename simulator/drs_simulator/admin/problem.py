"""What the admin interface says when it declines: problem documents (RFC 9457) that tell what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus

from pydantic import BaseModel, ConfigDict, ValidationError
from werkzeug.wrappers import Response

from drs_simulator.errors import explain

PROBLEM_TYPE = "application/problem+json"
_MAX_FLAWS = 20
_URN = "urn:drs-simulator:problem:"


class FieldError(BaseModel):
    """One thing that is wrong with a payload: where, as a JSON pointer or a path, and what."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    pointer: str
    detail: str


class Problem(BaseModel):
    """Why a request was declined. ``remedy`` says what to do next; nothing was changed."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    type: str
    title: str
    status: int
    detail: str
    remedy: str
    errors: tuple[FieldError, ...] = ()


class ProblemError(Exception):
    """The request is declined with this problem."""

    def __init__(self, problem: Problem, headers: Mapping[str, str] | None = None) -> None:
        self.problem = problem
        self.headers = dict(headers or {})
        super().__init__(problem.detail)


def problem(status: HTTPStatus, name: str, detail: str, remedy: str, errors: Iterable[FieldError] = ()) -> Problem:
    """A problem of that name; of many errors the first ones are told."""
    told = tuple(errors)[:_MAX_FLAWS]
    return Problem(type=f"{_URN}{name}", title=status.phrase, status=status, detail=detail, remedy=remedy, errors=told)


def field_errors(error: ValidationError) -> list[FieldError]:
    """What pydantic found, without the values that were sent."""
    return [
        FieldError(
            pointer="".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in each.path),
            detail=each.message,
        )
        for each in explain(error)
    ]


def problem_response(told: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """The problem as an HTTP answer."""
    return json_response(told, HTTPStatus(told.status), PROBLEM_TYPE, headers)


def json_response(
    answer: BaseModel | bytes,
    status: HTTPStatus,
    content_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A JSON answer that nobody keeps and no browser takes for something else."""
    body = answer if isinstance(answer, bytes) else answer.model_dump_json().encode()
    response = Response(body, status, content_type=content_type)
    response.headers.update({"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", **(headers or {})})
    return response
