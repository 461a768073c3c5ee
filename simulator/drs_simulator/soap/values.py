"""Simple values as text: how DRS reads and writes dates, numbers and flags."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from drs_simulator.soap import soap_fault

_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-](0\d|1[0-3]):[0-5]\d|[+-]14:00)?", re.ASCII)
_NUMBER = re.compile(r"\d{1,12}(\.\d{1,6})?", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d{1,10}", re.ASCII)
_INT_MIN, _INT_MAX = -(2**31), 2**31 - 1
_FLAGS = {"true": True, "1": True, "false": False, "0": False}
# Earlier and later dates are read as these. They occur: .NET clients send 0001-01-01T00:00:00 for a date that was not
# set. In earlier years many zones have offsets with seconds, which xs:dateTime lacks.
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
_LATEST = datetime(2199, 12, 31, 23, 59, 59, tzinfo=UTC)
_WHITE_SPACE = " \t\r\n"


def read_date_time(text: str, zone: ZoneInfo) -> datetime:
    """Read an xs:dateTime as an instant in UTC. One without an offset is local time in ``zone`` (seen: Appendix B 4).

    A local time that the clocks skip is an hour later, and one that they repeat is the first. A date before 1900 or
    after 2199 is read as the first or the last second between them.

    Raises:
        SoapFault: The text is not a date and time.
    """
    trimmed = text.strip(_WHITE_SPACE)
    if not _DATE_TIME.fullmatch(trimmed):
        raise soap_fault.WrongValue(text)
    try:
        moment = datetime.fromisoformat(trimmed)
    except ValueError:
        raise soap_fault.WrongValue(text) from None
    return clamp(moment.year, moment if moment.tzinfo else moment.replace(tzinfo=zone))


def clamp(year: int, instant: datetime | None) -> datetime:
    """The instant in UTC, or the earliest or latest date that the simulator calculates with.

    Args:
        year: The year that was sent.
        instant: The aware instant; ``None`` if Python has none.
    """
    if instant is None or not _EARLIEST.year <= year <= _LATEST.year:
        return _EARLIEST if year <= _EARLIEST.year else _LATEST
    return min(max(instant.astimezone(UTC), _EARLIEST), _LATEST)


def write_date_time(instant: datetime) -> str:
    """Write an instant as DRS does: with its offset, ``Z`` for zero, and milliseconds only if there are any.

    Seen: ``2021-10-26T08:00:00+01:00``, ``2021-10-31T23:59:59Z``, ``2021-10-22T12:20:59.555+01:00``. An instant whose
    offset has seconds is written in UTC, because xs:dateTime has no such offsets.
    """
    text = instant.isoformat(timespec="milliseconds" if instant.microsecond // 1000 else "seconds")
    if text[-6] not in "+-":
        return write_date_time(instant.astimezone(UTC))
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


def write_number(text: str) -> str:
    """Write a number that a caller sent as a quantity is written; any other text as it is (presumed)."""
    trimmed = text.strip(_WHITE_SPACE)
    return write_quantity(Decimal(trimmed)) if _NUMBER.fullmatch(trimmed) else text
