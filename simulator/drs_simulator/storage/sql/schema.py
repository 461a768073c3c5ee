"""The tables of a database that stores the state: JSON documents, and the columns by which they are found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Date,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    insert,
    inspect,
    select,
    update,
)

VERSION = 5
"""Incremented when the tables change, or when earlier documents can no longer be read."""
_LACK_TABLES_ONLY = (1, 2, 3, 4)
"""Databases of these versions only have fewer tables, and are upgraded by creating the missing ones.

Those of version 4 have all of them, but their simulators changed settings without a new version of the state.
"""

_metadata = MetaData()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _by_number(name: str, *columns: Column[object]) -> Table:
    number = Column("id", BigInteger, primary_key=True, autoincrement=False)
    return Table(name, _metadata, number, *columns, Column("document", Text, nullable=False))


def _by_text(name: str) -> Table:
    """A table whose ids come from callers and may be longer than the 2,700 bytes of a PostgreSQL primary key."""
    table = Table(name, _metadata, Column("id", Text, nullable=False), Column("document", Text, nullable=False))
    Index(f"{name}_by_id", table.c.id, postgresql_using="hash")
    return table


schema = Table("drs_schema", _metadata, Column("version", Integer, nullable=False))
numbers = Table(
    "drs_numbers", _metadata, Column("id", Text, primary_key=True), Column("last", BigInteger, nullable=False)
)
sessions = _by_text("drs_sessions")
orders = _by_number("drs_orders", Column("number", Text, nullable=False))
bookings = _by_number(
    "drs_bookings",
    Column("order_id", BigInteger, nullable=False, index=True),
    Column("operative_id", Text),
    Column("day", Date),
    Column("visit", Text),
    Column("held_until", BigInteger, index=True),
)
sor_codes = _by_text("drs_sor_codes")
locations = _by_text("drs_locations")
operatives = _by_text("drs_operatives")
settings = Table(
    "drs_settings", _metadata, Column("id", Text, primary_key=True), Column("document", Text, nullable=False)
)
confirmations = _by_number("drs_confirmations")
partner_visits = Table(
    "drs_partner_visits",
    _metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("operative_id", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("visit", Text, nullable=False),
)
"""Visits of the operatives who come along to paired bookings, by the booking's id."""
state = Table(
    "drs_state",
    _metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
)
"""One row: the version of the state, which every transaction increments that changes more than sessions."""
changes = Table(
    "drs_changes",
    _metadata,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("document", Text, nullable=False),
)
"""The log: what the latest versions have changed."""
Index("drs_orders_by_number", orders.c.number, postgresql_using="hash")
Index("drs_bookings_by_day", bookings.c.operative_id, bookings.c.day)
Index("drs_partner_visits_by_day", partner_visits.c.operative_id, partner_visits.c.day)

STATE_TABLES = (numbers, sessions, orders, bookings, sor_codes, locations, operatives, confirmations, partner_visits)
"""The tables that a reset empties. Shared settings are overwritten instead, and versions count on."""


def version_of(connection: Connection) -> int:
    """The version of the schema in the database, after creating or upgrading it if necessary."""
    if not inspect(connection).has_table(schema.name):
        _create(connection)
        connection.execute(insert(schema).values(version=VERSION))
    version: int = connection.execute(select(schema.c.version)).scalar_one()
    if version in _LACK_TABLES_ONLY:
        _create(connection)
        connection.execute(update(schema).values(version=VERSION))
        return VERSION
    return version


def _create(connection: Connection) -> None:
    """Create the tables that are missing."""
    _metadata.create_all(connection)
    if connection.execute(select(state.c.id)).first() is None:
        connection.execute(insert(state).values(id=1, version=1))


def microseconds(instant: datetime) -> int:
    """The instant as microseconds since 1970, which compare alike in every database."""
    return (instant - _EPOCH) // timedelta(microseconds=1)


def instant(since_1970: int) -> datetime:
    """The instant of which ``microseconds`` are given."""
    return _EPOCH + timedelta(microseconds=since_1970)
