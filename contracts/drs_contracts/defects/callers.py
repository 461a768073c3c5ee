"""Callers that are wrong in one way each. For every clause that binds callers there is the defect that it catches.

A defect changes what a sound caller sent; the answers stay what they were, unless the answer is the sign of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias

from drs_contracts.driver.messages import NAMESPACE, SOAP, Reply
from drs_contracts.traffic.calls import Call, Traffic

_SERVER_ERROR = 500

Spoil: TypeAlias = Callable[[tuple[Call, ...]], Iterable[Call]]


@dataclass(frozen=True, slots=True)
class CallerDefect:
    """One way for a caller to be wrong.

    Args:
        statement: What the defective caller does.
        caught_by: The clause that catches it.
        spoil: Makes a sound caller's calls its own.
        also_noticed_by: Clauses that cannot but notice it too.
    """

    statement: str
    caught_by: str
    spoil: Spoil
    also_noticed_by: tuple[str, ...] = ()

    def traffic(self, sound: Traffic) -> Traffic:
        """What the defective caller sends in the place of a sound one, which finds, books, moves and cancels."""
        return Traffic(f"{sound.source}, but {self.statement}", tuple(self.spoil(sound.calls)))


def _sends(operation: str, pattern: str, by: str) -> Spoil:
    """Requests of an operation are changed, of all operations where it is empty."""
    compiled = re.compile(pattern.encode(), re.DOTALL)

    def spoil(calls: tuple[Call, ...]) -> Iterable[Call]:
        for call in calls:
            is_meant = operation in ("", call.operation)
            yield replace(call, sent=compiled.sub(by.encode(), call.sent)) if is_meant else call

    return spoil


def _leaves_out(*operations: str) -> Spoil:
    """Operations are never called."""
    return lambda calls: (call for call in calls if call.operation not in operations)


def _repeats(is_meant: Callable[[Call], bool]) -> Spoil:
    """The first call that is meant is sent once more, right after."""

    def spoil(calls: tuple[Call, ...]) -> Iterable[Call]:
        chosen = next(call for call in calls if is_meant(call))
        for call in calls:
            yield call
            if call is chosen:
                yield replace(call)

    return spoil


def _opens_late(calls: tuple[Call, ...]) -> Iterable[Call]:
    first, second, *others = calls
    return [second, first, *others]


def _closes_early(calls: tuple[Call, ...]) -> Iterable[Call]:
    *others, before, last = calls
    return [*others, last, before]


def _books_what_is_taken(calls: tuple[Call, ...]) -> Iterable[Call]:
    for call in calls:
        body = call.reply.body.replace(b"<available>YES<", b"<available>NO<")
        yield replace(call, reply=replace(call.reply, body=body))


def _is_unreadable(calls: tuple[Call, ...]) -> Iterable[Call]:
    first, *others = calls
    fault = (
        f'<soap:Envelope xmlns:soap="{SOAP}"><soap:Body><soap:Fault><faultcode>soap:Client</faultcode>'
        "<faultstring>Unmarshalling Error: soon</faultstring></soap:Fault></soap:Body></soap:Envelope>"
    )
    return [first, replace(first, reply=Reply(_SERVER_ERROR, "text/xml", fault.encode())), *others]


CALLER_DEFECTS: tuple[CallerDefect, ...] = (
    CallerDefect("SOAP 1.2 is sent", "CAL-01", _sends("", SOAP, "http://www.w3.org/2003/05/soap-envelope")),
    CallerDefect(
        "an operation is misspelled", "CAL-02", _sends("deleteBooking", r"(</?\w+:)deleteBooking", r"\1cancelBooking")
    ),
    CallerDefect(
        "the wrapper is in a default namespace",
        "CAL-03",
        _sends(
            "closeSession",
            r'<\w+:closeSession xmlns:\w+="[^"]*"><closeSession>(.*)</\w+:closeSession>',
            rf'<closeSession xmlns="{NAMESPACE}"><closeSession xmlns="">\1</closeSession>',
        ),
    ),
    CallerDefect(
        "a member is qualified",
        "CAL-04",
        _sends("closeSession", "<sessionId>(.*)</sessionId>", rf'<a:sessionId xmlns:a="{NAMESPACE}">\1</a:sessionId>'),
    ),
    CallerDefect(
        "the place is written locationId",
        "CAL-05",
        _sends("checkAvailability", "locationID>", "locationId>"),
        ("CAL-10", "CAL-20"),
    ),
    CallerDefect("the XML says UTF-16, as a .NET string does", "CAL-06", _sends("openSession", "utf-8", "utf-16")),
    CallerDefect("dates are British", "CAL-07", _sends("", r"<targetDate>(\d+)-(\d+)-(\d+)", r"<targetDate>\3/\2/\1")),
    CallerDefect(
        "the period's ends are exchanged",
        "CAL-08",
        _sends(
            "checkAvailability",
            "<periodBegin>(.*)</periodBegin><periodEnd>(.*)</periodEnd>",
            r"<periodBegin>\2</periodBegin><periodEnd>\1</periodEnd>",
        ),
        ("CAL-25",),
    ),
    CallerDefect("no session is sent", "CAL-09", _sends("scheduleBooking", "<sessionId>.*</sessionId>", "")),
    CallerDefect("the contract is left out", "CAL-10", _sends("createOrder", "<contract>0</contract>", "")),
    CallerDefect(
        "availability is asked for without a priority",
        "CAL-11",
        _sends("checkAvailability", "<priority>.*</priority>", ""),
    ),
    CallerDefect(
        "the order number differs within the request",
        "CAL-12",
        _sends(
            "createOrder", r"<primaryOrderNumber>(\w+)(</primaryOrderNumber><quantity>)", r"<primaryOrderNumber>1\2"
        ),
    ),
    CallerDefect(
        "comments are not cut",
        "CAL-13",
        _sends("createOrder", "<orderComments>[^<]*<", f"<orderComments>{256 * 'x'}<"),
    ),
    CallerDefect("items count from 0", "CAL-14", _sends("", "(<itemNumberWithinBooking>)1<", r"\g<1>0<")),
    CallerDefect("a request cannot be read, and is sent anew", "CAL-15", _is_unreadable),
    CallerDefect("a session is opened after the first call", "CAL-16", _opens_late),
    CallerDefect("the session is closed before the last call", "CAL-17", _closes_early),
    CallerDefect("sessions are left open", "CAL-18", _leaves_out("closeSession")),
    CallerDefect("a lapsed session is tried again", "CAL-19", _repeats(lambda call: call.session_refused)),
    CallerDefect("slots without room are booked", "CAL-20", _books_what_is_taken),
    CallerDefect(
        "local time is taken for UTC",
        "CAL-21",
        _sends("scheduleBooking", r"(<planningWindow\w+>[^<+]*)\+01:00<", r"\1Z<"),
    ),
    CallerDefect(
        "the order's id is sent for the booking's",
        "CAL-22",
        _sends("scheduleBooking", r"<bookingId>\d+<", "<bookingId>1<"),
    ),
    CallerDefect("what is booked is never scheduled", "CAL-23", _leaves_out("scheduleBooking", "deleteBooking")),
    CallerDefect(
        "createOrder is repeated without a look", "CAL-24", _repeats(lambda call: call.operation == "createOrder")
    ),
    CallerDefect(
        "the days over the cap are skipped",
        "CAL-25",
        _sends("checkAvailability", r"<periodBegin>2021-10-29T00:00:00\+01:00<", "<periodBegin>2021-11-01T00:00:00Z<"),
    ),
    CallerDefect(
        "a refused priority is tried again",
        "CAL-26",
        _repeats(lambda call: call.refused and call.text("theOrder/priority") is not None),
    ),
)
