"""Simulators that break a law: wrong only after other calls, on some days, or for some callers."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from drs_contracts.defects.base import (
    Defect,
    Send,
    drops,
    faults,
    refuses,
    rewrite_request,
    rewrite_response,
)
from drs_contracts.defects.interceptors import replace_after
from drs_contracts.driver.messages import Reply

_MANY_BOOKINGS = 3


def _keep_reserved_places(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
    """Cancel no booking that was reserved, nor its order."""
    named = re.findall(rb"<(?:bookingId|primaryOrderNumber)>[^<]+<", body)
    if b"<createReservation>" in body:
        memory["reserved"] = {*memory.get("reserved", ()), *named}
    if memory.get("reserved", set()) & set(named):
        return drops("<deleteBooking>|<deleteOrder>")(body, send, memory)
    return send(body)


def _obey_the_first_caller(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
    """Cancel bookings in the first session alone."""
    session = re.search(rb"<sessionId>[^<]+<", body)
    if session is None:
        return send(body)
    first = memory.setdefault("session", session.group())
    return send(body) if session.group() == first else drops("<deleteBooking>")(body, send, memory)


def _withhold_the_last_place(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
    """Offer the morning of a day no more once a few bookings have it, whatever became of them."""
    window = re.search(rb"<scheduleBooking>.*<planningWindowStart>([^<T]*)T08", body, re.DOTALL)
    reply = send(body)
    if window is not None and b"<status>success" in reply.body:
        day = window.group(1).decode()
        memory[day] = memory.get(day, 0) + 1
    changed = reply.body
    for day, booked in memory.items():
        if booked >= _MANY_BOOKINGS:
            offered = rf"<available>YES(</available><beginDate>{day}T08)".encode()
            changed = re.sub(offered, rb"<available>NO\1", changed)
    return Reply(reply.status, reply.content_type, changed)


def _skip_a_day_once_busy(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
    """Look for places from the day after earliestBookingDate on, once some bookings are made."""
    memory["booked"] = memory.get("booked", 0) + (b"<scheduleBooking>" in body)
    earliest = re.search(rb"<earliestBookingDate>([^<]*)<", body)
    if earliest is None or memory["booked"] < _MANY_BOOKINGS:
        return send(body)
    later = (datetime.fromisoformat(earliest.group(1).decode()) + timedelta(days=1)).isoformat()
    return send(body.replace(earliest.group(1), later.encode()))


def _fill_the_last_day(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
    """Offer nothing on the last day of a period of several days."""
    del memory
    reply = send(body)
    days = reply.body.split(b"<theSlots>")
    several = len(days) > 2  # noqa: PLR2004 - what comes before the first day, and that day
    changed = [*days[:-1], days[-1].replace(b">YES<", b">NO<")] if several else days
    return Reply(reply.status, reply.content_type, b"<theSlots>".join(changed))


def _answer_in_turn(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
    """Leave the templates out of every second answer to selectMetaData."""
    reply = send(body)
    if b"selectMetaData>" not in body:
        return reply
    memory["asked"] = memory.get("asked", 0) + 1
    templates = rb"<theResourceTemplates>.*</theResourceTemplates>"
    changed = reply.body if memory["asked"] % 2 else re.sub(templates, b"", reply.body, flags=re.DOTALL)
    return Reply(reply.status, reply.content_type, changed)


def _ignore_the_case_of_sessions(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
    """Read every sessionId in lower case."""
    del memory
    return send(
        re.sub(rb"<sessionId>[^<]*<", lambda found: found.group().lower().replace(b"sessionid", b"sessionId"), body)
    )


def _ignore_the_case_of_codes(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
    """Read every SOR code in upper case."""
    del memory
    code = rb"(<bookingCodeSORCode>)([^<]*)<"
    return send(re.sub(code, lambda found: found[1] + found[2].upper() + b"<", body))


LAW_DEFECTS: tuple[Defect, ...] = (
    Defect("a reserved place is never given back", "LAW-01", intercept=_keep_reserved_places),
    Defect("only the first caller can cancel", "LAW-02", intercept=_obey_the_first_caller),
    Defect("a morning is offered three times at most", "LAW-02", intercept=_withhold_the_last_place),
    Defect(
        "a slot without a place is booked all the same",
        "LAW-03",
        intercept=rewrite_request("(<scheduleBooking>.*)<theBooking>", r"\1<force>true</force><theBooking>"),
    ),
    Defect(
        "an operative who is chosen has no afternoons",
        "LAW-04",
        intercept=refuses("<planningWindowStart>[^<]*T12:.*<resourceLock>lockAsSpecified"),
    ),
    Defect("a busy day is passed over", "LAW-05", intercept=_skip_a_day_once_busy),
    Defect(
        "after a cancellation every booking is an emergency",
        "LAW-06",
        intercept=replace_after("<deleteBooking>", "<isEmergency>false<", "<isEmergency>true<"),
    ),
    Defect(
        "a refused completion clears all comments",
        "LAW-06",
        intercept=replace_after("<completeOrder>.*no such one", "<orderComments>[^<]*<", "<orderComments>none<"),
    ),
    Defect(
        "a new place gives all operatives one name",
        "LAW-07",
        intercept=replace_after("<updateLocation>", "<resourceName>[^<]*<", "<resourceName>Nobody<"),
    ),
    Defect(
        "the members of a template come in another order",
        "LAW-08",
        intercept=rewrite_response("(selectMetaDataResponse.*?)(<name>[^<]*</name>)(<[^<]*</[^>]*>)", r"\1\3\2"),
    ),
    Defect(
        "refusals of updateBookingCode have their id first",
        "LAW-08",
        intercept=rewrite_response("(updateBookingCodeR.*)(<errorMsg>[^<]*</errorMsg>)(<id>0</id>)", r"\1\3\2"),
    ),
    Defect("offsets are ignored", "LAW-09", intercept=rewrite_request(r"(T\d\d:\d\d:\d\d)[+-]\d\d:\d\d<", r"\1<")),
    Defect(
        "only openSession takes a wrapper without a namespace",
        "LAW-10",
        intercept=faults(r"<soapenv:Body><(?!openSession)\w+>"),
    ),
    Defect("the last day of a longer period is full", "LAW-11", intercept=_fill_the_last_day),
    Defect("the answer changes from one call to the next", "LAW-12", intercept=_answer_in_turn),
    Defect(
        "a phone that was changed is not changed back",
        "LAW-13",
        intercept=replace_after("<updateOrder>.*<phone>1<", "<phone>[^<]*<", "<phone>1<"),
    ),
    Defect("the case of a session does not count", "LAW-14", intercept=_ignore_the_case_of_sessions),
    Defect(
        "blanks around a contract do not count",
        "LAW-14",
        intercept=rewrite_request(r"<contract> *([^<]*[^< ]) *<", r"<contract>\1<"),
    ),
    Defect(
        "two blanks in an order number are one",
        "LAW-15",
        intercept=rewrite_request(r"(<primaryOrderNumber>[^<]*?)  +", r"\1 "),
    ),
    Defect(
        "two blanks in a name become one",
        "LAW-16",
        intercept=rewrite_response(r"(<contactName>[^<]*?)  +", r"\1 "),
    ),
    Defect(
        "blanks before comments are not counted",
        "LAW-17",
        intercept=rewrite_request("<orderComments> +x", "<orderComments>x"),
    ),
    Defect(
        "milliseconds of a period do not count",
        "LAW-18",
        intercept=rewrite_request(r"(<periodBegin>[^<]*:\d\d)\.\d+", r"\1"),
    ),
    Defect(
        "two codes change places",
        "LAW-19",
        intercept=rewrite_request(
            "(<theBookingCodes>(?:(?!</theBookingCodes>).)*</theBookingCodes>)(<theBookingCodes>.*?</theBookingCodes>)",
            r"\2\1",
        ),
    ),
    Defect(
        "after a cancellation the other bookings have another reason",
        "LAW-20",
        intercept=replace_after("<deleteBooking>", "<bookingReason>[^<]*<", "<bookingReason>LATER<"),
    ),
    Defect("completed orders keep their places", "LAW-21", intercept=drops("<completeOrder>")),
    Defect(
        "the case of an SOR code does not count",
        "LAW-22",
        intercept=_ignore_the_case_of_codes,
    ),
    Defect(
        "a further booking has one unit of work",
        "LAW-23",
        intercept=rewrite_request("(<createBooking>.*<quantity>)[^<]*<", r"\g<1>1<"),
    ),
    Defect(
        "a search reads the first of several codes only",
        "LAW-24",
        intercept=rewrite_request(
            "(<checkAvailability>.*?</theBookingCodes>)<theBookingCodes>.*</theBookingCodes>", r"\1"
        ),
    ),
    Defect(
        "the end of February is offered and refused",
        "LAW-25",
        intercept=refuses(r"<scheduleBooking>.*<planningWindowStart>\d+-02-2[789]T"),
    ),
)
