"""What installed observers say of the journal's exchanges, asked again when the journal has changed."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from time import monotonic

from drs_simulator.journal.journal import Journal
from drs_simulator.journal.observers import ClauseVerdict, judge_exchanges

_RESTS = 10
"""After judging, a live page may show the same verdicts for this many times as long as it took."""


class JudgedJournal:
    """The verdicts of a journal. Safe under threads.

    Args:
        journal: The journal.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._lock = Lock()
        self._judged: object = None
        self._valid_until = 0.0
        self._verdicts: Mapping[int, tuple[ClauseVerdict, ...]] = {}

    def verdicts(self, *, may_be_old: bool = False) -> Mapping[int, tuple[ClauseVerdict, ...]]:
        """Return the clauses that each exchange met, by its number.

        Args:
            may_be_old: Whether verdicts are good enough that lack the newest exchanges of a busy journal.
        """
        newest = next(self._journal.newest(), None)
        state = None if newest is None else (newest.number, newest.system_time)
        with self._lock:
            began = monotonic()
            if state != self._judged and not (may_be_old and began < self._valid_until):
                # Earlier exchanges decide which clauses a call breaks, so the observers see all of them.
                self._verdicts = judge_exchanges(self._journal.entries())
                self._judged = state
                self._valid_until = monotonic() + _RESTS * (monotonic() - began)
            return self._verdicts
