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
from drs_contracts.clauses.clause import Evidence, Grade, advice, clause, count_by_grade, measured, presumed, vendor
from drs_simulator import Simulator, load_profile
from drs_simulator.profile.tables import EVIDENCE_GRADES

PROFILE = load_profile("lincoln")
FACTS = TestData.of(PROFILE)
CLOCK = "fixed@2021-10-22T12:20:59.555+01:00"


@pytest.mark.parametrize("clause", list_clauses(AppliesTo.DRS), ids=lambda clause: clause.id)
def test_the_simulator_keeps_every_clause(clause: Clause) -> None:
    target = SimulatorTarget(Simulator(PROFILE, clock=CLOCK, seed=0, holds_callbacks=True))
    (finding,) = run_clauses(target, FACTS, [clause], VerifySettings(examples=10))
    assert (finding.outcome, finding.reason) == (Outcome.HELD, "")


@pytest.mark.parametrize("name", ["lincoln-2021", "lincoln-areas", "hackney", "newark", "full"])
def test_every_profile_keeps_the_contract(name: str) -> None:
    profile = load_profile(name)
    target = SimulatorTarget(Simulator(profile, clock=CLOCK, seed=0, holds_callbacks=True))
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


def test_profiles_and_clauses_have_the_same_grades() -> None:
    """A setting is never advice."""
    assert tuple(grade for grade in Grade if grade is not Grade.ADVICE) == EVIDENCE_GRADES


def test_advice_is_for_callers_alone() -> None:
    register = clause("SES-99", "DRS is careful.", advice("a test"))
    with pytest.raises(ValueError, match="SES-99 is advice, which applies to callers only"):
        register(lambda _: None)


def test_every_grade_is_in_use_and_says_what_it_means() -> None:
    assert all(count_by_grade(list_clauses()).values())
    assert len({grade.meaning for grade in Grade}) == len(Grade)


def test_help_articles_and_cases_are_named() -> None:
    helped = vendor("job templates", "8xxeczi3mg", "02tfyrsxcm", also="client: one")
    assert helped == Evidence(Grade.VENDOR, "help on job templates (8xxeczi3mg, 02tfyrsxcm); client: one")
    assert str(measured("O1")) == "measured: Apache CXF 2.6.1, case O1"
    assert str(measured("E1", "E2", versions="2.1 to 3.5")) == "measured: Apache CXF 2.1 to 3.5, cases E1, E2"


def test_a_source_of_help_has_the_id_of_its_article() -> None:
    sources = [each.evidence.source for each in list_clauses() if each.evidence.grade is Grade.VENDOR]
    assert [
        source for source in sources if not re.match(r"help on [A-Za-z].* \([a-z0-9]{10}(, [a-z0-9]{10})*\)", source)
    ] == []
