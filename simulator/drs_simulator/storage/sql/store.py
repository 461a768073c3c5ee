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
from threading import Lock, local
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
from drs_simulator.storage.sql.links import LOCK, Link, Row, SqliteLink, Statement
from drs_simulator.storage.sql.mirror import LAPSES, UNKNOWN, Cell, Mirror, write_change
from drs_simulator.storage.sql.records import SqlRecords
from drs_simulator.storage.sql.statements import (
    CLOCK,
    FAULTS,
    Look,
    Moved,
    changes_since,
    look_of,
    look_since,
    moved_of,
)
from drs_simulator.storage.sql.tenant_schema import TenantSchema
from drs_simulator.storage.sql.transaction import NotKnownError, SqlTransaction

_Answer = TypeVar("_Answer")
_Write = Submission[Callable[[Transaction], Any], Any]
_WAIT_SECONDS = 30
_MAX_WRITERS, _MAX_LOOKERS = 32, 1024
"""How many threads share a transaction, and a look. What a transaction changes should fit the log."""
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
        self._last_look: Look | None = None
        self._writers: Batcher[Callable[[Transaction], Any], Any] = Batcher(self._write_all, _MAX_WRITERS)
        self._lookers: Batcher[None, Look] = Batcher(self._look_for_all, _MAX_LOOKERS)
        # Lent again without asking the pool, which takes longer than a statement.
        self._idle: list[_Lent] = []
        self._is_closed = False
        self._thread = _OfThread()
        # As many as threads answer calls; a list, since it counts safely under threads.
        self._calls: list[None] = []
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
        with self._begin() as (link, look):
            transaction = SqlTransaction(self._mirror, look, look.version, link, can_write=True)
            yield transaction
            transaction.commit()

    def write(self, work: Callable[[Transaction], _Answer]) -> _Answer:
        """See ``Store.write``. The work of all threads that wait meanwhile shares one transaction."""
        if self._thread.asked is not None:
            self._look_for_call()
        assumed, self._thread.look, self._thread.assumed = self._thread.assumed, None, None
        checked = work if assumed is None else partial(self._write_if_still, assumed, work)
        answer: _Answer = self._writers.submit(checked)
        return answer

    def _write_if_still(
        self, assumed: Look, work: Callable[[Transaction], _Answer], transaction: Transaction
    ) -> _Answer:
        """Do the work in a transaction whose look is this thread's, if that tells what was assumed."""
        look = self._thread.look
        assert look is not None
        _check_settings(assumed, look)
        return work(transaction)

    def _write_all(self, take: Callable[[], Sequence[_Write]]) -> None:
        writes: Sequence[_Write] = ()
        try:
            with self.transaction() as transaction:
                writes = take()
                ends = [self._write_part(transaction, write) for write in writes]
        except StateLostError as error:
            is_shared = len(writes) > 1
            if not is_shared or isinstance(error, _ConnectionLostError):
                raise
            # The database refuses what one thread wants and has undone the work of all.
            ends = [self._write_alone(write) for write in writes]
        for end in ends:
            end()

    def _write_part(self, transaction: SqlTransaction, write: _Write) -> Callable[[], None]:
        """Do the work of one thread in a transaction with others; return what ends its wait once that is committed."""
        try:
            with transaction.part():
                return partial(write.answer, write.work(transaction))
        except self._driver_error:
            raise
        except (Exception, _ChangedError) as error:
            return partial(write.fail, error)

    def _write_alone(self, write: _Write) -> Callable[[], None]:
        try:
            with self.transaction() as transaction:
                answer = write.work(transaction)
        except (Exception, _ChangedError) as error:
            return partial(write.fail, error)
        return partial(write.answer, answer)

    def read(self, work: Callable[[Transaction], _Answer]) -> _Answer:
        """See ``Store.read``. What this process knows needs no further trip; else the work runs again in a snapshot."""
        assumed = self._thread.assumed
        # Calls that come together share a look instead.
        if assumed is not None and self._thread.asked is None and len(self._calls) == 1:
            with suppress(NotKnownError, _ConnectionLostError):
                return self._read_ahead(assumed, work)
        look, self._thread.look = self._thread.look, None
        if look is None or self._thread.assumed is not None:
            look = self._look_for_call()
        with self._mirror.lock:
            if self._mirror.advance(look.version, look.changes):
                self._thread.look = look
                try:
                    return work(SqlTransaction(self._mirror, look, look.version, None))
                except NotKnownError:
                    pass
                finally:
                    self._thread.look = None
            return self._read_snapshot(work)

    def _read_ahead(self, assumed: Look, work: Callable[[Transaction], _Answer]) -> _Answer:
        """Read what is known while the database tells whether it still stands; what this thread does next compares.

        Raises:
            NotKnownError: It has to be read first.
        """
        self._thread.asked = self._ask()
        with self._mirror.lock:
            if self._mirror.version != assumed.version:
                raise NotKnownError
            return work(SqlTransaction(self._mirror, assumed, assumed.version, None))

    def _read_snapshot(self, work: Callable[[Transaction], _Answer]) -> _Answer:
        known = self._mirror.version
        with self._begun(lambda link: link.begin_snapshot(changes_since(known))) as (link, rows):
            look = self._look_after(moved_of(rows), link)
            with self._looking(look):
                answer = work(SqlTransaction(self._mirror, look, look.version, link))
            link.commit()
            return answer

    def _look_after(self, moved: Moved, link: Link) -> Look:
        """Move the mirror to a version that no other thread can have overtaken, and return the rest of a look."""
        if not self._mirror.advance(*moved):
            # An earlier version than one that was seen before: the database was restored from a copy.
            self._forget()
            self._mirror.advance(moved.version, ())
        return self._known_look(moved.version) or self._keep_look(link.rows((look_since(moved.version),)))

    def add_session(self, session: Session) -> None:
        """See ``Store.add_session``."""
        if self._thread.assumed is not None:
            self._look_for_call()
        added = statements.put_by_text("drs_sessions", session.id, codec.SESSION.write(session))
        self._rows((Statement("BEGIN", {}), *added, Statement("COMMIT", {})))

    def call(self, work: Callable[[], _Answer]) -> _Answer:
        """See ``Store.call``. The state is first taken to be as it was when this process last looked.

        The first trip, whatever it is for, tells whether clock and fault rules still are, and whether what was read
        is. If not, the work runs again.
        """
        known, look = self._last_look, None
        # A database that is gone is noticed where its answer is needed.
        with suppress(StateLostError):
            if known is not None:
                try:
                    return self._call_with(known, work, is_assumed=True)
                except _ChangedError as changed:
                    look = changed.look
            else:
                look = self._look()
        return self._call_with(look, work, is_assumed=False)

    def _call_with(self, look: Look | None, work: Callable[[], _Answer], *, is_assumed: bool) -> _Answer:
        """Run the work with a look. One that is assumed is compared with the first trip's."""
        self._thread.look, self._thread.assumed = look, look if is_assumed else None
        self._calls.append(None)
        try:
            answer = work()
            if self._thread.assumed is not None:
                # It made no trip, or one that is not over.
                self._look_for_call()
            return answer
        finally:
            self._calls.pop()
            self._thread.look = self._thread.assumed = None
            asked, self._thread.asked = self._thread.asked, None
            if asked is not None:
                with suppress(StateLostError):
                    self._receive(asked)

    def _look_for_call(self) -> Look:
        """Look at the state, and compare that with what this thread has assumed.

        Raises:
            _ChangedError: It was wrong.
        """
        assumed, self._thread.assumed = self._thread.assumed, None
        asked, self._thread.asked = self._thread.asked, None
        if asked is None:
            look = self._look()
            _check_settings(assumed, look)
            return look
        try:
            look = self._receive(asked)
        except _ConnectionLostError:
            # What is behind the next connection may be another database.
            raise _ChangedError(self._look()) from None
        if assumed is not None and look.version != assumed.version:
            raise _ChangedError(look)
        _check_settings(assumed, look)
        return look

    def _ask(self) -> _Asked:
        """Ask for a look at the state. The connection stays lent until the answer is received."""
        with ExitStack() as lent:
            link = lent.enter_context(self._link())
            receive = link.ask(changes_since(self._mirror.version))
            return _Asked(lent.pop_all(), receive)

    def _receive(self, asked: _Asked) -> Look:
        with asked.lent:
            rows = asked.receive()
        return self._look_of_changes(rows)

    def reset(self) -> None:
        """See ``Store.reset``."""
        with self.transaction() as transaction:
            transaction.clear()

    def ping(self) -> None:
        """See ``Store.ping``. It takes no lock, so that it waits for no transaction."""
        self._look()

    def setting(self, name: str) -> str | None:
        """See ``SharedSettings.setting``."""
        look = self._thread.look
        if look is not None and name in (CLOCK, FAULTS):
            return look.setting(name)
        rows = self._rows((_setting(name),))
        return None if not rows else str(rows[0][0])

    def change_setting(self, name: str, change: Callable[[str | None], str]) -> None:
        """See ``SharedSettings.change_setting``."""
        with self._begin() as (link, look):
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

    def _look(self) -> Look:
        """Look at the state without a lock, once for all threads that wait for a look."""
        return self._lookers.submit(None)

    def _look_for_all(self, take: Callable[[], Sequence[Submission[None, Look]]]) -> None:
        waiting = take()
        look = self._look_now()
        for each in waiting:
            each.answer(look)

    def _look_now(self) -> Look:
        return self._look_of_changes(self._rows((changes_since(self._mirror.version),)))

    def _look_of_changes(self, rows: Sequence[Row]) -> Look:
        moved = moved_of(rows)
        self._mirror.advance(*moved)
        return self._known_look(moved.version) or self._keep_look(self._rows((look_since(self._mirror.version),)))

    def _known_look(self, version: int) -> Look | None:
        """Return the look at a version if all of it is known."""
        if self._last_look is not None and self._last_look.version == version:
            return self._last_look
        with self._mirror.lock:
            if self._mirror.version != version:
                return None
            clock, faults, lapses = map(self._mirror.get, _LOOKED_AT)
        if UNKNOWN in (clock, faults, lapses):
            return None
        self._last_look = Look(version, clock, faults, lapses, changes=())
        return self._last_look

    def _keep_look(self, rows: Sequence[Row]) -> Look:
        """Read the rows of a look, and store what it tells."""
        look = look_of(rows)
        if self._mirror.advance(look.version, look.changes):
            for cell, value in zip(_LOOKED_AT, (look.clock, look.faults, look.lapses), strict=True):
                self._mirror.put(cell, value, look.version)
        return look

    def _rows(self, wanted: Sequence[Statement]) -> list[Row]:
        """Execute statements outside a transaction, and return the rows of the last one.

        If the connection was lost since it was last used, another one is tried.
        """
        try:
            with self._link() as link:
                return link.rows(wanted)
        except _ConnectionLostError:
            with self._link() as link:
                return link.rows(wanted)

    @contextmanager
    def _begin(self) -> Iterator[tuple[Link, Look]]:
        """Hold the lock of all writers. What is not committed at the end is undone."""
        if self._thread.asked is not None:
            self._look_for_call()
        assumed, self._thread.look, self._thread.assumed = self._thread.assumed, None, None
        with self._writing:
            known = self._mirror.version
            with self._begun(lambda link: link.begin(changes_since(known))) as (link, rows):
                look = self._look_after(moved_of(rows), link)
                _check_settings(assumed, look)
                with self._looking(look):
                    yield link, look

    @contextmanager
    def _begun(self, begin: Callable[[Link], list[Row]]) -> Iterator[tuple[Link, list[Row]]]:
        """Lend a connection, and give the rows of its first statement.

        If the connection was lost since it was last used, another one is tried. Nothing was done yet that counts twice.
        """
        with ExitStack() as lent:
            try:
                with ExitStack() as tried:
                    link = tried.enter_context(self._link())
                    rows = begin(link)
                    lent.enter_context(tried.pop_all())
            except _ConnectionLostError:
                link = lent.enter_context(self._link())
                rows = begin(link)
            yield link, rows

    @contextmanager
    def _looking(self, look: Look) -> Iterator[None]:
        """Take the shared settings from this look, as long as it is the present one."""
        self._thread.look = look
        try:
            yield
        finally:
            self._thread.look = None

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
                self._forget()
                if isinstance(error, self._driver_error):
                    raise _ConnectionLostError(self._message_of(error)) from error
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

    def _forget(self) -> None:
        self._mirror.clear()
        self._last_look = None

    def _count_trip(self) -> None:
        self.trips += 1

    def _message_of(self, error: Exception) -> str:
        reason = first_line(error)
        return f"The state at {self._display_url} cannot be used: {reason}"

    def __str__(self) -> str:
        return self._display_url


_LOOKED_AT = (Cell("setting", CLOCK), Cell("setting", FAULTS), LAPSES)


class _Lent(NamedTuple):
    """A connection of the pool, and its link."""

    pooled: PoolProxiedConnection
    link: Link


class _OfThread(local):
    """What one thread has read for the call that it answers."""

    look: Look | None = None
    assumed: Look | None = None
    """The same look if it is of an earlier call, and no trip of this one has shown yet whether it stands."""
    asked: _Asked | None = None
    """What will show it."""


class _Asked(NamedTuple):
    """A look that was asked for: the connection, and what waits for the answer."""

    lent: ExitStack
    receive: Callable[[], list[Row]]


class _ChangedError(BaseException):
    """The state is not what this thread took it for. Nothing is done yet, and the call is made again.

    It is no ``Exception``: what catches all failures must let it pass.

    Args:
        look: What it is.
    """

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.look = look


class _ConnectionLostError(StateLostError):
    """The database has closed the connection."""


def _check_settings(assumed: Look | None, look: Look) -> None:
    if assumed is not None and not assumed.has_settings_of(look):
        raise _ChangedError(look)


def _setting(name: str) -> Statement:
    return Statement("SELECT document FROM drs_settings WHERE id = :id", {"id": name})
