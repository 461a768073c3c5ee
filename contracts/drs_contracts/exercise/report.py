"""Reports on an exercise: JSON, JUnit XML, and one page of HTML."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from drs_simulator import Scenario
from lxml import etree

from drs_contracts.clauses.clause import count_by_grade
from drs_contracts.exercise.runner import BASELINE, ExerciseOutcome, Run
from drs_contracts.reports import Frame, Tile, Tone, count_words, format_command, render_page, to_xml_text

_TONES = {
    ExerciseOutcome.PASSED: Tone.GOOD,
    ExerciseOutcome.PASSED_WITH_MESS: Tone.BAD,
    ExerciseOutcome.FAILED: Tone.BAD,
    ExerciseOutcome.FAILED_WITH_MESS: Tone.BAD,
    ExerciseOutcome.HUNG: Tone.BAD,
    ExerciseOutcome.NEVER_CALLED: Tone.UNSURE,
}
_PASSED = ExerciseOutcome.PASSED


@dataclass(frozen=True, slots=True)
class ExerciseReport:
    """The runs of a command.

    Args:
        command: The program and its arguments.
        runs: One for every scenario that was run, in order.
        not_run: The scenarios that were not run.
        interrupted: Whether it was stopped before its end.
    """

    command: tuple[str, ...]
    runs: tuple[Run, ...]
    not_run: Mapping[str, Scenario] = field(default_factory=dict)
    interrupted: bool = False

    @property
    def unsuccessful(self) -> tuple[Run, ...]:
        """The runs that did not pass, or left a mess."""
        return tuple(run for run in self.runs if run.outcome is not ExerciseOutcome.PASSED)

    @property
    def advice(self) -> tuple[str, ...]:
        """What to do next, in sentences; empty where all is well."""
        lines = []
        if any(run.name == BASELINE for run in self.unsuccessful) and self.not_run:
            lines.append(
                f"The command does not pass while DRS is healthy: the other {len(self.not_run)} scenarios would say "
                "nothing. Mend that first, or add --keep-going."
            )
        if any(run.outcome is ExerciseOutcome.NEVER_CALLED for run in self.runs):
            lines.append(
                "DRS received no call. Does the command take the address from DRS_URL or DrsOptions__ApiAddress? "
                "--allow-no-calls lets such a command pass."
            )
        return tuple(lines)


def to_data(report: ExerciseReport) -> dict[str, object]:
    """Make the report as data for JSON."""
    return {
        "command": list(report.command),
        "interrupted": report.interrupted,
        "runs": [
            {
                "scenario": run.name,
                "title": run.scenario.title,
                "outcome": run.outcome.value,
                "exit_code": run.exit_code,
                "seconds": round(run.seconds, 3),
                "left": asdict(run.left),
                "findings": [
                    {
                        "text": each.text,
                        "clause": None if each.clause is None else each.clause.id,
                        "call": each.position,
                        "advice": each.is_advice,
                    }
                    for each in run.findings
                ],
                "printed": run.printed,
            }
            for run in report.runs
        ],
        "not_run": list(report.not_run),
        "advice": list(report.advice),
    }


def to_json(report: ExerciseReport) -> bytes:
    """Make the report as JSON."""
    return json.dumps(to_data(report), indent=2).encode()


def to_junit(report: ExerciseReport) -> bytes:
    """Make the report as JUnit XML: a test case for every scenario, skipped where it was not run."""
    suites = etree.Element("testsuites")
    suite = etree.SubElement(suites, "testsuite", name="drs-contracts exercise", errors="0")
    suite.set("tests", str(len(report.runs) + len(report.not_run)))
    suite.set("failures", str(len(report.unsuccessful)))
    suite.set("skipped", str(len(report.not_run)))
    for run in report.runs:
        case = etree.SubElement(suite, "testcase", classname="exercise", name=f"{run.name}: {run.scenario.title}")
        case.set("time", f"{run.seconds:.3f}")
        if run in report.unsuccessful:
            failure = etree.SubElement(case, "failure", type=run.outcome.value, message=f"it {run.summary}")
            failure.text = to_xml_text("\n".join([*(each.told for each in run.findings), run.printed]))
    for name, scenario in report.not_run.items():
        case = etree.SubElement(suite, "testcase", classname="exercise", name=f"{name}: {scenario.title}")
        etree.SubElement(case, "skipped", message="it was not run")
    return etree.tostring(suites, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def to_html(report: ExerciseReport) -> bytes:
    """Make the report as one page that needs nothing else."""
    return render_page("exercise.html", _make_frame(report), report=report, tones=_TONES)


def _make_frame(report: ExerciseReport) -> Frame:
    verdict, tone = _judge(report)
    stopped = "The run was interrupted. Scenarios that are not listed as run were not reached."
    tiles = [
        # That the command passes is as it should be: it has no colour.
        Tile(
            each.value, sum(run.outcome is each for run in report.runs), Tone.PLAIN if each is _PASSED else _TONES[each]
        )
        for each in ExerciseOutcome
    ]
    broken = {each.clause.id: each.clause for run in report.runs for each in run.findings if each.clause is not None}
    return Frame(
        "exercise",
        "Does the service survive what DRS can do to it?",
        verdict,
        tone,
        facts=(format_command(report.command),),
        notices=(*((stopped,) if report.interrupted else ()), *report.advice),
        tiles=(*tiles, Tile("not run", len(report.not_run))),
        grades=tuple(count_by_grade(broken.values()).items()),
        graded="clauses in the findings",
    )


def _judge(report: ExerciseReport) -> tuple[str, Tone]:
    """The verdict in a sentence, and how good or bad it is."""
    number, failed = len(report.runs), len(report.unsuccessful)
    left = (
        f"; {len(report.not_run)} more {'was' if len(report.not_run) == 1 else 'were'} not run"
        if report.not_run
        else ""
    )
    if failed:
        return f"No: in {failed} of {count_words(number, 'scenario')} it does not pass cleanly{left}.", Tone.BAD
    if not number or left:
        return f"So far: it passes cleanly in {count_words(number, 'scenario')}{left}.", Tone.UNSURE
    return f"Yes: it passes cleanly in {count_words(number, 'scenario')}.", Tone.GOOD
