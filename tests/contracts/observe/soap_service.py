"""A service as small scripts write it: raw SOAP calls to a simulator, kept as traffic, with a clock that goes on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

from drs_contracts.driver.messages import Members, Reply, request
from drs_contracts.traffic.calls import Call, Traffic
from drs_simulator import FaultRule, Simulator
from drs_simulator.faults.effects import AnyEffect
from werkzeug.test import Client

SUMMER = "2021-10-18T09:00:00+01:00"
WINTER = "2021-12-01T09:00:00+00:00"
CODE, PLACE, OTHER_PLACE, PRIORITY = "N373049", "3670010", "3670020", "Priority 20 Days"
XML = "text/xml; charset=utf-8"
_PAUSE = timedelta(milliseconds=200)


class Wire:
    """The way to a simulator, on which answers and requests can get lost.

    Args:
        clock: The local time at which the script begins.
        profile: The simulator's profile.
    """

    def __init__(self, clock: str = SUMMER, profile: str = "lincoln") -> None:
        self.drs = Simulator(profile, clock=f"fixed@{clock}", seed=1)
        self.calls: list[Call] = []
        self.lost_answers: Counter[str] = Counter()
        self.is_down = False
        self._client = Client(self.drs.wsgi)

    @property
    def traffic(self) -> Traffic:
        return Traffic("a script", tuple(self.calls))

    def wait(self, **period: float) -> None:
        self.drs.clock.shift(timedelta(**period))

    def fail(self, operation: str, effect: AnyEffect) -> None:
        """Let the next call of an operation go wrong."""
        self.drs.faults.add(FaultRule(operation=operation, times=1, effect=effect))

    def post(self, operation: str, members: Members, content_type: str = XML) -> Call:
        """Send a call; while DRS is down, or where the answer gets lost, it comes back without one."""
        sent, started = request(operation, members), self.drs.clock.now()
        reply = Reply(503, "text/html", b"<p>Service Unavailable</p>")
        if not self.is_down:
            answer = self._client.post(self.drs.path, data=sent, content_type=content_type)
            reply = Reply(answer.status_code, answer.content_type or "", answer.data)
        if self.lost_answers[operation]:
            self.lost_answers[operation] -= 1
            reply = Reply(0, "", b"")
        call = Call(f"call {len(self.calls) + 1}", sent, reply, content_type, started, 0.2)
        self.calls.append(call)
        self.drs.clock.shift(_PAUSE)
        return call


@dataclass
class Service:
    """One worker of a service, with its own session."""

    wire: Wire = field(default_factory=Wire)
    session: str = ""
    numbers: count[int] = field(default_factory=lambda: count(10000047))

    def call(self, operation: str, members: Members, content_type: str = XML) -> Call:
        return self.wire.post(operation, {"sessionId": self.session, **members}, content_type)

    def open(self, password: str = "") -> Call:
        drs = self.wire.drs
        call = self.wire.post("openSession", {"login": drs.login, "password": password or drs.password})
        self.session = call.given("sessionId") or self.session
        return call

    def close(self) -> Call:
        return self.call("closeSession", {})

    def search(self, begin: str, end: str, number: str = "0", **order: str) -> Call:
        return self.call("checkAvailability", {"periodBegin": begin, "periodEnd": end, "theOrder": work(number, order)})

    def create(self, number: str, target: str = "2021-11-30T23:59:59+00:00", **order: str) -> Call:
        own = {"orderComments": f"Repair {number}", "targetDate": target, **order}
        return self.call("createOrder", {"theOrder": work(number, own)})

    def schedule(self, booking: str, number: str, slot: tuple[str, str], **more: str) -> Call:
        begin, end = slot
        window = {"planningWindowEnd": end, "planningWindowStart": begin, "primaryOrderNumber": number}
        return self.call("scheduleBooking", {"theBooking": {"bookingId": booking, **window, **more}})

    def cancel(self, booking: str, number: str, contract: str = "0") -> Call:
        named = {"bookingId": booking, "contract": contract, "primaryOrderNumber": number}
        return self.call("deleteBooking", {"theBooking": named})

    def show(self, number: str) -> Call:
        return self.call("selectOrder", {"primaryOrderNumber": number})

    def delete(self, number: str, **order: str) -> Call:
        return self.call("deleteOrder", {"theOrder": {"primaryOrderNumber": number, **order}})

    def book(self, number: str = "", slot: int = 0, place: str = PLACE) -> tuple[str, str, list[tuple[str, str]]]:
        """Search, create and schedule; return number, bookingId and the slots that were offered."""
        number = number or str(next(self.numbers))
        today = self.wire.drs.clock.now().date()
        period = [f"{today + timedelta(days=days)}T12:00:00" for days in (1, 5)]
        offered = slots(self.search(*period, locationID=place))
        booking = booking_of(self.create(number, locationID=place))
        assert self.schedule(booking, number, offered[slot]).succeeded
        return number, booking, offered


def work(number: str, order: Members) -> Members:
    code = {"itemNumberWithinBooking": "1", "primaryOrderNumber": number, "quantity": "1"}
    codes = {"theBookingCodes": {"bookingCodeSORCode": CODE, **code}}
    own = {"contract": "0", "locationID": PLACE, "primaryOrderNumber": number, "priority": PRIORITY}
    return {**own, "userId": "repairs@example.org", **order, **codes}


def slots(search: Call) -> list[tuple[str, str]]:
    """The available slots of an answer."""
    found = [] if search.answer is None else search.answer.findall("theSlots/slotsForDay")
    return [
        (each.findtext("beginDate", ""), each.findtext("endDate", ""))
        for each in found
        if each.findtext("available") == "YES"
    ]


def booking_of(call: Call) -> str:
    """The first bookingId of an answer."""
    found = [] if call.answer is None else list(call.answer.iter("bookingId"))
    assert found, call.message
    return found[0].text or ""
