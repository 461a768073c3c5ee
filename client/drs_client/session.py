"""The connection to a DRS: sessions opened at the first call, renewed where they lapse, closed in the end."""

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
from drs_client.errors import InvalidArgument, Refusal, SessionLapsed, UnexpectedAnswer
from drs_client.reading import Reader
from drs_client.transport import http_transport


def mentions_session(refusal: Refusal) -> bool:
    """Whether a refusal is about the session. Nobody has published DRS's words for that; this is the plainest guess."""
    return "session" in refusal.message.lower()


class DrsSession:
    """Calls one DRS in a session. The arguments are those of ``DrsClient``."""

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

    def _text(self, moment: datetime | None) -> str | None:
        """An instant as DRS reads it: local, with offset, so that nobody needs to guess."""
        if moment is None:
            return None
        if moment.tzinfo is None:
            raise InvalidArgument(f"{moment.isoformat()} has no time zone. Hand in an aware datetime.")
        return moment.astimezone(self.zone).isoformat(timespec="milliseconds" if moment.microsecond else "seconds")


def booking_code(sor_code: str, number: str) -> dict[str, str]:
    """A SOR code that is to be done once, as a member of a request."""
    return {
        "bookingCodeSORCode": sor_code,
        "itemNumberWithinBooking": "1",
        "primaryOrderNumber": number,
        "quantity": "1",
    }
