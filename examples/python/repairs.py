"""Appointments for repairs, booked in DRS with ``drs_client``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from drs_client import Day, DrsClient, DrsError, NotScheduled, RepairWorkflow, RequestRejected, Slot

JOB = ("3670010", "N373049", "Priority 20 Days")
"""Property, schedule of rates code and priority. The simulator's default profile has all three."""
MAX_SLOTS = 3
MAX_TRIES = 2


class Repairs:
    """Finds and books appointments."""

    def __init__(self, client: DrsClient) -> None:
        self._workflow = RepairWorkflow(client)

    def find_days(self, wanted: int = 5) -> tuple[Day, ...]:
        """Return the next days with a free slot, from tomorrow on.

        Raises:
            DrsError: DRS declines or does not answer.
        """
        return self._workflow.find_slots(*JOB, days=wanted, start=datetime.now(UTC) + timedelta(days=1)).days

    def book(self, number: str, slots: tuple[Slot, ...]) -> Slot | None:
        """Book the first slot that DRS grants and return it. If DRS grants none, delete the order and return ``None``.

        Raises:
            DrsError: DRS declines the order, or does not answer.
        """
        if not slots:
            return None
        for slot in slots[:MAX_SLOTS]:
            if self._is_booked(number, slot):
                return slot
        self._workflow.delete(number)
        return None

    def _is_booked(self, number: str, slot: Slot) -> bool:
        """Book the slot; return False if DRS refuses it."""
        for tried in range(1, MAX_TRIES + 1):
            try:
                self._workflow.book(number, slot, *JOB)
            except NotScheduled as error:
                if error.scheduled is False:
                    return False
                if tried == MAX_TRIES:
                    raise
            except RequestRejected:
                raise
            except DrsError:
                # DRS may have done what it was asked. The second try finds the order and goes on from there.
                if tried == MAX_TRIES:
                    raise
            else:
                return True
        return False
