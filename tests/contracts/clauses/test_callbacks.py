"""Clauses on callbacks, at an installation that posts every message; they need a target that shows its callbacks."""

from __future__ import annotations

import re

import pytest
from drs_contracts import (
    AppliesTo,
    CallbacksOutOfReachError,
    Finding,
    Outcome,
    SimulatorTarget,
    TestData,
    VerifySettings,
    list_clauses,
    run_clauses,
)
from drs_contracts.driver.driver import DrsDriver
from drs_simulator import Profile, Simulator, load_profile

LINCOLN = load_profile("lincoln")
ALL_POSTED = {"completion_push": True, "cancellation_push": "confirmation-like"}
POSTING = LINCOLN.model_copy(update={"ordering": LINCOLN.ordering.model_copy(update=ALL_POSTED)})
CLAUSES = [clause for clause in list_clauses(AppliesTo.DRS) if clause.reads_callbacks]
CLOCK = "fixed@2021-10-22T12:20:59.555+01:00"


class Changed(SimulatorTarget):
    """A simulator that writes a part of what it posts in another way."""

    def __init__(self, was: bytes, becomes: bytes) -> None:
        super().__init__(make_simulator(POSTING))
        self._was, self._becomes = was, becomes

    def callbacks(self) -> tuple[bytes, ...]:
        return tuple(re.sub(self._was, self._becomes, each, flags=re.DOTALL) for each in super().callbacks())


def make_simulator(profile: Profile) -> Simulator:
    return Simulator(profile, clock=CLOCK, seed=0, holds_callbacks=True)


def check(target: SimulatorTarget, data: TestData) -> list[Finding]:
    return list(run_clauses(target, data, CLAUSES, VerifySettings(examples=2, shrink_seconds=0)))


def test_an_installation_that_posts_everything_keeps_them() -> None:
    found = check(SimulatorTarget(make_simulator(POSTING)), TestData.of(POSTING))
    assert [(each.clause.id, each.reason) for each in found if each.outcome is not Outcome.HELD] == []


def test_messages_that_are_missing_are_noticed() -> None:
    found = check(SimulatorTarget(make_simulator(LINCOLN)), TestData.of(POSTING))
    assert [each.clause.id for each in found if each.outcome is Outcome.BROKEN] == ["CBK-04", "CBK-05"]


@pytest.mark.parametrize(
    ("was", "becomes", "broken"),
    [
        (rb"<value>completed<", b"<value>planned<", ["CBK-04"]),
        (rb"<taskCompletionStatus>CO<", b"<taskCompletionStatus><", ["CBK-04"]),
        (rb"<orderComplete>true<", b"<orderComplete>false<", ["CBK-04"]),
        (rb"<tertiaryOrderNumber>T-1<", b"<tertiaryOrderNumber><", ["CBK-03"]),
        (rb"<changedDate>2021<", b"<changedDate>2022<", []),
        (rb"<changedDate>2021-", b"<changedDate>2022-", ["CBK-03", "CBK-05"]),
        (rb"<userId>.*?<", b"<userId>drs<", ["CBK-03", "CBK-04", "CBK-05"]),
        (rb"<userId>.*?</userId>", b"", [clause.id for clause in CLAUSES]),
    ],
)
def test_a_member_that_is_wrong_is_noticed(was: bytes, becomes: bytes, broken: list[str]) -> None:
    found = check(Changed(was, becomes), TestData.of(POSTING))
    assert [each.clause.id for each in found if each.outcome is Outcome.BROKEN] == broken


def test_a_target_that_does_not_show_them_skips_the_clauses() -> None:
    target = SimulatorTarget(Simulator(LINCOLN, clock=CLOCK, seed=0))
    assert {(each.outcome, each.reason) for each in check(target, TestData.of(LINCOLN))} == {
        (Outcome.SKIPPED, "it needs what DRS posts to the council's service, which only --simulator shows")
    }
    with pytest.raises(CallbacksOutOfReachError, match="holds_callbacks=True"):
        DrsDriver(target, TestData.of(LINCOLN)).new_callbacks()
