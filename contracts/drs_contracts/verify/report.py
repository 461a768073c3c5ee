"""Reports on a verification, for people and for machines: lines for a terminal, JSON, JUnit XML, one page of HTML."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lxml import etree

from drs_contracts.clauses.clause import Clause, Grade, count_by_grade
from drs_contracts.reports import Frame, Tile, Tone, count_words, render_page, to_xml_text
from drs_contracts.verify.discovery import FoundSetting
from drs_contracts.verify.evidence import ShownExchange, lay_out, show
from drs_contracts.verify.runner import Finding, Outcome
from drs_contracts.verify.story import Story
from drs_contracts.verify.story_text import to_curl, to_operations, to_test

_LINES_IN_TERMINAL = 24
_LINES_IN_FILES = 200
_TONES = {
    Outcome.HELD: Tone.GOOD,
    Outcome.BROKEN: Tone.BAD,
    Outcome.INCONCLUSIVE: Tone.UNSURE,
    Outcome.SKIPPED: Tone.PLAIN,
}


@dataclass(frozen=True, slots=True)
class Report:
    """A verification and its findings.

    Args:
        target: What was verified: an address, or the simulator and its profile.
        started: When, an aware instant.
        seconds: How long it took.
        examples: How many values each clause was tried with, at most.
        seed: What makes the values repeatable.
        findings: One for every clause.
        interrupted: Whether it was stopped before its end.
        simulated: Whether it is a simulator in this process, from which nothing is learned about DRS.
        command: What was run; without login and password.
        notices: What a reader must know first, in sentences.
        setup: How the DRS is set up, as far as it was found out.
        profile: The name of the profile, for a simulator in this process.
        not_tried: What was not tried, in sentences.
        url: The address of the DRS; of a simulator in this process, the one that it would have.
    """

    target: str
    started: datetime
    seconds: float
    examples: int
    seed: int
    findings: tuple[Finding, ...]
    interrupted: bool = False
    simulated: bool = False
    command: str = ""
    notices: tuple[str, ...] = ()
    setup: tuple[FoundSetting, ...] = ()
    profile: str = ""
    not_tried: tuple[str, ...] = ()
    url: str = ""

    def having(self, outcome: Outcome) -> tuple[Finding, ...]:
        """The findings of that outcome."""
        return tuple(finding for finding in self.findings if finding.outcome is outcome)

    def repeats(self, finding: Finding) -> str:
        """The command that checks the clause of a finding again, by itself."""
        return f"{self.command} --clause {finding.clause.id}"

    def tell_as_curl(self, story: Story) -> str:
        """The calls of a story as lines for a shell."""
        clock = "" if story.began is None else f" --clock fixed@{story.began.isoformat(timespec='milliseconds')}"
        set_up = f"drs-simulator serve --profile {self.profile}{clock} --seed {self.seed}" if self.profile else ""
        return to_curl(story, self.url, set_up)

    def tell_as_test(self, finding: Finding) -> str:
        """The calls of a finding's story as a test for pytest; empty where it has none."""
        return "" if finding.story is None else to_test(finding.story, finding.clause, self.profile, self.seed)

    @property
    def confirmed(self) -> tuple[Clause, ...]:
        """Presumed clauses that held: of this DRS they are now known."""
        return self._presumed(Outcome.HELD)

    @property
    def refuted(self) -> tuple[Clause, ...]:
        """Presumed clauses that are broken: this DRS does otherwise."""
        return self._presumed(Outcome.BROKEN)

    @property
    def left_behind(self) -> tuple[str, ...]:
        """The numbers of orders that were made and could not be deleted."""
        return tuple(number for finding in self.findings for number in finding.left_behind)

    @property
    def skipped(self) -> dict[str, list[str]]:
        """The ids of the clauses that were skipped, by the reason."""
        found: dict[str, list[str]] = {}
        for finding in self.having(Outcome.SKIPPED):
            found.setdefault(finding.reason, []).append(finding.clause.id)
        return found

    @property
    def summary(self) -> str:
        """The outcomes counted, in a line."""
        counts = ", ".join(f"{len(self.having(outcome))} {outcome.value}" for outcome in Outcome)
        return f"{counts}{', interrupted' if self.interrupted else ''}."

    def _presumed(self, outcome: Outcome) -> tuple[Clause, ...]:
        found = () if self.simulated else self.having(outcome)
        return tuple(finding.clause for finding in found if finding.clause.evidence.grade is Grade.PRESUMED)


def to_setup_lines(setup: Sequence[FoundSetting]) -> Iterator[str]:
    """Make lines to read of how a DRS is set up: one for each setting, those that differ from the profile last."""
    same = [each for each in setup if not each.differs]
    other = [each for each in setup if each.differs]
    for title, settings in (("Found out about this DRS:", same), ("Set up otherwise than in the profile:", other)):
        if settings:
            yield title
            yield from (f"    {each}" for each in settings)


def to_lines(report: Report) -> Iterator[str]:
    """Make the report as lines to read: what is broken or inconclusive, what was learned, the summary."""
    for outcome in (Outcome.BROKEN, Outcome.INCONCLUSIVE):
        for finding in report.having(outcome):
            yield f"{outcome.value} {finding.clause.id}  {finding.clause.statement}"
            yield from (f"    {line}" for line in _explain(finding, report))
    for reason, ids in report.skipped.items():
        yield f"skipped, because {reason}: {', '.join(ids)}"
    if report.refuted:
        yield f"Presumed, and refuted by this run: {_join_ids(report.refuted)}."
    if report.confirmed:
        yield f"Presumed, and confirmed by this run: {_join_ids(report.confirmed)}."
    if report.left_behind:
        yield f"Orders that could not be deleted, as DRS did not answer: {', '.join(report.left_behind)}."
    yield from report.not_tried
    yield report.summary


def _explain(finding: Finding, report: Report) -> Iterator[str]:
    yield finding.reason
    yield f"known: {finding.clause.evidence}"
    if finding.outcome is Outcome.BROKEN and finding.values:
        yield f"with {finding.values}"
    if finding.outcome is Outcome.BROKEN and finding.exchange is not None:
        shown = show(finding.exchange, finding.reason, _LINES_IN_TERMINAL)
        yield f"sent {shown.operation}:"
        yield from (f"    {line}" for line in shown.sent.splitlines())
        yield f"came, with HTTP {shown.status}:"
        yield from (f"    {line}" for line in shown.came.splitlines())
    if finding.story is not None:
        yield f"story: {to_operations(finding.story)}; as XML, curl and a test with --json-report, --junit or --html"
    yield f"again: {report.repeats(finding)}"


def to_data(report: Report) -> dict[str, Any]:
    """Make the report as data for JSON."""
    return {
        "target": report.target,
        "started": report.started.isoformat(),
        "seconds": round(report.seconds, 3),
        "examples": report.examples,
        "seed": report.seed,
        "interrupted": report.interrupted,
        "notices": list(report.notices),
        "not_tried": list(report.not_tried),
        "setup": [_to_setting_data(each) for each in report.setup],
        "confirmed": [clause.id for clause in report.confirmed],
        "refuted": [clause.id for clause in report.refuted],
        "left_behind": list(report.left_behind),
        "counts": {outcome.value: len(report.having(outcome)) for outcome in Outcome},
        "findings": [_to_finding_data(finding, report) for finding in report.findings],
    }


def to_json(report: Report) -> bytes:
    """Make the report as JSON."""
    return json.dumps(to_data(report), indent=2).encode()


def to_junit(report: Report) -> bytes:
    """Make the report as JUnit XML: a test case for every clause; inconclusive ones are errors."""
    broken, inconclusive = report.having(Outcome.BROKEN), report.having(Outcome.INCONCLUSIVE)
    suites = etree.Element("testsuites")
    suite = etree.SubElement(suites, "testsuite", name="drs-contracts")
    suite.set("tests", str(len(report.findings)))
    suite.set("failures", str(len(broken)))
    suite.set("errors", str(len(inconclusive)))
    suite.set("skipped", str(len(report.having(Outcome.SKIPPED))))
    suite.set("timestamp", report.started.isoformat(timespec="seconds"))
    suite.set("time", f"{report.seconds:.3f}")
    if report.setup:
        properties = etree.SubElement(suite, "properties")
        for each in report.setup:
            told = to_xml_text(str(each).removeprefix(f"{each.name}: "))
            etree.SubElement(properties, "property", name=each.name, value=told)
    for finding in report.findings:
        name = f"{finding.clause.id} {finding.clause.statement}"
        case = etree.SubElement(suite, "testcase", classname=finding.clause.id.partition("-")[0], name=name)
        reason = to_xml_text(finding.reason)
        match finding.outcome:
            case Outcome.BROKEN:
                failure = etree.SubElement(case, "failure", message=reason)
                failure.text = to_xml_text(_to_text(finding, report))
            case Outcome.INCONCLUSIVE:
                error = etree.SubElement(case, "error", message=reason)
                error.text = to_xml_text(_to_text(finding, report))
            case Outcome.SKIPPED:
                etree.SubElement(case, "skipped", message=reason)
            case Outcome.HELD:
                pass
    if report.notices or report.setup or report.not_tried:
        told = "\n".join((*report.notices, *to_setup_lines(report.setup), *report.not_tried))
        etree.SubElement(suite, "system-out").text = to_xml_text(told)
    return etree.tostring(suites, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def to_html(report: Report) -> bytes:
    """Make the report as one page that needs nothing else, for readers who do not program."""
    values = {
        "report": report,
        "Outcome": Outcome,
        "show": _show,
        "operations": to_operations,
        "tones": _TONES,
        "lay_out": _lay_out,
    }
    return render_page("verify.html", _make_frame(report), **values)


def _lay_out(message: str) -> str:
    return lay_out(message.encode())


def _make_frame(report: Report) -> Frame:
    verdict, tone = _judge(report)
    when = f"{report.started.strftime('%d %B %Y %H:%M %Z')}, {report.seconds:.1f} seconds"
    stopped = "The run was interrupted. Clauses that are not listed were not reached."
    return Frame(
        "verify",
        "Does this DRS keep its contract?",
        verdict,
        tone,
        facts=(f"{report.target}, {when}, at most {report.examples} values for each clause, seed {report.seed}.",),
        notices=(*report.notices, *((stopped,) if report.interrupted else ())),
        # That most clauses hold is as it should be: it has no colour.
        tiles=tuple(
            Tile(each.value, len(report.having(each)), Tone.PLAIN if each is Outcome.HELD else _TONES[each])
            for each in Outcome
        ),
        grades=tuple(count_by_grade(finding.clause for finding in report.findings).items()),
    )


def _judge(report: Report) -> tuple[str, Tone]:
    """The verdict in a sentence, and how good or bad it is."""
    held, broken, inconclusive, skipped = (len(report.having(each)) for each in Outcome)
    checked = held + broken + inconclusive
    if broken:
        verb = "is" if broken == 1 else "are"
        return f"No: {broken} of {count_words(checked, 'clause')} that {_was(checked)} checked {verb} broken.", Tone.BAD
    if inconclusive:
        return f"No clause is broken, but {inconclusive} of {checked} could not be checked.", Tone.UNSURE
    if not checked:
        return "Nothing is known: no clause was checked.", Tone.UNSURE
    if report.interrupted:
        return f"So far: {count_words(held, 'clause holds', 'clauses hold')}.", Tone.UNSURE
    left_out = f"; {skipped} {_was(skipped)} skipped" if skipped else ""
    return f"Yes: {count_words(held, 'clause holds', 'clauses hold')}, and none is broken{left_out}.", Tone.GOOD


def _was(number: int) -> str:
    return "was" if number == 1 else "were"


def _to_setting_data(setting: FoundSetting) -> dict[str, Any]:
    return {
        "name": setting.name,
        "found": setting.found if setting.is_known else None,
        "profile": setting.profile,
        "differs": setting.differs,
        "reason": "" if setting.is_known else setting.found,
    }


def _to_finding_data(finding: Finding, report: Report) -> dict[str, Any]:
    shown = _show(finding)
    exchange = {} if shown is None else {"operation": shown.operation, "sent": shown.sent, "status": shown.status}
    return {
        "id": finding.clause.id,
        "statement": finding.clause.statement,
        "grade": finding.clause.evidence.grade.value,
        "source": finding.clause.evidence.source,
        "outcome": finding.outcome.value,
        "reason": finding.reason,
        "values": {name: str(value) for name, value in finding.values.items()},
        "exchange": None if shown is None else exchange | {"came": shown.came},
        "story": None if finding.story is None else _to_story_data(finding, finding.story, report),
        "again": report.repeats(finding) if finding.outcome in (Outcome.BROKEN, Outcome.INCONCLUSIVE) else None,
    }


def _to_story_data(finding: Finding, story: Story, report: Report) -> dict[str, Any]:
    return {
        "began": None if story.began is None else story.began.isoformat(),
        "calls": [
            {"operation": call.operation, "sent": call.sent, "came": call.came, "shows": call.is_judged}
            for call in story.calls
        ],
        "curl": report.tell_as_curl(story),
        "test": report.tell_as_test(finding),
    }


def _to_text(finding: Finding, report: Report) -> str:
    lines = [f"known: {finding.clause.evidence}"]
    shown = _show(finding)
    if shown is not None:
        lines += [f"sent {shown.operation}:", shown.sent, f"came, with HTTP {shown.status}:", shown.came]
    if finding.story is not None:
        lines += [f"story: {to_operations(finding.story)}", "with curl:", report.tell_as_curl(finding.story)]
        lines += ["as a test:", report.tell_as_test(finding)]
    return "\n".join([*lines, f"again: {report.repeats(finding)}"])


def _show(finding: Finding) -> ShownExchange | None:
    return None if finding.exchange is None else show(finding.exchange, finding.reason, _LINES_IN_FILES)


def _join_ids(clauses: Sequence[Clause]) -> str:
    return ", ".join(clause.id for clause in clauses)
