"""What all commands print, and how they end.

Nothing here depends on the console: a character that its code page lacks is replaced, text in square brackets or
between colons stays as it is, and a table is folded rather than cut.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from functools import wraps
from io import TextIOWrapper
from pathlib import Path
from traceback import extract_tb
from typing import IO, NoReturn, ParamSpec, TypeVar

import typer
from drs_simulator import ClockError, ProfileError, ScenarioError, UnknownVariantError
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from drs_contracts.driver.targets import UrlTarget, is_loopback
from drs_contracts.errors import ContractsError

_Value = TypeVar("_Value")
_Parameters = ParamSpec("_Parameters")
_WIDE = 10_000
_SETTINGS_ERRORS = (ProfileError, ClockError, ScenarioError, UnknownVariantError)


class ExitCode(IntEnum):
    """How a command ends."""

    OK = 0
    """All is as it should be."""
    FAILED = 1
    """The DRS or the caller does otherwise."""
    UNUSABLE = 2
    """The command could not do its work, or not all of it."""
    INTERRUPTED = 130
    """Ctrl-C."""


class UsageError(ContractsError):
    """The options of a command do not fit together."""


def echo(text: str = "", *, style: str = "") -> None:
    """Print text to standard output, as it is."""
    _console(sys.stdout).print(Text(text, style=style))


def echo_error(text: str) -> None:
    """Print text to standard error, as it is."""
    _console(sys.stderr).print(Text(text))


def echo_json(data: object) -> None:
    """Print JSON to standard output, in ASCII."""
    typer.echo(json.dumps(data, indent=2))


def echo_table(headings: Sequence[str], rows: Sequence[Sequence[str | Text]]) -> None:
    """Print a table to standard output; its cells are folded where they are wider than the console."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in headings:
        table.add_column(Text(heading), overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) if isinstance(cell, str) else cell for cell in row))
    _console(sys.stdout).print(table, soft_wrap=False)


@contextmanager
def show_progress(title: str, total: int | None) -> Iterator[Callable[[str], None]]:
    """Show a progress bar on standard error; the value is a function that advances it and says what was done.

    ``total`` is ``None`` where it is not known how much there is to do.
    """
    with Progress(console=_console(sys.stderr), transient=True) as progress:
        task = progress.add_task(title, total=total)

        def advance(description: str) -> None:
            progress.update(task, advance=1, description=description)

        yield advance


def exit_with(code: ExitCode) -> NoReturn:
    """End the command."""
    raise typer.Exit(code)


def handle_errors(command: Callable[_Parameters, None]) -> Callable[_Parameters, None]:
    """Make a command end an error of this package with one line on standard error, and the exit code that it has."""

    @wraps(command)
    def run(*args: _Parameters.args, **options: _Parameters.kwargs) -> None:
        try:
            command(*args, **options)
        except ContractsError as error:
            echo_error(str(error))
            raise typer.Exit(error.exit_code) from None
        except _SETTINGS_ERRORS as error:
            echo_error(str(error))
            exit_with(ExitCode.UNUSABLE)
        except KeyboardInterrupt:
            echo_error("Interrupted.")
            exit_with(ExitCode.INTERRUPTED)
        except (typer.Exit, typer.Abort):
            raise
        except Exception as error:
            echo_error(_describe(error))
            exit_with(ExitCode.UNUSABLE)

    return run


def _describe(error: Exception) -> str:
    """An error that nobody expected, with its place, which its maintainers need to know."""
    frames = extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"drs-contracts could not go on: {type(error).__name__}{place}: {error}. Please report this."


def run_app(app: typer.Typer) -> None:
    """Run a command line. A character that standard output or error cannot encode is replaced."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    app()


def choose_one(new: _Value | None, old: _Value | None, old_name: str, new_name: str) -> _Value | None:
    """Take a value that has an option of an old name too; the old name is still understood, with a word about it."""
    if old is None:
        return new
    if new is not None:
        raise UsageError(f"Give {new_name} or {old_name}, not both.")
    echo_error(f"{old_name} is now {new_name}; the old name will go.")
    return old


def check_authorized(url: str, authorized: bool) -> None:
    """Make sure that a DRS which is not on this machine is called only with permission.

    Raises:
        UsageError: It is not on this machine, and ``authorized`` is not set.
    """
    if not is_loopback(url) and not authorized:
        raise UsageError(f"{url} is not on this machine.", "Ask its owner, then add --authorized.")


def find_target(url: str | None, simulator: bool, login: str, password: str) -> UrlTarget | None:
    """Make the target of an address; ``None`` stands for a simulator in this process.

    Raises:
        UsageError: Both are given, or neither.
    """
    if simulator == (url is not None):
        raise UsageError("Give the address of a DRS, or --simulator.")
    return None if url is None else UrlTarget(url, login, password)


def _console(stream: IO[str]) -> Console:
    """A console that prints text as it is. What is not a terminal and has no width is as wide as the text."""
    width = None if stream.isatty() or os.environ.get("COLUMNS") else _WIDE
    return Console(file=stream, soft_wrap=True, highlight=False, markup=False, emoji=False, width=width)
