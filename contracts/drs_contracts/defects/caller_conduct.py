"""Callers whose conduct is wrong in one way each: with old offers, after refusals, without answers, in haste."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from drs_contracts.defects.caller_base import (
    Alteration,
    CallerDefect,
    before_the_end,
    later,
    like,
    lost,
    refused,
    rewrite,
    with_answer,
    with_text,
)
from drs_contracts.driver.messages import Members
from drs_contracts.traffic.calls import Call

_NUMBER, _OTHER_NUMBER = b">10000047<", b">10000050<"
_MANY_SESSIONS = 51
_MANY_LOGINS = 101


def _alter_last(operation: str, alter_call: Callable[[Call], Iterable[Call]]) -> Alteration:
    """Replace the last call of an operation by others."""

    def alter(calls: tuple[Call, ...]) -> Iterable[Call]:
        last = next(call for call in reversed(calls) if call.operation == operation)
        return [each for call in calls for each in (alter_call(call) if call is last else (call,))]

    return alter


def _search_late(search: Call) -> Iterable[Call]:
    target = b"<targetDate>2021-10-23T20:00:00+01:00</targetDate></theOrder>"
    number = search.value("theOrder/primaryOrderNumber").encode()
    yield with_text(with_text(search, b">" + number + b"<", _OTHER_NUMBER), b"</theOrder>", target)


def _book_a_filled_slot(calls: tuple[Call, ...]) -> Iterable[Call]:
    """Move the first order's booking into the slot of the second one."""
    *_, filling, moving = (call for call in calls if call.operation == "scheduleBooking")
    for call in calls:
        yield _with_window_of(filling, call) if call is moving else call


def _with_window_of(other: Call, call: Call) -> Call:
    for name in ("planningWindowStart", "planningWindowEnd"):
        path = f"theBooking/{name}"
        call = with_text(call, call.value(path).encode(), other.value(path).encode())
    return call


def _send_a_refused_slot_again(call: Call) -> Iterable[Call]:
    return [refused(call), call]


def _schedule_what_was_cancelled(calls: tuple[Call, ...]) -> Iterable[Call]:
    moved = [call for call in calls if call.operation == "scheduleBooking"][-1]
    for call in calls:
        yield call
        if call.operation == "deleteBooking":
            sent = moved.sent.replace(moved.session.encode(), call.session.encode())
            yield replace(call, sent=sent, reply=moved.reply)


def _end_the_last_day_in_utc(search: Call) -> Iterable[Call]:
    yield with_text(search, search.value("periodEnd").encode(), b"2021-10-28T23:59:59Z")


def _go_on_without_an_order(calls: tuple[Call, ...]) -> Iterable[Call]:
    created = next(call for call in calls if call.operation == "createOrder")
    for call in calls:
        yield call
        if call is created:
            yield with_text(refused(created), _NUMBER, _OTHER_NUMBER)
            yield like(created, "updateOrder", {"theOrder": {"primaryOrderNumber": "10000050"}})


def _repeat_a_refused_cancellation(call: Call) -> Iterable[Call]:
    return [refused(call), call]


def _order(created: Call, at: Call) -> Iterable[Call]:
    """Order the work of ``created`` under another number, and complete it by telephone."""
    booking = created.given("theOrder/theBookings/bookingId").encode()
    again = with_answer(with_text(created, _NUMBER, _OTHER_NUMBER), booking, b"9" + booking[1:])
    yield replace(again, sent=again.sent.replace(created.session.encode(), at.session.encode()), started=at.started)
    yield like(at, "completeOrder", {"contract": "0", "primaryOrderNumber": "10000050"})


def _book_twice(calls: tuple[Call, ...]) -> Iterable[Call]:
    """Order and schedule the first repair under a second number too, after another search."""
    created = next(call for call in calls if call.operation == "createOrder")
    scheduled = next(call for call in calls if call.operation == "scheduleBooking")
    search = next(call for call in calls if call.operation == "checkAvailability")
    booking = created.given("theOrder/theBookings/bookingId").encode()
    other = b"9" + booking[1:]
    for call in calls:
        yield call
        if call is scheduled:
            yield replace(search)
            yield with_answer(with_text(created, _NUMBER, _OTHER_NUMBER), booking, other)
            yield with_text(with_text(scheduled, _NUMBER, _OTHER_NUMBER), booking, other)


def _replace_a_cancelled_order(calls: tuple[Call, ...]) -> Iterable[Call]:
    created = next(call for call in calls if call.operation == "createOrder")
    for call in calls:
        yield call
        if call.operation == "deleteBooking":
            yield from _order(created, call)


def _reserve_only(calls: tuple[Call, ...]) -> Iterable[Call]:
    _, second, *_ = (call for call in calls if call.operation == "scheduleBooking")
    old, new = b"scheduleBooking", b"createReservation"
    for call in calls:
        yield with_answer(with_text(call, old, new), old, new) if call is second else call


def _look_up(last: Call, number: int) -> Call:
    members: Members = {"primaryOrderNumber": str(number)}
    return like(last, "selectOrder", members)


def _give_up_at_once(last: Call) -> Iterable[Call]:
    yield lost(_look_up(last, 10000051))


def _try_for_minutes(last: Call) -> Iterable[Call]:
    return (later(lost(_look_up(last, 10000051)), 30 * each) for each in range(12))


def _try_sooner_each_time(last: Call) -> Iterable[Call]:
    return (later(lost(_look_up(last, 10000051)), seconds) for seconds in (0, 80, 120, 140, 150))


def _try_everything_in_an_outage(last: Call) -> Iterable[Call]:
    return (later(lost(_look_up(last, 10000060 + each % 16)), 1.5 * each) for each in range(32))


def _poll_two_orders(last: Call) -> Iterable[Call]:
    return (later(_look_up(last, 10000060 + each % 2), 9 * each) for each in range(64))


def _open_many_sessions(last: Call) -> Iterable[Call]:
    names = [f"{each:032x}" for each in range(_MANY_SESSIONS)]
    yield from (_open(last, name) for name in names)
    yield from (with_text(last, last.session.encode(), name.encode()) for name in names)


def _open_a_session_for_each_call(last: Call) -> Iterable[Call]:
    for each in range(_MANY_LOGINS):
        name = f"{each:032x}"
        yield later(_open(last, name), each)
        yield later(with_text(last, last.session.encode(), name.encode()), each)


def _open(last: Call, session: str) -> Call:
    return like(last, "openSession", {"login": "drs", "password": "drs"}, f"<sessionId>{session}</sessionId>")


CONDUCT_DEFECTS: tuple[CallerDefect, ...] = (
    CallerDefect(
        "a booking that DRS never returned is cancelled under the order's number",
        "CAL-41",
        rewrite("deleteBooking", r"<bookingId>\d+<", "<bookingId>1<"),
    ),
    CallerDefect("the first search begins past the target", "CAL-42", _alter_last("checkAvailability", _search_late)),
    CallerDefect("a slot that the caller has filled is booked from the same search", "CAL-43", _book_a_filled_slot),
    CallerDefect("a refused slot is sent again", "CAL-44", _alter_last("scheduleBooking", _send_a_refused_slot_again)),
    CallerDefect("a cancelled booking is scheduled", "CAL-45", _schedule_what_was_cancelled),
    CallerDefect(
        "a date in November has today's offset",
        "CAL-46",
        rewrite("createOrder", "<targetDate>[^<]*<", "<targetDate>2021-11-05T23:59:59+01:00<"),
    ),
    CallerDefect(
        "a period ends with a day of UTC", "CAL-47", _alter_last("checkAvailability", _end_the_last_day_in_utc)
    ),
    CallerDefect("an order is updated whose creation was refused", "CAL-48", _go_on_without_an_order),
    CallerDefect(
        "a refused cancellation is sent again", "CAL-49", _alter_last("deleteBooking", _repeat_a_refused_cancellation)
    ),
    CallerDefect("the same repair is booked twice under two numbers", "CAL-50", _book_twice),
    CallerDefect("a cancelled order is replaced by another one", "CAL-51", _replace_a_cancelled_order),
    CallerDefect("a reservation is left to lapse", "CAL-52", _reserve_only),
    CallerDefect("a lost answer is the end of it", "CAL-53", before_the_end(_give_up_at_once)),
    CallerDefect("a call without an answer is tried for minutes", "CAL-54", before_the_end(_try_for_minutes)),
    CallerDefect("tries come sooner each time", "CAL-55", before_the_end(_try_sooner_each_time)),
    CallerDefect("everything is tried in an outage", "CAL-56", before_the_end(_try_everything_in_an_outage)),
    CallerDefect("two orders are polled in turn", "CAL-57", before_the_end(_poll_two_orders)),
    CallerDefect("sessions are opened and kept", "CAL-58", before_the_end(_open_many_sessions)),
    CallerDefect("there is a login for every call", "CAL-59", before_the_end(_open_a_session_for_each_call)),
)
"""A defect for each clause about conduct, in the order of the ids."""
