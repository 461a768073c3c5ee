"""One journal and one set of figures for all processes of a database."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import median
from threading import Event
from time import monotonic, perf_counter, sleep
from typing import Any

import pytest
import requests
from drs_simulator import AdminClient, FaultRule, Journal, JournalEntry, Simulator, StateError, effects
from drs_simulator.clock import Clock, system_time
from drs_simulator.exchange import Reply, SoapCall
from drs_simulator.journal.har import from_har
from drs_simulator.journal.shared_entries import Shared
from drs_simulator.journal.write_behind import Pause, WriteBehind
from drs_simulator.scheduling.scheduler import Credentials, Scheduler
from drs_simulator.storage.errors import StateLostError
from drs_simulator.storage.memory import MemoryStore
from drs_simulator.storage.opening import open_store
from drs_simulator.storage.shared_records import Figure, SharedRecords, SharesRecords, StoredExchange
from prometheus_client.parser import text_string_to_metric_families
from werkzeug.test import Client

from tests.simulator.callbacks.council import wait_until
from tests.simulator.cli.test_cli import serving
from tests.simulator.scheduling.builders import LINCOLN
from tests.simulator.soap.wire import ORDER, PERIOD, call
from tests.simulator.storage.conftest import NewDatabase

PASSWORD = "hidden-word"
LOGIN = f"<login>drs</login><password>{PASSWORD}</password>"
XML = "text/xml; charset=utf-8"
STORED = StoredExchange(0, 1, "selectOrder", "success", 1000, "{}", b"<request/>", b"<response/>")
Sharing = Callable[..., Simulator]


@pytest.fixture
def simulator(database: str) -> Iterator[Sharing]:
    """Makes simulators of one database, which stand for processes, and closes them at the end."""
    made: list[Simulator] = []

    def make(**settings: Any) -> Simulator:
        usual: dict[str, Any] = {"clock": "fixed@2021-10-22T12:20", "password": PASSWORD, "state": database}
        made.append(Simulator("lincoln", **usual | settings))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def records(database: str) -> Iterator[SharedRecords]:
    store = open_store(database)
    assert isinstance(store, SharesRecords)
    opened = store.shared_records()
    yield opened
    opened.close()
    store.close()


def ask(drs: Simulator, operation: str, members: str) -> str:
    return Client(drs.wsgi).post(drs.path, data=call(operation, members), content_type=XML).text


def open_session(drs: Simulator) -> str:
    session: str = re.findall("<sessionId>(.*?)</sessionId>", ask(drs, "openSession", LOGIN))[0]
    return session


def search(drs: Simulator, session: str) -> str:
    return ask(drs, "checkAvailability", f"{PERIOD}<sessionId>{session}</sessionId>{ORDER}")


def wait_for_entries(drs: Simulator, count: int) -> tuple[JournalEntry, ...]:
    """The journal as soon as it has that many exchanges, or after ten seconds."""
    end = monotonic() + 10
    while len(found := drs.journal.entries()) < count and monotonic() < end:
        sleep(0.05)
    return found


def samples(page: str) -> Mapping[str, float]:
    return {
        f"{sample.name}{sorted(sample.labels.values())}": sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


class TestOneJournal:
    def test_each_process_reads_the_exchanges_of_all(self, simulator: Sharing) -> None:
        first, second = simulator(), simulator()
        session = open_session(first)
        search(second, session)
        ask(first, "selectOrder", f"<primaryOrderNumber>1</primaryOrderNumber><sessionId>{session}</sessionId>")
        found = wait_for_entries(second, 3)
        assert wait_for_entries(first, 3) == found
        assert sorted(entry.operation for entry in found) == ["checkAvailability", "openSession", "selectOrder"]
        assert [entry.number for entry in found] == [1, 2, 3]
        assert {(bool(entry.host), entry.worker.isdigit()) for entry in found} == {(True, True)}
        assert from_har(second.journal.as_har()) == tuple(
            replace(entry, duration=round(entry.duration * 1000, 3) / 1000) for entry in found
        )

    def test_entries_are_those_of_a_journal_in_memory(self, simulator: Sharing) -> None:
        found = []
        for drs in (simulator(seed=1), simulator(seed=1, state="memory")):
            session = open_session(drs)
            search(drs, session)
            ask(drs, "selectOrder", "<primaryOrderNumbr>1</primaryOrderNumbr>")
            Client(drs.wsgi).post(drs.path, data="no XML")
            drs.faults.add(FaultRule(effect=effects.HttpStatus(status=503)))
            search(drs, session)
            entries = drs.journal.entries()
            found.append([replace(each, duration=0, system_time=each.time, host="", worker="") for each in entries])
        assert found[0] == found[1]
        assert "without an offset" in found[0][1].diagnosis

    def test_no_secret_is_in_any_column(self, simulator: Sharing, tmp_path: Path) -> None:
        drs = simulator(state=f"sqlite:///{tmp_path}/secrets.db")
        session = open_session(drs)
        answers = [
            search(drs, session),
            ask(drs, "closeSession", f"<sessionId> {session} </sessionId>"),
            ask(drs, "openSession", "<login>drs</login><password>wrong-word</password>"),
            Client(drs.wsgi).post(f"{drs.path}?{session}", data=f"<a><sessionId>{session}</sessionId>{PASSWORD}").text,
        ]
        drs.close()
        with closing(sqlite3.connect(tmp_path / "secrets.db")) as connection, connection:
            rows = connection.execute("SELECT * FROM drs_exchanges").fetchall()
        written = b"\n".join(
            value if isinstance(value, bytes) else str(value).encode() for row in rows for value in row
        )
        assert len(rows) == len(answers) + 1
        assert session[:6].encode() in written
        assert not [secret for secret in (session, PASSWORD, "wrong-word") if secret.encode() in written]

    def test_a_reset_at_one_empties_it_for_all(self, simulator: Sharing) -> None:
        first, second = simulator(), simulator()
        open_session(first)
        open_session(second)
        first.reset()
        second.journal.latest(1)
        assert first.journal.entries() == second.journal.entries() == ()
        open_session(second)
        assert [entry.number for entry in second.journal.entries()] == [1]

    def test_latest_exchanges_are_read_in_pages(self, simulator: Sharing) -> None:
        drs = simulator()
        session = open_session(drs)
        for _ in range(5):
            search(drs, session)
        newest = drs.journal.latest(2)
        assert [entry.number for entry in newest] == [6, 5]
        assert [entry.number for entry in drs.journal.latest(9, before=5)] == [4, 3, 2, 1]
        assert [entry.number for entry in drs.journal.latest(9, "openSession")] == [1]
        assert drs.journal.entry(5) == newest[1]
        assert drs.journal.entry(7) is None
        assert drs.journal.entry(2**80) is None

    def test_a_burst_leaves_the_last_exchanges_with_their_numbers(self, simulator: Sharing) -> None:
        drs = simulator(journal=20)
        session = open_session(drs)
        for _ in range(99):
            search(drs, session)
        assert [entry.number for entry in drs.journal.entries()] == list(range(81, 101))
        assert drs.journal.dropped == 0

    def test_admin_and_console_show_host_and_worker(self, simulator: Sharing) -> None:
        drs = simulator(admin=True)
        open_session(drs)
        open_session(drs)
        (entry,) = drs.journal.latest(1)
        local = {"REMOTE_ADDR": "127.0.0.1"}
        http = Client(drs.wsgi)
        archive = http.get("/__admin/journal?limit=1", environ_base=local, base_url="http://127.0.0.1").json
        assert archive is not None
        (exchange,) = archive["log"]["entries"]
        assert (exchange["_host"], exchange["_worker"], exchange["_number"]) == (entry.host, entry.worker, 2)
        page = http.get("/journal/2", environ_base=local, base_url="http://127.0.0.1").text
        assert f"{entry.host}, worker {entry.worker}" in page

    def test_closing_writes_what_is_queued(self, simulator: Sharing) -> None:
        first, second = simulator(), simulator()
        open_session(first)
        first.close()
        assert len(second.journal.entries()) == 1

    def test_an_exchange_is_there_within_a_second_unasked(self, simulator: Sharing) -> None:
        """The other process reads only the database; a busy machine gets more time."""
        first, second = simulator(), simulator()
        open_session(first)
        assert len(wait_for_entries(second, 1)) == 1


class TestFigures:
    def test_metrics_are_the_sums_of_all_processes(self, simulator: Sharing) -> None:
        first, second = simulator(), simulator()
        for drs in (first, second, second):
            open_session(drs)
        first.close()
        second.faults.add(FaultRule(effect=effects.HttpStatus(status=503)))
        ask(second, "openSession", LOGIN)
        for drs in (second, simulator()):
            page = Client(drs.wsgi).get("/metrics").text
            found = samples(page)
            assert found["drs_exchanges_total['openSession', 'success']"] == 3
            assert found["drs_faults_total['http_status']"] == 1
            assert found["drs_exchange_seconds_count[]"] == found["drs_exchange_seconds_bucket['+Inf']"] == 4
            assert found["drs_journal_dropped_total[]"] == 0
            assert "_created" not in page
            bounds = re.findall('drs_exchange_seconds_bucket{le="(.*?)"}', page)
            assert bounds == sorted(bounds, key=float)

    def test_calls_are_counted_without_a_journal(self, simulator: Sharing) -> None:
        drs = simulator(journal=0)
        open_session(drs)
        assert drs.journal.entries() == ()
        assert samples(Client(drs.wsgi).get("/metrics").text)["drs_exchange_seconds_count[]"] == 1

    def test_memory_has_no_figure_of_dropped_exchanges(self) -> None:
        assert "dropped" not in Client(Simulator().wsgi).get("/metrics").text


class TestRecords:
    def test_entries_and_bytes_are_bounded(self, records: SharedRecords) -> None:
        def numbers(max_entries: int, max_bytes: int) -> list[int]:
            records.trim(max_entries, max_bytes)
            return [each.number for each in records.page(None, 99, None, None)]

        records.put([STORED] * 7, 0)
        assert numbers(9, 10_000) == [7, 6, 5, 4, 3, 2, 1]
        assert numbers(5, 10_000) == [7, 6, 5, 4, 3]
        assert numbers(5, 3500) == [7, 6, 5]
        records.put([STORED._replace(size=4000)], 0)
        assert numbers(5, 3500) == []

    def test_dropped_exchanges_have_numbers(self, records: SharedRecords) -> None:
        records.put([STORED], 3)
        records.put([], 2)
        records.put([STORED], 0)
        assert [each.number for each in records.page(None, 99, None, None)] == [7, 4]

    def test_exchanges_before_a_clearing_by_another_are_left_out(self, database: str) -> None:
        store = open_store(database)
        assert isinstance(store, SharesRecords)
        one, other = store.shared_records(), store.shared_records()
        at = system_time()
        other.clear(at)
        late = STORED._replace(ended=int((at + timedelta(seconds=1)).timestamp() * 1_000_000))
        one.put([STORED, late], 4)
        assert [each.number for each in other.page(None, 9, None, None)] == [1]
        for each in (one, other, store):
            each.close()

    def test_numbers_are_given_once_to_many_threads(self, records: SharedRecords) -> None:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: records.put([STORED] * 3, 0), range(20)))
        numbers = [each.number for each in records.page(None, 999, None, None)]
        assert numbers == list(range(60, 0, -1))

    def test_figures_are_added(self, records: SharedRecords) -> None:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: records.add_figures({Figure("a", "{}"): 1, Figure("b", "{}"): 0.5}), range(20)))
        assert records.figures() == {Figure("a", "{}"): 20, Figure("b", "{}"): 10}

    def test_a_file_that_is_gone_is_not_made_again(self, tmp_path: Path) -> None:
        store = open_store(f"sqlite:///{tmp_path}/gone.db")
        assert isinstance(store, SharesRecords)
        records = store.shared_records()
        records.close()
        store.close()
        (tmp_path / "gone.db").unlink()
        with pytest.raises(StateLostError, match="its file is gone"):
            records.put([STORED], 0)
        assert not (tmp_path / "gone.db").exists()


class BrokenRecords:
    """Records whose database is gone for a while."""

    def __init__(self) -> None:
        self.is_gone = True
        self.stored: list[StoredExchange] = []
        self.left_out = 0

    def put(self, exchanges: list[StoredExchange], left_out: int) -> None:
        if self.is_gone:
            raise StateLostError("gone")
        self.stored += exchanges
        self.left_out += left_out

    def trim(self, max_entries: int, max_bytes: int) -> None:
        """Nothing is bounded here."""

    def page(self, before: int | None, limit: int, operation: str | None, outcome: str | None) -> tuple[()]:
        raise StateLostError("gone")


@pytest.fixture
def broken() -> BrokenRecords:
    return BrokenRecords()


@pytest.fixture
def journal(broken: BrokenRecords) -> Iterator[Journal]:
    clock = Clock()
    scheduler = Scheduler(LINCOLN, clock, None, MemoryStore(), Credentials("drs", PASSWORD))  # type: ignore[arg-type]
    writer = WriteBehind()
    yield Journal(LINCOLN, clock, scheduler, PASSWORD, shared=Shared(broken, writer))  # type: ignore[arg-type]
    broken.is_gone = False
    writer.stop()


def record(journal: Journal, count: int, body: bytes = b"<a/>") -> None:
    for _ in range(count):
        journal.record(SoapCall(body), Reply(200, b""), faults=(), began=system_time(), duration=0)


class TestDatabaseGone:
    def test_exchanges_are_dropped_and_counted(
        self, journal: Journal, broken: BrokenRecords, caplog: pytest.LogCaptureFixture
    ) -> None:
        record(journal, 3)
        with pytest.raises(StateError):
            journal.entries()
        assert journal.dropped == 3
        assert "The journal and the metrics cannot be written at present: gone" in caplog.text
        broken.is_gone = False
        record(journal, 1)
        with pytest.raises(StateError):
            journal.entries()
        assert (len(broken.stored), broken.left_out, journal.dropped) == (1, 3, 3)
        assert "written again" in caplog.text

    def test_dropped_exchanges_are_numbered_if_none_follows(self, journal: Journal, broken: BrokenRecords) -> None:
        record(journal, 3)
        for is_gone in (True, False):
            broken.is_gone = is_gone
            with pytest.raises(StateError):
                journal.entries()
        assert (broken.stored, broken.left_out, journal.dropped) == ([], 3, 3)

    def test_the_queue_is_bounded_in_entries(self, journal: Journal) -> None:
        """What the writer has taken from it at that moment is dropped a moment later."""
        journal.max_entries = 5000
        record(journal, 1600)
        wait_until(lambda: journal.dropped >= 100)

    def test_the_queue_is_bounded_in_bytes(self, journal: Journal) -> None:
        record(journal, 18, b"x" * 1024 * 1024)
        wait_until(lambda: journal.dropped >= 1)

    def test_exchanges_that_a_full_journal_would_delete_are_not_written(
        self, journal: Journal, broken: BrokenRecords
    ) -> None:
        broken.is_gone = False
        journal.max_entries = 10
        record(journal, 95)
        with pytest.raises(StateError):
            journal.entries()
        # How many it takes depends on when the writer comes.
        assert (len(broken.stored) + broken.left_out, journal.dropped) == (95, 0)
        assert len(broken.stored) >= 10

    def test_calls_go_on(self, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        with Simulator("lincoln", state=f"sqlite:///{tmp_path}/drs.db", password=PASSWORD) as drs:
            with closing(sqlite3.connect(tmp_path / "drs.db")) as connection, connection:
                connection.execute("ALTER TABLE drs_exchanges RENAME TO away")
            session = open_session(drs)
            assert "<status>success</status>" in search(drs, session)
            assert samples(Client(drs.wsgi).get("/metrics").text)["drs_journal_dropped_total[]"] >= 1
            with closing(sqlite3.connect(tmp_path / "drs.db")) as connection, connection:
                connection.execute("ALTER TABLE away RENAME TO drs_exchanges")
            search(drs, session)
            assert drs.journal.entries()[-1].operation == "checkAvailability"
        assert caplog.text.count("cannot be written at present") == 1


class TestWriteBehind:
    def test_jobs_run_soon_and_again_after_a_failure(self) -> None:
        writer, done, runs = WriteBehind(), Event(), []

        def job(pause: Pause) -> None:
            pause()
            runs.append(1)
            if len(runs) == 1:
                raise StateLostError("gone")
            done.set()

        writer.add(job)
        writer.wake()
        assert done.wait(20)
        writer.stop()

    def test_it_starts_again_after_a_stop(self) -> None:
        writer, done = WriteBehind(), Event()
        writer.add(lambda _: None)
        writer.wake()
        writer.stop()
        writer.stop()
        writer.add(lambda _: done.set())
        writer.wake()
        assert done.wait(20)
        writer.stop()


def test_recording_takes_less_than_50_microseconds(tmp_path: Path) -> None:
    """The median, in turn with no journal at all, so that a busy machine slows both."""
    drs = Simulator("lincoln", state=f"sqlite:///{tmp_path}/drs.db", password=PASSWORD)
    body, answer = call("selectOrder", "<sessionId>0123456789abcdef</sessionId>").encode(), b"<status>success</status>"
    began, seconds = system_time(), []
    for _ in range(1000):
        exchange, started = SoapCall(body, headers={"content-type": XML}), perf_counter()
        drs.journal.record(exchange, Reply(200, answer), faults=(), began=began, duration=0.001)
        seconds.append(perf_counter() - started)
    drs.close()
    assert median(seconds) < 50e-6


def test_workers_of_a_server_have_one_journal(new_postgresql: NewDatabase) -> None:
    state = new_postgresql()
    arguments = ("--port", "0", "--state", state, "--workers", "2")
    with serving(*arguments) as (_, printed):
        url = re.findall(r"endpoint +(\S+)", printed)[0]
        with AdminClient(url.split("/OT", maxsplit=1)[0]) as admin:
            end = monotonic() + 30
            workers: set[str] = set()
            calls = 0
            while len(workers) < 2 and monotonic() < end:
                for _ in range(8):
                    # A connection of its own for each call, so that either worker may answer.
                    requests.post(url, call("selectOrder", ""), headers={"Content-Type": XML}, timeout=20)
                calls += 8
                sleep(0.2)
                workers = {entry.worker for entry in admin.journal.entries()}
            assert len(workers) == 2
            numbers = [entry.number for entry in admin.journal.latest(3, before=7)]
            assert numbers == [6, 5, 4]
    # A clean stop has written the rest.
    store = open_store(state)
    assert isinstance(store, SharesRecords)
    records = store.shared_records()
    stored = records.page(None, 1000, None, None)
    assert [each.number for each in stored] == list(range(calls, 0, -1))
    assert {json.loads(each.facts)["worker"] for each in stored} == workers
    assert records.figures()[Figure("drs_exchange_seconds_count", "{}")] == calls
    records.close()
    store.close()


KILLED = """
import os, sys, time
from drs_simulator import Simulator
from werkzeug.test import Client
drs = Simulator("lincoln", state=sys.argv[1])
Client(drs.wsgi).post(drs.path, data="<a/>")
print("called", flush=True)
time.sleep(60)
"""


def test_a_killed_process_loses_at_most_the_last_second(tmp_path: Path) -> None:
    state = f"sqlite:///{tmp_path}/drs.db"
    with subprocess.Popen((sys.executable, "-c", KILLED, state), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"called\n"
        drs = Simulator("lincoln", state=state)
        found = wait_for_entries(drs, 1)
        process.kill()
    assert [entry.worker for entry in found] == [str(process.pid)]
    assert drs.journal.entries() == found
    drs.close()
