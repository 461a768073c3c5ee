"""A connection to a database by its driver: statements are sent together, and each wait for the database is counted."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import date
from functools import lru_cache
from time import monotonic, sleep
from typing import Any, NamedTuple, Protocol

_RETRY_SECONDS = 0.0005
LOCK = f"SELECT pg_advisory_xact_lock({0x445253})"
"""Waits for the PostgreSQL lock of all simulators, which ends with the transaction. Its key spells DRS."""

Row = Sequence[Any]


class Statement(NamedTuple):
    """A statement and its parameters, which it names with a colon: ``:id``."""

    text: str
    parameters: dict[str, Any]


class Link(Protocol):
    """A connection that is used by one thread at a time. Every method waits for the database once, or not at all."""

    def rows(self, statements: Sequence[Statement]) -> list[Row]:
        """Execute the statements in their order, and return the rows of the last one."""

    def begin(self, statement: Statement) -> list[Row]:
        """Wait until no other transaction that writes is open, begin one, and return the rows of the statement."""

    def begin_snapshot(self, statement: Statement) -> list[Row]:
        """Begin to read the state as it is at this moment, and return the rows of the statement. Waits for nobody."""

    def commit(self, statements: Sequence[Statement] = ()) -> None:
        """Execute the statements and commit."""

    def roll_back(self) -> None:
        """Undo the transaction, if there is one."""

    def is_lost(self) -> bool:
        """Whether the database has closed the connection."""


class SqliteLink:
    """A connection to an SQLite database.

    Args:
        connection: The driver's connection, which commits each statement by itself.
        on_trip: Called before each wait.
        wait_seconds: How long to wait for the transaction of another process.
    """

    def __init__(self, connection: Any, on_trip: Callable[[], None], wait_seconds: float) -> None:
        self._connection: sqlite3.Connection = connection
        self._on_trip = on_trip
        self._wait_seconds = wait_seconds

    def rows(self, statements: Sequence[Statement]) -> list[Row]:
        """See ``Link.rows``."""
        self._on_trip()
        for statement in statements:
            cursor = self._connection.execute(statement.text, statement.parameters)
        return cursor.fetchall()

    def begin(self, statement: Statement) -> list[Row]:
        """See ``Link.begin``. SQLite's own waiting sleeps longer and longer, and others would overtake."""
        until = monotonic() + self._wait_seconds
        while True:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > until:
                    raise
                sleep(_RETRY_SECONDS)
            else:
                return self.rows((statement,))

    def begin_snapshot(self, statement: Statement) -> list[Row]:
        """See ``Link.begin_snapshot``."""
        self._connection.execute("BEGIN")
        return self.rows((statement,))

    def commit(self, statements: Sequence[Statement] = ()) -> None:
        """See ``Link.commit``."""
        self.rows((*statements, Statement("COMMIT", {})))

    def roll_back(self) -> None:
        """See ``Link.roll_back``."""
        self._connection.rollback()

    def is_lost(self) -> bool:
        """See ``Link.is_lost``. A file cannot hang up."""
        return False


class PostgresqlLink:
    """A connection to a PostgreSQL database: statements that are sent together are one round trip.

    Args:
        connection: The driver's connection, which commits each statement by itself.
        on_trip: Called before each wait.
    """

    def __init__(self, connection: Any, on_trip: Callable[[], None]) -> None:
        self._connection = connection
        self._on_trip = on_trip

    def rows(self, statements: Sequence[Statement]) -> list[Row]:
        """See ``Link.rows``."""
        *before, last = statements
        return self._send((_for_psycopg(each.text), each.parameters) for each in before)(last)

    def begin(self, statement: Statement) -> list[Row]:
        """See ``Link.begin``."""
        return self._send((("BEGIN", None), (LOCK, None)))(statement)

    def begin_snapshot(self, statement: Statement) -> list[Row]:
        """See ``Link.begin_snapshot``."""
        return self._send((("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", None),))(statement)

    def commit(self, statements: Sequence[Statement] = ()) -> None:
        """See ``Link.commit``."""
        self.rows((*statements, Statement("COMMIT", {})))

    def roll_back(self) -> None:
        """See ``Link.roll_back``."""
        with suppress(self._errors):
            self._connection.rollback()

    def is_lost(self) -> bool:
        """See ``Link.is_lost``."""
        return bool(self._connection.closed)

    @property
    def _errors(self) -> type[Exception]:
        errors: type[Exception] = self._connection.Error
        return errors

    def _send(self, before: Iterable[tuple[str, dict[str, Any] | None]]) -> Callable[[Statement], list[Row]]:
        """Return what sends the statements before the one that it is given, all at once."""
        earlier = list(before)

        def send(last: Statement) -> list[Row]:
            self._on_trip()
            cursor = self._connection.cursor()
            text, parameters = _for_psycopg(last.text), last.parameters or None
            if not earlier:
                cursor.execute(text, parameters)
            else:
                others = self._connection.cursor()
                with self._connection.pipeline():
                    for each, values in earlier:
                        others.execute(each, values or None)
                    cursor.execute(text, parameters)
            return [] if cursor.description is None else cursor.fetchall()

        return send


@lru_cache(maxsize=256)
def _for_psycopg(text: str) -> str:
    """Write the names of parameters as psycopg wants them."""
    return re.sub(r"(?<!:):(\w+)", r"%(\1)s", text)


def day_of(value: date | str) -> date:
    """Read a day, which SQLite returns as text."""
    return value if isinstance(value, date) else date.fromisoformat(value)
