"""What is found out before a verification: whether there is a DRS that lets us in, and what time it is there."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from drs_contracts.driver.driver import DrsDriver, TestData
from drs_contracts.driver.messages import Exchange, NoEnvelopeError, request
from drs_contracts.driver.targets import UrlTarget
from drs_contracts.errors import ClauseBroken, ContractsError
from drs_contracts.xml import NotXmlError, parse_xml

_DEFINITIONS = "{http://schemas.xmlsoap.org/wsdl/}definitions"
_TOLERANCE = timedelta(minutes=2)


class NotReadyError(ContractsError):
    """What answers is no DRS, or does not let us in."""


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

    Raises:
        NotReadyError: There is no description, or no session.
        UnreachableError: Nothing answers.
    """
    described = target.wsdl()
    if not _is_description(described.body):
        raise NotReadyError(
            f"{target.url}?wsdl gives no WSDL (HTTP {described.status}).", "Is this the address of the SOAP service?"
        )
    opened = _call(target, "openSession", login=target.login, password=target.password)
    try:
        session, refusal = opened.text("sessionId"), opened.text("errorMsg") or opened.fault
    except NoEnvelopeError as error:
        raise NotReadyError(
            f"openSession is answered by {error}.", "Is this the address of the SOAP service?"
        ) from None
    if not session:
        told = (refusal or "no session, and no reason").rstrip(".")
        raise NotReadyError(f"The login {target.login} is refused: {told}.", "Set --login and --password.")
    _call(target, "closeSession", sessionId=session)


def compare_clocks(target: UrlTarget, data: TestData, *, may_write: bool) -> ClockDifference | None:
    """Compare the clock of the DRS with the one here; where they differ, the target goes by that of the DRS.

    The time there is known from the simulator's admin interface if the target has one; else from the dates of a new
    order, which is deleted again, if ``may_write``; else from the Date header of an answer.

    Raises:
        UnreachableError: Nothing answers.
    """
    here = datetime.now(UTC)
    if target.has_clock:
        found = ClockDifference(target.now().astimezone(data.zone), here, "its admin interface")
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
    with suppress(ClauseBroken, NoEnvelopeError, ValueError), DrsDriver(target, data) as drs:
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
    body = request(operation, members)
    return Exchange(operation, body, target.post(body))
