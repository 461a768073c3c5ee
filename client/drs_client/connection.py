"""A connection to one DRS: the gateway, the login, and the session in which calls are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from drs_client.binding import SoapBinding
from drs_client.errors import InvalidArgument, RequestRejected, SessionExpired, UnexpectedResponse
from drs_client.transport import hide_login


def mentions_session(rejection: RequestRejected) -> bool:
    """Say whether a rejection is about the session. DRS's words for that are not published; this is the likeliest."""
    return "session" in rejection.message.lower()


class DrsConnection:
    """A session with one DRS: opened at the first call, renewed once if DRS let it expire, closed with the connection.

    Args:
        binding: Sends calls to the gateway.
        login: The login of the council's service.
        password: Its password.
        is_session_error: Says of a rejection whether it is about the session.
    """

    def __init__(
        self, binding: SoapBinding, login: str, password: str, is_session_error: Callable[[RequestRejected], bool]
    ) -> None:
        self.url = binding.address
        self._binding = binding
        self._login = login
        self._password = password
        self._is_session_error = is_session_error
        self._session_id: str | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({hide_login(self.url)!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
            return
        # Nothing may take the place of the error that ends the block.
        with suppress(Exception):
            self.close()

    def close(self) -> None:
        """Close the session, if one is open, and the HTTP connections.

        Raises:
            DrsError: The session could not be closed. The connections are closed all the same.
        """
        try:
            self.close_session()
        finally:
            self._binding.close()

    def open_session(self) -> None:
        """Open a session, which the following calls use.

        Raises:
            RequestRejected: The login or password is wrong.
            DrsError: DRS could not be asked.
        """
        answer = self._send("openSession", {"login": self._login, "password": self._password})
        self._session_id = answer.sessionId
        if not self._session_id:
            raise UnexpectedResponse("openSession succeeded without a sessionId.")

    def close_session(self) -> None:
        """Close the session, if one is open. One that DRS no longer knows counts as closed.

        Raises:
            DrsError: DRS declines for another reason, or could not be asked.
        """
        session_id, self._session_id = self._session_id, None
        if session_id is not None:
            try:
                self._send("closeSession", {"sessionId": session_id})
            except RequestRejected as rejection:
                if not self._is_session_error(rejection):
                    raise

    def _call(self, operation: str, members: Mapping[str, Any]) -> Any:
        """Send a call in the session; in a new one if DRS let that expire."""
        if self._session_id is None:
            self.open_session()
        try:
            return self._send(operation, {**members, "sessionId": self._session_id})
        except RequestRejected as rejection:
            if not self._is_session_error(rejection):
                raise
        self.open_session()
        try:
            return self._send(operation, {**members, "sessionId": self._session_id})
        except RequestRejected as rejection:
            if not self._is_session_error(rejection):
                raise
            raise SessionExpired(operation, rejection.message) from None

    def _send(self, operation: str, members: Mapping[str, Any]) -> Any:
        answer = self._binding.call(operation, members)
        status = getattr(answer, "status", None)
        if status is None:
            raise UnexpectedResponse(f"The answer to {operation} has no status.")
        if status != "success":
            raise RequestRejected(operation, getattr(answer, "errorMsg", None) or "")
        return answer


def check_address(url: str) -> None:
    """Make sure that this can be the address of a gateway.

    Raises:
        InvalidArgument: It is not an http or https address.
    """
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # such as a port or an IPv6 address that is none
        usable = False
    if not usable:
        raise InvalidArgument(
            f"'{url}' is not the address of a gateway. It begins with http:// or https:// and ends with /ws/soap."
        )
