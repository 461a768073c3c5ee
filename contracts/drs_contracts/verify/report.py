"""What a verification found, for people and for machines: terminal, JSON, JUnit XML, and one page of HTML."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lxml import etree
from rich.console import Console

from drs_contracts.clauses.clause import Clause, Grade
from drs_contracts.html_pages import rendered
from drs_contracts.verify.runner import Finding, Outcome

_SHOWN_CHARACTERS = 20_000


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
        interrupted: Whether somebody stopped it before its end.
        simulated: Whether it is a simulator in this process, of which nothing is learned about DRS.
        command: What was run; login and password are not told.
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

    def having(self, outcome: Outcome) -> tuple[Finding, ...]:
        """The findings of that outcome."""
        return tuple(finding for finding in self.findings if finding.outcome is outcome)

    def repeats(self, finding: Finding) -> str:
        """The command that shows a finding again, by itself."""
        return f"{self.command} --clause {finding.clause.id}"

    @property
    def confirmed(self) -> tuple[Clause, ...]:
        """Presumed clauses that held: of this DRS they are now known."""
        return self._presumed(Outcome.HELD)

    @property
    def refuted(self) -> tuple[Clause, ...]:
        """Presumed clauses that did not hold: this DRS does otherwise."""
        return self._presumed(Outcome.BROKEN)

    @property
    def summary(self) -> str:
        """The outcomes counted, in a line."""
        counts = ", ".join(f"{len(self.having(outcome))} {outcome.value}" for outcome in Outcome)
        return f"{counts}{', interrupted' if self.interrupted else ''}."

    def _presumed(self, outcome: Outcome) -> tuple[Clause, ...]:
        found = () if self.simulated else self.having(outcome)
        return tuple(finding.clause for finding in found if finding.clause.evidence.grade is Grade.PRESUMED)


def to_terminal(report: Report, console: Console) -> None:
    """Print what is broken with its evidence and exchange, what was learned, and the summary."""
    for finding in report.having(Outcome.BROKEN):
        console.print(f"[red]broken[/red] {finding.clause.id}  {finding.clause.statement}")
        lines = [finding.reason, f"known: {finding.clause.evidence}"]
        lines += [f"with {finding.values}"] if finding.values else []
        for sent, came in _exchanges(finding)[-1:]:
            lines += [f"sent {sent}", f"came {came}"]
        lines += [f"again: {report.repeats(finding)}"]
        for line in lines:
            console.print(f"    {line}", markup=False)
    if report.refuted:
        console.print(f"Presumed, and refuted by this run: {_ids(report.refuted)}.")
    if report.confirmed:
        console.print(f"Presumed, and confirmed by this run: {_ids(report.confirmed)}.")
    console.print(report.summary)


def to_json(report: Report) -> str:
    """The report as JSON."""
    return json.dumps(
        {
            "target": report.target,
            "started": report.started.isoformat(),
            "seconds": round(report.seconds, 3),
            "examples": report.examples,
            "seed": report.seed,
            "interrupted": report.interrupted,
            "confirmed": [clause.id for clause in report.confirmed],
            "refuted": [clause.id for clause in report.refuted],
            "findings": [_as_data(finding, report) for finding in report.findings],
        },
        indent=2,
    )


def to_junit(report: Report) -> bytes:
    """The report as JUnit XML: a test case for every clause, one that was left out skipped."""
    broken, left_out = report.having(Outcome.BROKEN), report.having(Outcome.LEFT_OUT)
    suites = etree.Element("testsuites")
    suite = etree.SubElement(suites, "testsuite", name="drs-contracts", errors="0")
    suite.set("tests", str(len(report.findings)))
    suite.set("failures", str(len(broken)))
    suite.set("skipped", str(len(left_out)))
    suite.set("timestamp", report.started.isoformat(timespec="seconds"))
    suite.set("time", f"{report.seconds:.3f}")
    for finding in report.findings:
        name = f"{finding.clause.id} {finding.clause.statement}"
        case = etree.SubElement(suite, "testcase", classname=finding.clause.id.partition("-")[0], name=name)
        if finding.outcome is Outcome.BROKEN:
            failure = etree.SubElement(case, "failure", message=_printable(finding.reason))
            told = [f"known: {finding.clause.evidence}", *(f"sent {s}\ncame {c}" for s, c in _exchanges(finding)[-1:])]
            told += [f"again: {report.repeats(finding)}"]
            failure.text = _printable("\n".join(told))
        elif finding.outcome is Outcome.LEFT_OUT:
            etree.SubElement(case, "skipped", message=finding.reason)
    return etree.tostring(suites, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def to_html(report: Report) -> str:
    """The report as one page that needs nothing else, for readers who do not program."""
    return rendered("report.html", report=report, Outcome=Outcome, exchanges=_exchanges)


def _as_data(finding: Finding, report: Report) -> dict[str, Any]:
    exchanges = [{"sent": sent, "came": came} for sent, came in _exchanges(finding)]
    return {
        "id": finding.clause.id,
        "statement": finding.clause.statement,
        "grade": finding.clause.evidence.grade.value,
        "source": finding.clause.evidence.source,
        "outcome": finding.outcome.value,
        "reason": finding.reason,
        "values": {name: str(value) for name, value in finding.values.items()},
        "exchanges": exchanges[-1:],
        "again": report.repeats(finding) if finding.outcome is Outcome.BROKEN else None,
    }


def _exchanges(finding: Finding) -> list[tuple[str, str]]:
    """Requests and replies as text, cut where they are very long."""
    bodies = ((exchange.sent, exchange.reply.body) for exchange in finding.exchanges)
    return [(_text(sent), _text(came)) for sent, came in bodies]


def _text(body: bytes) -> str:
    text = body.decode("utf-8", "replace")
    cut = len(text) - _SHOWN_CHARACTERS
    return text if cut <= 0 else f"{text[:_SHOWN_CHARACTERS]} … ({cut} more characters)"


def _printable(text: str) -> str:
    """The text without what XML cannot hold."""
    return "".join(each if each.isprintable() or each in "\n\t" else "\N{REPLACEMENT CHARACTER}" for each in text)


def _ids(clauses: Sequence[Clause]) -> str:
    return ", ".join(clause.id for clause in clauses)
