"""``drs_planner``: what a planner does in DRS's own screens."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from drs_simulator import AdminClient, BookingView, Planner


class HasId(Protocol):
    """A booking as the client, the admin API or the planner returns it."""

    @property
    def id(self) -> int:
        """The booking's id."""


class DrsPlanner:
    """A planner of the DRS that the test calls. A booking is its id, or a value that has it as ``id``.

    Every method raises ``AdminError``: ``NotFoundError`` for an unknown booking, ``ConflictError`` for what DRS
    refuses, with DRS's own message.

    Args:
        planner: The planner in this process, or the admin API of a simulator elsewhere.
    """

    def __init__(self, planner: Planner | AdminClient) -> None:
        self._planner = planner

    def bookings(self, number: str) -> tuple[BookingView, ...]:
        """List the bookings of the order with this number, newest first."""
        found = self._planner.bookings(number)
        return found if isinstance(found, tuple) else found.items

    def move(
        self, booking: int | HasId, begin: datetime, end: datetime, operative_id: str | None = None
    ) -> BookingView:
        """Move a booking to another window; both ends are aware. With an operative, that one must come."""
        return self._planner.move(_id_of(booking), begin, end, operative_id)

    def confirm(self, booking: int | HasId) -> BookingView:
        """Confirm a booking's appointment; a reservation becomes its own."""
        return self._planner.confirm(_id_of(booking))

    def complete(
        self,
        booking: int | HasId,
        begin: datetime | None = None,
        end: datetime | None = None,
        operative_id: str | None = None,
    ) -> BookingView:
        """Complete a booking; without times it took place as the diary says. Its order stays open."""
        return self._planner.complete(_id_of(booking), begin, end, operative_id)

    def cancel(self, booking: int | HasId) -> BookingView:
        """Cancel a booking; returns the booking as it was."""
        return self._planner.cancel(_id_of(booking))


def _id_of(booking: int | HasId) -> int:
    return booking if isinstance(booking, int) else booking.id
