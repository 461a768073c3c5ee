"""The client: a method for each of DRS's operations."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

from zeep.transports import Transport

from drs_client.binding import SoapBinding
from drs_client.connection import check_address, mentions_session
from drs_client.errors import (
    DrsError,
    RequestRejected,
    TimedOut,
    UnexpectedResponse,
    Unreachable,
)
from drs_client.master_data import MasterDataClient
from drs_client.model import (
    Availability,
    Booking,
    LifeCycle,
    Order,
)
from drs_client.request_members import build_booking_code, check_comments
from drs_client.transport import SimulatedDrs, http_transport, wsgi_transport

UNKNOWN_ORDER = "Unable to find order in OptiTime Web"
"""What DRS answers for an order number that it does not know (Hackney's service relies on it)."""


class DrsClient(MasterDataClient):
    """Calls one DRS.

    ::

        with DrsClient(url, "login", "password") as drs:
            availability = drs.check_availability("3670010", "N373049", "Priority 20 Days", begin, end)

    A session is opened at the first call. One that DRS let expire is renewed once, and the call repeated. ``close``, or
    the end of ``with``, closes the session and the connections; a later call opens others.

    Args:
        url: The gateway's address, ``…/OTWebServiceGateway_<INSTANCE>/ws/soap``; ``?wsdl`` at its end is ignored.
        login: The login of the council's service.
        password: Its password.
        wsdl: The address or the file of the WSDL; ``url?wsdl`` by default.
        timeout: Seconds to wait for an answer. DRS has been seen to need almost five.
        transport: Another way to reach DRS (see ``wsgi_transport``).
        contract: The contract to work under.
        user_id: The caller's name; DRS does not validate it.
        timezone: The installation's time zone, in which answers are given and dates are sent.
        is_session_error: Says of a rejection whether it is about the session; by default, whether it mentions one.
        is_lapsed: The former name of ``is_session_error``.

    Raises:
        InvalidArgument: ``url`` is not an http or https address.
    """

    def __init__(
        self,
        url: str,
        login: str,
        password: str,
        *,
        wsdl: str | Path | None = None,
        timeout: float = 30.0,
        transport: Transport | None = None,
        contract: str = "0",
        user_id: str = "drs-client",
        timezone: str = "Europe/London",
        is_session_error: Callable[[RequestRejected], bool] = mentions_session,
        is_lapsed: Callable[[RequestRejected], bool] | None = None,
    ) -> None:
        check_address(url)
        if is_lapsed is not None:
            warnings.warn("is_lapsed is now is_session_error", DeprecationWarning, stacklevel=2)
            is_session_error = is_lapsed
        address = url.partition("?")[0]
        binding = SoapBinding(address, wsdl or f"{address}?wsdl", transport or http_transport(timeout))
        super().__init__(binding, login, password, is_session_error, contract, ZoneInfo(timezone))
        self.user_id = user_id

    @classmethod
    def for_simulator(cls, simulator: SimulatedDrs, **settings: Any) -> Self:
        """Make a client that calls a simulator of this process without a socket.

        Args:
            simulator: The simulator; it need not be serving.
            settings: Further arguments of ``DrsClient``.
        """
        settings = {"transport": wsgi_transport(simulator.wsgi)} | settings
        return cls(f"http://simulator{simulator.path}", simulator.login, simulator.password, **settings)

    # Orders

    def check_availability(
        self, location_id: str, sor_code: str, priority: str | None, begin: datetime, end: datetime
    ) -> Availability:
        """Return the slots of every day from ``begin`` to ``end``, both aware.

        DRS may return fewer days than that: see ``Availability.warning``.

        Raises:
            InvalidArgument: A datetime has no time zone.
            RequestRejected: DRS declines.
            DrsError: DRS could not be asked.
        """
        number = "availability"
        order = {
            "contract": self.contract,
            "locationID": location_id,
            "primaryOrderNumber": number,
            "priority": priority,
            "theBookingCodes": [build_booking_code(sor_code, number)],
            "userId": self.user_id,
        }
        members = {
            "periodBegin": self._local(begin),
            "periodEnd": self._local(end),
            "theOrder": order,
        }
        return self._reader.read_availability(self._call("checkAvailability", members))

    def create_order(
        self,
        number: str,
        location_id: str,
        sor_code: str,
        priority: str,
        target: datetime,
        *,
        earliest: datetime | None = None,
        comments: str = "",
        contact_name: str | None = None,
        phone: str | None = None,
    ) -> Order:
        """Create an order under ``number`` with one booking, not yet scheduled.

        If the connection breaks or no answer comes in time, the order is looked up before it is sent once more, so that
        it is not created twice. If the look-up fails too, the first error is raised: the order may exist.

        Raises:
            InvalidArgument: A datetime has no time zone, or ``comments`` is longer than 255 characters.
            RequestRejected: DRS declines.
            DrsError: DRS could not be asked.
        """
        check_comments(comments)
        order = {
            "contactName": contact_name,
            "contract": self.contract,
            "earliestBookingDate": self._local(earliest),
            "locationID": location_id,
            # Must be sent; DRS trims a blank away.
            "orderComments": comments or " ",
            "phone": phone,
            "primaryOrderNumber": number,
            "priority": priority,
            "targetDate": self._local(target),
            "theBookingCodes": [build_booking_code(sor_code, number)],
            "userId": self.user_id,
        }
        try:
            return self._send_order(order)
        except (TimedOut, Unreachable) as error:
            try:
                created = self.select_orders(number)
            except DrsError:
                raise error from None
            return created[0] if created else self._send_order(order)

    def update_order(
        self,
        number: str,
        *,
        location_id: str | None = None,
        priority: str | None = None,
        target: datetime | None = None,
        earliest: datetime | None = None,
        comments: str | None = None,
        contact_name: str | None = None,
        phone: str | None = None,
    ) -> Order:
        """Change an order and return it as DRS has it then. Arguments that are ``None`` change nothing.

        Raises:
            InvalidArgument: A datetime has no time zone, or ``comments`` is longer than 255 characters.
            RequestRejected: DRS declines.
            DrsError: DRS could not be asked.
        """
        check_comments(comments or "")
        order = {
            "contactName": contact_name,
            "contract": self.contract,
            "earliestBookingDate": self._local(earliest),
            "locationID": location_id,
            "orderComments": comments,
            "phone": phone,
            "primaryOrderNumber": number,
            "priority": priority,
            "targetDate": self._local(target),
            "userId": self.user_id,
        }
        answer = self._call("updateOrder", {"theOrder": order})
        if answer.theOrder is None:
            raise UnexpectedResponse("updateOrder succeeded without an order.")
        return self._reader.read_order(answer.theOrder)

    def delete_order(self, number: str) -> None:
        """Delete an order with its bookings.

        Raises:
            RequestRejected: DRS declines, for example because it knows no such order.
            DrsError: DRS could not be asked.
        """
        order = {"contract": self.contract, "primaryOrderNumber": number, "userId": self.user_id}
        self._call("deleteOrder", {"theOrder": order})

    def complete_order(self, number: str) -> None:
        """Complete an order with all its bookings.

        Raises:
            RequestRejected: DRS declines.
            DrsError: DRS could not be asked.
        """
        members = {"contract": self.contract, "primaryOrderNumber": number, "userId": self.user_id}
        self._call("completeOrder", members)

    def select_orders(
        self,
        *numbers: str,
        location_ids: Sequence[str] = (),
        resource_ids: Sequence[str] = (),
        begin: datetime | None = None,
        end: datetime | None = None,
        completed_bookings: bool = False,
    ) -> tuple[Order, ...]:
        """Return the orders that match all given filters; none if DRS does not know a number.

        Args:
            numbers: The orders' numbers in the housing system.
            location_ids: The properties.
            resource_ids: The operatives of their bookings.
            begin: Start of the period of their bookings, aware.
            end: End of that period, aware.
            completed_bookings: Whether completed bookings are listed too.

        Raises:
            InvalidArgument: A datetime has no time zone.
            RequestRejected: DRS declines for another reason.
            DrsError: DRS could not be asked.
        """
        members = {
            "includeCompletedBookings": completed_bookings or None,
            "locationIDs": list(location_ids) or None,
            "primaryOrderNumber": list(numbers) or None,
            "resources": list(resource_ids) or None,
            "returnBookingsFrom": self._local(begin),
            "returnBookingsTo": self._local(end),
        }
        try:
            answer = self._call("selectOrder", members)
        except RequestRejected as rejection:
            if UNKNOWN_ORDER in rejection.message:
                return ()
            raise
        return tuple(self._reader.read_order(order) for order in answer.theOrders or ())

    # Bookings

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
            RequestRejected: DRS declines.
            DrsError: DRS could not be asked.
        """
        booking = self._build_booking(0, number, begin, end, reason)
        booking["theBookingCodes"] = [build_booking_code(sor_code, number)]
        return self._read_bookings(self._call("createBooking", {"theBooking": booking}))

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
            begin: Start of the window.
            end: End of the window.
            reason: Why the visit is made.
            force: Whether DRS plans the booking in the window though that is full.
            lock_time: Whether DRS may not change the time afterwards.
            lock_resource: The id of the operative who must come.

        Raises:
            InvalidArgument: A datetime has no time zone.
            RequestRejected: DRS declines.
            DrsError: DRS could not be asked.
        """
        members = self._build_placement(booking_id, number, begin, end, reason)
        # Left out by default: a version of DRS may not know them.
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
        """Reserve a window for a booking; the reservation ends after some time.

        Raises:
            InvalidArgument: A datetime has no time zone.
            RequestRejected: DRS declines.
            DrsError: DRS could not be asked.
        """
        members = self._build_placement(booking_id, number, begin, end, None)
        self._call("createReservation", members | {"bookingId": booking_id})

    def confirm_reservation(self, booking_id: int, number: str) -> None:
        """Turn a booking's reservation into its appointment.

        Raises:
            RequestRejected: DRS declines, for example because the reservation has expired.
            DrsError: DRS could not be asked.
        """
        members = self._build_placement(booking_id, number, None, None, None)
        self._call("confirmReservation", members | {"bookingId": booking_id})

    def update_booking(
        self,
        booking_id: int,
        number: str,
        new_status: LifeCycle = LifeCycle.PLANNED,
        *,
        begin: datetime | None = None,
        end: datetime | None = None,
        resource_id: str | None = None,
        complete_order: bool = False,
        planner_comments: str | None = None,
        action_taken: str | None = None,
    ) -> Booking:
        """Update a booking's progress and return it as DRS has it then.

        Args:
            booking_id: The booking.
            number: Its order's number.
            new_status: Its new status.
            begin: When the work began, aware; required for COMPLETED.
            end: When the work ended, aware; required for COMPLETED.
            resource_id: The operative who did it.
            complete_order: Whether the order is completed too.
            planner_comments: A note for the planners.
            action_taken: What was done.

        Raises:
            InvalidArgument: A datetime has no time zone.
            RequestRejected: DRS declines.
            DrsError: DRS could not be asked.
        """
        booking = self._build_booking(booking_id, number, None, None, None) | {"plannerComments": planner_comments}
        members = {
            "actionTaken": action_taken,
            "completeOrder": complete_order,
            "endDateAndTime": self._local(end),
            "resourceId": resource_id,
            "startDateAndTime": self._local(begin),
            "theBooking": booking,
            "transactionType": new_status.value,
        }
        answer = self._call("updateBooking", members)
        if answer.theBooking is None:
            raise UnexpectedResponse("updateBooking succeeded without a booking.")
        return self._reader.read_booking(answer.theBooking)

    def delete_booking(self, booking_id: int, number: str) -> None:
        """Cancel a booking.

        Raises:
            RequestRejected: DRS declines.
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
        """Return the bookings that match all given filters: by time of work or by planning window, all aware.

        Raises:
            InvalidArgument: A datetime has no time zone.
            RequestRejected: DRS declines.
            DrsError: DRS could not be asked.
        """
        members = {
            "bookingStatus": [status.value for status in statuses] or None,
            "contract": [self.contract],
            "returnBookingsFrom": self._local(begin),
            "returnBookingsPWFrom": self._local(window_begin),
            "returnBookingsPWTo": self._local(window_end),
            "returnBookingsTo": self._local(end),
            "workers": list(resource_ids) or None,
        }
        return self._read_bookings(self._call("selectBooking", members))

    def get_schedule(self, resource_id: str, day: date) -> tuple[Booking, ...]:
        """Return the bookings of an operative's day, in the order of the visits.

        Raises:
            RequestRejected: DRS declines.
            DrsError: DRS could not be asked.
        """
        members = {
            "contract": self.contract,
            "resourceId": resource_id,
            "returnBookingCodes": True,
            "returnWarnings": False,
            "scheduleDate": self._local(datetime.combine(day, time(0), self.zone)),
        }
        return self._read_bookings(self._call("getSchedule", members))

    def _send_order(self, order: Mapping[str, Any]) -> Order:
        answer = self._call("createOrder", {"theOrder": order})
        if answer.theOrder is None:
            raise UnexpectedResponse("createOrder succeeded without an order.")
        return self._reader.read_order(answer.theOrder)

    def _build_booking(
        self, booking_id: int, number: str, begin: datetime | None, end: datetime | None, reason: str | None
    ) -> dict[str, Any]:
        return {
            "bookingId": booking_id,
            "bookingReason": reason,
            "contract": self.contract,
            "planningWindowStart": self._local(begin),
            "planningWindowEnd": self._local(end),
            "primaryOrderNumber": number,
            "userId": self.user_id,
        }

    def _build_placement(
        self, booking_id: int, number: str, begin: datetime | None, end: datetime | None, reason: str | None
    ) -> dict[str, Any]:
        return {"theBooking": self._build_booking(booking_id, number, begin, end, reason), "userId": self.user_id}

    def _read_bookings(self, answer: Any) -> tuple[Booking, ...]:
        return tuple(self._reader.read_booking(booking) for booking in answer.theBookings or ())
