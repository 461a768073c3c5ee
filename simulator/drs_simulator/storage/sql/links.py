"""A connection to a database by its driver: statements are sent together, and each wait for the database is counted."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import date
from time import monotonic, sleep
from typing import Any, NamedTuple, Protocol

from drs_simulator.storage.errors import StateLostError

_RETRY_SECONDS = 0.0005
# Another process writes, or has just opened the file and reads what a killed one has left.
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_BUSY_RECOVERY)
LOCK = f"SELECT pg_advisory_xact_lock({0x445253}, hashtext(current_schema()))"
"""Waits for the PostgreSQL lock of all simulators of a schema, which ends with the transaction. Its key spells DRS."""

Row = Sequence[Any]


class Statement(NamedTuple):
    """A statement and its parameters, which it names with a colon: ``:id``."""

    text: str
    parameters: dict[str, Any]


class ConnectionLostError(StateLostError):
    """The database has closed the connection."""


class Link(Protocol):
    """A connection that is used by one thread at a time. Every method waits for the database once, or not at all."""

    def rows(self, statements: Sequence[Statement]) -> list[Row]:
        """Execute the statements in their order, and return the rows of the last one."""

    def rows_of_each(self, statements: Sequence[Statement]) -> list[list[Row]]:
        """Execute at most 64 statements in their order, and return the rows of each."""

    def ask(self, statement: Statement) -> Callable[[], list[Row]]:
        """Begin to execute a statement, and return what waits for its rows, which has to be called next."""

    def begin(self, statements: Sequence[Statement]) -> list[list[Row]]:
        """Wait until no other transaction that writes is open, begin one, and return the rows of each statement."""

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
            cursor = self._execute(statement)
        return cursor.fetchall()

    def rows_of_each(self, statements: Sequence[Statement]) -> list[list[Row]]:
        """See ``Link.rows_of_each``."""
        self._on_trip()
        return [self._execute(statement).fetchall() for statement in statements]

    def ask(self, statement: Statement) -> Callable[[], list[Row]]:
        """See ``Link.ask``. The rows are there at once."""
        rows = self.rows((statement,))
        return lambda: rows

    def begin(self, statements: Sequence[Statement]) -> list[list[Row]]:
        """See ``Link.begin``."""
        return self.rows_of_each((Statement("BEGIN IMMEDIATE", {}), *statements))[1:]

    def begin_snapshot(self, statement: Statement) -> list[Row]:
        """See ``Link.begin_snapshot``."""
        return self.rows((Statement("BEGIN", {}), statement))

    def _execute(self, statement: Statement) -> sqlite3.Cursor:
        """Execute a statement as soon as it is its turn.

        SQLite would wait too, but sleep longer and longer, so that others overtake.
        """
        until: float | None = None
        while True:
            try:
                return self._connection.execute(statement.text, statement.parameters)
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode not in _BUSY:
                    raise
                until = until or monotonic() + self._wait_seconds
                if monotonic() > until:
                    raise
                sleep(_RETRY_SECONDS)

    def commit(self, statements: Sequence[Statement] = ()) -> None:
        """See ``Link.commit``."""
        self.rows((*statements, Statement("COMMIT", {})))

    def roll_back(self) -> None:
        """See ``Link.roll_back``."""
        self._connection.rollback()

    def is_lost(self) -> bool:
        """See ``Link.is_lost``. A file cannot hang up."""
        return False


def day_of(value: date | str) -> date:
    """Read a day, which SQLite returns as text."""
    return value if isinstance(value, date) else date.fromisoformat(value)
