"""The page of a booking: planners look at it, and move, confirm and cancel it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from http import HTTPStatus
from typing import Any, NamedTuple

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from drs_simulator.console.current import perform, simulator
from drs_simulator.console.diary import slots_by_template
from drs_simulator.console.timeline import state_of
from drs_simulator.scheduling import back_office
from drs_simulator.scheduling.back_office import Move
from drs_simulator.scheduling.diary import explain_refused_move
from drs_simulator.scheduling.model import PlannedBooking
from drs_simulator.scheduling.planning import calendar
from drs_simulator.scheduling.refusal import Refusal

pages = Blueprint("bookings", __name__)
_HOW_TO_WRITE = "Choose a day, written like 2021-10-26, and a slot."


class _Refused(NamedTuple):
    """What DRS said, and why it said so."""

    words: str
    reason: str = ""


@pages.get("/bookings/<int:booking_id>")
def booking(booking_id: int) -> str:
    """Show a booking, with forms to move, confirm and cancel it."""
    return _booking_page(perform(back_office.booking_of_id, booking_id))


@pages.post("/bookings/<int:booking_id>/move")
def move(booking_id: int) -> AnyResponse | tuple[str, int] | tuple[Response, int]:
    """Move a booking, or say why it cannot be moved. The diary's script gets JSON."""
    planned = perform(back_office.booking_of_id, booking_id)
    wants_json = request.accept_mimetypes.best == "application/json"
    refused = _Refused(_HOW_TO_WRITE)
    moving = _read_move(booking_id)
    if moving is not None:
        try:
            moved = perform(back_office.move_booking, moving)
        except Refusal as error:
            refused = _Refused(str(error), perform(explain_refused_move, moving))
        else:
            if wants_json:
                return jsonify(moved=_describe(moved))
            return redirect(url_for("bookings.booking", booking_id=booking_id, done="moved"), HTTPStatus.SEE_OTHER)
    if wants_json:
        return jsonify(refusal=refused.words, reason=refused.reason), HTTPStatus.CONFLICT
    return _booking_page(planned, refused=refused), HTTPStatus.CONFLICT


@pages.post("/bookings/<int:booking_id>/confirm")
def confirm(booking_id: int) -> AnyResponse | tuple[str, int]:
    """Confirm an appointment, or say why it cannot be confirmed."""
    planned = perform(back_office.booking_of_id, booking_id)
    then = url_for("bookings.booking", booking_id=booking_id, done="confirmed")
    return _act(planned, lambda: perform(back_office.confirm_booking, booking_id), then)


@pages.post("/bookings/<int:booking_id>/cancel")
def cancel(booking_id: int) -> AnyResponse | tuple[str, int]:
    """Cancel a booking, or say why it cannot be cancelled."""
    planned = perform(back_office.booking_of_id, booking_id)
    then = url_for("orders.order", number=planned.booking.order_number, done="cancelled")
    return _act(planned, lambda: perform(back_office.cancel_booking, booking_id), then)


def _act(planned: PlannedBooking, act: Callable[[], object], then: str) -> AnyResponse | tuple[str, int]:
    """Act on a booking and go to another page, or show the booking with what DRS said."""
    try:
        act()
    except Refusal as error:
        return _booking_page(planned, refused=_Refused(str(error))), HTTPStatus.CONFLICT
    return redirect(then, HTTPStatus.SEE_OTHER)


def _booking_page(planned: PlannedBooking, **more: Any) -> str:
    profile, booking = simulator().profile, planned.booking
    slots = slots_by_template(profile)
    own = _own_slot(planned)
    template = booking.rules.slots_template if booking.rules else None
    offered = slots.get(template or "", slots[""])
    return render_template(
        "booking.html",
        planned=planned,
        state=state_of(booking),
        slots=offered if own in offered else [own, *offered],
        own_slot=own,
        operatives=[
            each for each in perform(back_office.all_operatives, None) if set(booking.trades) <= set(each.trades)
        ],
        window_day=calendar.local_day(booking.window_start, profile.zone),
        sent=request.form,
        **more,
    )


def _own_slot(planned: PlannedBooking) -> str:
    """Return the booking's planning window, or the first slot if the window has more than a day."""
    profile, booking = simulator().profile, planned.booking
    begin, end = (each.astimezone(profile.zone) for each in (booking.window_start, booking.window_end))
    if begin.date() == end.date():
        return f"{begin:%H:%M}-{end:%H:%M}"
    return slots_by_template(profile)[""][0]


def _describe(moved: PlannedBooking) -> str:
    zone = simulator().profile.zone
    begin = (moved.assigned_start or moved.booking.window_start).astimezone(zone)
    end = (moved.assigned_end or moved.booking.window_end).astimezone(zone)
    who = f", {moved.operative_name}" if moved.operative_name else ""
    return f"{moved.booking.order_number} is now on {begin:%a %-d %b, %H:%M}\N{EN DASH}{end:%H:%M}{who}."


def _read_move(booking_id: int) -> Move | None:
    """Read the form: day, slot and operative. ``None`` if it has no window."""
    try:
        on = date.fromisoformat(request.form.get("day", ""))
        begin, end = (time.fromisoformat(each) for each in request.form.get("slot", "").split("-"))
    except ValueError:
        return None
    zone = simulator().profile.zone
    window: tuple[datetime, datetime] = calendar.at(on, begin, zone), calendar.at(on, end, zone)
    return Move(booking_id, *window, request.form.get("operative") or None)
