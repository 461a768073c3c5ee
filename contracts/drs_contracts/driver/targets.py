"""What is tested: a simulator in this process, or a DRS at an address."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from io import BytesIO
from ipaddress import ip_address
from typing import Protocol, runtime_checkable
from urllib.parse import urlsplit

import requests
from drs_simulator import AdminClient, AdminError, Simulator
from requests.auth import AuthBase, HTTPBasicAuth
from requests.utils import get_auth_from_url
from werkzeug.test import Client, EnvironBuilder, run_wsgi_app

from drs_contracts.driver.messages import Reply
from drs_contracts.errors import ContractsError
from drs_contracts.xml import NotXmlError, parse_xml

_XML = "text/xml; charset=UTF-8"
_OUT_OF_REACH = "What DRS posts to the council's service is seen only at a Simulator with holds_callbacks=True."
_WSDL = "{http://schemas.xmlsoap.org/wsdl/}"


class UnreachableError(ContractsError):
    """The DRS at an address does not answer."""


class ClockOutOfReachError(ContractsError):
    """The target's clock cannot be set from here."""


class CallbacksOutOfReachError(ContractsError):
    """What the target posts to the council's service cannot be seen from here."""


class Target(Protocol):
    """Something that answers SOAP calls."""

    login: str
    password: str

    def post(self, body: bytes) -> Reply:
        """Send one request.

        Raises:
            UnreachableError: There is no answer.
        """

    def wsdl(self) -> Reply:
        """Fetch the interface description: of one in two parts, as CXF splits it, the part with the port type.

        Raises:
            UnreachableError: There is no answer.
        """

    def now(self) -> datetime:
        """Tell the target's time; an aware instant.

        Raises:
            UnreachableError: Its clock is read over HTTP, and there is no answer.
        """

    def renew(self) -> None:
        """Make the target forget all, where that is possible."""

    def move_clock(self, by: timedelta) -> None:
        """Set the target's clock forward.

        Raises:
            ClockOutOfReachError: Its clock cannot be set from here.
            UnreachableError: Its clock is set over HTTP, and there is no answer.
        """


@runtime_checkable
class ShowsCallbacks(Protocol):
    """A target that can show what it posts to the council's service."""

    def callbacks(self) -> tuple[bytes, ...]:
        """Return the messages since the target was renewed, oldest first.

        Raises:
            CallbacksOutOfReachError: They cannot be seen.
        """


def shows_callbacks(target: Target) -> bool:
    """Whether a target shows what it posts to the council's service."""
    try:
        read_callbacks(target)
    except CallbacksOutOfReachError:
        return False
    return True


def read_callbacks(target: Target) -> tuple[bytes, ...]:
    """Return what a target has posted to the council's service since it was renewed, oldest first.

    Raises:
        CallbacksOutOfReachError: It cannot be seen.
    """
    if not isinstance(target, ShowsCallbacks):
        raise CallbacksOutOfReachError(_OUT_OF_REACH)
    return target.callbacks()


class SimulatorTarget:
    """A simulator in this process, called without a socket."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.login = simulator.login
        self.password = simulator.password
        self._client = Client(simulator.wsgi)
        # To make it for each call takes as long as the call.
        self._environ = EnvironBuilder(simulator.path, method="POST", content_type=_XML).get_environ()

    def post(self, body: bytes) -> Reply:
        """See ``Target.post``."""
        environ = {**self._environ, "wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        chunks, status, headers = run_wsgi_app(self.simulator.wsgi, environ, buffered=True)
        return Reply(int(status.split()[0]), headers.get("Content-Type", ""), b"".join(chunks))

    def wsdl(self) -> Reply:
        """See ``Target.wsdl``."""
        answer = self._client.get(f"{self.simulator.path}?wsdl")
        part = _query_of_part(answer.data)
        answer = self._client.get(f"{self.simulator.path}?{part}") if part else answer
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

    def callbacks(self) -> tuple[bytes, ...]:
        """See ``ShowsCallbacks.callbacks``: those of a simulator with ``holds_callbacks``."""
        if not self.simulator.holds_callbacks:
            raise CallbacksOutOfReachError(_OUT_OF_REACH)
        return self.simulator.held_callbacks


def _query_of_part(described: bytes) -> str:
    """The query at which the other part of a WSDL in two parts is; empty for one in one part."""
    try:
        imported = parse_xml(described).find(f"{_WSDL}import")
    except NotXmlError:
        return ""
    query = "" if imported is None else urlsplit(imported.get("location", "")).query
    return query if query.lower().startswith("wsdl=") else ""


class UrlTarget:
    """A DRS at an address, called over HTTP.

    Neither a proxy for loopback nor a login of ``.netrc`` is used.

    Args:
        url: The gateway's address.
        login: The login for openSession.
        password: Its password.
        timeout: Seconds to wait for an answer.
        admin: The admin interface through which a simulator's clock is read, where there is one.
        may_move_clock: Whether that clock may be moved too.
    """

    def __init__(
        self,
        url: str,
        login: str,
        password: str,
        *,
        timeout: float = 30.0,
        admin: AdminClient | None = None,
        may_move_clock: bool = True,
    ) -> None:
        self.url = url.partition("?")[0]
        self.login = login
        self.password = password
        self.ahead = timedelta()
        """How far the clock of the DRS is ahead of the one here, where that is known from its answers alone."""
        self.http_date: datetime | None = None
        """The date in the headers of the latest answer, if it had one."""
        self._timeout = timeout
        self._session = requests.Session()
        # No .netrc; and a proxy of the environment cannot reach what is on this machine.
        self._session.auth = login_of(self.url)
        self._session.trust_env = not is_loopback(self.url)
        self._admin = admin
        self._may_move_clock = may_move_clock
        self._moved = timedelta()

    def post(self, body: bytes) -> Reply:
        """See ``Target.post``."""
        return self._send("POST", self.url, body)

    def wsdl(self) -> Reply:
        """See ``Target.wsdl``."""
        described = self._send("GET", f"{self.url}?wsdl", None)
        part = _query_of_part(described.body)
        return self._send("GET", f"{self.url}?{part}", None) if part else described

    def now(self) -> datetime:
        """Tell the simulator's time where its clock is within reach, else the time here, moved by ``ahead``.

        Raises:
            UnreachableError: The admin interface does not answer.
        """
        if self._admin is None:
            return datetime.now(UTC) + self.ahead
        try:
            return self._admin.clock.now()
        except AdminError as error:
            raise UnreachableError(f"The clock cannot be read: {error}") from None

    def renew(self) -> None:
        """Move the clock back if it was moved; nothing is forgotten at an address."""
        if self._moved:
            self.move_clock(-self._moved)

    def move_clock(self, by: timedelta) -> None:
        """See ``Target.move_clock``."""
        if self._admin is None or not self._may_move_clock:
            raise ClockOutOfReachError(f"The clock at {self.url} cannot be moved by {by} from here.")
        try:
            self._admin.clock.shift(by)
        except AdminError as error:
            raise UnreachableError(f"The clock cannot be moved: {error}") from None
        self._moved += by

    @property
    def has_clock(self) -> bool:
        """Whether the time of the DRS is read from its admin interface."""
        return self._admin is not None

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _send(self, verb: str, url: str, body: bytes | None) -> Reply:
        try:
            answer = self._session.request(
                verb,
                url,
                data=body,
                headers={"Content-Type": _XML, "SOAPAction": '""'},
                timeout=self._timeout,
                # A POST that is redirected arrives as a GET.
                allow_redirects=verb == "GET",
            )
        except (requests.RequestException, ValueError) as error:
            host = urlsplit(url).netloc.rpartition("@")[2]
            raise UnreachableError(
                f"Nothing answers at {host} ({type(error).__name__}).", "Is the address right, and DRS up?"
            ) from None
        self.http_date = _read_date(answer.headers.get("Date"))
        return Reply(answer.status_code, answer.headers.get("Content-Type", ""), answer.content)


def is_loopback(url: str) -> bool:
    """Check whether an address is on this machine, where a DRS may be tested without asking its owner."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def login_of(url: str) -> AuthBase:
    """Make the HTTP authentication of an address: the login that stands in it, else none. ``.netrc`` is not read."""
    login, password = get_auth_from_url(url)
    return HTTPBasicAuth(login, password) if login else NoLogin()


class NoLogin(AuthBase):
    """Leaves a request as it is. Without any authentication, requests would look into ``.netrc``."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add nothing."""
        return request


def _read_date(header: str | None) -> datetime | None:
    try:
        read = None if header is None else parsedate_to_datetime(header)
    except ValueError:
        return None
    return None if read is None else read.astimezone(UTC)
