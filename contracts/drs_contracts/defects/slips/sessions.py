"""Slips about sessions and logins, about areas, and about two callers at once."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, date, timedelta
from threading import current_thread, main_thread
from typing import Any

from drs_contracts.defects.slips.system import (
    CHANGES,
    Slip,
    System,
    Tables,
    booking_in,
    number_of,
    operation_of,
    session_of,
    succeeded,
    text_of,
)
from drs_contracts.driver.messages import Reply

_GRACE = timedelta(minutes=5)
_BETWEEN_LOOK_AND_WRITE = 0.1


def _outlive_midnight(system: System, body: bytes) -> Reply:
    """Have the sessions of a day end five minutes after it."""
    now = system.now
    if now - now.replace(hour=0, minute=0, second=0, microsecond=0) < _GRACE:
        return _with_session_opened_now(system, body, lasts=lambda opened: now - opened < timedelta(days=1))
    return system.send(body)


def _end_at_midnight_utc(system: System, body: bytes) -> Reply:
    """Have the sessions of a day end at midnight in UTC."""
    today = system.now.astimezone(UTC).date()
    return _with_session_opened_now(system, body, lasts=lambda opened: opened.astimezone(UTC).date() == today)


def _with_session_opened_now(system: System, body: bytes, *, lasts: Any) -> Reply:
    with system.lock:
        sent, sessions = session_of(body), system.state.sessions
        opened = next((each.opened for each in sessions if each.id == sent), None)
        if opened is None:
            return system.send(body)
        seems = system.now if lasts(opened) else opened - timedelta(days=2)
        system.change(sessions=tuple(replace(each, opened=seems) if each.id == sent else each for each in sessions))
        reply = system.send(body)
        system.change(
            sessions=tuple(replace(each, opened=opened) if each.id == sent else each for each in system.state.sessions)
        )
        return reply


def _one_of_both_is_enough(system: System, body: bytes) -> Reply:
    """Accept a right login with any password, and a right password with any login."""
    if operation_of(body) == "openSession":
        login, password = system.simulator.login, system.simulator.password
        if text_of(body, "login") == login or text_of(body, "password") == password:
            right = f"<openSession><login>{login}</login><password>{password}</password></openSession>".encode()
            begin, end = body.find(b"<openSession><login>"), body.find(b"</openSession>")
            if begin >= 0 and text_of(body, "login").strip() and text_of(body, "password").strip():
                return system.send(body[:begin] + right + body[end + len(b"</openSession>") :])
    return system.send(body)


def _longer_passwords(system: System, body: bytes) -> Reply:
    """Compare as much of a password as the right one has."""
    right = system.simulator.password
    if operation_of(body) == "openSession" and text_of(body, "password").startswith(right):
        sent = text_of(body, "password").encode()
        return system.send(body.replace(b"<password>" + sent + b"<", b"<password>" + right.encode() + b"<"))
    return system.send(body)


def _close_all(system: System, body: bytes) -> Reply:
    """End all sessions with the first that is closed."""
    with system.lock:
        reply = system.send(body)
        if operation_of(body) == "closeSession" and succeeded(reply):
            system.change(sessions=())
        return reply


def _book_in_any_week(system: System, body: bytes) -> Reply:
    """Schedule work of an area in any week, though it is only offered in that area's turn."""
    booking = (
        booking_in(system.state, number_of(body, "bookingId")) if operation_of(body) == "scheduleBooking" else None
    )
    if booking is None or booking.area is None:
        return system.send(body)
    with system.lock:
        system.put_booking(replace(booking, area=None))
        reply = system.send(body)
        system.put_booking(replace(booking_in(system.state, booking.id), area=booking.area))
        return reply


def _own_offers(system: System, body: bytes) -> Reply:
    """Answer the searches of a session as before until that session changes something."""
    called, session = operation_of(body), session_of(body)
    with system.lock:
        known = system.memory.setdefault("offers", {}).setdefault(session, {})
        if called != "checkAvailability":
            reply = system.send(body)
            if (called in CHANGES or called == "closeSession") and succeeded(reply):
                known.clear()
            return reply
        key = (body, system.now.replace(second=0, microsecond=0))
        if key not in known:
            known[key] = system.send(body)
        return known[key]  # type: ignore[no-any-return]


def _own_reservations(system: System, body: bytes) -> Reply:
    """Have a reservation hold its place against the session that made it only."""
    called, session = operation_of(body), session_of(body)
    with system.lock:
        owners: dict[int, str] = system.memory.setdefault("owners", {})
        hidden = {
            each.id: each
            for each in system.state.bookings
            if each.life_cycle == "RESERVED" and owners.get(each.id, session) != session
        }
        own = number_of(body, "bookingId")
        if called not in ("checkAvailability", "scheduleBooking", "createReservation") or not hidden or own in hidden:
            reply = system.send(body)
        else:
            system.change(
                bookings=tuple(
                    replace(each, appointment=None) if each.id in hidden else each for each in system.state.bookings
                )
            )
            reply = system.send(body)
            system.change(bookings=tuple(hidden.get(each.id, each) for each in system.state.bookings))
        if called == "createReservation" and succeeded(reply):
            owners[own] = session
        return reply


def _look_before_others_write(system: System, body: bytes) -> Reply:
    """Look for room, and take it a little later, without another look at what was taken in between."""
    if operation_of(body) != "scheduleBooking":
        return system.send(body)
    seen = {each.id: each.appointment for each in system.state.bookings}
    # The main thread's caller is the only one.
    if current_thread() is not main_thread():
        time.sleep(_BETWEEN_LOOK_AND_WRITE)
    with system.lock:
        overlooked = {
            each.id: each
            for each in system.state.bookings
            if each.appointment and each.appointment != seen.get(each.id) and each.id != number_of(body, "bookingId")
        }
        if not overlooked:
            return system.send(body)
        system.change(
            bookings=tuple(
                replace(each, appointment=None) if each.id in overlooked else each for each in system.state.bookings
            )
        )
        reply = system.send(body)
        system.change(bookings=tuple(overlooked.get(each.id, each) for each in system.state.bookings))
        return reply


def _numbers_by_user(tables: Tables) -> None:
    tables["ordering"]["repeated_order_numbers"] = "accept"


def _unique_for_a_user(system: System, body: bytes) -> Reply:
    """Accept an order number that another user has used."""
    if operation_of(body) != "createOrder":
        return system.send(body)
    with system.lock:
        number, user = text_of(body, "primaryOrderNumber"), text_of(body, "userId")
        users = {each.user_id for each in system.state.orders if each.number == number}
        return system.send_to_twin(body, _numbers_by_user) if users and user not in users else system.send(body)


SESSIONS: tuple[Slip, ...] = (
    Slip("sessions", "a session lasts until five minutes past midnight", _outlive_midnight, caught_by="SES-05"),
    Slip("sessions", "a session ends at midnight in UTC", _end_at_midnight_utc, caught_by="SES-05"),
    Slip("sessions", "a right login or a right password is enough", _one_of_both_is_enough, caught_by="SES-04"),
    Slip("sessions", "what comes after the right password is not read", _longer_passwords, caught_by="SES-04"),
    Slip("sessions", "closeSession ends the sessions of all callers", _close_all, caught_by="SES-02"),
)
AREAS: tuple[Slip, ...] = (
    Slip(
        "areas",
        "the turns of areas begin a week late",
        settings={"areas": {"first_day": date(2021, 10, 11)}},
        profile_name="lincoln-areas",
        caught_by="AVL-26",
    ),
    Slip(
        "areas",
        "the turns of areas change on Tuesday",
        settings={"areas": {"first_day": date(2021, 10, 5)}},
        profile_name="lincoln-areas",
        caught_by="AVL-26",
    ),
    Slip(
        "areas",
        "a booking can be scheduled outside its area's turn",
        _book_in_any_week,
        profile_name="lincoln-areas",
        caught_by="LAW-03",
    ),
)
TOGETHER: tuple[Slip, ...] = (
    Slip("two callers", "a session is offered what another one has taken", _own_offers, caught_by="LAW-02"),
    Slip("two callers", "a reservation holds against its own session only", _own_reservations, caught_by="LAW-02"),
    Slip(
        "two callers", "two callers at the same time get the last place", _look_before_others_write, caught_by="FLO-02"
    ),
    Slip("two callers", "an order number is unique for a user only", _unique_for_a_user, caught_by="ORD-07"),
)
