"""What has to be true of a database after many callers at several hosts."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, create_engine, text

_VISITS = """SELECT operative_id, CAST(day AS TEXT), visit FROM drs_bookings WHERE visit IS NOT NULL
UNION ALL SELECT operative_id, CAST(day AS TEXT), visit FROM drs_partner_visits"""


class Found(NamedTuple):
    """What a database has.

    Args:
        orders: How many orders there are.
        places: How many places are booked.
        oversold: Operatives and days with more work than their windows have room for.
        exchanges: How many exchanges the journal has counted.
        counted: How many exchanges the metrics have counted.
        by_host: How many of the exchanges that the journal still holds each host has answered.
        gaps: How many numbers the journal lacks between its first and its last.
        deadlocks: How many the database has counted.
    """

    orders: int
    places: int
    oversold: tuple[str, ...]
    exchanges: int
    counted: int
    by_host: dict[str, int]
    gaps: int
    deadlocks: int


def look_at(state: str) -> Found:
    """Look at a PostgreSQL database whose servers have stopped."""
    engine = create_engine(state)
    with engine.connect() as connection:
        visits: dict[str, list[Sequence[Any]]] = defaultdict(list)
        for operative, day, visit in connection.execute(text(_VISITS)):
            visits[f"{operative} on {day}"].append(json.loads(visit))
        by_host = "SELECT CAST(facts AS JSON) ->> 'host', count(*) FROM drs_exchanges GROUP BY 1 ORDER BY 1"
        found = Found(
            orders=_number(connection, "SELECT count(*) FROM drs_orders"),
            places=sum(map(len, visits.values())),
            oversold=tuple(sorted(day for day, booked in visits.items() if not has_room(booked))),
            exchanges=_number(connection, "SELECT last FROM drs_exchange_numbers"),
            counted=_number(connection, "SELECT sum(value) FROM drs_figures WHERE name = 'drs_exchanges_total'"),
            by_host={row[0]: row[1] for row in connection.execute(text(by_host))},
            gaps=_number(connection, "SELECT max(number) - min(number) + 1 - count(*) FROM drs_exchanges"),
            deadlocks=_number(connection, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"),
        )
    engine.dispose()
    return found


def has_room(visits: Iterable[Sequence[Any]]) -> bool:
    """Return whether no group of visits needs more minutes than lie between its first and its last minute.

    Args:
        visits: Each with its key, the minutes at which its window opens and closes, and how many minutes it takes.
    """
    booked = [(opens, closes, minutes) for _, opens, closes, minutes, *_ in visits]
    return all(
        sum(minutes for opens, closes, minutes in booked if first <= opens and closes <= last) <= last - first
        for first in {opens for opens, _, _ in booked}
        for last in {closes for _, closes, _ in booked}
        if first < last
    )


def _number(connection: Connection, statement: str) -> int:
    return int(connection.execute(text(statement)).scalar_one() or 0)
