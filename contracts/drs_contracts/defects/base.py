"""What a defect is: a simulator that is wrong in one way, and the ways in which one can be."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from drs_simulator import Profile, Simulator
from lxml import etree

from drs_contracts.driver.messages import NAMESPACE, SOAP, Reply
from drs_contracts.driver.targets import SimulatorTarget

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

    def wsdl(self) -> Reply:
        """Describe the interface, without what the defect hides."""
        reply = super().wsdl()
        hidden = self._defect.hides.encode() or b"nothing"
        body = re.sub(
            rb'<wsdl:operation name="' + hidden + rb'">.*?</wsdl:operation>', b"", reply.body, flags=re.DOTALL
        )
        return Reply(reply.status, reply.content_type, body)

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
        hides: An operation that its interface description does not have.
    """

    statement: str
    caught_by: str
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    between: Between = _straight
    stops_clock: bool = False
    hides: str = ""

    def target(self, profile: Profile, seed: int = 0) -> SimulatorTarget:
        """A simulator with the defect, set up with ``profile`` otherwise."""
        tables = profile.model_dump()
        for table, values in self.settings.items():
            tables[table] = tables[table] | values
        return _Broken(Simulator(Profile.model_validate(tables), clock=_CLOCK, seed=seed), self)


def requests(pattern: str, by: str) -> Between:
    """Requests are changed before they are read."""
    compiled = re.compile(pattern.encode(), re.DOTALL)

    def between(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
        del memory
        return send(compiled.sub(by.encode(), body))

    return between


def replies(pattern: str, by: str) -> Between:
    """Replies are changed before they are sent."""
    compiled = re.compile(pattern.encode(), re.DOTALL)

    def between(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
        del memory
        reply = send(body)
        return Reply(reply.status, reply.content_type, compiled.sub(by.encode(), reply.body))

    return between


def refuses(pattern: str) -> Between:
    """Requests in which the pattern occurs are refused, though they are right."""
    compiled = re.compile(pattern.encode(), re.DOTALL)

    def between(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
        del memory
        return _told(body, "error", "<errorMsg>No</errorMsg>") if compiled.search(body) else send(body)

    return between


def swallows(pattern: str, after: int = 0) -> Between:
    """Requests in which the pattern occurs are answered with success and forgotten, but for the first ``after``."""
    compiled = re.compile(pattern.encode(), re.DOTALL)

    def between(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
        if not compiled.search(body):
            return send(body)
        memory["met"] = memory.get("met", 0) + 1
        return send(body) if memory["met"] <= after else _told(body, "success", "")

    return between


def forgives(pattern: str) -> Between:
    """What is answered with the pattern is answered with success instead."""
    compiled = re.compile(pattern.encode(), re.DOTALL)

    def between(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
        del memory
        reply = send(body)
        return _told(body, "success", "") if compiled.search(reply.body) else reply

    return between


def faults(pattern: str) -> Between:
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
