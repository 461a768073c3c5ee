"""The calls around an order: checkAvailability, createOrder, updateOrder, deleteOrder, completeOrder, selectOrder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from drs_client.errors import InvalidArgument, Refusal, TimedOut, UnexpectedAnswer, Unreachable
from drs_client.model import Availability, Order
from drs_client.session import DrsSession, booking_code

UNKNOWN_ORDER = "Unable to find order in OptiTime Web"
"""What DRS says of an order number that it does not know (Hackney's service relies on it)."""

_COMMENTS_LIMIT = 255


class OrderCalls(DrsSession):
    """Operations on orders."""

    def check_availability(
        self, location_id: str, sor_code: str, priority: str | None, begin: datetime, end: datetime
    ) -> Availability:
        """The slots of every day from ``begin`` to ``end``, both aware.

        The days may be fewer than asked for: see ``Availability.warning``.

        Raises:
            InvalidArgument: A datetime has no time zone.
            Refusal: DRS declines.
            DrsError: DRS could not be asked.
        """
        number = "availability"
        order = {
            "contract": self.contract,
            "locationID": location_id,
            "primaryOrderNumber": number,
            "priority": priority,
            "theBookingCodes": [booking_code(sor_code, number)],
            "userId": self.user_id,
        }
        members = {"periodBegin": self._text(begin), "periodEnd": self._text(end), "theOrder": order}
        return self._read.availability(self._call("checkAvailability", members))

    def create_order(
        self,
        number: str,
        location_id: str,
        sor_code: str,
        priority: str,
        target: datetime,
        *,
        earliest: datetime | None = None,
        comments: str = "",
        contact_name: str | None = None,
        phone: str | None = None,
    ) -> Order:
        """Create an order under ``number`` with one booking, not yet scheduled.

        Where the connection breaks or no answer comes in time, the order is looked up before it is sent once more, so
        that it is not made twice.

        Raises:
            InvalidArgument: A datetime has no time zone, or ``comments`` is longer than 255 characters.
            Refusal: DRS declines.
            DrsError: DRS could not be asked.
        """
        _check_comments(comments)
        order = {
            "contactName": contact_name,
            "contract": self.contract,
            "earliestBookingDate": self._text(earliest),
            "locationID": location_id,
            # Must be sent; DRS trims a blank away.
            "orderComments": comments or " ",
            "phone": phone,
            "primaryOrderNumber": number,
            "priority": priority,
            "targetDate": self._text(target),
            "theBookingCodes": [booking_code(sor_code, number)],
            "userId": self.user_id,
        }
        try:
            return self._created(order)
        except (TimedOut, Unreachable):
            made = self.select_orders(number)
            return made[0] if made else self._created(order)

    def update_order(
        self,
        number: str,
        *,
        location_id: str | None = None,
        priority: str | None = None,
        target: datetime | None = None,
        comments: str | None = None,
        contact_name: str | None = None,
        phone: str | None = None,
    ) -> Order:
        """Change what is told of an order; the order as DRS has it then. What is ``None`` stays.

        Raises:
            InvalidArgument: A datetime has no time zone, or ``comments`` is longer than 255 characters.
            Refusal: DRS declines.
            DrsError: DRS could not be asked.
        """
        _check_comments(comments or "")
        order = {
            "contactName": contact_name,
            "contract": self.contract,
            "locationID": location_id,
            "orderComments": comments,
            "phone": phone,
            "primaryOrderNumber": number,
            "priority": priority,
            "targetDate": self._text(target),
            "userId": self.user_id,
        }
        answer = self._call("updateOrder", {"theOrder": order})
        if answer.theOrder is None:
            raise UnexpectedAnswer("updateOrder succeeded without an order.")
        return self._read.order(answer.theOrder)

    def delete_order(self, number: str) -> None:
        """Delete an order with its bookings.

        Raises:
            Refusal: DRS declines, for example because it knows no such order.
            DrsError: DRS could not be asked.
        """
        order = {"contract": self.contract, "primaryOrderNumber": number, "userId": self.user_id}
        self._call("deleteOrder", {"theOrder": order})

    def complete_order(self, number: str) -> None:
        """Complete an order with all its bookings.

        Raises:
            Refusal: DRS declines.
            DrsError: DRS could not be asked.
        """
        members = {"contract": self.contract, "primaryOrderNumber": number, "userId": self.user_id}
        self._call("completeOrder", members)

    def select_orders(
        self,
        *numbers: str,
        location_ids: Sequence[str] = (),
        resource_ids: Sequence[str] = (),
        begin: datetime | None = None,
        end: datetime | None = None,
        completed_bookings: bool = False,
    ) -> tuple[Order, ...]:
        """The orders that fit every filter that is given; none where DRS does not know a number.

        Args:
            numbers: The orders' numbers in the housing system.
            location_ids: The properties.
            resource_ids: Who comes.
            begin: The beginning of the period in which their bookings lie, aware.
            end: Its end, aware.
            completed_bookings: Whether bookings that are completed are listed too.

        Raises:
            InvalidArgument: A datetime has no time zone.
            Refusal: DRS declines for another reason.
            DrsError: DRS could not be asked.
        """
        members = {
            "includeCompletedBookings": completed_bookings or None,
            "locationIDs": list(location_ids) or None,
            "primaryOrderNumber": list(numbers) or None,
            "resources": list(resource_ids) or None,
            "returnBookingsFrom": self._text(begin),
            "returnBookingsTo": self._text(end),
        }
        try:
            answer = self._call("selectOrder", members)
        except Refusal as refusal:
            if UNKNOWN_ORDER in refusal.message:
                return ()
            raise
        return tuple(self._read.order(order) for order in answer.theOrders or ())

    def _created(self, order: Mapping[str, Any]) -> Order:
        answer = self._call("createOrder", {"theOrder": order})
        if answer.theOrder is None:
            raise UnexpectedAnswer("createOrder succeeded without an order.")
        return self._read.order(answer.theOrder)


def _check_comments(comments: str) -> None:
    if len(comments) > _COMMENTS_LIMIT:
        raise InvalidArgument(f"The comments have {len(comments)} characters; DRS takes {_COMMENTS_LIMIT}.")
