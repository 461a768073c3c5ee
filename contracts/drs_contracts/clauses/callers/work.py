"""What a request is for: its order's number, and its place and work."""

from __future__ import annotations

from typing import TypeAlias

from drs_contracts.traffic.calls import Call

Job: TypeAlias = tuple[str, ...]
"""A location and SOR codes."""


def job_of(call: Call) -> Job:
    """Return what a request is for: the location and the SOR codes."""
    return call.value("theOrder/locationID"), *sorted(call.texts("theOrder/theBookingCodes/bookingCodeSORCode"))


def order_number(call: Call) -> str:
    """Return the number of the order that a request names; empty where it names none."""
    return call.value("theOrder/primaryOrderNumber") or call.value("primaryOrderNumber")
