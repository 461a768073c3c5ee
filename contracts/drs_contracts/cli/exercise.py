"""The command ``drs-contracts exercise``: a caller's own tests under every scenario."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from typing import Annotated

import typer
from drs_simulator import Scenario, load_scenario, scenario_names
from rich.text import Text

from drs_contracts.cli.options import (
    DEFAULT_PASSWORD,
    AdminToken,
    HtmlReport,
    Json,
    JsonReport,
    JunitReport,
    Login,
    Password,
)
from drs_contracts.cli.output import (
    ExitCode,
    UsageError,
    choose_one,
    echo,
    echo_json,
    echo_table,
    exit_with,
    show_progress,
)
from drs_contracts.exercise.hosts import AUTO, OwnSimulators, SharedServer
from drs_contracts.exercise.report import ExerciseReport, to_data, to_html, to_json, to_junit
from drs_contracts.exercise.runner import BASELINE, ExerciseOutcome, Run, run_scenarios
from drs_contracts.reports import write_reports

_SHOWN_LINES = 12
_COLOURS = {
    ExerciseOutcome.PASSED: "green",
    ExerciseOutcome.PASSED_WITH_MESS: "red",
    ExerciseOutcome.FAILED: "red",
    ExerciseOutcome.FAILED_WITH_MESS: "red",
    ExerciseOutcome.HUNG: "magenta",
    ExerciseOutcome.NEVER_CALLED: "yellow",
}
_DEFAULT_TIMEOUT = 120.0


def exercise_command(
    command: Annotated[
        list[str] | None, typer.Argument(help="Program and its arguments, after --.", metavar="-- COMMAND")
    ] = None,
    scenario: Annotated[
        list[str] | None,
        typer.Option(
            help="Scenario name or TOML file. Repeatable. Default: all bundled scenarios.", show_default=False
        ),
    ] = None,
    profile: Annotated[
        str | None, typer.Option(help="Profile to use instead of the scenarios' own.", show_default=False)
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option(min=0.1, help=f"Seconds a run may take. Default: {_DEFAULT_TIMEOUT:g}.", show_default=False),
    ] = None,
    drs_url: Annotated[
        str | None,
        typer.Option(
            help="Address of a simulator with tenants to use, instead of simulators in this process.",
            show_default=False,
        ),
    ] = None,
    drs_tenant: Annotated[
        str, typer.Option(help="With --drs-url: beginning of the tenants' names; auto for one that no other run has.")
    ] = AUTO,
    login: Login = "drs",
    password: Password = DEFAULT_PASSWORD,
    admin_token: AdminToken = None,
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="Run all scenarios even if the healthy one fails.")
    ] = False,
    allow_no_calls: Annotated[
        bool, typer.Option("--allow-no-calls", help="Let a command pass that never called DRS.")
    ] = False,
    as_json: Json = False,
    json_file: JsonReport = None,
    junit_file: JunitReport = None,
    html_file: HtmlReport = None,
    list_only: Annotated[bool, typer.Option("--list", help="Only list the scenarios.")] = False,
    patience: Annotated[float | None, typer.Option(hidden=True, min=0.1)] = None,
) -> None:
    """Run your own test command against a simulator in every scenario.

    The scenario "healthy" runs first: a command that fails there is not run in the others. Each run is judged by the
    exit code, and by what it leaves in DRS: a booking without a place, two orders for one request, a place of which the
    service does not know. A scenario's [expect] says what a good service leaves.

    \b
    The command finds in its environment:
      DRS_URL, DrsOptions__ApiAddress       the address of the simulator
      DRS_LOGIN, DrsOptions__Login          the login
      DRS_PASSWORD, DrsOptions__Password    the password
      DRS_SCENARIO                          the name of the scenario

    Exit codes: 0 it passed everywhere; 1 it failed, left a mess, hung or never called DRS somewhere; 2 it could not
    be run; 130 interrupted, with the results so far.
    """  # noqa: D301 - the mark keeps the lines that follow as they are
    scenarios = {name: load_scenario(name) for name in scenario or scenario_names()}
    if list_only:
        _list(scenarios, as_json)
        return
    if not command:
        raise UsageError("Which command?", "drs-contracts exercise -- pytest tests/appointments")
    seconds = choose_one(timeout, patience, "--patience", "--timeout") or _DEFAULT_TIMEOUT
    host = OwnSimulators() if drs_url is None else SharedServer(drs_url, drs_tenant, login, password, admin_token)
    runs = run_scenarios(command, scenarios, timeout=seconds, profile=profile, allow_no_calls=allow_no_calls, host=host)
    report = _exercise(command, scenarios, runs, keep_going)
    write_reports(report, ((json_file, to_json), (junit_file, to_junit), (html_file, to_html)))
    if as_json:
        echo_json(to_data(report))
    else:
        _print_report(report)
    if report.interrupted:
        exit_with(ExitCode.INTERRUPTED)
    if report.unsuccessful:
        exit_with(ExitCode.FAILED)


def _exercise(
    command: Sequence[str], scenarios: dict[str, Scenario], begun: Generator[Run], keep_going: bool
) -> ExerciseReport:
    runs: list[Run] = []
    interrupted = False
    with show_progress("Exercising", len(scenarios)) as advance, closing(begun):
        try:
            for run in begun:
                runs.append(run)
                advance(run.name)
                if run.name == BASELINE and run.outcome is not ExerciseOutcome.PASSED and not keep_going:
                    break
        except KeyboardInterrupt:
            interrupted = True
    ran = {run.name for run in runs}
    return ExerciseReport(
        tuple(command), tuple(runs), {name: each for name, each in scenarios.items() if name not in ran}, interrupted
    )


def _print_report(report: ExerciseReport) -> None:
    echo_table(
        ("scenario", "what happens", "outcome", "what it left behind", "seconds", "calls"),
        [
            (
                run.name,
                run.scenario.title,
                Text(run.outcome.value, style=_COLOURS[run.outcome]),
                "\n".join(each.told for each in run.findings),
                f"{run.seconds:.1f}",
                str(run.calls),
            )
            for run in report.runs
        ],
    )
    for run in report.unsuccessful:
        echo(f"\n{run.name}: {run.scenario.title}. It {run.summary}.")
        for line in run.printed.splitlines()[-_SHOWN_LINES:]:
            echo(line)
    for line in report.advice:
        echo(f"\n{line}")


def _list(scenarios: dict[str, Scenario], as_json: bool) -> None:
    if as_json:
        echo_json([{"name": name, "title": each.title} for name, each in scenarios.items()])
    else:
        echo_table(("scenario", "what happens"), [(name, each.title) for name, each in scenarios.items()])
