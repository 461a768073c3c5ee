"""The use cases of a booking: createBooking, updateBooking, deleteBooking; and what they share with orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from drs_simulator.profile.model import Profile
from drs_simulator.scheduling.commands import BookingRequest, BookingUpdate, FurtherBookingRequest
from drs_simulator.scheduling.context import UseCaseContext
from drs_simulator.scheduling.model import (
    Alert,
    AlertReason,
    Booking,
    BookingCode,
    LifeCycle,
    Order,
    OrderStatus,
    PlannedBooking,
)
from drs_simulator.scheduling.outbox import queue_cancellation, queue_completion
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.validation import minutes_of

_ON_THE_WAY = (LifeCycle.DESPATCHED, LifeCycle.ACKNOWLEDGED, LifeCycle.ACCEPTED)
_AT_WORK = (LifeCycle.ARRIVED, LifeCycle.STARTED)
MOVES: dict[LifeCycle, tuple[LifeCycle, ...]] = {
    LifeCycle.PLANNED: (*_ON_THE_WAY, *_AT_WORK, LifeCycle.COMPLETED),
    LifeCycle.RESERVED: (),
    LifeCycle.DESPATCHED: (LifeCycle.PLANNED, *_ON_THE_WAY, *_AT_WORK, LifeCycle.COMPLETED),
    LifeCycle.ACKNOWLEDGED: (LifeCycle.PLANNED, *_ON_THE_WAY, *_AT_WORK, LifeCycle.COMPLETED),
    LifeCycle.ACCEPTED: (LifeCycle.PLANNED, *_ON_THE_WAY, *_AT_WORK, LifeCycle.COMPLETED),
    LifeCycle.ARRIVED: (LifeCycle.STARTED, LifeCycle.COMPLETED),
    LifeCycle.STARTED: (LifeCycle.COMPLETED,),
    LifeCycle.COMPLETED: (),
}
"""What a booking can become by updateBooking, other than what it is already. A reservation must be confirmed first.

The order of the states: vendor (o8gbpb5o3s, fvuj1f4ag8). ACKNOWLEDGED, ARRIVED and the way back: presumed.
"""


def create_booking(context: UseCaseContext, request: FurtherBookingRequest) -> tuple[PlannedBooking, ...]:
    """Create a further booking for an existing order, planned but not yet scheduled.

    The order is named by ``orderId`` or ``primaryOrderNumber``, in ``theBooking`` or ``theOrder``. Without a planning
    window the booking has the order's, from now on. A window that has begun is accepted. Without SOR codes the booking
    has the default job template, and with an unknown one no valid template (settings).

    Refuses: an unknown order or one that is completed; an incomplete SOR code; an unknown contract or location; a
    window that ends before it begins, or is over.

    Evidence: vendor (an order has many jobs: ttcyw2yphs; a new one has no worker: cckxof7hj0; missing and unknown
    codes: 8xxeczi3mg, 02tfyrsxcm); members published; how the order is named, and the window: presumed.
    """
    sent = request.booking
    number, order_id = sent.number or request.order.number, sent.order_id or request.order.order_id
    order = context.open_order(number, order_id, context.profile.messages.order_unknown)
    return (context.planner.with_times(_further_booking(context, order, sent)),)


def update_booking(context: UseCaseContext, request: BookingUpdate) -> PlannedBooking:
    """Update a booking: comments, life cycle, when and by whom it was worked on, and a follow-on booking.

    ``transactionType`` moves its life cycle; COMPLETED records when and by whom it was done, and with ``completeOrder``
    the order is completed too. An order whose booking has begun is STARTED. ``theFollowOnBooking`` creates a further
    booking of the order, its follow-on, also from a completed booking where the profile says so: the order is then
    STARTED again. A ``bookingCompletionStatus`` of SUSPENDED (a setting) is shown to planners as an alert, and the
    booking's status is suspended until it is scheduled again. The planning window never changes. The council's service
    is notified of a completed booking, if there is one and the profile says so.

    Refuses: an unknown booking, or one that is completed; a change that its life cycle does not allow; an unknown
    contract or operative; for COMPLETED a missing begin or end, or an end before the begin; whatever createBooking
    refuses.

    Evidence: client (the members of completing and of commenting, a whole booking, the completion status); the order of
    the life cycle: vendor (o8gbpb5o3s, fvuj1f4ag8); that there are follow-on bookings: vendor (02tfyrsxcm, 22d1tot8bp);
    that it only goes forward once the work has begun, and the rest: presumed, members published.
    """
    validator, messages = context.validator, context.profile.messages
    sent = request.booking
    allows_follow_on = context.profile.ordering.follow_ons_from_completed == "accept"
    if request.follow_on is not None and allows_follow_on and context.booking(sent.booking_id).completed:
        return _follow_on_from_completed(context, context.booking(sent.booking_id), request.follow_on)
    booking = context.open_booking(sent.booking_id)
    if sent.contract is not None:
        validator.contract(sent.contract)
    becomes = request.becomes or booking.life_cycle
    goes_anywhere = context.profile.assumptions.life_cycle == "any"
    if not goes_anywhere and becomes not in (booking.life_cycle, *MOVES[booking.life_cycle]):
        text = messages.life_cycle_refused.format(booking_id=booking.id, was=booking.life_cycle, becomes=becomes)
        raise Refusal(text)
    operative_id = validator.operative("resourceId", request.operative_id).id if request.operative_id else None
    changed = _with_changes(context, replace(booking, life_cycle=becomes), request)
    if becomes is LifeCycle.COMPLETED:
        begin = validator.required("startDateAndTime", request.begin)
        end = validator.required("endDateAndTime", request.end)
        validator.window(("startDateAndTime", begin), ("endDateAndTime", end))
        changed = complete_booking(context, changed, (begin, end), operative_id)
    context.transaction.put_booking(changed)
    order = context.order_of(booking)
    if becomes in _AT_WORK:
        order = replace(order, status=OrderStatus.STARTED)
        context.transaction.put_order(order)
    completes_before = bool(request.complete_order) and allows_follow_on
    if request.follow_on is not None and not completes_before:
        _further_booking(context, order, request.follow_on, parent_id=booking.id)
    done = (changed,) if changed.completed else ()
    if request.complete_order:
        complete_with_bookings(context, order, done)
    else:
        _report_completed(context, done)
    if request.follow_on is not None and completes_before:
        _follow_on_from_completed(context, changed, request.follow_on)
    return context.planner.with_times(context.booking(booking.id))


def delete_booking(context: UseCaseContext, request: BookingRequest) -> None:
    """Cancel the booking; its place is free again, and the order stays.

    Refuses: a missing field, an unknown booking or contract, a booking that is completed.

    Evidence: client (Hackney, ONS); that the order stays is presumed.
    """
    ignores_unknown = context.profile.assumptions.unknown_booking_deleted == "ignore"
    if ignores_unknown and request.booking_id and context.transaction.booking(request.booking_id) is None:
        return
    booking = context.open_booking(request.booking_id)
    context.validator.contract(request.contract)
    context.validator.required("primaryOrderNumber", request.number)
    queue_cancellation(context, booking)
    context.transaction.drop_booking(booking.id)


def _trade_of(context: UseCaseContext, codes: tuple[BookingCode, ...]) -> str:
    return codes[0].trade if codes else context.profile.default_trade


def new_booking(
    context: UseCaseContext,
    order: Order,
    codes: tuple[BookingCode, ...],
    window: tuple[datetime, datetime],
    reason: str,
    user_id: str,
    parent_id: int | None = None,
) -> Booking:
    """Store a new booking of the order, planned for that window and not yet scheduled."""
    rules = context.installation.rules_of(codes, order.priority)
    booking = Booking(
        id=context.transaction.next_number("booking", context.profile.ordering.first_booking_id),
        order_id=order.id,
        order_number=order.number,
        contract=order.contract,
        location=order.location,
        reason=reason,
        minutes=minutes_of(codes, context.profile) or context.profile.ordering.default_minutes,
        trade=_trade_of(context, codes) if rules is None else rules.trades[0],
        window_start=window[0],
        window_end=window[1],
        codes=codes,
        token_id=context.new_token(),
        user_id=user_id,
        area=context.installation.area_of(order.location, order.priority),
        parent_id=parent_id,
        secondary_number=order.secondary_number or "",
        tertiary_number=order.tertiary_number or "",
        rules=rules,
    )
    context.transaction.put_booking(booking)
    return booking


class JobFacts(NamedTuple):
    """What business data say about a booking; the names are those of the placeholders in the profile."""

    user_id: str
    reason: str
    life_cycle: str
    status: str
    sequence: str
    suspend_comment: str


def facts_of(booking: Booking) -> JobFacts:
    """Return what business data say about the booking."""
    life_cycle = booking.life_cycle.lower()
    suspended = booking.alert if booking.is_suspended else None
    return JobFacts(
        booking.user_id,
        booking.reason,
        life_cycle,
        life_cycle if suspended is None else "suspended",
        booking.sequence,
        "" if suspended is None else suspended.comments,
    )


def business_data(profile: Profile, facts: JobFacts) -> dict[str, str | None]:
    """Return the business data of a booking of which these are the facts (seen: Appendix B 4)."""
    filled_in = facts._asdict()
    return {datum.name: datum.value and (datum.value.format(**filled_in) or None) for datum in profile.business_data}


def has_business_data(profile: Profile, booking: Booking, wanted: Sequence[tuple[str, str | None]]) -> bool:
    """Whether the booking has all of these names and values; ``None`` matches any value."""
    if not wanted:
        return True
    known = business_data(profile, facts_of(booking))
    if profile.assumptions.unknown_data_names == "ignore":
        wanted = [(name, value) for name, value in wanted if name in known]
    return all(name in known and value in (None, known[name]) for name, value in wanted)


def complete_with_bookings(context: UseCaseContext, order: Order, done: tuple[Booking, ...] = ()) -> None:
    """Complete an order with all its bookings; ``done`` are those that the same call has completed already."""
    completes_bookings = context.profile.assumptions.completed_order == "with_bookings"
    bookings = context.transaction.bookings_of(order.id) if completes_bookings else ()
    open_bookings = (each for each in bookings if not each.completed)
    newly_done = tuple(complete_booking(context, booking) for booking in open_bookings)
    for booking in newly_done:
        context.transaction.put_booking(booking)
    context.transaction.put_order(replace(order, status=OrderStatus.COMPLETED))
    _report_completed(context, (*done, *newly_done))


def _report_completed(context: UseCaseContext, done: tuple[Booking, ...]) -> None:
    for booking in done:
        data = business_data(context.profile, facts_of(booking))
        queue_completion(context, context.order_of(booking), booking, tuple(data.items()))


def complete_booking(
    context: UseCaseContext,
    booking: Booking,
    worked: tuple[datetime, datetime] | None = None,
    operative_id: str | None = None,
) -> Booking:
    """Return the booking as completed. A place in the future is released, unless times of work are given."""
    assumptions = context.profile.assumptions
    planned = None if worked else context.planner.with_times(booking)
    start = planned and planned.assigned_start
    is_freed = start is not None and start > context.now
    if assumptions.completion_times == "planned":
        worked, operative_id = None, None
    if assumptions.completed_operative == "drop" and operative_id is None and not is_freed:
        if planned and planned.assigned_start and planned.assigned_end:
            worked = planned.assigned_start, planned.assigned_end
        is_freed = True
    return replace(
        booking,
        life_cycle=LifeCycle.COMPLETED,
        appointment=None if is_freed else booking.appointment,
        worked=worked,
        worked_by=operative_id,
        held_until=None,
        alert=None,
    )


def _further_booking(
    context: UseCaseContext, order: Order, sent: BookingRequest, parent_id: int | None = None
) -> Booking:
    validator = context.validator
    codes = validator.codes_to_book(sent.codes)
    if sent.contract is not None:
        validator.contract(sent.contract)
    location = validator.location(sent.location_id) if sent.location_id else order.location
    has_orders_window = parent_id is not None and context.profile.assumptions.follow_on_window == "order"
    sent_start, sent_end = (None, None) if has_orders_window else (sent.window_start, sent.window_end)
    start = sent_start or max(order.earliest, context.now)
    end = sent_end or max(order.target_date, start)
    if sent_start or sent_end:
        validator.window(("planningWindowStart", start), ("planningWindowEnd", end), context.now)
    reason = sent.reason or context.profile.ordering.reason_when_scheduled_without
    planned_order = replace(order, location=location)
    user_id = sent.user_id or order.user_id
    return new_booking(context, planned_order, codes, (start, end), reason, user_id, parent_id)


def _follow_on_from_completed(context: UseCaseContext, booking: Booking, sent: BookingRequest) -> PlannedBooking:
    """Create a follow-on of a completed booking, and start its order again if that is completed."""
    order = context.order_of(booking)
    _further_booking(context, order, sent, parent_id=booking.id)
    if order.status is OrderStatus.COMPLETED:
        context.transaction.put_order(replace(order, status=OrderStatus.STARTED))
    return context.planner.with_times(booking)


def _with_changes(context: UseCaseContext, booking: Booking, request: BookingUpdate) -> Booking:
    sent = request.booking
    status = booking.completion_status if sent.completion_status is None else sent.completion_status
    alert = booking.alert
    if status == context.profile.ordering.suspended_status != booking.completion_status:
        alert = Alert(AlertReason.SUSPENDED_JOBS, context.now, request.action_taken or "", booking.operative_id)
    known = booking
    if context.profile.assumptions.absent_booking_members == "clear":
        known = replace(booking, category=None, planner_comments="", operator_comments="")
    return replace(
        booking,
        category=request.category or sent.category or known.category,
        completion_status=status,
        planner_comments=known.planner_comments if sent.planner_comments is None else sent.planner_comments,
        operator_comments=known.operator_comments if sent.operator_comments is None else sent.operator_comments,
        alert=alert,
    )
