"""Runs a caller's own test command against a simulator with some variants."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from threading import Lock

from drs_simulator import Profile, Simulator, Variant, apply_variants

from drs_contracts.caller_command import TOLD_PASSWORD, check_started, make_environment, run_command, stop_command
from drs_contracts.guess.exchanges import KeptExchange, keep_exchange, read_exchanges
from drs_contracts.guess.failed_tests import find_failed_tests

JUNIT = "{junit}"
"""Stands in a command for a file, one for each run, to which the command writes its results."""
VARIANTS_VARIABLE = "DRS_VARIANTS"
"""The environment variable with the ids of the variants, one a line; the pytest fixtures take them up."""
EXCHANGES_VARIABLE = "DRS_EXCHANGES"
"""The environment variable with the file to which the pytest fixtures write their exchanges."""


@dataclass(frozen=True, slots=True)
class VariantRun:
    """One run of the command.

    Args:
        variants: The variants that were in force; none by default.
        exit_code: The command's exit code; ``None`` where it timed out.
        began: When it began, by the monotonic clock.
        seconds: How long it took.
        printed: The end of what it printed.
        failed_tests: The tests that failed, by name, where they are known.
        exchanges: The calls that DRS received.
    """

    variants: tuple[Variant, ...]
    exit_code: int | None
    began: float
    seconds: float
    printed: str
    failed_tests: tuple[str, ...]
    exchanges: tuple[KeptExchange, ...]

    @property
    def passed(self) -> bool:
        """Whether the command ended with exit code 0."""
        return self.exit_code == 0

    @property
    def ended(self) -> float:
        """When it ended, by the monotonic clock."""
        return self.began + self.seconds

    @property
    def summary(self) -> str:
        """How it ended, as a predicate: ``ended with exit code 1``."""
        if self.exit_code is None:
            return f"had not ended after {self.seconds:.0f} seconds"
        return f"ended with exit code {self.exit_code}"


class VariantRunner:
    """Runs the command, each time against a simulator of its own; several runs may go on at once.

    Args:
        command: The program and its arguments.
        profile: The installation.
    """

    def __init__(self, command: Sequence[str], profile: Profile) -> None:
        self._command = tuple(command)
        self._profile = profile
        self._lock = Lock()
        self._running: set[Popen[bytes]] = set()
        self._is_stopped = False

    def run(self, variants: tuple[Variant, ...], timeout: float) -> VariantRun:
        """Run the command with these variants.

        The command finds the DRS in its environment, as in ``drs-contracts exercise``.

        Raises:
            CommandError: It cannot be started.
        """
        profile = apply_variants(self._profile, variants)
        with tempfile.TemporaryDirectory() as folder, Simulator(profile, seed=0, password=TOLD_PASSWORD) as drs:
            junit_file, exchanges_file = Path(folder, "results.xml"), Path(folder, "exchanges")
            exchanges_file.touch()
            environ = make_environment(drs.url, drs.login) | {
                VARIANTS_VARIABLE: "\n".join(each.id for each in variants),
                EXCHANGES_VARIABLE: str(exchanges_file),
            }
            command = [argument.replace(JUNIT, str(junit_file)) for argument in self._command]
            started: list[Popen[bytes]] = []

            def register(process: Popen[bytes]) -> None:
                started.append(process)
                self._register(process)

            began = time.monotonic()
            try:
                exit_code, printed = run_command(command, environ, timeout, register)
            finally:
                with self._lock:
                    self._running.difference_update(started)
            seconds = time.monotonic() - began
            served = [keep_exchange(entry) for entry in drs.journal.entries()]
            exchanges = tuple(served + read_exchanges(exchanges_file))
            if not exchanges:
                check_started(command, exit_code, printed)
            failed = find_failed_tests(printed, junit_file)
            return VariantRun(variants, exit_code, began, seconds, printed, failed, exchanges)

    def stop(self) -> None:
        """End all runs, and let none begin."""
        with self._lock:
            self._is_stopped = True
            running = list(self._running)
        for process in running:
            if process.poll() is None:
                stop_command(process)

    def _register(self, process: Popen[bytes]) -> None:
        with self._lock:
            self._running.add(process)
            is_stopped = self._is_stopped
        if is_stopped:
            stop_command(process)
