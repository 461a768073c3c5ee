"""A caller's own test command under every scenario: who survives, who fails, who hangs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from drs_contracts.exercise.runner import CommandError, Ending, exercise, simulator_of, worst
from drs_simulator import Scenario, ScenarioError, Simulator, load_scenario, scenario_names
from lxml import etree

COMMAND = [sys.executable, "-c", "from drs_contracts.cli import main; main()", "exercise"]
SERVICE = """
import os, sys
from datetime import UTC, datetime, timedelta
from drs_client import DrsClient, DrsError, RepairWorkflow

assert os.environ["DRS_URL"] == os.environ["DrsOptions__ApiAddress"]
client = DrsClient(os.environ["DRS_URL"], os.environ["DRS_LOGIN"], os.environ["DRS_PASSWORD"], timeout=TIMEOUT)
repairs = RepairWorkflow(client)
job = ("3670010", "N373049", "Priority 20 Days")
try:
    found = repairs.find_slots(*job, start=datetime.now(UTC) + timedelta(days=1))
    if found.slots:
        repairs.book("1", found.slots[0], *job)
except DrsError as error:
    print("told:", error)
    sys.exit(CODE)
"""


def service(timeout: float = 2.0, code: int = 1) -> list[str]:
    """A service that books the first slot, with how long it waits and how it ends where DRS says no."""
    return [sys.executable, "-c", SERVICE.replace("TIMEOUT", str(timeout)).replace("CODE", str(code))]


def endings(*names: str, command: list[str] | None = None, patience: float = 60.0) -> dict[str, Ending]:
    scenarios = {name: load_scenario(name) for name in names}
    return {trial.name: trial.ending for trial in exercise(command or service(), scenarios, patience=patience)}


def test_a_service_that_tells_what_goes_wrong_fails_where_nothing_else_can_be_done() -> None:
    survived = ("healthy", "cap-warning", "no-availability", "session-expires", "response-lost", "extra-elements")
    lost = ("wrong-password", "planning-failed", "truncated", "http-503", "login-page", "empty", "last-slot-taken")
    found = endings(*survived, *lost)
    assert {name for name, ending in found.items() if ending is Ending.PASSED} == set(survived)
    assert {name for name, ending in found.items() if ending is Ending.FAILED} == set(lost)


def test_both_days_on_which_the_clocks_change_are_survived() -> None:
    assert set(endings("clocks-go-forward", "clocks-go-back").values()) == {Ending.PASSED}


def test_a_service_that_waits_for_ever_counts_as_hung_and_is_stopped() -> None:
    (trial,) = exercise(service(timeout=900), {"time-out": load_scenario("time-out")}, patience=3)
    assert (trial.ending, trial.exit_code) == (Ending.HUNG, None)
    assert worst([trial]) is Ending.HUNG


def test_a_trial_counts_the_calls_and_keeps_what_was_printed() -> None:
    (trial,) = exercise(service(), {"planning-failed": load_scenario("planning-failed")}, patience=60)
    assert trial.calls > 4
    assert "told: Order 1 was created, but booking" in trial.printed


def test_a_program_that_is_none_is_told() -> None:
    with pytest.raises(CommandError, match="no-such-program cannot be run"):
        list(exercise(["no-such-program"], {"healthy": load_scenario("healthy")}, patience=1))


@pytest.mark.parametrize("name", scenario_names())
def test_every_scenario_that_comes_with_the_package_can_be_used(name: str) -> None:
    scenario = load_scenario(name)
    assert isinstance(simulator_of(scenario, "newark"), Simulator)
    assert scenario.title


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('titel = "x"', "titel: is unknown; check its spelling"),
        ('title = "x"\n[[faults]]\neffect = "magic"', "faults[0].effect"),
        ('title = "x"\n[settings.availability]\nday_cap = "many"', "availability.day_cap"),
        ("title = ", "is no TOML"),
    ],
)
def test_a_scenario_file_that_is_wrong_is_told_with_its_key(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "own.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as told:
        load_scenario(file)
    assert words in str(told.value)


def test_a_scenario_of_ones_own_is_run_like_the_others(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text('title = "All is well at Hackney"\nprofile = "hackney"\n', encoding="utf-8")
    assert load_scenario(file) == Scenario(title="All is well at Hackney", profile="hackney")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=100, check=False)


def test_the_matrix_is_printed_and_written(tmp_path: Path) -> None:
    junit, html = tmp_path / "x.xml", tmp_path / "x.html"
    done = run(
        *("--scenario", "healthy", "--scenario", "http-502", "--junit", str(junit), "--html", str(html), "--"),
        *service(),
    )
    assert done.returncode == 1
    assert "HTTP 502 instead of SOAP" in done.stdout
    (suite,) = etree.fromstring(junit.read_bytes())
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert "Does the service survive" in html.read_text(encoding="utf-8")
    assert run("--scenario", "healthy", "--", *service()).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Which command?"),
        (("--scenario", "nowhere", "--", "true"), "Scenario nowhere cannot be read"),
        (("--scenario", "healthy", "--", "no-such-program"), "no-such-program cannot be run"),
        (("--scenario", "healthy", "--profile", "nowhere", "--", "true"), "Profile nowhere cannot be used"),
    ],
)
def test_what_cannot_be_used_is_told_with_exit_code_2(arguments: tuple[str, ...], words: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_the_scenarios_are_listed() -> None:
    done = run("--list")
    assert done.returncode == 0
    assert all(name in done.stdout for name in scenario_names())
