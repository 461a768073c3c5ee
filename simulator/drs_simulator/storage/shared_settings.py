"""Settings that all processes of one database share, as text; one of them is the clock's mode."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from drs_simulator.clock import Clock, FrozenClock, RunningClock, system_time
from drs_simulator.storage.errors import StateError, StateProfileError

_CLOCK = "clock"
_PROFILE = "profile"


@runtime_checkable
class SharedSettings(Protocol):
    """A store that other processes use as well."""

    def setting(self, name: str) -> str | None:
        """The present value of a setting, also while a transaction of this process is open.

        Raises:
            StateError: It cannot be read.
        """

    def change_setting(self, name: str, change: Callable[[str | None], str]) -> None:
        """Change a setting by a function of its present value, in one transaction.

        Raises:
            StateError: It cannot be changed.
        """


def claim_profile(settings: SharedSettings, profile: str) -> None:
    """Note whose state this is: all simulators of one database have the same profile.

    Raises:
        StateProfileError: The state is that of another profile.
        StateError: It cannot be read or changed.
    """

    def claim(known: str | None) -> str:
        if known not in (None, profile):
            raise StateProfileError(
                f"The state at {settings} is that of profile '{known}', and this simulator has profile '{profile}'. "
                "Use that profile, or name another database."
            )
        return profile

    if settings.setting(_PROFILE) != profile:
        settings.change_setting(_PROFILE, claim)


class SharedClock(Clock):
    """A clock whose mode all processes of one database share.

    While the database cannot be reached, the clock runs on in the mode that it last had.

    Args:
        settings: The settings of the database.
        source: Returns the time that its processes agree on.
    """

    def __init__(self, settings: SharedSettings, source: Callable[[], datetime] = system_time) -> None:
        self._settings = settings
        self._seen: tuple[str | None, RunningClock | FrozenClock] = (None, RunningClock())
        super().__init__(source)

    @property
    def mode(self) -> RunningClock | FrozenClock:
        """The clock's mode: running or frozen."""
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
        """See ``Clock.shift``. If two processes shift it at once, both shifts count."""
        self._change(lambda clock: clock.shift(by))

    def _change(self, change: Callable[[Clock], None]) -> None:
        def apply(text: str | None) -> str:
            clock = Clock(self._source)
            clock.mode = _mode_of(text)
            change(clock)
            return str(clock)

        self._settings.change_setting(_CLOCK, apply)


def _mode_of(text: str | None) -> RunningClock | FrozenClock:
    return RunningClock() if text is None else Clock.parse(text).mode


def _text_of(mode: RunningClock | FrozenClock) -> str:
    clock = Clock()
    clock.mode = mode
    return str(clock)
