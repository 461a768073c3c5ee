"""Runs a caller's own test command against one scenario after the other."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from drs_simulator import Scenario, Simulator

from drs_contracts.caller_command import TOLD_PASSWORD, check_program, check_started, make_environment, run_command

BASELINE = "healthy"
"""The scenario in which DRS does what it should: a command that fails there says nothing about the others."""


class ExerciseOutcome(StrEnum):
    """The result of the command in a scenario."""

    PASSED = "passed"
    FAILED = "failed"
    TIMED_OUT = "timed out"
    NEVER_CALLED = "never called"


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the command.

    Args:
        name: The scenario's name.
        scenario: The scenario.
        outcome: The result.
        exit_code: The command's exit code; ``None`` where it timed out.
        seconds: How long it took.
        calls: How many calls DRS received.
        printed: The end of what it printed.
    """

    name: str
    scenario: Scenario
    outcome: ExerciseOutcome
    exit_code: int | None
    seconds: float
    calls: int
    printed: str

    @property
    def summary(self) -> str:
        """How it ended, as a predicate: ``failed with exit code 1``."""
        match self.outcome:
            case ExerciseOutcome.TIMED_OUT:
                return f"had not ended after {self.seconds:.0f} seconds"
            case ExerciseOutcome.NEVER_CALLED:
                return f"never called DRS, and ended with exit code {self.exit_code}"
            case _:
                return f"ended with exit code {self.exit_code}"


def make_simulator(scenario: Scenario, profile: str | None = None) -> Simulator:
    """Make the simulator of a scenario, with another installation's profile if one is given."""
    password = TOLD_PASSWORD if scenario.password is None else scenario.password
    installation = scenario.installation(profile)
    return Simulator(installation, clock=scenario.clock, seed=0, password=password, faults=scenario.faults)


def run_scenarios(
    command: Sequence[str],
    scenarios: Mapping[str, Scenario],
    *,
    timeout: float,
    profile: str | None = None,
    allow_no_calls: bool = False,
) -> Generator[Run]:
    """Run the command against every scenario, ``healthy`` first, and yield each result as soon as it is known.

    The command finds the DRS in its environment: ``DRS_URL`` and, for .NET, ``DrsOptions__ApiAddress``, with
    ``DRS_LOGIN``, ``DRS_PASSWORD``, ``DrsOptions__Login`` and ``DrsOptions__Password``. ``DRS_SCENARIO`` is the
    scenario's name.

    Args:
        command: The program and its arguments.
        scenarios: What DRS does, by name.
        timeout: Seconds after which a command that has not ended is stopped.
        profile: An installation to take instead of the scenarios' own.
        allow_no_calls: Whether a command may pass that never called DRS.

    Raises:
        CommandError: The command cannot be started.
    """
    check_program(command)
    for name in sorted(scenarios, key=lambda each: each != BASELINE):
        run = _run_scenario(command, name, scenarios[name], timeout, profile, allow_no_calls)
        if not run.calls:
            check_started(command, run.exit_code, run.printed)
        yield run


def find_worst(runs: Iterable[Run]) -> ExerciseOutcome:
    """Find the worst outcome of an exercise: timed out, then never called, then failed."""
    outcomes = {run.outcome for run in runs}
    worst_first = (ExerciseOutcome.TIMED_OUT, ExerciseOutcome.NEVER_CALLED, ExerciseOutcome.FAILED)
    return next((outcome for outcome in worst_first if outcome in outcomes), ExerciseOutcome.PASSED)


def _run_scenario(
    command: Sequence[str], name: str, scenario: Scenario, timeout: float, profile: str | None, allow_no_calls: bool
) -> Run:
    with make_simulator(scenario, profile) as drs:
        environ = make_environment(drs) | {"DRS_SCENARIO": name}
        began = time.monotonic()
        exit_code, printed = run_command(command, environ, timeout)
        seconds = time.monotonic() - began
        # An answer that is still held back would keep the server from stopping.
        drs.faults.clear()
        calls = len(drs.journal.entries())
    outcome = ExerciseOutcome.FAILED if exit_code else ExerciseOutcome.PASSED
    if exit_code is None:
        outcome = ExerciseOutcome.TIMED_OUT
    elif not calls and not allow_no_calls:
        outcome = ExerciseOutcome.NEVER_CALLED
    return Run(name, scenario, outcome, exit_code, seconds, calls, printed)
