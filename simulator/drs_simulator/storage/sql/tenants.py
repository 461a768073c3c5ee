"""The tenants of a database: each has a file of its own beside that of SQLite, or a schema of its own in PostgreSQL."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from threading import Lock

from sqlalchemy import URL, Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from drs_simulator.scheduling.store import Store
from drs_simulator.storage.errors import StateLostError, StateUnreachableError
from drs_simulator.storage.shared_tenants import StoredTenant, TenantChange
from drs_simulator.storage.sql.failures import first_line
from drs_simulator.storage.sql.records import make_records_engine
from drs_simulator.storage.sql.store import SqlStore, make_engine
from drs_simulator.storage.sql.tenant_schema import TenantSchema

_LOCK = 0x44525354  # "DRST": the key of the PostgreSQL advisory lock of those who change tenants
_WAIT_SECONDS = 30
_USED_EVERY = timedelta(minutes=1)
_POSTGRESQL_OPTIONS = {"connect_timeout": 10, "client_encoding": "utf8"}
_SCHEMA = "drs_tenant_"
_CREATE = (
    """CREATE TABLE IF NOT EXISTS drs_tenants
(name TEXT PRIMARY KEY, number BIGINT NOT NULL, document TEXT NOT NULL, used BIGINT NOT NULL)""",
    "CREATE TABLE IF NOT EXISTS drs_tenant_numbers (id INTEGER PRIMARY KEY, last BIGINT NOT NULL)",
    "INSERT INTO drs_tenant_numbers (id, last) VALUES (1, 0) ON CONFLICT (id) DO NOTHING",
)
# The clock of the database: those of its hosts may differ.
_SQLITE_NOW = "CAST(strftime('%s', 'now') AS INTEGER)"
_POSTGRESQL_NOW = "CAST(extract(epoch FROM clock_timestamp()) AS BIGINT)"


class SqlTenants:
    """The tenants of a database; see ``TenantRegister``.

    Args:
        url: The database, from ``database_url``.
        display_url: What messages call it.

    Raises:
        StateUnreachableError: The tenants cannot be stored there.
    """

    def __init__(self, url: URL, display_url: str) -> None:
        self._display_url = display_url
        self._places: _Places
        try:
            self._places = _Files(url) if url.get_backend_name() == "sqlite" else _Schemas(url)
            with self.changing():
                pass
        except (StateLostError, OSError) as error:
            raise StateUnreachableError(f"The tenants of {display_url} cannot be opened: {error}") from error

    def find(self, name: str) -> StoredTenant | None:
        """See ``TenantRegister.find``. That it was used is noted once a minute."""
        with self._translate_errors():
            try:
                return self._find(name)
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
                # The database was restarted since the connection was last used.
                return self._find(name)

    def _find(self, name: str) -> StoredTenant | None:
        with self._places.engine.connect() as connection:
            found = _find(connection, self._places, name)
            if found is not None and found.idle >= _USED_EVERY:
                statement = f"UPDATE drs_tenants SET used = {self._places.now} WHERE name = :name AND number = :number"  # noqa: S608
                noted = connection.execute(text(statement), {"name": name, "number": found.number}).rowcount
                # Another process may have dropped it in between.
                return found._replace(idle=timedelta(0)) if noted else None
            return found

    def tenants(self) -> Sequence[StoredTenant]:
        """See ``TenantRegister.tenants``."""
        with self._translate_errors(), self._places.engine.connect() as connection:
            return sorted(_rows(connection, self._places))

    @contextmanager
    def changing(self) -> Iterator[TenantChange]:
        """See ``TenantRegister.changing``."""
        # One thread at a time, so that those who wait leave connections for the one that works.
        with self._places.changing, self._translate_errors(), self._places.engine.connect() as connection:
            self._places.lock(connection)
            for statement in _CREATE:
                connection.exec_driver_sql(statement)
            change = _Change(connection, self._places)
            yield change
            connection.exec_driver_sql("COMMIT")
            # Afterwards: a store without a tenant is found again later, a tenant without a store could not be opened.
            for number in change.dropped:
                self._places.drop(number)

    def open(self, number: int) -> Store:
        """See ``TenantRegister.open``."""
        return self._places.open(number)

    def close(self) -> None:
        """See ``TenantRegister.close``."""
        self._places.close()

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        """Raise errors of the database as ``StateLostError`` with one line."""
        try:
            yield
        except (DBAPIError, PoolTimeoutError) as error:
            reason = first_line(error)
            raise StateLostError(f"The tenants of {self._display_url} cannot be used: {reason}") from error


class _Places(ABC):
    """Where the list of tenants and their stores are.

    Args:
        engine: Connections to the list.
        now: The SQL of the present time, in seconds since 1970.
    """

    def __init__(self, engine: Engine, now: str) -> None:
        self.engine = engine
        self.now = now
        self.changing = Lock()

    @abstractmethod
    def lock(self, connection: Connection) -> None:
        """Begin a transaction that other processes wait for."""

    @abstractmethod
    def make(self, number: int) -> None:
        """Make an empty place for a store; what is left there of an earlier attempt is removed."""

    @abstractmethod
    def open(self, number: int) -> Store:
        """Open a store."""

    @abstractmethod
    def numbers(self, connection: Connection) -> set[int]:
        """Return the numbers of all places that there are."""

    @abstractmethod
    def drop(self, number: int) -> None:
        """Remove a place with all that is in it."""

    def close(self) -> None:
        """Close the connections."""
        self.engine.dispose()


class _Files(_Places):
    """A folder beside an SQLite file, with a file for the list and one for each tenant."""

    def __init__(self, url: URL) -> None:
        self._url = url
        self._folder = Path(f"{url.database}-tenants")
        self._folder.mkdir(exist_ok=True)
        engine = create_engine(
            url.set(database=str(self._folder / "names.db"), query={}),
            connect_args={"timeout": _WAIT_SECONDS, "isolation_level": None},
            hide_parameters=True,
        )
        super().__init__(engine, _SQLITE_NOW)

    def lock(self, connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    def make(self, number: int) -> None:
        self.drop(number)
        self._file(number).touch()

    def open(self, number: int) -> Store:
        return SqlStore(self._url.set(database=str(self._file(number))))

    def numbers(self, connection: Connection) -> set[int]:  # noqa: ARG002 - a folder needs none
        return {int(found[1]) for each in self._folder.iterdir() if (found := re.match(r"(\d+)\.db", each.name))}

    def drop(self, number: int) -> None:
        file = self._file(number)
        for ending in ("-wal", "-shm", ""):
            # Windows removes no file that another process has open; the next turn finds it.
            with suppress(PermissionError):
                file.with_name(f"{file.name}{ending}").unlink(missing_ok=True)

    def _file(self, number: int) -> Path:
        return self._folder / f"{number}.db"


class _Schemas(_Places):
    """A table for the list, and a schema for each tenant; a few connections for all of them."""

    def __init__(self, url: URL) -> None:
        self._url = url
        self._stores = make_engine(url)
        self._records = make_records_engine(url)
        options = {name: value for name, value in _POSTGRESQL_OPTIONS.items() if name not in url.query}
        engine = create_engine(
            url, connect_args=options, hide_parameters=True, isolation_level="AUTOCOMMIT", pool_size=1
        )
        super().__init__(engine, _POSTGRESQL_NOW)

    def lock(self, connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")

    def make(self, number: int) -> None:
        self.drop(number)
        with self._stores.connect() as own:
            own.exec_driver_sql(f"CREATE SCHEMA {_SCHEMA}{number}")

    def open(self, number: int) -> Store:
        return SqlStore(self._url, TenantSchema(f"{_SCHEMA}{number}", self._stores, self._records))

    def numbers(self, connection: Connection) -> set[int]:
        found = connection.exec_driver_sql("SELECT nspname FROM pg_namespace WHERE nspname ~ '^drs_tenant_[0-9]+$'")
        return {int(row[0].removeprefix(_SCHEMA)) for row in found}

    def drop(self, number: int) -> None:
        with self._stores.connect() as own:
            own.exec_driver_sql(f"DROP SCHEMA IF EXISTS {_SCHEMA}{number} CASCADE")

    def close(self) -> None:
        self._stores.dispose()
        self._records.dispose()
        super().close()


class _Change:
    """See ``TenantChange``."""

    def __init__(self, connection: Connection, places: _Places) -> None:
        self._connection = connection
        self._places = places
        self.dropped: list[int] = []

    def find(self, name: str) -> StoredTenant | None:
        """See ``TenantChange.find``."""
        return _find(self._connection, self._places, name)

    def count(self) -> int:
        """See ``TenantChange.count``."""
        count: int = self._connection.exec_driver_sql("SELECT count(*) FROM drs_tenants").scalar_one()
        return count

    def add(self, name: str) -> int:
        """See ``TenantChange.add``."""
        self._connection.exec_driver_sql("UPDATE drs_tenant_numbers SET last = last + 1")
        number: int = self._connection.exec_driver_sql("SELECT last FROM drs_tenant_numbers").scalar_one()
        self._connection.execute(
            text(f"INSERT INTO drs_tenants VALUES (:name, :number, '', {self._places.now})"),  # noqa: S608
            {"name": name, "number": number},
        )
        self._places.make(number)
        return number

    def describe(self, name: str, document: str) -> None:
        """See ``TenantChange.describe``."""
        statement = text("UPDATE drs_tenants SET document = :document WHERE name = :name")
        self._connection.execute(statement, {"name": name, "document": document})

    def drop(self, name: str) -> None:
        """See ``TenantChange.drop``."""
        found = self.find(name)
        if found is not None:
            self._connection.execute(text("DELETE FROM drs_tenants WHERE name = :name"), {"name": name})
            self.dropped.append(found.number)

    def drop_idle(self, idle: timedelta) -> None:
        """See ``TenantChange.drop_idle``."""
        known = list(_rows(self._connection, self._places))
        self.dropped += self._places.numbers(self._connection) - {each.number for each in known} - set(self.dropped)
        statement = f"DELETE FROM drs_tenants WHERE number = :number AND used < {self._places.now} - :idle"  # noqa: S608
        for each in known:
            # Once more in the statement: another process may just have noted that it is used.
            given = {"number": each.number, "idle": int(idle.total_seconds())}
            if each.idle > idle and self._connection.execute(text(statement), given).rowcount:
                self.dropped.append(each.number)


def _find(connection: Connection, places: _Places, name: str) -> StoredTenant | None:
    return next(_rows(connection, places, "WHERE name = :name", name), None)


def _rows(connection: Connection, places: _Places, where: str = "", name: str = "") -> Iterator[StoredTenant]:
    statement = f"SELECT name, number, document, {places.now} - used FROM drs_tenants {where}"  # noqa: S608
    for row in connection.execute(text(statement), {"name": name} if where else {}):
        yield StoredTenant(row[0], row[1], row[2], timedelta(seconds=max(row[3], 0)))
