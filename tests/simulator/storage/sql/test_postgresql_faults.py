"""What goes wrong with PostgreSQL while it is used: a clear answer, nothing half done, and service resumes."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from time import monotonic, sleep

import pytest
from drs_simulator import Simulator
from drs_simulator.storage.opening import open_store
from sqlalchemy import Connection, create_engine, text

from tests.simulator.cli.test_cli import run
from tests.simulator.soap.wire import OPEN, ORDER, PERIOD
from tests.simulator.storage.conftest import NewDatabase
from tests.simulator.storage.sql.test_lost import ask, fault_and_log

CLOCK = "fixed@2021-10-22T12:20"
FULL = """CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$"""
OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
WAITING = f"{OTHERS} AND wait_event_type = 'Lock'"


@contextmanager
def connected(state: str) -> Iterator[Connection]:
    """A connection of an administrator, whose statements count at once."""
    engine = create_engine(state, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def end_while_waiting(drs: Simulator, state: str, members: str, table: str, mode: str) -> tuple[int, str]:
    """Call createOrder, end its connection while it waits for a table, and return what the caller gets."""
    with connected(state) as administrator, connected(state) as other, ThreadPoolExecutor(1) as pool:
        other.execute(text("BEGIN"))
        other.execute(text(f"LOCK TABLE {table} IN {mode} MODE"))
        calling = pool.submit(ask, drs, "createOrder", members)
        while administrator.execute(text(f"SELECT count(*) {WAITING}")).scalar_one() == 0:
            assert not calling.done()
        administrator.execute(text(f"SELECT pg_terminate_backend(pid) {WAITING}"))
        other.execute(text("ROLLBACK"))
        return calling.result(timeout=60)


def session_of(drs: Simulator) -> str:
    opened = ask(drs, "openSession", OPEN)[1]
    return f"<sessionId>{opened.partition('<sessionId>')[2].partition('<')[0]}</sessionId>"


def test_a_full_disk_is_a_fault_and_leaves_no_half_order(
    new_postgresql: NewDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    state = new_postgresql()
    with closing(Simulator("lincoln", clock=CLOCK, state=state)) as drs, connected(state) as administrator:
        members = ORDER + session_of(drs)
        administrator.execute(text(FULL))
        administrator.execute(
            text("CREATE TRIGGER full_disk BEFORE INSERT ON drs_bookings EXECUTE FUNCTION full_disk()")
        )
        assert "No space left on device" in fault_and_log(drs, caplog, "createOrder", members)
        assert ask(drs, "checkAvailability", PERIOD + members)[0] == 200
        assert drs.export_state().orders == ()
        administrator.execute(text("DROP TRIGGER full_disk ON drs_bookings"))
        assert "<status>success" in ask(drs, "createOrder", members)[1]
        (order,), (booking,) = drs.export_state().orders, drs.export_state().bookings
        assert booking.order_id == order.id


def test_one_that_becomes_read_only_still_answers_searches(
    new_postgresql: NewDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    """As after a change to a standby."""
    state = new_postgresql()
    with closing(Simulator("lincoln", clock=CLOCK, state=state)) as drs, connected(state) as administrator:
        members = ORDER + session_of(drs)
        name = administrator.execute(text("SELECT current_database()")).scalar_one()
        administrator.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
        administrator.execute(text(f"SELECT pg_terminate_backend(pid) {OTHERS}"))
        assert "<status>success" in ask(drs, "checkAvailability", PERIOD + members)[1]
        assert "read-only transaction" in fault_and_log(drs, caplog, "createOrder", members)
        administrator.execute(text("SET default_transaction_read_only = off"))
        administrator.execute(text(f"ALTER DATABASE {name} RESET default_transaction_read_only"))
        administrator.execute(text(f"SELECT pg_terminate_backend(pid) {OTHERS}"))
        assert "<status>success" in ask(drs, "createOrder", members)[1]
        assert len(drs.export_state().orders) == 1


def test_a_restart_in_mid_call_is_a_fault_and_nothing_of_it_is_done(
    new_postgresql: NewDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    """The call waits within its transaction when the database ends its connection, as it does when it stops."""
    state = new_postgresql()
    with closing(Simulator("lincoln", clock=CLOCK, state=state)) as drs:
        members = ORDER + session_of(drs)
        # The order can be inserted, its booking has to wait.
        with caplog.at_level(logging.ERROR):
            status, answer = end_while_waiting(drs, state, members, "drs_bookings", "EXCLUSIVE")
        assert (status, "<faultcode>soap:Server</faultcode>" in answer) == (500, True)
        assert "createOrder failed: The state at postgresql+psycopg://" in caplog.text
        assert "Traceback" not in caplog.text
        assert drs.export_state().orders == ()
        assert "<status>success" in ask(drs, "createOrder", members)[1]
        assert len(drs.export_state().orders) == 1


def test_a_restart_while_a_call_waits_for_its_turn_is_not_noticed(new_postgresql: NewDatabase) -> None:
    """Nothing of the call was done, so it begins again."""
    state = new_postgresql()
    with closing(Simulator("lincoln", clock=CLOCK, state=state)) as drs:
        members = ORDER + session_of(drs)
        status, answer = end_while_waiting(drs, state, members, "drs_state", "ACCESS EXCLUSIVE")
        assert (status, "<status>success" in answer) == (200, True)
        assert len(drs.export_state().orders) == 1


def test_a_connection_in_use_while_its_store_is_closed_is_closed_too(new_postgresql: NewDatabase) -> None:
    """The server ends it a moment later."""
    state = new_postgresql()
    store = open_store(state)
    with store.transaction():
        store.close()
    with connected(state) as administrator:
        deadline = monotonic() + 30
        while (
            left := administrator.execute(text(f"SELECT count(*) {OTHERS}")).scalar_one()
        ) and monotonic() < deadline:
            sleep(0.01)
    assert left == 0


def test_a_server_of_another_profile_is_refused_in_one_line(database: str) -> None:
    """While the server of the first profile is running."""
    with closing(Simulator("lincoln", clock=CLOCK, state=database)) as drs:
        done = run("serve", "--port", "0", "--state", database, "--profile", "hackney", "--workers", "2")
        assert done.returncode == 2
        assert "that of profile 'lincoln', and this simulator has profile 'hackney'" in done.stderr.replace("\n", " ")
        assert "Traceback" not in done.stderr
        assert "<status>success" in ask(drs, "openSession", OPEN)[1]


def test_a_server_of_another_version_is_refused_in_one_line(database: str) -> None:
    Simulator("lincoln", state=database).close()
    with connected(database) as administrator:
        administrator.execute(text("UPDATE drs_schema SET version = 99"))
    done = run("serve", "--port", "0", "--state", database, "--workers", "2")
    assert done.returncode == 2
    assert "has version 99 of the schema" in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr
