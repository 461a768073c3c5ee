"""A competing caller who takes the last places of a window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from drs_simulator.exchange import SoapCall
from drs_simulator.scheduling.commands import BookingRequest, PlacingRequest
from drs_simulator.scheduling.context import UseCaseContext
from drs_simulator.scheduling.model import Booking
from drs_simulator.scheduling.planning.slots import job_of
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.scheduler import Scheduler
from drs_simulator.soap.soap_fault import SoapFault
from drs_simulator.soap.values import read_date_time, read_integer


class CompetingCaller:
    """Takes the places that other callers want."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler

    def fill_window(self, call: SoapCall) -> None:
        """Fill the window that the call asks for. One that will be declined or not understood asks for none."""
        try:
            booking = BookingRequest(
                booking_id=read_integer(call.text("bookingId")),
                window_start=self._date(call, "planningWindowStart"),
                window_end=self._date(call, "planningWindowEnd"),
            )
            self._scheduler.perform(fill_window, call.session_id, PlacingRequest(booking))
        except (SoapFault, Refusal):
            return

    def _date(self, call: SoapCall, name: str) -> datetime | None:
        text = call.text(name)
        return read_date_time(text, self._scheduler.profile.zone) if text else None


_HALF_A_DAY = 12 * 60
_COMPETITOR = "another caller"


def fill_window(context: UseCaseContext, request: PlacingRequest) -> None:
    """Fill the window that a booking is about to be scheduled in, until the booking itself has no place there.

    Without a window it is the slot that the booking would get. The places go to bookings of an order of their own, in
    the diary of everybody who could have come. A place that the booking has already stays its own.

    Refuses: an unknown booking, one that is completed.
    """
    booking = context.open_booking(request.booking.booking_id or request.booking_id)
    window = _window(context, booking, request)
    if window is None:
        return
    order = context.order_of(booking)
    order_id = context.transaction.next_number("order", context.profile.ordering.first_order_id)
    number = f"TAKEN-{order_id}"
    context.transaction.put_order(replace(order, id=order_id, number=number, user_id=_COMPETITOR))
    wanted = replace(
        booking,
        order_id=order_id,
        order_number=number,
        user_id=_COMPETITOR,
        window_start=window[0],
        window_end=window[1],
        appointment=None,
        held_until=None,
        locked_start=None,
        alert=None,
    )
    for minutes in _lengths(booking):
        while placed := context.planner.place(replace(wanted, id=_next_id(context), minutes=minutes)):
            context.transaction.put_booking(replace(placed, token_id=context.new_token()))


def _window(context: UseCaseContext, booking: Booking, request: PlacingRequest) -> tuple[datetime, datetime] | None:
    start, end = request.booking.window_start, request.booking.window_end
    if start is not None and end is not None:
        return start, end
    return context.planner.next_free_slot(job_of(booking), max(context.order_of(booking).earliest, context.now))


def _lengths(booking: Booking) -> Iterator[int]:
    """Long visits first, which fill a day with few; last the booking's own length, so that no such place is left."""
    minutes = _HALF_A_DAY
    while minutes > booking.minutes:
        yield minutes
        minutes //= 2
    yield booking.minutes


def _next_id(context: UseCaseContext) -> int:
    return context.transaction.next_number("booking", context.profile.ordering.first_booking_id)
