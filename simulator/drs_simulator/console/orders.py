"""The pages of orders and bookings: find them; move, confirm and cancel a booking as planners do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from http import HTTPStatus
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from drs_simulator.console.current import perform, simulator
from drs_simulator.scheduling import back_office
from drs_simulator.scheduling.back_office import Move, Search
from drs_simulator.scheduling.model import PlannedBooking
from drs_simulator.scheduling.planning import calendar
from drs_simulator.scheduling.refusal import Refusal

pages = Blueprint("orders", __name__)
_PER_PAGE = 25
_MAX_PAGES = 1_000_000


@pages.get("/orders")
def all_orders() -> str:
    """List orders, newest first, page by page."""
    number = request.args.get("number", "").strip()
    page = _page(request.args.get("page", ""))
    found = perform(back_office.find_orders, Search(number, offset=(page - 1) * _PER_PAGE, limit=_PER_PAGE))
    page_count = max(1, -(-found.total // _PER_PAGE))
    return render_template("orders.html", found=found, number=number, page=page, pages=page_count)


@pages.get("/orders/<path:number>")
def order(number: str) -> str:
    """Show an order with its bookings."""
    return render_template("order.html", shown=perform(back_office.order_numbered, number))


@pages.get("/bookings/<int:booking_id>")
def booking(booking_id: int) -> str:
    """Show a booking, with forms to move, confirm and cancel it."""
    return _booking_page(perform(back_office.booking_of_id, booking_id))


@pages.post("/bookings/<int:booking_id>/move")
def move(booking_id: int) -> Response | tuple[str, int]:
    """Move a booking, or say why it cannot be moved."""

    def move_it() -> None:
        begin, end = _window(request.form.get("day", ""), request.form.get("slot", ""))
        perform(back_office.move_booking, Move(booking_id, begin, end, request.form.get("operative") or None))

    then = url_for("orders.booking", booking_id=booking_id, done="moved")
    return _act(perform(back_office.booking_of_id, booking_id), move_it, then)


@pages.post("/bookings/<int:booking_id>/confirm")
def confirm(booking_id: int) -> Response | tuple[str, int]:
    """Confirm an appointment, or say why it cannot be confirmed."""
    planned = perform(back_office.booking_of_id, booking_id)
    then = url_for("orders.booking", booking_id=booking_id, done="confirmed")
    return _act(planned, lambda: perform(back_office.confirm_booking, booking_id), then)


@pages.post("/bookings/<int:booking_id>/cancel")
def cancel(booking_id: int) -> Response | tuple[str, int]:
    """Cancel a booking, or say why it cannot be cancelled."""
    planned = perform(back_office.booking_of_id, booking_id)
    then = url_for("orders.all_orders", number=planned.booking.order_number, done="cancelled")
    return _act(planned, lambda: perform(back_office.cancel_booking, booking_id), then)


def _act(planned: PlannedBooking, act: Callable[[], object], then: str) -> Response | tuple[str, int]:
    """Act on a booking and go to another page, or show the booking with the reason why it failed."""
    try:
        act()
    except (Refusal, ValueError) as error:
        return _booking_page(planned, problem=str(error)), HTTPStatus.CONFLICT
    return redirect(then, HTTPStatus.SEE_OTHER)


def _booking_page(planned: PlannedBooking, **more: Any) -> str:
    profile = simulator().profile
    return render_template(
        "booking.html",
        planned=planned,
        slots=[f"{hours.begin:%H:%M}-{hours.end:%H:%M}" for hours in profile.availability.slots],
        operatives=[
            each
            for each in perform(back_office.all_operatives, None)
            if set(planned.booking.trades) <= set(each.trades)
        ],
        window_day=calendar.local_day(planned.booking.window_start, profile.zone),
        sent=request.form,
        **more,
    )


def _window(day: str, slot: str) -> tuple[datetime, datetime]:
    """Read the window of a form.

    Raises:
        ValueError: It has none; the message says how to write it.
    """
    try:
        on = date.fromisoformat(day)
        begin, end = (time.fromisoformat(each) for each in slot.split("-"))
    except ValueError:
        raise ValueError("Choose a day, written like 2021-10-26, and a slot.") from None
    zone = simulator().profile.zone
    return calendar.at(on, begin, zone), calendar.at(on, end, zone)


def _page(text: str) -> int:
    return min(max(1, int(text)), _MAX_PAGES) if text.isascii() and text.isdigit() and len(text) < 8 else 1  # noqa: PLR2004
