"""The one place that asks the time: a clock that follows the wall, stands still, or runs shifted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from drs_simulator.errors import UnusableError

if TYPE_CHECKING:
    from pydantic import TypeAdapter

DEFAULT_ZONE = ZoneInfo("Europe/London")
# A reading outside these leaves no room to reckon with it in every zone.
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
_LATEST = datetime(9000, 1, 1, tzinfo=UTC)


class ClockError(UnusableError, ValueError):
    """A clock was described in a way that cannot be read; the message says how to write it."""


@dataclass(frozen=True, slots=True)
class RunningClock:
    """Follows the wall, ``shift`` ahead of it."""

    shift: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class FrozenClock:
    """Stands still at one instant."""

    instant: datetime


def _wall_time() -> datetime:
    return datetime.now(UTC)


class Clock:
    """Tells the simulator's time. Every instant is timezone-aware, in UTC, to the millisecond (DRS writes no finer).

    Setting the clock is one assignment of its ``mode``, so any thread may do it while others read. Two that shift it
    at a time both do.
    """

    def __init__(self, wall: Callable[[], datetime] = _wall_time) -> None:
        self._wall = wall
        self._mode: RunningClock | FrozenClock = RunningClock()
        self._shifting = Lock()

    @property
    def mode(self) -> RunningClock | FrozenClock:
        """How it goes."""
        return self._mode

    @mode.setter
    def mode(self, mode: RunningClock | FrozenClock) -> None:
        self._mode = mode

    @classmethod
    def parse(cls, text: str, zone: ZoneInfo = DEFAULT_ZONE) -> Clock:
        """A clock from its text form: ``wall``, ``fixed@TIME``, ``shifted@TIME`` or ``shifted@DURATION``.

        Args:
            text: TIME is ISO 8601, local to ``zone`` where it has no offset; a shifted clock reads TIME now and runs
                on. DURATION is ISO 8601 as well (``P3D``, ``-PT2H``).
            zone: The time zone of a TIME without offset.

        Raises:
            ClockError: The text is none of these, or the clock would read a time out of range.
        """
        clock = cls()
        mode, separator, value = text.partition("@")
        if mode == "wall" and not separator:
            return clock
        if mode == "fixed" and (instant := _instant(value, zone)):
            clock.fix(instant)
            return clock
        if mode == "shifted" and (instant := _instant(value, zone)):
            clock.shift(instant - clock.now())
            return clock
        if mode == "shifted" and (shift := duration_from(value)) is not None:
            clock.shift(shift)
            return clock
        raise ClockError(
            f"'{text}' is no clock. Write wall, fixed@2021-10-22T12:20:59+01:00, shifted@2021-10-22T12:20:59 or "
            "shifted@P3D."
        )

    def now(self) -> datetime:
        """The simulator's time, in UTC, to the millisecond."""
        mode = self.mode
        instant = mode.instant if isinstance(mode, FrozenClock) else self._wall() + mode.shift
        return instant.replace(microsecond=instant.microsecond // 1000 * 1000)

    def fix(self, instant: datetime) -> None:
        """Stand still at ``instant``.

        Raises:
            ClockError: ``instant`` has no time zone, or is out of range.
        """
        if instant.tzinfo is None:
            raise ClockError(f"{instant.isoformat()} has no time zone. Give the clock an aware datetime.")
        _check_range(instant)
        self.mode = FrozenClock(instant.astimezone(UTC))

    def shift(self, by: timedelta) -> None:
        """Move on from the present reading: a fixed clock stays fixed ``by`` later, a running one runs ``by`` ahead.

        Raises:
            ClockError: The clock would read a time out of range.
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

    def release(self) -> None:
        """Follow the wall again."""
        self.mode = RunningClock()

    def __str__(self) -> str:
        mode = self.mode
        if isinstance(mode, FrozenClock):
            return f"fixed@{mode.instant.isoformat(timespec='milliseconds')}"
        return f"shifted@{_durations().dump_python(mode.shift, mode='json')}" if mode.shift else "wall"


@cache
def _durations() -> TypeAdapter[timedelta]:
    """What reads and writes durations; it comes when the first one does."""
    from pydantic import TypeAdapter  # noqa: PLC0415 - see above

    return TypeAdapter(timedelta)


_OUT_OF_RANGE = f"The clock would read a time out of range. Keep it between {_EARLIEST:%Y} and {_LATEST:%Y}."


def _check_range(reading: datetime) -> None:
    if not _EARLIEST <= reading <= _LATEST:
        raise ClockError(_OUT_OF_RANGE)


def _instant(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text)
        return (instant if instant.tzinfo else instant.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def duration_from(text: str) -> timedelta | None:
    """The duration that is written there as in ISO 8601 (``P3D``, ``-PT2H``), or ``None`` where none is."""
    if not text.lstrip("+-").startswith("P"):
        return None
    try:
        return _durations().validate_python(text)
    except ValueError:
        return None
