"""PostgreSQL plans what is asked at every call once, and not for each value that is sent."""

from __future__ import annotations

from contextlib import closing

import psycopg
from drs_simulator.storage.opening import open_store
from drs_simulator.storage.sql.links import Statement
from drs_simulator.storage.sql.postgresql_link import PostgresqlLink
from drs_simulator.storage.sql.statements import changes_since, look_since
from sqlalchemy import make_url

from tests.simulator.storage.conftest import NewDatabase

TIMES = 50
# The server plans the first five times for the values that are sent, and compares.
AT_FIRST = 5
PLANS = f"SELECT custom_plans, generic_plans FROM pg_prepared_statements WHERE custom_plans + generic_plans = {TIMES}"


def test_a_look_at_the_state_is_planned_once(new_postgresql: NewDatabase) -> None:
    state = new_postgresql()
    open_store(state).close()
    url = make_url(state).set(drivername="postgresql").render_as_string(hide_password=False)
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        connection.execute(
            "INSERT INTO drs_changes SELECT number, repeat('x', 900) FROM generate_series(1, 512) number"
        )
        connection.execute("ANALYZE")
        link = PostgresqlLink(connection, lambda: None)
        for look in (changes_since, look_since):
            for _ in range(TIMES):
                link.rows((look(512),))
        plans = link.rows((Statement(PLANS, {}),))
    assert plans == [(AT_FIRST, TIMES - AT_FIRST)] * 2
