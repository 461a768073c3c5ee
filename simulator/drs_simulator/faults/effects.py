"""The effects of faults on a call. Each is a small value that TOML and JSON can carry.

An effect is a layer around the call and decides whether the call is carried out:

======================  ==================================================================================
before the call         ``delay``, ``delay_uniform``, ``delay_log_normal``, ``delay_lincoln``,
                        ``sessions_expired``, ``slot_taken``
instead of the call     ``http_status``, ``fault``, ``refusal``, ``login_page``, ``reset``
after the call, which   ``empty``, ``truncated``, ``garbage``, ``slow_response``, ``response_lost``,
is carried out          ``wrong_content_type``, ``extra_elements``
======================  ==================================================================================

Delays are real time, whatever the simulator's clock shows.
"""

from __future__ import annotations

import warnings
from abc import abstractmethod
from collections.abc import Callable, Mapping
from html import escape
from http import HTTPStatus
from math import exp, log
from random import Random
from typing import Annotated, Literal, Self

from lxml import etree
from pydantic import AfterValidator, Field, model_validator

from drs_simulator.exchange import Reply
from drs_simulator.faults.context import Effect, FaultContext
from drs_simulator.soap.envelope import serialize, write_fault, write_refusal
from drs_simulator.soap.interface import OPERATIONS
from drs_simulator.soap.soap_fault import FaultCode, SoapFault
from drs_simulator.xml import parse_xml

__all__ = [
    "AnyEffect",
    "Delay",
    "DelayLincoln",
    "DelayLogNormal",
    "DelayUniform",
    "DrsRefusal",
    "Empty",
    "ExtraElements",
    "Fault",
    "Garbage",
    "HttpStatus",
    "LoginPage",
    "Reset",
    "ResponseLost",
    "SessionsExpired",
    "SlotTaken",
    "SlowResponse",
    "Truncated",
    "WrongContentType",
]


_LONGEST_SECONDS = 3600
Seconds = Annotated[float, Field(ge=0, le=_LONGEST_SECONDS)]
# Names of version 0.1.0, accepted for one release.
_RENAMED_BOUNDS = {"least": "min", "most": "max"}
_RENAMED_CLASSES = {
    "AnswerLost": "ResponseLost",
    "PlaceTaken": "SlotTaken",
    "Refusal": "DrsRefusal",
    "SessionLost": "SessionsExpired",
    "SlowDrip": "SlowResponse",
}


def current_name(name: str, renamed: Mapping[str, str]) -> str:
    """Return the present name of something that may have been renamed, with a DeprecationWarning if it was."""
    if name not in renamed:
        return name
    warnings.warn(f"'{name}' is now '{renamed[name]}' in fault rules.", DeprecationWarning, stacklevel=3)
    return renamed[name]


def __getattr__(name: str) -> object:
    if name in _RENAMED_CLASSES:
        return globals()[current_name(name, _RENAMED_CLASSES)]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class _Wait(Effect):
    @abstractmethod
    def draw(self, random: Random) -> float:
        """Return the seconds that one call waits."""

    def apply(self, context: FaultContext, call_next: Callable[[], Reply]) -> Reply:
        """Wait before the call."""
        context.sleep(self.draw(context.random))
        return call_next()


class Delay(_Wait):
    """The call waits ``seconds``."""

    kind: Literal["delay"] = "delay"
    seconds: Seconds

    def draw(self, random: Random) -> float:  # noqa: ARG002 - no randomness
        """Return the same seconds for every call."""
        return self.seconds


class _BoundedWait(_Wait):
    min: Seconds = 0
    max: Seconds = _LONGEST_SECONDS

    @model_validator(mode="before")
    @classmethod
    def _rename_bounds(cls, settings: object) -> object:
        if not isinstance(settings, dict):
            return settings
        return {current_name(name, _RENAMED_BOUNDS): value for name, value in settings.items()}

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.min > self.max:
            raise ValueError(f"min ({self.min}) is more than max ({self.max})")
        return self


class DelayUniform(_BoundedWait):
    """The call waits between ``min`` and ``max`` seconds; every value is equally likely."""

    kind: Literal["delay_uniform"] = "delay_uniform"
    max: Seconds

    def draw(self, random: Random) -> float:
        """Return the seconds that one call waits."""
        return random.uniform(self.min, self.max)


class DelayLogNormal(_BoundedWait):
    """The call waits a log-normal time: half the calls longer than ``median`` seconds, a few of them much longer.

    A wait below ``min`` or above ``max`` becomes that bound.
    """

    kind: Literal["delay_log_normal"] = "delay_log_normal"
    median: Annotated[float, Field(gt=0, le=_LONGEST_SECONDS)]
    sigma: Annotated[float, Field(ge=0, le=5)]

    def draw(self, random: Random) -> float:
        """Return the seconds that one call waits."""
        return min(max(exp(random.normalvariate(log(self.median), self.sigma)), self.min), self.max)


class DelayLincoln(_Wait):
    """The call waits as long as checkAvailability took at Lincoln, measured over 300 calls (client).

    The minimum was 0.878 s, the mean 1.685 s, the maximum 4.835 s. The wait is log-normal with that mean and within
    those bounds; the longest of 300 waits is about the longest that was measured.
    """

    kind: Literal["delay_lincoln"] = "delay_lincoln"

    def draw(self, random: Random) -> float:
        """Return the seconds that one call waits."""
        return _AT_LINCOLN.draw(random)


_AT_LINCOLN = DelayLogNormal(median=1.548, sigma=0.398, min=0.878, max=4.835)

_HTML = "text/html; charset=utf-8"


def _check_xml(text: str) -> str:
    try:
        etree.Element("text").text = text
    except ValueError:
        raise ValueError("has characters that XML cannot carry") from None
    return text


def _check_header(text: str) -> str:
    if not text.isprintable() or not text.isascii():
        raise ValueError("must be one line of ASCII")
    return text


_XmlText = Annotated[str, AfterValidator(_check_xml)]
_HeaderText = Annotated[str, AfterValidator(_check_header)]


class HttpStatus(Effect):
    """A proxy in front of DRS answers with an HTTP status, with or without a body; the call does not reach DRS."""

    kind: Literal["http_status"] = "http_status"
    status: Annotated[int, Field(ge=200, le=599)]
    body: str = ""
    content_type: _HeaderText = _HTML

    def apply(self, context: FaultContext, call_next: Callable[[], Reply]) -> Reply:  # noqa: ARG002 - nothing is carried out
        """Answer with the status."""
        return Reply(self.status, self.body.encode(), self.content_type, broken=True)


class Fault(Effect):
    """DRS's platform answers with a SOAP fault; the call is not carried out."""

    kind: Literal["fault"] = "fault"
    text: _XmlText = "Error reading XMLStreamReader."
    code: FaultCode = "Server"

    def apply(self, context: FaultContext, call_next: Callable[[], Reply]) -> Reply:  # noqa: ARG002 - nothing is carried out
        """Answer with the fault."""
        body = write_fault(SoapFault(self.text, self.code))
        return Reply(HTTPStatus.INTERNAL_SERVER_ERROR, body, broken=True)


class DrsRefusal(Effect):
    """DRS refuses the call: status ``error`` with this ``errorMsg``. The call is not carried out."""

    kind: Literal["refusal"] = "refusal"
    text: _XmlText = "Error in Booking.schedule. Error in modifyJob Planning failed"
    concerns = OPERATIONS

    def apply(self, context: FaultContext, call_next: Callable[[], Reply]) -> Reply:  # noqa: ARG002 - nothing is carried out
        """Answer with the refusal in the wrapper of the operation's response."""
        return Reply(HTTPStatus.OK, write_refusal(context.call.operation, self.text), broken=True)


class LoginPage(Effect):
    """A proxy answers with its login page at status 200, as ``text/html``; the call does not reach DRS."""

    kind: Literal["login_page"] = "login_page"
    title: str = "Sign in"

    def apply(self, context: FaultContext, call_next: Callable[[], Reply]) -> Reply:  # noqa: ARG002 - nothing is carried out
        """Answer with the page."""
        title = escape(self.title)
        page = f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
        return Reply(HTTPStatus.OK, page.encode(), _HTML, broken=True)


class Reset(Effect):
    """The connection is reset; the call is not carried out."""

    kind: Literal["reset"] = "reset"

    def apply(self, context: FaultContext, call_next: Callable[[], Reply]) -> Reply:  # noqa: ARG002 - nothing is carried out
        """Reset the connection."""
        return Reply(0, b"", broken=True, reset=True)


class Empty(Effect):
    """The call is carried out; its answer has no body."""

    kind: Literal["empty"] = "empty"

    def apply(self, context: FaultContext, call_next: Callable[[], Reply]) -> Reply:  # noqa: ARG002 - the same for all calls
        """Answer with nothing."""
        return call_next()._replace(body=b"", broken=True)


class Truncated(Effect):
    """The call is carried out; only this fraction of its answer arrives."""

    kind: Literal["truncated"] = "truncated"
    fraction: Annotated[float, Field(ge=0, lt=1)] = 0.5

    def apply(self, context: FaultContext, call_next: Callable[[], Reply]) -> Reply:  # noqa: ARG002 - the same for all calls
        """Cut the answer short."""
        reply = call_next()
        return reply._replace(body=reply.body[: int(len(reply.body) * self.fraction)], broken=True)


class Garbage(Effect):
    """The call is carried out; its answer is ``size`` random bytes."""

    kind: Literal["garbage"] = "garbage"
    size: Annotated[int, Field(ge=1, le=1024 * 1024)] = 512

    def apply(self, context: FaultContext, call_next: Callable[[], Reply]) -> Reply:
        """Answer with random bytes."""
        return call_next()._replace(body=context.random.randbytes(self.size), broken=True)


class WrongContentType(Effect):
    """The call is carried out; its answer has a Content-Type other than XML."""

    kind: Literal["wrong_content_type"] = "wrong_content_type"
    content_type: _HeaderText = _HTML

    def apply(self, context: FaultContext, call_next: Callable[[], Reply]) -> Reply:  # noqa: ARG002 - the same for all calls
        """Answer with another Content-Type."""
        return call_next()._replace(content_type=self.content_type, broken=True)


class SlowResponse(Effect):
    """The call is carried out; its answer arrives at ``bytes_per_second``. Needs a connection."""

    kind: Literal["slow_response"] = "slow_response"
    bytes_per_second: Annotated[int, Field(ge=1)] = 100

    def apply(self, context: FaultContext, call_next: Callable[[], Reply]) -> Reply:  # noqa: ARG002 - the same for all calls
        """Slow down the answer."""
        return call_next()._replace(bytes_per_second=self.bytes_per_second, broken=True)


class ResponseLost(Effect):
    """The call is carried out, but the caller gets no answer: after ``seconds`` the connection is reset.

    If ``seconds`` is more than the caller's time limit, the caller sees a time-out instead of a reset.
    """

    kind: Literal["response_lost"] = "response_lost"
    seconds: Seconds = 0

    def apply(self, context: FaultContext, call_next: Callable[[], Reply]) -> Reply:
        """Carry out the call and reset the connection."""
        reply = call_next()
        context.sleep(self.seconds)
        return reply._replace(broken=True, reset=True)


class SessionsExpired(Effect):
    """All sessions end before the call, as if DRS was restarted."""

    kind: Literal["sessions_expired"] = "sessions_expired"

    def apply(self, context: FaultContext, call_next: Callable[[], Reply]) -> Reply:
        """End the sessions; then carry out the call."""
        context.clear_sessions()
        return call_next()


class SlotTaken(Effect):
    """Another caller takes the last places between check and booking: the window is full when the call comes."""

    kind: Literal["slot_taken"] = "slot_taken"
    concerns = frozenset({"scheduleBooking", "createReservation"})

    def apply(self, context: FaultContext, call_next: Callable[[], Reply]) -> Reply:
        """Fill the window; then carry out the call."""
        context.fill_window(context.call)
        return call_next()


class ExtraElements(Effect):
    """The answer has elements that are not in the WSDL, as a later version of DRS may send."""

    kind: Literal["extra_elements"] = "extra_elements"
    name: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.-]*$")] = "futureElement"

    def apply(self, context: FaultContext, call_next: Callable[[], Reply]) -> Reply:  # noqa: ARG002 - the same for all calls
        """Add one element to the answer and to every element in it that has members."""
        reply = call_next()
        try:
            root = parse_xml(reply.body)
        except etree.XMLSyntaxError:
            return reply
        for returned in root.iterfind(".//return"):
            for element in [each for each in returned.iter() if len(each) or each is returned]:
                etree.SubElement(element, self.name).text = "unknown"
        return reply._replace(body=serialize(root))


AnyEffect = Annotated[
    Delay
    | DelayUniform
    | DelayLogNormal
    | DelayLincoln
    | HttpStatus
    | Fault
    | DrsRefusal
    | LoginPage
    | Reset
    | Empty
    | Truncated
    | Garbage
    | WrongContentType
    | SlowResponse
    | ResponseLost
    | SessionsExpired
    | SlotTaken
    | ExtraElements,
    Field(discriminator="kind"),
]
"""Any effect, identified by its ``kind``."""
