"""Runs a caller's own test command against one scenario after the other."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from drs_simulator import Scenario, Simulator

_KEPT_CHARACTERS = 4000
_TOLD_PASSWORD = "drs"  # noqa: S105 - the password that callers are told


class Ending(StrEnum):
    """What became of the command."""

    PASSED = "passed"
    FAILED = "failed"
    HUNG = "hung"


@dataclass(frozen=True, slots=True)
class Trial:
    """One run of the command: how it ended, the calls that DRS got, and the end of what it printed."""

    name: str
    scenario: Scenario
    ending: Ending
    exit_code: int | None
    seconds: float
    calls: int
    printed: str


class CommandError(Exception):
    """The command cannot be run; the message says why."""


def simulator_of(scenario: Scenario, profile: str | None = None) -> Simulator:
    """A simulator as the scenario has it, of that installation if one is given."""
    password = _TOLD_PASSWORD if scenario.password is None else scenario.password
    installation = scenario.installation(profile)
    return Simulator(installation, clock=scenario.clock, seed=0, password=password, faults=scenario.faults)


def exercise(
    command: Sequence[str], scenarios: Mapping[str, Scenario], *, patience: float, profile: str | None = None
) -> Iterator[Trial]:
    """Run the command against every scenario, telling of each as soon as it has ended.

    The command finds the DRS in its environment: ``DRS_URL`` and, for .NET, ``DrsOptions__ApiAddress``, with
    ``DRS_LOGIN``, ``DRS_PASSWORD``, ``DrsOptions__Login`` and ``DrsOptions__Password``.

    Args:
        command: The program and its arguments.
        scenarios: What DRS does, by name.
        patience: Seconds after which a command that has not ended counts as hung.
        profile: An installation to take instead of the scenarios' own.

    Raises:
        CommandError: There is no such program.
    """
    for name, scenario in scenarios.items():
        with simulator_of(scenario, profile) as drs:
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
            exit_code, printed = _run(command, environ, patience)
            seconds = time.monotonic() - began
            # An answer that is still held back would keep the server from stopping.
            drs.faults.clear()
            calls = len(drs.journal.entries())
        ending = Ending.HUNG if exit_code is None else Ending.FAILED if exit_code else Ending.PASSED
        yield Trial(name, scenario, ending, exit_code, seconds, calls, printed[-_KEPT_CHARACTERS:])


def worst(trials: Iterable[Trial]) -> Ending:
    """How a whole exercise ended: hung if any command hung, failed if any failed."""
    endings = {trial.ending for trial in trials}
    return next((ending for ending in (Ending.HUNG, Ending.FAILED) if ending in endings), Ending.PASSED)


def _run(command: Sequence[str], environ: Mapping[str, str], patience: float) -> tuple[int | None, str]:
    """The command's exit code, ``None`` where it was stopped, and what it printed."""
    try:
        process = subprocess.Popen(  # noqa: S603 - the caller's own command is what is to be run
            command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
        )
    except OSError as error:
        raise CommandError(f"{command[0]} cannot be run: {error.strerror}.") from None
    try:
        printed, _ = process.communicate(timeout=patience)
    except subprocess.TimeoutExpired:
        _stop(process)
        printed, _ = process.communicate()
        return None, printed.decode("utf-8", "replace")
    except BaseException:
        _stop(process)
        process.wait()
        raise
    return process.returncode, printed.decode("utf-8", "replace")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the command with all that it started."""
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
