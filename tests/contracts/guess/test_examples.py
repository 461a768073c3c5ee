"""The example services: guess tells them apart, as their comments say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from drs_contracts.caller_command import make_environment
from drs_contracts.exercise.hosts import make_simulator
from drs_contracts.guess.engine import GuessSettings, find_dependencies
from drs_simulator import find_variants, load_profile, load_scenario

SERVICES = Path(__file__).parents[3] / "examples" / "services"
LINCOLN = load_profile("lincoln")


@pytest.mark.parametrize(
    ("name", "depends_on", "comment"),
    [
        ("careful.py", [], "Guess says that it depends on none."),
        ("matches_error_text.py", ["messages.booking_unknown"], "depends on one guess, messages.booking_unknown"),
        ("books_twice.py", [], "Guess says that it depends on none"),
    ],
)
def test_guess_tells_the_services_apart(name: str, depends_on: list[str], comment: str) -> None:
    service = SERVICES / name
    assert comment in service.read_text(encoding="utf-8")
    report = find_dependencies([sys.executable, str(service)], LINCOLN, find_variants(LINCOLN), GuessSettings(jobs=2))
    assert [guess.setting for guess in report.depends_on] == depends_on
    assert report.undecided == ()
    assert {"assumptions.full_slots", "ordering.sent_members"} <= {each.setting for each in report.independent_of}
    assert report.runs <= 12


@pytest.mark.parametrize(
    ("name", "requests", "orders"), [("careful.py", 2, 2), ("matches_error_text.py", 2, 2), ("books_twice.py", 1, 2)]
)
def test_a_lost_answer_leaves_two_orders_for_one_request(name: str, requests: int, orders: int) -> None:
    """Each test of a service makes one request; only the one that takes another number leaves more orders."""
    with make_simulator(load_scenario("response-lost")) as drs:
        done = subprocess.run(
            [sys.executable, str(SERVICES / name)],
            env=make_environment(drs.url, drs.login) | {"DRS_SCENARIO": "response-lost"},
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        left = drs.export_state().orders
    assert done.returncode == 0, done.stderr
    assert f"Ran {requests} test" in done.stderr
    assert len(left) == orders


def test_every_service_is_described() -> None:
    described = (SERVICES / "README.md").read_text(encoding="utf-8")
    assert all(file.name in described for file in SERVICES.glob("*.py"))
