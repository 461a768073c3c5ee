"""The example services: guess tells them apart, as their comments say."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from drs_contracts.guess.engine import GuessSettings, find_dependencies
from drs_simulator import find_variants, load_profile

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
    assert report.runs <= 30


def test_every_service_is_described() -> None:
    described = (SERVICES / "README.md").read_text(encoding="utf-8")
    assert all(file.name in described for file in SERVICES.glob("*.py"))
