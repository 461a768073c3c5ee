"""The command ``drs-contracts``: list what is known of DRS, hold a DRS or its callers to it, record and replay."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from drs_simulator import ClockError, ProfileError, ScenarioError
from rich.console import Console
from rich.table import Table

from drs_contracts.clauses import list_clauses
from drs_contracts.clauses.clause import Clause, Grade
from drs_contracts.cli.exercise import exercise_command
from drs_contracts.cli.observe import observe_command
from drs_contracts.cli.record import record_command
from drs_contracts.cli.replay import drift_command, replay_command
from drs_contracts.cli.verify import verify_command
from drs_contracts.driver.targets import UnreachableError
from drs_contracts.exercise.runner import CommandError
from drs_contracts.recordings.recorder import RecorderError
from drs_contracts.recordings.recording import RecordingError
from drs_contracts.recordings.writer import FolderError
from drs_contracts.report_file import ReportFileError
from drs_contracts.verify.preflight import NotReadyError

app = typer.Typer(
    help="What is known of DRS, as clauses that a DRS and its callers can be held to.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
_out = Console(soft_wrap=True, highlight=False)
_err = Console(stderr=True, soft_wrap=True, highlight=False)
_UNUSABLE = 2
_CANNOT_BE_USED = (
    ProfileError,
    ClockError,
    UnreachableError,
    NotReadyError,
    RecorderError,
    FolderError,
    RecordingError,
    ScenarioError,
    CommandError,
    ReportFileError,
)


app.command("verify")(verify_command)
app.command("exercise")(exercise_command)
app.command("observe")(observe_command)
app.command("record")(record_command)
app.command("replay")(replay_command)
app.command("drift")(drift_command)


def main() -> None:
    """Run the command; what cannot be used is told in a line, with exit code 2."""
    try:
        app()
    except _CANNOT_BE_USED as error:
        _err.print(str(error), markup=False)
        raise SystemExit(_UNUSABLE) from None


@app.command("list")
def list_command(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    grade: Annotated[Grade | None, typer.Option(help="Only clauses known so well.")] = None,
) -> None:
    """Print the clauses with their evidence."""
    chosen = [clause for clause in list_clauses() if grade in (None, clause.evidence.grade)]
    if as_json:
        typer.echo(json.dumps([_as_data(clause) for clause in chosen], indent=2))
        return
    table = Table("id", "statement", "binds", "evidence", box=None)
    for clause in chosen:
        table.add_row(clause.id, clause.statement, clause.applies_to.value, str(clause.evidence))
    _out.print(table)
    _out.print(f"{len(chosen)} clauses.")


def _as_data(clause: Clause) -> dict[str, object]:
    return {
        "id": clause.id,
        "statement": clause.statement,
        "grade": clause.evidence.grade.value,
        "source": clause.evidence.source,
        "binds": clause.applies_to.value,
        "writes": clause.writes,
    }
