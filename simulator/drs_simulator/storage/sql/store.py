"""The state in a database, with SQLAlchemy: SQLite for one machine, PostgreSQL for several."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from sqlalchemy import URL, Connection, create_engine, insert, make_url, select, update
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from drs_simulator.scheduling.store import Transaction
from drs_simulator.storage.errors import StateLostError, StateUnreachableError, StateVersionError
from drs_simulator.storage.shared_records import SharedRecords
from drs_simulator.storage.sql import schema
from drs_simulator.storage.sql.records import SqlRecords
from drs_simulator.storage.sql.schema import settings
from drs_simulator.storage.sql.transaction import SqlTransaction

_WAIT_SECONDS = 30
_CONNECT_SECONDS = 10
_LOCK = 0x445253  # "DRS": the key of the PostgreSQL advisory lock of all simulators


@dataclass(frozen=True, slots=True)
class _Database:
    """The properties of one kind of database.

    Args:
        lock: The first statement of a transaction; it waits until no other transaction of this state is open.
        options: Connection options, unless the URL has them.
        on_opening: Statements that are executed when the database is opened.
        on_closing: Statements that are executed before the last connection is closed.
    """

    lock: str
    options: Mapping[str, object]
    on_opening: tuple[str, ...] = ()
    on_closing: tuple[str, ...] = ()


_DATABASES = {
    # A commit writes one file instead of two. Closing moves what that file has into the database's own file.
    "sqlite": _Database(
        "BEGIN IMMEDIATE",
        {"timeout": _WAIT_SECONDS},
        ("PRAGMA journal_mode=WAL",),
        ("PRAGMA busy_timeout=1000", "PRAGMA wal_checkpoint(TRUNCATE)"),
    ),
    # UTF-8 is stored also in a database that declares no encoding.
    "postgresql": _Database(
        f"SELECT pg_advisory_xact_lock({_LOCK})", {"connect_timeout": _CONNECT_SECONDS, "client_encoding": "utf8"}
    ),
}
_DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}


def database_url(text: str) -> URL | None:
    """The URL with its driver, or ``None`` if it names no supported database, or an SQLite database in memory."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        return None
    driver = _DRIVERS.get(url.drivername)
    if driver is None or (driver == "sqlite" and (url.database in (None, "", ":memory:") or "uri" in url.query)):
        return None
    return url.set(drivername=driver)


class SqlStore:
    """Stores the state in a database. Transactions run one after the other.

    Args:
        url: A URL from ``database_url``.

    Raises:
        StateUnreachableError: The database cannot be opened.
        StateVersionError: Its schema has another version.
    """

    def __init__(self, url: URL) -> None:
        self._url = url
        database = _DATABASES[url.get_backend_name()]
        self._lock_statement = database.lock
        self._on_closing = database.on_closing
        # Threads of this process queue here, because waiting for the database is polling.
        self._lock = Lock()
        self._display_url = url.set(query={}).render_as_string(hide_password=True)
        options = {name: value for name, value in database.options.items() if name not in url.query}
        # Parameters are personal data and must not be logged. pool_pre_ping replaces lost connections.
        self._engine = create_engine(url, connect_args=options, hide_parameters=True, pool_pre_ping=True)
        # A single read needs no transaction, which would be two more round trips.
        self._autocommit = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        try:
            self._open(database.on_opening)
        except BaseException:
            self._engine.dispose()
            raise

    def _open(self, statements: tuple[str, ...]) -> None:
        try:
            with self._engine.connect() as connection:
                for statement in statements:
                    connection.exec_driver_sql(statement)
            with self._engine.begin() as connection:
                connection.exec_driver_sql(self._lock_statement)
                version = schema.version_of(connection)
                if version == schema.VERSION:
                    # A read-only database is an error now, not at the first call.
                    connection.execute(update(schema.schema).values(version=version))
        except DBAPIError as error:
            reason = " ".join(str(error.orig).split())
            raise StateUnreachableError(f"The state at {self._display_url} cannot be opened: {reason}") from error
        if version != schema.VERSION:
            raise StateVersionError(
                f"The state at {self._display_url} has version {version} of the schema, this simulator has version "
                f"{schema.VERSION}. Name another database, or use the simulator that made this one."
            )

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """See ``Store.transaction``. It waits for transactions of other processes as well."""
        with self._begin() as connection:
            yield SqlTransaction(connection)

    def reset(self) -> None:
        """See ``Store.reset``."""
        with self._begin() as connection:
            SqlTransaction(connection).clear()

    def ping(self) -> None:
        """See ``Store.ping``. It takes no lock, so that it waits for no transaction."""
        with self._translate_errors(), self._autocommit.connect() as connection:
            connection.execute(select(schema.schema.c.version))

    def setting(self, name: str) -> str | None:
        """See ``SharedSettings.setting``."""
        found = select(settings.c.document).where(settings.c.id == name)
        with self._translate_errors(), self._autocommit.connect() as connection:
            document: str | None = connection.execute(found).scalar_one_or_none()
            return document

    def change_setting(self, name: str, change: Callable[[str | None], str]) -> None:
        """See ``SharedSettings.change_setting``."""
        this = settings.c.id == name
        with self._begin() as connection:
            before = connection.execute(select(settings.c.document).where(this)).scalar_one_or_none()
            after = change(before)
            if before is None:
                connection.execute(insert(settings).values(id=name, document=after))
            elif after != before:
                connection.execute(update(settings).where(this).values(document=after))

    def shared_records(self) -> SharedRecords:
        """See ``SharesRecords.shared_records``."""
        return SqlRecords(self._url, self._display_url)

    def close(self) -> None:
        """See ``Store.close``. The file of an SQLite database then holds the whole state."""
        file = self._engine.url.database
        # SQLite would create a file that was deleted in the meantime.
        if self._on_closing and file is not None and Path(file).is_file():
            with suppress(DBAPIError, PoolTimeoutError), self._autocommit.connect() as connection:
                for statement in self._on_closing:
                    connection.exec_driver_sql(statement)
        self._engine.dispose()

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        with self._lock, self._translate_errors(), self._engine.begin() as connection:
            connection.exec_driver_sql(self._lock_statement)
            yield connection

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        """Raise errors of the database as ``StateLostError`` with one line."""
        try:
            yield
        except (DBAPIError, PoolTimeoutError) as error:
            # Only the first line, because the others may contain personal data.
            reason = str(error.orig if isinstance(error, DBAPIError) else error).strip().partition("\n")[0]
            raise StateLostError(f"The state at {self._display_url} cannot be used: {reason}") from error

    def __str__(self) -> str:
        return self._display_url
