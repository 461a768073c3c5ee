"""One authorised call: everything that a use case may look at and change, at one moment."""

from __future__ import annotations

import string
from dataclasses import dataclass
from datetime import datetime
from random import Random

from drs_simulator.profile import Profile
from drs_simulator.scheduling.installation import Installation
from drs_simulator.scheduling.model import Booking, Order, OrderWithBookings
from drs_simulator.scheduling.planner import Planner
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.requirements import Requirements
from drs_simulator.scheduling.store import Transaction

_TOKEN_LENGTH = 40
_TOKEN_CHARACTERS = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class Call:
    """The holder of an open session asks for something at ``now``; all of it happens or nothing does."""

    session_id: str
    now: datetime
    installation: Installation
    requirements: Requirements
    transaction: Transaction
    random: Random

    @property
    def profile(self) -> Profile:
        """The installation's settings."""
        return self.installation.profile

    @property
    def planner(self) -> Planner:
        """Finds places as of now."""
        return Planner(self.installation, self.transaction, self.now)

    def new_token(self) -> str:
        """A tokenId: 40 letters and digits (seen: Appendix B 4)."""
        return "".join(self.random.choices(_TOKEN_CHARACTERS, k=_TOKEN_LENGTH))

    def booking(self, booking_id: int | None) -> Booking:
        """The booking that the caller names; an unknown one is refused."""
        known = self.transaction.booking(self.requirements.required("bookingId", booking_id))
        if known is None:
            raise Refusal(self.profile.messages.booking_unknown.format(booking_id=booking_id))
        return known

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
