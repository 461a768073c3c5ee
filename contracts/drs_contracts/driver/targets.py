"""What is tested: a simulator in this process, or a DRS at an address."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit

import requests
from drs_simulator import AdminClient, AdminError, Simulator
from werkzeug.test import Client

from drs_contracts.driver.messages import Reply

_XML = "text/xml; charset=UTF-8"


class UnreachableError(Exception):
    """Nothing answers at the target's address; the message says what to look at."""


class Target(Protocol):
    """Something that answers SOAP calls."""

    login: str
    password: str

    def post(self, body: bytes) -> Reply:
        """Send one request."""

    def wsdl(self) -> Reply:
        """Fetch the interface description."""

    def now(self) -> datetime:
        """The target's time; an aware instant."""

    def renew(self) -> None:
        """Make the target forget all, where that is possible."""

    def move_clock(self, by: timedelta) -> None:
        """Set the target's clock forward.

        Raises:
            ClockOutOfReachError: Its clock cannot be set from here.
        """


class ClockOutOfReachError(Exception):
    """The target's clock cannot be set from here."""


class SimulatorTarget:
    """A simulator in this process, called without a socket."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.login = simulator.login
        self.password = simulator.password
        self._client = Client(simulator.wsgi)

    def post(self, body: bytes) -> Reply:
        """See ``Target.post``."""
        answer = self._client.post(self.simulator.path, data=body, content_type=_XML)
        return Reply(answer.status_code, answer.content_type, answer.data)

    def wsdl(self) -> Reply:
        """See ``Target.wsdl``."""
        answer = self._client.get(f"{self.simulator.path}?wsdl")
        return Reply(answer.status_code, answer.content_type, answer.data)

    def now(self) -> datetime:
        """See ``Target.now``."""
        return self.simulator.clock.now()

    def renew(self) -> None:
        """See ``Target.renew``."""
        self.simulator.reset()

    def move_clock(self, by: timedelta) -> None:
        """See ``Target.move_clock``."""
        self.simulator.clock.shift(by)


class UrlTarget:
    """A DRS at an address, called over HTTP.

    Args:
        url: The gateway's address.
        login: The login for openSession.
        password: Its password.
        timeout: Seconds to wait for an answer.
        admin: The admin interface through which a simulator's clock is read and moved, where there is one.
    """

    def __init__(
        self, url: str, login: str, password: str, *, timeout: float = 30.0, admin: AdminClient | None = None
    ) -> None:
        self.url = url.partition("?")[0]
        self.login = login
        self.password = password
        self._timeout = timeout
        self._session = requests.Session()
        self._admin = admin
        self._moved = timedelta()

    def post(self, body: bytes) -> Reply:
        """See ``Target.post``."""
        return self._reply("POST", self.url, body)

    def wsdl(self) -> Reply:
        """See ``Target.wsdl``."""
        return self._reply("GET", f"{self.url}?wsdl", None)

    def now(self) -> datetime:
        """The simulator's time where its clock is within reach, else the time here, which the target is taken to share.

        Raises:
            UnreachableError: The admin interface does not answer.
        """
        if self._admin is None:
            return datetime.now(UTC)
        try:
            return self._admin.clock.now()
        except AdminError as error:
            raise UnreachableError(f"The clock cannot be read: {error}") from None

    def renew(self) -> None:
        """Nothing is forgotten at an address; a clock that was moved is moved back."""
        if self._moved:
            self.move_clock(-self._moved)

    def move_clock(self, by: timedelta) -> None:
        """See ``Target.move_clock``."""
        if self._admin is None:
            raise ClockOutOfReachError(f"The clock at {self.url} cannot be moved by {by} from here.")
        try:
            self._admin.clock.shift(by)
        except AdminError as error:
            raise UnreachableError(f"The clock cannot be moved: {error}") from None
        self._moved += by

    def _reply(self, verb: str, url: str, body: bytes | None) -> Reply:
        try:
            answer = self._session.request(
                verb, url, data=body, headers={"Content-Type": _XML, "SOAPAction": '""'}, timeout=self._timeout
            )
        except requests.RequestException as error:
            host = urlsplit(url).netloc
            raise UnreachableError(
                f"Nothing answers at {host} ({type(error).__name__}). Is the address right?"
            ) from None
        return Reply(answer.status_code, answer.headers.get("Content-Type", ""), answer.content)
