"""The state in a database: SQLite for one machine, PostgreSQL for several. SQLAlchemy makes tables and connections."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import URL, Engine, PoolProxiedConnection, create_engine, make_url, update
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from drs_simulator.scheduling.model import Session
from drs_simulator.scheduling.store import Transaction
from drs_simulator.storage.errors import StateLostError, StateUnreachableError, StateVersionError
from drs_simulator.storage.shared_records import SharedRecords
from drs_simulator.storage.sql import codec, schema, statements
from drs_simulator.storage.sql.batcher import Batcher, Submission
from drs_simulator.storage.sql.failures import first_line
from drs_simulator.storage.sql.links import LOCK, ConnectionLostError, Link, Row, SqliteLink, Statement
from drs_simulator.storage.sql.looks import ChangedError, Looks, check_settings
from drs_simulator.storage.sql.mirror import UNKNOWN, Cell, Mirror, write_change
from drs_simulator.storage.sql.records import SqlRecords
from drs_simulator.storage.sql.statements import CLOCK, FAULTS, Look, changes_since, moved_of
from drs_simulator.storage.sql.tenant_schema import TenantSchema
from drs_simulator.storage.sql.transaction import NotKnownError, SqlTransaction

_Answer = TypeVar("_Answer")
_Found = TypeVar("_Found")
_WAIT_SECONDS = 30
_MAX_WRITERS = 32
"""How many threads share a transaction. What it changes should fit the log."""
_CONNECT_SECONDS = 10
_LINK = "drs_link"
_POSTGRESQL_LINK = "drs_simulator.storage.sql.postgresql_link"


@dataclass(frozen=True, slots=True)
class _Database:
    """The properties of one kind of database.

    Args:
        lock: The first statements of a transaction that makes tables; they wait until no other one is open.
        options: Connection options, unless the URL has them.
        on_opening: Statements that are executed when the database is opened.
        on_closing: Statements that are executed before the last connection is closed.
    """

    lock: tuple[str, ...]
    options: Mapping[str, object]
    on_opening: tuple[str, ...] = ()
    on_closing: tuple[str, ...] = ()


_DATABASES = {
    # Readers do not wait for writers, and the link waits for other writers. Closing moves what the second file has
    # into the database's own.
    "sqlite": _Database(
        ("BEGIN IMMEDIATE",),
        {"timeout": 0},
        ("PRAGMA journal_mode=WAL",),
        ("PRAGMA busy_timeout=1000", "PRAGMA wal_checkpoint(TRUNCATE)"),
    ),
    # UTF-8 is stored also in a database that declares no encoding. psycopg itself prepares nothing: after a DROP it
    # would make the server forget what ``PostgresqlLink`` has prepared.
    "postgresql": _Database(
        ("BEGIN", LOCK),
        {"connect_timeout": _CONNECT_SECONDS, "client_encoding": "utf8", "prepare_threshold": None},
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
    if driver == "sqlite" and not re.fullmatch(r"\d+(\.\d+)?", str(url.query.get("timeout", "0"))):
        return None
    return url.set(drivername=driver)


def make_engine(url: URL) -> Engine:
    """Make the connections for use cases. Their transactions are begun and ended by statements."""
    database = _DATABASES[url.get_backend_name()]
    options = {name: value for name, value in database.options.items() if name not in url.query}
    # Parameters are personal data and must not be logged.
    return create_engine(
        url, connect_args=options, hide_parameters=True, isolation_level="AUTOCOMMIT", pool_reset_on_return=None
    )


class _Work(NamedTuple):
    """The work of one thread in a transaction, and the number whose orders it will ask for."""

    do: Callable[[Transaction], Any]
    order_number: str | None


_Write = Submission[_Work, Any]


class SqlStore:
    """Stores the state in a database. Transactions that write run one after the other; readers wait for none.

    Args:
        url: A URL from ``database_url``.
        tenant_schema: The schema of a tenant; ``None`` for the tables of the database itself.

    Raises:
        StateUnreachableError: The database cannot be opened.
        StateVersionError: Its schema has another version.
    """

    def __init__(self, url: URL, tenant_schema: TenantSchema | None = None) -> None:
        self._url = url
        self._tenant_schema = tenant_schema
        self._kind = url.get_backend_name()
        database = _DATABASES[self._kind]
        self._on_closing = database.on_closing
        # Threads of this process queue here, because waiting for the database is polling.
        self._writing = Lock()
        self._mirror = Mirror()
        self._writers: Batcher[_Work, Any] = Batcher(self._write_all, _MAX_WRITERS)
        self._looks = Looks(self._mirror, self._rows, self._link)
        # Lent again without asking the pool, which takes longer than a statement.
        self._idle: list[_Lent] = []
        self._is_closed = False
        self.trips = 0
        """How often a thread has waited for the database."""
        self._display_url = url.set(query={}).render_as_string(hide_password=True)
        self._wait_seconds = float(str(url.query.get("timeout", _WAIT_SECONDS)))
        if self._kind == "sqlite":
            url = url.difference_update_query(["timeout"])
        self._engine = make_engine(url) if tenant_schema is None else tenant_schema.engine
        # Only where it is needed: it imports psycopg.
        self._new_link: Callable[[Any, Callable[[], None]], Link] = (
            partial(SqliteLink, wait_seconds=self._wait_seconds)
            if self._kind == "sqlite"
            else import_module(_POSTGRESQL_LINK).PostgresqlLink
        )
        driver = self._engine.dialect.loaded_dbapi
        self._driver_error: type[Exception] = driver.Error
        try:
            self._open(database)
        except BaseException:
            if tenant_schema is None:
                self._engine.dispose()
            raise

    def _open(self, database: _Database) -> None:
        try:
            with self._engine.connect() as connection:
                link = self._link_of(connection.connection)
                if self._tenant_schema is not None:
                    self._tenant_schema.enter(connection.connection)
                for statement in (*database.on_opening, *database.lock):
                    link.rows((Statement(statement, {}),))
                version = schema.version_of(connection)
                if version == schema.VERSION:
                    # A read-only database is an error now, not at the first call.
                    connection.execute(update(schema.schema).values(version=version))
                connection.exec_driver_sql("COMMIT")
        except (DBAPIError, self._driver_error) as error:
            reason = " ".join(str(error.orig if isinstance(error, DBAPIError) else error).split())
            raise StateUnreachableError(f"The state at {self._display_url} cannot be opened: {reason}") from error
        if version != schema.VERSION:
            raise StateVersionError(
                f"The state at {self._display_url} has version {version} of the schema, this simulator has version "
                f"{schema.VERSION}. Name another database, or use the simulator that made this one."
            )

    @contextmanager
    def transaction(self) -> Iterator[SqlTransaction]:
        """See ``Store.transaction``. It waits for transactions of other processes as well."""
        with self._transaction_that_reads(()) as transaction:
            yield transaction

    @contextmanager
    def _transaction_that_reads(self, numbers: Sequence[str]) -> Iterator[SqlTransaction]:
        """Return a transaction that reads the orders of those numbers as it begins, unless they are known."""
        unknown = [number for number in numbers if self._mirror.get(Cell("numbered", number)) is UNKNOWN]
        with self._begin([statements.orders_numbered(number) for number in unknown]) as (link, look, found):
            transaction = SqlTransaction(self._mirror, look, look.version, link, can_write=True)
            transaction.keep_orders_numbered(zip(unknown, found, strict=True))
            yield transaction
            transaction.commit()

    def write(self, work: Callable[[Transaction], _Answer], order_number: str | None = None) -> _Answer:
        """See ``Store.write``. The work of all threads that wait meanwhile shares one transaction."""
        assumed = self._looks.hand_over()
        checked = work if assumed is None else partial(self._write_if_still, assumed, work)
        answer: _Answer = self._writers.submit(_Work(checked, order_number))
        return answer

    def _write_if_still(
        self, assumed: Look, work: Callable[[Transaction], _Answer], transaction: Transaction
    ) -> _Answer:
        """Do the work in a transaction whose look is this thread's, if that tells what was assumed."""
        look = self._looks.of_thread
        assert look is not None
        check_settings(assumed, look)
        return work(transaction)

    def _write_all(self, take: Callable[[], Sequence[_Write]]) -> None:
        writes: Sequence[_Write] = ()
        try:
            at_first = take()
            with self._transaction_that_reads(_numbers_of(at_first)) as transaction:
                # The lock may have been waited for.
                writes = (*at_first, *take())
                transaction.read_orders_numbered(_numbers_of(writes))
                ends = [self._write_part(transaction, write) for write in writes]
        except StateLostError as error:
            is_shared = len(writes) > 1
            if not is_shared or isinstance(error, ConnectionLostError):
                raise
            # The database refuses what one thread wants and has undone the work of all.
            ends = [self._write_alone(write) for write in writes]
        for end in ends:
            end()

    def _write_part(self, transaction: SqlTransaction, write: _Write) -> Callable[[], None]:
        """Do the work of one thread in a transaction with others; return what ends its wait once that is committed."""
        try:
            with transaction.part():
                return partial(write.answer, write.work.do(transaction))
        except self._driver_error:
            raise
        except (Exception, ChangedError) as error:
            return partial(write.fail, error)

    def _write_alone(self, write: _Write) -> Callable[[], None]:
        try:
            with self.transaction() as transaction:
                answer = write.work.do(transaction)
        except (Exception, ChangedError) as error:
            return partial(write.fail, error)
        return partial(write.answer, answer)

    def read(self, work: Callable[[Transaction], _Answer]) -> _Answer:
        """See ``Store.read``. What this process knows needs no further trip; else the work runs again in a snapshot."""
        with suppress(NotKnownError, ConnectionLostError):
            if (assumed := self._looks.ask()) is not None:
                return self._read_known(assumed, work)
        look = self._looks.take()
        with self._mirror.lock:
            if self._mirror.advance(look.version, look.changes):
                with suppress(NotKnownError), self._looks.working_by(look):
                    return work(SqlTransaction(self._mirror, look, look.version, None))
            return self._read_snapshot(work)

    def _read_known(self, assumed: Look, work: Callable[[Transaction], _Answer]) -> _Answer:
        """Read what is known, while the database tells whether it stands.

        Raises:
            NotKnownError: It has to be read first.
        """
        with self._mirror.lock:
            if self._mirror.version != assumed.version:
                raise NotKnownError
            return work(SqlTransaction(self._mirror, assumed, assumed.version, None))

    def _read_snapshot(self, work: Callable[[Transaction], _Answer]) -> _Answer:
        known = self._mirror.version
        with self._begun(lambda link: link.begin_snapshot(changes_since(known))) as (link, rows):
            look = self._looks.look_after(moved_of(rows), link)
            with self._looks.working_by(look):
                answer = work(SqlTransaction(self._mirror, look, look.version, link))
            link.commit()
            return answer

    def add_session(self, session: Session) -> None:
        """See ``Store.add_session``."""
        self._looks.compare()
        added = statements.put_by_text("drs_sessions", session.id, codec.SESSION.write(session))
        self._rows((Statement("BEGIN", {}), *added, Statement("COMMIT", {})))

    def call(self, work: Callable[[], _Answer]) -> _Answer:
        """See ``Store.call``, and ``Looks.call``."""
        return self._looks.call(work)

    def reset(self) -> None:
        """See ``Store.reset``."""
        with self.transaction() as transaction:
            transaction.clear()

    def ping(self) -> None:
        """See ``Store.ping``. It takes no lock, so that it waits for no transaction."""
        self._looks.look()

    def setting(self, name: str) -> str | None:
        """See ``SharedSettings.setting``."""
        look = self._looks.of_thread
        if look is not None and name in (CLOCK, FAULTS):
            return look.setting(name)
        rows = self._rows((_setting(name),))
        return None if not rows else str(rows[0][0])

    def change_setting(self, name: str, change: Callable[[str | None], str]) -> None:
        """See ``SharedSettings.change_setting``."""
        with self._begin() as (link, look, _):
            rows = link.rows((_setting(name),))
            before = None if not rows else str(rows[0][0])
            after = change(before)
            if after == before:
                return link.commit()
            changed, version = {Cell("setting", name): after}, look.version + 1
            moved = statements.move_on(version, write_change(changed, {}, everything=False))
            link.commit((statements.put("drs_settings", name, document=after), *moved))
            self._mirror.install(version, changed, everything=False)
            return None

    def time(self) -> datetime | None:
        """See ``TellsTime.time``. A file has the time of the computer on which all its processes run."""
        if self._kind == "sqlite":
            return None
        text = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
        return schema.instant(self._rows((Statement(text, {}),))[0][0])

    def shared_records(self) -> SharedRecords:
        """See ``SharesRecords.shared_records``."""
        return SqlRecords(self._url, self._display_url, self._tenant_schema)

    def close(self) -> None:
        """See ``Store.close``. The file of an SQLite database then holds the whole state.

        Connections that tenants share stay open.
        """
        if self._tenant_schema is not None:
            return
        file = self._engine.url.database
        # SQLite would create a file that was deleted in the meantime.
        if self._on_closing and file is not None and Path(file).is_file():
            with suppress(DBAPIError, PoolTimeoutError), self._engine.connect() as connection:
                for statement in self._on_closing:
                    connection.exec_driver_sql(statement)
        self._is_closed = True
        self._disconnect()

    def _rows(self, wanted: Sequence[Statement]) -> list[Row]:
        """Execute statements outside a transaction, and return the rows of the last one.

        If the connection was lost since it was last used, another one is tried.
        """
        try:
            with self._link() as link:
                return link.rows(wanted)
        except ConnectionLostError:
            with self._link() as link:
                return link.rows(wanted)

    @contextmanager
    def _begin(self, wanted: Sequence[Statement] = ()) -> Iterator[tuple[Link, Look, Sequence[list[Row]]]]:
        """Hold the lock of all writers, and read what is wanted. What is not committed at the end is undone."""
        assumed = self._looks.hand_over()
        with self._writing:
            known = self._mirror.version
            with self._begun(lambda link: link.begin((*wanted, changes_since(known)))) as (link, (*found, moved)):
                look = self._looks.look_after(moved_of(moved), link)
                check_settings(assumed, look)
                with self._looks.working_by(look):
                    yield link, look, found

    @contextmanager
    def _begun(self, begin: Callable[[Link], _Found]) -> Iterator[tuple[Link, _Found]]:
        """Lend a connection, and give what its first trip has found.

        If the connection was lost since it was last used, another one is tried. Nothing was done yet that counts twice.
        """
        with ExitStack() as lent:
            try:
                with ExitStack() as tried:
                    link = tried.enter_context(self._link())
                    rows = begin(link)
                    lent.enter_context(tried.pop_all())
            except ConnectionLostError:
                link = lent.enter_context(self._link())
                rows = begin(link)
            yield link, rows

    @contextmanager
    def _link(self) -> Iterator[Link]:
        """Lend a connection. After an error its transaction is undone, and one that is lost is replaced.

        Raises:
            StateLostError: The database fails; the message has one line.
        """
        try:
            lent = self._lend()
            try:
                if self._tenant_schema is not None:
                    self._tenant_schema.enter(lent.pooled)
                yield lent.link
            except BaseException as error:
                lent.link.roll_back()
                if not lent.link.is_lost():
                    self._take_back(lent)
                    raise
                # Others are lost too, and what is known may be of another database.
                lent.pooled.invalidate()
                self._disconnect()
                self._looks.forget()
                if isinstance(error, self._driver_error):
                    raise ConnectionLostError(self._message_of(error)) from error
                raise
            else:
                self._take_back(lent)
        except (DBAPIError, PoolTimeoutError, self._driver_error) as error:
            raise StateLostError(self._message_of(error)) from error

    def _lend(self) -> _Lent:
        # Another thread may take the last one between a look and a pop.
        with suppress(IndexError):
            return self._idle.pop()
        pooled = self._engine.raw_connection()
        return _Lent(pooled, self._link_of(pooled))

    def _take_back(self, lent: _Lent) -> None:
        """Keep a connection for the next call. Those that tenants share go back to the others at once."""
        if self._tenant_schema is not None:
            lent.pooled.close()
            return
        self._idle.append(lent)
        # It may have been in use while the others were closed.
        if self._is_closed:
            self._disconnect()

    def _link_of(self, pooled: PoolProxiedConnection) -> Link:
        """Return the link of a connection, which is kept with it."""
        link: Link | None = pooled.info.get(_LINK)
        if link is None:
            link = self._new_link(pooled.driver_connection, self._count_trip)
            pooled.info[_LINK] = link
        return link

    def _disconnect(self) -> None:
        """Close the connections that are not in use."""
        with suppress(IndexError):
            while True:
                # To close it would give it back to its pool, which may be one that no longer counts.
                self._idle.pop().pooled.invalidate()
        self._engine.dispose()

    def _count_trip(self) -> None:
        self.trips += 1

    def _message_of(self, error: Exception) -> str:
        reason = first_line(error)
        return f"The state at {self._display_url} cannot be used: {reason}"

    def __str__(self) -> str:
        return self._display_url


class _Lent(NamedTuple):
    """A connection of the pool, and its link."""

    pooled: PoolProxiedConnection
    link: Link


def _numbers_of(writes: Sequence[_Write]) -> Sequence[str]:
    """Return the numbers whose orders will be asked for, each once."""
    return tuple(dict.fromkeys(each.work.order_number for each in writes if each.work.order_number is not None))


def _setting(name: str) -> Statement:
    return Statement("SELECT document FROM drs_settings WHERE id = :id", {"id": name})
