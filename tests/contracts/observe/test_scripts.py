"""Broken callers as scripts against a simulator: each is named by its clause, and only by it."""

from __future__ import annotations

import pytest
from drs_contracts import judge_calls

from tests.contracts.observe.broken_scripts import SCRIPTS, Script, run_script


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: f"{script.clause} {script.run.__name__}")
def test_a_broken_caller_is_named_by_its_clause_alone(script: Script) -> None:
    wire = run_script(script)
    assert {finding.clause.id for finding in judge_calls(wire.calls)} == {script.clause}
