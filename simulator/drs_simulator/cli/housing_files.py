"""``drs-simulator check-file`` and ``import``: the housing system's flat files, one at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from drs_simulator.cli.output import UNUSABLE, echo, print_error
from drs_simulator.errors import UnusableError
from drs_simulator.simulator import Simulator
from drs_simulator.storage.opening import MEMORY

_File = Annotated[Path, typer.Argument(help="A flat file of the housing system.", exists=True, dir_okay=False)]
_Profile = Annotated[str, typer.Option(help="The profile of the DRS that it is for.")]


def check_file(file: _File, profile: _Profile = "lincoln") -> None:
    """Say what is wrong with a flat file of the housing system, at which line and field. Exit code 2 if anything is."""
    _imported(file, profile, MEMORY)
    echo(f"{file} is in order.")


def import_file(
    file: _File,
    state: Annotated[
        str,
        typer.Option(help="The database that a server keeps its state in: sqlite:///drs.db, …"),
    ],
    profile: _Profile = "lincoln",
) -> None:
    """Import one flat file of the housing system into the state of a DRS, whether that is being served or not.

    The order is there for selectOrder and scheduleBooking then. A file that was imported before creates nothing twice.
    Exit code 2, and nothing imported, if anything is wrong with it. A server that keeps its state in memory takes files
    in through a folder: serve --import-dir.
    """
    if state == MEMORY:
        print_error("State in memory is a server's own: name its database with --state, or serve with --import-dir.")
        raise typer.Exit(UNUSABLE)
    is_new = _imported(file, profile, state)
    echo(f"{file} is imported." if is_new else f"{file} was imported before; nothing was changed.")


def _imported(file: Path, profile: str, state: str) -> bool:
    drs = Simulator(profile, state=state)
    try:
        return drs.import_file(file)
    except UnusableError as error:
        print_error(f"{file} cannot be imported:\n  {error}")
        raise typer.Exit(UNUSABLE) from None
    finally:
        drs.close()
