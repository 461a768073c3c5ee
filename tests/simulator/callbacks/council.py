"""A council's service that calls DRS, and what is set up around it for tests of callbacks."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from time import monotonic, sleep

from drs_simulator import AdminClient, Profile, Simulator, load_profile
from werkzeug.test import Client

from tests.simulator.scheduling.builders import changed, local
from tests.simulator.soap.wire import OPEN, ORDER, call

CLOCK = "fixed@2021-10-22T12:20:59"
DAYS = (local("2021-10-26T08:00"), local("2021-10-27T12:00"), local("2021-10-28T09:30"))
SLOT = timedelta(hours=4)
WINDOW = (
    "<planningWindowStart>2021-10-26T08:00:00</planningWindowStart>"
    "<planningWindowEnd>2021-10-26T12:00:00</planningWindowEnd>"
)


class Caller:
    """A service that calls DRS by SOAP, in a session of its own."""

    def __init__(self, drs: Simulator) -> None:
        self._http = Client(drs.wsgi)
        self._path = drs.path
        self.session = ""
        self.session = re.findall("<sessionId>.*?</sessionId>", self.call("openSession", OPEN))[0]

    def call(self, operation: str, members: str) -> str:
        """Call an operation that succeeds, and return its answer."""
        body = call(operation, self.session + members)
        answer = self._http.post(self._path, data=body, content_type="text/xml").text
        assert "<status>success</status>" in answer or "<status>" not in answer, answer
        return answer

    def order(self, members: str = ORDER) -> int:
        """Create an order; the id of its booking."""
        return int(re.findall("<bookingId>(.*?)<", self.call("createOrder", members))[0])

    def about(self, operation: str, booking: int, members: str = "", more: str = "") -> str:
        """Call an operation about a booking."""
        named = f"<bookingId>{booking}</bookingId><contract>0</contract>"
        return self.call(operation, f"<theBooking>{named}{members}</theBooking>{more}")

    def schedule(self, booking: int) -> None:
        """Schedule a booking."""
        self.about("scheduleBooking", booking, f"<primaryOrderNumber/>{WINDOW}")


def create_booking(drs: Simulator) -> int:
    """The id of a booking that a caller has scheduled."""
    caller = Caller(drs)
    booking = caller.order()
    caller.schedule(booking)
    return booking


def move_booking(drs: Simulator, booking: int, to: int) -> None:
    """A planner moves the booking."""
    with AdminClient(drs.url.split("/OT")[0]) as admin:
        admin.move(booking, DAYS[to], DAYS[to] + SLOT)


def with_ordering(**settings: object) -> Profile:
    """Lincoln with other settings of ordering."""
    profile = changed(load_profile("lincoln"), ordering=settings)
    assert isinstance(profile, Profile)
    return profile


def pending(drs: Simulator) -> int:
    """How many messages were not received yet."""
    return len(drs.export_state().confirmations)


def wait_until(holds: Callable[[], bool], seconds: float = 10) -> None:
    """Wait until something holds; fail after ``seconds``."""
    deadline = monotonic() + seconds
    while not holds():
        assert monotonic() < deadline, "It did not come to hold in time."
        sleep(0.02)
