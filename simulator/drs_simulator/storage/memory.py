"""The state in memory: fast, safe under threads, lost when the process ends."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from itertools import count
from threading import RLock
from typing import TypeVar

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
from drs_simulator.scheduling.planning.calendar import days_between
from drs_simulator.scheduling.store import DiaryDay, Numbered, Transaction

_VERSIONS = count(1)
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
_Answer = TypeVar("_Answer")


class MemoryStore:
    """Stores the state in dictionaries under one lock. A transaction that raises is undone step by step."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._undo: list[Callable[[], None]] = []
        self._clear()

    def _clear(self) -> None:
        self._sessions: dict[str, Session] = {}
        self._numbers: dict[Numbered, int] = {}
        self._orders: dict[int, Order] = {}
        self._orders_by_number: dict[str, tuple[int, ...]] = {}
        self._bookings: dict[int, Booking] = {}
        self._bookings_by_order: dict[int, tuple[int, ...]] = {}
        self._diaries: dict[DiaryDay, tuple[Visit, ...]] = {}
        self._version = self._master_data_version = next(_VERSIONS)
        self._held_until: dict[int, datetime] = {}
        self._sor_codes: dict[str, SorCode] = {}
        self._locations: dict[str, Location] = {}
        self._operatives: dict[str, Operative] = {}
        self._confirmations: dict[int, Confirmation] = {}

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """See ``Store.transaction``."""
        with self._lock:
            versions = self._version, self._master_data_version
            try:
                yield self
            except BaseException:
                while self._undo:
                    self._undo.pop()()
                # The state is again what it was at these versions.
                self._version, self._master_data_version = versions
                raise
            finally:
                self._undo.clear()

    def write(self, work: Callable[[Transaction], _Answer], order_number: str | None = None) -> _Answer:  # noqa: ARG002
        """See ``Store.write``. There is nothing to read beforehand."""
        with self.transaction() as transaction:
            return work(transaction)

    def read(self, work: Callable[[Transaction], _Answer]) -> _Answer:
        """See ``Store.read``. Work that writes is a transaction like any other."""
        return self.write(work)

    def add_session(self, session: Session) -> None:
        """See ``Store.add_session``."""
        with self.transaction() as transaction:
            transaction.put_session(session)

    def call(self, work: Callable[[], _Answer]) -> _Answer:
        """See ``Store.call``. There is nothing to look at first."""
        return work()

    def reset(self) -> None:
        """See ``Store.reset``."""
        with self._lock:
            self._clear()

    def ping(self) -> None:
        """See ``Store.ping``. Memory is always there."""

    def close(self) -> None:
        """See ``Store.close``. There is nothing to close."""

    def __str__(self) -> str:
        return "memory"

    def session(self, session_id: str) -> Session | None:
        """See ``Transaction.session``."""
        return self._sessions.get(session_id)

    def put_session(self, session: Session) -> None:
        """See ``Transaction.put_session``."""
        self._put(self._sessions, session.id, session)

    def drop_session(self, session_id: str) -> None:
        """See ``Transaction.drop_session``."""
        self._put(self._sessions, session_id, None)

    def drop_sessions(self) -> None:
        """See ``Transaction.drop_sessions``."""
        for session_id in tuple(self._sessions):
            self.drop_session(session_id)

    def sessions(self) -> Iterable[Session]:
        """See ``Transaction.sessions``."""
        return sorted(self._sessions.values(), key=lambda session: (session.opened, session.id))

    def next_number(self, of: Numbered, first: int) -> int:
        """See ``Transaction.next_number``."""
        number = self._numbers.get(of, first - 1) + 1
        self._put(self._numbers, of, number)
        return number

    def numbers(self) -> Mapping[Numbered, int]:
        """See ``Transaction.numbers``."""
        return dict(self._numbers)

    def put_number(self, of: Numbered, last: int) -> None:
        """See ``Transaction.put_number``."""
        self._put(self._numbers, of, last)

    def order(self, order_id: int) -> Order | None:
        """See ``Transaction.order``."""
        return self._orders.get(order_id)

    def orders_numbered(self, number: str) -> tuple[Order, ...]:
        """See ``Transaction.orders_numbered``."""
        return tuple(self._orders[order_id] for order_id in self._orders_by_number.get(number, ()))

    def find_orders(self, text: str, offset: int, limit: int) -> tuple[int, tuple[Order, ...]]:
        """See ``Transaction.find_orders``."""
        wanted = text.casefold()
        found = [order for order in self.orders() if wanted in order.number.casefold()][::-1]
        return len(found), tuple(found[offset : offset + limit])

    def put_order(self, order: Order) -> None:
        """See ``Transaction.put_order``."""
        if order.id not in self._orders:
            same_number = self._orders_by_number.get(order.number, ())
            self._put(self._orders_by_number, order.number, (*same_number, order.id))
        self._put(self._orders, order.id, order)

    def orders(self) -> Iterable[Order]:
        """See ``Transaction.orders``."""
        return sorted(self._orders.values(), key=lambda order: order.id)

    def drop_order(self, order_id: int) -> None:
        """See ``Transaction.drop_order``."""
        number = self._orders[order_id].number
        others = tuple(other for other in self._orders_by_number[number] if other != order_id)
        self._put(self._orders_by_number, number, others or None)
        self._put(self._orders, order_id, None)

    def booking(self, booking_id: int) -> Booking | None:
        """See ``Transaction.booking``."""
        return self._bookings.get(booking_id)

    def bookings_of(self, order_id: int) -> tuple[Booking, ...]:
        """See ``Transaction.bookings_of``."""
        return tuple(self._bookings[booking_id] for booking_id in self._bookings_by_order.get(order_id, ()))

    def bookings(self) -> Iterable[Booking]:
        """See ``Transaction.bookings``."""
        return sorted(self._bookings.values(), key=lambda booking: booking.id)

    def find_bookings(
        self, life_cycle: LifeCycle | None, operative_id: str | None, offset: int, limit: int
    ) -> tuple[int, tuple[Booking, ...]]:
        """See ``Transaction.find_bookings``."""
        found = [
            booking
            for booking in self.bookings()
            if life_cycle in (None, booking.life_cycle) and operative_id in (None, *booking.operative_ids)
        ][::-1]
        return len(found), tuple(found[offset : offset + limit])

    def lapsed_reservations(self, now: datetime) -> tuple[Booking, ...]:
        """See ``Transaction.lapsed_reservations``."""
        return tuple(self._bookings[name] for name, until in self._held_until.items() if until <= now)

    def put_booking(self, booking: Booking) -> None:
        """See ``Transaction.put_booking``."""
        before = self._bookings.get(booking.id)
        if before is None:
            siblings = self._bookings_by_order.get(booking.order_id, ())
            self._put(self._bookings_by_order, booking.order_id, (*siblings, booking.id))
        else:
            self._leave_diary(before)
        self._put(self._bookings, booking.id, booking)
        self._put(self._held_until, booking.id, booking.held_until)
        self._enter_diary(booking)

    def drop_booking(self, booking_id: int) -> None:
        """See ``Transaction.drop_booking``."""
        booking = self._bookings[booking_id]
        self._leave_diary(booking)
        siblings = tuple(sibling for sibling in self._bookings_by_order[booking.order_id] if sibling != booking_id)
        self._put(self._bookings_by_order, booking.order_id, siblings or None)
        self._put(self._held_until, booking_id, None)
        self._put(self._bookings, booking_id, None)

    def sor_code(self, code: str) -> SorCode | None:
        """See ``Transaction.sor_code``."""
        return self._sor_codes.get(code)

    def sor_codes(self) -> Iterable[SorCode]:
        """See ``Transaction.sor_codes``."""
        return [self._sor_codes[code] for code in sorted(self._sor_codes)]

    def put_sor_code(self, sor_code: SorCode) -> None:
        """See ``Transaction.put_sor_code``."""
        self._put(self._sor_codes, sor_code.code, sor_code)

    def location(self, location_id: str) -> Location | None:
        """See ``Transaction.location``."""
        return self._locations.get(location_id)

    def locations(self) -> Iterable[Location]:
        """See ``Transaction.locations``."""
        return [self._locations[location_id] for location_id in sorted(self._locations)]

    def put_location(self, location: Location) -> None:
        """See ``Transaction.put_location``."""
        self._put(self._locations, location.id, location)

    def changed_operatives(self) -> Mapping[str, Operative]:
        """See ``Transaction.changed_operatives``."""
        return self._operatives

    def put_operative(self, operative: Operative) -> None:
        """See ``Transaction.put_operative``."""
        self._put(self._operatives, operative.id, operative)

    def counts(self) -> Mapping[str, int]:
        """See ``Transaction.counts``."""
        return {"sessions": len(self._sessions), "orders": len(self._orders), "bookings": len(self._bookings)}

    def confirmation(self, number: int) -> Confirmation | None:
        """See ``Transaction.confirmation``."""
        return self._confirmations.get(number)

    def confirmations(self) -> tuple[Confirmation, ...]:
        """See ``Transaction.confirmations``."""
        return tuple(sorted(self._confirmations.values(), key=lambda confirmation: confirmation.number))

    def put_confirmation(self, confirmation: Confirmation) -> None:
        """See ``Transaction.put_confirmation``."""
        self._put(self._confirmations, confirmation.number, confirmation)

    def drop_confirmation(self, number: int) -> None:
        """See ``Transaction.drop_confirmation``."""
        self._put(self._confirmations, number, None)

    def clear(self) -> None:
        """See ``Transaction.clear``."""
        before = dict(vars(self))
        self._clear()
        self._undo.append(lambda: vars(self).update(before))

    @property
    def version(self) -> int:
        """See ``Transaction.version``."""
        return self._version

    @property
    def master_data_version(self) -> int:
        """See ``Transaction.master_data_version``."""
        return self._master_data_version

    def diaries(self, operative_ids: Iterable[str], first: date, last: date) -> Mapping[DiaryDay, tuple[Visit, ...]]:
        """See ``Transaction.diaries``."""
        days = days_between(first, last)
        keys = [(operative_id, day) for operative_id in operative_ids for day in days]
        return {key: self._diaries[key] for key in keys if key in self._diaries}

    def _enter_diary(self, booking: Booking) -> None:
        for key in _diary_days(booking):
            visits = list(self._diaries.get(key, ()))
            insort(visits, booking.visit)
            self._put(self._diaries, key, tuple(visits))

    def _leave_diary(self, booking: Booking) -> None:
        for key in _diary_days(booking):
            visits = tuple(visit for visit in self._diaries[key] if visit.key != booking.id)
            self._put(self._diaries, key, visits or None)

    def _put(self, table: dict[_Key, _Value], key: _Key, value: _Value | None) -> None:
        """Set an entry, or remove it if the value is ``None``; the undo log gets the reverse."""
        before = table.get(key)
        self._undo.append(lambda: _set(table, key, before))
        _set(table, key, value)
        if table is self._sor_codes or table is self._locations or table is self._operatives:
            self._master_data_version = next(_VERSIONS)
        if table is not self._sessions:
            self._version = next(_VERSIONS)


def _diary_days(booking: Booking) -> list[DiaryDay]:
    appointment = booking.appointment
    return [] if appointment is None else [(each, appointment.day) for each in appointment.operative_ids]


def _set(table: dict[_Key, _Value], key: _Key, value: _Value | None) -> None:
    if value is None:
        table.pop(key, None)
    else:
        table[key] = value
