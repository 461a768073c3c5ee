"""Members of the messages, and their values as text: unsigned whole numbers, local dates, flags."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo
from decimal import Decimal
from math import ceil

from lxml import etree

from drs_simulator.scheduling.model import Booking

Member = tuple[str, str]
_MAX_UNSIGNED = 2**32 - 1
_NUMBER = re.compile(r"\d{1,12}(\.\d{1,6})?", re.ASCII)
_DIGITS = re.compile(r"\s*(\d{1,9})", re.ASCII)


def append_members(parent: etree._Element, members: Iterable[Member]) -> None:
    """Append an element for each member, in no namespace."""
    for name, text in members:
        etree.SubElement(parent, name).text = text


def code_members(booking: Booking) -> Iterator[Iterator[Member]]:
    """The members of each SOR code of a booking: trade and description as the caller sent them, if it did."""
    for code in booking.codes:
        yield iter(
            (
                ("bookingId", str(booking.id)),
                ("orderId", str(booking.order_id)),
                ("bookingCodeSORCode", code.sor_code),
                ("primaryOrderNumber", booking.order_number),
                ("quantity", write_quantity(code.quantity)),
                ("standardMinuteValue", str(code.minutes)),
                ("itemNumberWithinBooking", write_item_number(code.item_number)),
                ("itemValue", write_value(code.item_value)),
                ("trade", code.sent_trade or code.trade),
                ("bookingCodeDescription", code.sent_description or code.description),
            )
        )


def write_quantity(quantity: Decimal) -> str:
    """A quantity as an unsigned whole number; a fraction counts as a whole one."""
    return str(_MAX_UNSIGNED if quantity > _MAX_UNSIGNED else ceil(quantity))


def write_value(text: str | None) -> str:
    """A value as an unsigned whole number; 0 if it was not sent or is not a number."""
    trimmed = (text or "").strip()
    return write_quantity(Decimal(trimmed)) if _NUMBER.fullmatch(trimmed) else "0"


def write_item_number(text: str) -> str:
    """An item number as an unsigned whole number: the digits that it begins with."""
    digits = _DIGITS.match(text)
    return "0" if digits is None else str(int(digits[1]))


def write_local(instant: datetime, zone: tzinfo) -> str:
    """Local time without an offset and without fractions of a second."""
    return instant.astimezone(zone).replace(tzinfo=None).isoformat(timespec="seconds")


def write_flag(flag: bool) -> str:
    """An xs:boolean."""
    return "true" if flag else "false"
