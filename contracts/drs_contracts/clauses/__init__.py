"""The clauses, a module for each subject."""

from __future__ import annotations

from drs_contracts.clauses import (  # noqa: F401 - enter clauses
    answers,
    asking,
    availability,
    caller,
    caller_wire,
    caller_workflow,
    changing,
    choices,
    further,
    news,
    ordering,
    placing,
    records,
    refusals,
    scheduling,
    searching,
    sessions,
    wire,
    workflow,
)
from drs_contracts.clauses.clause import Binds, Clause, entered


def list_clauses(binds: Binds | None = None) -> tuple[Clause, ...]:
    """Every clause of the catalogue, or those that bind one side, by id."""
    return tuple(each for each in entered() if binds in (None, each.binds))
