"""Clauses for behaviour that has several plausible forms: no evidence says which, but DRS has one of them throughout.

Clauses with other prefixes hold for the form that is presumed. These hold for every plausible form, and for no mixture.
"""

from __future__ import annotations

from drs_contracts.clauses.alternatives import (  # noqa: F401 - importing a module registers its clauses
    changes,
    consequences,
    questions,
)
