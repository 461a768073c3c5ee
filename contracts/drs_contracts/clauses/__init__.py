"""The clauses: one module for each prefix of their ids, in the order of the ids."""

from __future__ import annotations

from drs_contracts.clauses import (  # noqa: F401 - importing a module registers its clauses
    answers,
    availability,
    callers,
    changes,
    master_data,
    orders,
    refusals,
    scheduling,
    selections,
    sessions,
    wire,
    workflow,
)
from drs_contracts.clauses.clause import Binds, Clause, entered


def list_clauses(binds: Binds | None = None) -> tuple[Clause, ...]:
    """Every clause of the catalogue, or those that bind one side, by id."""
    return tuple(each for each in entered() if binds in (None, each.binds))
