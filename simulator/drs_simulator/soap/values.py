"""Simple values as text: how DRS reads and writes dates, numbers and flags."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from drs_simulator.soap import soap_fault

_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-](0\d|1[0-3]):[0-5]\d|[+-]14:00)?", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d{1,10}", re.ASCII)
_INT_MIN, _INT_MAX = -(2**31), 2**31 - 1
_FLAGS = {"true": True, "1": True, "false": False, "0": False}
# Earlier and later dates are read as these, so that no calculation leaves the calendar. They occur: .NET clients send
# 0001-01-01T00:00:00 for a date that was not set.
_EARLIEST = datetime(100, 1, 1, tzinfo=UTC)
_LATEST = datetime(9900, 1, 1, tzinfo=UTC)
_WHITE_SPACE = " \t\r\n"


def read_date_time(text: str, zone: ZoneInfo) -> datetime:
    """Read an xs:dateTime as an instant in ``zone``. One without an offset is local time (seen: Appendix B 4).

    Raises:
        SoapFault: The text is not a date and time.
    """
    trimmed = text.strip(_WHITE_SPACE)
    if not _DATE_TIME.fullmatch(trimmed):
        raise soap_fault.WrongValue(text)
    try:
        moment = datetime.fromisoformat(trimmed)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        return clamp(aware.year, aware, zone)
    except (ValueError, OverflowError):
        raise soap_fault.WrongValue(text) from None


def clamp(year: int, instant: datetime | None, zone: ZoneInfo) -> datetime:
    """The instant in ``zone``, or the earliest or latest date that the simulator calculates with.

    Args:
        year: The year that was sent.
        instant: The aware instant; ``None`` if Python has none.
        zone: The time zone of the result.
    """
    if instant is None:
        return (_EARLIEST if year <= _EARLIEST.year else _LATEST).astimezone(zone)
    if _EARLIEST.year < year < _LATEST.year:
        return instant.astimezone(zone)
    return min(max(instant, _EARLIEST), _LATEST).astimezone(zone)


def write_date_time(instant: datetime) -> str:
    """Write an instant as DRS does: with its offset, ``Z`` for zero, and milliseconds only if there are any.

    Seen: ``2021-10-26T08:00:00+01:00``, ``2021-10-31T23:59:59Z``, ``2021-10-22T12:20:59.555+01:00``.
    """
    text = instant.isoformat(timespec="milliseconds" if instant.microsecond // 1000 else "seconds")
    return f"{text[:-6]}Z" if text.endswith("+00:00") else text


def read_integer(text: str) -> int:
    """Read an xs:int.

    Raises:
        SoapFault: The text is not a whole number of 32 bits.
    """
    trimmed = text.strip(_WHITE_SPACE)
    if not _INTEGER.fullmatch(trimmed) or not _INT_MIN <= int(trimmed) <= _INT_MAX:
        raise soap_fault.WrongValue(text)
    return int(trimmed)


def read_flag(text: str) -> bool:
    """Read an xs:boolean.

    Raises:
        SoapFault: The text is neither true, false, 1 nor 0.
    """
    flag = _FLAGS.get(text.strip(_WHITE_SPACE))
    if flag is None:
        raise soap_fault.WrongValue(text)
    return flag


def write_flag(value: bool) -> str:
    """Write an xs:boolean as DRS does."""
    return "true" if value else "false"


def write_quantity(quantity: Decimal) -> str:
    """Write a quantity as DRS does, always with a fraction: ``1.0`` (seen: Appendix B 4)."""
    return str(float(quantity))
