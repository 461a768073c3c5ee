"""The time of a database: what its hosts agree on where their own clocks differ."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from time import monotonic
from typing import NamedTuple, Protocol, runtime_checkable

from drs_simulator.clock import system_time
from drs_simulator.storage.errors import StateError

_log = logging.getLogger(__name__)
_ASK_EVERY_SECONDS = 60.0
_ASK_AGAIN_SECONDS = 5.0
_JUMP_SECONDS = 1.0
_TOLERATED = timedelta(seconds=2)


@runtime_checkable
class TellsTime(Protocol):
    """A store with a clock of its own."""

    def time(self) -> datetime | None:
        """Return its time in UTC; ``None`` if it is that of this computer.

        Raises:
            StateError: It cannot be asked.
        """


class _Seen(NamedTuple):
    """The database's time, this host's, and the seconds that had passed, at one moment."""

    time: datetime
    own: datetime
    passed: float


class SharedTime:
    """Returns the database's time, and warns where this host's differs. Safe under threads.

    It asks once a minute and counts seconds in between, so that it goes on while the database is gone. If this host's
    clock is set in between, it asks at once.

    Args:
        ask: Returns the database's time; see ``TellsTime.time``.
        own: Returns this host's time.
        passed: Returns seconds that only increase.
    """

    def __init__(
        self,
        ask: Callable[[], datetime | None],
        own: Callable[[], datetime] = system_time,
        passed: Callable[[], float] = monotonic,
    ) -> None:
        self._ask = ask
        self._own = own
        self._passed = passed
        self._asking = Lock()
        self._seen: _Seen | None = None
        self._ask_at = passed()
        self._warned_of = timedelta(0)

    def __call__(self) -> datetime:
        """Return the time in UTC."""
        own, passed = self._own(), self._passed()
        if (passed >= self._ask_at or self._has_jumped(own, passed)) and self._asking.acquire(blocking=False):
            try:
                self._compare()
            finally:
                self._asking.release()
            own, passed = self._own(), self._passed()
        seen = self._seen
        return own if seen is None else seen.time + timedelta(seconds=passed - seen.passed)

    def _has_jumped(self, own: datetime, passed: float) -> bool:
        seen = self._seen
        return seen is not None and abs((own - seen.own).total_seconds() - (passed - seen.passed)) > _JUMP_SECONDS

    def _compare(self) -> None:
        before = self._passed()
        try:
            time = self._ask()
        except StateError:
            self._ask_at = before + _ASK_AGAIN_SECONDS
            if self._seen is not None:
                # Noticed once: what has been seen counts on from the host's clock as it is now.
                now = self._passed()
                self._seen = _Seen(self._seen.time + timedelta(seconds=now - self._seen.passed), self._own(), now)
            return
        after, own = self._passed(), self._own()
        self._ask_at = after + _ASK_EVERY_SECONDS
        if time is not None:
            # Half the way back has passed since the database looked.
            self._seen = _Seen(time + timedelta(seconds=(after - before) / 2), own, after)
            self._warn(own - self._seen.time)

    def _warn(self, ahead: timedelta) -> None:
        """Say once how far this host's clock is off, and again if that changes."""
        if abs(ahead - self._warned_of) <= _TOLERATED:
            return
        self._warned_of = ahead if abs(ahead) > _TOLERATED else timedelta(0)
        if not self._warned_of:
            _log.warning("The clock of this host agrees with the database's again.")
            return
        direction = "ahead of" if ahead > timedelta(0) else "behind"
        _log.warning(
            "The clock of this host is %.0f seconds %s the database's. The simulator goes by the database's; set this "
            "host's clock.",
            abs(ahead).total_seconds(),
            direction,
        )


def time_of(store: object) -> Callable[[], datetime]:
    """Return the time that all processes of a store agree on; a host that is off is warned of now."""
    if not isinstance(store, TellsTime):
        return system_time
    time = SharedTime(store.time)
    time()
    return time
