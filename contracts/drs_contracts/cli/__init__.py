"""The command ``drs-contracts``: list the clauses, verify a DRS, check its callers, record and replay."""

from __future__ import annotations

from typing import Annotated

import typer

from drs_contracts.cli.exercise import exercise_command
from drs_contracts.cli.guess import guess_command
from drs_contracts.cli.list import list_command
from drs_contracts.cli.observe import observe_command
from drs_contracts.cli.output import echo, handle_errors, run_app
from drs_contracts.cli.record import record_command
from drs_contracts.cli.replay import drift_command, replay_command
from drs_contracts.cli.verify import verify_command
from drs_contracts.version import __version__

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("list")(handle_errors(list_command))
app.command("verify")(handle_errors(verify_command))
app.command("exercise")(handle_errors(exercise_command))
app.command("guess")(handle_errors(guess_command))
app.command("observe")(handle_errors(observe_command))
app.command("record")(handle_errors(record_command))
app.command("replay")(handle_errors(replay_command))
app.command("drift")(handle_errors(drift_command))


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        echo(f"drs-contracts {__version__}")
        raise typer.Exit


@app.callback()
def _set_up(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    """Check a DRS and its callers against what is known of DRS."""


def main() -> None:
    """Run the command. An error is one line on standard error; exit code 2."""
    run_app(app)
