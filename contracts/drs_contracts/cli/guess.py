"""The command ``drs-contracts guess``: which guesses about DRS a caller's own tests depend on."""

from __future__ import annotations

from typing import Annotated

import typer
from drs_simulator import choose_variants, find_variants, load_profile

from drs_contracts.cli.options import HtmlReport, Json, JsonReport, JunitReport
from drs_contracts.cli.output import ExitCode, UsageError, echo, echo_json, echo_table, exit_with, show_progress
from drs_contracts.guess.engine import GuessSettings, find_dependencies
from drs_contracts.guess.report import GuessReport, to_data, to_html, to_json, to_junit
from drs_contracts.guess.text import to_text
from drs_contracts.reports import write_reports

_DEFAULT_TIMEOUT = 120.0


def guess_command(
    command: Annotated[
        list[str] | None, typer.Argument(help="Program and its arguments, after --.", metavar="-- COMMAND")
    ] = None,
    profile: Annotated[str, typer.Option(help="Profile's name or TOML file.")] = "lincoln",
    only: Annotated[
        list[str] | None,
        typer.Option(help="Variant or setting to try. Repeatable. Default: all.", show_default=False, metavar="ID"),
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Runs at once, each with its own simulator.")] = 1,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds a run may take.")] = _DEFAULT_TIMEOUT,
    time_budget: Annotated[
        float | None,
        typer.Option(min=0.1, help="Seconds after which to stop with what is known.", show_default=False),
    ] = None,
    as_json: Json = False,
    json_file: JsonReport = None,
    junit_file: JunitReport = None,
    html_file: HtmlReport = None,
    list_only: Annotated[bool, typer.Option("--list", help="Only list the variants.")] = False,
) -> None:
    """Find the guesses about DRS that your own test command depends on.

    Some of what the simulator does is a guess. The command runs first against the simulator as it comes, then with
    plausible alternatives: many at once, then halves of those that fail, then each suspect alone.

    \b
    The command finds in its environment:
      DRS_URL, DrsOptions__ApiAddress       the address of the simulator
      DRS_LOGIN, DrsOptions__Login          the login
      DRS_PASSWORD, DrsOptions__Password    the password
      DRS_VARIANTS                          the variants in force; this package's pytest fixtures use them
    In its arguments {junit} becomes the name of a file for its results: pytest --junitxml={junit}

    Exit codes: 0 it depends on none; 1 it depends on some; 2 it could not be run, fails against the simulator as it
    comes, or not all is decided; 130 interrupted, with the results so far.
    """  # noqa: D301 - the mark keeps the lines that follow as they are
    installation = load_profile(profile)
    variants = choose_variants(installation, only) if only else find_variants(installation)
    if list_only:
        rows = [(each.id, each.alternative.why) for each in variants]
        if as_json:
            echo_json([{"id": name, "why": why} for name, why in rows])
        else:
            echo_table(("variant", "why it is plausible"), rows)
        return
    if not command:
        raise UsageError("Which command?", "drs-contracts guess -- pytest tests/appointments")
    with show_progress("Guessing", None) as advance:
        report = find_dependencies(
            command,
            installation,
            variants,
            GuessSettings(timeout, jobs, time_budget),
            lambda run: advance(f"{len(run.variants)} variants: {'passed' if run.passed else 'failed'}"),
        )
    write_reports(report, ((json_file, to_json), (junit_file, to_junit), (html_file, to_html)))
    if as_json:
        echo_json(to_data(report))
    else:
        echo(to_text(report))
    _exit(report)


def _exit(report: GuessReport) -> None:
    if report.interrupted:
        exit_with(ExitCode.INTERRUPTED)
    if report.dependencies:
        exit_with(ExitCode.FAILED)
    if report.undecided:
        exit_with(ExitCode.UNUSABLE)
