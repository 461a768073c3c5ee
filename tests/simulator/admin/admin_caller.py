"""A served simulator with its admin interface, for the tests: bookings made in a line, and answers as they come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import requests
from drs_simulator import Simulator
from drs_simulator.scheduling.commands import BookingRequest, OrderFilter, PlacingRequest
from drs_simulator.scheduling.context import UseCaseContext
from drs_simulator.scheduling.model import OrderWithBookings, PlannedBooking
from drs_simulator.scheduling.use_cases.orders import create_order, select_orders
from drs_simulator.scheduling.use_cases.placement import schedule_booking

from tests.simulator.scheduling.builders import MOMENT_OF_THE_EXAMPLE, asked, local

BEGIN, END = local("2021-10-26T08:00"), local("2021-10-26T12:00")
TYPES = ("application/json", "application/problem+json")

_Request = TypeVar("_Request")
_Answer = TypeVar("_Answer")


def simulator(**settings: Any) -> Simulator:
    """A simulator at the moment of the document's examples."""
    usual: dict[str, Any] = {"clock": f"fixed@{MOMENT_OF_THE_EXAMPLE}", "seed": 1}
    return Simulator("lincoln", **usual | settings)


@dataclass(frozen=True)
class AdminCaller:
    """Calls a simulator's admin interface, and books without a session."""

    drs: Simulator

    @property
    def root(self) -> str:
        return f"{self.drs.url.removesuffix(self.drs.path)}/__admin"

    def ask(self, method: str, path: str, json: object = None, **options: Any) -> requests.Response:
        """What the route answers. What changes something is sent as JSON, unless ``options`` have it otherwise."""
        if method != "GET" and not options:
            options = {"json": {} if json is None else json}
        answer = requests.request(method, f"{self.root}{path}", timeout=20, **options)
        assert answer.status_code == 204 or answer.headers["Content-Type"] in TYPES
        assert "Traceback" not in answer.text
        assert "Access-Control-Allow-Origin" not in answer.headers
        return answer

    def perform(self, use_case: Callable[[UseCaseContext, _Request], _Answer], request: _Request) -> _Answer:
        return self.drs.scheduler.run_as_system(use_case, request)

    def order(self, number: str) -> OrderWithBookings:
        wanted = asked(number=number, comments=" ", target_date=self.drs.clock.now() + timedelta(days=60))
        return self.perform(create_order, wanted)

    def book(self, number: str, begin: datetime = BEGIN, end: datetime = END) -> PlannedBooking:
        """The scheduled booking of a new order."""
        booking_id = self.order(number).bookings[0].booking.id
        placing = PlacingRequest(BookingRequest(booking_id, number=number, window_start=begin, window_end=end))
        self.perform(schedule_booking, placing)
        return self.booking(number)

    def booking(self, number: str) -> PlannedBooking:
        return self.perform(select_orders, OrderFilter((number,)))[0].bookings[0]


def assert_problem(answer: requests.Response, status: int, name: str) -> str:
    """Holds an answer to be a whole problem document of that status and name; its detail, remedy and errors as text."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == f"urn:drs-simulator:problem:{name}"
    assert problem["status"] == status
    assert problem["title"]
    assert problem["remedy"]
    errors = [f"{error['pointer']}: {error['detail']}" for error in problem["errors"]]
    return "\n".join([problem["detail"], problem["remedy"], *errors])
