"""The history of an order: the exchanges of the journal that are about it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from drs_simulator.journal.entry import JournalEntry
from drs_simulator.journal.journal import Journal

_MAX_SHOWN = 200
_BOOKING_ID = re.compile(rb"<bookingId>(\d+)</bookingId>")
# They are about an order, and change nothing.
_READS = frozenset({"selectOrder", "selectBooking", "checkAvailability", "getSchedule", "selectAlerts"})


@dataclass(frozen=True, slots=True)
class Event:
    """An exchange that is about an order. ``bookings`` has the bookingIds that its request names."""

    entry: JournalEntry
    bookings: tuple[int, ...]
    only_reads: bool


def find_history(journal: Journal, number: str, booking_ids: Iterable[int] = ()) -> list[Event]:
    """Find the exchanges whose request names an order or its bookings, oldest first.

    Args:
        journal: The journal; it stores the latest exchanges only.
        number: The order's number.
        booking_ids: The bookingIds of its bookings.
    """
    named = re.compile(
        rb"<(?:\w+:)?(?:primaryOrderNumber|primaryOrderNumbers)>\s*"
        + re.escape(number.encode())
        + rb"\s*<"
        + b"".join(rb"|<(?:\w+:)?bookingId>%d<" % each for each in booking_ids)
    )
    events = [
        Event(entry, _bookings_in(entry.request), entry.operation in _READS)
        for entry in journal.entries()
        if named.search(entry.request)
    ]
    return events[-_MAX_SHOWN:]


def _bookings_in(body: bytes) -> tuple[int, ...]:
    return tuple(dict.fromkeys(int(each) for each in _BOOKING_ID.findall(body)))
