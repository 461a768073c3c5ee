"""What the scheduler asks of whoever keeps its state: the protocol that every keeping follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Literal, Protocol

from drs_simulator.profile.model import SorCode
from drs_simulator.scheduling.model import Booking, Confirmation, Location, Operative, Order, Session, Visit

Numbered = Literal["order", "booking", "confirmation"]
DiaryDay = tuple[str, date]
"""An operative's id and a local day."""


class Transaction(Protocol):
    """All of one use case's reading and writing. What it wrote is kept if it ends well, and undone if it raises."""

    @property
    def version(self) -> int | None:
        """A number that is another one whenever anything besides sessions has changed; ``None`` where nobody counts."""

    @property
    def master_data_version(self) -> int | None:
        """Such a number for what callers have told of locations, SOR codes and operatives alone."""

    def session(self, session_id: str) -> Session | None:
        """The session of that id, if it is open."""

    def put_session(self, session: Session) -> None:
        """Keep a new session."""

    def drop_session(self, session_id: str) -> None:
        """Forget a session."""

    def drop_sessions(self) -> None:
        """Forget all sessions."""

    def sessions(self) -> Iterable[Session]:
        """All sessions that are kept, oldest first."""

    def next_number(self, of: Numbered, first: int) -> int:
        """The next id of its sort, counted up from ``first``. An id is never given twice."""

    def numbers(self) -> Mapping[Numbered, int]:
        """The last id that was given, of every sort of which any was."""

    def put_number(self, of: Numbered, last: int) -> None:
        """Count on from ``last``."""

    def order(self, order_id: int) -> Order | None:
        """The order of that id."""

    def orders_numbered(self, number: str) -> tuple[Order, ...]:
        """The orders with that primaryOrderNumber, oldest first."""

    def orders(self) -> Iterable[Order]:
        """All orders, oldest first."""

    def put_order(self, order: Order) -> None:
        """Keep an order, new or changed."""

    def drop_order(self, order_id: int) -> None:
        """Forget an order that has no bookings any more."""

    def booking(self, booking_id: int) -> Booking | None:
        """The booking of that id."""

    def bookings_of(self, order_id: int) -> tuple[Booking, ...]:
        """The order's bookings, oldest first."""

    def bookings(self) -> Iterable[Booking]:
        """All bookings, oldest first."""

    def lapsed_reservations(self, now: datetime) -> tuple[Booking, ...]:
        """The bookings whose reservation was to be held no longer than until ``now``."""

    def put_booking(self, booking: Booking) -> None:
        """Keep a booking, new or changed; the diaries follow."""

    def drop_booking(self, booking_id: int) -> None:
        """Forget a booking; its place in the diary is free again."""

    def diaries(self, operative_ids: Iterable[str], first: date, last: date) -> Mapping[DiaryDay, tuple[Visit, ...]]:
        """The visits of those operatives on the days from ``first`` to ``last``, by ascending key.

        Days without visits are left out.
        """

    def sor_code(self, code: str) -> SorCode | None:
        """What a caller has told of the code."""

    def sor_codes(self) -> Iterable[SorCode]:
        """All that callers have told of codes, by ascending code."""

    def put_sor_code(self, sor_code: SorCode) -> None:
        """Keep what a caller tells of a code."""

    def location(self, location_id: str) -> Location | None:
        """What a caller has told of the location."""

    def locations(self) -> Iterable[Location]:
        """All that callers have told of locations, by ascending id."""

    def put_location(self, location: Location) -> None:
        """Keep what a caller tells of a location."""

    def changed_operatives(self) -> Mapping[str, Operative]:
        """The operatives of whom a caller has told something, by their ids; follows what this transaction puts."""

    def put_operative(self, operative: Operative) -> None:
        """Keep what a caller tells of an operative."""

    def counts(self) -> Mapping[str, int]:
        """How many sessions, orders and bookings are kept."""

    def confirmation(self, number: int) -> Confirmation | None:
        """The confirmation of that number, while it is to be posted."""

    def confirmations(self) -> tuple[Confirmation, ...]:
        """The confirmations that are to be posted, oldest first."""

    def put_confirmation(self, confirmation: Confirmation) -> None:
        """Keep a confirmation that is to be posted, new or changed."""

    def drop_confirmation(self, number: int) -> None:
        """Forget a confirmation: its receiver has it."""

    def clear(self) -> None:
        """Forget everything, numbers too."""


class Store(Protocol):
    """A keeping of the state."""

    def transaction(self) -> AbstractContextManager[Transaction]:
        """A transaction that no other one of this state can come between."""

    def reset(self) -> None:
        """Forget everything; numbering begins anew."""

    def close(self) -> None:
        """Let go of connections. Nothing is lost, and a further transaction opens new ones."""
