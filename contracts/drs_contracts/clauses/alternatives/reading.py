"""What the clauses read of an answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from drs_contracts.driver.driver import OfferedSlot
from drs_contracts.driver.messages import Exchange

BOOKING = "theOrders/theBookings"
"""Where an order's bookings are in the answer of selectOrder."""
TIMES = ("assignedStart", "assignedEnd")
WINDOW = ("planningWindowStart", "planningWindowEnd")
ELSEWHERE = "elsewhere"
"""A location that a caller makes up."""
MAX_BOOKINGS = 60
"""How many bookings a day is filled with at most."""


def read_members(answer: Exchange, path: str, names: Iterable[str]) -> dict[str, str]:
    """The texts of these members; of a missing one, none."""
    return {name: answer.text(f"{path}/{name}") or "" for name in names}


def read_availability(slots: Iterable[OfferedSlot]) -> Mapping[tuple[str, str], bool]:
    """Whether each slot is available, by its begin and end."""
    return {(each.begin, each.end): each.available for each in slots}
