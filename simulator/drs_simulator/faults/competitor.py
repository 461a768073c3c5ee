"""A competing caller that takes the last places in a window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from drs_simulator.exchange import SoapCall
from drs_simulator.scheduling.commands import BookingRequest, PlacingRequest
from drs_simulator.scheduling.context import UseCaseContext
from drs_simulator.scheduling.model import Booking
from drs_simulator.scheduling.planning import calendar
from drs_simulator.scheduling.planning.slots import job_of
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.scheduler import Scheduler
from drs_simulator.soap.soap_fault import SoapFault
from drs_simulator.soap.values import read_date_time, read_integer

_HALF_A_DAY = 12 * 60
COMPETITOR = "another caller"
"""The userId of the orders and bookings of the competing caller."""


class CompetingCaller:
    """Takes the places that other callers ask for."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler

    def fill_window(self, call: SoapCall) -> None:
        """Fill the window that the call asks for. Does nothing for a call that DRS will refuse or cannot read."""
        try:
            booking = BookingRequest(
                booking_id=read_integer(call.text("bookingId")),
                window_start=self._read_date(call, "planningWindowStart"),
                window_end=self._read_date(call, "planningWindowEnd"),
            )
            self._scheduler.perform(fill_window, call.session_id, PlacingRequest(booking))
        except (SoapFault, Refusal):
            return

    def _read_date(self, call: SoapCall, name: str) -> datetime | None:
        text = call.text(name)
        return read_date_time(text, self._scheduler.profile.zone) if text else None


def fill_window(context: UseCaseContext, request: PlacingRequest) -> None:
    """Fill a booking's window until the booking has no place in it.

    Without a window it is the slot that the booking would get. The places go to bookings of another order, with all
    operatives who could do the work. A place that the booking already has stays free for it. Of a window that is longer
    than the planning horizon, only the days within the horizon are filled, since no booking gets a place after them.

    Refuses: an unknown booking, one that is completed, a window that is reversed or over.
    """
    booking = context.open_booking(request.booking.booking_id or request.booking_id)
    window = _find_window(context, booking, request)
    if window is None:
        return
    order = context.order_of(booking)
    order_id = context.transaction.next_number("order", context.profile.ordering.first_order_id)
    number = f"TAKEN-{order_id}"
    context.transaction.put_order(replace(order, id=order_id, number=number, user_id=COMPETITOR))
    wanted = replace(
        booking,
        order_id=order_id,
        order_number=number,
        user_id=COMPETITOR,
        appointment=None,
        held_until=None,
        locked_start=None,
        alert=None,
        is_forced=False,
        planned_from=None,
    )
    for start, end in _split_into_days(context, window):
        for minutes in _lengths(booking):
            of_day = replace(wanted, window_start=start, window_end=end, minutes=minutes)
            while placed := context.planner.place(replace(of_day, id=_next_id(context))):
                context.transaction.put_booking(replace(placed, token_id=context.new_token()))


def _find_window(
    context: UseCaseContext, booking: Booking, request: PlacingRequest
) -> tuple[datetime, datetime] | None:
    start, end = request.booking.window_start, request.booking.window_end
    if start is not None and end is not None:
        context.validator.window(("planningWindowStart", start), ("planningWindowEnd", end), context.now)
        return max(start, context.now), end
    return context.planner.next_free_slot(job_of(booking), max(context.order_of(booking).earliest, context.now))


def _split_into_days(context: UseCaseContext, window: tuple[datetime, datetime]) -> Iterator[tuple[datetime, datetime]]:
    """Yield the window's part on each day: looking for a place in the whole window would start at its first day."""
    start, end = window
    zone = context.installation.zone
    first = calendar.local_day(start, zone)
    horizon = timedelta(days=context.profile.ordering.planning_horizon_days)
    for day in calendar.days_between(first, min(calendar.local_day(end, zone), first + horizon)):
        next_midnight = calendar.midnight(day + timedelta(days=1), zone)
        yield max(start, calendar.midnight(day, zone)), min(end, next_midnight)


def _lengths(booking: Booking) -> Iterator[int]:
    """Yield long visits first, which fill a day with few; last the booking's own length, so that it has no place."""
    minutes = _HALF_A_DAY
    while minutes > booking.minutes:
        yield minutes
        minutes //= 2
    yield booking.minutes


def _next_id(context: UseCaseContext) -> int:
    return context.transaction.next_number("booking", context.profile.ordering.first_booking_id)
