"""A receiver of DRS's callbacks, for tests of services that are called back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from http import HTTPStatus
from threading import Condition
from types import TracebackType
from typing import Self
from urllib.parse import quote
from wsgiref.types import WSGIApplication
from zoneinfo import ZoneInfo

from werkzeug.wrappers import Request, Response

from drs_contracts.callback_messages import (
    CANCELLATION,
    CONFIRMATION,
    NAMESPACE,
    BookingConfirmation,
    CallbackMessage,
    CompletedBooking,
    parse_message,
    read_completion,
    read_confirmation,
)
from drs_contracts.driver.messages import SOAP
from drs_contracts.http_server import ThreadedServer

DEFAULT_ZONE = ZoneInfo("Europe/London")


@dataclass(frozen=True, slots=True)
class ReceivedConfirmation:
    """One message that DRS posted: a confirmation, a cancellation or a completed booking.

    Args:
        body: Its bytes.
        message: Its parts, as text.
        zone: The time zone of its dates.
    """

    body: bytes
    message: CallbackMessage
    zone: ZoneInfo = DEFAULT_ZONE

    @classmethod
    def of(cls, body: bytes, zone: ZoneInfo = DEFAULT_ZONE) -> Self:
        """Take the bytes of a message apart. What is none of DRS's messages has flaws."""
        return cls(body, parse_message(body), zone)

    @property
    def operation(self) -> str:
        """The name of the message, such as ``bookingConfirmation``; empty for what is none."""
        return self.message.operation

    @property
    def members(self) -> dict[str, str]:
        """The booking's members by their names, as text, without the booking codes."""
        return self.message.members

    @property
    def codes(self) -> tuple[dict[str, str], ...]:
        """The members of each booking code, as text."""
        return self.message.codes

    @property
    def flaws(self) -> tuple[str, ...]:
        """What is wrong with its form, in sentences; usually nothing."""
        return self.message.flaws

    @property
    def confirmation(self) -> BookingConfirmation:
        """Its values, as a confirmation.

        Raises:
            CallbackFormError: It is another message, or its form is wrong.
        """
        return read_confirmation(self.message, self.zone, CONFIRMATION)

    @property
    def cancellation(self) -> BookingConfirmation:
        """Its values, as a cancellation: the booking as it was.

        Raises:
            CallbackFormError: It is another message, or its form is wrong.
        """
        return read_confirmation(self.message, self.zone, CANCELLATION)

    @property
    def completion(self) -> CompletedBooking:
        """Its values, as a completed booking.

        Raises:
            CallbackFormError: It is another message, or its form is wrong.
        """
        return read_completion(self.message, self.zone)

    def __getitem__(self, name: str) -> str:
        """A member's text."""
        return self.members[name]

    def date(self, name: str) -> datetime:
        """A member that is a date: local time, so it has no zone."""
        return datetime.fromisoformat(self.members[name])


class CallbackReceiver:
    """Listens on loopback as a council's service does, and stores what DRS posts. Safe under threads.

    Args:
        login: The login of HTTP basic authentication that it demands; ``None`` for none.
        password: Its password.
        zone: The time zone of the dates in messages.
    """

    def __init__(self, login: str | None = None, password: str = "", zone: ZoneInfo = DEFAULT_ZONE) -> None:
        self._credentials = None if login is None else (login, password)
        self._zone = zone
        self._received: list[ReceivedConfirmation] = []
        self._failing: list[int] = []
        self._attempts = 0
        self._changed = Condition()
        application: WSGIApplication = Request.application(self._answer)
        self._server = ThreadedServer(application)
        address = f"{self._server.url}/confirmations"
        if login is not None:
            address = address.replace("://", f"://{quote(login, safe='')}:{quote(password, safe='')}@", 1)
        self.url = address
        """The address that DRS must post to, with login and password if it demands them."""
        self._server.start()

    @property
    def received(self) -> tuple[ReceivedConfirmation, ...]:
        """What was received, in the order in which it came."""
        with self._changed:
            return tuple(self._received)

    @property
    def attempts(self) -> int:
        """How often DRS has posted anything, received or not."""
        with self._changed:
            return self._attempts

    def fail(self, times: int = 1, status: int = HTTPStatus.SERVICE_UNAVAILABLE) -> None:
        """Answer the next calls with that status; what they bring does not count as received."""
        with self._changed:
            self._failing += [int(status)] * times

    def wait_for(self, count: int = 1, seconds: float = 10) -> tuple[ReceivedConfirmation, ...]:
        """Wait until ``count`` messages were received, and return all of them.

        Raises:
            TimeoutError: Fewer came within ``seconds``.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._received) >= count, seconds):
                raise TimeoutError(
                    f"{len(self._received)} of {count} messages came within {seconds:g} seconds, at "
                    f"{self._attempts} attempts. Is the DRS set up to post to this receiver?"
                )
            return tuple(self._received)

    def close(self) -> None:
        """Stop listening."""
        self._server.stop()

    def _answer(self, request: Request) -> Response:
        body = request.get_data()
        with self._changed:
            self._attempts += 1
            status = self._failing.pop(0) if self._failing else HTTPStatus.OK
            if status == HTTPStatus.OK and not self._is_allowed(request):
                status = HTTPStatus.UNAUTHORIZED
            received = ReceivedConfirmation.of(body, self._zone)
            if status == HTTPStatus.OK:
                self._received.append(received)
            self._changed.notify_all()
        response = Response("", status, content_type="text/xml; charset=utf-8")
        if status == HTTPStatus.OK:
            response.data = _response_to(received.operation)
        elif status == HTTPStatus.UNAUTHORIZED:
            response.headers["WWW-Authenticate"] = 'Basic realm="callbacks", charset="UTF-8"'
        return response

    def _is_allowed(self, request: Request) -> bool:
        if self._credentials is None:
            return True
        sent = request.authorization
        if sent is None or sent.type != "basic":
            return False
        pairs = zip(self._credentials, (sent.username or "", sent.password or ""), strict=True)
        return all(compare_digest(right.encode(), given.encode()) for right, given in pairs)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def _response_to(operation: str) -> str:
    name = operation or CONFIRMATION
    return (
        f'<soap:Envelope xmlns:soap="{SOAP}"><soap:Body><ns1:{name}Response xmlns:ns1="{NAMESPACE}"/></soap:Body>'
        "</soap:Envelope>"
    )
