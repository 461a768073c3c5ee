"""The columns of the housing system's file: text, padded numbers, amounts and two forms of dates."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

# The housing system writes English months, whatever the locale of the simulator.
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NUMBER = re.compile(r" *[0-9]{1,18} *")
_AMOUNT = re.compile(r" *[0-9]{1,9}(\.[0-9]{1,2})? *")
_DAY = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_MOMENT = re.compile(r"([0-9]{2})-([A-Z][a-z]{2})-([0-9]{4}) (.*)")
# Other years are typing errors, and dates near the ends of the calendar cannot be converted between time zones.
_FIRST_YEAR, _LAST_YEAR = 1900, 2999


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a record.

    Args:
        name: Its name.
        read: Converts its text to a value; raises ``ValueError`` with a message that says how to write it.
        write: Converts a value to its text.
    """

    name: str
    read: Callable[[str], Any]
    write: Callable[[Any], str]


def text(name: str) -> Column:
    """Make a column for any text; blanks are preserved."""
    return Column(name, str, str)


def required_text(name: str) -> Column:
    """Make a column for text that is not blank."""
    return Column(name, _read_required, str)


def number(name: str, width: int = 1) -> Column:
    """Make a column for a number, padded with zeros to ``width``: ``00387176``. Reads padding with blanks too."""
    return Column(name, _read_number, lambda value: f"{value:0{width}d}")


def amount(name: str) -> Column:
    """Make a column for an amount with two decimals, padded with blanks: ``'  12.57'``."""
    return Column(name, _read_amount, "{:>7.2f}".format)


def day(name: str) -> Column:
    """Make a column for a day in the form of HEADER: ``01/04/2021``."""
    return Column(name, _read_day, lambda value: f"{value:%d/%m}/{value.year:04d}")


def clock_time(name: str) -> Column:
    """Make a column for a time of day: ``07:56``."""
    return Column(name, _read_time, "{:%H:%M}".format)


def moment(name: str) -> Column:
    """Make a column for a local date and time in the form of ORDER-CREATE: ``01-Apr-2021 07:56``."""
    return Column(name, _read_moment, _write_moment)


def _read_required(value: str) -> str:
    if not value.strip():
        raise ValueError("it is blank. Fill it in.")
    return value


def _read_number(value: str) -> int:
    if not _NUMBER.fullmatch(value):
        raise ValueError(f"{value!r} is not a number. Write up to 18 digits.")
    return int(value)


def _read_amount(value: str) -> Decimal:
    if not _AMOUNT.fullmatch(value):
        raise ValueError(f"{value!r} is not an amount. Write it as '   1.00'.")
    return Decimal(value.strip())


def _read_day(value: str) -> date:
    found = _DAY.fullmatch(value)
    if not found:
        raise ValueError(f"{value!r} is not a day. Write it as 01/04/2021.")
    return _existing_day(value, int(found[3]), int(found[2]), int(found[1]))


def _read_time(value: str) -> time:
    if not _TIME.fullmatch(value):
        raise ValueError(f"{value!r} is not a time of day. Write it as 07:56.")
    return time.fromisoformat(value)


def _read_moment(value: str) -> datetime:
    found = _MOMENT.fullmatch(value)
    if not found or found[2] not in _MONTHS:
        raise ValueError(f"{value!r} is not a day and time. Write them as 01-Apr-2021 07:56.")
    existing = _existing_day(value, int(found[3]), _MONTHS.index(found[2]) + 1, int(found[1]))
    return datetime.combine(existing, _read_time(found[4]))


def _write_moment(value: datetime) -> str:
    return f"{value.day:02d}-{_MONTHS[value.month - 1]}-{value.year:04d} {value:%H:%M}"


def _existing_day(value: str, year: int, month: int, day_of_month: int) -> date:
    try:
        existing = date(year, month, day_of_month)
    except ValueError:
        raise ValueError(f"{value!r} is not in the calendar. Correct the day.") from None
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise ValueError(f"{value!r} is out of range. Write a year from {_FIRST_YEAR} to {_LAST_YEAR}.")
    return existing
