"""A caller's traffic: every call with its answer, read by the names of its members."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from functools import cached_property, lru_cache
from typing import TypeAlias
from zoneinfo import ZoneInfo

from lxml import etree
from werkzeug.http import parse_options_header

from drs_contracts.driver.messages import Exchange, NoEnvelopeError, Reply
from drs_contracts.xml import NotXmlError, parse_xml

ZONE = ZoneInfo("Europe/London")
"""Where the councils are: a date without an offset is of this zone."""


@dataclass(frozen=True, eq=False)
class Call:
    """One call with its answer. Whatever was sent or came back can be looked at; what is not there is ``None``.

    Args:
        name: What it is called where it comes from.
        sent: The request's body.
        reply: What came back; its status is 0 where nothing did.
        content_type: The request's Content-Type, where it is known.
        started: When it was sent, where that is known; aware.
        seconds: How long the answer took, where that is known.
        is_complete: Whether both bodies are known; one that was not recorded is empty here.
    """

    name: str
    sent: bytes
    reply: Reply
    content_type: str = ""
    started: datetime | None = None
    seconds: float | None = None
    is_complete: bool = True

    @property
    def charset(self) -> str:
        """The charset that Content-Type names; empty where it names none."""
        return parse_options_header(self.content_type)[1].get("charset", "").strip("\"'")

    @property
    def media_type(self) -> str:
        """The media type that Content-Type names, in lower case; empty where it is not known."""
        return parse_options_header(self.content_type)[0].lower()

    @cached_property
    def envelope(self) -> etree._Element | None:
        """The request's root, if it is XML. The charset of Content-Type counts for more than what the XML says."""
        try:
            return parse_xml(self.sent, self.charset)
        except NotXmlError:
            return None

    @cached_property
    def wrapper(self) -> etree._Element | None:
        """The element of the Body that names the operation, whatever the version of SOAP."""
        return None if self.envelope is None else self.envelope.find("{*}Body/{*}*")

    @cached_property
    def operation(self) -> str:
        """The operation's name; empty where there is none."""
        return "" if self.wrapper is None else etree.QName(self.wrapper).localname

    @cached_property
    def members(self) -> etree._Element | None:
        """The request below its wrapper, without namespaces: a slip in those is for one clause, not for all."""
        found = None if self.wrapper is None else self.wrapper.find("{*}*")
        if found is None:
            return None
        bare = deepcopy(found)
        for element in bare.iter(etree.Element):
            element.tag = etree.QName(element).localname
        return bare

    def text(self, path: str) -> str | None:
        """The text of the first element at ``path`` of the request, as it was sent; empty for an empty element."""
        found = None if self.members is None else self.members.find(path)
        return None if found is None else found.text or ""

    def texts(self, path: str) -> list[str]:
        """The texts of all elements at ``path`` of the request."""
        return [] if self.members is None else [element.text or "" for element in self.members.findall(path)]

    def value(self, path: str) -> str:
        """The text at ``path`` of the request without blanks around it; empty where there is none."""
        values = self._values
        if path not in values:
            values[path] = (self.text(path) or "").strip()
        return values[path]

    @cached_property
    def _values(self) -> dict[str, str]:
        """The values that were asked for: many clauses ask for the same."""
        return {}

    @property
    def session(self) -> str:
        """The sessionId that was sent; empty where none was."""
        return self.value("sessionId")

    @cached_property
    def answer(self) -> etree._Element | None:
        """The answer's ``return``, if the answer has one."""
        try:
            return self._exchange.returned
        except NoEnvelopeError:
            return None

    @cached_property
    def fault(self) -> str | None:
        """The text of the fault, if the answer is one."""
        try:
            return self._exchange.fault
        except NoEnvelopeError:
            return None

    @property
    def fault_code(self) -> str:
        """The fault's code without its prefix, such as ``Client`` or ``Server``; empty where there is no fault."""
        try:
            return (self._exchange.fault_code or "").strip().rpartition(":")[2]
        except NoEnvelopeError:
            return ""

    def given(self, path: str) -> str:
        """The text at ``path`` of the answer; empty where there is none."""
        return "" if self.answer is None else (self.answer.findtext(path) or "").strip()

    def all_given(self, path: str) -> list[str]:
        """The texts of all elements at ``path`` of the answer."""
        return [] if self.answer is None else [element.text or "" for element in self.answer.findall(path)]

    @property
    def message(self) -> str:
        """The answer's errorMsg, which need not tell of an error."""
        return self.given("errorMsg")

    @property
    def succeeded(self) -> bool:
        """Whether the answer's status is success."""
        return self.given("status") == "success"

    @property
    def refused(self) -> bool:
        """Whether DRS declined."""
        return self.given("status") in ("error", "failure")

    @property
    def session_refused(self) -> bool:
        """Whether DRS declined because of the session. Its words for that are not published."""
        return self.refused and self.operation != "openSession" and "session" in self.message.lower()

    @property
    def _exchange(self) -> Exchange:
        return Exchange(self.operation, self.sent, self.reply)


@dataclass(frozen=True, slots=True)
class Traffic:
    """Calls of one caller in the order in which they were sent.

    Args:
        source: Where it comes from.
        calls: The calls.
    """

    source: str
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A call to which a clause applies, and how it breaks the clause; empty where it keeps it."""

    call: Call
    breach: str = ""


CallerCheck: TypeAlias = Callable[[Traffic], Iterable[Occurrence]]


@dataclass(frozen=True, slots=True)
class EachCallCheck:
    """A check of a traffic that looks at every call by itself, so that it says nothing wrong of an incomplete one.

    Args:
        check: Gives the breach of a call, an empty text where the clause is kept, and ``None`` where it does not apply.
    """

    check: Callable[[Call], str | None]

    @property
    def __wrapped__(self) -> Callable[[Call], str | None]:
        """The check itself, where ``inspect`` looks for it."""
        return self.check

    def __call__(self, traffic: Traffic) -> Iterator[Occurrence]:
        """Check all calls."""
        for call in traffic.calls:
            breach = self.check(call)
            if breach is not None:
                yield Occurrence(call, breach)


def each_call(check: Callable[[Call], str | None]) -> EachCallCheck:
    """Make a check of a traffic from a check of one call (see ``EachCallCheck``)."""
    return EachCallCheck(check)


@lru_cache(maxsize=4096)
def parse_moment(text: str) -> datetime | None:
    """Read a date of a message as an instant in UTC, ``None`` where it is none. Without an offset it is local."""
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    # The first and the last year stand for no date at all, and cannot be reckoned with.
    if not MINYEAR < read.year < MAXYEAR:
        return None
    return (read if read.tzinfo else read.replace(tzinfo=ZONE)).astimezone(UTC)
