"""What the command prints: whole values at any width, in any encoding, without markup."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from datetime import date
from io import TextIOWrapper
from typing import IO, Any

from rich.console import Console
from rich.table import Table


def prepare_streams() -> None:
    """Let standard output and error replace characters that their encoding lacks, instead of failing on them."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def silence_output() -> None:
    """Send the rest of standard output nowhere, because its reader has gone."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def print_line(text: str) -> None:
    """Print text to standard output."""
    _console(sys.stdout).print(text, soft_wrap=True)


def print_error(text: str) -> None:
    """Print text to standard error, in one line."""
    _console(sys.stderr).print(" ".join(text.split()), soft_wrap=True)


def print_json(data: Any) -> None:
    """Print a value as JSON; dates in ISO 8601."""
    sys.stdout.write(json.dumps(data, indent=2, default=_to_text) + "\n")


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows below headings; where they are too wide for the console, each row as lines of heading and value.

    No value is cut or broken, because people paste them.
    """
    console = _console(sys.stdout)
    table = Table(*headings, box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for row in rows:
        table.add_row(*row)
    if console.measure(table, options=console.options.update(max_width=sys.maxsize)).maximum <= console.width:
        console.print(table)
        return
    width = max(len(heading) for heading in headings)
    blocks = (
        "\n".join(f"{heading:<{width}}  {value}" for heading, value in zip(headings, row, strict=True) if value)
        for row in rows
    )
    console.print("\n\n".join(blocks), soft_wrap=True)


def _console(stream: IO[str]) -> Console:
    # Nothing that DRS or the user wrote is markup or an emoji code.
    return Console(file=stream, emoji=False, markup=False, highlight=False, legacy_windows=False, color_system=None)


def _to_text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
