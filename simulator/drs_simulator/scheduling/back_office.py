"""What planners see and do at their own screens, for which nobody needs a session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from drs_simulator.scheduling.commands import BookingRequest, PlacingRequest
from drs_simulator.scheduling.context import UseCaseContext
from drs_simulator.scheduling.model import LifeCycle, Operative, OrderWithBookings, PlannedBooking, Session
from drs_simulator.scheduling.outbox import queue_confirmation
from drs_simulator.scheduling.planning import calendar
from drs_simulator.scheduling.use_cases.bookings import delete_booking
from drs_simulator.scheduling.use_cases.placement import place_booking, take_reserved_place


class UnknownError(LookupError):
    """What a planner names is not there; the message says what."""


@dataclass(frozen=True, slots=True)
class Search:
    """Which orders or bookings are looked for, and which part of what is found is wanted."""

    number: str | None = None
    life_cycle: LifeCycle | None = None
    operative_id: str | None = None
    offset: int = 0
    limit: int = 50


@dataclass(frozen=True, slots=True)
class FoundOrders:
    """A part of the orders that were found, and how many there are in all."""

    total: int
    part: tuple[OrderWithBookings, ...]


@dataclass(frozen=True, slots=True)
class FoundBookings:
    """A part of the bookings that were found, and how many there are in all."""

    total: int
    part: tuple[PlannedBooking, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """Into which window a planner moves a booking, and to whom, where that is to be somebody in particular."""

    booking_id: int
    begin: datetime
    end: datetime
    operative_id: str | None = None


@dataclass(frozen=True, slots=True)
class OperativeDay:
    """Somebody's day: their hours, if they work on it, what is fixed in it, and the bookings by time."""

    operative: Operative
    hours: tuple[datetime, datetime] | None
    fixed: tuple[tuple[datetime, datetime], ...]
    bookings: tuple[PlannedBooking, ...]


def open_sessions(context: UseCaseContext, request: None) -> tuple[Session, ...]:  # noqa: ARG001 - all are wanted
    """The sessions with which somebody can call now, oldest first."""
    zone = context.installation.zone
    today = calendar.local_day(context.now, zone)
    return tuple(each for each in context.transaction.sessions() if calendar.local_day(each.opened, zone) == today)


def clear_sessions(context: UseCaseContext, request: None) -> int:
    """All sessions lapse at once; tells how many there were."""
    ended = len(open_sessions(context, request))
    context.transaction.drop_sessions()
    return ended


def find_orders(context: UseCaseContext, search: Search) -> FoundOrders:
    """The orders whose number has the text that is looked for, in either case of letters, newest first."""
    text = (search.number or "").casefold()
    found = [order for order in context.transaction.orders() if text in order.number.casefold()]
    found.reverse()
    part = found[search.offset : search.offset + search.limit]
    return FoundOrders(len(found), tuple(context.with_bookings(order) for order in part))


def order_numbered(context: UseCaseContext, number: str) -> OrderWithBookings:
    """The order of that number, the newest where there are several.

    Raises:
        UnknownError: There is none.
    """
    orders = context.transaction.orders_numbered(number)
    if not orders:
        raise UnknownError(f"There is no order {number}.")
    return context.with_bookings(orders[-1])


def find_bookings(context: UseCaseContext, search: Search) -> FoundBookings:
    """The bookings of the order of that very number, in that life cycle, in that operative's diary; newest first."""
    found = [
        booking
        for booking in context.transaction.bookings()
        if search.number in (None, booking.order_number)
        and search.life_cycle in (None, booking.life_cycle)
        and search.operative_id in (None, booking.operative_id)
    ]
    found.reverse()
    part = found[search.offset : search.offset + search.limit]
    return FoundBookings(len(found), tuple(context.planner.planned(booking) for booking in part))


def move_booking(context: UseCaseContext, move: Move) -> PlannedBooking:
    """The booking gets a place in another window, as scheduleBooking gives it one; its reason stays.

    With ``operative_id`` that operative must come, now and when it is moved again (lockAsSpecified). The council's
    service is told, where there is one to tell (client: DRS calls back).

    Raises:
        UnknownError: There is no such booking.
        Refusal: Whatever scheduleBooking refuses.
    """
    booking = _known(context, move.booking_id)
    asked = BookingRequest(
        move.booking_id,
        number=booking.booking.order_number,
        reason=booking.booking.reason,
        window_start=move.begin,
        window_end=move.end,
        operative_ids=() if move.operative_id is None else (move.operative_id,),
    )
    lock = None if move.operative_id is None else "lockAsSpecified"
    place_booking(context, PlacingRequest(asked, resource_lock=lock))
    moved = _known(context, move.booking_id)
    queue_confirmation(context, "move", moved.booking)
    return moved


def confirm_booking(context: UseCaseContext, booking_id: int) -> PlannedBooking:
    """The booking's appointment stands: a place that is held for it becomes its own, as confirmReservation makes it.

    The council's service is told, where there is one to tell, also of an appointment that needed no confirming
    (presumed).

    Raises:
        UnknownError: There is no such booking.
        Refusal: It has no appointment, or is completed.
    """
    booking = _known(context, booking_id).booking
    if booking.life_cycle is LifeCycle.RESERVED or booking.appointment is None or booking.completed:
        # It refuses all but the first of these, each in its words.
        take_reserved_place(context, PlacingRequest(BookingRequest(booking_id)))
    confirmed = _known(context, booking_id)
    queue_confirmation(context, "confirm", confirmed.booking)
    return confirmed


def cancel_booking(context: UseCaseContext, booking_id: int) -> PlannedBooking:
    """The booking is gone and its place is free, as deleteBooking leaves it; tells what it was.

    Raises:
        UnknownError: There is no such booking.
        Refusal: Whatever deleteBooking refuses.
    """
    planned = _known(context, booking_id)
    booking = planned.booking
    delete_booking(context, BookingRequest(booking_id, booking.contract, booking.order_number))
    return planned


def all_operatives(context: UseCaseContext, request: None) -> tuple[Operative, ...]:  # noqa: ARG001 - all are wanted
    """Everybody, with what callers have changed about them."""
    return context.current.operatives()


def operative_day(context: UseCaseContext, wanted: tuple[str, date]) -> OperativeDay:
    """One operative's day.

    Raises:
        UnknownError: There is no such operative.
    """
    operative_id, day = wanted
    operative = context.current.operative(operative_id)
    if operative is None:
        raise UnknownError(f"There is no operative {operative_id}.")
    zone = context.installation.zone
    shift = context.current.shift(operative_id, day)
    fixed = context.current.fixed_visits(operative_id, day)
    visits = context.transaction.diaries([operative_id], day, day).get((operative_id, day), ())
    planned = [context.planner.planned(context.booking(visit.key)) for visit in visits]
    return OperativeDay(
        operative,
        None if shift is None else _period(shift.begin, shift.end, zone),
        tuple(sorted(_period(visit.opens, visit.closes, zone) for visit in fixed)),
        tuple(sorted(planned, key=lambda each: (each.assigned_start or each.booking.window_start, each.booking.id))),
    )


def week_of(context: UseCaseContext, monday: date) -> tuple[tuple[OperativeDay, ...], ...]:
    """Seven days from that one on, a row for every operative, in the profile's order."""
    days = [monday + timedelta(days=index) for index in range(7)]
    return tuple(
        tuple(operative_day(context, (operative.id, day)) for day in days) for operative in context.current.operatives()
    )


def booking_of_id(context: UseCaseContext, booking_id: int) -> PlannedBooking:
    """The booking of that id.

    Raises:
        UnknownError: There is none.
    """
    return _known(context, booking_id)


def _known(context: UseCaseContext, booking_id: int) -> PlannedBooking:
    booking = context.transaction.booking(booking_id)
    if booking is None:
        raise UnknownError(f"There is no booking {booking_id}.")
    return context.planner.planned(booking)


def _period(begin: int, end: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Minutes of a diary as instants."""
    return datetime.fromtimestamp(begin * 60, zone), datetime.fromtimestamp(end * 60, zone)
