"""What a fault can do to a call. Each effect is a small value, so that TOML and JSON can carry it.

An effect stands around the call and decides whether the call is carried out at all:

======================  ==================================================================================
before the call         ``delay``, ``delay_uniform``, ``delay_log_normal``, ``delay_lincoln``,
                        ``sessions_expired``, ``slot_taken``
instead of the call     ``http_status``, ``fault``, ``refusal``, ``login_page``, ``reset``
after the call, which   ``empty``, ``truncated``, ``garbage``, ``slow_response``, ``response_lost``,
is carried out          ``wrong_content_type``, ``extra_elements``
======================  ==================================================================================

Delays are real time, whatever the simulator's clock says.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from http import HTTPStatus
from math import exp, log
from random import Random
from typing import Annotated, ClassVar, Literal, Self

from lxml import etree
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from drs_simulator.exchange import Reply, SoapCall
from drs_simulator.soap.envelope import serialize, write_fault, write_refusal
from drs_simulator.soap.interface import OPERATIONS
from drs_simulator.soap.soap_fault import FaultCode, SoapFault
from drs_simulator.xml import parse_xml


@dataclass(frozen=True, slots=True)
class FaultContext:
    """One call that effects strike.

    Args:
        call: What was sent.
        random: The call's own randomness.
        sleep: Waits so many seconds.
        clear_sessions: Ends all sessions.
        fill_window: Has another caller take the places that this call asks for.
    """

    call: SoapCall
    random: Random
    sleep: Callable[[float], object]
    clear_sessions: Callable[[], object]
    fill_window: Callable[[SoapCall], object]


class Effect(BaseModel):
    """Something that happens to a call."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: str
    concerns: ClassVar[frozenset[str] | None] = None
    """The only operations that it can happen to; ``None`` for whatever is posted."""

    @abstractmethod
    def apply(self, scene: FaultContext, call_next: Callable[[], Reply]) -> Reply:
        """What the caller gets. ``call_next`` performs the call, and whatever rules come after this one."""


_LONGEST_SECONDS = 3600
Seconds = Annotated[float, Field(ge=0, le=_LONGEST_SECONDS)]


def _check_order(least: float, most: float) -> None:
    if least > most:
        raise ValueError(f"least ({least}) is more than most ({most})")


class _Wait(Effect):
    @abstractmethod
    def drawn(self, random: Random) -> float:
        """How many seconds one call waits."""

    def apply(self, scene: FaultContext, call_next: Callable[[], Reply]) -> Reply:
        """Wait before the call."""
        scene.sleep(self.drawn(scene.random))
        return call_next()


class Delay(_Wait):
    """The call waits so many seconds."""

    kind: Literal["delay"] = "delay"
    seconds: Seconds

    def drawn(self, random: Random) -> float:  # noqa: ARG002 - nothing is left to chance
        """The same for every call."""
        return self.seconds


class DelayUniform(_Wait):
    """The call waits between ``min`` and ``max`` seconds, every value as likely."""

    kind: Literal["delay_uniform"] = "delay_uniform"
    min: Seconds = 0
    max: Seconds

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        _check_order(self.min, self.max)
        return self

    def drawn(self, random: Random) -> float:
        """How many seconds one call waits."""
        return random.uniform(self.min, self.max)


class DelayLogNormal(_Wait):
    """A log-normal wait: half the calls wait longer than ``median`` seconds, few of them much longer.

    A wait below ``min`` or above ``max`` becomes that bound.
    """

    kind: Literal["delay_log_normal"] = "delay_log_normal"
    median: Annotated[float, Field(gt=0, le=_LONGEST_SECONDS)]
    sigma: Annotated[float, Field(ge=0, le=5)]
    min: Seconds = 0
    max: Seconds = _LONGEST_SECONDS

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        _check_order(self.min, self.max)
        return self

    def drawn(self, random: Random) -> float:
        """How many seconds one call waits."""
        return min(max(exp(random.normalvariate(log(self.median), self.sigma)), self.min), self.max)


class DelayLincoln(_Wait):
    """The call waits as long as a checkAvailability took at Lincoln, measured over 300 calls (client).

    The minimum was 0.878 s, the mean 1.685 s, the maximum 4.835 s. A log-normal wait is fitted to them: it has that
    mean, it never leaves those bounds, and the longest of 300 is about the longest that was measured.
    """

    kind: Literal["delay_lincoln"] = "delay_lincoln"

    def drawn(self, random: Random) -> float:
        """How many seconds one call waits."""
        return _AT_LINCOLN.drawn(random)


_AT_LINCOLN = DelayLogNormal(median=1.548, sigma=0.398, min=0.878, max=4.835)


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

_HTML = "text/html; charset=utf-8"


def _checked_for_xml(text: str) -> str:
    try:
        etree.Element("text").text = text
    except ValueError:
        raise ValueError("has characters that XML cannot carry") from None
    return text


def _checked_for_a_header(text: str) -> str:
    if not text.isprintable() or not text.isascii():
        raise ValueError("must be one line of ASCII")
    return text


_XmlText = Annotated[str, AfterValidator(_checked_for_xml)]
_HeaderText = Annotated[str, AfterValidator(_checked_for_a_header)]


class HttpStatus(Effect):
    """A proxy before DRS answers with an HTTP status, with or without a body; DRS never sees the call."""

    kind: Literal["http_status"] = "http_status"
    status: Annotated[int, Field(ge=200, le=599)]
    body: str = ""
    content_type: _HeaderText = _HTML

    def apply(self, scene: FaultContext, call_next: Callable[[], Reply]) -> Reply:  # noqa: ARG002 - nothing is carried out
        """Answer with the status."""
        return Reply(self.status, self.body.encode(), self.content_type, broken=True)


class Fault(Effect):
    """DRS's platform answers with a SOAP fault; the call is not carried out."""

    kind: Literal["fault"] = "fault"
    text: _XmlText = "Error reading XMLStreamReader."
    code: FaultCode = "Server"

    def apply(self, scene: FaultContext, call_next: Callable[[], Reply]) -> Reply:  # noqa: ARG002 - nothing is carried out
        """Answer with the fault."""
        body = write_fault(SoapFault(self.text, self.code))
        return Reply(HTTPStatus.INTERNAL_SERVER_ERROR, body, broken=True)


class DrsRefusal(Effect):
    """DRS declines: status error with this ``errorMsg``; the call is not carried out."""

    kind: Literal["refusal"] = "refusal"
    text: _XmlText = "Error in Booking.schedule. Error in modifyJob Planning failed"
    concerns = OPERATIONS

    def apply(self, scene: FaultContext, call_next: Callable[[], Reply]) -> Reply:  # noqa: ARG002 - nothing is carried out
        """Answer with the refusal, in the wrapper of the operation's response."""
        return Reply(HTTPStatus.OK, write_refusal(scene.call.operation, self.text), broken=True)


class LoginPage(Effect):
    """A proxy shows its login page at status 200, as ``text/html``; DRS never sees the call."""

    kind: Literal["login_page"] = "login_page"
    title: str = "Sign in"

    def apply(self, scene: FaultContext, call_next: Callable[[], Reply]) -> Reply:  # noqa: ARG002 - nothing is carried out
        """Answer with the page."""
        title = escape(self.title)
        page = f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
        return Reply(HTTPStatus.OK, page.encode(), _HTML, broken=True)


class Reset(Effect):
    """The connection is reset; the call is not carried out."""

    kind: Literal["reset"] = "reset"

    def apply(self, scene: FaultContext, call_next: Callable[[], Reply]) -> Reply:  # noqa: ARG002 - nothing is carried out
        """Break off."""
        return Reply(0, b"", broken=True, reset=True)


class Empty(Effect):
    """The call is carried out, and its answer has no body."""

    kind: Literal["empty"] = "empty"

    def apply(self, scene: FaultContext, call_next: Callable[[], Reply]) -> Reply:  # noqa: ARG002 - the same for all calls
        """Answer with nothing."""
        return call_next()._replace(body=b"", broken=True)


class Truncated(Effect):
    """The call is carried out; only this fraction of its answer arrives."""

    kind: Literal["truncated"] = "truncated"
    fraction: Annotated[float, Field(ge=0, lt=1)] = 0.5

    def apply(self, scene: FaultContext, call_next: Callable[[], Reply]) -> Reply:  # noqa: ARG002 - the same for all calls
        """Cut the answer short."""
        reply = call_next()
        return reply._replace(body=reply.body[: int(len(reply.body) * self.fraction)], broken=True)


class Garbage(Effect):
    """The call is carried out, and its answer is so many bytes of noise."""

    kind: Literal["garbage"] = "garbage"
    size: Annotated[int, Field(ge=1, le=1024 * 1024)] = 512

    def apply(self, scene: FaultContext, call_next: Callable[[], Reply]) -> Reply:
        """Answer with noise."""
        return call_next()._replace(body=scene.random.randbytes(self.size), broken=True)


class WrongContentType(Effect):
    """The call is carried out, and its answer claims to be something else than XML."""

    kind: Literal["wrong_content_type"] = "wrong_content_type"
    content_type: _HeaderText = _HTML

    def apply(self, scene: FaultContext, call_next: Callable[[], Reply]) -> Reply:  # noqa: ARG002 - the same for all calls
        """Answer under another Content-Type."""
        return call_next()._replace(content_type=self.content_type, broken=True)


class SlowResponse(Effect):
    """The call is carried out, and its answer comes at so many bytes a second. Needs a connection."""

    kind: Literal["slow_response"] = "slow_response"
    bytes_per_second: Annotated[int, Field(ge=1)] = 100

    def apply(self, scene: FaultContext, call_next: Callable[[], Reply]) -> Reply:  # noqa: ARG002 - the same for all calls
        """Slow the answer down."""
        return call_next()._replace(bytes_per_second=self.bytes_per_second, broken=True)


class ResponseLost(Effect):
    """The call is carried out, and the caller never hears of it: after so many seconds the connection is reset.

    With ``seconds`` beyond the caller's time limit, the caller sees a time-out instead of a reset.
    """

    kind: Literal["response_lost"] = "response_lost"
    seconds: Seconds = 0

    def apply(self, scene: FaultContext, call_next: Callable[[], Reply]) -> Reply:
        """Carry the call out, and say nothing."""
        reply = call_next()
        scene.sleep(self.seconds)
        return reply._replace(broken=True, reset=True)


class SessionsExpired(Effect):
    """All sessions are forgotten before the call, as when DRS is started anew."""

    kind: Literal["sessions_expired"] = "sessions_expired"

    def apply(self, scene: FaultContext, call_next: Callable[[], Reply]) -> Reply:
        """Forget the sessions; the call is answered as it then is."""
        scene.clear_sessions()
        return call_next()


class SlotTaken(Effect):
    """Between check and booking another caller takes the last places: the window is full when the call comes."""

    kind: Literal["slot_taken"] = "slot_taken"
    concerns = frozenset({"scheduleBooking", "createReservation"})

    def apply(self, scene: FaultContext, call_next: Callable[[], Reply]) -> Reply:
        """Fill the window; the call is answered as it then is."""
        scene.fill_window(scene.call)
        return call_next()


class ExtraElements(Effect):
    """The answer has elements that no interface description knows, as a later version of DRS may send."""

    kind: Literal["extra_elements"] = "extra_elements"
    name: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.-]*$")] = "futureElement"

    def apply(self, scene: FaultContext, call_next: Callable[[], Reply]) -> Reply:  # noqa: ARG002 - the same for all calls
        """Add one to the answer and to everything in it that has members."""
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
"""Every effect, told apart by its ``kind``."""
