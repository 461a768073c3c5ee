"""The three example services are told apart as their comments say."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from drs_contracts import ExerciseOutcome, run_scenarios
from drs_simulator import load_scenario

FOLDER = Path(__file__).parents[3] / "examples" / "services"
SCENARIOS = ("healthy", "response-lost", "schedule-response-lost", "last-slot-taken", "planning-failed", "http-503")
TROUBLE = frozenset({"response-lost", "schedule-response-lost", "last-slot-taken", "planning-failed"})


@pytest.mark.parametrize(
    ("script", "messy"),
    [
        ("careful.py", frozenset()),
        ("matches_error_text.py", frozenset({"schedule-response-lost"})),
        ("books_twice.py", TROUBLE),
    ],
)
def test_exercise_says_what_the_comments_say(script: str, messy: frozenset[str]) -> None:
    scenarios = {name: load_scenario(name) for name in SCENARIOS}
    runs = run_scenarios([sys.executable, str(FOLDER / script)], scenarios, timeout=120.0)
    outcomes = {run.name: run.outcome for run in runs}
    assert {name for name, each in outcomes.items() if each is ExerciseOutcome.PASSED_WITH_MESS} == messy
    assert {name for name, each in outcomes.items() if each is ExerciseOutcome.PASSED} == set(SCENARIOS) - messy
