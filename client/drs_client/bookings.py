"""The calls around a booking: made, given its place, reserved, told of, cancelled, looked up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from drs_client.errors import UnexpectedAnswer
from drs_client.model import Booking, LifeCycle
from drs_client.session import DrsSession, booking_code


class BookingCalls(DrsSession):
    """Operations on bookings."""

    def create_booking(
        self,
        number: str,
        sor_code: str,
        begin: datetime | None = None,
        end: datetime | None = None,
        *,
        reason: str | None = None,
    ) -> tuple[Booking, ...]:
        """Create a further booking of an order, not yet scheduled.

        Raises:
            InvalidArgument: A datetime has no time zone.
            Refusal: DRS declines.
            DrsError: DRS could not be asked.
        """
        booking = self._booking(0, number, begin, end, reason) | {"theBookingCodes": [booking_code(sor_code, number)]}
        return self._bookings(self._call("createBooking", {"theBooking": booking}))

    def schedule_booking(
        self,
        booking_id: int,
        number: str,
        begin: datetime | None = None,
        end: datetime | None = None,
        *,
        reason: str | None = "FIRST",
        force: bool = False,
        lock_time: bool = False,
        lock_resource: str | None = None,
    ) -> None:
        """Schedule a booking into the window from ``begin`` to ``end``, or move it there; both are aware.

        Without a window DRS takes the next free slot from the order's earliest date on.

        Args:
            booking_id: The booking.
            number: Its order's number.
            begin: The window's begin.
            end: The window's end.
            reason: Why it is made.
            force: Whether DRS is to find another time where the window has no room.
            lock_time: Whether the time that is found is to stay.
            lock_resource: Who must come.

        Raises:
            InvalidArgument: A datetime has no time zone.
            Refusal: DRS declines.
            DrsError: DRS could not be asked.
        """
        members = self._placing(booking_id, number, begin, end, reason)
        # Sent where they say something: a version of DRS may not know them.
        chosen: dict[str, Any] = {"force": force or None, "timeLock": lock_time or None}
        if lock_resource is not None:
            members["theBooking"]["theResources"] = [{"resourceID": lock_resource}]
            chosen["resourceLock"] = "lockAsSpecified"
        self._call("scheduleBooking", members | chosen)

    def create_reservation(
        self,
        booking_id: int,
        number: str,
        begin: datetime | None = None,
        end: datetime | None = None,
    ) -> None:
        """Have a place held for a booking for some time.

        Raises:
            InvalidArgument: A datetime has no time zone.
            Refusal: DRS declines.
            DrsError: DRS could not be asked.
        """
        members = self._placing(booking_id, number, begin, end, None)
        self._call("createReservation", members | {"bookingId": booking_id})

    def confirm_reservation(self, booking_id: int, number: str) -> None:
        """Make the place that is held for a booking its own.

        Raises:
            Refusal: DRS declines, for example because the reservation has lapsed.
            DrsError: DRS could not be asked.
        """
        members = self._placing(booking_id, number, None, None, None)
        self._call("confirmReservation", members | {"bookingId": booking_id})

    def update_booking(
        self,
        booking_id: int,
        number: str,
        becomes: LifeCycle = LifeCycle.PLANNED,
        *,
        begin: datetime | None = None,
        end: datetime | None = None,
        resource_id: str | None = None,
        complete_order: bool = False,
        planner_comments: str | None = None,
        action_taken: str | None = None,
    ) -> Booking:
        """Tell news of a booking; the booking as DRS has it then.

        Args:
            booking_id: The booking.
            number: Its order's number.
            becomes: How far it has come.
            begin: When the work began, aware; needed for COMPLETED.
            end: When it ended, aware; needed for COMPLETED.
            resource_id: Who did it.
            complete_order: Whether the order is completed too.
            planner_comments: For the planners.
            action_taken: What was done.

        Raises:
            InvalidArgument: A datetime has no time zone.
            Refusal: DRS declines.
            DrsError: DRS could not be asked.
        """
        booking = self._booking(booking_id, number, None, None, None) | {"plannerComments": planner_comments}
        members = {
            "actionTaken": action_taken,
            "completeOrder": complete_order,
            "endDateAndTime": self._text(end),
            "resourceId": resource_id,
            "startDateAndTime": self._text(begin),
            "theBooking": booking,
            "transactionType": becomes.value,
        }
        answer = self._call("updateBooking", members)
        if answer.theBooking is None:
            raise UnexpectedAnswer("updateBooking succeeded without a booking.")
        return self._read.booking(answer.theBooking)

    def delete_booking(self, booking_id: int, number: str) -> None:
        """Cancel a booking.

        Raises:
            Refusal: DRS declines.
            DrsError: DRS could not be asked.
        """
        booking = {"bookingId": booking_id, "contract": self.contract, "primaryOrderNumber": number}
        self._call("deleteBooking", {"theBooking": booking})

    def select_bookings(
        self,
        *,
        statuses: Sequence[LifeCycle] = (),
        resource_ids: Sequence[str] = (),
        begin: datetime | None = None,
        end: datetime | None = None,
        window_begin: datetime | None = None,
        window_end: datetime | None = None,
    ) -> tuple[Booking, ...]:
        """The bookings that fit every filter that is given: by time of work, or by planning window; all aware.

        Raises:
            InvalidArgument: A datetime has no time zone.
            Refusal: DRS declines.
            DrsError: DRS could not be asked.
        """
        members = {
            "bookingStatus": [status.value for status in statuses] or None,
            "contract": [self.contract],
            "returnBookingsFrom": self._text(begin),
            "returnBookingsPWFrom": self._text(window_begin),
            "returnBookingsPWTo": self._text(window_end),
            "returnBookingsTo": self._text(end),
            "workers": list(resource_ids) or None,
        }
        return self._bookings(self._call("selectBooking", members))

    def schedule_of(self, resource_id: str, day: date) -> tuple[Booking, ...]:
        """The bookings of an operative's day in the order of the visits (getSchedule).

        Raises:
            Refusal: DRS declines.
            DrsError: DRS could not be asked.
        """
        members = {
            "contract": self.contract,
            "resourceId": resource_id,
            "returnBookingCodes": True,
            "returnWarnings": False,
            "scheduleDate": self._text(datetime.combine(day, time(0), self.zone)),
        }
        return self._bookings(self._call("getSchedule", members))

    def _bookings(self, answer: Any) -> tuple[Booking, ...]:
        return tuple(self._read.booking(booking) for booking in answer.theBookings or ())

    def _booking(
        self, booking_id: int, number: str, begin: datetime | None, end: datetime | None, reason: str | None
    ) -> dict[str, Any]:
        return {
            "bookingId": booking_id,
            "bookingReason": reason,
            "contract": self.contract,
            "planningWindowStart": self._text(begin),
            "planningWindowEnd": self._text(end),
            "primaryOrderNumber": number,
            "userId": self.user_id,
        }

    def _placing(
        self, booking_id: int, number: str, begin: datetime | None, end: datetime | None, reason: str | None
    ) -> dict[str, Any]:
        return {"theBooking": self._booking(booking_id, number, begin, end, reason), "userId": self.user_id}
