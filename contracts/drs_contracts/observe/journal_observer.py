"""Finds the clauses that callers broke in a simulator's journal; the simulator shows them beside each exchange."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from drs_contracts.observe.analysis import analyse_traffic
from drs_contracts.observe.sources import NoCallsError, har_traffic


def broken_clauses(journal: Mapping[str, Any]) -> dict[int, tuple[str, ...]]:
    """List the clauses that each exchange broke, then the advice that it goes against, by its number in the journal.

    Args:
        journal: The journal as HAR, as the simulator exports it.
    """
    numbers = {f"entry {place}": entry["_number"] for place, entry in enumerate(journal["log"]["entries"], start=1)}
    try:
        traffic = har_traffic(json.dumps(journal).encode(), "the journal")
    except NoCallsError:
        return {}
    found: dict[int, list[str]] = defaultdict(list)
    report = analyse_traffic(traffic)
    for result in (*report.broken, *report.advice):
        for breach in result.breaches:
            clause = result.clause
            told = f"{clause.id} {clause.statement} ({clause.evidence.grade}): {breach.reason}"
            found[numbers[breach.call.name]].append(told)
    return {number: tuple(told) for number, told in found.items()}
