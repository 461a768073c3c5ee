"""Counts exchanges, for those who watch a server: how many, how they ended, and how long they took."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from threading import Lock

from drs_simulator.endpoint.connection import Reply
from drs_simulator.endpoint.outcome import Outcome, outcome_of
from drs_simulator.endpoint.sent import SentCall
from drs_simulator.gateway.interface import OPERATIONS

BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""The upper bounds of durations that are told apart, in seconds."""


class Tally:
    """What was counted since the server started. Safe under threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.exchanges: Counter[tuple[str, Outcome]] = Counter()
        """Exchanges by operation, empty where none can be told, and outcome."""
        self.durations = [0] * (len(BOUNDS) + 1)
        """Exchanges that took no longer than each bound and longer than the one before; those beyond all, last."""
        self.seconds = 0.0
        """How long all took together."""
        self.struck: Counter[str] = Counter()
        """Effects of fault rules that struck, by kind."""

    def count(self, call: SentCall, reply: Reply, faults: tuple[str, ...], duration: float) -> None:
        """Count one exchange."""
        operation = reply.operation or (call.operation if faults else "")
        key = (operation if operation in OPERATIONS else "", outcome_of(reply))
        with self._lock:
            self.exchanges[key] += 1
            self.durations[bisect_left(BOUNDS, duration)] += 1
            self.seconds += duration
            if faults:
                self.struck.update(faults)
