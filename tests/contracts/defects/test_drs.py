"""Defects of a DRS: the clause made for each catches it, and every clause that applies to DRS has one."""

from __future__ import annotations

import pytest
from drs_contracts import AppliesTo, Outcome, TestData, VerifySettings, list_clauses, run_clauses
from drs_contracts.defects.base import Defect
from drs_contracts.defects.drs import DEFECTS
from drs_simulator import load_profile

CLAUSES = {clause.id: clause for clause in list_clauses(AppliesTo.DRS)}


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: f"{defect.caught_by} {defect.statement}")
def test_its_clause_catches_a_defect(defect: Defect) -> None:
    profile = load_profile(defect.profile_name)
    clauses = [CLAUSES[defect.caught_by]]
    (finding,) = run_clauses(
        defect.target(profile), TestData.of(profile), clauses, VerifySettings(examples=30, shrink_seconds=0)
    )
    assert finding.outcome is Outcome.BROKEN
    assert not finding.reason.startswith("the check could not go on"), finding.reason


def test_every_clause_has_a_defect_in_order() -> None:
    ids = [defect.caught_by for defect in DEFECTS]
    assert ids == sorted(ids)
    assert set(ids) == set(CLAUSES)


def test_statements_are_unique_for_a_clause() -> None:
    pairs = [(defect.caught_by, defect.statement) for defect in DEFECTS]
    assert len(set(pairs)) == len(pairs)
