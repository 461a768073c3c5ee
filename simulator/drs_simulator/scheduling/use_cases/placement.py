"""The use cases that schedule a booking: scheduleBooking, createReservation, confirmReservation."""

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
    """Schedule the booking in its planning window, or reschedule it.

    Without a window: the next free slot from the order's earliestBookingDate on. ``primaryOrderNumber`` must be sent,
    but may be anything, even blank; ``duration`` and ``isEmergency`` change nothing. With ``force`` the booking is
    planned in its window though no operative has room for it there; it then takes no room from others. A window that
    has begun is planned from now on. ``timeLock`` keeps the time that is found, whatever else is planned that day.
    ``resourceLock`` lockAsSpecified lets only the operative of ``theResources`` come, lockAfterSchedule keeps the one
    that is found when the booking is moved later. The council's service is notified, if there is one (a setting).

    Refuses: an unknown booking, one that is completed; an unknown contract or operative; a window that ends before it
    begins, or is over; no room, no operative with that trade or no valid job template (planning failed).

    Evidence: seen (the notes of scheduleBooking, Appendix B 5); what the locks do: vendor (02tfyrsxcm, qe2fzeu7p2);
    that a booking whose work has begun stays where it is: vendor (7vlmkiaf08); that assigned times and items counted
    from 0 may be sent, and that the window may have begun: client. That ``force`` leaves the window as it is and
    overrides room: vendor (7vlmkiaf08, a2jkrrlcrb); whom it chooses: presumed. That the council's service is notified:
    vendor (xbz3jjohmz).
    """
    queue_confirmation(context, "schedule", place_booking(context, request))


def place_booking(context: UseCaseContext, request: PlacingRequest) -> Booking:
    """Schedule the booking, as scheduleBooking does, without notifying the council's service.

    Raises:
        Refusal: As for scheduleBooking.
    """
    booking = _place(context, request, LifeCycle.PLANNED)
    context.transaction.put_booking(booking)
    order = context.order_of(booking)
    if order.status is OrderStatus.UNDEFINED:
        context.transaction.put_order(replace(order, status=OrderStatus.PLANNED))
    return booking


def create_reservation(context: UseCaseContext, request: PlacingRequest) -> None:
    """Reserve a place for the booking, which is RESERVED until the profile's time is over or it is confirmed.

    The place is found as by scheduleBooking. When the time is over the place is free again, and the booking is planned
    but not scheduled, as before. The council's service is notified when the reservation is confirmed, not before.

    Refuses: whatever scheduleBooking refuses.

    Evidence: presumed, as the vendor's help is silent; members and the life cycle's word are published.
    """
    if context.profile.assumptions.reservation == "schedule":
        schedule_booking(context, request)
        return
    held_until = context.now + timedelta(minutes=context.profile.ordering.reservation_minutes)
    context.transaction.put_booking(replace(_place(context, request, LifeCycle.RESERVED), held_until=held_until))


def confirm_reservation(context: UseCaseContext, request: PlacingRequest) -> None:
    """Confirm the reservation: the place becomes the booking's own.

    The council's service is notified, as by scheduleBooking.

    Refuses: an unknown booking, one that is completed, one that is not reserved or whose reservation has lapsed; an
    unknown contract.

    Evidence: presumed, as the vendor's help is silent; members published.
    """
    queue_confirmation(context, "schedule", take_reserved_place(context, request))


def take_reserved_place(context: UseCaseContext, request: PlacingRequest) -> Booking:
    """Make the reserved place the booking's own, without notifying the council's service.

    Raises:
        Refusal: As for confirmReservation.
    """
    booking = context.open_booking(_booking_id(request))
    if request.booking.contract is not None:
        context.validator.contract(request.booking.contract)
    if booking.life_cycle is not LifeCycle.RESERVED:
        assumptions = context.profile.assumptions
        if assumptions.unreserved_confirmed == "accept" or assumptions.reservation == "schedule":
            return booking
        raise Refusal(context.profile.messages.booking_not_reserved.format(booking_id=booking.id))
    confirmed = replace(booking, life_cycle=LifeCycle.PLANNED, held_until=None)
    context.transaction.put_booking(confirmed)
    context.transaction.put_order(replace(context.order_of(booking), status=OrderStatus.PLANNED))
    return confirmed


def _booking_id(request: PlacingRequest) -> int | None:
    """Return the booking's id, from either member that can hold it; 0 means none."""
    booking_id = request.booking.booking_id
    return booking_id or request.booking_id or booking_id


def _place(context: UseCaseContext, request: PlacingRequest, becomes: LifeCycle) -> Booking:
    validator, sent = context.validator, request.booking
    booking = context.open_booking(_booking_id(request))
    validator.sent("primaryOrderNumber", sent.number)
    if sent.contract is not None:
        validator.contract(sent.contract)
    if booking.life_cycle in (LifeCycle.ARRIVED, LifeCycle.STARTED):
        text = context.profile.messages.life_cycle_refused
        raise Refusal(text.format(booking_id=booking.id, was=booking.life_cycle, becomes=becomes))
    booking = replace(booking, locked_start=None, locked_operative=_locked_operative(context, booking, request))
    start, end = _window(context, booking, request)
    wanted = replace(
        booking,
        window_start=start,
        window_end=end,
        planned_from=context.now if start < context.now else None,
        reason=sent.reason or context.profile.ordering.reason_when_scheduled_without,
        life_cycle=becomes,
        held_until=None,
        alert=None,
        is_forced=False,
    )
    placed = context.planner.place(wanted, within_quota=not request.force)
    if placed is None and (request.force or context.profile.assumptions.full_slots == "overbook"):
        placed = context.planner.force(wanted)
    if placed is None or placed.appointment is None:
        raise Refusal(context.profile.messages.planning_failed)
    if request.resource_lock == _LOCK_AFTER_SCHEDULE:
        placed = replace(placed, locked_operative=placed.appointment.operative_id)
    if request.lock_time:
        context.transaction.put_booking(placed)
        placed = replace(placed, locked_start=context.planner.with_times(placed).assigned_start)
    return placed


def _locked_operative(context: UseCaseContext, booking: Booking, request: PlacingRequest) -> str | None:
    """Return the operative who must come: the one that is specified now, or the one that was locked before."""
    if request.resource_lock != _LOCK_AS_SPECIFIED:
        return booking.locked_operative
    specified = context.validator.required("theResources", request.booking.operative_ids)[0]
    return context.validator.operative("resourceID", specified).id


def _window(context: UseCaseContext, booking: Booking, request: PlacingRequest) -> tuple[datetime, datetime]:
    sent = request.booking
    if sent.window_start is None and sent.window_end is None:
        job = job_of(booking)
        first_offer = context.installation.first_offer(job.slots_template, context.now)
        slot = context.planner.next_free_slot(job, max(context.order_of(booking).earliest, first_offer))
        if slot is None:
            raise Refusal(context.profile.messages.planning_failed)
        return slot
    start = context.validator.required("planningWindowStart", sent.window_start)
    end = context.validator.required("planningWindowEnd", sent.window_end)
    if start > end and context.profile.assumptions.reversed_window == "swap":
        start, end = end, start
    context.validator.window(("planningWindowStart", start), ("planningWindowEnd", end), context.now)
    return start, end
