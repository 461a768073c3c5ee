"""Files of days off: a line for each day, as ``2026-12-25``, and after a comma anything."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from drs_simulator.errors import UnusableError

_MAX_BYTES = 1024 * 1024


class CalendarFileError(UnusableError):
    """A file of days off cannot be used; the message says why, and where."""


def read_days(file: Path) -> tuple[date, ...]:
    """Read the days of a file in UTF-8. Blank lines and lines that begin with ``#`` are skipped.

    Raises:
        CalendarFileError: It cannot be read, is too large, or has a line that does not begin with a day.
    """
    try:
        with file.open("rb") as opened:
            content = opened.read(_MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CalendarFileError(f"'{file}' cannot be read ({reason})") from None
    if len(content) > _MAX_BYTES:
        raise CalendarFileError(f"'{file}' has more than {_MAX_BYTES} bytes")
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise CalendarFileError(f"'{file}' is not UTF-8 text, save it as UTF-8 ({error})") from None
    return tuple(
        _day_of(file, number, line)
        for number, line in enumerate(lines, start=1)
        if line.strip() and not line.lstrip().startswith("#")
    )


def _day_of(file: Path, number: int, line: str) -> date:
    text = line.partition(",")[0].strip()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CalendarFileError(f"'{file}', line {number}: '{text[:40]}' is not a day, write 2026-12-25") from None
