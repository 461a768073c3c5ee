"""The client: a method for each operation, sessions opened, renewed and closed on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from zeep.transports import Transport

from drs_client.binding import Gateway
from drs_client.errors import InvalidArgument, Refusal, SessionLapsed, TimedOut, UnexpectedAnswer, Unreachable
from drs_client.model import Availability, Order
from drs_client.reading import Reader
from drs_client.transport import http_transport

UNKNOWN_ORDER = "Unable to find order in OptiTime Web"
"""What DRS says of an order number that it does not know (Hackney's service relies on it)."""


def mentions_session(refusal: Refusal) -> bool:
    """Whether a refusal is about the session. Nobody has published DRS's words for that; this is the plainest guess."""
    return "session" in refusal.message.lower()


class DrsClient:
    """Calls one DRS.

    ::

        with DrsClient(url, "login", "password") as drs:
            availability = drs.check_availability("3670010", "N373049", "Priority 20 Days", begin, end)

    A session is opened at the first call and closed at the end of ``with``. One that DRS lets lapse is renewed once,
    and the call repeated.

    Args:
        url: The gateway's address, ``…/OTWebServiceGateway_<INSTANCE>/ws/soap``; a ``?wsdl`` behind it does no harm.
        login: The login of the council's service.
        password: Its password.
        wsdl: Where the interface description is: an address, or a file. Without it ``url?wsdl``.
        timeout: Seconds to wait for an answer. DRS has been seen to need almost five.
        transport: Another way to reach DRS (see ``wsgi_transport``).
        contract: The contract to work under.
        user_id: Who calls; DRS does not validate it.
        timezone: The installation's time zone, in which answers are given and dates are sent.
        is_lapsed: Says of a refusal whether it is about the session.
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
        is_lapsed: Callable[[Refusal], bool] = mentions_session,
    ) -> None:
        if urlsplit(url).scheme not in ("http", "https"):
            raise InvalidArgument(f"'{url}' is no address of a gateway. It begins with http:// or https://.")
        self.url = url.partition("?")[0]
        self.contract = contract
        self.user_id = user_id
        self.zone = ZoneInfo(timezone)
        self._login = login
        self._password = password
        self._gateway = Gateway(self.url, wsdl or f"{self.url}?wsdl", transport or http_transport(timeout))
        self._is_lapsed = is_lapsed
        self._read = Reader(self.zone)
        self._session_id: str | None = None

    def __repr__(self) -> str:
        return f"DrsClient({self.url!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close_session()

    def open_session(self) -> None:
        """Open a session, which the following calls use.

        Raises:
            Refusal: The login or password is wrong.
            DrsError: DRS could not be asked.
        """
        answer = self._send("openSession", {"login": self._login, "password": self._password})
        self._session_id = answer.sessionId
        if not self._session_id:
            raise UnexpectedAnswer("openSession succeeded without a sessionId.")

    def close_session(self) -> None:
        """Close the session, if one is open. One that DRS has forgotten counts as closed."""
        session_id, self._session_id = self._session_id, None
        if session_id is not None:
            try:
                self._send("closeSession", {"sessionId": session_id})
            except Refusal as refusal:
                if not self._is_lapsed(refusal):
                    raise

    def check_availability(
        self, location_id: str, sor_code: str, priority: str | None, begin: datetime, end: datetime
    ) -> Availability:
        """The slots of every day from ``begin`` to ``end``, both aware.

        The days may be fewer than asked for: see ``Availability.warning``.

        Raises:
            InvalidArgument: A datetime has no time zone.
            Refusal: DRS declines.
            DrsError: DRS could not be asked.
        """
        number = "availability"
        order = {
            "contract": self.contract,
            "locationID": location_id,
            "primaryOrderNumber": number,
            "priority": priority,
            "theBookingCodes": [_code(sor_code, number)],
            "userId": self.user_id,
        }
        members = {"periodBegin": self._text(begin), "periodEnd": self._text(end), "theOrder": order}
        return self._read.availability(self._call("checkAvailability", members))

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

        Where the connection breaks or no answer comes in time, the order is looked up before it is sent once more, so
        that it is not made twice.

        Raises:
            InvalidArgument: A datetime has no time zone, or ``comments`` is longer than 255 characters.
            Refusal: DRS declines.
            DrsError: DRS could not be asked.
        """
        if len(comments) > _COMMENTS_LIMIT:
            raise InvalidArgument(f"The comments have {len(comments)} characters; DRS takes {_COMMENTS_LIMIT}.")
        order = {
            "contactName": contact_name,
            "contract": self.contract,
            "earliestBookingDate": None if earliest is None else self._text(earliest),
            "locationID": location_id,
            # Must be sent; DRS trims a blank away.
            "orderComments": comments or " ",
            "phone": phone,
            "primaryOrderNumber": number,
            "priority": priority,
            "targetDate": self._text(target),
            "theBookingCodes": [_code(sor_code, number)],
            "userId": self.user_id,
        }
        try:
            return self._created(order)
        except (TimedOut, Unreachable):
            made = self.select_orders(number)
            return made[0] if made else self._created(order)

    def schedule_booking(
        self,
        booking_id: int,
        number: str,
        begin: datetime | None = None,
        end: datetime | None = None,
        *,
        reason: str | None = "FIRST",
    ) -> None:
        """Schedule a booking into the window from ``begin`` to ``end``, or move it there; both are aware.

        Without a window DRS takes the next free slot from the order's earliest date on.

        Raises:
            InvalidArgument: A datetime has no time zone.
            Refusal: DRS declines.
            DrsError: DRS could not be asked.
        """
        booking = {
            "bookingId": booking_id,
            "bookingReason": reason,
            "contract": self.contract,
            "planningWindowStart": None if begin is None else self._text(begin),
            "planningWindowEnd": None if end is None else self._text(end),
            "primaryOrderNumber": number,
            "userId": self.user_id,
        }
        self._call("scheduleBooking", {"theBooking": booking, "userId": self.user_id})

    def select_orders(self, *numbers: str) -> tuple[Order, ...]:
        """The orders of those numbers; none where DRS does not know one.

        Raises:
            Refusal: DRS declines for another reason.
            DrsError: DRS could not be asked.
        """
        try:
            answer = self._call("selectOrder", {"primaryOrderNumber": list(numbers)})
        except Refusal as refusal:
            if UNKNOWN_ORDER in refusal.message:
                return ()
            raise
        return tuple(self._read.order(order) for order in answer.theOrders or ())

    def delete_booking(self, booking_id: int, number: str) -> None:
        """Cancel a booking.

        Raises:
            Refusal: DRS declines.
            DrsError: DRS could not be asked.
        """
        booking = {"bookingId": booking_id, "contract": self.contract, "primaryOrderNumber": number}
        self._call("deleteBooking", {"theBooking": booking})

    def _created(self, order: Mapping[str, Any]) -> Order:
        answer = self._call("createOrder", {"theOrder": order})
        if answer.theOrder is None:
            raise UnexpectedAnswer("createOrder succeeded without an order.")
        return self._read.order(answer.theOrder)

    def _call(self, operation: str, members: Mapping[str, Any]) -> Any:
        """Send a call in the session; in a new one if DRS let that lapse."""
        if self._session_id is None:
            self.open_session()
        try:
            return self._send(operation, {**members, "sessionId": self._session_id})
        except Refusal as refusal:
            if not self._is_lapsed(refusal):
                raise
        self.open_session()
        try:
            return self._send(operation, {**members, "sessionId": self._session_id})
        except Refusal as refusal:
            if not self._is_lapsed(refusal):
                raise
            raise SessionLapsed(operation, refusal.message) from None

    def _send(self, operation: str, members: Mapping[str, Any]) -> Any:
        answer = self._gateway.call(operation, members)
        status = getattr(answer, "status", None)
        if status is None:
            raise UnexpectedAnswer(f"The answer to {operation} has no status.")
        if status != "success":
            raise Refusal(operation, answer.errorMsg or "")
        return answer

    def _text(self, moment: datetime) -> str:
        """An instant as DRS reads it: local, with offset, so that nobody needs to guess."""
        if moment.tzinfo is None:
            raise InvalidArgument(f"{moment.isoformat()} has no time zone. Hand in an aware datetime.")
        return moment.astimezone(self.zone).isoformat(timespec="milliseconds" if moment.microsecond else "seconds")


_COMMENTS_LIMIT = 255


def _code(sor_code: str, number: str) -> dict[str, str]:
    return {
        "bookingCodeSORCode": sor_code,
        "itemNumberWithinBooking": "1",
        "primaryOrderNumber": number,
        "quantity": "1",
    }
