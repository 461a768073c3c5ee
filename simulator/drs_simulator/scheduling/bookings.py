"""The use cases around a booking: scheduleBooking, deleteBooking."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from drs_simulator.scheduling.call import Call
from drs_simulator.scheduling.model import Booking, BookingRequest, OrderStatus
from drs_simulator.scheduling.planner import work_of
from drs_simulator.scheduling.refusal import Refusal


def schedule_booking(call: Call, request: BookingRequest) -> None:
    """The booking gets a place in its planning window, or another one if it had one (seen: scheduleBooking).

    Without a window: the next free slot from the order's earliestBookingDate on. ``primaryOrderNumber`` must be sent,
    but may be anything, even a blank. A booking whose SOR code has no trade has no valid job template and is refused.
    """
    check = call.requirements
    booking = call.booking(request.booking_id)
    check.sent("primaryOrderNumber", request.number)
    if request.contract is not None:
        check.contract(request.contract)
    start, end = _window(call, booking, request)
    reason = request.reason or call.profile.ordering.reason_when_scheduled_without
    placed = call.planner.placed(replace(booking, window_start=start, window_end=end, reason=reason))
    if placed is None:
        raise Refusal(call.profile.messages.planning_failed)
    call.transaction.put_booking(placed)
    call.transaction.put_order(replace(call.order_of(booking), status=OrderStatus.PLANNED))


def delete_booking(call: Call, request: BookingRequest) -> None:
    """The booking is cancelled and its place is free again; the order stays (client; that it stays is presumed)."""
    check = call.requirements
    booking = call.booking(request.booking_id)
    check.contract(request.contract)
    check.required("primaryOrderNumber", request.number)
    call.transaction.drop_booking(booking.id)


def _window(call: Call, booking: Booking, request: BookingRequest) -> tuple[datetime, datetime]:
    if request.window_start is None and request.window_end is None:
        slot = call.planner.next_free_slot(work_of(booking), max(call.order_of(booking).earliest, call.now))
        if slot is None:
            raise Refusal(call.profile.messages.planning_failed)
        return slot
    start = call.requirements.required("planningWindowStart", request.window_start)
    end = call.requirements.required("planningWindowEnd", request.window_end)
    call.requirements.window(("planningWindowStart", start), ("planningWindowEnd", end), call.now)
    return start, end
