"""The routes of the admin interface: a table, and what each of them does."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version

from drs_simulator.admin.requests import BookingQuery, ClockChange, EmptyPayload, MoveRequest, OrderQuery
from drs_simulator.admin.responses import (
    Bookings,
    BookingView,
    ClockReading,
    Day,
    EndedSessions,
    Health,
    Operatives,
    OperativeView,
    Orders,
    OrderView,
    Sessions,
    SessionView,
)
from drs_simulator.admin.route import AdminRequest, Route, Section
from drs_simulator.admin.scenarios import SCENARIOS
from drs_simulator.admin.watch import WATCHING
from drs_simulator.profile.model import Profile
from drs_simulator.scheduling import back_office
from drs_simulator.scheduling.back_office import Move, Search, UnknownError
from drs_simulator.storage.export import StateDocument

_MAX_DIGITS = 18
_NO_FURTHER_THAN = (date(1900, 1, 1), date(9000, 1, 1))


def installed_version() -> str:
    """The version that is installed, or that none is."""
    try:
        return version("drs-simulator")
    except PackageNotFoundError:
        return "unknown"


def _health(request: AdminRequest) -> Health:
    simulator = request.simulator
    perform = simulator.scheduler.run_as_system
    return Health(
        version=installed_version(),
        profile=simulator.profile.name,
        now=simulator.clock.now().astimezone(simulator.profile.zone),
        sessions=len(perform(back_office.open_sessions, None)),
        orders=perform(back_office.find_orders, Search(limit=0)).total,
        bookings=perform(back_office.find_bookings, Search(limit=0)).total,
    )


def _reset(request: AdminRequest) -> None:
    request.simulator.reset()


def _clock(request: AdminRequest) -> ClockReading:
    return ClockReading.of(request.simulator.clock, request.simulator.profile.zone)


def _set_clock(request: AdminRequest) -> ClockReading:
    clock, change = request.simulator.clock, request.payload
    if change.fixed is not None:
        clock.fix(change.fixed)
    elif change.shift is not None:
        clock.shift(change.shift)
    else:
        clock.resume()
    return _clock(request)


def _state(request: AdminRequest) -> StateDocument:
    return request.simulator.export_state()


def _put_state(request: AdminRequest) -> None:
    request.simulator.import_state(request.payload)


def _sessions(request: AdminRequest) -> Sessions:
    zone = request.simulator.profile.zone
    sessions = request.simulator.scheduler.run_as_system(back_office.open_sessions, None)
    return Sessions(items=tuple(SessionView.of(session, zone) for session in sessions))


def _end_sessions(request: AdminRequest) -> EndedSessions:
    return EndedSessions(lapsed=request.simulator.scheduler.run_as_system(back_office.clear_sessions, None))


def _orders(request: AdminRequest) -> Orders:
    query, zone = request.query, request.simulator.profile.zone
    search = Search(query.number, offset=query.offset, limit=query.limit)
    found = request.simulator.scheduler.run_as_system(back_office.find_orders, search)
    items = tuple(OrderView.of(order, zone) for order in found.part)
    return Orders(items=items, total=found.total, offset=query.offset, limit=query.limit)


def _order(request: AdminRequest) -> OrderView:
    found = request.simulator.scheduler.run_as_system(back_office.order_numbered, request.path["number"])
    return OrderView.of(found, request.simulator.profile.zone)


def _bookings(request: AdminRequest) -> Bookings:
    query, zone = request.query, request.simulator.profile.zone
    search = Search(query.number, query.life_cycle, query.operative_id, query.offset, query.limit)
    found = request.simulator.scheduler.run_as_system(back_office.find_bookings, search)
    items = tuple(BookingView.of(booking, zone) for booking in found.part)
    return Bookings(items=items, total=found.total, offset=query.offset, limit=query.limit)


def _move(request: AdminRequest) -> BookingView:
    sent, zone = request.payload, request.simulator.profile.zone
    move = Move(_booking_id(request), sent.begin.astimezone(zone), sent.end.astimezone(zone), sent.operative_id)
    return BookingView.of(request.simulator.scheduler.run_as_system(back_office.move_booking, move), zone)


def _confirm(request: AdminRequest) -> BookingView:
    confirmed = request.simulator.scheduler.run_as_system(back_office.confirm_booking, _booking_id(request))
    return BookingView.of(confirmed, request.simulator.profile.zone)


def _cancel(request: AdminRequest) -> BookingView:
    cancelled = request.simulator.scheduler.run_as_system(back_office.cancel_booking, _booking_id(request))
    return BookingView.of(cancelled, request.simulator.profile.zone)


def _operatives(request: AdminRequest) -> Operatives:
    everybody = request.simulator.scheduler.run_as_system(back_office.all_operatives, None)
    return Operatives(items=tuple(OperativeView.of(operative) for operative in everybody))


def _day(request: AdminRequest) -> Day:
    wanted = (request.path["operative_id"], _day_of(request.path["day"]))
    shown = request.simulator.scheduler.run_as_system(back_office.operative_day, wanted)
    return Day.of(shown, wanted[1], request.simulator.profile.zone)


def _profile(request: AdminRequest) -> Profile:
    return request.simulator.profile


def _booking_id(request: AdminRequest) -> int:
    text = request.path["booking_id"]
    if not (text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS):
        raise UnknownError("There is no such booking: its id is a whole number.")
    return int(text)


def _day_of(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text or not _NO_FURTHER_THAN[0] <= day <= _NO_FURTHER_THAN[1]:
        raise UnknownError("There is no such day. Write it as 2021-10-26.")
    return day


_UNKNOWN = (HTTPStatus.NOT_FOUND,)
_DECLINED = (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)

SECTIONS = (
    Section(
        "simulator",
        (
            Route("GET", "/health", "Whether the simulator answers, and how much it keeps", _health, Health),
            Route("POST", "/reset", "Forget everything; clock and numbers begin anew", _reset, payload=EmptyPayload),
            Route("GET", "/clock", "What the clock reads", _clock, ClockReading),
            Route("PUT", "/clock", "Fix, shift or release the clock", _set_clock, ClockReading, ClockChange),
            Route("GET", "/state", "Everything that this DRS would go on from", _state, StateDocument),
            Route("PUT", "/state", "Go on from an exported state", _put_state, payload=StateDocument),
            Route("GET", "/profile", "The installation's settings, with their evidence", _profile, Profile),
        ),
    ),
    Section(
        "planning",
        (
            Route("GET", "/sessions", "The open sessions", _sessions, Sessions),
            Route("DELETE", "/sessions", "Let all sessions lapse", _end_sessions, EndedSessions, EmptyPayload),
            Route("GET", "/orders", "Orders, newest first", _orders, Orders, query=OrderQuery),
            Route("GET", "/orders/<path:number>", "The order of a number", _order, OrderView, declines=_UNKNOWN),
            Route("GET", "/bookings", "Bookings, newest first", _bookings, Bookings, query=BookingQuery),
            Route(
                "POST",
                "/bookings/<booking_id>/move",
                "Move a booking into another window, as a planner does",
                _move,
                BookingView,
                MoveRequest,
                declines=_DECLINED,
            ),
            Route(
                "POST",
                "/bookings/<booking_id>/confirm",
                "Confirm a booking's appointment, as a planner does",
                _confirm,
                BookingView,
                EmptyPayload,
                declines=_DECLINED,
            ),
            Route(
                "POST",
                "/bookings/<booking_id>/cancel",
                "Cancel a booking, as a planner does; tells what it was",
                _cancel,
                BookingView,
                EmptyPayload,
                declines=_DECLINED,
            ),
            Route("GET", "/operatives", "Everybody who does the work", _operatives, Operatives),
            Route(
                "GET",
                "/operatives/<operative_id>/day/<day>",
                "An operative's day",
                _day,
                Day,
                declines=_UNKNOWN,
            ),
        ),
    ),
    WATCHING,
    SCENARIOS,
)
"""All of the admin interface. Another part of it adds its section here."""
