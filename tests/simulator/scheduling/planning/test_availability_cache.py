"""What is remembered of days and periods never makes an answer other than it would be without."""

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
from drs_simulator.scheduling.planning.availability_cache import AvailabilityCache, DayEntry, Fingerprint
from drs_simulator.scheduling.planning.slots import Offer
from drs_simulator.scheduling.use_cases.availability import check_availability
from drs_simulator.scheduling.use_cases.master_data import update_booking_codes, update_location
from drs_simulator.scheduling.use_cases.operatives import update_resources
from drs_simulator.storage.memory import MemoryStore
from hypothesis.stateful import run_state_machine_as_test

from tests.simulator.scheduling.builders import Desk, asked, local
from tests.simulator.storage.test_alike import TwoKeepings


class NoMemory(AvailabilityCache):
    """Makes every page anew."""

    def page(
        self, of_work: dict[date, DayEntry], day: date, seen: Fingerprint, offers: Callable[[], tuple[Offer, ...]]
    ) -> DayEntry:
        return DayEntry(seen, offers())


class UncountedStore(MemoryStore):
    """Keeps state in memory, and counts no versions, so that no answer is remembered."""

    version = master_data_version = None  # type: ignore[assignment]


class WithAndWithoutMemory(TwoKeepings):
    """The same calls to a DRS that remembers its answers and to one that remembers nothing."""

    store = UncountedStore()

    def __init__(self) -> None:
        super().__init__()
        self.other.scheduler._installation.availability_cache = NoMemory()

    def a_restart(self) -> None:
        """State in memory knows none."""


def test_a_drs_that_remembers_answers_like_one_that_does_not() -> None:
    run_state_machine_as_test(WithAndWithoutMemory)  # type: ignore[no-untyped-call]


def test_the_same_question_gets_the_very_same_answer_until_something_changes() -> None:
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
    ("use_case", "news"),
    [
        (update_booking_codes, CodeDefinitions(("0",), (CodeDefinition("N373049", "Door", 480, "Joiner", "0"),))),
        (update_location, LocationUpdate("3670010", latitude="53.0", longitude="-0.1")),
        (
            update_resources,
            OperativesUpdate(("0",), tuple(OperativeUpdate(id_, trades=("Plumber",)) for id_ in ("101", "102"))),
        ),
    ],
)
def test_what_callers_tell_makes_another_answer_of_the_same_question(
    use_case: Callable[[UseCaseContext, Any], object], news: object
) -> None:
    desk = Desk()
    request = AvailabilityRequest(local("2021-10-26T00:00"), local("2021-10-27T00:00"), order=asked())
    before = desk.perform(check_availability, request)
    desk.perform(use_case, news)
    assert desk.perform(check_availability, request) != before


def test_a_refused_call_changes_nothing_that_is_remembered() -> None:
    desk = Desk()
    request = AvailabilityRequest(local("2021-10-26T00:00"), local("2021-10-27T00:00"), order=asked())
    answer = desk.perform(check_availability, request)
    try:
        with desk.store.transaction() as kept:
            kept.next_number("order", 1)
            raise LookupError
    except LookupError:
        assert desk.perform(check_availability, request) is answer
