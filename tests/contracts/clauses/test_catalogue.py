"""The catalogue: the simulator keeps every clause with every profile, and each clause is stated once."""

from __future__ import annotations

import re

import pytest
from drs_contracts import (
    AppliesTo,
    Clause,
    Outcome,
    SimulatorTarget,
    TestData,
    VerifySettings,
    list_clauses,
    run_clauses,
)
from drs_contracts.clauses.clause import clause, presumed
from drs_simulator import Simulator, load_profile

PROFILE = load_profile("lincoln")
FACTS = TestData.of(PROFILE)
CLOCK = "fixed@2021-10-22T12:20:59.555+01:00"


@pytest.mark.parametrize("clause", list_clauses(AppliesTo.DRS), ids=lambda clause: clause.id)
def test_the_simulator_keeps_every_clause(clause: Clause) -> None:
    target = SimulatorTarget(Simulator(PROFILE, clock=CLOCK, seed=0))
    (finding,) = run_clauses(target, FACTS, [clause], VerifySettings(examples=10))
    assert (finding.outcome, finding.reason) == (Outcome.HELD, "")


@pytest.mark.parametrize("name", ["lincoln-2021", "lincoln-areas", "hackney", "newark"])
def test_every_profile_keeps_the_contract(name: str) -> None:
    profile = load_profile(name)
    target = SimulatorTarget(Simulator(profile, clock=CLOCK, seed=0))
    findings = run_clauses(target, TestData.of(profile), list_clauses(AppliesTo.DRS), VerifySettings(examples=2))
    assert [(each.clause.id, each.reason) for each in findings if each.outcome is not Outcome.HELD] == []


def test_statements_are_different_sentences() -> None:
    statements = [clause.statement for clause in list_clauses()]
    assert len(set(statements)) == len(statements)
    assert all(re.fullmatch(r"[A-Za-z].*\.", statement) for statement in statements)


def test_an_id_is_registered_once() -> None:
    register = clause("SES-01", "Another statement.", presumed("a test"))
    with pytest.raises(ValueError, match="SES-01 is taken"):
        register(lambda _: None)
