"""A defect of a caller: one way to be wrong, and the alterations of a sound caller's calls that make it.

A defect alters the calls of a caller without defects. The answers stay the same, except where a defect shows in one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeAlias

from drs_contracts.driver.messages import NAMESPACE, SOAP, Members, Reply, request
from drs_contracts.traffic.calls import Call, Traffic

_OK = 200

Alteration: TypeAlias = Callable[[tuple[Call, ...]], Iterable[Call]]
"""Takes the calls of a caller without defects; gives those of a defective one."""


@dataclass(frozen=True, slots=True)
class CallerDefect:
    """One way for a caller to be wrong.

    Args:
        statement: What the defective caller does.
        caught_by: The id of the clause that catches it.
        alter: Makes the calls of the defective caller.
        also_noticed_by: The ids of other clauses that notice it too.
    """

    statement: str
    caught_by: str
    alter: Alteration
    also_noticed_by: tuple[str, ...] = ()

    def traffic(self, correct: Traffic) -> Traffic:
        """Return what the defective caller sends where a correct one finds, books, moves and cancels."""
        return Traffic(f"{correct.source}, but {self.statement}", tuple(self.alter(correct.calls)))


def rewrite(operation: str, pattern: str, replacement: str) -> Alteration:
    """Replace a pattern in the requests of one operation, or of all where ``operation`` is empty."""
    compiled = re.compile(pattern.encode(), re.DOTALL)

    def alter(calls: tuple[Call, ...]) -> Iterable[Call]:
        for call in calls:
            is_meant = operation in ("", call.operation)
            yield replace(call, sent=compiled.sub(replacement.encode(), call.sent)) if is_meant else call

    return alter


def leave_out(*operations: str) -> Alteration:
    """Never call these operations."""
    return lambda calls: (call for call in calls if call.operation not in operations)


def repeat(is_meant: Callable[[Call], bool]) -> Alteration:
    """Send the first call that is meant twice in a row."""

    def alter(calls: tuple[Call, ...]) -> Iterable[Call]:
        chosen = next(call for call in calls if is_meant(call))
        for call in calls:
            yield call
            if call is chosen:
                yield replace(call)

    return alter


def with_answer(call: Call, old: bytes, new: bytes) -> Call:
    """The call with another answer."""
    return replace(call, reply=replace(call.reply, body=call.reply.body.replace(old, new)))


def with_text(call: Call, old: bytes, new: bytes) -> Call:
    """The call with another request."""
    return replace(call, sent=call.sent.replace(old, new))


def refused(call: Call) -> Call:
    """The call as DRS declines it."""
    return with_answer(call, b"<status>success<", b"<status>error<")


def lost(call: Call) -> Call:
    """The call without an answer."""
    return replace(call, reply=Reply(0, "", b""))


def later(call: Call, seconds: float) -> Call:
    """The call, sent that number of seconds later."""
    return call if call.started is None else replace(call, started=call.started + timedelta(seconds=seconds))


def like(call: Call, operation: str, members: Members, inside: str = "") -> Call:
    """A call of another operation in the same session at the same time, with success and ``inside`` as its answer."""
    answer = (
        f'<soap:Envelope xmlns:soap="{SOAP}"><soap:Body><ns1:{operation}Response xmlns:ns1="{NAMESPACE}">'
        f"<return>{inside}<id>0</id><status>success</status></return></ns1:{operation}Response></soap:Body>"
        "</soap:Envelope>"
    )
    session = {} if operation == "openSession" else {"sessionId": call.session}
    sent = request(operation, {**session, **members})
    return replace(call, sent=sent, reply=Reply(_OK, "text/xml;charset=UTF-8", answer.encode()))


def before_the_end(make: Callable[[Call], Iterable[Call]]) -> Alteration:
    """Send further calls before the last closeSession; ``make`` gets that call."""

    def alter(calls: tuple[Call, ...]) -> Iterable[Call]:
        *others, last = calls
        return [*others, *make(last), last]

    return alter
