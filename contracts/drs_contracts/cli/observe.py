"""The command ``drs-contracts observe``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from drs_contracts.cli.options import AdminToken, Json
from drs_contracts.cli.output import ExitCode, echo, echo_json, echo_table, exit_with
from drs_contracts.observe.analysis import ClauseResult, CoveragePoint, TrafficReport, Verdict, analyse_traffic
from drs_contracts.observe.sources import read_journal, read_traffic

_MAX_PLACES = 3


def observe_command(
    source: Annotated[
        str,
        typer.Argument(
            help="Folder of recorded exchanges, HAR file, or address of a simulator with a journal.", metavar="SOURCE"
        ),
    ],
    admin_token: AdminToken = None,
    as_json: Json = False,
) -> None:
    """Check a caller's traffic against the clauses for callers.

    Reports which clauses the caller breaks, and which operations and situations the traffic never met. The traffic is
    taken to be complete: a session opened before it began counts as never opened.

    Exit codes: 0 nothing is broken; 1 something is; 2 the traffic could not be checked, or not all of it.
    """
    is_address = source.startswith(("http://", "https://"))
    traffic = read_journal(source, admin_token) if is_address else read_traffic(Path(source))
    report = analyse_traffic(traffic)
    if as_json:
        echo_json(_to_data(report))
    else:
        _print_report(report)
    if report.broken:
        exit_with(ExitCode.FAILED)
    if report.inconclusive:
        exit_with(ExitCode.UNUSABLE)


def _print_report(report: TrafficReport) -> None:
    coverage = report.coverage
    for title, results in (("broken", report.broken), ("inconclusive", report.inconclusive)):
        if results:
            echo_table(
                (title, "clause", "known", "where and how"),
                [
                    (result.clause.id, result.clause.statement, str(result.clause.evidence), _format_places(result))
                    for result in results
                ],
            )
            echo()
    if report.unrecorded:
        names = ", ".join(call.name for call in report.unrecorded)
        echo(f"The body was not recorded, or not as it was sent: {names}. These calls are not checked.\n")
    echo_table(
        ("coverage", "met", "never met"),
        [
            ("operations", *_split(dict(coverage.operations))),
            ("situations", *_split({each.value: count for each, count in coverage.situations.items()})),
            ("clauses", *_split({each.clause.id: each.occurrences for each in report.results})),
        ],
    )
    echo()
    counts = {verdict: sum(each.verdict is verdict for each in report.results) for verdict in Verdict}
    counted = ", ".join(f"{count} {verdict.value}" for verdict, count in counts.items())
    echo(f"{len(report.traffic.calls)} calls. Clauses: {counted}.")


def _format_places(result: ClauseResult) -> str:
    lines = [f"{breach.place}: {breach.reason}" for breach in result.breaches[:_MAX_PLACES]]
    more = len(result.breaches) - len(lines)
    return "\n".join([*lines, f"and {more} more"] if more else lines)


def _split(counts: dict[str, int]) -> tuple[str, str]:
    """What was met, with how often, and what was not."""
    met = ", ".join(f"{name} {count}" for name, count in counts.items() if count)
    return met or "none", ", ".join(name for name, count in counts.items() if not count) or "none"


def _to_data(report: TrafficReport) -> dict[str, object]:
    return {
        "source": report.traffic.source,
        "calls": len(report.traffic.calls),
        "unrecorded": [call.name for call in report.unrecorded],
        "clauses": [_to_clause_data(result) for result in report.results],
        "coverage": {
            "operations": dict(report.coverage.operations),
            "situations": {each.value: report.coverage.situations[each] for each in CoveragePoint},
        },
    }


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
