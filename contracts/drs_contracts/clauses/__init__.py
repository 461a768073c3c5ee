"""The clauses: one module or folder for each prefix of their ids; in a module in the order of the ids."""

from __future__ import annotations

from drs_contracts.clauses import (  # noqa: F401 - importing a module registers its clauses
    alternatives,
    answers,
    availability,
    callbacks,
    callers,
    changes,
    laws,
    master_data,
    orders,
    refusals,
    scheduling,
    selections,
    sessions,
    wire,
    workflow,
)
from drs_contracts.clauses.clause import AppliesTo, Clause, registered


def list_clauses(applies_to: AppliesTo | None = None) -> tuple[Clause, ...]:
    """Return the clauses of the catalogue by id: all of them, or those that apply to one side."""
    return tuple(each for each in registered() if applies_to in (None, each.applies_to))
