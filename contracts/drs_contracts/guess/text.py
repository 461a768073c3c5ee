"""The report on guesses as text."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import indent

from drs_simulator import Guess

from drs_contracts.guess.exchanges import ShownDifference
from drs_contracts.guess.report import Dependency, GuessReport, find_clauses
from drs_contracts.reports import count_words


def to_text(report: GuessReport) -> str:
    """Make the report as text."""
    return "\n".join(_lines(report))


def _lines(report: GuessReport) -> Iterator[str]:
    yield report.headline
    for guess in report.depends_on:
        yield from _dependency(report, guess)
    for title, guesses in (
        ("Does not depend on", report.independent_of),
        ("Not exercised by the command", report.not_exercised),
    ):
        if guesses:
            yield f"\n{title} ({len(guesses)}): {', '.join(each.setting for each in guesses)}"
    if report.not_decided:
        yield f"\nNot decided ({len(report.not_decided)}):"
        yield from (f"  {each.setting}: {report.reason(each)}" for each in report.not_decided)
    yield f"\n{count_words(report.runs, 'run')} in {report.seconds:.0f} seconds."
    yield from report.notices


def _dependency(report: GuessReport, guess: Guess) -> Iterator[str]:
    yield f"\n{guess.setting} is a guess: {guess.read(report.profile)}"
    for clause in find_clauses(guess):
        yield f"  {clause.id}: {clause.statement} ({clause.evidence})"
    yield f"  The setting: {report.evidence(guess)}"
    for found in report.of(guess):
        yield from _failure(found)
    yield f"  Ask: {guess.ask}"


def _failure(found: Dependency) -> Iterator[str]:
    yield f"  With {found.variant.id} it {found.summary}. Plausible, since {found.variant.alternative.why}."
    if found.tests:
        yield from (f"    fails: {test}" for test in found.tests)
    else:
        yield indent(found.printed, "    | ")
    if found.difference is None:
        yield "    No answer of DRS differs from the default run."
    else:
        yield from _difference(found.difference)


def _difference(difference: ShownDifference) -> Iterator[str]:
    yield f"    The call whose answer differs: {difference.operation}"
    yield indent(difference.sent, "    > ")
    for each in difference.changed:
        yield f"    < {each.path}: {each.before}"
        yield f"      in the variant: {each.after}"
    if difference.more:
        yield f"    < and {difference.more} more members"
