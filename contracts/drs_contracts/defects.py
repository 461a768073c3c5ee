"""Simulators that are wrong in one way each. For every clause there is the defect that it catches.

A clause that catches no defect cannot fail, and says nothing about a DRS that keeps it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from drs_simulator import Profile, Simulator
from lxml import etree

from drs_contracts.message import NAMESPACE, SOAP, Reply
from drs_contracts.target import SimulatorTarget

_CLOCK = "fixed@2021-10-22T12:20:59.555+01:00"
_OK = 200


class _Broken(SimulatorTarget):
    """A simulator whose requests and replies pass through a defect."""

    def __init__(self, simulator: Simulator, defect: Defect) -> None:
        super().__init__(simulator)
        self._defect = defect
        self._memory: dict[str, Any] = {}

    def post(self, body: bytes) -> Reply:
        """Send a request through the defect."""
        return self._defect.between(body, super().post, self._memory)

    def renew(self) -> None:
        """Forget also what the defect kept."""
        super().renew()
        self._memory.clear()

    def move_clock(self, by: timedelta) -> None:
        """Set the clock, unless the defect is that it stands."""
        if not self._defect.stops_clock:
            super().move_clock(by)


Send = Callable[[bytes], Reply]
Between = Callable[[bytes, Send, dict[str, Any]], Reply]


def _straight(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
    del memory
    return send(body)


@dataclass(frozen=True, slots=True)
class Defect:
    """One way to be wrong.

    Args:
        statement: What the defective DRS does.
        caught_by: The clause that catches it.
        settings: Tables of the profile that are set otherwise.
        between: What happens between a caller and a sound simulator.
        stops_clock: Whether its clock cannot be moved.
    """

    statement: str
    caught_by: str
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    between: Between = _straight
    stops_clock: bool = False

    def target(self, profile: Profile, seed: int = 0) -> SimulatorTarget:
        """A simulator with the defect, set up with ``profile`` otherwise."""
        tables = profile.model_dump()
        for table, values in self.settings.items():
            tables[table] = tables[table] | values
        return _Broken(Simulator(Profile.model_validate(tables), clock=_CLOCK, seed=seed), self)


def _requests(pattern: str, by: str) -> Between:
    """Requests are changed before they are read."""
    compiled = re.compile(pattern.encode(), re.DOTALL)

    def between(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
        del memory
        return send(compiled.sub(by.encode(), body))

    return between


def _replies(pattern: str, by: str) -> Between:
    """Replies are changed before they are sent."""
    compiled = re.compile(pattern.encode(), re.DOTALL)

    def between(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
        del memory
        reply = send(body)
        return Reply(reply.status, reply.content_type, compiled.sub(by.encode(), reply.body))

    return between


def _refuses(pattern: str) -> Between:
    """Requests in which the pattern occurs are refused, though they are right."""
    compiled = re.compile(pattern.encode(), re.DOTALL)

    def between(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
        del memory
        return _told(body, "error", "<errorMsg>No</errorMsg>") if compiled.search(body) else send(body)

    return between


def _swallows(pattern: str, after: int = 0) -> Between:
    """Requests in which the pattern occurs are answered with success and forgotten, but for the first ``after``."""
    compiled = re.compile(pattern.encode(), re.DOTALL)

    def between(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
        if not compiled.search(body):
            return send(body)
        memory["met"] = memory.get("met", 0) + 1
        return send(body) if memory["met"] <= after else _told(body, "success", "")

    return between


def _faults(pattern: str) -> Between:
    """Requests in which the pattern occurs are answered with a fault, though they are right."""
    compiled = re.compile(pattern.encode(), re.DOTALL)

    def between(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
        del memory
        return send(b"") if compiled.search(body) else send(body)

    return between


def _told(body: bytes, status: str, message: str) -> Reply:
    operation = etree.QName(etree.fromstring(body)[-1][0]).localname
    text = (
        f'<soap:Envelope xmlns:soap="{SOAP}"><soap:Body><ns1:{operation}Response xmlns:ns1="{NAMESPACE}">'
        f'<return xmlns:ns2="{NAMESPACE}">{message}<id>0</id><status>{status}</status></return>'
        f"</ns1:{operation}Response></soap:Body></soap:Envelope>"
    )
    return Reply(_OK, "text/xml;charset=UTF-8", text.encode())


def _one_session_for_all(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
    if b"<openSession>" not in body:
        return send(body)
    return memory.setdefault("session", send(body))  # type: ignore[no-any-return]


def _lends_a_session(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
    lent = memory.get("session", b"") if b"<sessionId>" not in body else b""
    reply = send(body.replace(b"<theOrder>", lent + b"<theOrder>"))
    given = re.search(rb"<sessionId>[^<]*</sessionId>", reply.body)
    if given:
        memory["session"] = given.group()
    return reply


def _honours_duration(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
    sent = re.search(rb"<duration>[^<]*</duration>", body)
    if sent:
        memory["duration"] = sent.group()
    reply = send(body)
    changed = re.sub(rb"<duration>[^<]*</duration>", memory.get("duration", rb"\g<0>"), reply.body)
    return Reply(reply.status, reply.content_type, changed)


def _gives_a_place_back(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
    if b"<scheduleBooking>" in body:
        memory["booked"] = memory.get("booked", 0) + 1
    reply = send(body)
    begin = b"NO" if memory.get("booked", 0) % 2 == 0 else b"YES"
    changed = re.sub(
        rb"<available>\w+</available>(<beginDate>[^<]*T12:)", b"<available>" + begin + rb"</available>\1", reply.body
    )
    return Reply(reply.status, reply.content_type, changed)


def _shortens_long_answers(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
    del memory
    reply = send(body)
    few_days = reply.body.count(b"<theSlots>") % 2 == 0
    changed = reply.body.replace(b">YES<", b">NO<") if few_days else reply.body
    return Reply(reply.status, reply.content_type, changed)


_SLOT_LIST = r"<slotsForDay>.*?</slotsForDay>"

DEFECTS: tuple[Defect, ...] = (
    Defect("session ids are upper case", "SES-01", between=_replies(r"<sessionId>\w+<", "<sessionId>ABCDEF<")),
    Defect("all callers get the same session", "SES-02", between=_one_session_for_all),
    Defect("a closed session can be closed again", "SES-03", between=_swallows("<closeSession>", after=1)),
    Defect("any password will do", "SES-04", between=_requests("<password>[^<]*<", "<password>drs<")),
    Defect("sessions outlive midnight", "SES-05", stops_clock=True),
    Defect("calls without a session are let in", "SES-06", between=_lends_a_session),
    Defect(
        "the last day is not listed",
        "AVL-01",
        between=_replies(r"(<theSlots>((?!<theSlots>).)*</theSlots>)</return>", "</return>"),
    ),
    Defect("the warning has another text", "AVL-02", {"availability": {"cap_warning": "limited to {cap} days"}}),
    Defect(
        "every answer has a warning", "AVL-03", between=_replies("<id>0</id>", "<errorMsg>Limited</errorMsg><id>0</id>")
    ),
    Defect(
        "weekends have slots",
        "AVL-04",
        {
            "availability": {
                "working_days": ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
            }
        },
    ),
    Defect("slots are in UTC", "AVL-05", between=_replies(r"(<beginDate>[^<]*T)08(:00:00)\+01:00", r"\g<1>07\2Z")),
    Defect("unavailable slots are best", "AVL-06", between=_replies("<available>YES<", "<available>NO<")),
    Defect(
        "the narrow slot is best", "AVL-07", between=_replies("(T08:00:00[^<]*</beginDate><bestSlot>)true", r"\1false")
    ),
    Defect(
        "order numbers must be known",
        "AVL-08",
        between=_refuses(r"<checkAvailability>.*<primaryOrderNumber>(?!anything<)"),
    ),
    Defect("users must be known", "AVL-09", between=_refuses(r"<checkAvailability>.*<userId>(?!drs-contracts<)")),
    Defect("the priority may be missing", "AVL-10", {"availability": {"priority_required": False}}),
    Defect(
        "New Year's Day is a holiday",
        "AVL-11",
        between=_replies(rf"(<day>\d+-01-01T[^/]*/day><nonWorkingDay>false</nonWorkingDay>)({_SLOT_LIST})+", r"\1"),
    ),
    Defect("availability depends on the period's length", "AVL-12", between=_shortens_long_answers),
    Defect(
        "a midnight end leaves its day out",
        "AVL-13",
        between=_requests(r"<periodEnd>([^<]*)T00:00:01[^<]*<", r"<periodEnd>2021-10-01T00:00:00<"),
    ),
    Defect("an order has no booking", "ORD-01", between=_replies("<theBookings>.*</theBookings>", "")),
    Defect("comments are not trimmed", "ORD-02", between=_replies("</orderComments>", " </orderComments>")),
    Defect("comments may be longer", "ORD-03", {"ordering": {"comments_limit": 300}}),
    Defect(
        "earliestBookingDate is ignored",
        "ORD-04",
        between=_requests("<earliestBookingDate>[^<]*</earliestBookingDate>", ""),
    ),
    Defect("token ids are short", "ORD-05", between=_replies(r"<tokenId>\w", "<tokenId>")),
    Defect("an unknown order has another text", "ORD-06", {"messages": {"order_unknown": "Not found"}}),
    Defect("an order number can be used again", "ORD-07", {"ordering": {"repeated_order_numbers": "accept"}}),
    Defect(
        "an unscheduled booking has times",
        "ORD-08",
        between=_replies("<theBookings>", "<theBookings><assignedStart>2021-10-26T08:00:00+01:00</assignedStart>"),
    ),
    Defect(
        "users are cut at eight characters", "ORD-09", between=_replies(r"<userId>([^<]{0,8})[^<]*<", r"<userId>\1<")
    ),
    Defect(
        "afternoons are offered but cannot be booked",
        "SCH-01",
        between=_refuses(r"<scheduleBooking>.*<planningWindowStart>[^<]*T12:"),
    ),
    Defect(
        "nobody is named for a scheduled booking", "SCH-02", between=_replies("<theResources>.*?</theResources>", "")
    ),
    Defect("a scheduled booking cannot be moved", "SCH-03", between=_swallows("<scheduleBooking>", after=1)),
    Defect("the order number must be sent", "SCH-04", between=_refuses(r"<scheduleBooking>.*<primaryOrderNumber>\s+<")),
    Defect("a reason left out is FIRST", "SCH-05", {"ordering": {"reason_when_scheduled_without": "FIRST"}}),
    Defect("the caller's duration counts", "SCH-06", between=_honours_duration),
    Defect(
        "without a window nothing is planned", "SCH-07", between=_refuses(r"<scheduleBooking>((?!planningWindow).)*$")
    ),
    Defect("a booking gives a place back", "SCH-08", between=_gives_a_place_back),
    Defect("a cancelled booking keeps its place", "SCH-09", between=_swallows("<deleteBooking>")),
    Defect("children are qualified", "WIR-01", between=_replies("<return ", f'<return xmlns="{NAMESPACE}" ')),
    Defect("an offset of zero is written out", "WIR-02", between=_replies(r"(T\d\d:\d\d:\d\d)Z", r"\1+00:00")),
    Defect("a date without offset is UTC", "WIR-03", between=_requests(r"(T\d\d:\d\d:\d\d)<", r"\1Z<")),
    Defect("elements must be in order", "WIR-04", between=_faults(r"<sessionId>.*<periodBegin>")),
    Defect("comments are not understood", "WIR-05", between=_faults("<!--")),
    Defect("the wrapper must have a namespace", "WIR-06", between=_faults("<openSession><openSession>")),
    Defect("a default namespace is accepted", "WIR-07", {"gateway": {"default_namespace_wrapper": "accept"}}),
    Defect("unknown elements are passed over", "WIR-08", between=_requests("locationId>", "locationID>")),
    Defect("a bad date is left out", "WIR-09", between=_requests("<periodBegin>notadate</periodBegin>", "")),
    Defect("unknown operations have another text", "WIR-10", between=_replies("Message part", "Operation")),
    Defect("SOAP 1.2 is understood", "WIR-11", between=_requests("http://www.w3.org/2003/05/soap-envelope", SOAP)),
)
