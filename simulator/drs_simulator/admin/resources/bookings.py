"""The admin API's bookings: list them; move, confirm, complete and cancel one as a planner does."""

from __future__ import annotations

from datetime import datetime, tzinfo
from http import HTTPStatus
from typing import Self

from pydantic import AwareDatetime

from drs_simulator.admin.models import EmptyPayload, ListQuery, Payload, View, to_local
from drs_simulator.admin.route import AdminRequest, Route, Section
from drs_simulator.scheduling import back_office
from drs_simulator.scheduling.back_office import Completion, Move, Search, UnknownError
from drs_simulator.scheduling.model import Alert, AlertReason, LifeCycle, PlannedBooking

_MAX_DIGITS = 18


class BookingQuery(ListQuery):
    """Bookings of the order with exactly this number, in this life cycle, in this operative's diary."""

    number: str | None = None
    life_cycle: LifeCycle | None = None
    operative_id: str | None = None


class MoveRequest(Payload):
    """The window to move a booking to. Without ``operative_id``, any operative who has room gets it."""

    begin: AwareDatetime
    end: AwareDatetime
    operative_id: str | None = None


class CompleteRequest(Payload):
    """When and by whom a booking was worked on. What is left out is as in the diary."""

    begin: AwareDatetime | None = None
    end: AwareDatetime | None = None
    operative_id: str | None = None


class AlertView(View):
    """Why a planner must look at a booking."""

    reason: AlertReason
    created: datetime
    comments: str

    @classmethod
    def of(cls, alert: Alert, zone: tzinfo) -> Self:
        """Show an alert."""
        return cls(reason=alert.reason, created=alert.created.astimezone(zone), comments=alert.comments)


class BookingView(View):
    """A booking: its window, and its place in an operative's diary."""

    id: int
    order_number: str
    contract: str
    location_id: str
    reason: str
    minutes: int
    trade: str
    sor_codes: tuple[str, ...]
    life_cycle: LifeCycle
    suspended: bool
    sequence: str
    parent_id: int | None
    window_start: datetime
    window_end: datetime
    assigned_start: datetime | None
    assigned_end: datetime | None
    operative_id: str | None
    operative_name: str | None
    held_until: datetime | None
    time_locked: bool
    operative_locked: bool
    alert: AlertView | None

    @classmethod
    def of(cls, planned: PlannedBooking, zone: tzinfo) -> Self:
        """Show a booking."""
        booking = planned.booking
        return cls(
            id=booking.id,
            order_number=booking.order_number,
            contract=booking.contract,
            location_id=booking.location.id,
            reason=booking.reason,
            minutes=booking.minutes,
            trade=booking.trade,
            sor_codes=tuple(code.sor_code for code in booking.codes),
            life_cycle=booking.life_cycle,
            suspended=booking.is_suspended,
            sequence=booking.sequence,
            parent_id=booking.parent_id,
            window_start=booking.window_start.astimezone(zone),
            window_end=booking.window_end.astimezone(zone),
            assigned_start=to_local(planned.assigned_start, zone),
            assigned_end=to_local(planned.assigned_end, zone),
            operative_id=planned.operative_id,
            operative_name=planned.operative_name,
            held_until=to_local(booking.held_until, zone),
            time_locked=booking.locked_start is not None,
            operative_locked=booking.locked_operative is not None,
            alert=None if booking.alert is None else AlertView.of(booking.alert, zone),
        )


class Bookings(View):
    """A part of the bookings found; ``total`` counts all of them."""

    items: tuple[BookingView, ...]
    total: int
    offset: int
    limit: int


def _list_bookings(request: AdminRequest) -> Bookings:
    query, zone = request.query, request.simulator.profile.zone
    search = Search(query.number, query.life_cycle, query.operative_id, query.offset, query.limit)
    found = request.simulator.scheduler.run_as_system(back_office.find_bookings, search)
    items = tuple(BookingView.of(booking, zone) for booking in found.part)
    return Bookings(items=items, total=found.total, offset=query.offset, limit=query.limit)


def _move_booking(request: AdminRequest) -> BookingView:
    sent, zone = request.payload, request.simulator.profile.zone
    move = Move(_booking_id(request), sent.begin.astimezone(zone), sent.end.astimezone(zone), sent.operative_id)
    return BookingView.of(request.simulator.scheduler.run_as_system(back_office.move_booking, move), zone)


def _confirm_booking(request: AdminRequest) -> BookingView:
    confirmed = request.simulator.scheduler.run_as_system(back_office.confirm_booking, _booking_id(request))
    return BookingView.of(confirmed, request.simulator.profile.zone)


def _complete_booking(request: AdminRequest) -> BookingView:
    sent, zone = request.payload, request.simulator.profile.zone
    begin, end = to_local(sent.begin, zone), to_local(sent.end, zone)
    completion = Completion(_booking_id(request), begin, end, sent.operative_id)
    return BookingView.of(request.simulator.scheduler.run_as_system(back_office.complete_booking, completion), zone)


def _cancel_booking(request: AdminRequest) -> BookingView:
    cancelled = request.simulator.scheduler.run_as_system(back_office.cancel_booking, _booking_id(request))
    return BookingView.of(cancelled, request.simulator.profile.zone)


def _booking_id(request: AdminRequest) -> int:
    text = request.path["booking_id"]
    if not (text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS):
        raise UnknownError("There is no such booking: its id is a whole number.")
    return int(text)


_REFUSALS = (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)

BOOKINGS = Section(
    "bookings",
    (
        Route("GET", "/bookings", "List bookings, newest first", _list_bookings, Bookings, query=BookingQuery),
        Route(
            "POST",
            "/bookings/<booking_id>/move",
            "Move a booking to another window, as a planner does",
            _move_booking,
            BookingView,
            MoveRequest,
            errors=_REFUSALS,
        ),
        Route(
            "POST",
            "/bookings/<booking_id>/confirm",
            "Confirm a booking's appointment, as a planner does",
            _confirm_booking,
            BookingView,
            EmptyPayload,
            errors=_REFUSALS,
        ),
        Route(
            "POST",
            "/bookings/<booking_id>/complete",
            "Complete a booking, as a planner does",
            _complete_booking,
            BookingView,
            CompleteRequest,
            errors=_REFUSALS,
        ),
        Route(
            "POST",
            "/bookings/<booking_id>/cancel",
            "Cancel a booking, as a planner does; returns the booking as it was",
            _cancel_booking,
            BookingView,
            EmptyPayload,
            errors=_REFUSALS,
        ),
    ),
)
