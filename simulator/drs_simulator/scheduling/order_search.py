"""The search for orders on planners' screens: by number, address or SOR code, and by state."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from drs_simulator.scheduling.context import UseCaseContext, only_reads
from drs_simulator.scheduling.model import Order, OrderWithBookings

NOT_SCHEDULED = "not scheduled"
"""The state of an order with a booking that has no appointment."""
CANCELLED = "cancelled"
"""The state of an order whose bookings were all deleted: DRS has no word for it."""
MAX_SEARCHED = 5000
"""How many orders are searched, the newest first, where more than their numbers has to be read."""


@dataclass(frozen=True, slots=True)
class OrderSearch:
    """Which orders to find, and which part of them to return.

    Args:
        text: A part of number, address, postcode, locationId or SOR code; case is ignored. Empty for all.
        state: The life cycle of one of its bookings, ``NOT_SCHEDULED`` or ``CANCELLED``. Empty for all.
        offset: How many to leave out.
        limit: How many to return at most.
    """

    text: str = ""
    state: str = ""
    offset: int = 0
    limit: int = 50


@dataclass(frozen=True, slots=True)
class SearchedOrders:
    """A part of the orders that were found, how many there are, and whether older ones were not searched."""

    total: int
    part: tuple[OrderWithBookings, ...]
    is_cut: bool = False


@only_reads
def search_orders(context: UseCaseContext, search: OrderSearch) -> SearchedOrders:
    """Find orders, newest first.

    Where there are more than ``MAX_SEARCHED``, a text that is in a number finds those numbers, however old. Anything
    else is sought in the newest orders only.
    """
    if not search.text and not search.state:
        count, part_of_all = context.transaction.find_orders("", search.offset, search.limit)
        return SearchedOrders(count, tuple(context.with_bookings(order) for order in part_of_all))
    count, newest = context.transaction.find_orders("", 0, MAX_SEARCHED)
    if search.text and not search.state and count > MAX_SEARCHED:
        by_number, numbered = context.transaction.find_orders(search.text, search.offset, search.limit)
        if by_number:
            return SearchedOrders(by_number, tuple(context.with_bookings(order) for order in numbered))
    found = [order for order in newest if _fits(context, order, search)]
    part = tuple(islice(found, search.offset, search.offset + search.limit))
    return SearchedOrders(len(found), tuple(context.with_bookings(order) for order in part), count > MAX_SEARCHED)


def _fits(context: UseCaseContext, order: Order, search: OrderSearch) -> bool:
    text = search.text.casefold()
    has_text = not text or any(text in each.casefold() for each in _texts_of(order))
    if has_text and not search.state:
        return True
    bookings = context.transaction.bookings_of(order.id)
    if not has_text and not any(text in code.sor_code.casefold() for each in bookings for code in each.codes):
        return False
    if search.state == CANCELLED:
        return not bookings
    if search.state == NOT_SCHEDULED:
        return any(each.appointment is None and not each.completed for each in bookings)
    if not search.state:
        return True
    # One that is planned has an appointment; one without is not scheduled.
    return any(each.life_cycle == search.state and (each.appointment or each.completed) for each in bookings)


def _texts_of(order: Order) -> tuple[str, ...]:
    at = order.location
    lines = (at.address1, at.address2, at.address3, at.address4)
    return (order.number, at.id, at.post_code, *(line for line in lines if line))
