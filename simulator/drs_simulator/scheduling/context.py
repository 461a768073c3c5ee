"""The context of a use case: everything that it may read and change, at one moment."""

from __future__ import annotations

import string
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import Any, TypeVar

from drs_simulator.profile.model import Profile
from drs_simulator.scheduling.model import Booking, Order, OrderStatus, OrderWithBookings, Session
from drs_simulator.scheduling.planning import calendar
from drs_simulator.scheduling.planning.installation import CurrentInstallation, Installation
from drs_simulator.scheduling.planning.planner import DayPlanner
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.store import Transaction
from drs_simulator.scheduling.validation import Validator

_UseCase = TypeVar("_UseCase", bound=Callable[..., object])
_READERS: set[Callable[..., object]] = set()
_LOOKS_UP: dict[Callable[..., object], Callable[[Any], str | None]] = {}
_TOKEN_LENGTH = 40
_CHARACTERS = (string.ascii_letters + string.digits).encode()
# A letter or digit for each byte.
_TOKEN_OF_BYTES = bytes(_CHARACTERS[byte % len(_CHARACTERS)] for byte in range(256))


def only_reads(use_case: _UseCase) -> _UseCase:
    """Declare that a use case writes nothing, so that it need not wait for those that do."""
    _READERS.add(use_case)
    return use_case


def is_reader(use_case: Callable[..., object]) -> bool:
    """Whether the use case is declared to write nothing."""
    return use_case in _READERS


def looks_up(number_of: Callable[[Any], str | None]) -> Callable[[_UseCase], _UseCase]:
    """Declare that a use case looks up the orders of a number, so that a store may read them beforehand.

    Args:
        number_of: Returns the number that a request has; ``None`` if it has none.
    """

    def declare(use_case: _UseCase) -> _UseCase:
        _LOOKS_UP[use_case] = number_of
        return use_case

    return declare


def number_to_look_up(use_case: Callable[..., object], request: object) -> str | None:
    """Return the number whose orders the use case will look up, if it is declared to."""
    number_of = _LOOKS_UP.get(use_case)
    return None if number_of is None else number_of(request)


@dataclass(frozen=True, slots=True)
class UseCaseContext:
    """One request at the time ``now``, in one transaction: everything takes effect, or nothing does.

    Args:
        session_id: The caller's session; empty where DRS itself runs the use case.
        now: The simulator's time.
        current: The installation, with what callers have changed.
        validator: Checks requests against it.
        transaction: Reads and writes the state.
        random: The source of tokens.
        wake_sender: Called when a confirmation is queued; ``None`` where no confirmations are sent.
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
        """The installation as its profile describes it."""
        return self.current.installation

    @property
    def planner(self) -> DayPlanner:
        """The planner with the state of this transaction."""
        return DayPlanner(self.current, self.transaction)

    def reloaded(self) -> UseCaseContext:
        """Return the context with the operatives as they are after a change in this transaction."""
        return replace(self, current=CurrentInstallation(self.installation, self.transaction))

    def is_open(self, session: Session) -> bool:
        """Whether the session can be used now, which is on the local day on which it was opened (seen: Sessions)."""
        zone = self.installation.zone
        return calendar.local_day(session.opened, zone) == calendar.local_day(self.now, zone)

    def new_token(self) -> str:
        """Make a tokenId: 40 letters and digits (seen: Appendix B 4)."""
        return self.random.randbytes(_TOKEN_LENGTH).translate(_TOKEN_OF_BYTES).decode()

    def booking(self, booking_id: int | None) -> Booking:
        """Return the booking with that id; an unknown one is refused."""
        known = self.transaction.booking(self.validator.required("bookingId", booking_id))
        if known is None:
            raise Refusal(self.profile.messages.booking_unknown.format(booking_id=booking_id))
        return known

    def open_booking(self, booking_id: int | None) -> Booking:
        """Return the booking with that id; one that is unknown or completed is refused."""
        booking = self.booking(booking_id)
        if booking.completed:
            raise Refusal(self.profile.messages.booking_completed.format(booking_id=booking.id))
        return booking

    def order(self, number: str | None, order_id: int | None, unknown: str) -> Order:
        """Return the order with that id, if it is not 0, or else with that number.

        Args:
            number: primaryOrderNumber.
            order_id: orderId.
            unknown: The text that refuses an unknown order; ``{number}`` is filled in.
        """
        named_by = self.profile.assumptions.order_named_by
        if order_id and number and named_by != "both":
            number, order_id = (number, None) if named_by == "number" else (None, order_id)
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
        """Return the order as ``order`` does; one that is completed is refused as well."""
        order = self.order(number, order_id, unknown)
        if order.status is OrderStatus.COMPLETED:
            raise Refusal(self.profile.messages.order_completed.format(number=order.number))
        return order

    def order_of(self, booking: Booking) -> Order:
        """Return the order that the booking belongs to."""
        order = self.transaction.order(booking.order_id)
        if order is None:
            raise LookupError(f"Booking {booking.id} belongs to order {booking.order_id}, which does not exist.")
        return order

    def with_bookings(self, order: Order) -> OrderWithBookings:
        """Return the order with its bookings, as answers show it."""
        planner = self.planner
        bookings = self.transaction.bookings_of(order.id)
        return OrderWithBookings(order, tuple(planner.with_times(booking) for booking in bookings))
