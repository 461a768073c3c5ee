"""How JAXB reads simple values: more leniently than XML Schema, and with texts of its own (measured).

Nothing here depends on Spyne. With ``strict``, what JAXB lets through in silence is a fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, timezone
from typing import NamedTuple
from zoneinfo import ZoneInfo

from drs_simulator.soap.soap_fault import WrongValue
from drs_simulator.soap.values import clamp

_WHITE_SPACE = " \t\r\n"
_INT_BITS = 32
_OFFSET = r"(?P<offset>Z|[+-]\d\d:\d\d)?"
_DATE = r"(?P<year>-?\d{4,})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?"
_TIME = r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?P<fraction>\.\d*)?"
_FORMS = tuple(
    re.compile(form, re.ASCII) for form in (rf"{_DATE}{_OFFSET}", rf"{_DATE}T{_TIME}{_OFFSET}", rf"{_TIME}{_OFFSET}")
)
_MAX_OFFSET = 14 * 60
_WORDS = {"t": "rue", "f": "alse"}
_NOON_OF_TIME = (1970, 1, 1)


def read_int(text: str, *, strict: bool = False) -> int:
    """Read an xs:int: digits count, signs and white space may stand anywhere, and large numbers wrap.

    Raises:
        WrongValue: The text has another character; with ``strict``, it is not a whole number of 32 bits.
    """
    number, sign = 0, 1
    for character in text:
        if character.isascii() and character.isdigit():
            number = number * 10 + int(character)
        elif character == "-":
            sign = -1
        elif character != "+" and character not in _WHITE_SPACE:
            raise WrongValue(f"Not a number: {text}")
    if strict and not (re.fullmatch(r"\s*[+-]?\d+\s*", text, re.ASCII) and -(2**31) <= number * sign < 2**31):
        raise WrongValue(f"Not a number: {text}")
    half: int = 1 << (_INT_BITS - 1)
    return (number * sign + half) % (2 * half) - half


def read_boolean(text: str, *, unreadable_is_fault: bool, strict: bool = False) -> bool | None:
    """Read an xs:boolean by its first letters; ``None`` if it counts as not sent.

    Args:
        text: The text.
        unreadable_is_fault: Whether other words than those are faults (JAXB 2.1), or count as not sent.
        strict: Whether only true, false, 1 and 0 are taken.

    Raises:
        WrongValue: The text is not taken for a boolean.
    """
    if strict and text.strip(_WHITE_SPACE) not in ("true", "false", "1", "0"):
        raise WrongValue(f'String "{text}" is not valid boolean value.')
    if not text:
        return None
    position = _after_white_space(text, 0)
    letter = text[position - 1]
    value = letter == "1"
    if letter in _WORDS:
        position, value = _read_word(text, position, _WORDS[letter])
        value = value and letter == "t"
    if position < len(text):
        position = _after_white_space(text, position)
    if position == len(text):
        return value
    if unreadable_is_fault:
        raise WrongValue(f'String "{text}" is not valid boolean value.')
    return None


def _read_word(text: str, position: int, rest: str) -> tuple[int, bool]:
    """The position behind the rest of a word, or behind its first wrong letter, and whether as much was read."""
    for count, letter in enumerate(rest, 1):
        if position >= len(text):
            raise WrongValue(f"index {position}, length {len(text)}")
        position += 1
        if text[position - 1] != letter or position >= len(text):
            return position, count == len(rest)
    return position, True


def _after_white_space(text: str, position: int) -> int:
    """The position behind the first character from ``position`` on that is not white space."""
    while True:
        character = text[position]
        position += 1
        if character not in _WHITE_SPACE or position >= len(text):
            return position


def read_enumeration(text: str, values: Iterable[str], *, trims: bool, strict: bool = False) -> str | None:
    """Read a value of an enumeration; an unknown one counts as not sent.

    Raises:
        WrongValue: With ``strict``, the value is unknown.
    """
    wanted = text.strip(_WHITE_SPACE) if trims and not strict else text
    if wanted in values:
        return wanted
    if strict:
        raise WrongValue(text)
    return None


def read_date_time(text: str, zone: ZoneInfo, *, strict: bool = False) -> datetime:
    """Read an xs:dateTime, a date, a time of 1 January 1970, a month or a year, as an instant in UTC.

    Without an offset it is local time of ``zone`` (seen: Appendix B 4). 24:00:00 and a 60th second are the next minute.

    Raises:
        WrongValue: The text is none of these, or has a field out of range; with ``strict``, it is not a dateTime.
    """
    trimmed = text.strip(_WHITE_SPACE)
    found = next((match for form in _FORMS if (match := form.fullmatch(trimmed))), None)
    if found is None:
        raise WrongValue(trimmed)
    fields = _Fields.of(found)
    fields.check(trimmed)
    if strict and not re.fullmatch(rf"{_DATE}T{_TIME}{_OFFSET}", trimmed):
        raise WrongValue(trimmed)
    return clamp(fields.year, fields.instant(zone))


class _Fields(NamedTuple):
    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int
    microsecond: int
    fraction: str
    offset: int | None

    @classmethod
    def of(cls, found: re.Match[str]) -> _Fields:
        given = found.groupdict()
        year, month, day = (
            int(given[name]) if given.get(name) else default
            for name, default in zip(("year", "month", "day"), _NOON_OF_TIME, strict=True)
        )
        hour, minute, second = (int(given.get(name) or 0) for name in ("hour", "minute", "second"))
        fraction = given.get("fraction") or ""
        offset = given.get("offset")
        if offset is None:
            minutes = None
        elif offset == "Z":
            minutes = 0
        else:
            minutes = (int(offset[1:3]) * 60 + int(offset[4:])) * (-1 if offset[0] == "-" else 1)
        return cls(year, month, day, hour, minute, second, int((fraction[1:] + "000000")[:6]), fraction, minutes)

    def check(self, text: str) -> None:
        """Raise JAXB's fault of a field that is out of range."""
        for name, value, is_right in (
            ("Month", self.month, 1 <= self.month <= 12),  # noqa: PLR2004 - months
            ("Day", self.day, 1 <= self.day <= 31),  # noqa: PLR2004 - days
            ("Hour", self.hour, self.hour < 24 or (self.hour, self.minute, self.second) == (24, 0, 0)),  # noqa: PLR2004
            ("Minute", self.minute, self.minute < 60),  # noqa: PLR2004
            ("Second", self.second, self.second <= 60),  # noqa: PLR2004
            ("Timezone", self.offset or 0, abs(self.offset or 0) <= _MAX_OFFSET),
        ):
            if not is_right:
                raise WrongValue(f"Invalid value {value} for {name} field.")
        if self.fraction == ".":
            raise WrongValue("No digits found.")
        if self.year == 0 or self.day > _days_of(self.year, self.month):
            raise WrongValue(f'"{text}" is not a valid representation of an XML Gregorian Calendar value.')

    def instant(self, zone: ZoneInfo) -> datetime | None:
        """The instant, or ``None`` if it lies outside Python's calendar."""
        try:
            day = datetime(self.year, self.month, self.day, microsecond=self.microsecond)  # noqa: DTZ001 - see below
            moment = day + timedelta(hours=self.hour, minutes=self.minute, seconds=self.second)
            if self.offset is None:
                return moment.replace(tzinfo=zone)
            return moment.replace(tzinfo=timezone(timedelta(minutes=self.offset)))
        except (ValueError, OverflowError):
            return None


def _days_of(year: int, month: int) -> int:
    if month == 2:  # noqa: PLR2004 - February
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def expected_order(names: Sequence[str]) -> list[str]:
    """The order in which JAXB lists the expected elements: that of a Java hash set, filled from JAXB's own table."""
    return _hash_set_order(_name_table_order(names))


def hash_set_order(names: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The order of qualified names, namespace and local name each, in a Java hash set."""
    return _spread(names, lambda name: _java_hash(name[0]) ^ _java_hash(name[1]))


def _hash_set_order(names: Sequence[str]) -> list[str]:
    return [name for _, name in hash_set_order([("", name) for name in names])]


def _java_hash(text: str) -> int:
    units = text.encode("utf-16-be", "surrogatepass")
    value = 0
    for index in range(0, len(units), 2):
        value = (31 * value + int.from_bytes(units[index : index + 2], "big")) & 0xFFFFFFFF
    return value


def _spread(names: Sequence[tuple[str, str]], hash_of: object) -> list[tuple[str, str]]:
    """The names by the buckets of a hash table that doubles when it is three quarters full."""
    assert callable(hash_of)
    capacity = 16
    while len(names) > capacity * 3 // 4:
        capacity *= 2
    buckets: list[list[tuple[str, str]]] = [[] for _ in range(capacity)]
    for name in names:
        value = hash_of(name)
        buckets[(value ^ (value >> 16)) & (capacity - 1)].append(name)
    return [name for bucket in buckets for name in bucket]


def _name_table_order(names: Sequence[str]) -> list[str]:
    """The order of JAXB's table of names: newest first in each bucket, buckets from the last to the first."""
    capacity = 16
    buckets: list[list[str]] = [[] for _ in range(capacity)]
    for count, name in enumerate(names):
        buckets[_name_table_hash(name) & (capacity - 1)].insert(0, name)
        if count >= capacity * 3 // 4:
            capacity *= 2
            larger: list[list[str]] = [[] for _ in range(capacity)]
            for bucket in buckets:
                for each in bucket:
                    larger[_name_table_hash(each) & (capacity - 1)].insert(0, each)
            buckets = larger
    return [name for bucket in reversed(buckets) for name in bucket]


def _name_table_hash(name: str) -> int:
    value = _java_hash(name)
    value = (value + ~(value << 9)) & 0xFFFFFFFF
    value ^= value >> 14
    value = (value + (value << 4)) & 0xFFFFFFFF
    return value ^ (value >> 10)
