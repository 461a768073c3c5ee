"""A transaction in a database: what one use case reads and writes."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

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
from drs_simulator.scheduling.store import DiaryDay, Numbered, OnlyReadsError
from drs_simulator.storage.sql import codec, statements
from drs_simulator.storage.sql.codec import Document
from drs_simulator.storage.sql.links import Link, Row, Statement, day_of
from drs_simulator.storage.sql.mirror import ABSENT, LAPSES, UNKNOWN, Cell, Kind, Mirror, write_change
from drs_simulator.storage.sql.schema import STATE_TABLES, microseconds
from drs_simulator.storage.sql.statements import Look

_Value = TypeVar("_Value")
_DAYS_AHEAD, _MORE_DAYS_AHEAD = 28, 400
"""How many days of diaries are read at once; the second time as many as a planning horizon has."""
_MAX_DIARIES_AHEAD = 8192
_DIARIES = """SELECT operative_id, day, visit, id FROM {table}
WHERE operative_id IN ({operatives}) AND day BETWEEN :first AND :last"""
_COUNTS = """SELECT (SELECT count(*) FROM drs_sessions), (SELECT count(*) FROM drs_orders),
(SELECT count(*) FROM drs_bookings)"""


class NotKnownError(Exception):
    """A reader without a connection needs what the mirror lacks. The store runs it again, with a connection."""


class SqlTransaction:
    """Implements ``Transaction`` on the mirror of this process, and on a link for what that lacks.

    Changes are kept until the end, or until the database has to be asked, and are then sent together.

    Args:
        mirror: What this process knows, at the version of ``look``.
        look: What was read first.
        version: The version of the mirror.
        link: The connection, in a transaction; ``None`` for a reader that is to do without.
        can_write: Whether it holds the lock.
    """

    def __init__(self, mirror: Mirror, look: Look, version: int, link: Link | None, *, can_write: bool = False) -> None:
        self._mirror = mirror
        self._look = look
        self._base_version = version
        self._link = link
        self._can_write = can_write
        self._pending: list[Statement] = []
        self._part_begins: int | None = None
        self._has_written = False
        self._changed: dict[Cell, Any] = {}
        self._documents: dict[Cell, str] = {}
        self._read_after_change: dict[Cell, Any] = {}
        self._operatives: dict[str, Operative] | None = None
        self._is_cleared = False
        self._days_ahead = _DAYS_AHEAD

    def commit(self) -> None:
        """Send what has changed, with the next version and the log, and commit.

        The mirror takes over what has changed.
        """
        assert self._link is not None
        is_moved = bool(self._changed) or self._is_cleared
        version = self._base_version + 1
        if is_moved:
            change = write_change(self._changed, self._documents, everything=self._is_cleared)
            self._pending += statements.move_on(version, change)
        self._link.commit(self._pending)
        if is_moved:
            self._mirror.install(version, self._changed, everything=self._is_cleared)

    @contextmanager
    def part(self) -> Iterator[None]:
        """Undo what is changed within it, and nothing else, if that raises.

        The database gets a savepoint only if it has to be asked in the meantime.
        """
        operatives = None if self._operatives is None else dict(self._operatives)
        before = self._has_written, self._is_cleared, operatives
        kept = tuple(map(dict, (self._changed, self._documents, self._read_after_change)))
        begins = self._part_begins = len(self._pending)
        try:
            yield
        except BaseException:
            if self._part_begins is None:
                self._pending = [_UNDO_PART]
            else:
                del self._pending[begins:]
            self._has_written, self._is_cleared, self._operatives = before
            self._changed, self._documents, self._read_after_change = kept
            raise
        finally:
            self._part_begins = None

    def session(self, session_id: str) -> Session | None:
        """See ``Transaction.session``."""
        cell = Cell("session", session_id)
        return self._value(cell, lambda: self._one("drs_sessions", codec.SESSION, session_id), keep_absent=False)

    def put_session(self, session: Session) -> None:
        """See ``Transaction.put_session``. A new session changes nothing that another process knows."""
        self._write(*statements.put_by_text("drs_sessions", session.id, codec.SESSION.write(session)))
        self._read_after_change[Cell("session", session.id)] = session

    def drop_session(self, session_id: str) -> None:
        """See ``Transaction.drop_session``."""
        self._write(statements.drop("drs_sessions", session_id))
        self._change(Cell("session", session_id), UNKNOWN)

    def drop_sessions(self) -> None:
        """See ``Transaction.drop_sessions``."""
        for session in self.sessions():
            self._change(Cell("session", session.id), UNKNOWN)
        self._write(statements.clear("drs_sessions"))

    def sessions(self) -> Iterable[Session]:
        """See ``Transaction.sessions``."""
        found = self._all("drs_sessions", codec.SESSION)
        return sorted(found, key=lambda session: (session.opened, session.id))

    def next_number(self, of: Numbered, first: int) -> int:
        """See ``Transaction.next_number``."""
        last = self._last_number(of)
        number = first if last is None else last + 1
        self.put_number(of, number)
        # What has a new id is known without asking.
        for kind in _NEW_OF.get(of, ()):
            self._read_after_change.setdefault(Cell(kind, number), ABSENT[kind])
        return number

    def numbers(self) -> Mapping[Numbered, int]:
        """See ``Transaction.numbers``."""
        return {row[0]: row[1] for row in self._rows(Statement("SELECT id, last FROM drs_numbers", {}))}

    def put_number(self, of: Numbered, last: int) -> None:
        """See ``Transaction.put_number``."""
        self._write(statements.put("drs_numbers", of, last=last))
        self._change(Cell("number", of), last)

    def _last_number(self, of: Numbered) -> int | None:
        def read() -> int | None:
            rows = self._rows(_by_id("drs_numbers", of, "last"))
            return rows[0][0] if rows else None

        return self._value(Cell("number", of), read)

    def order(self, order_id: int) -> Order | None:
        """See ``Transaction.order``."""
        return self._value(Cell("order", order_id), lambda: self._one("drs_orders", codec.ORDER, order_id))

    def orders_numbered(self, number: str) -> tuple[Order, ...]:
        """See ``Transaction.orders_numbered``."""

        def read() -> tuple[int, ...]:
            return self._keep_orders(self._rows(statements.orders_numbered(number)))

        ids = self._value(Cell("numbered", number), read)
        return tuple(order for order in map(self.order, ids) if order is not None)

    def keep_orders_numbered(self, found: Iterable[tuple[str, Sequence[Row]]]) -> None:
        """Keep the rows of ``statements.orders_numbered`` for each number."""
        for number, rows in found:
            self._keep(Cell("numbered", number), self._keep_orders(rows))

    def _keep_orders(self, rows: Sequence[Row]) -> tuple[int, ...]:
        """Keep the orders of these rows, and return their ids."""
        orders = [codec.ORDER.read(row[0]) for row in rows]
        for order in orders:
            self._keep(Cell("order", order.id), order)
        return tuple(order.id for order in orders)

    def read_orders_numbered(self, numbers: Iterable[str]) -> None:
        """Read the orders of those numbers that are unknown, all in one trip. Nothing is changed yet."""
        assert self._link is not None
        assert not self._has_written
        unknown = [number for number in numbers if self._known(Cell("numbered", number)) is UNKNOWN]
        if unknown:
            found = self._link.rows_of_each([statements.orders_numbered(number) for number in unknown])
            self.keep_orders_numbered(zip(unknown, found, strict=True))

    def orders(self) -> Iterable[Order]:
        """See ``Transaction.orders``."""
        return self._all("drs_orders", codec.ORDER)

    def find_orders(self, text: str, offset: int, limit: int) -> tuple[int, tuple[Order, ...]]:
        """See ``Transaction.find_orders``. Databases fold case in different ways, so that all numbers are read."""
        wanted = text.casefold()
        numbers = self._rows(Statement("SELECT id, number FROM drs_orders ORDER BY id DESC", {}))
        ids = [row[0] for row in numbers if wanted in row[1].casefold()]
        return len(ids), self._of_ids("drs_orders", codec.ORDER, ids[offset : offset + limit])

    def put_order(self, order: Order) -> None:
        """See ``Transaction.put_order``."""
        if self.order(order.id) is None:
            self._change_known(Cell("numbered", order.number), lambda ids: (*ids, order.id))
        document = codec.ORDER.write(order)
        self._write(statements.put("drs_orders", order.id, number=order.number, document=document))
        self._change(Cell("order", order.id), order, document)

    def drop_order(self, order_id: int) -> None:
        """See ``Transaction.drop_order``."""
        order = self.order(order_id)
        if order is not None:
            self._change_known(Cell("numbered", order.number), lambda ids: _without(ids, order_id))
        self._write(statements.drop("drs_orders", order_id))
        self._change(Cell("order", order_id), None)

    def booking(self, booking_id: int) -> Booking | None:
        """See ``Transaction.booking``. Its order is read with it, since it is always needed too."""

        def read() -> Booking | None:
            rows = self._rows(Statement(_BOOKING_AND_ORDER, {"id": booking_id}))
            if not rows:
                return None
            booking, order = codec.BOOKING.read(rows[0][0]), rows[0][1]
            if order is not None:
                self._keep(Cell("order", booking.order_id), codec.ORDER.read(order))
            return booking

        return self._value(Cell("booking", booking_id), read)

    def bookings_of(self, order_id: int) -> tuple[Booking, ...]:
        """See ``Transaction.bookings_of``."""

        def read() -> tuple[int, ...]:
            bookings = self._all("drs_bookings", codec.BOOKING, "order_id = :order_id", order_id=order_id)
            for booking in bookings:
                self._keep(Cell("booking", booking.id), booking)
            return tuple(booking.id for booking in bookings)

        ids = self._value(Cell("siblings", order_id), read)
        return tuple(booking for booking in map(self.booking, ids) if booking is not None)

    def bookings(self) -> Iterable[Booking]:
        """See ``Transaction.bookings``."""
        return self._all("drs_bookings", codec.BOOKING)

    def find_bookings(
        self, life_cycle: LifeCycle | None, operative_id: str | None, offset: int, limit: int
    ) -> tuple[int, tuple[Booking, ...]]:
        """See ``Transaction.find_bookings``."""
        conditions = {_HAS_LIFE_CYCLE: life_cycle is not None, _HAS_OPERATIVE: operative_id is not None}
        where = " AND ".join(condition for condition, counts in conditions.items() if counts) or "1 = 1"
        wanted = {"life_cycle": f'%"life\\_cycle":"{life_cycle}"%', "operative": operative_id}
        found = self._rows(Statement(f"SELECT id FROM drs_bookings WHERE {where} ORDER BY id DESC", wanted))  # noqa: S608
        ids = [row[0] for row in found]
        return len(ids), self._of_ids("drs_bookings", codec.BOOKING, ids[offset : offset + limit])

    def lapsed_reservations(self, now: datetime) -> tuple[Booking, ...]:
        """See ``Transaction.lapsed_reservations``."""
        instant = microseconds(now)
        is_known = LAPSES not in self._changed and not self._is_cleared
        if is_known and (self._look.lapses is None or self._look.lapses > instant):
            return ()
        return self._all("drs_bookings", codec.BOOKING, "held_until <= :now", now=instant)

    def put_booking(self, booking: Booking) -> None:
        """See ``Transaction.put_booking``."""
        before = self.booking(booking.id)
        if before is None:
            self._change_known(Cell("siblings", booking.order_id), lambda ids: (*ids, booking.id))
        else:
            self._leave_diaries(before)
        appointment, held_until = booking.appointment, booking.held_until
        document, visit = codec.BOOKING.write(booking), appointment and codec.VISIT.write(booking.visit)
        self._write(
            statements.put(
                "drs_bookings",
                booking.id,
                order_id=booking.order_id,
                operative_id=appointment and appointment.operative_id,
                day=appointment and appointment.day.isoformat(),
                visit=visit,
                held_until=held_until and microseconds(held_until),
                document=document,
            )
        )
        if appointment is not None and appointment.partner_id is not None:
            day, partner_id = appointment.day.isoformat(), appointment.partner_id
            self._write(statements.put("drs_partner_visits", booking.id, operative_id=partner_id, day=day, visit=visit))
        elif before is not None and before.appointment is not None and before.appointment.partner_id is not None:
            self._write(statements.drop("drs_partner_visits", booking.id))
        self._change(Cell("booking", booking.id), booking, document)
        if held_until is not None or (before is not None and before.held_until is not None):
            self._change(LAPSES, UNKNOWN)
        for diary in _diaries_of(booking):
            self._change_known(diary, lambda visits: _with_visit(visits, booking.visit))

    def drop_booking(self, booking_id: int) -> None:
        """See ``Transaction.drop_booking``."""
        booking = self.booking(booking_id)
        if booking is not None:
            self._leave_diaries(booking)
            self._change_known(Cell("siblings", booking.order_id), lambda ids: _without(ids, booking_id))
            if booking.held_until is not None:
                self._change(LAPSES, UNKNOWN)
        self._write(statements.drop("drs_bookings", booking_id), statements.drop("drs_partner_visits", booking_id))
        self._change(Cell("booking", booking_id), None)

    def _leave_diaries(self, booking: Booking) -> None:
        for diary in _diaries_of(booking):
            self._change_known(diary, lambda visits: tuple(visit for visit in visits if visit.key != booking.id))

    @property
    def version(self) -> int | None:
        """See ``Transaction.version``; there is none between a change and its commit."""
        return None if self._has_written else self._mirror.stamp

    @property
    def master_data_version(self) -> int | None:
        """See ``Transaction.master_data_version``, and ``version``."""
        return None if self._has_written else self._mirror.master_data_stamp

    def diaries(self, operative_ids: Iterable[str], first: date, last: date) -> Mapping[DiaryDay, tuple[Visit, ...]]:
        """See ``Transaction.diaries``."""
        wanted, days = tuple(operative_ids), days_between(first, last)
        if not wanted or not days:
            return {}
        found: dict[DiaryDay, tuple[Visit, ...]] = {}
        for key in ((operative_id, day) for operative_id in wanted for day in days):
            visits = self._known(Cell("diary", key))
            if visits is UNKNOWN:
                read = self._read_diaries(wanted, first, last)
                return {key: read[key] for key in read if read[key] and key[1] <= last}
            if visits:
                found[key] = visits
        return found

    def _read_diaries(self, wanted: Sequence[str], first: date, last: date) -> Mapping[DiaryDay, tuple[Visit, ...]]:
        """Read the diaries of those days and of some that follow, which are likely to be asked for next."""
        ahead = min(self._days_ahead, max(_MAX_DIARIES_AHEAD // len(wanted), 1))
        self._days_ahead = _MORE_DAYS_AHEAD
        until = max(last, first + timedelta(days=ahead))
        read: dict[DiaryDay, tuple[Visit, ...]] = {
            (operative_id, day): () for operative_id in wanted for day in days_between(first, until)
        }
        for operative_id, day, visit, _ in self._rows(_diaries_between(wanted, first, until)):
            key = operative_id, day_of(day)
            read[key] = (*read[key], codec.VISIT.read(visit))
        for key, visits in read.items():
            self._keep(Cell("diary", key), visits)
        return read

    def sor_code(self, code: str) -> SorCode | None:
        """See ``Transaction.sor_code``."""
        return self._value(Cell("sor_code", code), lambda: self._one("drs_sor_codes", codec.SOR_CODE, code))

    def sor_codes(self) -> Iterable[SorCode]:
        """See ``Transaction.sor_codes``."""
        # Databases sort text in different ways.
        return sorted(self._all("drs_sor_codes", codec.SOR_CODE), key=lambda sor_code: sor_code.code)

    def put_sor_code(self, sor_code: SorCode) -> None:
        """See ``Transaction.put_sor_code``."""
        document = codec.SOR_CODE.write(sor_code)
        self._write(*statements.put_by_text("drs_sor_codes", sor_code.code, document))
        self._change(Cell("sor_code", sor_code.code), sor_code, document)

    def location(self, location_id: str) -> Location | None:
        """See ``Transaction.location``."""
        return self._value(
            Cell("location", location_id), lambda: self._one("drs_locations", codec.LOCATION, location_id)
        )

    def locations(self) -> Iterable[Location]:
        """See ``Transaction.locations``."""
        return sorted(self._all("drs_locations", codec.LOCATION), key=lambda location: location.id)

    def put_location(self, location: Location) -> None:
        """See ``Transaction.put_location``."""
        document = codec.LOCATION.write(location)
        self._write(*statements.put_by_text("drs_locations", location.id, document))
        self._change(Cell("location", location.id), location, document)

    def changed_operatives(self) -> Mapping[str, Operative]:
        """See ``Transaction.changed_operatives``."""

        def read() -> Mapping[str, Operative]:
            return {operative.id: operative for operative in self._all("drs_operatives", codec.OPERATIVE)}

        if self._operatives is None:
            # A copy, since it changes while this transaction changes operatives.
            self._operatives = dict(self._value(_OPERATIVES, read))
        return self._operatives

    def put_operative(self, operative: Operative) -> None:
        """See ``Transaction.put_operative``."""
        self.changed_operatives()
        assert self._operatives is not None
        self._operatives[operative.id] = operative
        self._write(*statements.put_by_text("drs_operatives", operative.id, codec.OPERATIVE.write(operative)))
        self._change(_OPERATIVES, dict(self._operatives))

    def counts(self) -> Mapping[str, int]:
        """See ``Transaction.counts``."""
        (counted,) = self._rows(Statement(_COUNTS, {}))
        return dict(zip(("sessions", "orders", "bookings"), counted, strict=True))

    def confirmation(self, number: int) -> Confirmation | None:
        """See ``Transaction.confirmation``."""
        return self._one("drs_confirmations", codec.CONFIRMATION, number)

    def confirmations(self) -> tuple[Confirmation, ...]:
        """See ``Transaction.confirmations``."""
        return self._all("drs_confirmations", codec.CONFIRMATION)

    def put_confirmation(self, confirmation: Confirmation) -> None:
        """See ``Transaction.put_confirmation``."""
        document = codec.CONFIRMATION.write(confirmation)
        self._write(statements.put("drs_confirmations", confirmation.number, document=document))

    def drop_confirmation(self, number: int) -> None:
        """See ``Transaction.drop_confirmation``."""
        self._write(statements.drop("drs_confirmations", number))

    def clear(self) -> None:
        """See ``Transaction.clear``."""
        self._write(*(statements.clear(table.name) for table in STATE_TABLES))
        self._changed.clear()
        self._documents.clear()
        self._read_after_change.clear()
        self._operatives = None
        self._is_cleared = True

    def _known(self, cell: Cell) -> Any:
        """Return the value of a cell as this transaction sees it, or ``UNKNOWN``."""
        if self._has_written:
            for known in (self._changed, self._read_after_change):
                value = known.get(cell, UNKNOWN)
                if value is not UNKNOWN:
                    return value
            if cell in self._changed:
                return UNKNOWN
            if self._is_cleared:
                return ABSENT[cell.kind]
        return self._mirror.get(cell)

    def _value(self, cell: Cell, read: Callable[[], _Value], *, keep_absent: bool = True) -> _Value:
        """Return the value of a cell, which is read from the database if it is unknown."""
        known = self._known(cell)
        if known is not UNKNOWN:
            value: _Value = known
            return value
        value = read()
        if value is not None or keep_absent:
            self._keep(cell, value)
        return value

    def _keep(self, cell: Cell, value: Any) -> None:
        """Store the value of a cell as it was read from the database, after the changes of this transaction."""
        if not self._has_written:
            self._mirror.put(cell, value, self._base_version)
        elif cell not in self._changed:
            self._read_after_change[cell] = value
        elif self._changed[cell] is UNKNOWN:
            self._changed[cell] = value

    def _change(self, cell: Cell, value: Any, document: str | None = None) -> None:
        self._changed[cell] = value
        if document is not None:
            self._documents[cell] = document
        else:
            self._documents.pop(cell, None)

    def _change_known(self, cell: Cell, change: Callable[[Any], Any]) -> None:
        """Change the value of a cell; one that is unknown only becomes unknown to others too."""
        value = self._known(cell)
        self._require_lock()
        self._has_written = True
        self._changed[cell] = UNKNOWN if value is UNKNOWN else change(value)

    def _write(self, *written: Statement) -> None:
        self._require_lock()
        self._has_written = True
        self._pending += written

    def _require_lock(self) -> None:
        if not self._can_write:
            raise OnlyReadsError

    def _rows(self, statement: Statement) -> list[Row]:
        """Ask the database, after it has been sent what has changed."""
        if self._link is None:
            raise NotKnownError
        pending, self._pending = self._pending, []
        if pending and self._part_begins is not None:
            pending.insert(self._part_begins, _SAVE_PART)
            self._part_begins = None
        return self._link.rows((*pending, statement))

    def _one(self, table: str, document: Document[_Value], key: str | int) -> _Value | None:
        rows = self._rows(_by_id(table, key))
        return document.read(rows[0][0]) if rows else None

    def _of_ids(self, table: str, document: Document[_Value], ids: Sequence[int]) -> tuple[_Value, ...]:
        """Read documents by their ids, in descending order."""
        if not ids:
            return ()
        named = {f"id{index}": each for index, each in enumerate(ids)}
        where = f"id IN ({', '.join(f':{name}' for name in named)})"
        return self._all(table, document, where, **named)[::-1]

    def _all(self, table: str, document: Document[_Value], where: str = "", **parameters: Any) -> tuple[_Value, ...]:
        return tuple(document.read(row[0]) for row in self._rows(statements.documents(table, where, parameters)))


_SAVE_PART, _UNDO_PART = Statement("SAVEPOINT part", {}), Statement("ROLLBACK TO SAVEPOINT part", {})
_OPERATIVES = Cell("operatives", "")
# In a document, a quotation mark within a text has a backslash before it, so that no text can look like this.
_HAS_LIFE_CYCLE = "document LIKE :life_cycle ESCAPE '\\'"
_HAS_OPERATIVE = """(operative_id = :operative
OR id IN (SELECT id FROM drs_partner_visits WHERE operative_id = :operative))"""
_NEW_OF: Mapping[Numbered, tuple[Kind, ...]] = {"order": ("order", "siblings"), "booking": ("booking",)}
_BOOKING_AND_ORDER = """SELECT b.document, o.document FROM drs_bookings b LEFT JOIN drs_orders o ON o.id = b.order_id
WHERE b.id = :id"""


def _by_id(table: str, key: str | int, column: str = "document") -> Statement:
    return Statement(f"SELECT {column} FROM {table} WHERE id = :id", {"id": key})  # noqa: S608


def _diaries_between(operative_ids: Sequence[str], first: date, last: date) -> Statement:
    named = {f"operative{index}": operative_id for index, operative_id in enumerate(operative_ids)}
    names = ", ".join(f":{name}" for name in named)
    of_first, of_partner = (
        _DIARIES.format(table=table, operatives=names) for table in ("drs_bookings", "drs_partner_visits")
    )
    days = {"first": first.isoformat(), "last": last.isoformat()}
    return Statement(f"{of_first} UNION ALL {of_partner} ORDER BY 2, 4", named | days)


def _diaries_of(booking: Booking) -> list[Cell]:
    appointment = booking.appointment
    return [] if appointment is None else [Cell("diary", (each, appointment.day)) for each in appointment.operative_ids]


def _without(ids: tuple[int, ...], removed: int) -> tuple[int, ...]:
    return tuple(each for each in ids if each != removed)


def _with_visit(visits: tuple[Visit, ...], visit: Visit) -> tuple[Visit, ...]:
    changed = list(visits)
    insort(changed, visit)
    return tuple(changed)
