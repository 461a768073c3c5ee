"""A route of the admin API as a value, from which both the Flask application and the OpenAPI document are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal

from pydantic import BaseModel

from drs_simulator.admin.control import SimulatorControl

ROOT = "/__admin"


@dataclass(frozen=True, slots=True)
class AdminRequest:
    """A request to a route.

    Args:
        simulator: The simulator that it is for.
        path: The variable parts of the path, by name.
        payload: The body, an instance of the route's ``payload``.
        query: The query, an instance of the route's ``query``.
    """

    simulator: SimulatorControl
    path: Mapping[str, str]
    payload: Any
    query: Any


@dataclass(frozen=True, slots=True)
class Route:
    """A route.

    Args:
        method: The HTTP method.
        path: Its path below ``/__admin``, in Flask's notation; every variable part is text.
        summary: What it does, in one line.
        handler: Handles a request.
        answer: The model of the response body; without one the response is empty.
        payload: The model of the request body, for a method that changes something.
        query: The model of the query.
        errors: The statuses of its errors, beyond those of every route.
    """

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    summary: str
    handler: Callable[[AdminRequest], BaseModel | None]
    answer: type[BaseModel] | None = None
    payload: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    errors: tuple[HTTPStatus, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """The routes of one resource."""

    name: str
    routes: tuple[Route, ...]
