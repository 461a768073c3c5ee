"""A clause: one statement about DRS or its callers, how it is known, and a check that can fail.

A check is a function with a Hypothesis strategy for each value that it varies::

    @clause("SES-01", "A session id has 32 lower-case hex characters.", seen("Sessions"))
    def session_id_form(drs: DrsDriver) -> None:
        expect(..., "the session id has another form")

The check of a clause that applies to the caller reads a whole traffic. It gives every call to which the clause
applies, and how that call broke it, if it did (see ``drs_contracts.traffic.calls``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from hypothesis.strategies import SearchStrategy


class Grade(StrEnum):
    """How well something is known, best first."""

    SEEN = "seen"
    PUBLISHED = "published"
    CLIENT = "client"
    PRESUMED = "presumed"


class AppliesTo(StrEnum):
    """The side that must keep a clause."""

    DRS = "DRS"
    CALLER = "caller"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A grade and its source: a section or example of the owner's document, the interface, a service."""

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


def presumed(source: str) -> Evidence:
    """No evidence: an assumption, with its reason as the source."""
    return Evidence(Grade.PRESUMED, source)


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
    **varies: SearchStrategy[Any],
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a check in the catalogue as a clause (see ``Clause``).

    Raises:
        ValueError: Another clause has that id.
    """

    def register(check: Callable[..., Any]) -> Callable[..., Any]:
        if identifier in _catalogue:
            raise ValueError(
                f"The id {identifier} is taken: {_catalogue[identifier].statement} Give the new clause another id."
            )
        _catalogue[identifier] = Clause(
            identifier, statement, evidence, applies_to, check, varies, writes, moves_clock, changes_records
        )
        return check

    return register


def registered() -> tuple[Clause, ...]:
    """The clauses that are registered so far, by id."""
    return tuple(_catalogue[identifier] for identifier in sorted(_catalogue))
