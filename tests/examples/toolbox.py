"""What the tests of the examples share: the tools that one needs, its copy, its run, and what it leaves in DRS."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from drs_contracts import ExerciseOutcome, judge_calls, read_journal, run_scenarios
from drs_simulator import COMPETITOR, Outcome, Simulator, load_scenario

EXAMPLES = Path(__file__).parents[2] / "examples"
SECONDS = 500.0
STORIES = 4
"""How many repairs the tests of an example book: with no trouble, a full slot, and two lost answers."""
LOST = ("createOrder", "scheduleBooking")
"""Whose answers are lost."""
SCENARIOS = ("healthy", "response-lost")
_REQUIRED = "DRS_REQUIRE_EXAMPLES"
_BUILT = ("node_modules", "vendor", "target", "bin", "obj", "__pycache__", ".phpunit*")


def need(example: str, is_there: bool, install: str) -> None:
    """Skip the test where its tools are missing; fail it where ``DRS_REQUIRE_EXAMPLES`` has the example.

    Args:
        example: The example's name; ``DRS_REQUIRE_EXAMPLES`` has such names, separated by blanks.
        is_there: Whether the tools are there.
        install: What to install.
    """
    if is_there:
        return
    if is_required(example):
        pytest.fail(f"{_REQUIRED} has {example}, and its tools are missing: {install}")
    pytest.skip(f"the tools of the example {example} are missing: {install}")


def is_required(example: str) -> bool:
    """Whether ``DRS_REQUIRE_EXAMPLES`` has the example."""
    return example in os.environ.get(_REQUIRED, "").split()


def have(*programs: str) -> bool:
    """Whether all programs can be run."""
    return all(shutil.which(program) is not None for program in programs)


def copy_example(name: str, into: Path) -> Path:
    """Copy an example without what was built in it, so that nothing is built in the clone."""
    return Path(shutil.copytree(EXAMPLES / name, into / name, ignore=shutil.ignore_patterns(*_BUILT)))


def run(
    command: Sequence[str], folder: Path, environ: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder, outside of any scenario; its output is both what it prints and its errors."""
    inherited = {name: value for name, value in os.environ.items() if name != "DRS_SCENARIO"}
    return subprocess.run(
        command,
        cwd=folder,
        env=inherited | dict(environ or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def environ_of(drs: Simulator) -> dict[str, str]:
    """The variables in which an example finds a DRS."""
    return {"DRS_URL": drs.url, "DRS_LOGIN": drs.login, "DRS_PASSWORD": drs.password}


def check_story(drs: Simulator, printed: str, times: int = 1) -> None:
    """Check what the tests of an example did: each order once and with an appointment, a look after a lost answer.

    Args:
        drs: The simulator that they ran against.
        printed: What they printed, for the message.
        times: How often they tell the story.
    """
    entries = drs.journal.entries()
    own = [booking for booking in drs.export_state().bookings if booking.user_id != COMPETITOR]
    created = [entry for entry in entries if entry.operation == "createOrder"]
    assert len(own) == len({booking.order_number for booking in own}) == len(created) == STORIES * times, printed
    assert all(booking.appointment is not None for booking in own), printed
    lost = [number for number, entry in enumerate(entries) if entry.outcome is Outcome.BROKEN]
    assert sorted(str(entries[number].operation) for number in lost) == sorted(LOST * times), printed
    assert {entries[number + 1].operation for number in lost} == {"selectOrder"}, printed


def check_calls(drs: Simulator) -> None:
    """Check that the calls break no clause, and go against no advice."""
    findings = judge_calls(read_journal(drs.url).calls)
    assert [(finding.clause.id, finding.sentence) for finding in findings] == []


def check_scenarios(command: Sequence[str]) -> None:
    """Check that the tests of an example pass and leave no mess, where DRS is in order and where it loses an answer."""
    runs = run_scenarios(command, {name: load_scenario(name) for name in SCENARIOS}, timeout=SECONDS)
    outcomes = {each.name: (each.outcome, each.printed) for each in runs}
    assert [name for name, (outcome, _) in outcomes.items() if outcome is not ExerciseOutcome.PASSED] == [], outcomes
