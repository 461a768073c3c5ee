"""What the commands print: the same on every terminal, whatever its width and its encoding."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from io import TextIOWrapper

import typer

UNUSABLE = 2
"""The exit code if something that was given cannot be used."""
_GAP = "  "


def prepare_streams() -> None:
    """Let characters that a stream's encoding lacks be written as escapes, instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def echo(text: str) -> None:
    """Print a line of the result."""
    typer.echo(text)


def print_error(text: str) -> None:
    """Print a line about an error, on standard error."""
    typer.echo(text, err=True)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows under a heading. Nothing is cut or folded: the output may be read by a program."""
    table = [tuple(columns), *(tuple(row) for row in rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(columns))]
    for row in table:
        echo(_GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
