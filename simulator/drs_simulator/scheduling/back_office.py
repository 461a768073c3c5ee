"""What planners see and do on their own screens, without a session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from drs_simulator.scheduling.commands import BookingRequest, BookingUpdate, PlacingRequest
from drs_simulator.scheduling.context import UseCaseContext, only_reads
from drs_simulator.scheduling.model import LifeCycle, Operative, OrderWithBookings, PlannedBooking, Session
from drs_simulator.scheduling.outbox import queue_confirmation
from drs_simulator.scheduling.use_cases.bookings import delete_booking, update_booking
from drs_simulator.scheduling.use_cases.placement import place_booking, take_reserved_place


class UnknownError(LookupError):
    """An order, booking, operative or scenario does not exist; the message says which."""


@dataclass(frozen=True, slots=True)
class Search:
    """Which orders or bookings to find, and which part of them to return."""

    number: str | None = None
    life_cycle: LifeCycle | None = None
    operative_id: str | None = None
    offset: int = 0
    limit: int = 50


@dataclass(frozen=True, slots=True)
class FoundOrders:
    """A part of the orders that were found, and how many there are in total."""

    total: int
    part: tuple[OrderWithBookings, ...]


@dataclass(frozen=True, slots=True)
class FoundBookings:
    """A part of the bookings that were found, and how many there are in total."""

    total: int
    part: tuple[PlannedBooking, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """A planner moves a booking into a window, and to an operative if one is named."""

    booking_id: int
    begin: datetime
    end: datetime
    operative_id: str | None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """A planner completes a booking: when and by whom it was worked on. ``None`` for what the diary has."""

    booking_id: int
    begin: datetime | None = None
    end: datetime | None = None
    operative_id: str | None = None


@dataclass(frozen=True, slots=True)
class OperativeDay:
    """An operative's day: working hours (``None`` on a day off), fixed times, and bookings by time."""

    operative: Operative
    hours: tuple[datetime, datetime] | None
    fixed: tuple[tuple[datetime, datetime], ...]
    bookings: tuple[PlannedBooking, ...]


@only_reads
def open_sessions(context: UseCaseContext, request: None) -> tuple[Session, ...]:  # noqa: ARG001 - it has no filter
    """List the sessions that are valid now, oldest first."""
    return tuple(session for session in context.transaction.sessions() if context.is_open(session))


def clear_sessions(context: UseCaseContext, request: None) -> int:
    """End all sessions and return how many there were."""
    ended = len(open_sessions(context, request))
    context.transaction.drop_sessions()
    return ended


@only_reads
def find_orders(context: UseCaseContext, search: Search) -> FoundOrders:
    """Find the orders whose number contains the text, in upper or lower case; newest first."""
    total, part = context.transaction.find_orders(search.number or "", search.offset, search.limit)
    return FoundOrders(total, tuple(context.with_bookings(order) for order in part))


@only_reads
def order_numbered(context: UseCaseContext, number: str) -> OrderWithBookings:
    """Return the order with that number, the newest if there are several.

    Raises:
        UnknownError: There is no such order.
    """
    orders = context.transaction.orders_numbered(number)
    if not orders:
        raise UnknownError(f"There is no order {number}.")
    return context.with_bookings(orders[-1])


@only_reads
def find_bookings(context: UseCaseContext, search: Search) -> FoundBookings:
    """Find bookings by their order's exact number, life cycle and operative; newest first."""
    if search.number is None:
        total, part = context.transaction.find_bookings(
            search.life_cycle, search.operative_id, search.offset, search.limit
        )
    else:
        found = [
            booking
            for order in context.transaction.orders_numbered(search.number)
            for booking in context.transaction.bookings_of(order.id)
            if search.life_cycle in (None, booking.life_cycle) and search.operative_id in (None, *booking.operative_ids)
        ]
        found.sort(key=lambda booking: booking.id, reverse=True)
        total, part = len(found), tuple(found[search.offset : search.offset + search.limit])
    return FoundBookings(total, tuple(context.planner.with_times(booking) for booking in part))


def move_booking(context: UseCaseContext, move: Move) -> PlannedBooking:
    """Schedule the booking in another window, as scheduleBooking does; its reason stays.

    With ``operative_id`` that operative must come, now and when the booking is moved again (lockAsSpecified). The
    council's service is notified, if there is one (client: DRS calls back).

    Raises:
        UnknownError: There is no such booking.
        Refusal: As for scheduleBooking.
    """
    booking = booking_of_id(context, move.booking_id)
    request = BookingRequest(
        move.booking_id,
        number=booking.booking.order_number,
        reason=booking.booking.reason,
        window_start=move.begin,
        window_end=move.end,
        operative_ids=() if move.operative_id is None else (move.operative_id,),
    )
    lock = None if move.operative_id is None else "lockAsSpecified"
    place_booking(context, PlacingRequest(request, resource_lock=lock))
    moved = booking_of_id(context, move.booking_id)
    queue_confirmation(context, "move", moved.booking)
    return moved


def confirm_booking(context: UseCaseContext, booking_id: int) -> PlannedBooking:
    """Confirm the booking's appointment; a reservation becomes its own, as with confirmReservation.

    The council's service is notified, if there is one, also of an appointment that was no reservation (presumed).

    Raises:
        UnknownError: There is no such booking.
        Refusal: It has no appointment, or is completed.
    """
    booking = booking_of_id(context, booking_id).booking
    if booking.life_cycle is LifeCycle.RESERVED or booking.appointment is None or booking.completed:
        # It refuses all of these except a reservation.
        take_reserved_place(context, PlacingRequest(BookingRequest(booking_id)))
    confirmed = booking_of_id(context, booking_id)
    queue_confirmation(context, "confirm", confirmed.booking)
    return confirmed


def complete_booking(context: UseCaseContext, completion: Completion) -> PlannedBooking:
    """Complete the booking, as updateBooking does; its order stays open.

    Without times they are those of its place in the diary; without a place the work has just ended (presumed). The
    council's service is notified, if there is one and the profile says so.

    Raises:
        UnknownError: There is no such booking.
        Refusal: As for updateBooking.
    """
    planned = booking_of_id(context, completion.booking_id)
    end = completion.end or planned.assigned_end or context.now
    begin = completion.begin or planned.assigned_start or end - timedelta(minutes=planned.booking.minutes)
    request = BookingRequest(completion.booking_id, planned.booking.contract, planned.booking.order_number)
    operative_id = completion.operative_id
    update_booking(context, BookingUpdate(request, LifeCycle.COMPLETED, None, operative_id, begin, end))
    return booking_of_id(context, completion.booking_id)


def cancel_booking(context: UseCaseContext, booking_id: int) -> PlannedBooking:
    """Delete the booking, as deleteBooking does, and return what it was; its place is free again.

    Raises:
        UnknownError: There is no such booking.
        Refusal: As for deleteBooking.
    """
    planned = booking_of_id(context, booking_id)
    booking = planned.booking
    delete_booking(context, BookingRequest(booking_id, booking.contract, booking.order_number))
    return planned


@only_reads
def all_operatives(context: UseCaseContext, request: None) -> tuple[Operative, ...]:  # noqa: ARG001 - it has no filter
    """Return all operatives, with what callers have changed."""
    return context.current.operatives()


@only_reads
def operative_day(context: UseCaseContext, wanted: tuple[str, date]) -> OperativeDay:
    """Return one operative's day; ``wanted`` is the operative's id and the local day.

    Raises:
        UnknownError: There is no such operative.
    """
    operative_id, day = wanted
    operative = context.current.operative(operative_id)
    if operative is None:
        raise UnknownError(f"There is no operative {operative_id}.")
    zone = context.installation.zone
    shift, fixed = context.current.working_day(operative_id, day)
    visits = context.transaction.diaries([operative_id], day, day).get((operative_id, day), ())
    planned = [context.planner.with_times(context.booking(visit.key)) for visit in visits]
    return OperativeDay(
        operative,
        None if shift is None else _period(shift.begin, shift.end, zone),
        tuple(sorted(_period(visit.opens, visit.closes, zone) for visit in fixed)),
        tuple(sorted(planned, key=lambda each: (each.assigned_start or each.booking.window_start, each.booking.id))),
    )


def booking_of_id(context: UseCaseContext, booking_id: int) -> PlannedBooking:
    """Return the booking with that id.

    Raises:
        UnknownError: There is no such booking.
    """
    booking = context.transaction.booking(booking_id)
    if booking is None:
        raise UnknownError(f"There is no booking {booking_id}.")
    return context.planner.with_times(booking)


def _period(begin: int, end: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Convert minutes of a diary to instants."""
    return datetime.fromtimestamp(begin * 60, zone), datetime.fromtimestamp(end * 60, zone)
