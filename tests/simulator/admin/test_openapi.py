"""The admin API against its own description: Schemathesis calls every route with valid and invalid requests."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from drs_simulator import Simulator
from drs_simulator.admin.app import SECTIONS
from drs_simulator.admin.route import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

schemathesis: Any = pytest.importorskip("schemathesis", reason="Schemathesis is not installed")
checks: Any = pytest.importorskip("schemathesis.specs.openapi.checks")

# A schema cannot say all: that an order exists, that a time is in range, that a rule's settings go together.
STRICTER_THAN_THEIR_SCHEMA = {("PUT", "/__admin/state"), ("PUT", "/__admin/clock"), ("POST", "/__admin/faults")}


PARAMETER = re.compile(r"<(?:path:)?(\w+)>")
ROUTES = sorted(
    (route.method, ROOT + PARAMETER.sub(r"{\1}", route.path)) for section in SECTIONS for route in section.routes
)


@pytest.fixture(scope="module")
def api() -> Any:
    """The description, with an application that is called without a socket as if by a process of this machine."""
    drs = Simulator("lincoln", clock="fixed@2021-10-22T12:20", seed=1)

    def call_locally(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return drs.wsgi({"REMOTE_ADDR": "127.0.0.1", **environ}, start_response)

    return schemathesis.openapi.from_wsgi("/__admin/openapi.json", call_locally)


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_route_answers_as_it_is_described(api: Any, method: str, path: str) -> None:
    excluded = [checks.positive_data_acceptance] if (method, path) in STRICTER_THAN_THEIR_SCHEMA else []
    operation = api[path][method]
    valid = operation.as_strategy(schemathesis.GenerationMode.POSITIVE)
    invalid = operation.as_strategy(schemathesis.GenerationMode.NEGATIVE)

    @given(st.one_of(valid, invalid))
    @settings(max_examples=20, suppress_health_check=list(HealthCheck), deadline=None)
    def call_and_validate(case: Any) -> None:
        case.call_and_validate(excluded_checks=excluded)

    call_and_validate()
