"""Hosts whose clocks differ: what has to agree goes by the database's clock, and the log says which host is off."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo

import pytest
import requests
from drs_simulator import AdminClient, Simulator, clock
from drs_simulator.storage.errors import StateLostError
from drs_simulator.storage.shared_time import SharedTime

from tests.simulator.soap.wire import OPEN, ORDER, PERIOD, call
from tests.simulator.storage.conftest import NewDatabase

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
A_HOST_AHEAD = """
import sys
from drs_simulator import Simulator, clock
from tests.simulator.storage.test_host_clocks import Ahead
clock.datetime = Ahead
with Simulator("lincoln", state=sys.argv[1], clock=sys.argv[2]) as drs:
    print(drs.url, flush=True)
    sys.stdin.readline()
"""


class Ahead(datetime):
    """What a host reads whose clock is an hour ahead."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Ahead:
        return cls.fromtimestamp(datetime.now(UTC).timestamp() + HOUR.total_seconds(), tz)


class Host:
    """The clocks that one host sees."""

    def __init__(self, ahead: timedelta = timedelta(0)) -> None:
        self.ahead = ahead
        self.passed = 0.0
        self.is_gone = False
        self.asked = 0

    def own(self) -> datetime:
        return self.database() + self.ahead

    def database(self) -> datetime:
        return NOON + timedelta(seconds=self.passed)

    def ask(self) -> datetime:
        self.asked += 1
        if self.is_gone:
            raise StateLostError("gone")
        return self.database()

    def time(self) -> SharedTime:
        return SharedTime(self.ask, self.own, lambda: self.passed)


class TestSharedTime:
    """The database's time, as a host counts it."""

    @pytest.mark.parametrize(("ahead", "words"), [(HOUR, "3600 seconds ahead of"), (-HOUR, "3600 seconds behind")])
    def test_a_host_that_is_off_goes_by_the_database(
        self, ahead: timedelta, words: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        host = Host(ahead)
        time = host.time()
        assert time() == NOON
        assert f"{words} the database's" in caplog.text
        caplog.clear()
        for _ in range(10):
            host.passed += 50
            assert time() == host.database()
        assert caplog.text == ""
        assert host.asked <= 6

    def test_a_host_that_agrees_is_not_warned_of(self, caplog: pytest.LogCaptureFixture) -> None:
        host = Host(timedelta(seconds=1))
        assert host.time()() == NOON
        assert caplog.text == ""

    def test_a_clock_that_is_set_in_between_is_noticed_at_once(self, caplog: pytest.LogCaptureFixture) -> None:
        host = Host()
        time = host.time()
        time()
        host.passed += 3
        host.ahead = HOUR
        assert time() == host.database()
        assert "3600 seconds ahead" in caplog.text
        host.passed += 3
        host.ahead = timedelta(0)
        assert time() == host.database()
        assert "agrees with the database's again" in caplog.text

    def test_it_goes_on_while_the_database_is_gone(self) -> None:
        host = Host(HOUR)
        time = host.time()
        time()
        host.is_gone = True
        for _ in range(20):
            host.passed += 30
            assert time() == host.database()
        host.ahead = 2 * HOUR
        assert time() == host.database()
        host.is_gone = False
        host.passed += 30
        assert time() == host.database()

    def test_without_any_answer_it_is_the_hosts_own(self) -> None:
        host = Host(HOUR)
        host.is_gone = True
        assert host.time()() == NOON + HOUR


@contextmanager
def host_ahead(state: str, setting: str = "system") -> Iterator[tuple[str, list[str]]]:
    """A process whose clock is an hour ahead: its address, and what it has logged when it has ended."""
    command = (sys.executable, "-c", A_HOST_AHEAD, state, setting)
    logged: list[str] = []
    pipe = subprocess.PIPE
    with subprocess.Popen(command, text=True, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip(), logged
        logged.append(process.communicate("\n", timeout=60)[1])


def ask(url: str, operation: str, members: str) -> str:
    return requests.post(url, call(operation, members), headers={"Content-Type": "text/xml"}, timeout=20).text


def test_a_host_an_hour_ahead_has_the_time_of_the_others(new_postgresql: NewDatabase) -> None:
    """Its sessions, its journal and its clock agree with those of a host that is right."""
    state = new_postgresql()
    with Simulator("lincoln", state=state) as right, host_ahead(state) as (url, logged):
        session = "".join(re.findall("<sessionId>.*?</sessionId>", ask(url, "openSession", OPEN)))
        assert "<status>success" in ask(right.url, "checkAvailability", f"{PERIOD}{session}{ORDER}")
        with AdminClient(url.partition("/OT")[0]) as admin:
            assert abs(admin.clock.now() - right.clock.now()) < timedelta(minutes=10)
        ask(right.url, "closeSession", session)
        with AdminClient(url.partition("/OT")[0]) as admin:
            # To read the journal of a host is to write what it still has in its queue.
            admin.journal.entries()
        opened, searched, closed = sorted(right.journal.entries(), key=lambda each: each.system_time)
        assert (opened.operation, searched.operation) == ("openSession", "checkAvailability")
        assert closed.operation == "closeSession"
        assert closed.system_time - opened.system_time < timedelta(minutes=10)
        # Emptied here, the journal also takes what the other host writes afterwards.
        right.journal.clear()
        ask(url, "openSession", OPEN)
        with AdminClient(url.partition("/OT")[0]) as admin:
            assert [each.operation for each in admin.journal.entries()] == ["openSession"]
    assert "The clock of this host is 3600 seconds ahead of the database's" in logged[0]


def test_a_clock_that_it_shifts_to_a_time_reads_that_time(new_postgresql: NewDatabase) -> None:
    state = new_postgresql()
    with host_ahead(state, "shifted@2026-03-02T09:00Z"), Simulator("lincoln", state=state) as right:
        assert timedelta(0) <= right.clock.now() - datetime(2026, 3, 2, 9, tzinfo=UTC) < timedelta(minutes=10)


def test_a_file_has_the_time_of_its_computer(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("state")
    with Simulator("lincoln", state=f"sqlite:///{folder}/drs.db") as drs:
        assert abs(drs.clock.now() - datetime.now(UTC)) < timedelta(minutes=10)


def test_a_host_that_is_off_is_told_at_its_start(
    new_postgresql: NewDatabase, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(clock, "datetime", Ahead)
    with caplog.at_level(logging.WARNING):
        Simulator("lincoln", state=new_postgresql()).close()
    assert "3600 seconds ahead of the database's" in caplog.text
