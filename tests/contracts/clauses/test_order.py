"""A clause is found by its id: one module or folder for each prefix, ids without a gap, in order in a module."""

from __future__ import annotations

import inspect
from itertools import groupby

import pytest
from drs_contracts import Clause, list_clauses

MODULES = {
    "ALT": "alternatives",
    "ANS": "answers",
    "AVL": "availability",
    "CAL": "callers",
    "CAN": "changes",
    "CBK": "callbacks",
    "CHG": "changes",
    "FLO": "workflow",
    "LAW": "laws",
    "ORD": "orders",
    "REC": "master_data",
    "REF": "refusals",
    "SCH": "scheduling",
    "SEL": "selections",
    "SES": "sessions",
    "WIR": "wire",
}


def prefix_of(clause: Clause) -> str:
    return clause.id.partition("-")[0]


def module_of(clause: Clause) -> str:
    return str(inspect.unwrap(clause.check).__module__)


def line_of(clause: Clause) -> int:
    return inspect.getsourcelines(inspect.unwrap(clause.check))[1]


BY_PREFIX = {prefix: list(clauses) for prefix, clauses in groupby(list_clauses(), prefix_of)}


def test_every_prefix_has_a_module() -> None:
    assert list(BY_PREFIX) == list(MODULES)


@pytest.mark.parametrize("prefix", MODULES)
def test_a_prefix_is_in_one_place_without_a_gap(prefix: str) -> None:
    clauses = BY_PREFIX[prefix]
    place = f"drs_contracts.clauses.{MODULES[prefix]}"
    assert all(f"{module_of(clause)}.".startswith(f"{place}.") for clause in clauses)
    assert [clause.id for clause in clauses] == [f"{prefix}-{number:02d}" for number in range(1, len(clauses) + 1)]


@pytest.mark.parametrize("module", sorted(set(map(module_of, list_clauses()))))
def test_the_ids_of_a_module_are_in_order(module: str) -> None:
    clauses = [clause for clause in list_clauses() if module_of(clause) == module]
    assert sorted(clauses, key=lambda clause: (clause.id[:3], line_of(clause))) == clauses
