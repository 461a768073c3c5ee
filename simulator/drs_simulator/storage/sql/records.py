"""The tables of exchanges and figures, which no use case needs: they have connections and transactions of their own.

They are no part of the state, so they have no version. A database that lacks them gets them when it is opened.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    BigInteger,
    Column,
    Connection,
    Double,
    Engine,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    create_engine,
    delete,
    event,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from drs_simulator.storage.errors import StateLostError
from drs_simulator.storage.shared_records import Figure, StoredExchange
from drs_simulator.storage.sql.failures import first_line
from drs_simulator.storage.sql.schema import microseconds
from drs_simulator.storage.sql.tenant_schema import TenantSchema

_WAIT_SECONDS = 5
_CONNECT_SECONDS = 5
_LOCK = 0x4452534A  # "DRSJ": the key of the PostgreSQL advisory lock of those who make the tables
_CONNECTIONS = 2
_MAX_NUMBER = 2**63 - 1

_metadata = MetaData()
_exchanges = Table(
    "drs_exchanges",
    _metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("ended", BigInteger, nullable=False),
    Column("operation", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("facts", Text, nullable=False),
    Column("request", LargeBinary, nullable=False),
    Column("response", LargeBinary, nullable=False),
)
Index("drs_exchanges_by_size", _exchanges.c.number, _exchanges.c.size)
_counted = Table(
    "drs_exchange_numbers",
    _metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
    Column("clearings", BigInteger, nullable=False),
    Column("cleared", BigInteger, nullable=False),
)
"""One row: the last number, how often the exchanges were deleted, and when that was."""
_figures = Table(
    "drs_figures",
    _metadata,
    Column("name", Text, primary_key=True),
    Column("labels", Text, primary_key=True),
    Column("value", Double, nullable=False),
)
_TABLES = (_exchanges, _counted, _figures)
_TRIM = text("""DELETE FROM drs_exchanges WHERE number <= (SELECT max(number) FROM (
SELECT number, row_number() OVER (ORDER BY number DESC) AS place, sum(size) OVER (ORDER BY number DESC) AS total
FROM drs_exchanges) AS ranked WHERE place > :max_entries OR total > :max_bytes)""")
_ADD = text("""INSERT INTO drs_figures (name, labels, value) VALUES (:name, :labels, :value)
ON CONFLICT (name, labels) DO UPDATE SET value = drs_figures.value + excluded.value""")


def make_records_engine(url: URL) -> Engine:
    """Make the connections for exchanges and figures, whose commits wait for no disk."""
    is_sqlite = url.get_backend_name() == "sqlite"
    # The driver of SQLite begins no transaction: the statements say when one begins.
    options: dict[str, object] = (
        {"timeout": _WAIT_SECONDS, "isolation_level": None}
        if is_sqlite
        else {"connect_timeout": _CONNECT_SECONDS, "client_encoding": "utf8"}
    )
    # Parameters are personal data and must not be logged.
    engine = create_engine(
        url.difference_update_query(["timeout"]) if is_sqlite else url,
        connect_args={name: value for name, value in options.items() if is_sqlite or name not in url.query},
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=_CONNECTIONS,
    )

    def relax(connection: Any, _: object) -> None:
        """After a crash of the machine the last exchanges may be missing."""
        cursor = connection.cursor()
        cursor.execute("PRAGMA synchronous=NORMAL" if is_sqlite else "SET synchronous_commit = off")
        cursor.close()
        connection.commit()

    event.listen(engine, "connect", relax)
    return engine


class SqlRecords:
    """Exchanges and figures of all processes of a database; see ``SharedRecords``.

    Args:
        url: The database, from ``database_url``.
        display_url: What messages call it.
        tenant_schema: The schema of a tenant; ``None`` for the tables of the database itself.

    Raises:
        StateLostError: The tables cannot be made.
    """

    def __init__(self, url: URL, display_url: str, tenant_schema: TenantSchema | None = None) -> None:
        self._display_url = display_url
        self._is_sqlite = url.get_backend_name() == "sqlite"
        self._file = url.database if self._is_sqlite else None
        self._tenant_schema = tenant_schema
        self._engine = make_records_engine(url) if tenant_schema is None else tenant_schema.records
        self._driver_error: type[Exception] = self._engine.dialect.loaded_dbapi.Error
        self._clearings: int | None = None
        try:
            with self._begin() as connection:
                self._create(connection)
                self._clearings = connection.execute(select(_counted.c.clearings)).scalar_one()
        except BaseException:
            self.close()
            raise

    def put(self, exchanges: Sequence[StoredExchange], left_out: int) -> None:
        """See ``SharedRecords.put``."""
        with self._begin() as connection:
            found = select(_counted.c.last, _counted.c.clearings, _counted.c.cleared).with_for_update()
            last, clearings, cleared = connection.execute(found).one()
            if clearings != self._clearings:
                exchanges = [each for each in exchanges if each.ended > cleared]
                left_out = 0
            first = last + left_out + 1
            numbered = [each._replace(number=number) for number, each in enumerate(exchanges, start=first)]
            if numbered:
                self._insert(connection, numbered)
            if numbered or left_out:
                connection.execute(update(_counted).values(last=first - 1 + len(numbered)))
        self._clearings = clearings

    def trim(self, max_entries: int, max_bytes: int) -> None:
        """See ``SharedRecords.trim``."""
        with self._begin() as connection:
            connection.execute(_TRIM, {"max_entries": max_entries, "max_bytes": max_bytes})

    def page(
        self, before: int | None, limit: int, operation: str | None, outcome: str | None
    ) -> tuple[StoredExchange, ...]:
        """See ``SharedRecords.page``."""
        found = select(_exchanges).order_by(_exchanges.c.number.desc()).limit(limit)
        if before is not None and before <= _MAX_NUMBER:
            found = found.where(_exchanges.c.number < before)
        if operation is not None:
            found = found.where(_exchanges.c.operation == operation)
        if outcome is not None:
            found = found.where(_exchanges.c.outcome == outcome)
        with self._connect() as connection:
            return tuple(StoredExchange(*row) for row in connection.execute(found))

    def exchange(self, number: int) -> StoredExchange | None:
        """See ``SharedRecords.exchange``."""
        if number > _MAX_NUMBER:
            return None
        with self._connect() as connection:
            row = connection.execute(select(_exchanges).where(_exchanges.c.number == number)).first()
            return None if row is None else StoredExchange(*row)

    def clear(self, at: datetime) -> None:
        """See ``SharedRecords.clear``."""
        with self._begin() as connection:
            cleared = {"last": 0, "clearings": _counted.c.clearings + 1, "cleared": microseconds(at)}
            connection.execute(update(_counted).values(cleared))
            connection.execute(delete(_exchanges))

    def add_figures(self, added: Mapping[Figure, float]) -> None:
        """See ``SharedRecords.add_figures``."""
        # All processes add in the same order, so that none waits for another that waits for it.
        rows = [{**figure._asdict(), "value": value} for figure, value in sorted(added.items())]
        with self._begin() as connection:
            connection.execute(_ADD, rows)

    def figures(self) -> Mapping[Figure, float]:
        """See ``SharedRecords.figures``."""
        with self._connect() as connection:
            rows = connection.execute(select(_figures))
            return {Figure(row.name, row.labels): row.value for row in rows}

    def close(self) -> None:
        """See ``SharedRecords.close``. Connections that tenants share stay open."""
        if self._tenant_schema is None:
            self._engine.dispose()

    def _create(self, connection: Connection) -> None:
        if not self._is_sqlite:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        inspected = inspect(connection)
        if not all(inspected.has_table(table.name) for table in _TABLES):
            _metadata.create_all(connection)
        if connection.execute(select(_counted.c.id)).first() is None:
            connection.execute(insert(_counted).values(id=1, last=0, clearings=0, cleared=0))

    def _insert(self, connection: Connection, exchanges: Sequence[StoredExchange]) -> None:
        """Insert all by one statement, so that this thread waits once for the others of its process."""
        if not self._is_sqlite:
            _copy(connection, exchanges)
            return
        columns = ", ".join(StoredExchange._fields)
        row = f"({', '.join('?' * len(StoredExchange._fields))})"
        statement = f"INSERT INTO drs_exchanges ({columns}) VALUES {', '.join([row] * len(exchanges))}"  # noqa: S608
        connection.exec_driver_sql(statement, tuple(value for each in exchanges for value in each))

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        with self._translate_errors(), self._engine.begin() as connection:
            if self._is_sqlite:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            if self._tenant_schema is not None:
                self._tenant_schema.enter_for_transaction(connection)
            yield connection

    @contextmanager
    def _connect(self) -> Iterator[Connection]:
        with self._translate_errors(), self._engine.connect() as connection:
            if self._tenant_schema is not None:
                self._tenant_schema.enter_for_transaction(connection)
            yield connection

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        """Raise errors of the database as ``StateLostError`` with one line."""
        try:
            if self._file is not None and self._clearings is not None and not Path(self._file).is_file():
                # SQLite would create a file that was deleted in the meantime.
                raise StateLostError(f"The state at {self._display_url} cannot be used: its file is gone")
            yield
        except (DBAPIError, PoolTimeoutError, self._driver_error) as error:
            reason = first_line(error)
            raise StateLostError(f"The state at {self._display_url} cannot be used: {reason}") from error


def _copy(connection: Connection, exchanges: Sequence[StoredExchange]) -> None:
    """Copy rows into PostgreSQL, since psycopg takes milliseconds to read an insert of them all."""
    columns = [_exchanges.columns[name] for name in StoredExchange._fields]
    driver: Any = connection.connection.driver_connection
    statement = f"COPY drs_exchanges ({', '.join(StoredExchange._fields)}) FROM STDIN (FORMAT BINARY)"
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types([column.type.compile(connection.dialect).lower() for column in columns])
        for each in exchanges:
            copy.write_row(each)
