"""The form of a completed booking, with its order around it (client: ONS census test).

Elements are in no namespace, the outermost too. Presumed: the members of the location other than ``city``, those of a
code, which are a confirmation's, and the definitions of business data that ONS did not have.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import NamedTuple

from lxml import etree

from drs_simulator.callbacks.members import Member, append_members, code_members, write_flag, write_local
from drs_simulator.scheduling.model import Booking, Confirmation, Location, Order, OrderStatus


class _Definition(NamedTuple):
    """What is known of a business datum: the values that it can have, whether it must be there, and its default."""

    values: tuple[str, ...] = ()
    mandatory: bool = False
    default: str = ""


_ORDER_STATUS = "STATUS"
_DEFINITIONS = {
    "APPOINTMENT_SEQUENCE": _Definition(("FIRST", "FOLLOW ON"), mandatory=True),
    "EMERGENCY": _Definition(("NO", "YES"), mandatory=True),
    "SERVICE_REQUIREMENT": _Definition(("FALSE", "TRUE")),
    _ORDER_STATUS: _Definition(("PLANNED", "STARTED", "COMPLETED"), default="PLANNED"),
}


class MissingOrderError(ValueError):
    """A completed booking cannot be written without its order."""


def append_completed_booking(body: etree._Element, operation: str, completion: Confirmation, zone: tzinfo) -> None:
    """Append the completed booking, inside its order.

    Raises:
        MissingOrderError: The order was not stored with it.
    """
    if completion.order is None:
        raise MissingOrderError(f"Message {completion.number} has a completed booking, but not its order.")
    orders = etree.SubElement(etree.SubElement(body, operation), "theOrders")
    _append_order(etree.SubElement(orders, "order"), completion, completion.order, zone)


def _append_order(parent: etree._Element, completion: Confirmation, order: Order, zone: tzinfo) -> None:
    append_members(parent, _order_members(order, zone))
    status = OrderStatus.PLANNED if order.status is OrderStatus.UNDEFINED else order.status
    _append_business_data(parent, ((_ORDER_STATUS, status.value),))
    append_members(etree.SubElement(parent, "theLocation"), _location_members(order.location))
    booking = etree.SubElement(etree.SubElement(parent, "theBookings"), "booking")
    append_members(booking, _booking_members(completion, zone))
    codes = etree.SubElement(booking, "theBookingCodes")
    for members in code_members(completion.booking):
        append_members(etree.SubElement(codes, "bookingCode"), members)
    _append_business_data(booking, completion.business_data)


def _order_members(order: Order, zone: tzinfo) -> Iterator[Member]:
    yield "orderId", str(order.id)
    yield "primaryOrderNumber", order.number
    yield "orderComments", order.comments
    yield "contract", order.contract
    yield "locationID", order.location.id
    yield "priority", order.priority
    yield "targetDate", write_local(order.target_date, zone)
    yield "earliestBookingDate", write_local(order.earliest, zone)
    yield "userId", order.user_id
    yield "message", write_flag(order.message)
    yield "orderComplete", write_flag(order.status is OrderStatus.COMPLETED)


def _location_members(location: Location) -> Iterator[Member]:
    city = dict(location.more).get("city") or location.address3 or ""
    yield "locationId", location.id
    yield "name", location.name or ""
    yield "address1", location.address1
    yield "address2", location.address2 or ""
    yield "city", city
    yield "postCode", location.post_code


def _booking_members(completion: Confirmation, zone: tzinfo) -> Iterator[Member]:
    booking: Booking = completion.booking
    finished = completion.changed if booking.worked is None else booking.worked[1]
    yield "bookingId", str(booking.id)
    yield "orderId", str(booking.order_id)
    yield "tokenId", booking.token_id
    yield "primaryOrderNumber", booking.order_number
    yield "planningWindowStart", write_local(booking.window_start, zone)
    yield "planningWindowEnd", write_local(booking.window_end, zone)
    yield "userId", booking.user_id
    yield "bookingReason", booking.reason
    yield "contract", booking.contract
    yield "taskLifeCycleStatus", booking.life_cycle.value
    yield "taskCompletionStatus", booking.completion_status
    yield "taskCompletionDate", write_local(finished, zone)


def _append_business_data(parent: etree._Element, data: tuple[tuple[str, str | None], ...]) -> None:
    container = etree.SubElement(parent, "theBusinessData")
    for name, value in data:
        append_members(etree.SubElement(container, "businessData"), _datum_members(name, value or ""))


def _datum_members(name: str, value: str) -> Iterator[Member]:
    definition = _DEFINITIONS.get(name, _Definition())
    yield "name", name
    yield "description", name
    yield "mandatory", write_flag(definition.mandatory)
    yield "defaultValue", definition.default
    yield "dataTypeList", "closedList" if definition.values else "notaList"
    yield "type", "string"
    yield "value", value
    for each in definition.values:
        yield "values", each
