"""Clauses for the caller: its requests, and how its calls follow each other; a module for each subject."""

from __future__ import annotations

from drs_contracts.clauses.callers import (  # noqa: F401 - importing a module registers its clauses
    bookings,
    leftovers,
    members,
    messages,
    persistence,
    refusals,
    repeats,
    sessions,
    windows,
)
