"""Slips about conservation: places, ids and bookings that a call leaves behind, gives twice or takes too many of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from drs_simulator import StateDocument

from drs_contracts.defects.slips.system import (
    PLANNING,
    Behaviour,
    Slip,
    System,
    afterwards,
    booking_in,
    haunt,
    instant_of,
    number_of,
    operation_of,
    refuse,
    succeeded,
    text_of,
)
from drs_contracts.driver.messages import Reply

_PLANNING = " ".join(PLANNING)
_FAILED = b"Planning failed"


def _booking_id(body: bytes) -> int:
    return number_of(body, "bookingId")


def _bookings_of(state: StateDocument, number: str) -> list[Any]:
    return [each for each in state.bookings if each.order_number == number]


def _keep_the_old_day(system: System, before: StateDocument, body: bytes, reply: Reply) -> None:
    del reply
    was, now = booking_in(before, _booking_id(body)), booking_in(system.state, _booking_id(body))
    if was and was.appointment and now.appointment.day != was.appointment.day:
        haunt(system, before, was)


def _keep_the_old_hours(system: System, before: StateDocument, body: bytes, reply: Reply) -> None:
    del reply
    was, now = booking_in(before, _booking_id(body)), booking_in(system.state, _booking_id(body))
    if was and was.appointment and now.appointment.day == was.appointment.day and now.window_start != was.window_start:
        haunt(system, before, was)


def _keep_further_places(system: System, before: StateDocument, body: bytes, reply: Reply) -> None:
    del reply
    _, *further = _bookings_of(before, text_of(body, "primaryOrderNumber")) or [None]
    for booking in further:
        if booking.appointment:
            haunt(system, before, booking)


def _lose_the_place(system: System, before: StateDocument, body: bytes, reply: Reply) -> None:
    booking = booking_in(before, _booking_id(body))
    if _FAILED in reply.body and booking and booking.appointment:
        system.put_booking(replace(booking, appointment=None))


def _keep_the_refused_window(system: System, before: StateDocument, body: bytes, reply: Reply) -> None:
    booking = booking_in(before, _booking_id(body))
    begin, end = instant_of(body, "planningWindowStart"), instant_of(body, "planningWindowEnd")
    if _FAILED in reply.body and booking and not booking.appointment and begin and end:
        system.put_booking(replace(booking, window_start=begin, window_end=end))


def _cancel_all_of_the_order(system: System, before: StateDocument, body: bytes, reply: Reply) -> None:
    del reply
    cancelled, state = booking_in(before, _booking_id(body)), system.state
    system.change(bookings=tuple(each for each in state.bookings if each.order_id != cancelled.order_id))


def _cancel_follow_ons(system: System, before: StateDocument, body: bytes, reply: Reply) -> None:
    del before, reply
    system.change(bookings=tuple(each for each in system.state.bookings if each.parent_id != _booking_id(body)))


def _keep_the_visits(system: System, before: StateDocument, body: bytes, reply: Reply) -> None:
    del reply
    for booking in _bookings_of(before, text_of(body, "primaryOrderNumber")):
        if booking.appointment:
            haunt(system, before, booking)


def _number_from_what_is_there(system: System, before: StateDocument, body: bytes, reply: Reply) -> None:
    del before, body, reply
    state = system.state
    first = system.simulator.profile.ordering.first_booking_id
    last = max([each.id for each in state.bookings], default=first - 1)
    system.change(numbers=state.numbers | {"booking": last})


def _number_every_code(system: System, before: StateDocument, body: bytes, reply: Reply) -> None:
    del before, reply
    numbers = system.state.numbers
    more = body.count(b"<theBookingCodes>") - 1
    if more > 0:
        system.change(numbers=numbers | {"booking": numbers["booking"] + more})


def _keep_the_place_of_the_completed(system: System, before: StateDocument, body: bytes, reply: Reply) -> None:
    del reply
    state = system.state
    for booking in _bookings_of(before, text_of(body, "primaryOrderNumber")):
        now = booking_in(state, booking.id)
        if booking.appointment and now and not now.appointment:
            haunt(system, before, booking)


def _keep_lapsed_places(system: System, body: bytes) -> Reply:
    """Have the place of a reservation that has lapsed stay taken."""
    called = operation_of(body)
    with system.lock:
        reserved: dict[int, Any] = system.memory.setdefault("reserved", {})
        state = system.state
        for booking_id, was in tuple(reserved.items()):
            now = booking_in(state, booking_id)
            if now is None or now.life_cycle != "RESERVED":
                if now is not None and now.appointment is None and not now.completed:
                    haunt(system, state, replace(was, life_cycle=now.life_cycle, held_until=None))
                del reserved[booking_id]
        reply = (
            system.send_with(body, tuple(system.memory.get("ghosts", ()))) if called in PLANNING else system.send(body)
        )
        if called == "createReservation" and succeeded(reply):
            reserved[_booking_id(body)] = booking_in(system.state, _booking_id(body))
        return reply


def _keep_the_number(system: System, body: bytes) -> Reply:
    """Never give the number of a deleted order again."""
    number, deleted = text_of(body, "primaryOrderNumber"), system.memory.setdefault("deleted", set())
    if operation_of(body) == "createOrder" and number in deleted:
        return refuse(body, system.simulator.profile.messages.order_exists.format(number=number))
    reply = system.send(body)
    if operation_of(body) == "deleteOrder" and succeeded(reply):
        deleted.add(number)
    return reply


def _of_places(happen: Any, operations: str, *, succeeding: bool = True) -> Behaviour:
    return afterwards(operations, happen, succeeding=succeeding, ghosts_in=_PLANNING)


PLACES: tuple[Slip, ...] = (
    Slip(
        "conservation",
        "a booking that moves to another day keeps its place on the old one",
        _of_places(_keep_the_old_day, "scheduleBooking"),
        caught_by="FLO-03",
    ),
    Slip(
        "conservation",
        "a booking that moves to other hours of its day keeps the old ones",
        _of_places(_keep_the_old_hours, "scheduleBooking"),
        caught_by="FLO-03",
    ),
    Slip(
        "conservation",
        "deleteOrder frees the place of the first booking only",
        _of_places(_keep_further_places, "deleteOrder"),
        caught_by="LAW-21",
    ),
    Slip(
        "conservation",
        "a booking whose move is refused loses the place it has",
        _of_places(_lose_the_place, "scheduleBooking", succeeding=False),
        caught_by="LAW-02",
    ),
    Slip(
        "conservation",
        "a booking that is refused a place keeps the window it was refused for",
        _of_places(_keep_the_refused_window, "scheduleBooking", succeeding=False),
        caught_by="LAW-02",
    ),
    Slip(
        "conservation",
        "deleteBooking cancels all bookings of the order",
        afterwards("deleteBooking", _cancel_all_of_the_order),
        caught_by="LAW-20",
    ),
    Slip(
        "conservation",
        "deleteBooking cancels the follow-on bookings too",
        afterwards("deleteBooking", _cancel_follow_ons),
        caught_by="LAW-20",
    ),
    Slip(
        "conservation",
        "getSchedule still lists the visits of a deleted order",
        afterwards("deleteOrder", _keep_the_visits, ghosts_in="getSchedule"),
        caught_by="LAW-21",
    ),
    Slip("conservation", "the number of a deleted order cannot be used again", _keep_the_number, caught_by="LAW-21"),
    Slip(
        "conservation",
        "the bookingId of the latest booking is given again once that is deleted",
        afterwards("deleteBooking deleteOrder", _number_from_what_is_there),
        caught_by="FLO-01",
    ),
    Slip(
        "conservation",
        "a booking uses up a bookingId for each of its codes",
        afterwards("createOrder createBooking", _number_every_code),
        unnoticed_because="no evidence says that bookingIds have no gaps; the bookings of other callers leave some too",
    ),
    Slip(
        "conservation",
        "the place of a reservation that has lapsed stays taken",
        _keep_lapsed_places,
        caught_by="SCH-19",
    ),
    Slip(
        "conservation",
        "an order that is completed before its visit keeps the place of the visit",
        _of_places(_keep_the_place_of_the_completed, "completeOrder"),
        caught_by="LAW-21",
    ),
)
