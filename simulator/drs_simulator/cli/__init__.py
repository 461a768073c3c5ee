"""The command ``drs-simulator``: serve a simulator, check profiles, and import the housing system's files."""

from __future__ import annotations

import os
from collections.abc import Callable
from inspect import getdoc
from typing import Annotated

import typer

from drs_simulator.cli.commands import PlainGroup
from drs_simulator.cli.environment import PREFIX, EnvironmentCommand, remove_service_variables
from drs_simulator.cli.health import check_health
from drs_simulator.cli.housing_files import check_file, import_file
from drs_simulator.cli.output import echo, prepare_streams, print_error
from drs_simulator.cli.profiles import profile_app
from drs_simulator.cli.schemas import print_schema
from drs_simulator.cli.serve import serve_command
from drs_simulator.errors import UnusableError
from drs_simulator.version import DISTRIBUTION, installed_version

_HELP_OPTIONS = {"help_option_names": ["-h", "--help"]}
_FROM_ENVIRONMENT = {"auto_envvar_prefix": PREFIX}

app = typer.Typer(
    cls=PlainGroup,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings=_HELP_OPTIONS,
)
app.add_typer(profile_app, name="profile")


def _add_command(name: str, command: Callable[..., None]) -> None:
    """Add a command whose help is its docstring, each paragraph as one line, so that terminals can fold it."""
    paragraphs = (getdoc(command) or "").split("\n\n")
    text = "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
    app.command(name, cls=EnvironmentCommand, help=text, context_settings=_FROM_ENVIRONMENT)(command)


_add_command("serve", serve_command)
_add_command("health", check_health)
_add_command("check-file", check_file)
_add_command("import", import_file)
_add_command("schema", print_schema)


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        echo(f"{DISTRIBUTION} {installed_version()}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", metavar="", help="Print the version and exit.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    """A simulator of DRS, the Dynamic Resource Scheduler."""


def main() -> None:
    """Run the command. An error about what was given is one line on standard error, with exit code 2."""
    prepare_streams()
    for line in remove_service_variables(os.environ):
        print_error(line)
    try:
        app()
    except UnusableError as error:
        print_error(str(error))
        raise SystemExit(error.exit_code) from None
