"""``drs-simulator check-file`` and ``import``: the housing system's flat files, one at a time."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from drs_simulator.cli.output import UNUSABLE, echo, print_error
from drs_simulator.simulator import Simulator
from drs_simulator.storage.opening import MEMORY

_File = Annotated[
    Path, typer.Argument(help="A flat file of the housing system.", metavar="FILE", exists=True, dir_okay=False)
]
_Profile = Annotated[str, typer.Option(help="Name or TOML file of the profile to import into.", metavar="PROFILE")]
_State = Annotated[str, typer.Option(help="The server's database, such as sqlite:///drs.db.", metavar="URL")]


def check_file(file: _File, profile: _Profile = "lincoln") -> None:
    """Check a flat file of the housing system. If it is invalid, the exit code is 2 and the error names the line."""
    _import_file(file, profile, MEMORY)
    echo(f"{file} is valid.")


def import_file(file: _File, state: _State, profile: _Profile = "lincoln") -> None:
    """Import a flat file of the housing system into a database, while it is served or not.

    The order can be used by selectOrder and scheduleBooking afterwards. A second import of a file changes nothing. If
    the file is invalid, nothing is imported and the exit code is 2. For a server that keeps its state in memory, use
    serve --import-dir.
    """
    if state == MEMORY:
        print_error("State in memory belongs to one server: name its database with --state, or use serve --import-dir.")
        raise typer.Exit(UNUSABLE)
    is_new = _import_file(file, profile, state)
    echo(f"{file} is imported." if is_new else f"{file} was imported before; nothing was changed.")


def _import_file(file: Path, profile: str, state: str) -> bool:
    from drs_simulator.housing_files.format import parse_housing_file  # noqa: PLC0415 - slow to import
    from drs_simulator.housing_files.records import HousingFileError  # noqa: PLC0415 - slow to import

    try:
        # Parsed before the state is opened: an invalid file must not leave a new database behind.
        parsed = parse_housing_file(file.read_bytes())
        with closing(Simulator(profile, state=state)) as simulator:
            return simulator.import_order(parsed)
    except HousingFileError as error:
        print_error(f"{file} cannot be imported:\n  {error}")
        raise typer.Exit(error.exit_code) from None
