"""Threads share a transaction: what one of them does wrong is undone and refused for that thread only."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from drs_simulator.scheduling.model import Order
from drs_simulator.scheduling.store import Transaction
from drs_simulator.storage.errors import StateLostError
from drs_simulator.storage.opening import open_store
from drs_simulator.storage.sql.store import SqlStore
from drs_simulator.storage.sql.transaction import SqlTransaction

from tests.simulator.scheduling.builders import Desk
from tests.simulator.storage.sql.test_batcher import wait_until_waiting

THREADS = 12


@pytest.fixture
def store(opened: Callable[[], SqlStore]) -> SqlStore:
    """A store in an empty database of each kind in turn."""
    return opened()


@pytest.fixture
def order(store: SqlStore) -> Order:
    """An order with the number ``before``."""
    return Desk(store=store).order(number="before").order


def numbers(database: str) -> list[str]:
    """The numbers of all orders, as another process reads them."""
    other = open_store(database)
    found = other.read(lambda transaction: [each.number for each in transaction.orders()])
    other.close()
    return found


def put(transaction: Transaction, order: Order, number: str) -> None:
    """Store a new order like that one."""
    transaction.put_order(replace(order, id=transaction.next_number("order", 1), number=number))


def break_off(transaction: SqlTransaction, order: Order, *, asks: bool) -> None:
    """Raise in a part that has changed something, and has asked the database after that or not."""
    with transaction.part():
        put(transaction, order, "undone")
        transaction.put_order(replace(order, number="undone"))
        if asks:
            assert "undone" in [each.number for each in transaction.orders()]
        raise LookupError


@pytest.mark.parametrize("asks_before", [False, True])
@pytest.mark.parametrize("asks", [False, True])
def test_a_part_that_raises_is_undone_by_itself(
    database: str, store: SqlStore, order: Order, asks: bool, asks_before: bool
) -> None:
    with store.transaction() as transaction:
        with transaction.part():
            put(transaction, order, "first")
            if asks_before:
                assert transaction.counts()["orders"] == 2
        with pytest.raises(LookupError):
            break_off(transaction, order, asks=asks)
        with transaction.part():
            assert [each.number for each in transaction.orders_numbered("undone")] == []
            assert [each.id for each in transaction.orders_numbered("first")] == [order.id + 1]
            put(transaction, order, "last")
    assert numbers(database) == ["before", "first", "last"]
    assert store.read(lambda reader: [each.number for each in reader.orders()]) == ["before", "first", "last"]


def test_a_reset_that_is_undone_leaves_everything(database: str, store: SqlStore, order: Order) -> None:
    def reset_and_break_off(transaction: SqlTransaction) -> None:
        with transaction.part():
            transaction.clear()
            assert transaction.order(order.id) is None
            raise LookupError

    with store.transaction() as transaction:
        with pytest.raises(LookupError):
            reset_and_break_off(transaction)
        assert transaction.order(order.id) == order
    assert numbers(database) == ["before"]


def test_threads_read_the_orders_of_their_numbers_together(database: str, store: SqlStore, order: Order) -> None:
    other = open_store(database)
    before = store.trips
    barrier = Barrier(THREADS)

    def create(number: str) -> tuple[int, ...]:
        def change(transaction: Transaction) -> tuple[int, ...]:
            known = tuple(each.id for each in transaction.orders_numbered(number))
            put(transaction, order, number)
            return known

        barrier.wait()
        return store.write(change, number)

    with ThreadPoolExecutor(THREADS) as pool:
        # While another process writes, one thread waits for it and the others for that one.
        with other.transaction() as transaction:
            put(transaction, order, "order 0")
            asked = [pool.submit(create, f"order {number}") for number in range(THREADS)]
            wait_until_waiting(THREADS - 1)
        known = [each.result() for each in asked]
    other.close()
    assert known == [(order.id + 1,), *[()] * (THREADS - 1)]
    # The transaction begins, reads what came later, and is committed.
    assert store.trips - before == 3
    assert sorted(numbers(database)) == sorted(["before", "order 0", *(f"order {each}" for each in range(THREADS))])


def test_every_thread_gets_what_its_own_work_deserves(database: str, store: SqlStore, order: Order) -> None:
    """One in four raises, and one in four asks for what the database refuses, which undoes all that came with it."""
    barrier = Barrier(THREADS)
    other = open_store(database)

    def work(number: int) -> int:
        def change(transaction: Transaction) -> int:
            put(transaction, order, f"order {number}")
            if number % 4 == 1:
                raise LookupError
            if number % 4 == 2:
                put(transaction, order, None)  # type: ignore[arg-type] # the column forbids it
            return number

        barrier.wait()
        return store.write(change)

    with ThreadPoolExecutor(THREADS) as pool:
        # While another process writes, threads gather.
        with other.transaction():
            asked = [pool.submit(work, number) for number in range(THREADS)]
        errors = [each.exception() for each in asked]
    other.close()
    expected = [type(None), LookupError, StateLostError, type(None)]
    assert [type(error) for error in errors] == expected * (THREADS // 4)
    kept = [f"order {number}" for number in range(THREADS) if number % 4 in (0, 3)]
    assert sorted(numbers(database)) == sorted(["before", *kept])
