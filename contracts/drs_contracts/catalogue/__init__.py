"""The clauses, a module for each subject."""

from __future__ import annotations

from drs_contracts.catalogue import availability, ordering, scheduling, sessions, wire  # noqa: F401 - enter clauses
from drs_contracts.clause import Clause, entered


def clauses() -> tuple[Clause, ...]:
    """Every clause of the catalogue, by id."""
    return entered()
