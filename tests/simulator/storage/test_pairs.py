"""Paired bookings are in two diaries, in every kind of store."""

from __future__ import annotations

from datetime import date

import pytest
from drs_simulator.profile.loading import load_profile
from drs_simulator.scheduling.snapshot import put_snapshot, take_snapshot
from drs_simulator.scheduling.store import Store

from tests.simulator.scheduling.builders import Desk, codes, local

FULL = load_profile("full")
TUESDAY = date(2021, 10, 26)
BEGIN, END = local("2021-10-26T08:00"), local("2021-10-26T12:00")
FIRE_DOOR = codes("N374001")


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(FULL, store=store)


def diaries(store: Store) -> dict[str, list[int]]:
    """The bookings in each operative's diary of the day."""
    with store.transaction() as transaction:
        found = transaction.diaries([each.id for each in FULL.operatives], TUESDAY, TUESDAY)
    return {operative_id: [visit.key for visit in visits] for (operative_id, _), visits in found.items()}


def test_pair_is_in_both_diaries(desk: Desk, store: Store) -> None:
    single = desk.book(BEGIN, END, codes=codes("N373049")).booking
    pair = desk.book(BEGIN, END, codes=FIRE_DOOR).booking
    assert len(pair.operative_ids) == 2
    found = diaries(store)
    assert {each for each, keys in found.items() if pair.id in keys} == set(pair.operative_ids)
    assert all(keys == sorted(keys) for keys in found.values())
    assert [each for each, keys in found.items() if single.id in keys] == [single.operative_id]


def test_cancelled_pair_is_in_none(desk: Desk, store: Store) -> None:
    pair = desk.book(BEGIN, END, codes=FIRE_DOOR).booking
    desk.cancel(pair.id)
    assert diaries(store) == {}


def test_moved_pair_is_in_the_diaries_of_its_new_day(desk: Desk, store: Store) -> None:
    pair = desk.book(BEGIN, END, codes=FIRE_DOOR).booking
    desk.schedule(pair.id, local("2021-10-27T08:00"), local("2021-10-27T12:00"))
    assert diaries(store) == {}
    assert len(desk.booking(pair.order_number).booking.operative_ids) == 2


def test_snapshot_restores_a_pair(desk: Desk, store: Store) -> None:
    desk.book(BEGIN, END, codes=FIRE_DOOR)
    before = diaries(store)
    snapshot = desk.scheduler.run_as_system(take_snapshot, None)
    store.reset()
    desk.scheduler.run_as_system(put_snapshot, snapshot)
    assert diaries(store) == before
    assert len(before) == 2
