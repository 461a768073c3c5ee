"""Holds a DRS to its clauses: every check is tried with many values, and what breaks is shown at its smallest."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis import strategies as st

from drs_contracts.clauses.clause import AppliesTo, Clause
from drs_contracts.driver.driver import Conversation, Facts
from drs_contracts.driver.messages import Exchange
from drs_contracts.driver.targets import Target
from drs_contracts.errors import ClauseBroken


class Outcome(StrEnum):
    """What became of a clause."""

    HELD = "held"
    BROKEN = "broken"
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True)
class Finding:
    """A clause with its outcome. Where it is broken: how, with which values, and the exchanges that show it."""

    clause: Clause
    outcome: Outcome
    reason: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    exchanges: tuple[Exchange, ...] = ()


@dataclass(frozen=True, slots=True)
class Extent:
    """How far a verification goes.

    Args:
        examples: How many values each check is tried with, at most.
        seed: Makes the values repeatable.
        may_write: Whether orders and bookings may be made.
        may_move_clock: Whether the target's clock can be set.
        may_change_records: Whether operatives, places and codes may be changed for good.
        seconds: After how many seconds no further clause is begun, if that is bounded.
    """

    examples: int = 15
    seed: int = 0
    may_write: bool = True
    may_move_clock: bool = True
    may_change_records: bool = True
    seconds: float | None = None


def run_clauses(target: Target, facts: Facts, clauses: Iterable[Clause], extent: Extent) -> Iterator[Finding]:
    """Check the clauses that bind DRS one after the other, telling of each as soon as it is known.

    Raises:
        UnreachableError: The target cannot be reached.
    """
    began = time.monotonic()
    for clause in clauses:
        if clause.applies_to is not AppliesTo.DRS:
            continue
        if extent.seconds is not None and time.monotonic() - began >= extent.seconds:
            yield Finding(clause, Outcome.LEFT_OUT, f"the {extent.seconds:g} seconds were over")
        elif clause.writes and not extent.may_write:
            yield Finding(clause, Outcome.LEFT_OUT, "it writes, and writing is not allowed")
        elif clause.moves_clock and not extent.may_move_clock:
            yield Finding(clause, Outcome.LEFT_OUT, "it needs the target's clock, which cannot be set")
        elif clause.changes_records and not extent.may_change_records:
            yield Finding(clause, Outcome.LEFT_OUT, "it changes what it cannot put back; a simulator of its own can")
        else:
            yield _checked(target, facts, clause, extent)


def _checked(target: Target, facts: Facts, clause: Clause, extent: Extent) -> Finding:
    # Hypothesis ends with the smallest values that break the check, so the last ones kept are those.
    smallest: list[Finding] = []

    def attempt(**values: Any) -> None:
        target.renew()
        conversation = Conversation(target, facts)
        try:
            with conversation:
                clause.check(conversation, **values)
        except (AssertionError, ValueError, LookupError) as problem:
            told = str(problem) if isinstance(problem, ClauseBroken) else f"the check could not go on: {problem!r}"
            smallest[:] = [Finding(clause, Outcome.BROKEN, told, values, tuple(conversation.exchanges))]
            raise ClauseBroken(told) from problem

    try:
        _property(attempt, clause, extent)()
    except ClauseBroken:
        return smallest[0]
    finally:
        target.renew()
    return Finding(clause, Outcome.HELD)


def _property(attempt: Callable[..., None], clause: Clause, extent: Extent) -> Callable[[], None]:
    """The check as a Hypothesis test; one without anything to vary is tried once."""
    examples = extent.examples if clause.varies else 1
    configured = settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=False,
        phases=(Phase.explicit, Phase.generate, Phase.target, Phase.shrink),
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    varies = clause.varies or {"nothing": st.none()}

    def once(**values: Any) -> None:
        attempt(**{name: value for name, value in values.items() if name in clause.varies})

    test: Callable[[], None] = seed(extent.seed)(configured(given(**varies)(once)))
    return test
