"""A route of the admin interface as a value, from which both Flask and the OpenAPI document are made."""

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
    """One request to a route: parts of its path, its payload and its query, read as the route's models have them."""

    simulator: SimulatorControl
    path: Mapping[str, str]
    payload: Any
    query: Any


@dataclass(frozen=True, slots=True)
class Route:
    """One route.

    Args:
        method: The HTTP method.
        path: Its path below ``/__admin``, in Flask's notation; every part of it is text.
        summary: What it does, in a line.
        handler: Answers it.
        answer: The model of the answer; without one the answer has no body.
        payload: The model of what is sent, for a method that changes something.
        query: The model of the query.
        declines: How it may decline besides what every route may.
    """

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    summary: str
    handler: Callable[[AdminRequest], BaseModel | None]
    answer: type[BaseModel] | None = None
    payload: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    declines: tuple[HTTPStatus, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """Routes that belong together. A part of the admin interface of its own is a section of its own."""

    name: str
    routes: tuple[Route, ...]
