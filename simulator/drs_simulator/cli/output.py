"""What the command says, to whom it answers and to whom it complains."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import typer

UNUSABLE = 2
"""The exit code where something that was given cannot be used."""


def echo(text: str) -> None:
    """A line of the answer."""
    typer.echo(text)


def print_error(text: str) -> None:
    """A line about what is wrong."""
    typer.echo(text, err=True)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """An answer of several columns."""
    from rich.console import Console  # noqa: PLC0415 - a server prints no table
    from rich.table import Table  # noqa: PLC0415

    table = Table(*columns, box=None)
    for row in rows:
        table.add_row(*row)
    Console(soft_wrap=True, highlight=False).print(table)
