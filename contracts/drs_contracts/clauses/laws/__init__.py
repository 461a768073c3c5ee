"""Clauses that state laws: what holds whatever is called, in whatever order, on whatever day."""

from __future__ import annotations

from drs_contracts.clauses.laws import agreement, conservation  # noqa: F401 - importing a module registers its clauses
