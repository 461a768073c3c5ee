"""Asks those who know more of callers than the simulator does, if they are installed: the contracts, for instance.

An observer is a function from the journal (as HAR) to the clauses that each exchange broke, by the exchanges' numbers.
It is found by the entry point group ``drs_simulator.observers``, and only asked when somebody looks.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import entry_points
from typing import Any

from drs_simulator.journal.entry import JournalEntry
from drs_simulator.journal.har import har

_GROUP = "drs_simulator.observers"
_log = logging.getLogger(__name__)
Observer = Callable[[Mapping[str, Any]], Mapping[int, tuple[str, ...]]]


def broken_clauses(entries: Iterable[JournalEntry]) -> dict[int, tuple[str, ...]]:
    """The clauses that callers broke, each with its statement and how, by the number of the exchange."""
    archive = har(entries)
    found: dict[int, tuple[str, ...]] = {}
    for entry_point in entry_points(group=_GROUP):
        try:
            observer: Observer = entry_point.load()
            for number, clauses in observer(archive).items():
                found[number] = (*found.get(number, ()), *clauses)
        except ModuleNotFoundError:
            # What it needs besides is not installed.
            continue
        except Exception:
            _log.exception("The observer %s failed", entry_point.name)
    return found
