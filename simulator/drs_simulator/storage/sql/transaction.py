"""A transaction in a database: what one use case reads and writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import Connection, Table, delete, func, insert, select, union_all, update
from sqlalchemy.sql.elements import ColumnElement

from drs_simulator.profile.tables import SorCode
from drs_simulator.scheduling.model import Booking, Confirmation, Location, Operative, Order, Session, Visit
from drs_simulator.scheduling.store import DiaryDay, Numbered
from drs_simulator.storage.sql import codec
from drs_simulator.storage.sql.codec import Document
from drs_simulator.storage.sql.schema import (
    STATE_TABLES,
    bookings,
    confirmations,
    locations,
    microseconds,
    numbers,
    operatives,
    orders,
    partner_visits,
    sessions,
    sor_codes,
)

_Value = TypeVar("_Value")


class SqlTransaction:
    """Implements ``Transaction`` on a connection that holds the lock. The store commits it or rolls it back."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._changed_operatives: dict[str, Operative] | None = None

    def session(self, session_id: str) -> Session | None:
        """See ``Transaction.session``."""
        return self._one(sessions, codec.SESSION, session_id)

    def put_session(self, session: Session) -> None:
        """See ``Transaction.put_session``."""
        self._put(sessions, session.id, document=codec.SESSION.write(session))

    def drop_session(self, session_id: str) -> None:
        """See ``Transaction.drop_session``."""
        self._drop(sessions, session_id)

    def drop_sessions(self) -> None:
        """See ``Transaction.drop_sessions``."""
        self._connection.execute(sessions.delete())

    def sessions(self) -> Iterable[Session]:
        """See ``Transaction.sessions``."""
        found = self._all(sessions, codec.SESSION)
        return sorted(found, key=lambda session: (session.opened, session.id))

    def next_number(self, of: Numbered, first: int) -> int:
        """See ``Transaction.next_number``."""
        last = self._connection.execute(select(numbers.c.last).where(numbers.c.id == of)).scalar()
        number = first if last is None else last + 1
        self._put(numbers, of, last=number)
        return number

    def numbers(self) -> Mapping[Numbered, int]:
        """See ``Transaction.numbers``."""
        found = self._connection.execute(select(numbers.c.id, numbers.c.last))
        return {row.id: row.last for row in found}

    def put_number(self, of: Numbered, last: int) -> None:
        """See ``Transaction.put_number``."""
        self._put(numbers, of, last=last)

    def order(self, order_id: int) -> Order | None:
        """See ``Transaction.order``."""
        return self._one(orders, codec.ORDER, order_id)

    def orders_numbered(self, number: str) -> tuple[Order, ...]:
        """See ``Transaction.orders_numbered``."""
        return self._all(orders, codec.ORDER, orders.c.number == number)

    def orders(self) -> Iterable[Order]:
        """See ``Transaction.orders``."""
        return self._all(orders, codec.ORDER)

    def put_order(self, order: Order) -> None:
        """See ``Transaction.put_order``."""
        self._put(orders, order.id, number=order.number, document=codec.ORDER.write(order))

    def drop_order(self, order_id: int) -> None:
        """See ``Transaction.drop_order``."""
        self._drop(orders, order_id)

    def booking(self, booking_id: int) -> Booking | None:
        """See ``Transaction.booking``."""
        return self._one(bookings, codec.BOOKING, booking_id)

    def bookings_of(self, order_id: int) -> tuple[Booking, ...]:
        """See ``Transaction.bookings_of``."""
        return self._all(bookings, codec.BOOKING, bookings.c.order_id == order_id)

    def bookings(self) -> Iterable[Booking]:
        """See ``Transaction.bookings``."""
        return self._all(bookings, codec.BOOKING)

    def lapsed_reservations(self, now: datetime) -> tuple[Booking, ...]:
        """See ``Transaction.lapsed_reservations``."""
        return self._all(bookings, codec.BOOKING, bookings.c.held_until <= microseconds(now))

    def put_booking(self, booking: Booking) -> None:
        """See ``Transaction.put_booking``."""
        appointment, held_until = booking.appointment, booking.held_until
        self._put(
            bookings,
            booking.id,
            order_id=booking.order_id,
            operative_id=appointment and appointment.operative_id,
            day=appointment and appointment.day,
            visit=appointment and codec.VISIT.write(booking.visit),
            held_until=held_until and microseconds(held_until),
            document=codec.BOOKING.write(booking),
        )
        if appointment is None or appointment.partner_id is None:
            self._drop(partner_visits, booking.id)
        else:
            visit = codec.VISIT.write(booking.visit)
            self._put(partner_visits, booking.id, operative_id=appointment.partner_id, day=appointment.day, visit=visit)

    def drop_booking(self, booking_id: int) -> None:
        """See ``Transaction.drop_booking``."""
        self._drop(bookings, booking_id)
        self._drop(partner_visits, booking_id)

    @property
    def version(self) -> None:
        """See ``Transaction.version``. Reading it from a database would cost as much as it saves."""

    @property
    def master_data_version(self) -> None:
        """See ``Transaction.master_data_version``, and ``version``."""

    def diaries(self, operative_ids: Iterable[str], first: date, last: date) -> Mapping[DiaryDay, tuple[Visit, ...]]:
        """See ``Transaction.diaries``."""
        wanted = tuple(operative_ids)
        found: dict[DiaryDay, tuple[Visit, ...]] = {}
        of_first, of_partner = (
            select(table.c.operative_id, table.c.day, table.c.visit, table.c.id).where(
                table.c.operative_id.in_(wanted), table.c.day.between(first, last)
            )
            for table in (bookings, partner_visits)
        )
        both = union_all(of_first, of_partner).subquery()
        days = self._connection.execute(
            select(both.c.operative_id, both.c.day, both.c.visit).order_by(both.c.day, both.c.id)
        )
        for operative_id, day, visit in days:
            found[operative_id, day] = (*found.get((operative_id, day), ()), codec.VISIT.read(visit))
        # Operatives in the order of ``operative_ids``, and the days of each in their order.
        return dict(sorted(found.items(), key=lambda item: wanted.index(item[0][0])))

    def sor_code(self, code: str) -> SorCode | None:
        """See ``Transaction.sor_code``."""
        return self._one(sor_codes, codec.SOR_CODE, code)

    def sor_codes(self) -> Iterable[SorCode]:
        """See ``Transaction.sor_codes``."""
        # Databases sort text in different ways.
        return sorted(self._all(sor_codes, codec.SOR_CODE), key=lambda sor_code: sor_code.code)

    def put_sor_code(self, sor_code: SorCode) -> None:
        """See ``Transaction.put_sor_code``."""
        self._put(sor_codes, sor_code.code, document=codec.SOR_CODE.write(sor_code))

    def location(self, location_id: str) -> Location | None:
        """See ``Transaction.location``."""
        return self._one(locations, codec.LOCATION, location_id)

    def locations(self) -> Iterable[Location]:
        """See ``Transaction.locations``."""
        return sorted(self._all(locations, codec.LOCATION), key=lambda location: location.id)

    def put_location(self, location: Location) -> None:
        """See ``Transaction.put_location``."""
        self._put(locations, location.id, document=codec.LOCATION.write(location))

    def changed_operatives(self) -> Mapping[str, Operative]:
        """See ``Transaction.changed_operatives``."""
        if self._changed_operatives is None:
            found = self._all(operatives, codec.OPERATIVE)
            self._changed_operatives = {operative.id: operative for operative in found}
        return self._changed_operatives

    def put_operative(self, operative: Operative) -> None:
        """See ``Transaction.put_operative``."""
        self._put(operatives, operative.id, document=codec.OPERATIVE.write(operative))
        if self._changed_operatives is not None:
            self._changed_operatives[operative.id] = operative

    def counts(self) -> Mapping[str, int]:
        """See ``Transaction.counts``."""
        counted = {"sessions": sessions, "orders": orders, "bookings": bookings}
        return {
            name: self._connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in counted.items()
        }

    def confirmation(self, number: int) -> Confirmation | None:
        """See ``Transaction.confirmation``."""
        return self._one(confirmations, codec.CONFIRMATION, number)

    def confirmations(self) -> tuple[Confirmation, ...]:
        """See ``Transaction.confirmations``."""
        return self._all(confirmations, codec.CONFIRMATION)

    def put_confirmation(self, confirmation: Confirmation) -> None:
        """See ``Transaction.put_confirmation``."""
        self._put(confirmations, confirmation.number, document=codec.CONFIRMATION.write(confirmation))

    def drop_confirmation(self, number: int) -> None:
        """See ``Transaction.drop_confirmation``."""
        self._drop(confirmations, number)

    def clear(self) -> None:
        """See ``Transaction.clear``."""
        for table in STATE_TABLES:
            self._connection.execute(delete(table))
        self._changed_operatives = None

    def _one(self, table: Table, document: Document[_Value], key: str | int) -> _Value | None:
        found = self._connection.execute(select(table.c.document).where(table.c.id == key)).scalar()
        return None if found is None else document.read(found)

    def _all(self, table: Table, document: Document[_Value], *where: ColumnElement[bool]) -> tuple[_Value, ...]:
        """Rows by ascending id, which is the order in which orders and bookings were created."""
        found = self._connection.execute(select(table.c.document).where(*where).order_by(table.c.id)).scalars()
        return tuple(document.read(each) for each in found)

    def _put(self, table: Table, key: str | int, **values: object) -> None:
        changed = self._connection.execute(update(table).where(table.c.id == key).values(values))
        if changed.rowcount == 0:
            self._connection.execute(insert(table).values(id=key, **values))

    def _drop(self, table: Table, key: str | int) -> None:
        self._connection.execute(delete(table).where(table.c.id == key))
