"""Clauses that state laws: what holds whatever is called, in whatever order, on whatever day."""

from __future__ import annotations

from drs_contracts.clauses.laws import (  # noqa: F401 - importing a module registers its clauses
    agreement,
    conservation,
    exactness,
    frame,
    journeys,
    metamorphoses,
    operatives,
    siblings,
)
