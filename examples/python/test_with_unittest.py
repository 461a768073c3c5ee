"""The story in unittest: against a simulator of each test's own, or the DRS that DRS_URL names."""

from __future__ import annotations

import os
import unittest
from unittest import skipIf
from uuid import uuid4

from drs_client import DrsClient, DrsError
from drs_simulator import FaultRule, Simulator, effects
from repairs import Repairs

URL = os.environ.get("DRS_URL", "")
# In a scenario of drs-contracts exercise DRS may decline. Then there may be no appointment.
MAY_FAIL = os.environ.get("DRS_SCENARIO", "healthy") != "healthy"


class RepairsTest(unittest.TestCase):
    """Books repairs."""

    def setUp(self) -> None:
        if URL:
            self.client = DrsClient(URL, os.environ["DRS_LOGIN"], os.environ["DRS_PASSWORD"], timeout=10)
        else:
            self.drs = Simulator()
            self.addCleanup(self.drs.close)
            self.client = DrsClient.for_simulator(self.drs)
        self.addCleanup(self.client.close)
        self.repairs = Repairs(self.client)
        self.number = uuid4().hex[:12]

    def test_a_repair_is_booked(self) -> None:
        try:
            days = self.repairs.find_days()
            booked = self.repairs.book(self.number, tuple(day.available_slots[0] for day in days))
        except DrsError:
            self.assertTrue(MAY_FAIL)
        else:
            self.assertTrue(MAY_FAIL or (len(days) == 5 and booked == days[0].available_slots[0]))

    @skipIf(URL, "the simulator at DRS_URL has its faults already")
    def test_a_full_slot_is_not_booked(self) -> None:
        slots = tuple(day.available_slots[0] for day in self.repairs.find_days())
        self.drs.faults.add(FaultRule(operation="scheduleBooking", times=1, effect=effects.SlotTaken()))
        self.assertEqual(self.repairs.book(self.number, slots), slots[1])

    @skipIf(URL, "the simulator at DRS_URL has its faults already")
    def test_a_lost_answer_does_not_book_twice(self) -> None:
        slots = tuple(day.available_slots[0] for day in self.repairs.find_days())
        self.drs.faults.add(FaultRule(operation="createOrder", times=1, effect=effects.ResponseLost()))
        self.assertEqual(self.repairs.book(self.number, slots), slots[0])
        self.assertEqual(len(self.client.select_orders(location_ids=["3670010"])), 1)


if __name__ == "__main__":
    unittest.main()
