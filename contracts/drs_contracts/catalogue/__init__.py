"""The clauses, a module for each subject."""

from __future__ import annotations

from drs_contracts.catalogue import (  # noqa: F401 - enter clauses
    answers,
    availability,
    changing,
    choices,
    ordering,
    scheduling,
    sessions,
    wire,
)
from drs_contracts.clause import Clause, entered


def clauses() -> tuple[Clause, ...]:
    """Every clause of the catalogue, by id."""
    return entered()
