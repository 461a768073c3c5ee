"""A defect: a simulator that is wrong in one way, and the kinds of ways."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeAlias

from drs_simulator import Profile, Simulator
from lxml import etree

from drs_contracts.driver.messages import NAMESPACE, SOAP, Reply
from drs_contracts.driver.targets import SimulatorTarget
from drs_contracts.xml import parse_xml

_CLOCK = "fixed@2021-10-22T12:20:59.555+01:00"
_OK = 200


class _DefectiveTarget(SimulatorTarget):
    """A simulator whose requests and responses pass through a defect."""

    def __init__(self, simulator: Simulator, defect: Defect) -> None:
        super().__init__(simulator)
        self._defect = defect
        self._memory: dict[str, Any] = {}

    def post(self, body: bytes) -> Reply:
        """Send a request through the defect."""
        return self._defect.intercept(body, super().post, self._memory)

    def wsdl(self) -> Reply:
        """Describe the interface, without the operation that the defect hides."""
        reply = super().wsdl()
        hidden = self._defect.hidden_operation
        if not hidden:
            return reply
        operation = rf'<wsdl:operation name="{hidden}">.*?</wsdl:operation>'.encode()
        return Reply(reply.status, reply.content_type, re.sub(operation, b"", reply.body, flags=re.DOTALL))

    def renew(self) -> None:
        """Reset the simulator, and what the defect remembers."""
        super().renew()
        self._memory.clear()

    def move_clock(self, by: timedelta) -> None:
        """Set the clock, unless the defect stops it."""
        if not self._defect.stops_clock:
            super().move_clock(by)

    def callbacks(self) -> tuple[bytes, ...]:
        """Show what the simulator posts, as the defect posts it."""
        return self._defect.post_callbacks(super().callbacks())


Send: TypeAlias = Callable[[bytes], Reply]
Interceptor: TypeAlias = Callable[[bytes, Send, dict[str, Any]], Reply]
"""Answers a request: takes its body, the way to the simulator without the defect, and what the defect remembers."""


def _pass_on(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
    del memory
    return send(body)


def _post_all(messages: tuple[bytes, ...]) -> tuple[bytes, ...]:
    return messages


@dataclass(frozen=True, slots=True)
class Defect:
    """One way for a DRS to be wrong.

    Args:
        statement: What the defective DRS does.
        caught_by: The id of the clause that catches it.
        settings: Settings that differ from the profile's, by table.
        intercept: Stands between the caller and a simulator without the defect.
        stops_clock: Whether its clock cannot be moved.
        hidden_operation: An operation that is missing from its interface description.
        profile_name: The profile in which it shows.
        post_callbacks: Returns what is posted to the council's service in place of what a sound DRS posts.
    """

    statement: str
    caught_by: str
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    intercept: Interceptor = _pass_on
    stops_clock: bool = False
    hidden_operation: str = ""
    profile_name: str = "lincoln"
    post_callbacks: Callable[[tuple[bytes, ...]], tuple[bytes, ...]] = _post_all

    def target(self, profile: Profile, seed: int = 0) -> SimulatorTarget:
        """Return a new simulator with the defect and, apart from it, with ``profile``."""
        tables = profile.model_dump()
        for table, values in self.settings.items():
            tables[table] = tables[table] | values
        drs = Simulator(Profile.model_validate(tables), clock=_CLOCK, seed=seed, holds_callbacks=True)
        return _DefectiveTarget(drs, self)


def rewrite_request(pattern: str, replacement: str) -> Interceptor:
    """Replace a pattern in each request before the simulator reads it."""
    compiled = _compiled(pattern)

    def intercept(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
        del memory
        return send(compiled.sub(replacement.encode(), body))

    return intercept


def rewrite_response(pattern: str, replacement: str) -> Interceptor:
    """Replace a pattern in each response before the caller gets it."""
    compiled = _compiled(pattern)

    def intercept(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
        del memory
        reply = send(body)
        return Reply(reply.status, reply.content_type, compiled.sub(replacement.encode(), reply.body))

    return intercept


def refuses(pattern: str) -> Interceptor:
    """Refuse each request in which the pattern occurs, though it is right."""
    compiled = _compiled(pattern)

    def intercept(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
        del memory
        return make_response(body, "error", "<errorMsg>No</errorMsg>") if compiled.search(body) else send(body)

    return intercept


def accepts(pattern: str) -> Interceptor:
    """Report success in place of each response in which the pattern occurs."""
    compiled = _compiled(pattern)

    def intercept(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
        del memory
        reply = send(body)
        return make_response(body, "success", "") if compiled.search(reply.body) else reply

    return intercept


def drops(pattern: str, after: int = 0) -> Interceptor:
    """Report success for each request in which the pattern occurs and do nothing, except for the first ``after``."""
    compiled = _compiled(pattern)

    def intercept(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
        if not compiled.search(body):
            return send(body)
        memory["requests"] = memory.get("requests", 0) + 1
        return send(body) if memory["requests"] <= after else make_response(body, "success", "")

    return intercept


def faults(pattern: str) -> Interceptor:
    """Answer each request in which the pattern occurs with a fault, though it is right."""
    compiled = _compiled(pattern)

    def intercept(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
        del memory
        return send(b"") if compiled.search(body) else send(body)

    return intercept


def make_response(body: bytes, status: str, message: str) -> Reply:
    """Make the reply to a request: its status, after a message that is XML already."""
    operation = etree.QName(parse_xml(body)[-1][0]).localname
    text = (
        f'<soap:Envelope xmlns:soap="{SOAP}"><soap:Body><ns1:{operation}Response xmlns:ns1="{NAMESPACE}">'
        f'<return xmlns:ns2="{NAMESPACE}">{message}<id>0</id><status>{status}</status></return>'
        f"</ns1:{operation}Response></soap:Body></soap:Envelope>"
    )
    return Reply(_OK, "text/xml;charset=UTF-8", text.encode())


def _compiled(pattern: str) -> re.Pattern[bytes]:
    return re.compile(pattern.encode(), re.DOTALL)
