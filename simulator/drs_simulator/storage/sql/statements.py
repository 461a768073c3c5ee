"""The statements that every database understands. Parameters are named with a colon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from drs_simulator.storage.sql.links import Row, Statement
from drs_simulator.storage.sql.mirror import Change

CLOCK, FAULTS = "clock", "faults"
NOTHING_KNOWN = 2**62
"""In place of a version: no change in the log is later."""
LOGGED_VERSIONS = 512
_TRIM_EVERY = 64


class Look(NamedTuple):
    """What a call has to know first, as it was at one moment.

    Args:
        version: The version of the state.
        clock: The setting of the clock that all share; ``None`` if it was never set.
        faults: The setting of the fault rules that all share.
        lapses: When the first reservation lapses, in microseconds since 1970; ``None`` if there is none.
        changes: What the log has after the version that was known.
    """

    version: int
    clock: str | None
    faults: str | None
    lapses: int | None
    changes: tuple[Change, ...]

    def setting(self, name: str) -> str | None:
        """Return one of the two settings."""
        return self.clock if name == CLOCK else self.faults

    def has_settings_of(self, other: Look) -> bool:
        """Whether both settings are those of another look."""
        return (self.clock, self.faults) == (other.clock, other.faults)


VERSION = Statement("SELECT version FROM drs_state WHERE id = 1", {})
"""Reads the version of the state alone."""
# If it saw the version, PostgreSQL would plan for each one that is sent, which takes longer than to execute the plan.
_LATER = "drs_state s LEFT JOIN drs_changes c ON c.version > (SELECT CAST(:known AS bigint)) WHERE s.id = 1"
_CHANGES = f"SELECT s.version, c.version, c.document FROM {_LATER}"  # noqa: S608
_LOOK = f"""SELECT s.version, c.version, c.document,
(SELECT document FROM drs_settings WHERE id = '{CLOCK}'), (SELECT document FROM drs_settings WHERE id = '{FAULTS}'),
(SELECT min(held_until) FROM drs_bookings WHERE held_until IS NOT NULL)
FROM {_LATER}"""  # noqa: S608


class Moved(NamedTuple):
    """The version of the state, and what the log has after the version that was known, in that order."""

    version: int
    changes: tuple[Change, ...]


def changes_since(known: int | None) -> Statement:
    """Make the statement that reads the version, and the log after the version that this process knows."""
    return Statement(_CHANGES, {"known": NOTHING_KNOWN if known is None else known})


def moved_of(rows: Sequence[Row]) -> Moved:
    """Read the rows of ``changes_since``."""
    return Moved(rows[0][0], tuple(sorted(Change(row[1], row[2]) for row in rows if row[1] is not None)))


def look_since(known: int | None) -> Statement:
    """Make the statement of a look; ``known`` is the version that this process knows."""
    return Statement(_LOOK, {"known": NOTHING_KNOWN if known is None else known})


def look_of(rows: Sequence[Row]) -> Look:
    """Read the rows of a look."""
    version, changes = moved_of(rows)
    clock, faults, lapses = rows[0][3:]
    return Look(version, clock, faults, lapses, changes)


def put(table: str, key: str | int, **values: Any) -> Statement:
    """Make the statement that inserts or replaces the row with that id, which is the table's primary key."""
    names = ("id", *values)
    changes = ", ".join(f"{name} = excluded.{name}" for name in values)
    text = (
        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(f':{name}' for name in names)}) "  # noqa: S608
        f"ON CONFLICT (id) DO UPDATE SET {changes}"
    )
    return Statement(text, {"id": key, **values})


def put_by_text(table: str, key: str, document: str) -> tuple[Statement, Statement]:
    """Make the statements that replace a row whose id is no primary key."""
    inserted = f"INSERT INTO {table} (id, document) VALUES (:id, :document)"  # noqa: S608
    return drop(table, key), Statement(inserted, {"id": key, "document": document})


def drop(table: str, key: str | int) -> Statement:
    """Make the statement that removes a row, if it exists."""
    return Statement(f"DELETE FROM {table} WHERE id = :id", {"id": key})  # noqa: S608


def clear(table: str) -> Statement:
    """Make the statement that empties a table."""
    return Statement(f"DELETE FROM {table}", {})  # noqa: S608


def documents(table: str, where: str = "", parameters: Mapping[str, Any] | None = None) -> Statement:
    """Make the statement that reads documents by ascending id, in which orders and bookings were created."""
    condition = f" WHERE {where}" if where else ""
    return Statement(f"SELECT document FROM {table}{condition} ORDER BY id", dict(parameters or {}))  # noqa: S608


def orders_numbered(number: str) -> Statement:
    """Make the statement that reads the orders of a number."""
    return documents("drs_orders", "number = :number", {"number": number})


def move_on(version: int, change: str) -> list[Statement]:
    """Make the statements that end a transaction: its version, and what the log keeps of it."""
    logged = Statement(
        "INSERT INTO drs_changes (version, document) VALUES (:version, :document)",
        {"version": version, "document": change},
    )
    moved = Statement("UPDATE drs_state SET version = :version WHERE id = 1", {"version": version})
    if version % _TRIM_EVERY:
        return [logged, moved]
    oldest = {"oldest": version - LOGGED_VERSIONS}
    return [logged, moved, Statement("DELETE FROM drs_changes WHERE version <= :oldest", oldest)]
