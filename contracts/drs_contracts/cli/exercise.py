"""The command ``drs-contracts exercise``: a caller's own tests under every scenario."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from drs_simulator import Scenario, load_scenario, scenario_names
from lxml import etree
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from drs_contracts.exercise.runner import Ending, Trial, exercise, worst
from drs_contracts.html_pages import rendered
from drs_contracts.report_file import write_report

_out = Console(soft_wrap=True, highlight=False)
_err = Console(stderr=True, soft_wrap=True, highlight=False)
_NOT_PASSED = 1
_UNUSABLE = 2
_INTERRUPTED = 130
_SHOWN_LINES = 12
_COLOURS = {Ending.PASSED: "green", Ending.FAILED: "red", Ending.HUNG: "magenta"}


def exercise_command(
    command: Annotated[list[str] | None, typer.Argument(help="The program and its arguments, after --.")] = None,
    scenario: Annotated[
        list[str] | None,
        typer.Option(help="A scenario's name or TOML file; may be given often. All that come with it otherwise."),
    ] = None,
    profile: Annotated[
        str | None, typer.Option(help="An installation to take instead of the scenarios' own.", show_default=False)
    ] = None,
    patience: Annotated[float, typer.Option(min=0.1, help="Seconds after which the command counts as hung.")] = 120.0,
    junit_file: Annotated[Path | None, typer.Option("--junit", help="Write the matrix as JUnit XML.")] = None,
    html_file: Annotated[Path | None, typer.Option("--html", help="Write it as a page to read.")] = None,
    list_only: Annotated[bool, typer.Option("--list", help="Only list the scenarios.")] = False,
) -> None:
    """Run a test command of your own against a simulator for every scenario.

    It finds the simulator's address in DRS_URL and DrsOptions__ApiAddress, login and password in DRS_LOGIN and
    DRS_PASSWORD. Exit code 0: it passed everywhere; 1: it failed or hung somewhere; 2: it could not be run;
    130: interrupted, with the matrix so far.
    """
    scenarios = {name: load_scenario(name) for name in scenario or scenario_names()}
    if list_only:
        _out.print(_listed(scenarios))
        return
    if not command:
        _err.print("Which command? drs-contracts exercise -- pytest tests/appointments")
        raise typer.Exit(_UNUSABLE)
    trials, interrupted = _tried(command, scenarios, patience, profile)
    _out.print(_matrix(trials))
    for trial in trials:
        if trial.ending is not Ending.PASSED:
            _out.print(f"\n{trial.name}: {trial.scenario.title}. It {_how(trial)}.", markup=False)
            _out.print("\n".join(trial.printed.splitlines()[-_SHOWN_LINES:]), markup=False)
    for file, content in ((junit_file, to_junit), (html_file, to_html)):
        if file is not None:
            write_report(file, content(trials))
    if interrupted:
        raise typer.Exit(_INTERRUPTED)
    if worst(trials) is not Ending.PASSED:
        raise typer.Exit(_NOT_PASSED)


def to_junit(trials: list[Trial]) -> bytes:
    """The matrix as JUnit XML: a test case for every scenario."""
    failed = [trial for trial in trials if trial.ending is not Ending.PASSED]
    suites = etree.Element("testsuites")
    suite = etree.SubElement(suites, "testsuite", name="drs-contracts exercise", errors="0", skipped="0")
    suite.set("tests", str(len(trials)))
    suite.set("failures", str(len(failed)))
    for trial in trials:
        case = etree.SubElement(suite, "testcase", classname="exercise", name=f"{trial.name}: {trial.scenario.title}")
        case.set("time", f"{trial.seconds:.3f}")
        if trial in failed:
            failure = etree.SubElement(case, "failure", message=f"it {_how(trial)}")
            failure.text = "".join(each if each.isprintable() or each in "\n\t" else "?" for each in trial.printed)
    return etree.tostring(suites, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def to_html(trials: list[Trial]) -> bytes:
    """The matrix as one page that needs nothing else."""
    return rendered("exercise.html", trials=trials, how=_how, Ending=Ending).encode()


def _tried(
    command: list[str], scenarios: dict[str, Scenario], patience: float, profile: str | None
) -> tuple[list[Trial], bool]:
    trials: list[Trial] = []
    with Progress(console=_err, transient=True) as progress:
        task = progress.add_task("Exercising", total=len(scenarios))
        try:
            for trial in exercise(command, scenarios, patience=patience, profile=profile):
                trials.append(trial)
                progress.update(task, advance=1, description=trial.name)
        except KeyboardInterrupt:
            return trials, True
    return trials, False


def _how(trial: Trial) -> str:
    if trial.ending is Ending.HUNG:
        return f"had not ended after {trial.seconds:.0f} seconds"
    return f"ended with exit code {trial.exit_code}"


def _listed(scenarios: dict[str, Scenario]) -> Table:
    table = Table("scenario", "what happens", box=None)
    for name, scenario in scenarios.items():
        table.add_row(name, scenario.title)
    return table


def _matrix(trials: list[Trial]) -> Table:
    table = Table("scenario", "what happens", "outcome", "seconds", "calls", box=None)
    for trial in trials:
        outcome = f"[{_COLOURS[trial.ending]}]{trial.ending.value}[/]"
        table.add_row(trial.name, trial.scenario.title, outcome, f"{trial.seconds:.1f}", str(trial.calls))
    return table
