"""What is found out before a verification: whether there is a DRS that lets us in, and what time it is there."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TypeVar

from drs_contracts.driver.driver import DrsDriver
from drs_contracts.driver.installation import TestData
from drs_contracts.driver.messages import Exchange, NoEnvelopeError, Reply, request
from drs_contracts.driver.targets import UnreachableError, UrlTarget
from drs_contracts.errors import ClauseBroken, ContractsError
from drs_contracts.xml import NotXmlError, parse_xml

_DEFINITIONS = "{http://schemas.xmlsoap.org/wsdl/}definitions"
_TOLERANCE = timedelta(minutes=2)
_Answer = TypeVar("_Answer")
_TRIES = 8
_PAUSE_SECONDS = 0.1
_SHORT_SECONDS = 2.0


class NotReadyError(ContractsError):
    """What answers is not a DRS, or does not let us in."""


@dataclass(frozen=True, slots=True)
class ClockDifference:
    """The clock of the DRS differs from the one here.

    Args:
        there: The time there, aware.
        here: The time here, aware.
        known_from: Where the time there is known from, in words.
    """

    there: datetime
    here: datetime
    known_from: str

    def __str__(self) -> str:
        there, here = (f"{each:%d %B %Y %H:%M}" for each in (self.there, self.here.astimezone(self.there.tzinfo)))
        return f"The clock of the DRS says {there} ({self.known_from}), the one here {here}."


def check_ready(target: UrlTarget) -> None:
    """Fetch the interface description, and open and close a session.

    A DRS that fails now and then is asked several times: what it does to a clause is for the report.

    Raises:
        NotReadyError: There is no description, or no session.
        UnreachableError: Nothing answers.
    """
    described = _try_often(target.wsdl)
    if not _is_description(described.body):
        raise NotReadyError(
            f"{target.url}?wsdl gives no WSDL (HTTP {described.status}).", "Is this the address of the SOAP service?"
        )
    try:
        opened = _try_often(lambda: _call(target, "openSession", login=target.login, password=target.password))
    except NoEnvelopeError as error:
        raise NotReadyError(
            f"openSession is answered by {error}.", "Is this the address of the SOAP service?"
        ) from None
    session, refusal = opened.text("sessionId"), opened.text("errorMsg") or opened.fault
    if not session:
        told = (refusal or "no session, and no reason").rstrip(".")
        raise NotReadyError(f"The login {target.login} is refused: {told}.", "Set --login and --password.")
    with suppress(UnreachableError, NoEnvelopeError):
        _call(target, "closeSession", sessionId=session)


def _try_often(ask: Callable[[], _Answer]) -> _Answer:
    """Ask until there is an answer that is none of a server in trouble; the last failure counts."""
    for _ in range(_TRIES - 1):
        began = time.monotonic()
        try:
            answer = ask()
        except (UnreachableError, NoEnvelopeError):
            if time.monotonic() - began > _SHORT_SECONDS:
                # It was waited for. Once is enough.
                raise
        else:
            if not (isinstance(answer, Reply) and answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR):
                return answer
        time.sleep(_PAUSE_SECONDS)
    return ask()


def compare_clocks(target: UrlTarget, data: TestData, *, may_write: bool) -> ClockDifference | None:
    """Compare the clock of the DRS with the one here; where they differ, the target goes by that of the DRS.

    The time there is known from the simulator's admin interface if the target has one; else from the dates of a new
    order, which is deleted again, if ``may_write``; else from the Date header of an answer. ``None`` where they agree,
    or where the time there cannot be found out.
    """
    here = datetime.now(UTC)
    if target.has_clock:
        try:
            there = target.now().astimezone(data.zone)
        except UnreachableError:
            return None
        found = ClockDifference(there, here, "its admin interface")
    else:
        order = _read_time_of_order(target, data) if may_write else None
        if order is not None:
            found = ClockDifference(order, here, "the dates of a new order")
        elif target.http_date is not None:
            found = ClockDifference(target.http_date.astimezone(data.zone), here, "the Date header of its answers")
        else:
            return None
    if abs(found.there - found.here) < _TOLERANCE:
        return None
    target.ahead = found.there - found.here
    return found


def _read_time_of_order(target: UrlTarget, data: TestData) -> datetime | None:
    """The time of the DRS when it creates an order; ``None`` where it does not tell."""
    with suppress(ClauseBroken, ContractsError, ValueError), DrsDriver(target, data) as drs:
        created = drs.create_order().exchange
        read = created.time("theOrder/theBookings/planningWindowStart")
        return read.astimezone(data.zone) if read.tzinfo else read.replace(tzinfo=data.zone)
    return None


def _is_description(body: bytes) -> bool:
    try:
        return parse_xml(body).tag == _DEFINITIONS
    except NotXmlError:
        return False


def _call(target: UrlTarget, operation: str, **members: str) -> Exchange:
    """Send a call.

    Raises:
        NoEnvelopeError: What answers is not SOAP.
    """
    body = request(operation, members)
    exchange = Exchange(operation, body, target.post(body))
    _ = exchange.envelope
    return exchange
