"""What the processes that share a database share besides the state: the clock's mode, and settings as text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from drs_simulator.clock import Clock, FrozenClock, RunningClock
from drs_simulator.storage.errors import StateError

_CLOCK = "clock"


@runtime_checkable
class SharedSettings(Protocol):
    """A keeping of the state that other processes use as well."""

    def setting(self, name: str) -> str | None:
        """The setting of that name, as it is now; also while a transaction of this process is open.

        Raises:
            StateError: It cannot be read.
        """

    def change_setting(self, name: str, change: Callable[[str | None], str]) -> None:
        """Change a setting as a function of what it is; nobody comes between.

        Raises:
            StateError: It cannot be changed.
        """


class SharedClock(Clock):
    """A clock that all who share a database move together, and that moves for all of them at once.

    While the database cannot be reached it goes on as it was last seen to go.
    """

    def __init__(self, settings: SharedSettings) -> None:
        self._settings = settings
        self._seen: tuple[str | None, RunningClock | FrozenClock] = (None, RunningClock())
        super().__init__()

    @property
    def mode(self) -> RunningClock | FrozenClock:
        """How it goes."""
        try:
            text = self._settings.setting(_CLOCK)
        except StateError:
            return self._seen[1]
        if text != self._seen[0]:
            self._seen = (text, _mode_of(text))
        return self._seen[1]

    @mode.setter
    def mode(self, mode: RunningClock | FrozenClock) -> None:
        self._settings.change_setting(_CLOCK, lambda _: _text_of(mode))

    def fix(self, instant: datetime) -> None:
        """See ``Clock.fix``."""
        self._change(lambda clock: clock.fix(instant))

    def shift(self, by: timedelta) -> None:
        """See ``Clock.shift``. Two processes that shift it at a time both do."""
        self._change(lambda clock: clock.shift(by))

    def _change(self, change: Callable[[Clock], None]) -> None:
        def changed(text: str | None) -> str:
            clock = Clock()
            clock.mode = _mode_of(text)
            change(clock)
            return str(clock)

        self._settings.change_setting(_CLOCK, changed)


def _mode_of(text: str | None) -> RunningClock | FrozenClock:
    return RunningClock() if text is None else Clock.parse(text).mode


def _text_of(mode: RunningClock | FrozenClock) -> str:
    clock = Clock()
    clock.mode = mode
    return str(clock)
