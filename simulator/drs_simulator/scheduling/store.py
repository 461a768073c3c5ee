"""The storage protocol: what the scheduler needs of every store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Literal, Protocol, TypeVar

from drs_simulator.profile.tables import SorCode
from drs_simulator.scheduling.model import (
    Booking,
    Confirmation,
    LifeCycle,
    Location,
    Operative,
    Order,
    Session,
    Visit,
)

_Answer = TypeVar("_Answer")
Numbered = Literal["order", "booking", "confirmation"]
DiaryDay = tuple[str, date]
"""An operative's id and a local day."""


class OnlyReadsError(Exception):
    """Work that was to read only has to write after all. It has changed nothing, and can run in a transaction."""


class Transaction(Protocol):
    """All reads and writes of one use case. They are committed when it returns, and rolled back when it raises."""

    @property
    def version(self) -> int | None:
        """Version counter: it changes with every change except to sessions. ``None`` if the store counts none."""

    @property
    def master_data_version(self) -> int | None:
        """Version counter of locations, SOR codes and operatives only; ``None`` if the store counts none."""

    def session(self, session_id: str) -> Session | None:
        """Return the session with that id, which may have lapsed, or ``None``."""

    def put_session(self, session: Session) -> None:
        """Store a new session."""

    def drop_session(self, session_id: str) -> None:
        """Remove a session, if it exists."""

    def drop_sessions(self) -> None:
        """Remove all sessions."""

    def sessions(self) -> Iterable[Session]:
        """Return all sessions, those that have lapsed too, oldest first."""

    def next_number(self, of: Numbered, first: int) -> int:
        """Return the next id of its kind, counted up from ``first``. No id is issued twice."""

    def numbers(self) -> Mapping[Numbered, int]:
        """Return the last issued id of each kind, without the kinds of which none was issued."""

    def put_number(self, of: Numbered, last: int) -> None:
        """Set the last issued id."""

    def order(self, order_id: int) -> Order | None:
        """Return the order with that id, or ``None``."""

    def orders_numbered(self, number: str) -> tuple[Order, ...]:
        """Return the orders with that primaryOrderNumber, oldest first."""

    def orders(self) -> Iterable[Order]:
        """Return all orders, oldest first."""

    def find_orders(self, text: str, offset: int, limit: int) -> tuple[int, tuple[Order, ...]]:
        """Count the orders whose number contains the text, in upper or lower case; return a part, newest first."""

    def put_order(self, order: Order) -> None:
        """Store an order, new or changed."""

    def drop_order(self, order_id: int) -> None:
        """Remove an order that has no bookings left."""

    def booking(self, booking_id: int) -> Booking | None:
        """Return the booking with that id, or ``None``."""

    def bookings_of(self, order_id: int) -> tuple[Booking, ...]:
        """Return the order's bookings, oldest first."""

    def bookings(self) -> Iterable[Booking]:
        """Return all bookings, oldest first."""

    def find_bookings(
        self, life_cycle: LifeCycle | None, operative_id: str | None, offset: int, limit: int
    ) -> tuple[int, tuple[Booking, ...]]:
        """Count the bookings of that life cycle and operative, if one is named; return a part, newest first."""

    def lapsed_reservations(self, now: datetime) -> tuple[Booking, ...]:
        """Return the bookings whose reservation ends at ``now`` or earlier."""

    def put_booking(self, booking: Booking) -> None:
        """Store a booking, new or changed, and update the diaries."""

    def drop_booking(self, booking_id: int) -> None:
        """Remove a booking, also from the diaries."""

    def diaries(self, operative_ids: Iterable[str], first: date, last: date) -> Mapping[DiaryDay, tuple[Visit, ...]]:
        """Return the visits of those operatives on the days from ``first`` to ``last``, by ascending key.

        Days without visits are left out.
        """

    def sor_code(self, code: str) -> SorCode | None:
        """Return the SOR code as a caller has changed it, or ``None``."""

    def sor_codes(self) -> Iterable[SorCode]:
        """Return all SOR codes that callers have changed, by ascending code."""

    def put_sor_code(self, sor_code: SorCode) -> None:
        """Store a SOR code, new or changed."""

    def location(self, location_id: str) -> Location | None:
        """Return the location as a caller has changed it, or ``None``."""

    def locations(self) -> Iterable[Location]:
        """Return all locations that callers have changed, by ascending id."""

    def put_location(self, location: Location) -> None:
        """Store a location, new or changed."""

    def changed_operatives(self) -> Mapping[str, Operative]:
        """Return the operatives that callers have changed, by their ids, as this transaction sees them."""

    def put_operative(self, operative: Operative) -> None:
        """Store a changed operative."""

    def counts(self) -> Mapping[str, int]:
        """Count all sessions, orders and bookings."""

    def confirmation(self, number: int) -> Confirmation | None:
        """Return the undelivered confirmation with that number, or ``None``."""

    def confirmations(self) -> tuple[Confirmation, ...]:
        """Return the undelivered confirmations, oldest first."""

    def put_confirmation(self, confirmation: Confirmation) -> None:
        """Store an undelivered confirmation, new or changed."""

    def drop_confirmation(self, number: int) -> None:
        """Remove a confirmation that is delivered."""

    def clear(self) -> None:
        """Remove everything, numbers too."""


class Store(Protocol):
    """A store of the state."""

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Return a transaction. Transactions are serializable: none sees the unfinished work of another."""

    def write(self, work: Callable[[Transaction], _Answer], order_number: str | None = None) -> _Answer:
        """Run work in a transaction and return its answer. A store may commit the work of several threads at once.

        The work may run in another thread, and twice if the first time is undone.

        Args:
            work: Reads and writes.
            order_number: The primaryOrderNumber whose orders it will ask for; a store may read them beforehand.
        """

    def read(self, work: Callable[[Transaction], _Answer]) -> _Answer:
        """Run work that only reads, on the state of one moment, and return its answer. It waits for no transaction.

        The work may be run twice, so it must have no other effects.

        Raises:
            OnlyReadsError: The work writes; some stores let it.
        """

    def add_session(self, session: Session) -> None:
        """Store a new session. It waits for a transaction only where the database can write one thing at a time."""

    def call(self, work: Callable[[], _Answer]) -> _Answer:
        """Run what answers one call in this thread, and return its answer. A store may look once for all of it.

        The work may be run twice: what it does outside the store must have no effects.
        """

    def reset(self) -> None:
        """Remove everything; numbers start again."""

    def ping(self) -> None:
        """Check that the store can be reached, without waiting for a transaction.

        Raises:
            StateError: It cannot be reached.
        """

    def close(self) -> None:
        """Close connections. Nothing is lost, and the next transaction opens new ones."""
