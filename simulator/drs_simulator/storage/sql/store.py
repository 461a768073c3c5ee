"""State in a database, with SQLAlchemy: SQLite for one machine, PostgreSQL for as many as there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from sqlalchemy import URL, Connection, create_engine, insert, make_url, select, update
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from drs_simulator.scheduling.store import Transaction
from drs_simulator.storage.errors import StateLostError, StateUnreachableError, StateVersionError
from drs_simulator.storage.sql import schema
from drs_simulator.storage.sql.schema import settings
from drs_simulator.storage.sql.transaction import SqlTransaction

_WAIT_SECONDS = 30
_CONNECT_SECONDS = 10
_LOCK = 0x445253  # "DRS": the name that all simulators give to one PostgreSQL lock


@dataclass(frozen=True, slots=True)
class _Database:
    """What is particular to one sort of database.

    Args:
        claim_next: The statement with which a transaction begins; it waits until no other one of this state is open.
        options: How to connect, where the URL does not say otherwise.
        on_opening: Statements for when it is opened. SQLite then writes one file in a commit instead of two.
    """

    claim_next: str
    options: Mapping[str, object]
    on_opening: tuple[str, ...] = ()


_DATABASES = {
    "sqlite": _Database("BEGIN IMMEDIATE", {"timeout": _WAIT_SECONDS}, ("PRAGMA journal_mode=WAL",)),
    # A database may know no encoding of its own; what is kept in it is UTF-8 all the same.
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
    """The URL with the driver that is used, or ``None`` where it names no database that outlives a connection."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        return None
    driver = _DRIVERS.get(url.drivername)
    if driver is None or (driver == "sqlite" and (url.database in (None, "", ":memory:") or "uri" in url.query)):
        return None
    return url.set(drivername=driver)


class SqlStore:
    """Keeps the state in a database, each use case in a transaction of its own, one after the other.

    Args:
        url: As ``database_url`` gives it.

    Raises:
        StateUnreachableError: The database cannot be opened.
        StateVersionError: Its schema has another version.
    """

    def __init__(self, url: URL) -> None:
        database = _DATABASES[url.get_backend_name()]
        self._take_turn = database.claim_next
        # Threads of this process queue here, in order; waiting for the database means to ask it again and again.
        self._turn = Lock()
        self._shown = url.set(query={}).render_as_string(hide_password=True)
        options = {name: value for name, value in database.options.items() if name not in url.query}
        # Parameters are residents' data and stay out of the log. A lost connection is noticed before it is used.
        self._engine = create_engine(url, connect_args=options, hide_parameters=True, pool_pre_ping=True)
        # What is read by itself needs no transaction around it, which would be two trips more.
        self._reading = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        try:
            self._open(database.on_opening)
        except BaseException:
            self.close()
            raise

    def _open(self, statements: tuple[str, ...]) -> None:
        try:
            with self._engine.connect() as connection:
                for statement in statements:
                    connection.exec_driver_sql(statement)
            with self._engine.begin() as connection:
                connection.exec_driver_sql(self._take_turn)
                version = schema.version_of(connection)
                if version == schema.VERSION:
                    # Where nothing may be written, that is told now and not to the first caller.
                    connection.execute(update(schema.schema).values(version=version))
        except DBAPIError as error:
            reason = " ".join(str(error.orig).split())
            raise StateUnreachableError(f"The state at {self._shown} cannot be opened: {reason}") from error
        if version != schema.VERSION:
            raise StateVersionError(
                f"The state at {self._shown} has version {version} of the schema, this simulator has version "
                f"{schema.VERSION}. Name another database, or use the simulator that made this one."
            )

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """See ``Store.transaction``. Transactions of other processes are waited for as well."""
        with self._begun() as connection:
            yield SqlTransaction(connection)

    def reset(self) -> None:
        """See ``Store.reset``."""
        with self._begun() as connection:
            SqlTransaction(connection).clear()

    def setting(self, name: str) -> str | None:
        """See ``SharedSettings.setting``."""
        found = select(settings.c.document).where(settings.c.id == name)
        with self._told(), self._reading.connect() as connection:
            document: str | None = connection.execute(found).scalar_one_or_none()
            return document

    def change_setting(self, name: str, change: Callable[[str | None], str]) -> None:
        """See ``SharedSettings.change_setting``."""
        this = settings.c.id == name
        with self._begun() as connection:
            before = connection.execute(select(settings.c.document).where(this)).scalar_one_or_none()
            after = change(before)
            if before is None:
                connection.execute(insert(settings).values(id=name, document=after))
            elif after != before:
                connection.execute(update(settings).where(this).values(document=after))

    def close(self) -> None:
        """See ``Store.close``."""
        self._engine.dispose()

    @contextmanager
    def _begun(self) -> Iterator[Connection]:
        with self._turn, self._told(), self._engine.begin() as connection:
            connection.exec_driver_sql(self._take_turn)
            yield connection

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Whatever the database fails at is told in one line."""
        try:
            yield
        except (DBAPIError, PoolTimeoutError) as error:
            # What databases say after their first line may have residents' data in it.
            reason = str(error.orig if isinstance(error, DBAPIError) else error).strip().partition("\n")[0]
            raise StateLostError(f"The state at {self._shown} cannot be used: {reason}") from error

    def __str__(self) -> str:
        return self._shown
