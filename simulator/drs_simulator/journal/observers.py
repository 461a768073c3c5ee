"""Asks installed observers, such as the contracts, which clauses the callers broke.

An observer is a function from the journal (as HAR) to the clauses that each exchange broke, by the exchange's number.
It is found through the entry point group ``drs_simulator.observers``, and is called when someone reads the journal.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import entry_points
from typing import Any

from drs_simulator.journal.entry import JournalEntry
from drs_simulator.journal.har import to_har

_GROUP = "drs_simulator.observers"
_log = logging.getLogger(__name__)
Observer = Callable[[Mapping[str, Any]], Mapping[int, tuple[str, ...]]]


def find_broken_clauses(entries: Iterable[JournalEntry]) -> dict[int, tuple[str, ...]]:
    """Find the clauses that callers broke, each with its statement and how, by the exchange's number."""
    archive = to_har(entries)
    found: dict[int, tuple[str, ...]] = {}
    for entry_point in entry_points(group=_GROUP):
        try:
            observer: Observer = entry_point.load()
            for number, clauses in observer(archive).items():
                found[number] = (*found.get(number, ()), *clauses)
        except ModuleNotFoundError:
            # An optional dependency of the observer is not installed.
            continue
        except Exception:
            _log.exception("The observer %s failed", entry_point.name)
    return found
