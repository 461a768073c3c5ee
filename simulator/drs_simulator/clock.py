"""The simulator's clock, the only place that reads the time: it follows system time, runs shifted, or is frozen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from drs_simulator.errors import UnusableError

if TYPE_CHECKING:
    from pydantic import TypeAdapter

DEFAULT_ZONE = ZoneInfo("Europe/London")
SYSTEM = "system"
"""The text of a clock that follows system time; ``wall`` is an alias."""
_SYSTEM_NAMES = (SYSTEM, "wall")
# A reading outside these could leave the calendar once it is converted to another zone.
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
_LATEST = datetime(9000, 1, 1, tzinfo=UTC)


class ClockError(UnusableError, ValueError):
    """The description of a clock cannot be used; the message says how to write it."""


@dataclass(frozen=True, slots=True)
class RunningClock:
    """Follows system time, ``shift`` ahead of it."""

    shift: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class FrozenClock:
    """Always reads the same instant."""

    instant: datetime


def system_time() -> datetime:
    """Read the time of this computer, in UTC."""
    return datetime.now(UTC)


class Clock:
    """The simulator's time. Every reading is an aware datetime in UTC, cut to milliseconds as DRS writes them.

    Threads may read and set the clock at the same time: to set it is one assignment of its ``mode``. Shifts made at the
    same time add up.

    Args:
        source: Returns system time, as an aware datetime.
    """

    def __init__(self, source: Callable[[], datetime] = system_time) -> None:
        self._source = source
        self._mode: RunningClock | FrozenClock = RunningClock()
        self._shifting = Lock()

    @property
    def mode(self) -> RunningClock | FrozenClock:
        """Whether it runs, and how far ahead of system time, or where it is frozen."""
        return self._mode

    @mode.setter
    def mode(self, mode: RunningClock | FrozenClock) -> None:
        self._mode = mode

    @classmethod
    def parse(cls, text: str, zone: tzinfo = DEFAULT_ZONE, source: Callable[[], datetime] = system_time) -> Clock:
        """Make a clock from its text: ``system``, ``fixed@TIME``, ``shifted@TIME`` or ``shifted@DURATION``.

        Args:
            text: ``wall`` is an alias of ``system``. TIME is in ISO 8601, local to ``zone`` if it has no offset; a
                shifted clock reads TIME now and runs on from there. DURATION is in ISO 8601 too (``P3D``, ``-PT2H``).
            zone: The time zone of a TIME without offset.
            source: Returns system time, as an aware datetime.

        Raises:
            ClockError: The text is none of these, or the clock would read a time outside the years 1900 to 9000.
        """
        clock = cls(source)
        mode, separator, value = text.partition("@")
        if mode in _SYSTEM_NAMES and not separator:
            return clock
        if mode == "fixed" and (instant := _read_instant(value, zone)):
            clock.fix(instant)
            return clock
        if mode == "shifted" and (instant := _read_instant(value, zone)):
            clock.shift(instant - clock.now())
            return clock
        if mode == "shifted" and (shift := read_duration(value)) is not None:
            clock.shift(shift)
            return clock
        raise ClockError(
            f"'{text}' is not a clock. Write system, fixed@2021-10-22T12:20:59+01:00, shifted@2021-10-22T12:20:59 or "
            "shifted@P3D."
        )

    def now(self) -> datetime:
        """The simulator's time, in UTC, to the millisecond."""
        mode = self.mode
        instant = mode.instant if isinstance(mode, FrozenClock) else self._source() + mode.shift
        return instant.replace(microsecond=instant.microsecond // 1000 * 1000)

    def fix(self, instant: datetime) -> None:
        """Freeze the clock at ``instant``.

        Raises:
            ClockError: ``instant`` has no time zone, or lies outside the years 1900 to 9000.
        """
        if instant.tzinfo is None:
            raise ClockError(f"{instant.isoformat()} has no time zone. Give the clock an aware datetime.")
        _check_range(instant)
        self.mode = FrozenClock(instant.astimezone(UTC))

    def shift(self, by: timedelta) -> None:
        """Move the clock ``by`` ahead, or back: a frozen clock stays frozen, a running one keeps running.

        Raises:
            ClockError: The clock would read a time outside the years 1900 to 9000.
        """
        with self._shifting:
            mode = self.mode
            try:
                _check_range(self.now() + by)
            except OverflowError:
                raise ClockError(_OUT_OF_RANGE) from None
            self.mode = (
                FrozenClock(mode.instant + by) if isinstance(mode, FrozenClock) else RunningClock(mode.shift + by)
            )

    def resume(self) -> None:
        """Follow system time again, without a shift."""
        self.mode = RunningClock()

    def describe(self, zone: tzinfo) -> str:
        """Describe the clock as ``parse`` reads it, with the instant of a frozen one in local time of ``zone``."""
        mode = self.mode
        if isinstance(mode, FrozenClock):
            return f"fixed@{mode.instant.astimezone(zone).isoformat(timespec='milliseconds')}"
        return f"shifted@{_durations().dump_python(mode.shift, mode='json')}" if mode.shift else SYSTEM

    def __str__(self) -> str:
        return self.describe(DEFAULT_ZONE)


@cache
def _durations() -> TypeAdapter[timedelta]:
    """Build the reader and writer of durations once it is needed."""
    from pydantic import TypeAdapter  # noqa: PLC0415 - it takes time to import, and most clocks have no duration

    return TypeAdapter(timedelta)


_OUT_OF_RANGE = f"The clock would read a time out of range. Keep it between {_EARLIEST:%Y} and {_LATEST:%Y}."


def _check_range(reading: datetime) -> None:
    if not _EARLIEST <= reading <= _LATEST:
        raise ClockError(_OUT_OF_RANGE)


def _read_instant(text: str, zone: tzinfo) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text)
        return (instant if instant.tzinfo else instant.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def read_duration(text: str) -> timedelta | None:
    """Read an ISO 8601 duration (``P3D``, ``-PT2H``); ``None`` if the text is none."""
    if not text.lstrip("+-").startswith("P"):
        return None
    try:
        return _durations().validate_python(text)
    except ValueError:
        return None
