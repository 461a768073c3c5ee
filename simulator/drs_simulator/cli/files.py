"""``drs-simulator check-file``: what is wrong with a flat file of the housing system."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from drs_simulator.cli.printing import UNUSABLE, complain, say
from drs_simulator.errors import UnusableError
from drs_simulator.simulator import Simulator


def check_file(
    file: Annotated[Path, typer.Argument(help="A flat file of the housing system.", exists=True, dir_okay=False)],
    profile: Annotated[
        str, typer.Option(help="The profile of the DRS that it is for.", envvar="DRS_PROFILE")
    ] = "lincoln",
) -> None:
    """Say what is wrong with a flat file of the housing system, at which line and field. Exit code 2 if anything is."""
    drs = Simulator(profile)
    try:
        drs.import_file(file)
    except UnusableError as error:
        complain(f"{file} cannot be imported:\n  {error}")
        raise typer.Exit(UNUSABLE) from None
    say(f"{file} is in order.")
