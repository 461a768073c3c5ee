"""The use cases that give a booking its place: scheduleBooking, createReservation, confirmReservation."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from drs_simulator.scheduling.commands import PlacingRequest
from drs_simulator.scheduling.context import UseCaseContext
from drs_simulator.scheduling.model import Booking, LifeCycle, OrderStatus
from drs_simulator.scheduling.outbox import queue_confirmation
from drs_simulator.scheduling.planning.slots import job_of
from drs_simulator.scheduling.refusal import Refusal

_LOCK_AS_SPECIFIED = "lockAsSpecified"
_LOCK_AFTER_SCHEDULE = "lockAfterSchedule"


def schedule_booking(context: UseCaseContext, request: PlacingRequest) -> None:
    """The booking gets a place in its planning window, or another one if it had one.

    Without a window: the next free slot from the order's earliestBookingDate on. ``primaryOrderNumber`` must be sent,
    but may be anything, even a blank; ``duration`` and ``isEmergency`` change nothing. With ``force`` a window without
    room is left for the next free slot after its begin. ``timeLock`` keeps the time that was found, whatever else is
    planned that day. ``resourceLock`` lockAsSpecified lets only the operative of ``theResources`` come,
    lockAfterSchedule keeps the one that was found when the booking is moved. The council's service is told, where one
    is set up (a setting).

    Refuses: an unknown booking, one that is completed; an unknown contract or operative; a window that ends before it
    begins or lies in the past; no room, nobody with that trade or no valid job template (planning failed).

    Evidence: seen (the notes of scheduleBooking, Appendix B 5); what ``force`` and the locks do is presumed; that the
    council's service is told: vendor (help article xbz3jjohmz).
    """
    queue_confirmation(context, "schedule", place_booking(context, request))


def place_booking(context: UseCaseContext, request: PlacingRequest) -> Booking:
    """Give the booking a place, as scheduleBooking does, and tell the council's service nothing yet.

    Raises:
        Refusal: Whatever scheduleBooking refuses.
    """
    booking = _placed(context, request, LifeCycle.PLANNED)
    context.transaction.put_booking(booking)
    order = context.order_of(booking)
    if order.status is OrderStatus.UNDEFINED:
        context.transaction.put_order(replace(order, status=OrderStatus.PLANNED))
    return booking


def create_reservation(context: UseCaseContext, request: PlacingRequest) -> None:
    """A place is held for the booking, which is RESERVED until the profile's time is over or it is confirmed.

    The place is found as scheduleBooking finds it. When the time is over the place is free, and the booking is planned
    and not scheduled, as before. The council's service is told when the reservation is confirmed, not before.

    Refuses: whatever scheduleBooking refuses.

    Evidence: presumed; members and the life cycle's word are published.
    """
    held_until = context.now + timedelta(minutes=context.profile.ordering.reservation_minutes)
    context.transaction.put_booking(replace(_placed(context, request, LifeCycle.RESERVED), held_until=held_until))


def confirm_reservation(context: UseCaseContext, request: PlacingRequest) -> None:
    """The place that is held becomes the booking's own. The council's service is told, as scheduleBooking tells it.

    Refuses: an unknown booking, one that is completed, one that is not reserved or whose reservation has lapsed; an
    unknown contract.

    Evidence: presumed; members published.
    """
    queue_confirmation(context, "schedule", take_reserved_place(context, request))


def take_reserved_place(context: UseCaseContext, request: PlacingRequest) -> Booking:
    """Make the place that is held the booking's own, and tell the council's service nothing yet.

    Raises:
        Refusal: Whatever confirmReservation refuses.
    """
    booking = context.open_booking(_named(request))
    if request.booking.contract is not None:
        context.validator.contract(request.booking.contract)
    if booking.life_cycle is not LifeCycle.RESERVED:
        raise Refusal(context.profile.messages.booking_not_reserved.format(booking_id=booking.id))
    confirmed = replace(booking, life_cycle=LifeCycle.PLANNED, held_until=None)
    context.transaction.put_booking(confirmed)
    context.transaction.put_order(replace(context.order_of(booking), status=OrderStatus.PLANNED))
    return confirmed


def _named(request: PlacingRequest) -> int | None:
    """The booking's id, from wherever the caller wrote it; 0 stands for none."""
    named = request.booking.booking_id
    return named or request.booking_id or named


def _placed(context: UseCaseContext, request: PlacingRequest, becomes: LifeCycle) -> Booking:
    check, sent = context.validator, request.booking
    booking = context.open_booking(_named(request))
    check.sent("primaryOrderNumber", sent.number)
    if sent.contract is not None:
        check.contract(sent.contract)
    if booking.life_cycle in (LifeCycle.ARRIVED, LifeCycle.STARTED):
        text = context.profile.messages.life_cycle_refused
        raise Refusal(text.format(booking_id=booking.id, was=booking.life_cycle, becomes=becomes))
    booking = replace(booking, locked_start=None, locked_operative=_locked(context, booking, request))
    start, end = _window(context, booking, request)
    wanted = replace(
        booking,
        window_start=start,
        window_end=end,
        reason=sent.reason or context.profile.ordering.reason_when_scheduled_without,
        life_cycle=becomes,
        held_until=None,
        alert=None,
    )
    placed = context.planner.placed(wanted)
    if placed is None and request.force:
        slot = context.planner.next_free_slot(job_of(wanted), start)
        placed = slot and context.planner.placed(replace(wanted, window_start=slot[0], window_end=slot[1]))
    if placed is None or placed.appointment is None:
        raise Refusal(context.profile.messages.planning_failed)
    if request.resource_lock == _LOCK_AFTER_SCHEDULE:
        placed = replace(placed, locked_operative=placed.appointment.operative_id)
    if request.lock_time:
        context.transaction.put_booking(placed)
        placed = replace(placed, locked_start=context.planner.planned(placed).assigned_start)
    return placed


def _locked(context: UseCaseContext, booking: Booking, request: PlacingRequest) -> str | None:
    """Who must come: the operative that is specified now, or the one that was kept before."""
    if request.resource_lock != _LOCK_AS_SPECIFIED:
        return booking.locked_operative
    specified = context.validator.required("theResources", request.booking.operative_ids)[0]
    return context.validator.operative("resourceID", specified).id


def _window(context: UseCaseContext, booking: Booking, request: PlacingRequest) -> tuple[datetime, datetime]:
    sent = request.booking
    if sent.window_start is None and sent.window_end is None:
        slot = context.planner.next_free_slot(job_of(booking), max(context.order_of(booking).earliest, context.now))
        if slot is None:
            raise Refusal(context.profile.messages.planning_failed)
        return slot
    start = context.validator.required("planningWindowStart", sent.window_start)
    end = context.validator.required("planningWindowEnd", sent.window_end)
    context.validator.window(("planningWindowStart", start), ("planningWindowEnd", end), context.now)
    return start, end
