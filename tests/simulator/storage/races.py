"""Callers who race for the last places of one slot."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.store import Store

from tests.simulator.scheduling.builders import LINCOLN, Desk, local, places

BEGIN, END = local("2021-10-28T08:00"), local("2021-10-28T12:00")


def is_free(desk: Desk) -> bool:
    """Whether the slot has room."""
    return (BEGIN, END) in places(desk.day(BEGIN.date()))


def places_of_the_slot() -> int:
    """How many bookings the slot has room for, found by filling it."""
    room = Desk(LINCOLN)
    count = 0
    while is_free(room):
        room.book(BEGIN, END)
        count += 1
    return count


def sold(store: Store) -> int:
    """How many visits stand in the diaries of the slot's day."""
    with store.transaction() as transaction:
        diaries = transaction.diaries(["101", "102", "201", "202"], BEGIN.date(), BEGIN.date())
        return sum(map(len, diaries.values()))


def race(desk: Desk, booking_ids: Iterable[int]) -> list[bool]:
    """Which bookings won a place, when each has a thread of its own and all start at once."""
    racing = tuple(booking_ids)
    barrier = Barrier(len(racing))

    def try_to_book(booking_id: int) -> bool:
        barrier.wait()
        try:
            desk.schedule(booking_id, BEGIN, END)
        except Refusal:
            return False
        return True

    with ThreadPoolExecutor(len(racing)) as threads:
        return list(threads.map(try_to_book, racing))
