"""A clause is found by its id: one module for each prefix, and the ids of a module in order, without a gap."""

from __future__ import annotations

import inspect
from itertools import groupby

import pytest
from drs_contracts import Clause, list_clauses

MODULES = {
    "ANS": "answers",
    "AVL": "availability",
    "CAL": "callers",
    "CAN": "changes",
    "CHG": "changes",
    "FLO": "workflow",
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


def line_of(clause: Clause) -> int:
    return inspect.getsourcelines(inspect.unwrap(clause.check))[1]


BY_PREFIX = {prefix: list(clauses) for prefix, clauses in groupby(list_clauses(), prefix_of)}


def test_every_prefix_has_a_module() -> None:
    assert list(BY_PREFIX) == list(MODULES)


@pytest.mark.parametrize("prefix", MODULES)
def test_a_prefix_is_in_one_module_in_order(prefix: str) -> None:
    clauses = BY_PREFIX[prefix]
    assert {inspect.unwrap(clause.check).__module__ for clause in clauses} == {
        f"drs_contracts.clauses.{MODULES[prefix]}"
    }
    in_source = [clause.id for clause in sorted(clauses, key=line_of)]
    assert in_source == [f"{prefix}-{number:02d}" for number in range(1, len(clauses) + 1)]
