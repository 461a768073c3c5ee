"""How a rhythm is written: ``60s``, ``5m``, ``1h``, or ``0`` for none."""

from __future__ import annotations

import re
from datetime import timedelta

from drs_simulator.errors import UnusableError

MAX_INTERVAL = timedelta(days=1)
_INTERVAL = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)(s|m|h)", re.ASCII)
_UNITS = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1)}


class IntervalError(UnusableError, ValueError):
    """A rhythm cannot be used; the message says how to write one."""


def parse_interval(text: str) -> timedelta:
    """Parse a rhythm.

    Raises:
        IntervalError: It is not one, or is longer than a day.
    """
    if text == "0":
        return timedelta(0)
    match = _INTERVAL.fullmatch(text)
    if match is None:
        raise IntervalError(f"'{text}' is not a rhythm of callbacks. Write 60s, 5m or 1h, or 0 for at once.")
    return check_interval(float(match[1]) * _UNITS[match[2]])


def check_interval(every: timedelta) -> timedelta:
    """Check that a rhythm is 0, or from a second to a day.

    Raises:
        IntervalError: It is not.
    """
    if every and not timedelta(seconds=1) <= every <= MAX_INTERVAL:
        raise IntervalError(f"Callbacks cannot be posted every {every}. Choose 1 second to 1 day, or 0 for at once.")
    return every
