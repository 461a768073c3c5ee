"""Runs a caller's own test command against one scenario after the other."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import IO

from drs_simulator import Scenario, Simulator

from drs_contracts.errors import ContractsError

BASELINE = "healthy"
"""The scenario in which DRS does what it should: a command that fails there says nothing about the others."""
_KEPT_BYTES = 8000
_KEPT_CHARACTERS = 4000
_TOLD_PASSWORD = "drs"  # noqa: S105 - the password that callers are given
_NOT_STARTED_BY_SHELL = (126, 127)


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


class CommandError(ContractsError):
    """The command cannot be started."""


def make_simulator(scenario: Scenario, profile: str | None = None) -> Simulator:
    """Make the simulator of a scenario, with another installation's profile if one is given."""
    password = _TOLD_PASSWORD if scenario.password is None else scenario.password
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
    if shutil.which(command[0]) is None:
        raise CommandError(f"{command[0]} cannot be run: there is no such program.", "Give its path after --.")
    for name in sorted(scenarios, key=lambda each: each != BASELINE):
        run = _run_scenario(command, name, scenarios[name], timeout, profile, allow_no_calls)
        if run.exit_code in _NOT_STARTED_BY_SHELL and not run.calls:
            told = run.printed.strip().splitlines()[-1:] or ["it printed nothing"]
            raise CommandError(
                f"{' '.join(command)} cannot be run: exit code {run.exit_code}, {told[0]}", "Try it by itself first."
            )
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
        environ = os.environ | {
            "DRS_URL": drs.url,
            "DRS_LOGIN": drs.login,
            "DRS_PASSWORD": _TOLD_PASSWORD,
            "DRS_SCENARIO": name,
            "DrsOptions__ApiAddress": drs.url,
            "DrsOptions__Login": drs.login,
            "DrsOptions__Password": _TOLD_PASSWORD,
        }
        began = time.monotonic()
        exit_code, printed = _run(command, environ, timeout)
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


def _run(command: Sequence[str], environ: Mapping[str, str], timeout: float) -> tuple[int | None, str]:
    """The command's exit code, ``None`` where it was stopped, and the end of what it printed.

    Its output goes to a file: a process that it leaves behind may hold a pipe open for ever.
    """
    with tempfile.TemporaryFile() as output:
        try:
            process = subprocess.Popen(  # noqa: S603 - the caller's own command is what must be run
                command, env=environ, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )
        except OSError as error:
            raise CommandError(f"{command[0]} cannot be run: {error.strerror}.", "Try it by itself first.") from None
        exit_code: int | None = None
        with suppress(subprocess.TimeoutExpired):
            try:
                exit_code = process.wait(timeout)
            finally:
                _stop(process)
        return exit_code, _read_end(output)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the command with all that it started."""
    if hasattr(os, "killpg"):
        # Nothing may be left of it; macOS forbids to signal what has ended.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def _read_end(output: IO[bytes]) -> str:
    size = output.seek(0, os.SEEK_END)
    output.seek(max(0, size - _KEPT_BYTES))
    return output.read().decode("utf-8", "replace")[-_KEPT_CHARACTERS:]
