"""The use cases around an order: createOrder, selectOrder."""

from __future__ import annotations

from drs_simulator.scheduling.call import Call
from drs_simulator.scheduling.model import Booking, Order, OrderFilter, OrderRequest, OrderWithBookings
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.requirements import minutes_of


def create_order(call: Call, request: OrderRequest) -> OrderWithBookings:
    """A new order with its first booking, which is planned but not yet scheduled (seen: createOrder, Appendix B 4)."""
    check, ordering = call.requirements, call.profile.ordering
    contract = check.contract(request.contract)
    location = check.location(request.location_id)
    comments = check.comments(request.comments)
    number = check.required("primaryOrderNumber", request.number)
    priority = check.priority(request.priority)
    target_date = check.required("targetDate", request.target_date)
    user_id = check.required("userId", request.user_id)
    codes = check.codes(request)
    earliest = request.earliest or call.now
    check.window(("earliestBookingDate", earliest), ("targetDate", target_date))
    if request.order_id:
        raise Refusal(call.profile.messages.order_id_given.format(value=request.order_id))
    if ordering.repeated_order_numbers == "refuse" and call.transaction.orders_numbered(number):
        raise Refusal(call.profile.messages.order_exists.format(number=number))

    order = Order(
        id=call.transaction.next_number("order", ordering.first_order_id),
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
    booking = Booking(
        id=call.transaction.next_number("booking", ordering.first_booking_id),
        order_id=order.id,
        contract=contract,
        location=location,
        reason=ordering.reason_when_created,
        minutes=minutes_of(codes),
        trade=codes[0].trade,
        window_start=earliest,
        window_end=target_date,
        codes=codes,
        token_id=call.new_token(),
        user_id=user_id,
    )
    call.transaction.put_order(order)
    call.transaction.put_booking(booking)
    return call.with_bookings(order)


def select_orders(call: Call, wanted: OrderFilter) -> tuple[OrderWithBookings, ...]:
    """The orders of those numbers with their bookings; an unknown number is refused (client)."""
    found: list[Order] = []
    for number in call.requirements.required("primaryOrderNumber", wanted.numbers):
        orders = call.transaction.orders_numbered(number)
        if not orders:
            raise Refusal(call.profile.messages.order_unknown.format(number=number))
        found.extend(orders)
    return tuple(call.with_bookings(order) for order in found)
