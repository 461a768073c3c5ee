"""A clause: one statement about DRS or its callers, how it is known, and a check that can fail.

A check is a function with a Hypothesis strategy for each value that it varies::

    @clause("SES-01", "A session id has 32 lower-case hex characters.", seen("Sessions"))
    def session_id_form(drs: DrsDriver) -> None:
        expect(..., "the session id has another form")

The check of a clause that applies to the caller reads a whole traffic. It gives every call to which the clause
applies, and how that call broke it, if it did (see ``drs_contracts.traffic.calls``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Any

from hypothesis.strategies import SearchStrategy


class Grade(StrEnum):
    """How well something is known, best first.

    The first three come from a real gateway: its own answers, its interface, and services that rely on it. The vendor
    describes DRS itself, but mostly its screens, in its latest release. A measurement is exact, but of the platform
    alone and of versions among which DRS's is not known for certain. Advice says nothing of DRS: it is what a careful
    caller does, and a caller that does otherwise fails nothing.
    """

    SEEN = "seen"
    PUBLISHED = "published"
    CLIENT = "client"
    VENDOR = "vendor"
    MEASURED = "measured"
    PRESUMED = "presumed"
    ADVICE = "advice"

    @property
    def meaning(self) -> str:
        """Where evidence of this grade comes from, as the end of a sentence."""
        return _MEANINGS[self]


_MEANINGS = {
    Grade.SEEN: "in the document that describes DRS, or in its examples",
    Grade.PUBLISHED: "in the gateway's interface description",
    Grade.CLIENT: "public services that run against a real DRS rely on it",
    Grade.VENDOR: "the vendor's own help pages for DRS say so",
    Grade.MEASURED: "DRS's platform, Apache CXF, does so when it is run over the same interface",
    Grade.PRESUMED: "no evidence: the simplest assumption",
    Grade.ADVICE: "no rule of DRS: what a careful caller does; it fails nothing without `--strict`",
}


class AppliesTo(StrEnum):
    """The side that must keep a clause."""

    DRS = "DRS"
    CALLER = "caller"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A grade and its source.

    The source is a section or example of the owner's document, a part of the interface, a service, a help article or a
    case that was run. Where several grades apply, the grade is the best one, and the source names the others.
    """

    grade: Grade
    source: str

    def __str__(self) -> str:
        return f"{self.grade}: {self.source}"


def seen(source: str) -> Evidence:
    """Evidence from the text or an example of the owner's document."""
    return Evidence(Grade.SEEN, source)


def published(source: str) -> Evidence:
    """Evidence from the gateway's interface description."""
    return Evidence(Grade.PUBLISHED, source)


def client(source: str) -> Evidence:
    """Evidence from councils' services that run against DRS and rely on it."""
    return Evidence(Grade.CLIENT, source)


def vendor(subject: str, *articles: str, also: str = "") -> Evidence:
    """Evidence from the vendor's help pages: what they are about, and the ids of the articles."""
    return Evidence(Grade.VENDOR, f"help on {subject} ({', '.join(articles)}){also and f'; {also}'}")


def measured(*cases: str, versions: str = "2.6.1", also: str = "") -> Evidence:
    """Evidence from Apache CXF: the requests that were sent to it, by their names, and the versions that agree."""
    named = f"case{'s' if len(cases) > 1 else ''} {', '.join(cases)}"
    return Evidence(Grade.MEASURED, f"Apache CXF {versions}, {named}{also and f'; {also}'}")


def presumed(source: str) -> Evidence:
    """No evidence: an assumption, with its reason as the source."""
    return Evidence(Grade.PRESUMED, source)


def advice(reason: str) -> Evidence:
    """No rule of DRS: what a careful caller does, with its reason as the source. Only for clauses for callers."""
    return Evidence(Grade.ADVICE, reason)


@dataclass(frozen=True, slots=True)
class Clause:
    """One statement with its check.

    Args:
        id: Subject and number, ``AVL-07``.
        statement: One sentence in the present tense.
        evidence: How it is known.
        applies_to: The side that must keep it.
        check: For DRS: takes a ``DrsDriver`` and one value of each strategy in ``varies``, and raises
            ``ClauseBroken``. For the caller: takes a ``Traffic`` and gives the occasions in it.
        varies: The strategies for the values of the check, by parameter.
        writes: Whether the check changes anything in the DRS that it calls.
        moves_clock: Whether the check must set the clock of that DRS.
        changes_records: Whether the check changes operatives, places or codes, which others use and which it cannot
            restore.
        needs_hidden_settings: Whether the check must know what only that DRS's own profile tells (``HiddenSettings``).
        reads_callbacks: Whether the check must see what that DRS posts to the council's service.
        at_any_moment: Whether the check is also tried about midnight and at other moments, if it speaks of a day.
        judges_every_call: Whether it is broken by a call of any other check too; such a clause is checked last.
    """

    id: str
    statement: str
    evidence: Evidence
    applies_to: AppliesTo
    check: Callable[..., Any]
    varies: Mapping[str, SearchStrategy[Any]] = field(default_factory=dict)
    writes: bool = False
    moves_clock: bool = False
    changes_records: bool = False
    needs_hidden_settings: bool = False
    reads_callbacks: bool = False
    at_any_moment: bool = True
    judges_every_call: bool = False


_catalogue: dict[str, Clause] = {}


def clause(
    identifier: str,
    statement: str,
    evidence: Evidence,
    *,
    applies_to: AppliesTo = AppliesTo.DRS,
    writes: bool = False,
    moves_clock: bool = False,
    changes_records: bool = False,
    needs_hidden_settings: bool = False,
    reads_callbacks: bool = False,
    at_any_moment: bool = True,
    judges_every_call: bool = False,
    **varies: SearchStrategy[Any],
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a check in the catalogue as a clause (see ``Clause``).

    Raises:
        ValueError: Another clause has that id, or advice would judge DRS.
    """

    def register(check: Callable[..., Any]) -> Callable[..., Any]:
        if evidence.grade is Grade.ADVICE and applies_to is AppliesTo.DRS:
            raise ValueError(f"{identifier} is advice, which applies to callers only. Give it another grade.")
        if identifier in _catalogue:
            raise ValueError(
                f"The id {identifier} is taken: {_catalogue[identifier].statement} Give the new clause another id."
            )
        _catalogue[identifier] = Clause(
            identifier,
            statement,
            evidence,
            applies_to,
            check,
            varies,
            writes=writes,
            moves_clock=moves_clock,
            changes_records=changes_records,
            needs_hidden_settings=needs_hidden_settings,
            reads_callbacks=reads_callbacks,
            at_any_moment=at_any_moment,
            judges_every_call=judges_every_call,
        )
        return check

    return register


caller_clause = partial(clause, applies_to=AppliesTo.CALLER)
"""Register a check of a traffic as a clause that applies to the caller (see ``clause``)."""


def count_by_grade(clauses: Iterable[Clause]) -> dict[Grade, int]:
    """Count clauses by their grades: every grade, best first."""
    found = Counter(clause.evidence.grade for clause in clauses)
    return {grade: found[grade] for grade in Grade}


def registered() -> tuple[Clause, ...]:
    """The clauses that are registered so far, by id."""
    return tuple(_catalogue[identifier] for identifier in sorted(_catalogue))
