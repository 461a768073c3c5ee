"""A caller's own test command: the environment in which it finds a DRS, its run, and its end."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import IO

from drs_contracts.errors import ContractsError

TOLD_PASSWORD = "drs"  # noqa: S105 - the password that callers are given
_KEPT_BYTES = 8000
_KEPT_CHARACTERS = 4000
_NOT_STARTED_BY_SHELL = (126, 127)


class CommandError(ContractsError):
    """The command cannot be started."""


def make_environment(url: str, login: str, password: str = TOLD_PASSWORD) -> dict[str, str]:
    """Make the environment in which a command finds a simulator: ``DRS_URL`` and so on, also as .NET names them."""
    return os.environ | {
        "DRS_URL": url,
        "DRS_LOGIN": login,
        "DRS_PASSWORD": password,
        "DrsOptions__ApiAddress": url,
        "DrsOptions__Login": login,
        "DrsOptions__Password": password,
    }


def check_program(command: Sequence[str]) -> None:
    """Make sure that there is such a program.

    Raises:
        CommandError: There is none.
    """
    if shutil.which(command[0]) is None:
        raise CommandError(f"{command[0]} cannot be run: there is no such program.", "Give its path after --.")


def check_started(command: Sequence[str], exit_code: int | None, printed: str) -> None:
    """Make sure that a shell has started a command which never called DRS.

    Raises:
        CommandError: The exit code says that it has not.
    """
    if exit_code in _NOT_STARTED_BY_SHELL:
        told = printed.strip().splitlines()[-1:] or ["it printed nothing"]
        raise CommandError(
            f"{' '.join(command)} cannot be run: exit code {exit_code}, {told[0]}", "Try it by itself first."
        )


def run_command(
    command: Sequence[str],
    environ: Mapping[str, str],
    timeout: float,
    on_start: Callable[[subprocess.Popen[bytes]], object] | None = None,
) -> tuple[int | None, str]:
    """Run the command; return its exit code, ``None`` where it timed out, and the end of what it printed.

    Its output goes to a file: a process that it leaves behind may hold a pipe open for ever.

    Args:
        command: The program and its arguments.
        environ: Its environment.
        timeout: Seconds after which it is stopped.
        on_start: Called with the process when it has started.

    Raises:
        CommandError: It cannot be started.
    """
    with tempfile.TemporaryFile() as output:
        try:
            process = subprocess.Popen(  # noqa: S603 - the caller's own command is what must be run
                command, env=environ, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )
        except OSError as error:
            raise CommandError(f"{command[0]} cannot be run: {error.strerror}.", "Try it by itself first.") from None
        if on_start is not None:
            on_start(process)
        exit_code: int | None = None
        with suppress(subprocess.TimeoutExpired):
            try:
                exit_code = process.wait(timeout)
            finally:
                stop_command(process)
        return exit_code, _read_end(output)


def stop_command(process: subprocess.Popen[bytes]) -> None:
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
