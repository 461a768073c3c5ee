"""Explains near misses: what about a call DRS cannot mean, in sentences that end with the remedy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from http import HTTPStatus
from itertools import islice
from typing import NamedTuple

from lxml import etree

from drs_simulator.endpoint.members import member_problems
from drs_simulator.endpoint.sent import SentCall
from drs_simulator.endpoint.wording import cut, nearest
from drs_simulator.gateway.envelope import NAMESPACE, SOAP_1_1, SOAP_1_2, name_of
from drs_simulator.gateway.interface import OPERATIONS
from drs_simulator.profile import Profile
from drs_simulator.scheduling import calendar

_MOST_SENTENCES = 5
_SOAP_TYPES = ("", "text/xml", "application/xml")


class Bystander(NamedTuple):
    """What is known beside the call itself.

    Args:
        profile: The installation.
        now: The simulator's time.
        session_opened: When a session was opened; ``None`` for one that is not known.
    """

    profile: Profile
    now: datetime
    session_opened: Callable[[str], datetime | None]


def diagnosis(call: SentCall, status: int, refusal: str, beside: Bystander) -> str:
    """What a caller should know about this call, or nothing.

    Args:
        call: What was sent.
        status: The HTTP status of the answer.
        refusal: The answer's errorMsg, if it was refused.
        beside: What is known besides.
    """
    return " ".join(islice(dict.fromkeys(_sentences(call, status, refusal, beside)), _MOST_SENTENCES))


def _sentences(call: SentCall, status: int, refusal: str, beside: Bystander) -> Iterator[str]:
    if call.method != "POST":
        yield f"This was a {call.method}; post a SOAP envelope. The interface description is at ?wsdl of this address."
        return
    if len(call.body) > beside.profile.gateway.max_body_bytes:
        yield f"The body has more than {beside.profile.gateway.max_body_bytes} bytes; send less at a time."
        return
    if call.root is None:
        yield _unreadable(call)
        return
    sent_type = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    if sent_type not in _SOAP_TYPES:
        yield f"The Content-Type is {sent_type}; SOAP 1.1 has text/xml."
    yield from _envelope_problems(call, call.root)
    if call.wrapper is None:
        return
    yield from _wrapper_problems(call.wrapper)
    if call.operation not in OPERATIONS:
        return
    inner = _inner(call.wrapper, call.operation)
    if inner is None:
        yield (
            f"Below the wrapper {call.operation} there must be one element {call.operation} again, in no namespace, "
            "and the members in that."
        )
        return
    was_read = status == HTTPStatus.OK and beside.profile.gateway.wrong_values == "fault"
    yield from member_problems(inner, call.operation, beside.profile, was_read=was_read)
    if refusal:
        yield from _refusal_problems(call, refusal, beside)


def _unreadable(call: SentCall) -> str:
    body = call.body
    start = body.lstrip()[:1]
    ending = body[-200:].rstrip().replace(b" ", b"")
    reasons = (
        (not start, "The body is empty; send a SOAP envelope."),
        (start in (b"{", b"["), "The body is JSON; send a SOAP envelope, as text/xml."),
        (
            not _is_known(call.charset),
            f"The charset {cut(call.charset or '')} of the Content-Type is not known; send UTF-8.",
        ),
        (
            start != b"<" and b"\0" not in body,
            "The body does not begin with <, so it is no XML; send a SOAP envelope.",
        ),
        (b"<!DOCTYPE" in body, "The XML has a DOCTYPE and cannot be read; leave the DOCTYPE out."),
        (b"Envelope>" not in ending, "The XML cannot be read and does not end with its envelope; was it cut off?"),
    )
    otherwise = "The XML is not well-formed; look for a tag that is not closed, or a & or < that is not escaped."
    return next((reason for holds, reason in reasons if holds), otherwise)


def _is_known(charset: str | None) -> bool:
    try:
        etree.XMLParser(encoding=charset)
    except LookupError:
        return False
    return True


def _envelope_problems(call: SentCall, root: etree._Element) -> Iterator[str]:
    if root.getroottree().docinfo.doctype:
        yield "The XML has a DOCTYPE, which is refused unread; leave it out."
    namespace, name = name_of(root)
    if namespace == SOAP_1_2:
        yield f"The envelope is SOAP 1.2; DRS speaks SOAP 1.1. Use the envelope namespace {SOAP_1_1}, and text/xml."
    elif namespace != SOAP_1_1 or name != "Envelope":
        yield f"The root element is {name}; it must be Envelope in the namespace {SOAP_1_1}."
    elif call.wrapper is None:
        yield "The envelope has no Body with an element in it; put the operation's wrapper there."


def _wrapper_problems(wrapper: etree._Element) -> Iterator[str]:
    namespace, name = name_of(wrapper)
    if name not in OPERATIONS:
        yield f"{name} is no operation{nearest(name, OPERATIONS)}."
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


def _refusal_problems(call: SentCall, refusal: str, beside: Bystander) -> Iterator[str]:
    messages = beside.profile.messages
    if call.operation == "openSession":
        return
    if not call.session_id:
        yield "sessionId is missing; send the one that openSession gave."
    elif refusal == messages.session_invalid:
        opened = beside.session_opened(call.session_id)
        zone = beside.profile.zone
        if opened is None:
            yield "No such session is open: it was closed, never opened here, or lost; call openSession again."
        else:
            day = calendar.local_day(opened, zone)
            today = calendar.local_day(beside.now, zone)
            yield f"The session is of another day, {day:%-d %B %Y}; today is {today:%-d %B %Y}. Open one every day."
    yield from _missing(refusal, messages.field_required, call)


def _missing(refusal: str, template: str, call: SentCall) -> Iterable[str]:
    found = re.fullmatch(re.escape(template).replace(re.escape("{field}"), r"(?P<field>\w+)"), refusal)
    if found and found["field"] != "sessionId":
        field = found["field"]
        there = [] if call.wrapper is None else [each.text or "" for each in call.wrapper.iter(f"{{*}}{field}")]
        how = "missing"
        if there:
            how = "missing in one of its places" if any(text.strip() for text in there) else "there, but blank"
        yield f"The required element {field} is {how}."
