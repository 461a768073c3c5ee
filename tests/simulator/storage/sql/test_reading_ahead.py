"""A call reads what its process knows while the database tells whether that stands; if not, it is made again."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

import pytest
from drs_simulator.profile.tables import SorCode
from drs_simulator.scheduling.store import Store, Transaction
from drs_simulator.storage.opening import open_store
from drs_simulator.storage.sql.store import SqlStore
from sqlalchemy import text

from tests.simulator.storage.conftest import NewDatabase
from tests.simulator.storage.sql.test_postgresql_faults import OTHERS, connected


@pytest.fixture
def one(opened: Callable[[], SqlStore]) -> SqlStore:
    """A store that knows the state."""
    store = opened()
    set_minutes(store, 1)
    assert store.call(lambda: store.read(minutes_in)) == 1
    return store


@pytest.fixture
def other(opened: Callable[[], SqlStore]) -> SqlStore:
    """The same state at another process."""
    return opened()


def minutes_in(transaction: Transaction) -> int:
    """What is read and changed here: how long the work of a SOR code takes."""
    code = transaction.sor_code("X")
    assert code is not None
    return code.minutes


def put(transaction: Transaction, minutes: int) -> None:
    transaction.put_sor_code(SorCode(code="X", trade="Plumber", minutes=minutes))


def set_minutes(store: Store, to: int) -> None:
    with store.transaction() as transaction:
        put(transaction, to)


def noting(store: Store, found: list[int], then: Callable[[], object] = lambda: None) -> Callable[[], int]:
    """A call that reads, notes what it has read, and does something more."""

    def work() -> int:
        found.append(store.read(minutes_in))
        then()
        return found[-1]

    return work


def test_a_call_is_made_once_while_nothing_changes(one: SqlStore) -> None:
    found: list[int] = []
    before = one.trips
    assert one.call(noting(one, found)) == 1
    assert (found, one.trips - before) == ([1], 1)


def test_a_call_is_made_once_after_a_change_of_its_own_process(one: SqlStore) -> None:
    found: list[int] = []
    for minutes in (2, 3):
        set_minutes(one, minutes)
        one.call(noting(one, found))
    assert found == [2, 3]


def test_what_another_process_has_changed_is_read(one: SqlStore, other: SqlStore) -> None:
    set_minutes(other, 2)
    found: list[int] = []
    assert one.call(noting(one, found)) == 2
    assert found == [1, 2]


def test_a_call_that_fails_by_what_it_knew_is_made_again(one: SqlStore, other: SqlStore) -> None:
    set_minutes(other, 2)
    found: list[int] = []

    def refuse_one() -> None:
        if found[-1] == 1:
            raise LookupError

    def work() -> int | None:
        try:
            return noting(one, found, refuse_one)()
        except LookupError:
            # As the gateway does, which answers with a fault.
            return None

    assert one.call(work) == 2


@pytest.mark.parametrize(
    "write",
    [
        lambda store: store.write(lambda transaction: put(transaction, minutes_in(transaction) + 1)),
        lambda store: set_minutes(store, minutes_of(store) + 1),
        lambda store: store.change_setting("note", lambda before: f"{before or ''}x"),
    ],
    ids=["shared transaction", "own transaction", "setting"],
)
def test_a_call_that_writes_after_it_has_read_writes_once(
    one: SqlStore, other: SqlStore, write: Callable[[SqlStore], object]
) -> None:
    set_minutes(other, 2)
    found: list[int] = []
    one.call(noting(one, found, lambda: write(one)))
    assert found == [1, 2]
    assert (minutes_of(other), other.setting("note")) in [(3, None), (2, "x")]


def minutes_of(store: SqlStore) -> int:
    return store.read(minutes_in)


def test_every_read_of_a_call_is_compared(one: SqlStore, other: SqlStore) -> None:
    set_minutes(other, 2)
    found: list[int] = []
    one.call(noting(one, found, lambda: found.append(one.read(minutes_in))))
    assert found == [1, 2, 2]


def test_a_connection_that_is_lost_meanwhile_is_replaced(new_postgresql: NewDatabase) -> None:
    state = new_postgresql()
    with closing(open_store(state)) as store, closing(open_store(state)) as other, connected(state) as administrator:
        set_minutes(store, 1)
        assert store.call(lambda: store.read(minutes_in)) == 1
        found: list[int] = []

        def lose() -> None:
            if len(found) == 1:
                set_minutes(other, 2)
                administrator.execute(text(f"SELECT pg_terminate_backend(pid) {OTHERS}"))

        assert store.call(noting(store, found, lose)) in {1, 2}
        assert store.call(noting(store, found)) == 2
