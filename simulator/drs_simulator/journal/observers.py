"""Asks installed observers, such as the contracts, which clauses the callers met, kept and broke.

An observer is a function from the journal (as HAR) to the clauses that each exchange met, by the exchange's number. A
clause is a mapping with the texts of a ``ClauseVerdict``. The observer is found through the entry point group
``drs_simulator.observers``, and is called when someone reads the journal.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import entry_points
from typing import Any, NamedTuple

from drs_simulator.journal.entry import JournalEntry
from drs_simulator.journal.har import to_har

_GROUP = "drs_simulator.observers"
_KEPT = "kept"
_log = logging.getLogger(__name__)


class ClauseVerdict(NamedTuple):
    """A clause that an exchange met.

    Args:
        id: The clause's id.
        statement: What it says.
        grade: How it is known.
        source: From where.
        result: ``kept``, ``broken`` or ``advice`` (against advice).
        reason: What is wrong with the exchange; empty if the clause is kept.
    """

    id: str
    statement: str
    grade: str = ""
    source: str = ""
    result: str = _KEPT
    reason: str = ""

    @property
    def is_kept(self) -> bool:
        """Whether the exchange keeps the clause."""
        return self.result == _KEPT

    def __str__(self) -> str:
        return f"{self.id} {self.statement} ({self.grade}): {self.reason}"


Observer = Callable[[Mapping[str, Any]], Mapping[int, Iterable[Mapping[str, str]]]]


def judge_exchanges(entries: Iterable[JournalEntry]) -> dict[int, tuple[ClauseVerdict, ...]]:
    """Find the clauses that each exchange met, by its number; those that it broke come first."""
    archive = to_har(entries)
    found: dict[int, tuple[ClauseVerdict, ...]] = {}
    for entry_point in entry_points(group=_GROUP):
        try:
            observer: Observer = entry_point.load()
            for number, clauses in observer(archive).items():
                told = tuple(ClauseVerdict(**clause) for clause in clauses)
                found[number] = (*found.get(number, ()), *told)
        except ModuleNotFoundError:
            # An optional dependency of the observer is not installed.
            continue
        except Exception:
            _log.exception("The observer %s failed", entry_point.name)
    return {number: tuple(sorted(clauses, key=lambda each: each.is_kept)) for number, clauses in found.items()}


def find_broken_clauses(entries: Iterable[JournalEntry]) -> dict[int, tuple[str, ...]]:
    """Find the clauses that callers broke, each with its statement and how, by the exchange's number."""
    return {
        number: broken
        for number, clauses in judge_exchanges(entries).items()
        if (broken := tuple(str(each) for each in clauses if not each.is_kept))
    }
