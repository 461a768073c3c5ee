"""The command ``drs-contracts verify``: check a DRS clause by clause and report on it."""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated

import typer
from drs_simulator import AdminClient, AdminError, Profile, Simulator, load_profile

from drs_contracts.clauses import list_clauses
from drs_contracts.clauses.clause import AppliesTo, Clause
from drs_contracts.cli.options import (
    DEFAULT_PASSWORD,
    AdminToken,
    AllowWrites,
    Authorized,
    HtmlReport,
    InProcess,
    Json,
    JsonReport,
    JunitReport,
    Login,
    OldAuthorized,
    Password,
    Url,
)
from drs_contracts.cli.output import (
    ExitCode,
    UsageError,
    check_authorized,
    echo,
    echo_json,
    exit_with,
    show_progress,
)
from drs_contracts.driver.installation import TestData
from drs_contracts.driver.targets import SimulatorTarget, Target, UrlTarget, is_loopback
from drs_contracts.errors import ContractsError
from drs_contracts.reports import write_reports
from drs_contracts.verify.discovery import FoundSetting, discover
from drs_contracts.verify.preflight import check_ready, compare_clocks
from drs_contracts.verify.processes import MAX_PROCESSES, count_processes, run_clauses_in_processes
from drs_contracts.verify.report import Report, to_data, to_html, to_json, to_junit, to_lines, to_setup_lines
from drs_contracts.verify.runner import Finding, Outcome, VerifySettings, run_clauses

_QUICK_EXAMPLES = 2
_DEFAULT_EXAMPLES = 15
_ADMIN_TIMEOUT_SECONDS = 5
_CLOCK_ADVICE = (
    "If it is a simulator: --clock-control also checks the clauses that need to move its clock; started without a "
    "fixed clock it has the time of this machine."
)
_ONE_TIME = (
    "The clauses are tried at one time of day: about midnight, at the clock changes and on 29 February they are tried "
    "with --simulator alone."
)
_CLOCK_OF_THE_CHECKS = "fixed@2021-10-22T12:20:59.555+01:00"


def verify_command(
    url: Url = None,
    simulator: InProcess = False,
    profile: Annotated[str, typer.Option(help="Profile with names that the DRS knows.")] = "lincoln",
    login: Login = "drs",
    password: Password = DEFAULT_PASSWORD,
    max_examples: Annotated[int, typer.Option(min=1, help="Hypothesis examples per clause.")] = _DEFAULT_EXAMPLES,
    quick: Annotated[bool, typer.Option("--quick", help=f"Same as --max-examples {_QUICK_EXAMPLES}.")] = False,
    seed: Annotated[int, typer.Option(help="Seed for the examples.")] = 0,
    clause: Annotated[
        list[str] | None, typer.Option(help="Only the clause with this id. Repeatable.", show_default=False)
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(min=1, help="Processes that share the clauses, with --simulator. Default: the CPUs, 8 at most."),
    ] = None,
    time_budget: Annotated[
        float | None, typer.Option(min=0, help="Time budget in seconds.", show_default=False)
    ] = None,
    as_json: Json = False,
    json_file: JsonReport = None,
    junit_file: JunitReport = None,
    html_file: HtmlReport = None,
    clock_control: Annotated[
        bool, typer.Option("--clock-control", help="Move the clock of the simulator at the address.")
    ] = False,
    admin_token: AdminToken = None,
    authorized: Authorized = False,
    allow_writes: AllowWrites = False,
    old_authorized: OldAuthorized = False,
) -> None:
    """Check a DRS against the clauses for DRS.

    A run first finds out how the DRS is set up, and checks it by that; where the profile has something else, it says
    so. Everything a run creates is deleted afterwards, except completed orders, which DRS cannot delete. A simulator on
    this machine is checked at its own time.

    Exit codes: 0 all clauses held; 1 some are broken; 2 none is broken but some are inconclusive, or the DRS could not
    be checked; 130 interrupted, with the report so far.
    """
    _check_target(url, simulator, jobs)
    installation = load_profile(profile)
    clauses = _choose_clauses(clause or [])
    examples = _QUICK_EXAMPLES if quick else max_examples
    command = ["drs-contracts", "verify", url or "--simulator", "--profile", profile]
    command += ["--max-examples", str(examples), "--seed", str(seed)]
    command += ["--authorized"] * (authorized or old_authorized) + ["--allow-writes"] * allow_writes
    command += ["--clock-control"] * clock_control
    data = TestData.of(installation)
    settings = VerifySettings(examples, seed, seconds=time_budget)
    if url is None:
        settings = replace(settings, at_moments=True, may_replay=True)
        drs = Simulator(installation, clock=_CLOCK_OF_THE_CHECKS, seed=seed, holds_callbacks=True)
        simulator_here = SimulatorTarget(drs)
        described = f"the simulator with the profile {installation.name}"
        address = f"http://127.0.0.1:8080{simulator_here.simulator.path}"
        plan = VerifyPlan(
            described,
            simulator_here,
            data,
            settings,
            simulated=True,
            profile=profile,
            url=address,
            jobs=jobs or count_processes(),
        )
    else:
        check_authorized(url, authorized or old_authorized)
        settings = replace(
            settings, may_write=allow_writes or is_loopback(url), may_move_clock=clock_control, may_change_records=False
        )
        admin = _find_admin(url, admin_token, clock_control)
        target = UrlTarget(url, login, password, admin=admin, may_move_clock=clock_control)
        plan = VerifyPlan(target.url, target, data, settings, simulated=admin is not None, url=target.url)
    files = ((json_file, to_json), (junit_file, to_junit), (html_file, to_html))
    try:
        plan = _prepare(plan, installation)
        if not as_json:
            for line in (*plan.notices, *to_setup_lines(plan.setup)):
                echo(line)
    except ContractsError as error:
        # Who waits for a report finds out from it too.
        findings = (Finding(each, Outcome.INCONCLUSIVE, f"it was not tried: {error}") for each in clauses)
        write_reports(_report_before_run(plan, findings, shlex.join(command)), files)
        raise
    except KeyboardInterrupt:
        report = replace(_report_before_run(plan, (), shlex.join(command)), interrupted=True)
    else:
        report = verify_plan(plan, clauses, shlex.join(command))
    write_reports(report, files)
    if as_json:
        echo_json(to_data(report))
    else:
        for line in to_lines(report):
            echo(line, style="red" if line.startswith(Outcome.BROKEN) else "")
    _exit(report)


@dataclass(frozen=True, slots=True)
class VerifyPlan:
    """What is verified, and how far."""

    described: str
    target: Target
    data: TestData
    settings: VerifySettings
    simulated: bool
    profile: str = ""
    url: str = ""
    jobs: int = 1
    notices: tuple[str, ...] = ()
    setup: tuple[FoundSetting, ...] = ()


def _check_target(url: str | None, simulator: bool, jobs: int | None) -> None:
    if simulator == (url is not None):
        raise UsageError("Give the address of a DRS, or --simulator.")
    if jobs is not None and not simulator:
        raise UsageError("--jobs needs --simulator: a DRS at an address is checked one call after the other.")
    if jobs is not None and jobs > MAX_PROCESSES:
        raise UsageError(f"--jobs {jobs} is too much: this system takes {MAX_PROCESSES} at most.")


def _choose_clauses(identifiers: list[str]) -> tuple[Clause, ...]:
    known = {each.id: each for each in list_clauses(AppliesTo.DRS)}
    for identifier in identifiers:
        if identifier not in known:
            raise UsageError(f"No clause for DRS has the id {identifier}.", "drs-contracts list has them all.")
    return tuple(known[identifier] for identifier in identifiers) or tuple(known.values())


def _find_admin(url: str, token: str | None, is_required: bool) -> AdminClient | None:
    """The admin interface at an address, if it is needed or there is one on this machine."""
    admin = AdminClient(url, token, timeout=_ADMIN_TIMEOUT_SECONDS)
    if is_required:
        return admin
    if not is_loopback(url):
        return None
    try:
        admin.clock.read()
    except AdminError:
        return None
    return admin


def _prepare(plan: VerifyPlan, profile: Profile) -> VerifyPlan:
    """Make sure that there is a DRS, find out how it is set up, and what its time is.

    Raises:
        NotReadyError: What answers is not a DRS, or does not let us in.
        UnreachableError: Nothing answers.
    """
    if isinstance(plan.target, UrlTarget):
        check_ready(plan.target)
        if plan.settings.may_move_clock:
            plan.target.now()
    found = discover(plan.target, profile)
    plan = replace(plan, data=found.data, setup=found.settings)
    if not isinstance(plan.target, UrlTarget):
        # The profile is that of the simulator.
        return replace(plan, data=replace(plan.data, hidden_settings=TestData.of(profile).hidden_settings))
    difference = compare_clocks(plan.target, plan.data, may_write=plan.settings.may_write)
    notices = []
    if difference is not None:
        notices.append(f"{difference} The clauses are checked at the time of the DRS.")
        if not plan.settings.may_move_clock:
            notices.append(_CLOCK_ADVICE)
    return replace(plan, notices=tuple(notices))


def _report_before_run(plan: VerifyPlan, findings: Iterable[Finding], command: str) -> Report:
    """A report of a run that ended before the first check."""
    settings, now = plan.settings, datetime.now(UTC)
    return Report(plan.described, now, 0.0, settings.examples, settings.seed, tuple(findings), command=command)


def verify_plan(plan: VerifyPlan, clauses: Sequence[Clause], command: str) -> Report:
    """Check the clauses, with a progress bar on standard error; Ctrl-C ends it with what was found."""
    started, began = datetime.now(UTC), time.monotonic()
    findings: list[Finding] = []
    interrupted = False
    try:
        # Processes are copied before there is a thread that draws progress.
        with _checking(plan, clauses) as checked, show_progress("Verifying", len(clauses)) as advance:
            for finding in checked:
                findings.append(finding)
                advance(finding.clause.id)
    except KeyboardInterrupt:
        interrupted = True
    return Report(
        target=plan.described,
        started=started,
        seconds=time.monotonic() - began,
        examples=plan.settings.examples,
        seed=plan.settings.seed,
        findings=tuple(findings),
        interrupted=interrupted,
        simulated=plan.simulated,
        command=command,
        notices=plan.notices,
        setup=plan.setup,
        profile=plan.profile,
        url=plan.url,
        not_tried=() if plan.settings.at_moments else (_ONE_TIME,),
    )


def _checking(plan: VerifyPlan, clauses: Sequence[Clause]) -> AbstractContextManager[Iterator[Finding]]:
    if isinstance(plan.target, SimulatorTarget) and plan.jobs > 1:
        return run_clauses_in_processes(plan.target, plan.data, clauses, plan.settings, plan.jobs)
    return closing(run_clauses(plan.target, plan.data, clauses, plan.settings))


def _exit(report: Report) -> None:
    if report.interrupted:
        exit_with(ExitCode.INTERRUPTED)
    if report.having(Outcome.BROKEN):
        exit_with(ExitCode.FAILED)
    if report.having(Outcome.INCONCLUSIVE):
        exit_with(ExitCode.UNUSABLE)
