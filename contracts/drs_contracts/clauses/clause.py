"""A clause: one statement about DRS or its callers, how it is known, and a check that can fail.

A check is a function with Hypothesis strategies for what it varies::

    @clause("SES-01", "A session id has 32 lower-case hex characters.", seen("Sessions"))
    def session_id_form(drs: DrsDriver) -> None:
        expect(..., "the session id has another form")

A clause that binds the caller has a check that looks through a whole traffic and gives every occasion on which the
clause was kept or broken (see ``drs_contracts.traffic.calls``).
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


class Binds(StrEnum):
    """Who has to keep a clause."""

    DRS = "DRS"
    CALLER = "caller"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A grade and where it comes from: a section or example of the owner's document, the interface, a service."""

    grade: Grade
    source: str

    def __str__(self) -> str:
        return f"{self.grade}: {self.source}"


def seen(source: str) -> Evidence:
    """Written in, or visible in an example of, the owner's document."""
    return Evidence(Grade.SEEN, source)


def published(source: str) -> Evidence:
    """In the gateway's interface description."""
    return Evidence(Grade.PUBLISHED, source)


def client(source: str) -> Evidence:
    """Services of councils that run against DRS rely on it."""
    return Evidence(Grade.CLIENT, source)


def presumed(source: str) -> Evidence:
    """Nobody wrote it down."""
    return Evidence(Grade.PRESUMED, source)


@dataclass(frozen=True, slots=True)
class Clause:
    """One statement with its check.

    Args:
        id: Subject and number, ``AVL-07``.
        statement: One sentence in the present tense.
        evidence: How it is known.
        binds: Who has to keep it.
        check: Where it binds DRS: takes a ``DrsDriver`` and one value of every strategy in ``varies``; raises
            ``ClauseBroken``. Where it binds the caller: takes a ``Traffic`` and gives the occasions in it.
        varies: What the check is tried with.
        writes: Whether the check changes anything in the DRS that it talks to.
        moves_clock: Whether the check needs to set that DRS's clock.
        changes_records: Whether the check changes operatives, places or codes: others use them, and it cannot put them
            back.
    """

    id: str
    statement: str
    evidence: Evidence
    binds: Binds
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
    binds: Binds = Binds.DRS,
    writes: bool = False,
    moves_clock: bool = False,
    changes_records: bool = False,
    **varies: SearchStrategy[Any],
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Enter a check into the catalogue as a clause (see ``Clause``).

    Raises:
        ValueError: The id is taken.
    """

    def enter(check: Callable[..., Any]) -> Callable[..., Any]:
        if identifier in _catalogue:
            raise ValueError(f"Clause {identifier} is there already: {_catalogue[identifier].statement}")
        _catalogue[identifier] = Clause(
            identifier, statement, evidence, binds, check, varies, writes, moves_clock, changes_records
        )
        return check

    return enter


def entered() -> tuple[Clause, ...]:
    """All clauses that were entered so far, by id."""
    return tuple(_catalogue[identifier] for identifier in sorted(_catalogue))
