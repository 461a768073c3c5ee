"""The availability cache: answers with it are the same as without."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from drs_simulator.scheduling.commands import (
    AvailabilityRequest,
    CodeDefinition,
    CodeDefinitions,
    LocationUpdate,
    OperativesUpdate,
    OperativeUpdate,
)
from drs_simulator.scheduling.context import UseCaseContext
from drs_simulator.scheduling.model import Place
from drs_simulator.scheduling.planning.availability_cache import AvailabilityCache, DayEntry, Fingerprint
from drs_simulator.scheduling.planning.slots import Job, Offer
from drs_simulator.scheduling.use_cases.availability import check_availability
from drs_simulator.scheduling.use_cases.locations import update_location
from drs_simulator.scheduling.use_cases.master_data import update_booking_codes
from drs_simulator.scheduling.use_cases.operatives import update_resources
from drs_simulator.storage.memory import MemoryStore
from hypothesis.stateful import run_state_machine_as_test

from tests.simulator.scheduling.builders import Desk, asked, local
from tests.simulator.storage.test_alike import TwoStores

JOB = Job("0", "Joiner", 60, Place(53.2, -0.5))
OFFERS = (Offer(local("2021-10-26T08:00"), local("2021-10-26T12:00"), 0.0),)


class DisabledCache(AvailabilityCache):
    """Makes every entry again."""

    def entry(self, job: Job, day: date, fingerprint: Fingerprint, offers: Callable[[], tuple[Offer, ...]]) -> DayEntry:
        return DayEntry(fingerprint, offers())


class UncountedStore(MemoryStore):
    """A store in memory that counts no versions, so that no query and no answer is cached."""

    version = master_data_version = None  # type: ignore[assignment]


class WithAndWithoutCache(TwoStores):
    """The same calls to a DRS with caches and to one without."""

    store = UncountedStore()  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.other.scheduler.installation.availability_cache = DisabledCache()

    def a_restart(self) -> None:
        """A store in memory has none."""


def test_drs_with_caches_answers_like_one_without() -> None:
    run_state_machine_as_test(WithAndWithoutCache)


def test_disabled_cache_makes_every_entry_again() -> None:
    """Otherwise the test above would compare a cache with itself."""
    made: list[str] = []

    def make() -> tuple[Offer, ...]:
        made.append("offers")
        return ()

    cache = DisabledCache()
    for _ in range(2):
        cache.entry(JOB, date(2021, 10, 26), ("same",), make)
    assert len(made) == 2


def test_same_request_gets_the_same_object_until_a_change() -> None:
    desk = Desk()
    request = AvailabilityRequest(local("2021-10-26T00:00"), local("2021-10-27T00:00"), order=asked())
    answer = desk.perform(check_availability, request)
    assert desk.perform(check_availability, request) is answer
    desk.book(local("2021-10-26T08:00"), local("2021-10-26T12:00"))
    assert desk.perform(check_availability, request) is not answer
    answer = desk.perform(check_availability, request)
    desk.clock.shift(timedelta(days=4))
    desk.session_id = desk.open()
    assert desk.perform(check_availability, request) != answer


@pytest.mark.parametrize(
    ("use_case", "update"),
    [
        (update_booking_codes, CodeDefinitions(("0",), (CodeDefinition("N373049", "Door", 480, "Joiner", "0"),))),
        (update_location, LocationUpdate("3670010", latitude="53.0", longitude="-0.1")),
        (
            update_resources,
            OperativesUpdate(("0",), tuple(OperativeUpdate(id_, trades=("Plumber",)) for id_ in ("101", "102"))),
        ),
    ],
)
def test_change_by_a_caller_changes_the_answer(
    use_case: Callable[[UseCaseContext, Any], object], update: object
) -> None:
    desk = Desk()
    request = AvailabilityRequest(local("2021-10-26T00:00"), local("2021-10-27T00:00"), order=asked())
    before = desk.perform(check_availability, request)
    desk.perform(use_case, update)
    assert desk.perform(check_availability, request) != before


def fail_after_a_change(store: MemoryStore) -> None:
    with store.transaction() as transaction:
        transaction.next_number("order", 1)
        raise LookupError


def test_failed_transaction_leaves_the_cache_valid() -> None:
    desk = Desk()
    request = AvailabilityRequest(local("2021-10-26T00:00"), local("2021-10-27T00:00"), order=asked())
    answer = desk.perform(check_availability, request)
    with pytest.raises(LookupError):
        fail_after_a_change(desk.store)
    assert desk.perform(check_availability, request) is answer


def test_full_cache_is_emptied_and_goes_on() -> None:
    cache = AvailabilityCache()
    days = [date(2021, 1, 1) + timedelta(days=index) for index in range(9000)]
    for day in days:
        assert cache.entry(JOB, day, (day,), tuple).fingerprint == (day,)
    first, last = (cache.entry(JOB, day, (day,), lambda: OFFERS) for day in (days[0], days[-1]))
    assert (first.offers, last.offers) == (OFFERS, ())


def test_entry_is_made_again_for_another_fingerprint() -> None:
    cache = AvailabilityCache()
    first = cache.entry(JOB, date(2021, 10, 26), ("one",), tuple)
    assert cache.entry(JOB, date(2021, 10, 26), ("one",), tuple) is first
    assert cache.entry(JOB, date(2021, 10, 26), ("two",), tuple) is not first
