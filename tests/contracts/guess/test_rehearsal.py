"""The calls of a run again: which variants change an answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from drs_contracts import TestData
from drs_contracts.caller_command import TOLD_PASSWORD
from drs_contracts.driver.driver import DrsDriver
from drs_contracts.driver.targets import SimulatorTarget
from drs_contracts.guess.exchanges import KeptExchange, keep_exchange
from drs_contracts.guess.rehearsal import Rehearsal
from drs_simulator import Simulator, Variant, choose_variants, load_profile

LINCOLN = load_profile("lincoln")
A_MINUTE = 60.0
ORDER = {"contract": "0", "primaryOrderNumber": "10000047"}


def delete_unknown(drs: DrsDriver) -> None:
    drs.ask("deleteBooking", theBooking={"bookingId": "1", **ORDER})


def record(*calls: Callable[[DrsDriver], object]) -> list[KeptExchange]:
    """The exchanges of a run with these calls, as the journal has them."""
    drs = Simulator(LINCOLN, clock="fixed@2021-10-22T12:20:59+01:00", password=TOLD_PASSWORD)
    driver = DrsDriver(SimulatorTarget(drs), TestData.of(LINCOLN))
    for call in calls:
        call(driver)
    return [keep_exchange(entry) for entry in drs.journal.entries()]


def variant(identifier: str) -> Variant:
    (found,) = choose_variants(LINCOLN, [identifier])
    return found


@pytest.mark.parametrize(
    ("identifier", "changes"),
    [
        ("messages.booking_unknown=component", True),
        ("assumptions.unknown_booking_deleted", True),
        ("messages.login_refused", False),
        ("assumptions.begun_slots", False),
        ("gateway.unknown_elements", False),
    ],
)
def test_a_variant_that_changes_an_answer_is_known(identifier: str, changes: bool) -> None:
    rehearsal = Rehearsal(record(delete_unknown), LINCOLN, A_MINUTE)
    assert rehearsal.changes_answers(variant(identifier)) is changes


def test_calls_are_made_in_their_session_and_at_their_time() -> None:
    """A session ends at midnight: only then do the words for an invalid session matter."""
    words = variant("messages.session_invalid=component")

    def wait_a_day(drs: DrsDriver) -> None:
        drs.target.move_clock(timedelta(days=1))

    assert Rehearsal(record(delete_unknown, delete_unknown), LINCOLN, A_MINUTE).changes_answers(words) is False
    assert Rehearsal(record(delete_unknown, wait_a_day, delete_unknown), LINCOLN, A_MINUTE).changes_answers(words)


def test_a_wrong_password_stays_wrong() -> None:
    def open_session(drs: DrsDriver) -> None:
        drs.open_session(password="a wrong one")

    assert Rehearsal(record(open_session), LINCOLN, A_MINUTE).changes_answers(variant("messages.login_refused"))


def test_without_time_nothing_is_known() -> None:
    rehearsal = Rehearsal(record(delete_unknown), LINCOLN, 0)
    assert rehearsal.changes_answers(variant("messages.booking_unknown=component")) is None


def test_what_is_not_xml_is_sent_as_it_was() -> None:
    def send_text(drs: DrsDriver) -> None:
        drs.target.post(b"no XML")

    rehearsal = Rehearsal(record(send_text, delete_unknown), LINCOLN, A_MINUTE)
    assert rehearsal.changes_answers(variant("messages.booking_unknown=component"))
