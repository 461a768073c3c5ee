"""Runs a caller's own test command against one scenario after the other."""

from __future__ import annotations

import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from drs_simulator import Scenario

from drs_contracts.caller_command import check_program, check_started, make_environment, run_command
from drs_contracts.exercise.findings import Remains, RunFinding, count_left, find_mess, has_mess
from drs_contracts.exercise.hosts import OwnSimulators, ScenarioHost

BASELINE = "healthy"
"""The scenario in which DRS does what it should: a command that fails there says nothing about the others."""


class ExerciseOutcome(StrEnum):
    """The result of the command in a scenario: how it ended, and what it left behind in DRS."""

    PASSED = "passed and clean"
    PASSED_WITH_MESS = "passed but left a mess"
    FAILED = "failed cleanly"
    FAILED_WITH_MESS = "failed and left a mess"
    HUNG = "hung"
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
        left: What it left in DRS, with the number of calls.
        findings: What it should not have left or done.
        printed: The end of what it printed.
    """

    name: str
    scenario: Scenario
    outcome: ExerciseOutcome
    exit_code: int | None
    seconds: float
    left: Remains
    findings: tuple[RunFinding, ...]
    printed: str

    @property
    def calls(self) -> int:
        """How many calls DRS received."""
        return self.left.calls

    @property
    def summary(self) -> str:
        """How it ended, as a predicate: ``failed with exit code 1``."""
        match self.outcome:
            case ExerciseOutcome.HUNG:
                return f"had not ended after {self.seconds:.0f} seconds"
            case ExerciseOutcome.NEVER_CALLED:
                return f"never called DRS, and ended with exit code {self.exit_code}"
            case _:
                mess = ", and left a mess" if has_mess(self.findings) else ""
                return f"ended with exit code {self.exit_code}{mess}"


def run_scenarios(
    command: Sequence[str],
    scenarios: Mapping[str, Scenario],
    *,
    timeout: float,
    profile: str | None = None,
    allow_no_calls: bool = False,
    host: ScenarioHost | None = None,
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
        host: Where the scenarios' DRSs run; by default in this process.

    Raises:
        CommandError: The command cannot be started.
        SharedServerError: A shared server cannot have the DRS of a scenario.
    """
    check_program(command)
    host = OwnSimulators() if host is None else host
    healthy: Remains | None = None
    for name in sorted(scenarios, key=lambda each: each != BASELINE):
        run = _run_scenario(command, name, scenarios[name], timeout, host, profile, allow_no_calls, healthy)
        if name == BASELINE:
            healthy = run.left
        if not run.calls:
            check_started(command, run.exit_code, run.printed)
        yield run


def _run_scenario(
    command: Sequence[str],
    name: str,
    scenario: Scenario,
    timeout: float,
    host: ScenarioHost,
    profile: str | None,
    allow_no_calls: bool,
    healthy: Remains | None,
) -> Run:
    with host.serve(name, scenario, profile) as drs:
        environ = make_environment(drs.url, drs.login, drs.password) | {"DRS_SCENARIO": name}
        began = time.monotonic()
        exit_code, printed = run_command(command, environ, timeout)
        seconds = time.monotonic() - began
        entries = drs.inspected.journal.entries()
        left = count_left(drs.inspected, entries[-1].number if entries else 0)
        findings = find_mess(drs.inspected, left, healthy, scenario.expect, passed=exit_code == 0)
    outcome = _judge(exit_code, left.calls > 0 or allow_no_calls, is_mess=has_mess(findings))
    return Run(name, scenario, outcome, exit_code, seconds, left, findings, printed)


def _judge(exit_code: int | None, has_called: bool, *, is_mess: bool) -> ExerciseOutcome:
    if exit_code is None:
        return ExerciseOutcome.HUNG
    if not has_called:
        return ExerciseOutcome.NEVER_CALLED
    if exit_code == 0:
        return ExerciseOutcome.PASSED_WITH_MESS if is_mess else ExerciseOutcome.PASSED
    return ExerciseOutcome.FAILED_WITH_MESS if is_mess else ExerciseOutcome.FAILED
