"""Clauses on what DRS does in one of several ways, where no evidence says which: in one of them, and as a whole.

A clause of another prefix holds for the way that is presumed. These hold for every plausible way, and for no mixture.
"""

from __future__ import annotations

from drs_contracts.clauses.alternatives import (  # noqa: F401 - importing a module registers its clauses
    changes,
    consequences,
    questions,
)
