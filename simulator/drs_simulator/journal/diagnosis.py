"""What a caller should know about an exchange, in sentences."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from difflib import get_close_matches
from functools import cache
from http import HTTPStatus
from itertools import islice
from typing import NamedTuple

from lxml import etree

from drs_simulator.exchange import SoapCall
from drs_simulator.profile.model import Profile
from drs_simulator.scheduling.planning import calendar
from drs_simulator.soap.envelope import DEFAULT_CHARSET, NAMESPACE, SOAP_1_1, SOAP_1_2, is_nil, name_of
from drs_simulator.soap.interface import (
    DOCUMENTED_VALUES,
    OPERATIONS,
    Interface,
    InterfaceName,
    Member,
    interface_named,
    request_type,
)
from drs_simulator.soap.soap_fault import SoapFault
from drs_simulator.soap.values import read_date_time, read_flag, read_integer
from drs_simulator.xml import is_known_charset

_MAX_SHOWN = 60


def suggest(name: str, known: Iterable[str]) -> str:
    """End a sentence about an unknown name with the known name that is most like it, if there is one."""
    names = list(known)
    same_letters = [each for each in names if each.casefold() == name.strip().casefold()]
    close = same_letters or get_close_matches(name[:_MAX_SHOWN], names, n=1)
    return f"; it is written {close[0]}" if same_letters else f"; the nearest is {close[0]}" if close else ""


def shorten(text: str) -> str:
    """Shorten a caller's text to one line of at most 60 characters."""
    line = " ".join(text.split())
    return line if len(line) <= _MAX_SHOWN else f"{line[:_MAX_SHOWN]}…"


# A huge request is not searched to its end.
_MAX_ELEMENTS = 2000
_MAX_NAMES = 5
_OFFSET = re.compile(r"(Z|[+-]\d\d:\d\d)$")
_UNSET_DATE = "0001-01-01"
_ZERO = re.compile(r"0+(\.0*)?")
_REMEDIES: Mapping[str, str] = {
    "dateTime": "a date and time is written 2021-10-26T08:00:00 or 2021-10-26T08:00:00+01:00",
    "int": "a whole number of 32 bits is meant",
    "boolean": "write true or false",
}
_KNOWN_VALUES: Mapping[str, Callable[[Profile], Iterable[str]]] = {
    "priority": lambda profile: (priority.id for priority in profile.priorities),
    "contract": lambda profile: profile.contracts,
    "bookingCodeSORCode": lambda profile: (sor_code.code for sor_code in profile.sor_codes),
}


def member_problems(inner: etree._Element, operation: str, profile: Profile, *, was_read: bool) -> Iterator[str]:
    """Find near misses among the members of an operation's request, in document order.

    Args:
        inner: The element with the members.
        operation: The operation.
        profile: The installation.
        was_read: Whether the gateway has read all of it, so that every value has its type.
    """
    interface = interface_named(profile.gateway.interface)
    local_dates: list[str] = []
    qualified: list[str] = [operation] if _is_qualified(inner) else []
    for member, parent, element in islice(_walk(inner, request_type(operation), interface), _MAX_ELEMENTS):
        name = _local_name(element)
        if _is_qualified(element):
            qualified.append(shorten(name))
        if member is None:
            yield _unknown(name, parent, interface)
            continue
        text = "".join(element.itertext())
        if not was_read:
            yield from _type_problems(member, text, interface, profile)
        yield from _spelling_problems(member, text, profile)
        if name == "itemNumberWithinBooking" and _ZERO.fullmatch(text.strip()):
            yield f"{name} is '{shorten(text)}'; it counts from 1."
        if member.type == "dateTime" and text.strip().startswith(_UNSET_DATE):
            yield f"{name} is {_UNSET_DATE}, which .NET sends for a date that was not set; set it, or leave it out."
        elif member.type == "dateTime" and _has_no_offset(text, profile, was_read=was_read):
            local_dates.append(name)
    if qualified:
        yield f"In a namespace: {_join(qualified)}. Only the wrapper is in one; send what is below it unqualified."
    if local_dates:
        yield f"{_join(local_dates)}: a date without an offset is local time ({profile.timezone}), not UTC."


def _walk(
    parent: etree._Element, type_name: str, interface: Interface
) -> Iterator[tuple[Member | None, str, etree._Element]]:
    """Yield every element below ``parent`` with its place in the interface; skip what is below an unknown one."""
    members = _members(interface.name, type_name)
    for element in parent:
        member = members.get(_local_name(element))
        yield member, type_name, element
        if member is not None and member.type in interface.types:
            yield from _walk(element, member.type, interface)


def _local_name(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _is_qualified(element: etree._Element) -> bool:
    return str(element.tag).startswith("{")


def _join(names: Iterable[str]) -> str:
    return ", ".join(islice(dict.fromkeys(names), _MAX_NAMES))


@cache
def _members(interface_name: InterfaceName, type_name: str) -> Mapping[str, Member]:
    interface = interface_named(interface_name)
    kind = interface.types[type_name]
    inherited = _members(interface_name, kind.base) if kind.base else {}
    return {**inherited, **{member.name: member for member in kind.members}}


def _unknown(name: str, parent: str, interface: Interface) -> str:
    members = _members(interface.name, parent)
    meant = suggest(name, members)
    if not meant:
        homes = [kind for kind in interface.types if name in _members(interface.name, kind)]
        meant = f"; it belongs elsewhere, in {', '.join(homes[:3])}" if homes else "; leave it out"
    return f"{shorten(name)} is not a member of {parent}{meant}. Names are case-sensitive."


def _type_problems(member: Member, text: str, interface: Interface, profile: Profile) -> Iterator[str]:
    if member.type in _REMEDIES and not _readable(member.type, text, profile):
        yield f"{member.name} has '{shorten(text)}': {_REMEDIES[member.type]}."
    values = interface.enumerations.get(member.type)
    if values is not None and text not in (*values, *DOCUMENTED_VALUES.get(member.type, ())):
        yield f"{member.name} has '{shorten(text)}', which it does not know{suggest(text, values)}."


def _has_no_offset(text: str, profile: Profile, *, was_read: bool) -> bool:
    return not _OFFSET.search(text.strip()) and (was_read or _readable("dateTime", text, profile))


def _spelling_problems(member: Member, text: str, profile: Profile) -> Iterator[str]:
    listing = _KNOWN_VALUES.get(member.name)
    known = tuple(listing(profile)) if listing else ()
    meant = [value for value in known if value.casefold() == text.strip().casefold()]
    if meant and text not in known:
        yield f"{member.name} '{shorten(text)}' is written '{meant[0]}'; case and spaces must match."


def _readable(kind: str, text: str, profile: Profile) -> bool:
    try:
        if kind == "dateTime":
            read_date_time(text, profile.zone)
        elif kind == "int":
            read_integer(text)
        else:
            read_flag(text)
    except SoapFault:
        return False
    return True


_MAX_SENTENCES = 5
_BROKEN_BEHIND = (
    "The XML has an entity that it does not declare, or it breaks behind the operation's element. DRS reads no further "
    "than that, so the call was performed; send well-formed XML."
)
_SOAP_TYPES = ("", "text/xml", "application/xml")


class DiagnosisContext(NamedTuple):
    """What a diagnosis needs in addition to the call.

    Args:
        profile: The installation.
        now: The simulated time at which the call began.
        session_opened: Returns when a session was opened; ``None`` for an unknown one.
    """

    profile: Profile
    now: datetime
    session_opened: Callable[[str], datetime | None]


def diagnose(call: SoapCall, status: int, error_message: str, context: DiagnosisContext) -> str:
    """Explain to a caller what is wrong with a call, in at most five sentences; empty if nothing is.

    Args:
        call: The call.
        status: The HTTP status of the response.
        error_message: The errorMsg of a refusal; empty for any other response.
        context: What else is known.
    """
    return " ".join(islice(dict.fromkeys(_sentences(call, status, error_message, context)), _MAX_SENTENCES))


def _sentences(call: SoapCall, status: int, error_message: str, context: DiagnosisContext) -> Iterator[str]:
    if call.method != "POST":
        yield f"This was a {call.method}; post a SOAP envelope. The interface description is at ?wsdl of this address."
        return
    if len(call.body) > context.profile.gateway.max_body_bytes:
        yield f"The body has more than {context.profile.gateway.max_body_bytes} bytes; send less at a time."
        return
    if call.root is None and call.wrapper is None:
        yield _unreadable(call)
        return
    yield from _content_type_problems(call)
    yield from [_BROKEN_BEHIND] if call.root is None else _envelope_problems(call, call.root)
    if call.wrapper is None:
        return
    yield from _wrapper_problems(call.wrapper)
    if call.operation not in OPERATIONS:
        return
    inner = _inner(call.wrapper, call.operation)
    yield from _request_problems(call.wrapper, call.operation, inner)
    if inner is None:
        return
    # What the platform lets through is named as well.
    was_read = status == HTTPStatus.OK and context.profile.gateway.strict
    yield from member_problems(inner, call.operation, context.profile, was_read=was_read)
    nil = [shorten(_local_name(element)) for element in islice(inner.iter("{*}*"), _MAX_ELEMENTS) if is_nil(element)]
    if nil:
        yield f"{_join(nil)}: DRS takes no notice of xsi:nil; leave out what has no value."
    if error_message:
        yield from _refusal_problems(call, error_message, context)


def _content_type_problems(call: SoapCall) -> Iterator[str]:
    sent_type = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    if sent_type not in _SOAP_TYPES:
        yield f"The Content-Type is {sent_type}; SOAP 1.1 has text/xml."
    if call.charset is None and not call.body.isascii():
        yield f"The Content-Type names no charset, so the body was read as {DEFAULT_CHARSET}; name the one in use."


def _request_problems(wrapper: etree._Element, operation: str, inner: etree._Element | None) -> Iterator[str]:
    if inner is None or inner is not wrapper[0] or _is_qualified(inner):
        yield (
            f"Below the wrapper {operation} there must be one element {operation} again, in no namespace, "
            "and the members in that; DRS sees no request otherwise."
        )
    elif len(wrapper) > 1:
        yield f"Only the first element of the wrapper {operation} was read; send one."


def _unreadable(call: SoapCall) -> str:
    body = call.body
    start = body.lstrip()[:1]
    ending = body[-200:].rstrip().replace(b" ", b"")
    reasons = (
        (not start, "The body is empty; send a SOAP envelope."),
        (start in (b"{", b"["), "The body is JSON; send a SOAP envelope, as text/xml."),
        (
            not is_known_charset(call.charset),
            f"The charset {shorten(call.charset or '')} of the Content-Type is not known; send UTF-8.",
        ),
        (
            start != b"<" and b"\0" not in body,
            "The body does not begin with <, so it is not XML; send a SOAP envelope.",
        ),
        (b"<!DOCTYPE" in body, "The XML has a DOCTYPE and cannot be read; leave the DOCTYPE out."),
        (b"Envelope>" not in ending, "The XML cannot be read and does not end with its envelope; was it cut off?"),
    )
    otherwise = "The XML is not well-formed; look for a tag that is not closed, or a & or < that is not escaped."
    return next((reason for holds, reason in reasons if holds), otherwise)


def _envelope_problems(call: SoapCall, root: etree._Element) -> Iterator[str]:
    if root.getroottree().docinfo.doctype:
        yield "The XML has a DOCTYPE, which is refused unread; leave it out."
    namespace, name = name_of(root)
    if namespace == SOAP_1_2:
        yield f"The envelope is SOAP 1.2; DRS speaks SOAP 1.1. Use the envelope namespace {SOAP_1_1}, and text/xml."
    elif namespace != SOAP_1_1 or name != "Envelope":
        yield f"The root element is {name}; it must be Envelope in the namespace {SOAP_1_1}."
    elif call.wrapper is None:
        yield "The envelope has no Body with an element in it; put the operation's wrapper there."
    elif call.wrapper.getnext() is not None or root[-1] is not call.wrapper.getparent():
        yield "Only the first element of the Body was read; send one call in one Body."


def _wrapper_problems(wrapper: etree._Element) -> Iterator[str]:
    namespace, name = name_of(wrapper)
    if name not in OPERATIONS:
        yield f"{name} is not an operation{suggest(name, OPERATIONS)}."
    if namespace not in ("", NAMESPACE):
        yield f"The wrapper {name} is in the namespace {namespace}; DRS's is {NAMESPACE}."
    elif namespace and wrapper.prefix is None:
        yield (
            'The wrapper is in a default namespace (xmlns="…"), which the real DRS refuses. Give it a prefix, '
            "or leave it in no namespace at all."
        )


def _inner(wrapper: etree._Element, operation: str) -> etree._Element | None:
    for child in wrapper:
        if name_of(child)[1] == operation:
            return child
    return None


def _refusal_problems(call: SoapCall, error_message: str, context: DiagnosisContext) -> Iterator[str]:
    messages = context.profile.messages
    if call.operation == "openSession":
        return
    if not call.session_id:
        yield "sessionId is missing; send the one that openSession gave."
    elif error_message == messages.session_invalid:
        opened = context.session_opened(call.session_id)
        zone = context.profile.zone
        if opened is None:
            yield "No such session is open: it was closed, never opened here, or lost; call openSession again."
        else:
            day = calendar.local_day(opened, zone)
            today = calendar.local_day(context.now, zone)
            yield f"The session is of another day, {day:%-d %B %Y}; today is {today:%-d %B %Y}. Open one every day."
    yield from _missing(error_message, messages.field_required, call)
    yield from _unknown_values(call, error_message, context.profile)


def _unknown_values(call: SoapCall, error_message: str, profile: Profile) -> Iterator[str]:
    """Name the nearest known value for one that the refusal names; other cases and spaces are named already."""
    elements = [] if call.wrapper is None else islice(call.wrapper.iter(*_KNOWN_VALUES), _MAX_ELEMENTS)
    for element in elements:
        name, text = _local_name(element), (element.text or "").strip()
        known = tuple(_KNOWN_VALUES[name](profile))
        is_other = text.casefold() not in {value.casefold() for value in known}
        if text and is_other and text in error_message and (nearest := suggest(text, known)):
            yield f"{name} '{shorten(text)}' is not known{nearest}."


def _missing(error_message: str, template: str, call: SoapCall) -> Iterable[str]:
    found = re.fullmatch(re.escape(template).replace(re.escape("{field}"), r"(?P<field>\w+)"), error_message)
    if found and "{field}" in template and found["field"] != "sessionId":
        field = found["field"]
        there = [] if call.wrapper is None else [each.text or "" for each in call.wrapper.iter(f"{{*}}{field}")]
        how = "missing"
        if there:
            how = "missing in one of its places" if any(text.strip() for text in there) else "there, but blank"
        yield f"The required element {field} is {how}."
