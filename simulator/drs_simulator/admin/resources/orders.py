"""The admin API's orders: list them, and look one up by its number."""

from __future__ import annotations

from datetime import datetime, tzinfo
from http import HTTPStatus
from typing import Self

from drs_simulator.admin.models import ListQuery, View
from drs_simulator.admin.resources.bookings import BookingView
from drs_simulator.admin.route import AdminRequest, Route, Section
from drs_simulator.scheduling import back_office
from drs_simulator.scheduling.back_office import Search
from drs_simulator.scheduling.model import OrderStatus, OrderWithBookings


class OrderQuery(ListQuery):
    """Orders whose number contains this text; case is ignored."""

    number: str | None = None


class OrderView(View):
    """An order with its bookings."""

    id: int
    number: str
    status: OrderStatus
    contract: str
    priority: str
    location_id: str
    address: tuple[str, ...]
    comments: str
    earliest: datetime
    target_date: datetime
    user_id: str
    contact_name: str | None
    phone: str | None
    bookings: tuple[BookingView, ...]

    @classmethod
    def of(cls, found: OrderWithBookings, zone: tzinfo) -> Self:
        """Show an order."""
        order, location = found.order, found.order.location
        lines = (
            *(location.name, location.address1, location.address2, location.address3, location.address4),
            location.post_code,
        )
        return cls(
            id=order.id,
            number=order.number,
            status=order.status,
            contract=order.contract,
            priority=order.priority,
            location_id=location.id,
            address=tuple(line for line in lines if line),
            comments=order.comments,
            earliest=order.earliest.astimezone(zone),
            target_date=order.target_date.astimezone(zone),
            user_id=order.user_id,
            contact_name=order.contact_name,
            phone=order.phone,
            bookings=tuple(BookingView.of(each, zone) for each in found.bookings),
        )


class Orders(View):
    """A part of the orders found; ``total`` counts all of them."""

    items: tuple[OrderView, ...]
    total: int
    offset: int
    limit: int


def _list_orders(request: AdminRequest) -> Orders:
    query, zone = request.query, request.simulator.profile.zone
    search = Search(query.number, offset=query.offset, limit=query.limit)
    found = request.simulator.scheduler.run_as_system(back_office.find_orders, search)
    items = tuple(OrderView.of(order, zone) for order in found.part)
    return Orders(items=items, total=found.total, offset=query.offset, limit=query.limit)


def _get_order(request: AdminRequest) -> OrderView:
    found = request.simulator.scheduler.run_as_system(back_office.order_numbered, request.path["number"])
    return OrderView.of(found, request.simulator.profile.zone)


ORDERS = Section(
    "orders",
    (
        Route("GET", "/orders", "List orders, newest first", _list_orders, Orders, query=OrderQuery),
        Route(
            "GET",
            "/orders/<path:number>",
            "Get the order with a number",
            _get_order,
            OrderView,
            errors=(HTTPStatus.NOT_FOUND,),
        ),
    ),
)
