"""Ways in which a defective DRS answers that depend on what it was asked before."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from drs_contracts.defects.base import Interceptor, Send, accepts, drops, refuses
from drs_contracts.driver.messages import Reply

SUMMER = r"\d{4}-0[4-9]-\d\d"
"""A pattern of days in months that are summer time from the first day to the last."""


def share_one_session(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
    """Give every caller the first session."""
    if b"<openSession>" not in body:
        return send(body)
    return memory.setdefault("session", send(body))  # type: ignore[no-any-return]


def lend_the_session(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
    """Give a call without a session the latest one."""
    lent = memory.get("session", b"") if b"<sessionId>" not in body else b""
    reply = send(body.replace(b"<theOrder>", lent + b"<theOrder>"))
    given = re.search(rb"<sessionId>[^<]*</sessionId>", reply.body)
    if given:
        memory["session"] = given.group()
    return reply


def honour_duration(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
    """Answer with the duration that the caller sent."""
    sent = re.search(rb"<duration>[^<]*</duration>", body)
    if sent:
        memory["duration"] = sent.group()
    reply = send(body)
    changed = re.sub(rb"<duration>[^<]*</duration>", memory.get("duration", rb"\g<0>"), reply.body)
    return Reply(reply.status, reply.content_type, changed)


def add_afternoons(day: str) -> Interceptor:
    """Make the afternoons of these days available with every second booking, and full with the others."""
    afternoon = re.compile(rf"<available>\w+</available>(<beginDate>{day}T12:)".encode())

    def intercept(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
        if b"<scheduleBooking>" in body:
            memory["booked"] = memory.get("booked", 0) + 1
        reply = send(body)
        available = b"NO" if memory.get("booked", 0) % 2 == 0 else b"YES"
        changed = afternoon.sub(b"<available>" + available + rb"</available>\1", reply.body)
        return Reply(reply.status, reply.content_type, changed)

    return intercept


def leave_out_the_last_day(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
    """End a period the second before the midnight that was sent."""
    del memory
    period = re.search(rb"<periodBegin>([^<]*)</periodBegin><periodEnd>([^<]*T00:00:00[^<]*)</periodEnd>", body)
    if period is None:
        return send(body)
    begin, end = (datetime.fromisoformat(each.decode()) for each in period.groups())
    last = max(begin, end - timedelta(seconds=1)).isoformat().encode()
    return send(body[: period.start(2)] + last + body[period.end(2) :])


def keep_summer_bookings(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
    """Cancel no booking that is scheduled in summer."""
    booking = re.search(rb"<bookingId>[^<]*<", body)
    if booking and re.search(rf"<scheduleBooking>.*<planningWindowStart>{SUMMER}".encode(), body, re.DOTALL):
        memory[booking.group().decode()] = True
    is_kept = booking is not None and booking.group().decode() in memory
    return drops("<deleteBooking>")(body, send, memory) if is_kept else send(body)


def lose_the_order(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
    """Find no order once a booking was cancelled."""
    memory["deleted"] = memory.get("deleted", False) or b"<deleteBooking>" in body
    is_lost = memory["deleted"] and b"<selectOrder>" in body
    return send(re.sub(rb"<primaryOrderNumber>[^<]*<", b"<primaryOrderNumber>lost<", body) if is_lost else body)


def shorten_long_answers(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
    """Make every day full in an answer with an even number of days."""
    del memory
    reply = send(body)
    few_days = reply.body.count(b"<theSlots>") % 2 == 0
    changed = reply.body.replace(b">YES<", b">NO<") if few_days else reply.body
    return Reply(reply.status, reply.content_type, changed)


def move_commented_visits(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
    """Move visits once a booking was updated."""
    memory["commented"] = memory.get("commented", False) or b"<updateBooking>" in body
    reply = send(body)
    changed = re.sub(rb"<assignedStart>[^<]*<", b"<assignedStart>2021-10-26T08:00:00+01:00<", reply.body)
    return Reply(reply.status, reply.content_type, changed) if memory["commented"] else reply


def promise_a_place_again(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
    """Once a place is free again, give it to every caller."""
    memory["freed"] = memory.get("freed", False) or b"<deleteBooking>" in body
    return accepts("Planning failed")(body, send, memory) if memory["freed"] else send(body)


def mark_full_slots_best(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
    """Mark slots that are full as best."""
    del memory
    reply = send(body)
    full = rb"(<available>NO</available>(?:(?!<bestSlot>).)*<bestSlot>)false"
    return Reply(reply.status, reply.content_type, re.sub(full, rb"\1true", reply.body))


def keep_a_moved_place(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
    """Schedule another order's booking into the slot that a booking leaves, which no caller ever sees."""
    if b"<createOrder>" in body:
        memory["order"] = body
    reply = send(body)
    found = re.search(rb"<scheduleBooking>.*<bookingId>(\d+)<.*(<planningWindowStart>.*?</planningWindowEnd>)", body)
    if found is None or b"<status>success" not in reply.body:
        return reply
    booking_id, place = bytes(found.group(1)), bytes(found.group(2))
    left: bytes = memory.setdefault(booking_id.decode(), place)
    memory[booking_id.decode()] = place
    if left != place:
        number = b"<primaryOrderNumber>kept-%d<" % len(memory)
        created = send(re.sub(rb"<primaryOrderNumber>[^<]*<", number, memory["order"]))
        memory[number.decode()] = True
        kept = re.search(rb"<bookingId>(\d+)<", created.body)
        if kept:
            send(body.replace(booking_id, kept.group(1)).replace(place, left))
    return reply


def give_an_id_again(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
    """Give every new order the first bookingId."""
    reply = send(body)
    if b"<createOrder>" not in body:
        return reply
    given = memory.setdefault("id", re.findall(rb"<bookingId>\d+<", reply.body)[:1])
    changed = re.sub(rb"<bookingId>\d+<", given[0], reply.body) if given else reply.body
    return Reply(reply.status, reply.content_type, changed)


def refuse_long_jobs(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
    """Schedule no booking of an order for four units."""
    if b"<createOrder>" in body:
        memory["long"] = b"<quantity>4<" in body
    return refuses("<scheduleBooking>")(body, send, memory) if memory.get("long") else send(body)


def find_by_beginning(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
    """Find the latest order by the beginning of its number."""
    number = re.search(rb"<primaryOrderNumber>([^<]*)<", body)
    if number is None:
        return send(body)
    if b"<createOrder>" in body:
        memory["number"] = number.group(1)
    known = memory.get("number", b"")
    is_beginning = b"<selectOrder>" in body and known.startswith(number.group(1))
    return send(body.replace(number.group(1), known) if is_beginning else body)


def answer_refusals_at_500(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
    """Answer with HTTP 500 where a call is refused."""
    del memory
    reply = send(body)
    return Reply(500, reply.content_type, reply.body) if b"<status>error<" in reply.body else reply


def replace_after(pattern: str, was: str, becomes: str) -> Interceptor:
    """Replace a pattern in each response that follows a request in which another pattern occurs."""
    starts, replaced = (re.compile(each.encode(), re.DOTALL) for each in (pattern, was))

    def intercept(body: bytes, send: Send, memory: dict[str, Any]) -> Reply:
        reply = send(body)
        has_begun = memory.get("begun", False)
        memory["begun"] = has_begun or starts.search(body) is not None
        changed = replaced.sub(becomes.encode(), reply.body) if has_begun else reply.body
        return Reply(reply.status, reply.content_type, changed)

    return intercept
