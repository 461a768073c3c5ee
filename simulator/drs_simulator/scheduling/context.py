"""One authorised call: everything that a use case may look at and change, at one moment."""

from __future__ import annotations

import string
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random

from drs_simulator.profile.model import Profile
from drs_simulator.scheduling.model import Booking, Order, OrderStatus, OrderWithBookings
from drs_simulator.scheduling.planning.installation import CurrentInstallation, Installation
from drs_simulator.scheduling.planning.planner import Planner
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.store import Transaction
from drs_simulator.scheduling.validation import Validator

_TOKEN_LENGTH = 40
_TOKEN_CHARACTERS = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class UseCaseContext:
    """The holder of an open session asks for something at ``now``; all of it happens or nothing does.

    ``session_id`` is empty where DRS itself asks. ``wake_sender`` tells whoever posts confirmations that there is one;
    without it nobody is to be told.
    """

    session_id: str
    now: datetime
    current: CurrentInstallation
    validator: Validator
    transaction: Transaction
    random: Random
    wake_sender: Callable[[], object] | None = None

    @property
    def profile(self) -> Profile:
        """The installation's settings."""
        return self.current.installation.profile

    @property
    def installation(self) -> Installation:
        """What it was set up with."""
        return self.current.installation

    @property
    def planner(self) -> Planner:
        """Finds places as of now."""
        return Planner(self.current, self.transaction, self.now)

    def reloaded(self) -> UseCaseContext:
        """The same call, which sees what it has just changed about operatives."""
        return replace(self, current=CurrentInstallation(self.installation, self.transaction))

    def new_token(self) -> str:
        """A tokenId: 40 letters and digits (seen: Appendix B 4)."""
        return "".join(self.random.choices(_TOKEN_CHARACTERS, k=_TOKEN_LENGTH))

    def booking(self, booking_id: int | None) -> Booking:
        """The booking that the caller names; an unknown one is refused."""
        known = self.transaction.booking(self.validator.required("bookingId", booking_id))
        if known is None:
            raise Refusal(self.profile.messages.booking_unknown.format(booking_id=booking_id))
        return known

    def open_booking(self, booking_id: int | None) -> Booking:
        """The booking that the caller names; one that is unknown or completed is refused."""
        booking = self.booking(booking_id)
        if booking.completed:
            raise Refusal(self.profile.messages.booking_completed.format(booking_id=booking.id))
        return booking

    def order(self, number: str | None, order_id: int | None, unknown: str) -> Order:
        """The order that the caller names by its id, where that is not 0, or by its number.

        Args:
            number: primaryOrderNumber.
            order_id: orderId.
            unknown: The refusal of an unknown one; ``{number}`` is filled in.
        """
        if order_id:
            known = self.transaction.order(order_id)
            order = None if known is None or (number or known.number) != known.number else known
        else:
            wanted = self.validator.required("primaryOrderNumber", number)
            order = next(reversed(self.transaction.orders_numbered(wanted)), None)
        if order is None:
            raise Refusal(unknown.format(number=number or order_id))
        return order

    def open_order(self, number: str | None, order_id: int | None, unknown: str) -> Order:
        """The order that the caller names; one that is unknown or completed is refused."""
        order = self.order(number, order_id, unknown)
        if order.status is OrderStatus.COMPLETED:
            raise Refusal(self.profile.messages.order_completed.format(number=order.number))
        return order

    def order_of(self, booking: Booking) -> Order:
        """The order that the booking belongs to."""
        order = self.transaction.order(booking.order_id)
        if order is None:
            raise LookupError(f"Booking {booking.id} belongs to order {booking.order_id}, which is not kept.")
        return order

    def with_bookings(self, order: Order) -> OrderWithBookings:
        """The order as an answer shows it."""
        planner = self.planner
        bookings = self.transaction.bookings_of(order.id)
        return OrderWithBookings(order, tuple(planner.planned(booking) for booking in bookings))
