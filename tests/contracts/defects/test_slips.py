"""Slips: each shows in some answer, and what is known of which clause notices it is true."""

from __future__ import annotations

import pytest
from drs_contracts import AppliesTo, Outcome, TestData, VerifySettings, list_clauses, run_clauses
from drs_contracts.defects.slips.catalogue import NOTICED, SLIPS, UNNOTICED
from drs_contracts.defects.slips.system import Slip
from drs_contracts.driver.targets import SimulatorTarget
from drs_simulator import Simulator, load_profile

from tests.contracts.defects.slip_stories import STORIES, told

CLOCK = "fixed@2021-10-22T12:20:59.555+01:00"
CLAUSES = {clause.id: clause for clause in list_clauses(AppliesTo.DRS)}


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip.statement)
def test_a_slip_shows_in_an_answer(slip: Slip) -> None:
    profile = load_profile(slip.profile_name)
    data, story = TestData.of(profile), STORIES[slip.statement]
    sound = told(story, SimulatorTarget(Simulator(profile, clock=CLOCK, seed=0)), data)
    assert told(story, slip.target(profile), data) != sound


@pytest.mark.parametrize("slip", NOTICED, ids=lambda slip: f"{slip.caught_by} {slip.statement}")
def test_its_clause_catches_a_slip(slip: Slip) -> None:
    profile = load_profile(slip.profile_name)
    clauses = [CLAUSES[slip.caught_by]]
    (finding,) = run_clauses(
        slip.target(profile), TestData.of(profile), clauses, VerifySettings(examples=30, shrink_seconds=0)
    )
    assert finding.outcome is Outcome.BROKEN
    assert not finding.reason.startswith("the check could not go on"), finding.reason


def test_statements_of_slips_are_unique() -> None:
    statements = [slip.statement for slip in SLIPS]
    assert len(set(statements)) == len(statements)
    assert set(STORIES) == set(statements)


def test_each_slip_is_noticed_or_says_why_not() -> None:
    assert len(NOTICED) + len(UNNOTICED) == len(SLIPS)
    assert {slip.caught_by for slip in NOTICED} <= set(CLAUSES)
    assert all(bool(slip.caught_by) is not bool(slip.unnoticed_because) for slip in SLIPS)
