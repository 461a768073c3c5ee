"""Reports on a caller's traffic: JSON, JUnit XML, and one page of HTML."""

from __future__ import annotations

import json
from collections.abc import Mapping

from lxml import etree

from drs_contracts.clauses.clause import count_by_grade
from drs_contracts.observe.analysis import ClauseResult, CoveragePoint, TrafficReport, Verdict
from drs_contracts.reports import Frame, Tile, Tone, count_words, render_page, to_xml_text

_MAX_PLACES = 100
_TONES = {Verdict.BROKEN: Tone.BAD, Verdict.INCONCLUSIVE: Tone.UNSURE, Verdict.ADVICE: Tone.UNSURE}


def to_data(report: TrafficReport) -> dict[str, object]:
    """Make the report as data for JSON."""
    return {
        "source": report.traffic.source,
        "calls": len(report.traffic.calls),
        "unrecorded": [call.name for call in report.unrecorded],
        "counts": count_verdicts(report),
        "clauses": [_to_clause_data(result) for result in report.results],
        "coverage": {
            "operations": dict(report.coverage.operations),
            "situations": {each.value: report.coverage.situations[each] for each in CoveragePoint},
        },
    }


def to_json(report: TrafficReport) -> bytes:
    """Make the report as JSON."""
    return json.dumps(to_data(report), indent=2).encode()


def to_junit(report: TrafficReport, *, strict: bool = False) -> bytes:
    """Make the report as JUnit XML: a test case for every clause.

    Args:
        report: The report.
        strict: Whether advice that is not followed is a failure; if not, it is printed by a case that passes.
    """
    failed = (*report.broken, *(report.advice if strict else ()))
    suites = etree.Element("testsuites")
    suite = etree.SubElement(suites, "testsuite", name="drs-contracts observe")
    suite.set("tests", str(len(report.results)))
    suite.set("failures", str(len(failed)))
    suite.set("errors", str(len(report.inconclusive)))
    suite.set("skipped", str(len(report.not_met)))
    for result in report.results:
        name = f"{result.clause.id} {result.clause.statement}"
        case = etree.SubElement(suite, "testcase", classname=result.clause.id.partition("-")[0], name=name)
        told = to_xml_text(f"known: {result.clause.evidence}\n{format_places(result, _MAX_PLACES)}")
        if result in failed:
            etree.SubElement(case, "failure", message=_first_place(result), type=result.verdict.value).text = told
        elif result.verdict is Verdict.INCONCLUSIVE:
            etree.SubElement(case, "error", message=_first_place(result)).text = told
        elif result.verdict is Verdict.NOT_MET:
            etree.SubElement(case, "skipped", message="no call meets it")
        elif result.verdict is Verdict.ADVICE:
            etree.SubElement(case, "system-out").text = told
    return etree.tostring(suites, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def to_html(report: TrafficReport) -> bytes:
    """Make the report as one page that needs nothing else."""
    return render_page(
        "observe.html",
        _make_frame(report),
        report=report,
        tones={verdict: _TONES.get(verdict, Tone.PLAIN) for verdict in Verdict},
        max_places=_MAX_PLACES,
        splits=[
            ("operations", split_coverage(report.coverage.operations)),
            ("situations", split_coverage({each.value: n for each, n in report.coverage.situations.items()})),
        ],
    )


def _make_frame(report: TrafficReport) -> Frame:
    verdict, tone = _judge(report)
    unrecorded = ", ".join(call.name for call in report.unrecorded)
    notice = f"The body was not recorded, or not as it was sent, and these calls are not checked: {unrecorded}."
    return Frame(
        "observe",
        "Does the service call DRS as it should?",
        verdict,
        tone,
        facts=(f"{count_words(len(report.traffic.calls), 'call')} from {report.traffic.source}.",),
        notices=(notice,) if unrecorded else (),
        tiles=tuple(
            Tile(verdict, count, _TONES.get(Verdict(verdict), Tone.PLAIN))
            for verdict, count in count_verdicts(report).items()
        ),
        grades=tuple(count_by_grade(result.clause for result in report.results).items()),
    )


def _judge(report: TrafficReport) -> tuple[str, Tone]:
    """The verdict in a sentence, and how good or bad it is."""
    met = len(report.results) - len(report.not_met)
    broken = len(report.broken)
    if broken:
        breaks = count_words(broken, "clause is", "clauses are")
        return f"No: {breaks} broken, of {met} that its calls meet.", Tone.BAD
    if report.inconclusive:
        return f"No clause is certainly broken, but {len(report.inconclusive)} may be.", Tone.UNSURE
    if report.advice:
        advice = count_words(len(report.advice), "piece of advice is", "pieces of advice are")
        return f"Yes: no clause is broken. {advice} not followed.", Tone.GOOD
    return f"Yes: none of the {count_words(met, 'clause')} that its calls meet is broken.", Tone.GOOD


def count_verdicts(report: TrafficReport) -> dict[str, int]:
    """Count the clauses by their verdicts."""
    return {verdict.value: sum(each.verdict is verdict for each in report.results) for verdict in Verdict}


def format_places(result: ClauseResult, most: int) -> str:
    """Say where and how a clause is broken, a line for each call, ``most`` of them at the most."""
    lines = [f"{breach.place}: {breach.reason}" for breach in result.breaches[:most]]
    more = len(result.breaches) - len(lines)
    return "\n".join([*lines, f"and {more} more"] if more else lines)


def split_coverage(counts: Mapping[str, int]) -> tuple[str, str]:
    """Name what was met, with how often, and what was not."""
    met = ", ".join(f"{name} {count}" for name, count in counts.items() if count)
    return met or "none", ", ".join(name for name, count in counts.items() if not count) or "none"


def _first_place(result: ClauseResult) -> str:
    return to_xml_text(format_places(result, 1).replace("\n", ", "))


def _to_clause_data(result: ClauseResult) -> dict[str, object]:
    return {
        "id": result.clause.id,
        "statement": result.clause.statement,
        "grade": result.clause.evidence.grade.value,
        "source": result.clause.evidence.source,
        "verdict": result.verdict.value,
        "occurrences": result.occurrences,
        "breaches": [
            {
                "position": breach.position,
                "name": breach.call.name,
                "operation": breach.call.operation,
                "reason": breach.reason,
            }
            for breach in result.breaches
        ],
    }
