"""Finds the clauses that callers met in a simulator's journal; the simulator shows them beside each exchange."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from drs_contracts.observe.analysis import ClauseResult, Verdict, analyse_traffic
from drs_contracts.observe.sources import NoCallsError, har_traffic

_KEPT = "kept"


def judge_exchanges(journal: Mapping[str, Any]) -> dict[int, tuple[dict[str, str], ...]]:
    """List the clauses that each exchange met, by its number in the journal.

    Of a clause that an exchange broke or whose advice it goes against there is one item for each breach.

    Args:
        journal: The journal as HAR, as the simulator exports it.

    Returns:
        For each clause ``id``, ``statement``, ``grade``, ``source``, ``result`` (``kept``, ``broken`` or ``advice``)
        and ``reason``, which is empty if it was kept. What is inconclusive is left out.
    """
    numbers = {f"entry {place}": entry["_number"] for place, entry in enumerate(journal["log"]["entries"], start=1)}
    try:
        traffic = har_traffic(json.dumps(journal).encode(), "the journal")
    except NoCallsError:
        return {}
    found: dict[int, list[dict[str, str]]] = defaultdict(list)
    report = analyse_traffic(traffic)
    for result in (*report.broken, *report.advice):
        for breach in result.breaches:
            found[numbers[breach.call.name]].append(_describe(result, result.verdict.value, breach.reason))
    for result in report.results:
        if result.verdict is Verdict.INCONCLUSIVE:
            continue
        for call in dict.fromkeys(result.kept_by):
            found[numbers[call.name]].append(_describe(result, _KEPT, ""))
    return {number: tuple(told) for number, told in found.items()}


broken_clauses = judge_exchanges
"""The name of version 0.1.0, accepted for one release."""


def _describe(result: ClauseResult, verdict: str, reason: str) -> dict[str, str]:
    clause = result.clause
    return {
        "id": clause.id,
        "statement": clause.statement,
        "grade": clause.evidence.grade.value,
        "source": clause.evidence.source,
        "result": verdict,
        "reason": reason,
    }
