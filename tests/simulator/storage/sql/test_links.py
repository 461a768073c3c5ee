"""A link to an SQLite file waits for other processes that hold it, and for nothing else."""

from __future__ import annotations

import sqlite3

import pytest
from drs_simulator.storage.sql.links import SqliteLink, Statement


class HeldFile:
    """A connection to a file that another process holds for the first few tries, which SQLite tells with that code."""

    def __init__(self, code: int, tries: int) -> None:
        self.code, self.tries = code, tries
        self.connection = sqlite3.connect(":memory:", isolation_level=None)

    def execute(self, text: str, parameters: dict[str, object]) -> sqlite3.Cursor:
        """Fail while the file is held."""
        if self.tries:
            self.tries -= 1
            error = sqlite3.OperationalError("database is locked")
            error.sqlite_errorcode = self.code
            raise error
        return self.connection.execute(text, parameters)


def ask(held: HeldFile, wait_seconds: float = 60) -> list[tuple[int]]:
    """Ask for a number."""
    link = SqliteLink(held, lambda: None, wait_seconds)
    try:
        return [tuple(row) for row in link.rows((Statement("SELECT :number", {"number": 7}),))]
    finally:
        held.connection.close()


@pytest.mark.parametrize("code", [sqlite3.SQLITE_BUSY, sqlite3.SQLITE_BUSY_RECOVERY])
def test_a_file_that_another_process_holds_is_waited_for(code: int) -> None:
    """It writes, or has just opened the file and recovers what a killed process has left."""
    assert ask(HeldFile(code, tries=3)) == [(7,)]


def test_a_file_that_stays_held_is_told_after_the_wait() -> None:
    with pytest.raises(sqlite3.OperationalError, match="database is locked"):
        ask(HeldFile(sqlite3.SQLITE_BUSY_RECOVERY, tries=10**9), wait_seconds=0)


def test_another_failure_is_told_at_once() -> None:
    held = HeldFile(sqlite3.SQLITE_FULL, tries=1)
    with pytest.raises(sqlite3.OperationalError):
        ask(held)
    assert held.tries == 0
