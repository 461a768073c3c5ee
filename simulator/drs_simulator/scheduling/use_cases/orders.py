"""The use cases of an order: createOrder, updateOrder, deleteOrder, completeOrder, selectOrder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from drs_simulator.profile.model import Profile
from drs_simulator.scheduling.commands import OrderCompletion, OrderFilter, OrderRequest
from drs_simulator.scheduling.context import UseCaseContext, looks_up, only_reads
from drs_simulator.scheduling.model import Booking, Order, OrderWithBookings, PlannedBooking
from drs_simulator.scheduling.outbox import queue_cancellation
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.use_cases.bookings import complete_with_bookings, has_business_data, new_booking
from drs_simulator.scheduling.use_cases.locations import keep_location

_KEPT = ("secondary_number", "tertiary_number", "comments_extended", "reason_code", "subcontract")


@looks_up(lambda request: request.number)
def create_order(context: UseCaseContext, request: OrderRequest) -> OrderWithBookings:
    """Create an order with its first booking, which is planned but not yet scheduled.

    ``earliestBookingDate`` is the time of the request where it is left out. It and ``targetDate`` are the booking's
    planning window, also where ``targetDate`` is over. ``orderComments`` are trimmed. Without SOR codes the booking has
    the default job template, and with an unknown one no valid template, so that it cannot be planned (settings).
    Quantities below 1 and a blank priority are accepted by profile. ``theLocation`` updates DRS's record of the place,
    as updateLocation does.

    Refuses: a missing field, an unknown contract, location or priority; an incomplete SOR code; comments of more than
    255 characters; an ``earliestBookingDate`` that is not before ``targetDate``; an ``orderId`` other than 0; a number
    that exists already.

    Evidence: seen (Appendix B 4 and the notes of createOrder); that no number is used twice, which other members may be
    sent, that ``targetDate`` may be over, a quantity below 1 and a priority blank: client; that the contract must be
    known: vendor (ku402v5zys); that the priority's id must match: vendor (u8c2zn3l73); what becomes of missing and
    unknown codes: vendor (8xxeczi3mg, 02tfyrsxcm); that the record of the place is updated: vendor (7tmuy3gu3l).
    """
    validator, ordering = context.validator, context.profile.ordering
    contract = validator.contract(request.contract)
    location = validator.location(request.location_id)
    comments = validator.comments(request.comments)
    number = validator.required("primaryOrderNumber", request.number)
    priority = validator.priority(request.priority)
    target_date = validator.required("targetDate", request.target_date)
    user_id = validator.required("userId", request.user_id)
    codes = validator.codes_to_book(request.codes)
    if request.earliest is not None:
        validator.window(("earliestBookingDate", request.earliest), ("targetDate", target_date))
    earliest = request.earliest or context.now
    if request.order_id and context.profile.assumptions.sent_order_id == "refuse":
        raise Refusal(context.profile.messages.order_id_given.format(value=request.order_id))
    if ordering.repeated_order_numbers == "refuse" and context.transaction.orders_numbered(number):
        raise Refusal(context.profile.messages.order_exists.format(number=number))
    location = keep_location(context, location, request.location)

    order = Order(
        id=context.transaction.next_number("order", ordering.first_order_id),
        number=number,
        contract=contract,
        location=location,
        comments=comments,
        priority=priority,
        target_date=target_date,
        earliest=earliest,
        user_id=user_id,
        message=bool(request.message),
        contact_name=request.contact_name,
        phone=request.phone,
        created=context.now,
        secondary_number=request.secondary_number,
        tertiary_number=request.tertiary_number,
        comments_extended=request.comments_extended,
        reason_code=request.reason_code,
        subcontract=request.subcontract,
    )
    context.transaction.put_order(order)
    new_booking(context, order, codes, (earliest, target_date), ordering.reason_when_created, user_id)
    return context.with_bookings(order)


def update_order(context: UseCaseContext, request: OrderRequest) -> OrderWithBookings:
    """Update an order: what is sent replaces what is known, the rest stays.

    A new location and new secondary and tertiary numbers apply to its bookings as well. A new ``targetDate`` or
    ``earliestBookingDate`` moves no booking. SOR codes belong to its bookings and stay.

    Refuses: an unknown order; one that is completed; an unknown contract, location or priority; comments of more than
    255 characters; an ``earliestBookingDate`` that is not before ``targetDate``.

    Evidence: client (ONS sends a whole order as selectOrder gave it); that absent members stay: presumed.
    """
    validator = context.validator
    order = context.open_order(request.number, request.order_id, context.profile.messages.order_unknown)
    assumptions = context.profile.assumptions
    if assumptions.absent_members == "clear":
        cleared: dict[str, Any] = dict.fromkeys((*_KEPT, "contact_name", "phone"))
        order = replace(order, comments="", message=False, **cleared)
    location = order.location if request.location_id is None else validator.location(request.location_id)
    changed = replace(
        order,
        contract=order.contract if request.contract is None else validator.contract(request.contract),
        location=location,
        comments=order.comments if request.comments is None else validator.comments(request.comments),
        priority=order.priority if request.priority is None else validator.priority(request.priority),
        target_date=request.target_date or order.target_date,
        earliest=request.earliest or order.earliest,
        user_id=request.user_id or order.user_id,
        message=order.message if request.message is None else request.message,
        contact_name=request.contact_name or order.contact_name,
        phone=request.phone or order.phone,
        **_kept_members(request),
    )
    if request.earliest is not None:
        validator.window(("earliestBookingDate", changed.earliest), ("targetDate", changed.target_date))
    context.transaction.put_order(changed)
    numbers = changed.secondary_number or "", changed.tertiary_number or ""
    moves_bookings = location != order.location and assumptions.moved_order == "with_bookings"
    for booking in context.transaction.bookings_of(order.id):
        moved = replace(booking, location=location) if moves_bookings else booking
        renumbered = replace(moved, secondary_number=numbers[0], tertiary_number=numbers[1])
        if renumbered != booking:
            context.transaction.put_booking(renumbered)
    return context.with_bookings(changed)


def delete_order(context: UseCaseContext, request: OrderRequest) -> None:
    """Delete the order and its bookings; their places are free again.

    Refuses: an unknown order; one that is completed or has a completed booking; an unknown contract.

    Evidence: client (that it cancels, by a whole order, and its words for an unknown one); presumed for the rest.
    """
    order = context.open_order(request.number, request.order_id, context.profile.messages.order_missing)
    if request.contract is not None:
        context.validator.contract(request.contract)
    bookings = context.transaction.bookings_of(order.id)
    for booking in bookings:
        context.open_booking(booking.id)
    for booking in bookings:
        queue_cancellation(context, booking)
        context.transaction.drop_booking(booking.id)
    context.transaction.drop_order(order.id)


def complete_order(context: UseCaseContext, request: OrderCompletion) -> None:
    """Complete the order and all its bookings; a place in the future is free again.

    Refuses: a missing field, an unknown contract or order, one that is completed.

    Evidence: presumed; members published.
    """
    validator = context.validator
    validator.contract(request.contract)
    validator.required("userId", request.user_id)
    complete_with_bookings(context, context.open_order(request.number, None, context.profile.messages.order_unknown))


@only_reads
def select_orders(context: UseCaseContext, wanted: OrderFilter) -> tuple[OrderWithBookings, ...]:
    """Return the orders that match every filter that is sent, with their bookings.

    By ``primaryOrderNumber`` (several at once), ``locationIDs``, ``resources``, ``theBusinessData`` of their bookings,
    ``contract`` and the other lists of contracts, and the period in which their bookings lie: by assigned
    time, or by the planning window before one is assigned. Completed bookings are listed only with
    ``includeCompletedBookings``. Archived orders are not found (a setting).

    Refuses: an unknown number, contract or operative; a call without number, location, resource, business data and
    period; a period that ends before it begins.

    Evidence: client (by number, and the words for an unknown one; that old orders are archived; what a scheduled
    booking shows, and that its order is PLANNED); presumed for the other filters, whose members are published.
    """
    validator = context.validator
    contracts = validator.contracts(*wanted.contracts)
    for operative_id in wanted.operative_ids:
        validator.operative("resources", operative_id)
    validator.period(wanted.begin, wanted.end, ("returnBookingsFrom", "returnBookingsTo"))
    if not (wanted.location_ids or _asks_for_bookings(wanted)):
        validator.required("primaryOrderNumber", wanted.numbers)
    if wanted.numbers and context.profile.assumptions.number_and_filters == "number":
        wanted = OrderFilter(numbers=wanted.numbers, include_completed=wanted.include_completed)
    found = []
    for order in _named(context, wanted.numbers):
        at_location = not wanted.location_ids or order.location.id in wanted.location_ids
        if order.contract in contracts and at_location:
            bookings = context.with_bookings(order).bookings
            fitting = tuple(each for each in bookings if _fits(context, each, wanted))
            if fitting or not _asks_for_bookings(wanted):
                shown = tuple(each for each in fitting if wanted.include_completed or not each.booking.completed)
                found.append(OrderWithBookings(order, shown))
    return tuple(found)


def _kept_members(request: OrderRequest) -> dict[str, Any]:
    """Return what was sent of the members that DRS only keeps."""
    kept = {name: getattr(request, name) for name in _KEPT}
    return {name: value for name, value in kept.items() if value is not None}


def _is_archived(context: UseCaseContext, order: Order) -> bool:
    days = context.profile.ordering.archived_after_days
    return days is not None and context.now - (order.created or order.earliest) > timedelta(days=days)


def _named(context: UseCaseContext, numbers: Sequence[str]) -> list[Order]:
    if not numbers:
        return [order for order in context.transaction.orders() if not _is_archived(context, order)]
    found: list[Order] = []
    for number in numbers:
        orders = [order for order in context.transaction.orders_numbered(number) if not _is_archived(context, order)]
        if not orders:
            raise Refusal(context.profile.messages.order_unknown.format(number=number))
        found.extend(orders)
    return found


def _asks_for_bookings(wanted: OrderFilter) -> bool:
    return bool(wanted.operative_ids or wanted.business_data or wanted.begin or wanted.end)


def _fits(context: UseCaseContext, planned: PlannedBooking, wanted: OrderFilter) -> bool:
    booking = planned.booking
    return (
        (not wanted.operative_ids or any(each in wanted.operative_ids for each in booking.operative_ids))
        and has_business_data(context.profile, booking, wanted.business_data)
        and overlaps(context.profile, planned, wanted.begin, wanted.end)
    )


def overlaps(profile: Profile, planned: PlannedBooking, begin: datetime | None, end: datetime | None) -> bool:
    """Whether a booking overlaps the period: by assigned time, or by its planning window before one is assigned."""
    booking: Booking = planned.booking
    start = planned.assigned_start or booking.window_start
    finish = planned.assigned_end or booking.window_end
    return is_in_period(profile, (start, finish), (begin, end))


def is_in_period(
    profile: Profile, time: tuple[datetime, datetime], period: tuple[datetime | None, datetime | None]
) -> bool:
    """Whether a time overlaps or touches the period or, where the profile says so, lies within it."""
    (start, finish), (begin, end) = time, period
    if profile.assumptions.period_filter == "within":
        start, finish = finish, start
    return (begin is None or finish >= begin) and (end is None or start <= end)
