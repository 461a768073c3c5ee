"""A caller's own test command in every scenario: it passes, fails, times out, or never calls."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest
from drs_contracts import CommandError, ExerciseOutcome, Run, run_scenarios
from drs_contracts.exercise.hosts import make_simulator
from drs_simulator import Scenario, ScenarioError, Simulator, load_scenario, scenario_names

from tests.contracts.exercise.services import CALLS, service


def run(
    *names: str, command: list[str] | None = None, timeout: float = 60.0, allow_no_calls: bool = False
) -> list[Run]:
    scenarios = {name: load_scenario(name) for name in names}
    return list(run_scenarios(command or service(), scenarios, timeout=timeout, allow_no_calls=allow_no_calls))


def outcomes(*names: str) -> dict[str, ExerciseOutcome]:
    return {each.name: each.outcome for each in run(*names)}


def test_a_service_fails_where_nothing_else_can_be_done() -> None:
    survived = ("healthy", "cap-warning", "no-availability", "session-expires", "response-lost", "extra-elements")
    lost = ("wrong-password", "planning-failed", "truncated", "http-503", "login-page", "empty", "last-slot-taken")
    found = outcomes(*survived, *lost)
    assert {name for name, outcome in found.items() if outcome is ExerciseOutcome.PASSED} == set(survived)
    assert {name for name, outcome in found.items() if outcome is ExerciseOutcome.FAILED} == set(lost)


def test_both_days_on_which_the_clocks_change_are_survived() -> None:
    assert set(outcomes("clocks-go-forward", "clocks-go-back").values()) == {ExerciseOutcome.PASSED}


def test_a_service_that_waits_for_ever_is_stopped() -> None:
    (found,) = run("time-out", command=service(timeout=900), timeout=3)
    assert (found.outcome, found.exit_code) == (ExerciseOutcome.HUNG, None)


def test_calls_are_counted_and_the_end_of_the_output_is_kept() -> None:
    (found,) = run("planning-failed")
    assert found.calls > 4
    assert "told: Order 1 was created, but booking" in found.printed


def test_healthy_runs_first() -> None:
    assert [each.name for each in run("http-503", "healthy", command=CALLS)] == ["healthy", "http-503"]


class TestNoCalls:
    """A command that never calls DRS proves nothing."""

    @pytest.mark.parametrize("code", [0, 3])
    def test_it_is_an_outcome_of_its_own(self, code: int) -> None:
        (found,) = run("healthy", command=[sys.executable, "-c", f"raise SystemExit({code})"])
        assert (found.outcome, found.calls, found.exit_code) == (ExerciseOutcome.NEVER_CALLED, 0, code)

    def test_it_may_be_allowed(self) -> None:
        (found,) = run("healthy", command=[sys.executable, "-c", "pass"], allow_no_calls=True)
        assert found.outcome is ExerciseOutcome.PASSED


class TestProcesses:
    """A command may start others, and leave them behind."""

    def test_one_that_holds_the_output_open_delays_nothing(self) -> None:
        began = time.monotonic()
        command = ["sh", "-c", f"echo 1 passed; sleep 300 & exec {' '.join(map(_quoted, CALLS))}"]
        (found,) = run("healthy", command=command, timeout=100)
        assert found.outcome is ExerciseOutcome.PASSED
        assert "1 passed" in found.printed
        assert time.monotonic() - began < 100

    def test_one_in_a_session_of_its_own_does_not_hang_a_time_out(self, tmp_path: Path) -> None:
        began = time.monotonic()
        file = tmp_path / "pid"
        program = (
            "import pathlib, subprocess, time\n"
            "left = subprocess.Popen(['sleep', '300'], start_new_session=True)\n"
            f"pathlib.Path({str(file)!r}).write_text(str(left.pid))\n"
            "time.sleep(300)\n"
        )
        (found,) = run("healthy", command=[sys.executable, "-c", program], timeout=5)
        if file.exists():
            os.kill(int(file.read_text()), signal.SIGKILL)
        assert found.outcome is ExerciseOutcome.HUNG
        assert time.monotonic() - began < 100

    def test_much_output_is_cut_to_its_end(self) -> None:
        (found,) = run("healthy", command=[sys.executable, "-c", "print('x' * 3_000_000); print('the end')"])
        assert found.printed.endswith("the end\n")
        assert len(found.printed) <= 4000


class TestCannotBeStarted:
    """What cannot be started is no result of a scenario."""

    @pytest.mark.parametrize("command", [["no-such-program"], ["sh", "-c", "no-such-program"]])
    def test_a_program_that_is_not_there(self, command: list[str]) -> None:
        with pytest.raises(CommandError, match="cannot be run"):
            run("healthy", "http-503", command=command)

    def test_a_file_that_is_no_program(self, tmp_path: Path) -> None:
        file = tmp_path / "tests.sh"
        file.write_text("no program", encoding="utf-8")
        file.chmod(0o755)
        with pytest.raises(CommandError, match="cannot be run"):
            run("healthy", command=[str(file)])


def _quoted(part: str) -> str:
    return f"'{part}'"


@pytest.mark.parametrize("name", scenario_names())
def test_every_bundled_scenario_can_be_used(name: str) -> None:
    scenario = load_scenario(name)
    assert isinstance(make_simulator(scenario, "newark"), Simulator)
    assert scenario.title


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('titel = "x"', "titel: is unknown"),
        ('title = "x"\n[[faults]]\neffect = "magic"', "faults[0].effect"),
        ('title = "x"\n[settings.availability]\nday_cap = "many"', "availability.day_cap"),
        ("title = ", "is not TOML"),
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
