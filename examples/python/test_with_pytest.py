"""The story in pytest. The fixtures are there as soon as drs-simulator is installed."""

from __future__ import annotations

import os
from uuid import uuid4

import pytest
from drs_client import DrsClient, DrsError
from drs_simulator import FaultPlan, FaultRule, Journal, effects
from repairs import Repairs

# In a scenario of drs-contracts exercise DRS may decline. Then there may be no appointment.
MAY_FAIL = os.environ.get("DRS_SCENARIO", "healthy") != "healthy"


def test_a_repair_is_booked(drs_client: DrsClient) -> None:
    repairs = Repairs(drs_client)
    try:
        days = repairs.find_days()
        booked = repairs.book(uuid4().hex[:12], tuple(day.available_slots[0] for day in days))
    except DrsError:
        assert MAY_FAIL
    else:
        assert MAY_FAIL or (len(days) == 5 and booked == days[0].available_slots[0])


def test_a_full_slot_is_not_booked(drs_client: DrsClient, drs_faults: FaultPlan) -> None:
    """Another caller takes the last place of the slot, after it was offered."""
    repairs = Repairs(drs_client)
    slots = tuple(day.available_slots[0] for day in repairs.find_days())
    drs_faults.add(FaultRule(operation="scheduleBooking", times=1, effect=effects.SlotTaken()))
    assert repairs.book(uuid4().hex[:12], slots) == slots[1]


@pytest.mark.parametrize("operation", ["createOrder", "scheduleBooking"])
def test_a_lost_answer_does_not_book_twice(
    drs_client: DrsClient, drs_faults: FaultPlan, drs_journal: Journal, operation: str
) -> None:
    """DRS does what it is asked, and the connection breaks before its answer arrives."""
    repairs = Repairs(drs_client)
    before = len(drs_client.select_orders(location_ids=["3670010"]))
    slots = tuple(day.available_slots[0] for day in repairs.find_days())
    drs_faults.add(FaultRule(operation=operation, times=1, effect=effects.ResponseLost()))
    assert repairs.book(uuid4().hex[:12], slots) == slots[0]
    assert len([each for each in drs_journal.entries() if each.operation == "scheduleBooking"]) == 1
    assert len(drs_client.select_orders(location_ids=["3670010"])) == before + 1
