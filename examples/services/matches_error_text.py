"""A service that decides by the words of a refusal which nobody has seen: those for an unknown booking.

    drs-contracts guess -- python examples/services/matches_error_text.py
    drs-contracts exercise -- python examples/services/matches_error_text.py

Guess says that it depends on one guess, messages.booking_unknown: with other words, a second cancellation is an error.
Exercise says that it passed and is clean, since no scenario changes those words, but in schedule-response-lost it
gives up a place that it does not know of.
"""

import os
import unittest
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from drs_client import DrsClient, DrsError, RepairWorkflow, RequestRejected

JOB = ("3670010", "N373049", "Priority 20 Days")
NOT_FOUND = "Unable to find booking"


class Cancellations:
    """Cancels appointments by their bookingId."""

    def __init__(self, client: DrsClient) -> None:
        self._client = client

    def cancel(self, booking_id: int, number: str) -> None:
        """Cancel a booking. One that is cancelled already is no error."""
        try:
            self._client.delete_booking(booking_id, number)
        except RequestRejected as refusal:
            if NOT_FOUND not in refusal.message:
                raise


class MatchesErrorTextTest(unittest.TestCase):
    """Its tests."""

    def setUp(self) -> None:
        environ = os.environ
        self.client = DrsClient(environ["DRS_URL"], environ["DRS_LOGIN"], environ["DRS_PASSWORD"], timeout=3)
        self.addCleanup(self.client.close)
        self.number = uuid4().hex[:12]
        workflow = RepairWorkflow(self.client)
        try:
            found = workflow.find_slots(*JOB, start=datetime.now(UTC) + timedelta(days=1))
            order = workflow.book(self.number, found.slots[0], *JOB)
        except (DrsError, IndexError):
            self.skipTest("there is no appointment to cancel")
        self.booking = order.bookings[0]

    def test_an_appointment_is_shown(self) -> None:
        assert self.booking.scheduled

    def test_an_appointment_is_cancelled_twice(self) -> None:
        cancellations = Cancellations(self.client)
        cancellations.cancel(self.booking.id, self.number)
        cancellations.cancel(self.booking.id, self.number)


if __name__ == "__main__":
    unittest.main()
