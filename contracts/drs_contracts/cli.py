"""The command ``drs-contracts``: list what is known of DRS, hold a DRS to it, record and replay."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from drs_simulator import ClockError, ProfileError, Simulator, load_profile
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from drs_contracts.catalogue import clauses
from drs_contracts.clause import Clause, Grade
from drs_contracts.conversation import Facts
from drs_contracts.loopback import is_loopback
from drs_contracts.recorder import RecorderError
from drs_contracts.recording import RecordingError
from drs_contracts.recording_cli import record_command, replay_command
from drs_contracts.recording_writer import FolderError
from drs_contracts.target import SimulatorTarget, Target, UnreachableError, UrlTarget
from drs_contracts.verify import Extent, Finding, Outcome, verify

app = typer.Typer(
    help="What is known of DRS, as clauses that a DRS can be held to.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
_out = Console(soft_wrap=True, highlight=False)
_err = Console(stderr=True, soft_wrap=True, highlight=False)
_DEFAULT_PASSWORD = "drs"  # noqa: S105 - the simulator's documented default
_BROKEN = 1
_UNUSABLE = 2
_CLOCK_OF_THE_CHECKS = "fixed@2021-10-22T12:20:59.555+01:00"


app.command("record")(record_command)
app.command("replay")(replay_command)


def main() -> None:
    """Run the command; what cannot be used is told in a line, with exit code 2."""
    try:
        app()
    except (ProfileError, ClockError, UnreachableError, RecorderError, FolderError, RecordingError) as error:
        _err.print(str(error), markup=False)
        raise SystemExit(_UNUSABLE) from None


@app.command("list")
def list_command(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    grade: Annotated[Grade | None, typer.Option(help="Only clauses known so well.")] = None,
) -> None:
    """Print the clauses with their evidence."""
    chosen = [clause for clause in clauses() if grade in (None, clause.evidence.grade)]
    if as_json:
        typer.echo(json.dumps([_as_data(clause) for clause in chosen], indent=2))
        return
    table = Table("id", "statement", "binds", "evidence", box=None)
    for clause in chosen:
        table.add_row(clause.id, clause.statement, clause.binds.value, str(clause.evidence))
    _out.print(table)
    _out.print(f"{len(chosen)} clauses.")


@app.command("verify")
def verify_command(
    url: Annotated[str | None, typer.Argument(help="Address of the DRS; left out with --simulator.")] = None,
    simulator: Annotated[bool, typer.Option("--simulator", help="Verify a simulator in this process.")] = False,
    profile: Annotated[str, typer.Option(help="What the DRS is set up with.")] = "lincoln",
    login: Annotated[str, typer.Option(envvar="DRS_LOGIN", help="Login for openSession.")] = "drs",
    password: Annotated[
        str, typer.Option(envvar="DRS_PASSWORD", help="Its password.", show_default=False)
    ] = _DEFAULT_PASSWORD,
    max_examples: Annotated[int, typer.Option(min=1, help="Values tried with each clause.")] = 15,
    seed: Annotated[int, typer.Option(help="Makes the values repeatable.")] = 0,
    i_may_test_this_system: Annotated[
        bool, typer.Option("--i-may-test-this-system", help="Its owner allows to test a DRS that is not on loopback.")
    ] = False,
    allow_writes: Annotated[
        bool, typer.Option("--allow-writes", help="Also make orders and bookings in a DRS that is not on loopback.")
    ] = False,
) -> None:
    """Hold a DRS to its clauses. Exit code 0: all hold; 1: some are broken; 2: it could not be verified."""
    facts = Facts.of(load_profile(profile))
    target: Target
    extent = Extent(max_examples, seed)
    if simulator == (url is not None):
        _err.print("Give the address of a DRS, or --simulator.")
        raise typer.Exit(_UNUSABLE)
    if url is None:
        target = SimulatorTarget(Simulator(profile, clock=_CLOCK_OF_THE_CHECKS, seed=seed))
    else:
        if not is_loopback(url) and not i_may_test_this_system:
            _err.print(f"{url} is not on this machine. Ask its owner, then add --i-may-test-this-system.", markup=False)
            raise typer.Exit(_UNUSABLE)
        target = UrlTarget(url, login, password)
        extent = Extent(max_examples, seed, may_write=allow_writes or is_loopback(url), may_move_clock=False)
    findings = []
    known = clauses()
    with Progress(console=_err, transient=True) as progress:
        task = progress.add_task("Verifying", total=len(known))
        for finding in verify(target, facts, known, extent):
            findings.append(finding)
            progress.update(task, advance=1, description=finding.clause.id)
    _report(findings)
    if any(finding.outcome is Outcome.BROKEN for finding in findings):
        raise typer.Exit(_BROKEN)


def _report(findings: list[Finding]) -> None:
    for finding in findings:
        if finding.outcome is Outcome.BROKEN:
            _out.print(f"[red]broken[/red] {finding.clause.id}  {finding.clause.statement}")
            _out.print(f"    {finding.reason}", markup=False)
            _out.print(f"    known: {finding.clause.evidence}", markup=False)
            if finding.values:
                _out.print(f"    with {finding.values}", markup=False)
            for exchange in finding.exchanges[-1:]:
                _out.print(f"    sent {exchange.sent.decode('utf-8', 'replace')}", markup=False)
                _out.print(f"    came {exchange.reply.body.decode('utf-8', 'replace')}", markup=False)
    counts = {outcome: sum(finding.outcome is outcome for finding in findings) for outcome in Outcome}
    _out.print(", ".join(f"{count} {outcome.value}" for outcome, count in counts.items()) + ".")


def _as_data(clause: Clause) -> dict[str, object]:
    return {
        "id": clause.id,
        "statement": clause.statement,
        "grade": clause.evidence.grade.value,
        "source": clause.evidence.source,
        "binds": clause.binds.value,
        "writes": clause.writes,
    }
