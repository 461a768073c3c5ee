"""Copied beside the contract suite by ``make mutants``: mutants are tried in forks of one process, which remembers."""

from __future__ import annotations

import sys

import pytest


@pytest.fixture(autouse=True)
def nothing_is_remembered() -> None:
    """Days that the sound code worked out would hide what a mutant does."""
    for name, module in list(sys.modules.items()):
        if name.startswith("drs_simulator.scheduling"):
            for value in list(vars(module).values()):
                if hasattr(value, "cache_clear"):
                    value.cache_clear()
