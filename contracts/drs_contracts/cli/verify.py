"""The command ``drs-contracts verify``: hold a DRS to its clauses and report on it."""

from __future__ import annotations

import shlex
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from drs_simulator import AdminClient, Simulator, load_profile
from rich.console import Console
from rich.progress import Progress

from drs_contracts.clauses import list_clauses
from drs_contracts.clauses.clause import AppliesTo, Clause
from drs_contracts.driver.driver import Facts
from drs_contracts.driver.targets import SimulatorTarget, Target, UrlTarget
from drs_contracts.loopback import is_loopback
from drs_contracts.report_file import write_report
from drs_contracts.verify.preflight import make_sure_of
from drs_contracts.verify.report import Report, to_html, to_json, to_junit, to_terminal
from drs_contracts.verify.runner import Extent, Finding, Outcome, run_clauses

_out = Console(soft_wrap=True, highlight=False)
_err = Console(stderr=True, soft_wrap=True, highlight=False)
_BROKEN = 1
_UNUSABLE = 2
_INTERRUPTED = 130
_QUICK_EXAMPLES = 2
_DEFAULT_PASSWORD = "drs"  # noqa: S105 - the simulator's documented default
_CLOCK_OF_THE_CHECKS = "fixed@2021-10-22T12:20:59.555+01:00"


def verify_command(
    url: Annotated[str | None, typer.Argument(help="Address of the DRS; left out with --simulator.")] = None,
    simulator: Annotated[bool, typer.Option("--simulator", help="Verify a simulator in this process.")] = False,
    profile: Annotated[str, typer.Option(help="What the DRS is set up with.")] = "lincoln",
    login: Annotated[str, typer.Option(envvar="DRS_LOGIN", help="Login for openSession.")] = "drs",
    password: Annotated[
        str, typer.Option(envvar="DRS_PASSWORD", help="Its password.", show_default=False)
    ] = _DEFAULT_PASSWORD,
    max_examples: Annotated[int, typer.Option(min=1, help="Values tried with each clause.")] = 15,
    quick: Annotated[bool, typer.Option("--quick", help="Two values for each clause.")] = False,
    seed: Annotated[int, typer.Option(help="Makes the values repeatable.")] = 0,
    clause: Annotated[
        list[str] | None, typer.Option(help="Only the clause with this id; may be given several times.")
    ] = None,
    time_budget: Annotated[
        float | None, typer.Option(min=0, help="Seconds after which no further clause is begun.", show_default=False)
    ] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the report as JSON.")] = None,
    junit_file: Annotated[Path | None, typer.Option("--junit", help="Write it as JUnit XML.")] = None,
    html_file: Annotated[Path | None, typer.Option("--html", help="Write it as a page to read.")] = None,
    clock_control: Annotated[
        bool,
        typer.Option("--clock-control", help="Move the clock of the simulator at the address."),
    ] = False,
    admin_token: Annotated[
        str | None, typer.Option(envvar="DRS_ADMIN_TOKEN", help="Token for its admin interface.", show_default=False)
    ] = None,
    i_may_test_this_system: Annotated[
        bool, typer.Option("--i-may-test-this-system", help="Its owner allows to test a DRS that is not on loopback.")
    ] = False,
    allow_writes: Annotated[
        bool, typer.Option("--allow-writes", help="Also make orders and bookings in a DRS that is not on loopback.")
    ] = False,
) -> None:
    """Hold a DRS to its clauses.

    Exit code 0: all hold; 1: some are broken; 2: it could not be verified; 130: interrupted, with the report so far.
    """
    if simulator == (url is not None):
        _err.print("Give the address of a DRS, or --simulator.")
        raise typer.Exit(_UNUSABLE)
    if url is not None and not is_loopback(url) and not i_may_test_this_system:
        _err.print(f"{url} is not on this machine. Ask its owner, then add --i-may-test-this-system.", markup=False)
        raise typer.Exit(_UNUSABLE)
    settings = load_profile(profile)
    chosen = _chosen(clause or [])
    target: Target
    examples = _QUICK_EXAMPLES if quick else max_examples
    if url is None:
        target = SimulatorTarget(Simulator(settings, clock=_CLOCK_OF_THE_CHECKS, seed=seed))
        extent = Extent(examples, seed, seconds=time_budget)
    else:
        target = UrlTarget(url, login, password, admin=AdminClient(url, admin_token) if clock_control else None)
        make_sure_of(target)
        may_write = allow_writes or is_loopback(url)
        extent = Extent(
            examples,
            seed,
            may_write=may_write,
            may_move_clock=clock_control,
            may_change_records=False,
            seconds=time_budget,
        )
    described = url or f"the simulator with the profile {settings.name}"
    command = ["drs-contracts", "verify", url or "--simulator", "--profile", profile]
    command += ["--max-examples", str(examples), "--seed", str(seed)]
    command += ["--i-may-test-this-system"] * i_may_test_this_system + ["--allow-writes"] * allow_writes
    command += ["--clock-control"] * clock_control
    report = verified(target, Facts.of(settings), extent, described, chosen=chosen, command=shlex.join(command))
    to_terminal(report, _out)
    for file, content in ((json_file, to_json), (html_file, to_html)):
        if file is not None:
            write_report(file, content(report).encode())
    if junit_file is not None:
        write_report(junit_file, to_junit(report))
    if report.interrupted:
        raise typer.Exit(_INTERRUPTED)
    if report.having(Outcome.BROKEN):
        raise typer.Exit(_BROKEN)


def _chosen(identifiers: list[str]) -> tuple[Clause, ...]:
    known = {each.id: each for each in list_clauses(AppliesTo.DRS)}
    for identifier in identifiers:
        if identifier not in known:
            _err.print(f"No clause that binds DRS is called {identifier}. drs-contracts list has them all.")
            raise typer.Exit(_UNUSABLE)
    return tuple(known[identifier] for identifier in identifiers) or tuple(known.values())


def verified(
    target: Target,
    facts: Facts,
    extent: Extent,
    described: str,
    *,
    chosen: Sequence[Clause] | None = None,
    command: str = "",
) -> Report:
    """The report of a verification, with a progress bar on standard error; Ctrl-C ends it with what was found."""
    started, began = datetime.now(UTC), time.monotonic()
    findings: list[Finding] = []
    known = list_clauses(AppliesTo.DRS) if chosen is None else chosen
    interrupted = False
    with Progress(console=_err, transient=True) as progress:
        task = progress.add_task("Verifying", total=len(known))
        try:
            for finding in run_clauses(target, facts, known, extent):
                findings.append(finding)
                progress.update(task, advance=1, description=finding.clause.id)
        except KeyboardInterrupt:
            interrupted = True
    seconds = time.monotonic() - began
    return Report(
        described,
        started,
        seconds,
        extent.examples,
        extent.seed,
        tuple(findings),
        interrupted,
        isinstance(target, SimulatorTarget),
        command,
    )
