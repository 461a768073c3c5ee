"""A database has one transaction at a time, among all processes, and works again after a failure."""

from __future__ import annotations

import re
import signal
import sqlite3
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from shutil import copyfile

import pytest
import requests
from drs_simulator.storage.errors import StateLostError
from drs_simulator.storage.opening import open_store
from drs_simulator.storage.sql.store import SqlStore
from sqlalchemy import create_engine, text

from tests.simulator.cli.test_cli import serving
from tests.simulator.scheduling.builders import LINCOLN, Desk
from tests.simulator.soap.wire import OPEN, ORDER, call
from tests.simulator.storage.conftest import NewDatabase
from tests.simulator.storage.races import is_free, places_of_the_slot, race, sold

PROCESSES, CALLERS = 4, 16

_all_are_there: Barrier


def remember(barrier: Barrier) -> None:
    """Store the barrier in a new process."""
    global _all_are_there  # noqa: PLW0603 - a process pool has no other way to hand a barrier over
    _all_are_there = barrier


def race_in_a_process(database: str, booking_ids: list[int]) -> list[int]:
    """Which of the bookings won a place, tried by as many threads of this process."""
    store = open_store(database)
    desk = Desk(LINCOLN, store=store)
    _all_are_there.wait()
    won = race(desk, booking_ids)
    store.close()
    return list(map(int, won))


def open_in_a_process(database: str) -> list[int]:
    """Open the database at the same moment as others do, and take some numbers."""
    _all_are_there.wait()
    store = open_store(database)
    taken = []
    for _ in range(25):
        with store.transaction() as transaction:
            taken.append(transaction.next_number("order", 1))
    store.close()
    return taken


def in_processes(work: Callable[..., list[int]], *arguments: list[object]) -> list[int]:
    """The answers of all processes in one list."""
    context = get_context("spawn")
    barrier = context.Barrier(PROCESSES)
    with ProcessPoolExecutor(PROCESSES, context, remember, (barrier,)) as pool:
        return [each for answer in pool.map(work, *arguments) for each in answer]


def test_callers_in_four_processes_get_exactly_the_free_places(database: str) -> None:
    store = open_store(database)
    desk = Desk(LINCOLN, store=store)
    ids = [desk.order().bookings[0].booking.id for _ in range(PROCESSES * CALLERS)]
    shares: list[object] = [ids[first::PROCESSES] for first in range(PROCESSES)]
    won = in_processes(race_in_a_process, [database] * PROCESSES, shares)
    assert sum(won) == places_of_the_slot() == sold(store)
    assert not is_free(desk)
    store.close()


def test_processes_that_open_a_database_at_once_share_its_numbers(database: str) -> None:
    taken = in_processes(open_in_a_process, [database] * PROCESSES)
    assert sorted(taken) == list(range(1, PROCESSES * 25 + 1))


def test_a_transaction_waits_for_that_of_another_store(database: str) -> None:
    one, other = open_store(database), open_store(database)
    with ThreadPoolExecutor(1) as thread:
        with one.transaction() as transaction:
            assert transaction.next_number("order", 1) == 1

            def next_number() -> int:
                with other.transaction() as transaction:
                    return transaction.next_number("order", 1)

            waiting = thread.submit(next_number)
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.3)
        assert waiting.result(timeout=20) == 2
    one.close()
    other.close()


def test_a_failed_statement_undoes_its_use_case_only(database: str) -> None:
    store = open_store(database)
    desk = Desk(store=store)
    order = desk.order().order

    def break_off() -> None:
        with store.transaction() as transaction:
            transaction.next_number("order", 290640)
            transaction.put_order(replace(order, number=None))  # type: ignore[arg-type] # the column forbids it

    with pytest.raises(StateLostError):
        break_off()
    assert desk.order().order.id == order.id + 1
    store.close()


def test_service_goes_on_after_the_connections_were_lost(new_postgresql: NewDatabase) -> None:
    database = new_postgresql()
    store = open_store(database)
    desk = Desk(store=store)
    engine = create_engine(database)

    def lose_connections() -> None:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        with engine.begin() as connection:
            connection.execute(text(f"{others} AND pid <> pg_backend_pid()"))

    lose_connections()
    made = desk.order()

    def lose_it_in_between() -> None:
        with store.transaction() as transaction:
            transaction.drop_order(made.order.id)
            lose_connections()
            transaction.orders()

    with pytest.raises(StateLostError):
        lose_it_in_between()
    assert desk.select(made.order.number) == (made,)
    engine.dispose()
    store.close()


def test_a_database_locked_too_long_is_an_error_and_works_later(tmp_path: Path) -> None:
    file = tmp_path / "drs.db"
    store = open_store(f"sqlite:///{file}?timeout=0.1")
    desk = Desk(store=store)
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StateLostError, match="locked"):
        desk.order()
    holder.execute("ROLLBACK")
    holder.close()
    assert desk.order().order.id == 290640
    store.close()


def test_an_error_has_no_personal_data(database: str) -> None:
    store, engine = open_store(database), create_engine(database)

    def rename(before: str, after: str) -> None:
        with engine.begin() as connection:
            connection.execute(text(f"ALTER TABLE {before} RENAME TO {after}"))

    rename("drs_orders", "elsewhere")
    with pytest.raises(StateLostError, match="drs_orders") as raised, store.transaction() as transaction:
        transaction.orders_numbered("a secret number")
    assert "a secret number" not in str(raised.value)
    rename("elsewhere", "drs_orders")
    assert Desk(store=store).order()
    store.close()
    engine.dispose()


def orders_in(file: Path) -> list[str]:
    """The numbers of the orders in the database file alone, without its other files."""
    copied = Path(copyfile(file, file.with_name("copy.db")))
    store = open_store(f"sqlite:///{copied}")
    with store.transaction() as transaction:
        numbers = [order.number for order in transaction.orders()]
    store.close()
    copied.unlink()
    return numbers


class TestClosing:
    """A closed SQLite database is complete in its one file."""

    def test_the_file_has_everything_after_the_store_is_closed(self, tmp_path: Path) -> None:
        file = tmp_path / "drs.db"
        store = open_store(f"sqlite:///{file}")
        made = Desk(store=store).order()
        store.close()
        assert orders_in(file) == [made.order.number]

    def test_the_file_has_everything_while_another_store_is_open(self, tmp_path: Path) -> None:
        file = tmp_path / "drs.db"
        one, other = (open_store(f"sqlite:///{file}") for _ in range(2))
        first = Desk(store=one).order(number="1")
        second = Desk(store=other).order(number="2")
        one.close()
        assert orders_in(file) == [first.order.number, second.order.number]
        third = Desk(store=other).order(number="3")
        other.close()
        assert orders_in(file)[-1] == third.order.number

    def test_a_closed_store_can_be_used_and_closed_again(self, tmp_path: Path) -> None:
        file = tmp_path / "drs.db"
        store = open_store(f"sqlite:///{file}")
        store.close()
        made = Desk(store=store).order()
        store.close()
        store.close()
        assert orders_in(file) == [made.order.number]

    def test_closing_does_not_create_a_deleted_file(self, tmp_path: Path) -> None:
        file = tmp_path / "drs.db"
        store = open_store(f"sqlite:///{file}")
        file.unlink()
        store.close()
        assert not file.exists()

    def test_closing_does_not_wait_for_a_long_transaction(self, tmp_path: Path) -> None:
        file = tmp_path / "drs.db"
        one, other = (open_store(f"sqlite:///{file}") for _ in range(2))
        with other.transaction() as transaction:
            transaction.next_number("order", 1)
            one.close()
        other.close()
        assert orders_in(file) == []


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_file_has_everything_after_a_server_is_stopped(tmp_path: Path, workers: str) -> None:
    file = tmp_path / "drs.db"
    with serving("--port", "0", "--state", f"sqlite:///{file}", "--workers", workers) as (process, printed):
        (url,) = re.findall(r"endpoint +(\S+)", printed)
        opened = requests.post(url, call("openSession", OPEN), headers={"Content-Type": "text/xml"}, timeout=20).text
        session = "".join(re.findall("<sessionId>.*?</sessionId>", opened))
        order = call("createOrder", ORDER.replace("2021-11-19", "2199-11-19") + session)
        made = requests.post(url, order, headers={"Content-Type": "text/xml"}, timeout=20).text
        assert "<status>success</status>" in made
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    assert orders_in(file) == ["10000047"]


def test_ping_waits_for_no_transaction(database: str) -> None:
    one, other = open_store(database), open_store(database)
    assert isinstance(other, SqlStore)
    with one.transaction() as transaction, ThreadPoolExecutor(1) as thread:
        transaction.next_number("order", 1)
        thread.submit(other.ping).result(timeout=20)
    one.close()
    other.close()


def test_ping_fails_if_the_database_cannot_be_read(tmp_path: Path) -> None:
    file = tmp_path / "drs.db"
    store = open_store(f"sqlite:///{file}")
    store.close()
    file.write_bytes(b"no database" * 100)
    assert isinstance(store, SqlStore)
    with pytest.raises(StateLostError, match="not a database"):
        store.ping()
    store.close()
