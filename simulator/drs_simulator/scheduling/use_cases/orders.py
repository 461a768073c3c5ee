"""The use cases around an order: createOrder, updateOrder, deleteOrder, completeOrder, selectOrder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from drs_simulator.scheduling.commands import OrderCompletion, OrderFilter, OrderRequest
from drs_simulator.scheduling.context import UseCaseContext
from drs_simulator.scheduling.model import Booking, Order, OrderWithBookings, PlannedBooking
from drs_simulator.scheduling.outbox import queue_cancellation
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.use_cases.bookings import complete, has_business_data, new_booking


def create_order(context: UseCaseContext, request: OrderRequest) -> OrderWithBookings:
    """A new order with its first booking, which is planned but not yet scheduled.

    ``earliestBookingDate`` is the time of the request where it is left out. It and ``targetDate`` are the booking's
    planning window. ``orderComments`` are trimmed.

    Refuses: a missing field, an unknown contract, location, priority or SOR code; comments of more than 255
    characters; a window that ends before it begins; an ``orderId`` other than 0; a number that is there already.

    Evidence: seen (Appendix B 4 and the notes of createOrder); that a number is not taken twice: client.
    """
    check, ordering = context.validator, context.profile.ordering
    contract = check.contract(request.contract)
    location = check.location(request.location_id)
    comments = check.comments(request.comments)
    number = check.required("primaryOrderNumber", request.number)
    priority = check.priority(request.priority)
    target_date = check.required("targetDate", request.target_date)
    user_id = check.required("userId", request.user_id)
    codes = check.codes(request.codes)
    earliest = request.earliest or context.now
    check.window(("earliestBookingDate", earliest), ("targetDate", target_date))
    if request.order_id:
        raise Refusal(context.profile.messages.order_id_given.format(value=request.order_id))
    if ordering.repeated_order_numbers == "refuse" and context.transaction.orders_numbered(number):
        raise Refusal(context.profile.messages.order_exists.format(number=number))

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
    )
    context.transaction.put_order(order)
    new_booking(context, order, codes, (earliest, target_date), ordering.reason_when_created, user_id)
    return context.with_bookings(order)


def update_order(context: UseCaseContext, request: OrderRequest) -> OrderWithBookings:
    """What is sent of an order takes the place of what is known; the rest stays.

    A new location is that of its bookings as well. A new ``targetDate`` or ``earliestBookingDate`` moves no booking.
    SOR codes are those of its bookings and stay.

    Refuses: an unknown order; one that is completed; an unknown contract, location or priority; comments of more than
    255 characters; a window that ends before it begins.

    Evidence: presumed; members published.
    """
    check = context.validator
    order = context.open_order(request.number, request.order_id, context.profile.messages.order_unknown)
    location = order.location if request.location_id is None else check.location(request.location_id)
    changed = replace(
        order,
        contract=order.contract if request.contract is None else check.contract(request.contract),
        location=location,
        comments=order.comments if request.comments is None else check.comments(request.comments),
        priority=order.priority if request.priority is None else check.priority(request.priority),
        target_date=request.target_date or order.target_date,
        earliest=request.earliest or order.earliest,
        user_id=request.user_id or order.user_id,
        message=order.message if request.message is None else request.message,
        contact_name=request.contact_name or order.contact_name,
        phone=request.phone or order.phone,
    )
    check.window(("earliestBookingDate", changed.earliest), ("targetDate", changed.target_date))
    context.transaction.put_order(changed)
    if location != order.location:
        for booking in context.transaction.bookings_of(order.id):
            context.transaction.put_booking(replace(booking, location=location))
    return context.with_bookings(changed)


def delete_order(context: UseCaseContext, request: OrderRequest) -> None:
    """The order and its bookings are gone, and their places are free.

    Refuses: an unknown order; one that is completed or has a completed booking; an unknown contract.

    Evidence: client (that it cancels, and its words for an unknown order); presumed for the rest.
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
    """The order is completed, and with it all its bookings; a place that is still to come is free again.

    Refuses: a missing field, an unknown contract or order, one that is completed already.

    Evidence: presumed; members published.
    """
    check = context.validator
    check.contract(request.contract)
    check.required("userId", request.user_id)
    complete(context, context.open_order(request.number, None, context.profile.messages.order_unknown))


def select_orders(context: UseCaseContext, wanted: OrderFilter) -> tuple[OrderWithBookings, ...]:
    """The orders that fit every filter that is sent, with their bookings.

    By ``primaryOrderNumber`` (several at once), ``locationIDs``, ``resources``, ``theBusinessData`` of their bookings,
    ``contract`` and the lists of contracts beside the others, and the period in which their bookings lie: by the time
    assigned, or by the planning window while there is none. Completed bookings are listed with
    ``includeCompletedBookings`` only.

    Refuses: an unknown number, contract or operative; a call without number, location, resource, business data and
    period; a period that ends before it begins.

    Evidence: client (by number, and the words for an unknown one; what a scheduled booking shows); presumed for the
    other filters, whose members are published.
    """
    check = context.validator
    contracts = check.contracts(*wanted.contracts)
    for operative_id in wanted.operative_ids:
        check.operative("resources", operative_id)
    check.period(wanted.begin, wanted.end, ("returnBookingsFrom", "returnBookingsTo"))
    if not (wanted.location_ids or _asks_for_bookings(wanted)):
        check.required("primaryOrderNumber", wanted.numbers)
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


def _named(context: UseCaseContext, numbers: Sequence[str]) -> list[Order]:
    if not numbers:
        return list(context.transaction.orders())
    found: list[Order] = []
    for number in numbers:
        orders = context.transaction.orders_numbered(number)
        if not orders:
            raise Refusal(context.profile.messages.order_unknown.format(number=number))
        found.extend(orders)
    return found


def _asks_for_bookings(wanted: OrderFilter) -> bool:
    return bool(wanted.operative_ids or wanted.business_data or wanted.begin or wanted.end)


def _fits(context: UseCaseContext, planned: PlannedBooking, wanted: OrderFilter) -> bool:
    booking = planned.booking
    return (
        (not wanted.operative_ids or booking.operative_id in wanted.operative_ids)
        and has_business_data(context.profile, booking, wanted.business_data)
        and overlaps(planned, wanted.begin, wanted.end)
    )


def overlaps(planned: PlannedBooking, begin: datetime | None, end: datetime | None) -> bool:
    """Whether a booking touches the period: by the time assigned, or by its planning window while there is none."""
    booking: Booking = planned.booking
    start = planned.assigned_start or booking.window_start
    finish = planned.assigned_end or booking.window_end
    return (begin is None or finish >= begin) and (end is None or start <= end)
