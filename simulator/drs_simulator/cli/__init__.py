"""The command ``drs-simulator``: serve a DRS, and look into profiles and the housing system's files."""

from __future__ import annotations

import typer

from drs_simulator.cli.housing_files import check_file, import_file
from drs_simulator.cli.output import UNUSABLE, print_error
from drs_simulator.cli.profiles import profile_app
from drs_simulator.cli.serve import serve_command
from drs_simulator.errors import UnusableError

app = typer.Typer(
    help="A simulator of DRS, the Dynamic Resource Scheduler.", no_args_is_help=True, pretty_exceptions_enable=False
)
_FROM_ENVIRONMENT = {"auto_envvar_prefix": "DRS"}
app.command("serve", context_settings=_FROM_ENVIRONMENT)(serve_command)
app.command("check-file", context_settings=_FROM_ENVIRONMENT)(check_file)
app.command("import", context_settings=_FROM_ENVIRONMENT)(import_file)
app.add_typer(profile_app, name="profile")


def main() -> None:
    """Run the command; what cannot be used is told in a line, with exit code 2."""
    try:
        app()
    except UnusableError as error:
        print_error(str(error))
        raise SystemExit(UNUSABLE) from None
