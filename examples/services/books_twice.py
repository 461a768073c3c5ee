"""A service that books twice after a lost answer: it tries again with another number.

    drs-contracts guess -- python examples/services/books_twice.py
    drs-contracts exercise --scenario response-lost -- python examples/services/books_twice.py

Guess says that it depends on none: no guess makes DRS lose an answer. In exercise its tests pass in every scenario, but
in response-lost it leaves two orders for one request; the order whose answer was lost has no appointment.
"""

import os
import unittest
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from drs_client import DrsClient, DrsError, RepairWorkflow

JOB = ("3670010", "N373049", "Priority 20 Days")
CALL_US = "Please call us."
# A scenario of exercise in which DRS may decline; then the resident must at least get a true answer.
IN_TROUBLE = os.environ.get("DRS_SCENARIO", "healthy") != "healthy"


class Repairs:
    """Appointments for repairs."""

    def __init__(self, client: DrsClient) -> None:
        self._client = client
        self._workflow = RepairWorkflow(client)

    def book(self) -> str:
        """Book the first free slot; say when the operative comes, or that the resident must call."""
        for _ in range(2):
            number = uuid4().hex[:12]  # the mistake: each try is another order
            try:
                slot = self._workflow.find_slots(*JOB, start=datetime.now(UTC) + timedelta(days=1)).slots[0]
                self._workflow.book(number, slot, *JOB)
            except (DrsError, IndexError):
                continue
            return f"We come on {slot.begin:%d %B}."
        return CALL_US


class BooksTwiceTest(unittest.TestCase):
    """Its tests: they see what the resident sees, and not what is left in DRS."""

    def setUp(self) -> None:
        environ = os.environ
        self.client = DrsClient(environ["DRS_URL"], environ["DRS_LOGIN"], environ["DRS_PASSWORD"], timeout=3)
        self.addCleanup(self.client.close)

    def test_a_repair_is_booked(self) -> None:
        answer = Repairs(self.client).book()
        assert answer.startswith("We come on ") or (IN_TROUBLE and answer == CALL_US), answer


if __name__ == "__main__":
    unittest.main()
