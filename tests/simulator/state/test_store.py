"""What every keeping of the state owes the scheduler: all or nothing, numbers given once, diaries that follow."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier

import pytest
from drs_simulator.scheduling.model import Session
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.store import Store
from drs_simulator.state.memory import MemoryStore

from tests.simulator.scheduling.desk import LINCOLN, Desk, local, places

TUESDAY = date(2021, 10, 26)


@pytest.fixture(params=["memory"])
def store() -> Store:
    """Each keeping in turn."""
    return MemoryStore()


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store=store)


def some_session(name: str) -> Session:
    return Session(id=name, opened=local("2021-10-22T12:00:00"))


def test_what_a_transaction_wrote_is_there_in_the_next(store: Store) -> None:
    with store.transaction() as kept:
        kept.put_session(some_session("one"))
    with store.transaction() as kept:
        assert kept.session("one") == some_session("one")
        kept.drop_session("one")
    with store.transaction() as kept:
        assert kept.session("one") is None


def test_a_transaction_that_raises_leaves_nothing_behind(desk: Desk, store: Store) -> None:
    booked = desk.book(local("2021-10-26T08:00"), local("2021-10-26T12:00"))
    booking, number = booked.booking, "order-1"
    with store.transaction() as kept:
        before = kept.diaries(["101", "102"], TUESDAY, TUESDAY)
        given = kept.next_number("order", 290640)

    def write_and_fail() -> None:
        with store.transaction() as kept:
            (order,) = kept.orders_numbered(number)
            kept.put_session(some_session("two"))
            kept.drop_session(desk.session_id)
            kept.put_order(order)
            kept.drop_booking(booking.id)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    with store.transaction() as kept:
        assert kept.session("two") is None
        assert kept.session(desk.session_id)
        assert kept.booking(booking.id) == booking
        assert kept.bookings_of(booking.order_id) == (booking,)
        assert kept.diaries(["101", "102"], TUESDAY, TUESDAY) == before
        assert kept.next_number("order", 290640) == given + 1


def test_numbers_count_up_from_the_first_each_sort_by_itself(store: Store) -> None:
    with store.transaction() as kept:
        assert [kept.next_number("order", 5) for _ in range(3)] == [5, 6, 7]
        assert kept.next_number("booking", 100) == 100
    store.reset()
    with store.transaction() as kept:
        assert kept.next_number("order", 5) == 5


def test_a_reset_forgets_everything(desk: Desk, store: Store) -> None:
    booked = desk.book(local("2021-10-26T08:00"), local("2021-10-26T12:00"))
    store.reset()
    with store.transaction() as kept:
        assert kept.session(desk.session_id) is None
        assert kept.booking(booked.booking.id) is None
        assert kept.orders_numbered("order-1") == ()
        assert not kept.diaries(["101", "102"], TUESDAY, TUESDAY)


def test_diaries_follow_a_booking_that_is_made_moved_and_dropped(desk: Desk, store: Store) -> None:
    def days() -> list[tuple[str, date]]:
        with store.transaction() as kept:
            return list(kept.diaries(["101", "102"], TUESDAY, TUESDAY + timedelta(days=7)))

    booked = desk.book(local("2021-10-26T08:00"), local("2021-10-26T12:00")).booking
    assert [day for _, day in days()] == [TUESDAY]
    desk.schedule(booked.id, local("2021-10-28T08:00"), local("2021-10-28T12:00"))
    assert [day for _, day in days()] == [date(2021, 10, 28)]
    desk.cancel(booked.id)
    assert days() == []


def test_sixteen_threads_that_race_for_the_last_places_of_a_slot_sell_exactly_those(store: Store) -> None:
    begin, end = local("2021-10-28T08:00"), local("2021-10-28T12:00")

    def free(desk: Desk) -> bool:
        return (begin, end) in places(desk.day(begin.date()))

    room = Desk(LINCOLN)
    count = 0
    while free(room):
        room.book(begin, end)
        count += 1
    assert 1 < count < 16

    desk = Desk(LINCOLN, store=store)
    orders = [desk.order() for _ in range(16)]
    barrier = Barrier(16)

    def try_to_book(booking_id: int) -> bool:
        barrier.wait()
        try:
            desk.schedule(booking_id, begin, end)
        except Refusal:
            return False
        return True

    with ThreadPoolExecutor(16) as threads:
        won = list(threads.map(try_to_book, [made.bookings[0].booking.id for made in orders]))
    assert sum(won) == count
    assert not free(desk)
    visits = _visits(store, begin)
    assert len(visits) == count


def _visits(store: Store, begin: datetime) -> list[object]:
    with store.transaction() as kept:
        diaries = kept.diaries(["101", "102", "201", "202"], begin.date(), begin.date())
        return [visit for day in diaries.values() for visit in day]
