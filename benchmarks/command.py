"""What the commands have in common: where they print, how they end, and their page."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import typer
from rich.console import Console
from rich.markdown import Markdown

from benchmarks.measures.databases import DatabaseError
from benchmarks.workload.calling import RefusedError

_out = Console(soft_wrap=True, highlight=False)
_err = Console(stderr=True, soft_wrap=True, highlight=False)
_UNUSABLE = 2


def tell(line: str) -> None:
    """Print what is being done, on standard error."""
    _err.print(line, style="dim")


def show(page: str, write: Path | None) -> None:
    """Print a page of results, and write it to a file if one is named."""
    _out.print(Markdown(page))
    if write is not None:
        write.write_text(page, encoding="utf-8")
        _err.print(f"Written to {write}.")


def run(command: Callable[..., None]) -> None:
    """Run a command; what went wrong is a line. SIGTERM ends it as Ctrl-C does, with all it has started."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        typer.run(command)
    except (RefusedError, DatabaseError, FileNotFoundError) as error:
        _err.print(str(error), markup=False)
        raise SystemExit(_UNUSABLE) from None
