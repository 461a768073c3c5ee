"""The catalogue: every clause holds for the simulator, and every clause catches the defect made for it."""

from __future__ import annotations

import re

import pytest
from drs_contracts import Binds, Clause, Outcome, SimulatorTarget, TestData, VerifySettings, list_clauses, run_clauses
from drs_contracts.defects.drs import DEFECTS, Defect
from drs_simulator import Simulator, load_profile

PROFILE = load_profile("lincoln")
FACTS = TestData.of(PROFILE)
CLOCK = "fixed@2021-10-22T12:20:59.555+01:00"


def outcome_of(clause: Clause, target: SimulatorTarget, examples: int) -> tuple[Outcome, str]:
    (finding,) = run_clauses(target, FACTS, [clause], VerifySettings(examples=examples))
    return finding.outcome, finding.reason


@pytest.mark.parametrize("clause", list_clauses(Binds.DRS), ids=lambda clause: clause.id)
def test_the_simulator_keeps_every_clause(clause: Clause) -> None:
    target = SimulatorTarget(Simulator(PROFILE, clock=CLOCK, seed=0))
    assert outcome_of(clause, target, examples=10) == (Outcome.HELD, "")


@pytest.mark.parametrize("name", ["lincoln-2021", "lincoln-areas", "hackney", "newark"])
def test_every_profile_keeps_the_contract(name: str) -> None:
    profile = load_profile(name)
    target = SimulatorTarget(Simulator(profile, clock=CLOCK, seed=0))
    findings = run_clauses(target, TestData.of(profile), list_clauses(Binds.DRS), VerifySettings(examples=2))
    assert [(each.clause.id, each.reason) for each in findings if each.outcome is not Outcome.HELD] == []


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.caught_by)
def test_every_defect_is_caught_by_its_clause(defect: Defect) -> None:
    (clause,) = (clause for clause in list_clauses(Binds.DRS) if clause.id == defect.caught_by)
    outcome, reason = outcome_of(clause, defect.target(PROFILE), examples=30)
    assert outcome is Outcome.BROKEN
    assert not reason.startswith("the check could not go on"), reason


def test_for_every_clause_there_is_a_defect() -> None:
    assert {clause.id for clause in list_clauses(Binds.DRS)} == {defect.caught_by for defect in DEFECTS}


def test_statements_are_sentences_that_are_told_once() -> None:
    statements = [clause.statement for clause in list_clauses()]
    assert len(set(statements)) == len(statements)
    assert all(re.fullmatch(r"[A-Za-z].*\.", statement) for statement in statements)
