"""Simulators that break a law: wrong only after other calls, on some days, or for some callers."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from drs_contracts.defects.base import Defect, Send, drops, refuses, rewrite_request
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
        "the end of February is offered and refused",
        "LAW-03",
        intercept=refuses(r"<scheduleBooking>.*<planningWindowStart>\d+-02-2[789]T"),
    ),
    Defect(
        "an operative who is chosen has no afternoons",
        "LAW-04",
        intercept=refuses("<planningWindowStart>[^<]*T12:.*<resourceLock>lockAsSpecified"),
    ),
    Defect("a busy day is passed over", "LAW-05", intercept=_skip_a_day_once_busy),
)
"""Defects for the clauses of the prefix LAW, by the id of the clause."""
