"""What a planner does in DRS's own screens, for tests in the same process."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from drs_simulator.admin.client import ConflictError, NotFoundError
from drs_simulator.admin.control import SimulatorControl
from drs_simulator.admin.models import to_local
from drs_simulator.admin.resources.bookings import BookingView
from drs_simulator.scheduling import back_office
from drs_simulator.scheduling.back_office import Completion, Move, Search, UnknownError
from drs_simulator.scheduling.context import UseCaseContext
from drs_simulator.scheduling.model import PlannedBooking
from drs_simulator.scheduling.refusal import Refusal

_Command = TypeVar("_Command")
_Result = TypeVar("_Result")
_MAX_BOOKINGS = 500


class Planner:
    """A planner at DRS's own screens. What ``AdminClient`` has too, has the same name and raises the same errors here.

    Args:
        simulator: The simulator to plan in.
    """

    def __init__(self, simulator: SimulatorControl) -> None:
        self._simulator = simulator

    def bookings(self, number: str) -> tuple[BookingView, ...]:
        """List the bookings of an order, newest first."""
        return tuple(map(self._show, self._run(back_office.find_bookings, Search(number, limit=_MAX_BOOKINGS)).part))

    def move(self, booking_id: int, begin: datetime, end: datetime, operative_id: str | None = None) -> BookingView:
        """Move a booking to another window; both ends are aware datetimes.

        Raises:
            NotFoundError: There is no such booking.
            ConflictError: DRS refuses it; the message is DRS's own.
        """
        zone = self._simulator.profile.zone
        move = Move(booking_id, begin.astimezone(zone), end.astimezone(zone), operative_id)
        return self._show(self._run(back_office.move_booking, move))

    def confirm(self, booking_id: int) -> BookingView:
        """Confirm a booking's appointment.

        Raises:
            NotFoundError: There is no such booking.
            ConflictError: DRS refuses it; the message is DRS's own.
        """
        return self._show(self._run(back_office.confirm_booking, booking_id))

    def complete(
        self,
        booking_id: int,
        begin: datetime | None = None,
        end: datetime | None = None,
        operative_id: str | None = None,
    ) -> BookingView:
        """Complete a booking; without times it took place as the diary says. Its order stays open.

        Raises:
            NotFoundError: There is no such booking.
            ConflictError: DRS refuses it; the message is DRS's own.
        """
        zone = self._simulator.profile.zone
        completion = Completion(booking_id, to_local(begin, zone), to_local(end, zone), operative_id)
        return self._show(self._run(back_office.complete_booking, completion))

    def cancel(self, booking_id: int) -> BookingView:
        """Cancel a booking; returns the booking as it was.

        Raises:
            NotFoundError: There is no such booking.
            ConflictError: DRS refuses it; the message is DRS's own.
        """
        return self._show(self._run(back_office.cancel_booking, booking_id))

    def _run(self, use_case: Callable[[UseCaseContext, _Command], _Result], command: _Command) -> _Result:
        try:
            return self._simulator.scheduler.run_as_system(use_case, command)
        except UnknownError as error:
            raise NotFoundError(str(error)) from None
        except Refusal as refusal:
            raise ConflictError(str(refusal)) from None

    def _show(self, planned: PlannedBooking) -> BookingView:
        return BookingView.of(planned, self._simulator.profile.zone)
