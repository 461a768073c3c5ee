"""A connection to a PostgreSQL database by libpq, which comes with psycopg: its cursors take longer than the trip."""

from __future__ import annotations

import re
import select
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import accumulate
from typing import Any, NamedTuple

from psycopg import DataError, Error
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

from drs_simulator.storage.sql.links import LOCK, Row, Statement

_MAX_PREPARED = 128
_MAX_SENT_AT_ONCE = 100
_INTEGERS = frozenset({20, 21, 23})
"""The types bigint, smallint and integer; everything else is read as text."""
_PARAMETER = re.compile(r"(?<!:):(\w+)")
_BEGIN, _COMMIT = Statement("BEGIN", {}), Statement("COMMIT", {})
_BEGIN_SNAPSHOT = Statement("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", {})
_LOCK = Statement(LOCK, {})


class PostgresqlLink:
    """A connection to a PostgreSQL database: statements that are sent together are one round trip.

    The server parses and plans each text once for a connection.

    Args:
        connection: The driver's connection, which commits each statement by itself.
        on_trip: Called before each wait.
    """

    def __init__(self, connection: Any, on_trip: Callable[[], None]) -> None:
        self._connection = connection
        self._libpq = connection.pgconn
        self._encoding: str = connection.info.encoding
        self._on_trip = on_trip
        self._prepared: dict[bytes, bytes] = {}
        self._has_failed = False
        self._wait_for_answer, self._wait_for_either = _waits_for(self._libpq.socket)

    def rows(self, statements: Sequence[Statement]) -> list[Row]:
        """See ``Link.rows``."""
        if len(statements) == 1:
            return self.ask(statements[0])()
        self._on_trip()
        # The server stops reading while its answers to more than these are not fetched.
        for first in range(0, len(statements), _MAX_SENT_AT_ONCE):
            results = self._ask_in_pipeline(statements[first : first + _MAX_SENT_AT_ONCE])
        return self._read(results[-1])

    def rows_of_each(self, statements: Sequence[Statement]) -> list[list[Row]]:
        """See ``Link.rows_of_each``."""
        self._on_trip()
        return [self._read(result) for result in self._ask_in_pipeline(statements)]

    def ask(self, statement: Statement) -> Callable[[], list[Row]]:
        """See ``Link.ask``. One that is prepared needs no pipeline, which takes longer than the trip.

        One that the server has not prepared is waited for at once.
        """
        self._on_trip()
        written = self._write(statement)
        name = self._prepared.get(written.text)
        if name is None:
            rows = self._read(self._ask_in_pipeline([statement])[-1])
            return lambda: rows
        self._libpq.send_query_prepared(name, written.values)
        return self._receive_rows

    def _receive_rows(self) -> list[Row]:
        results = self._receive(1)
        self._check(results)
        return self._read(results[-1])

    def begin(self, statements: Sequence[Statement]) -> list[list[Row]]:
        """See ``Link.begin``."""
        return self.rows_of_each((_BEGIN, _LOCK, *statements))[2:]

    def begin_snapshot(self, statement: Statement) -> list[Row]:
        """See ``Link.begin_snapshot``."""
        return self.rows((_BEGIN_SNAPSHOT, statement))

    def commit(self, statements: Sequence[Statement] = ()) -> None:
        """See ``Link.commit``."""
        self.rows((*statements, _COMMIT))

    def roll_back(self) -> None:
        """See ``Link.roll_back``."""
        with suppress(Error):
            if self._libpq.transaction_status == TransactionStatus.ACTIVE:
                # It was interrupted, and would answer later.
                self._connection.close()
                return
            self._connection.rollback()
            if self._has_failed:
                # The server has not prepared what came after the error.
                self._libpq.exec_(b"DEALLOCATE ALL")
                self._prepared.clear()
                self._has_failed = False

    def is_lost(self) -> bool:
        """See ``Link.is_lost``."""
        return bool(self._connection.closed)

    def _ask_in_pipeline(self, statements: Sequence[Statement]) -> list[PGresult]:
        """Send the statements together, and return the answer to each, or raise the first error."""
        written = [self._write(statement) for statement in statements]
        self._libpq.enter_pipeline_mode()
        try:
            sent = [self._send(each) for each in written]
            self._libpq.pipeline_sync()
            self._flush()
            results = self._receive(sum(sent))
            # What ends the pipeline has come with the last answer.
            self._libpq.get_result()
        finally:
            # It cannot be left after an interruption; then the connection is closed.
            with suppress(Error):
                self._libpq.exit_pipeline_mode()
        self._check(results)
        return [results[end - 1] for end in accumulate(sent)]

    def _write(self, statement: Statement) -> _Written:
        text, names = _for_libpq(statement.text)
        values = [None if (value := statement.parameters[name]) is None else str(value) for name in names]
        if any(value is not None and "\0" in value for value in values):
            # libpq would take the text to end there.
            raise DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
        return _Written(text, [None if value is None else value.encode(self._encoding) for value in values])

    def _send(self, written: _Written) -> int:
        """Send a statement, and return how many answers it will have."""
        text, values = written
        name = self._prepared.get(text)
        if name is not None:
            self._libpq.send_query_prepared(name, values)
            return 1
        if len(self._prepared) >= _MAX_PREPARED:
            self._libpq.send_query_params(text, values)
            return 1
        self._prepared[text] = name = b"drs%d" % len(self._prepared)
        self._libpq.send_prepare(name, text)
        self._libpq.send_query_prepared(name, values)
        return 2

    def _flush(self) -> None:
        """Send what the socket did not take at once. The server may have to be read first."""
        while self._libpq.flush():
            self._wait_for_either()
            self._libpq.consume_input()

    def _receive(self, sent: int) -> list[PGresult]:
        """Wait for all answers."""
        results: list[PGresult] = []
        for _ in range(sent):
            # Asked once for each answer: other threads may run then, and this one waits for its turn again.
            while self._libpq.is_busy():
                self._wait_for_answer()
                self._libpq.consume_input()
            results += iter(self._libpq.get_result, None)
        return results

    def _check(self, results: Sequence[PGresult]) -> None:
        """Raise the first error."""
        failed = next((result for result in results if result.status == ExecStatus.FATAL_ERROR), None)
        if failed is not None:
            self._has_failed = True
            raise error_from_result(failed, encoding=self._encoding)

    def _read(self, result: PGresult) -> list[Row]:
        decode = _decoder(self._encoding)
        reads = [int if result.ftype(column) in _INTEGERS else decode for column in range(result.nfields)]
        return [
            tuple(
                None if (value := result.get_value(row, column)) is None else read(value)
                for column, read in enumerate(reads)
            )
            for row in range(result.ntuples)
        ]


@lru_cache(maxsize=4)
def _decoder(encoding: str) -> Callable[[bytes], str]:
    return lambda value: value.decode(encoding)


def _waits_for(socket: int) -> tuple[Callable[[], object], Callable[[], object]]:
    """Make the functions that wait until the socket can be read, and until it can be read or written."""
    if not hasattr(select, "poll"):
        return lambda: select.select([socket], [], []), lambda: select.select([socket], [socket], [])
    answer, either = select.poll(), select.poll()
    answer.register(socket, select.POLLIN)
    either.register(socket, select.POLLIN | select.POLLOUT)
    return answer.poll, either.poll


class _Written(NamedTuple):
    """A statement with numbered parameters, and their values in that order."""

    text: bytes
    values: list[bytes | None]


@lru_cache(maxsize=256)
def _for_libpq(text: str) -> tuple[bytes, tuple[str, ...]]:
    """Number the parameters of a statement, and name them in that order."""
    names = tuple(dict.fromkeys(_PARAMETER.findall(text)))
    numbered = _PARAMETER.sub(lambda found: f"${names.index(found[1]) + 1}", text)
    return numbered.encode(), names
