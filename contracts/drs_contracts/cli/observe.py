"""The command ``drs-contracts observe``."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from drs_contracts.cli.options import AdminToken, HtmlReport, Json, JsonReport, JunitReport
from drs_contracts.cli.output import ExitCode, echo, echo_json, echo_table, exit_with
from drs_contracts.observe.analysis import TrafficReport, analyse_traffic
from drs_contracts.observe.report import (
    count_verdicts,
    format_places,
    split_coverage,
    to_data,
    to_html,
    to_json,
    to_junit,
)
from drs_contracts.observe.sources import read_journal, read_traffic
from drs_contracts.reports import write_reports

_MAX_PLACES = 3


def observe_command(
    source: Annotated[
        str,
        typer.Argument(
            help="Folder of recorded exchanges, HAR file, or address of a simulator with a journal.", metavar="SOURCE"
        ),
    ],
    admin_token: AdminToken = None,
    strict: Annotated[bool, typer.Option("--strict", help="Fail on advice too.")] = False,
    json_report: JsonReport = None,
    junit: JunitReport = None,
    html: HtmlReport = None,
    as_json: Json = False,
) -> None:
    """Check a caller's traffic against the clauses for callers.

    Reports which clauses the caller breaks, which advice it does not follow, and which operations and situations the
    traffic never met. The traffic is taken to be complete: a session opened before it began counts as never opened.

    Exit codes: 0 nothing is broken; 1 something is, or, with --strict, advice is not followed; 2 the traffic could not
    be checked, or not all of it.
    """
    is_address = source.startswith(("http://", "https://"))
    traffic = read_journal(source, admin_token) if is_address else read_traffic(Path(source))
    report = analyse_traffic(traffic)
    if as_json:
        echo_json(to_data(report))
    else:
        _print_report(report)
    write_reports(report, ((json_report, to_json), (junit, partial(to_junit, strict=strict)), (html, to_html)))
    if report.broken or (strict and report.advice):
        exit_with(ExitCode.FAILED)
    if any(strict or not each.is_advice for each in report.inconclusive):
        exit_with(ExitCode.UNUSABLE)


def _print_report(report: TrafficReport) -> None:
    coverage = report.coverage
    for title, results in (
        ("broken", report.broken),
        ("inconclusive", report.inconclusive),
        ("advice", report.advice),
    ):
        if results:
            echo_table(
                (title, "clause", "known", "where and how"),
                [
                    (
                        result.clause.id,
                        result.clause.statement,
                        str(result.clause.evidence),
                        format_places(result, _MAX_PLACES),
                    )
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
            ("operations", *split_coverage(coverage.operations)),
            ("situations", *split_coverage({each.value: count for each, count in coverage.situations.items()})),
            ("clauses", *split_coverage({each.clause.id: each.occurrences for each in report.results})),
        ],
    )
    echo()
    counted = ", ".join(f"{count} {verdict}" for verdict, count in count_verdicts(report).items())
    echo(f"{len(report.traffic.calls)} calls. Clauses: {counted}.")
