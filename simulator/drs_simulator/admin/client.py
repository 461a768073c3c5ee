"""A client of the admin API, for tests and scripts that control a simulator in another process.

::

    AdminError
    ├── AdminUnreachableError  nothing answers at the address, or it is not an admin API
    ├── UnauthorizedError      the token is missing or wrong, or the call came from elsewhere
    ├── NotFoundError          there is no such order, booking, operative, day or scenario
    ├── ConflictError          the rules of DRS refuse it
    └── InvalidRequestError    the request is invalid
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote

import requests
from pydantic import BaseModel, ValidationError

from drs_simulator.admin.models import EmptyPayload
from drs_simulator.admin.problem import Problem
from drs_simulator.admin.resources.bookings import BookingQuery, Bookings, BookingView, CompleteRequest, MoveRequest
from drs_simulator.admin.resources.clock import ClockChange, ClockReading
from drs_simulator.admin.resources.faults import FaultRules
from drs_simulator.admin.resources.journal import HarDocument, JournalQuery
from drs_simulator.admin.resources.operatives import Day, Operatives, OperativeView
from drs_simulator.admin.resources.orders import OrderQuery, Orders, OrderView
from drs_simulator.admin.resources.scenarios import ScenarioChoice, Scenarios, ScenarioView
from drs_simulator.admin.resources.sessions import EndedSessions, Sessions, SessionView
from drs_simulator.admin.resources.state import Health
from drs_simulator.admin.resources.tenants import TenantRequest, Tenants, TenantView
from drs_simulator.admin.route import ROOT
from drs_simulator.exchange import Outcome
from drs_simulator.faults.rules import FaultRule
from drs_simulator.journal.entry import JournalEntry
from drs_simulator.journal.har import from_har
from drs_simulator.profile.model import Profile
from drs_simulator.scheduling.model import LifeCycle
from drs_simulator.storage.export import StateDocument


class AdminError(Exception):
    """A call to the admin API failed.

    Args:
        message: What failed, and what to do.
        problem: The API's own error document, if it sent one.
    """

    def __init__(self, message: str, problem: Problem | None = None) -> None:
        self.problem = problem
        super().__init__(message, problem)

    def __str__(self) -> str:
        return str(self.args[0])


class AdminUnreachableError(AdminError):
    """Nothing answers at the address, or what answers is not an admin API."""


class UnauthorizedError(AdminError):
    """The call is not allowed: the token is missing or wrong, or the call came from elsewhere."""


class NotFoundError(AdminError):
    """There is no such order, booking, operative, day or scenario."""


class ConflictError(AdminError):
    """The rules of DRS refuse it; the message is DRS's own."""


class InvalidRequestError(AdminError):
    """The request is invalid; ``problem.errors`` says where."""


ERRORS: Mapping[int, type[AdminError]] = {
    HTTPStatus.BAD_REQUEST: InvalidRequestError,
    HTTPStatus.UNAUTHORIZED: UnauthorizedError,
    HTTPStatus.FORBIDDEN: UnauthorizedError,
    HTTPStatus.NOT_FOUND: NotFoundError,
    HTTPStatus.CONFLICT: ConflictError,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: InvalidRequestError,
    HTTPStatus.UNPROCESSABLE_ENTITY: InvalidRequestError,
    HTTPStatus.TOO_MANY_REQUESTS: UnauthorizedError,
}
"""The error for each HTTP status."""


_Answer = TypeVar("_Answer", bound=BaseModel)
_OWN_PATHS = re.compile(r"/OTWebServiceGateway_|/__admin(?:/|$)")


class _Bearer(requests.auth.AuthBase):
    """Sends the token, or nothing; without it, requests would read .netrc."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token is not None:
            request.headers["Authorization"] = f"Bearer {self._token}".encode().decode("latin-1")
        return request


class _Connection:
    """Sends requests to the admin API and reads its responses."""

    def __init__(self, url: str, token: str | None, timeout: float) -> None:
        self._root = f"{_OWN_PATHS.split(url, maxsplit=1)[0].rstrip('/')}{ROOT}"
        self._timeout = timeout
        self._http = requests.Session()
        self._http.auth = _Bearer(token)

    def close(self) -> None:
        self._http.close()

    def get(self, path: str, model: type[_Answer], query: BaseModel | None = None) -> _Answer:
        query_params = {} if query is None else query.model_dump(mode="json", exclude_none=True)
        return _read(self._request("GET", path, params=query_params), model)

    def send(self, method: str, path: str, payload: BaseModel | str | None = None) -> None:
        self._send(method, path, payload)

    def call(self, method: str, path: str, model: type[_Answer], payload: BaseModel | str | None = None) -> _Answer:
        return _read(self._send(method, path, payload), model)

    def _send(self, method: str, path: str, payload: BaseModel | str | None) -> requests.Response:
        sent = EmptyPayload() if payload is None else payload
        body = sent if isinstance(sent, str) else sent.model_dump_json(exclude_unset=True)
        return self._request(method, path, data=body.encode())

    def _request(
        self, method: str, path: str, params: dict[str, str] | None = None, data: bytes | None = None
    ) -> requests.Response:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        try:
            answer = self._http.request(
                method,
                f"{self._root}{path}",
                params=params,
                data=data,
                headers=headers,
                timeout=self._timeout,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise AdminUnreachableError(
                f"{self._root} does not answer. Check the address, and that the simulator is running."
            ) from error
        if not answer.ok:
            raise _error_of(answer)
        return answer


class AdminClock:
    """The clock of a simulator in another process; see ``drs_simulator.Clock``."""

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection

    def read(self) -> ClockReading:
        """Read the clock: its time, and how it runs."""
        return self._connection.get("/clock", ClockReading)

    def now(self) -> datetime:
        """The simulated time, in the installation's time zone."""
        return self.read().now

    def fix(self, instant: datetime) -> ClockReading:
        """Freeze the clock at an instant, an aware datetime."""
        return self._change(ClockChange.model_construct({"fixed"}, fixed=instant))

    def shift(self, by: timedelta) -> ClockReading:
        """Move the clock ahead, or back."""
        return self._change(ClockChange(shift=by))

    def resume(self) -> ClockReading:
        """Let the clock follow system time again."""
        return self._change(ClockChange(system=True))

    def _change(self, change: ClockChange) -> ClockReading:
        return self._connection.call("PUT", "/clock", ClockReading, change)


class AdminFaults:
    """The fault rules of a simulator in another process; see ``drs_simulator.FaultPlan``."""

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection

    def rules(self) -> tuple[FaultRule, ...]:
        """The fault rules in force."""
        return self._connection.get("/faults", FaultRules).rules

    def add(self, *rules: FaultRule) -> tuple[FaultRule, ...]:
        """Add fault rules after those in force; returns all that are then in force."""
        # Not as a model: the client leaves unset members out, and a rule's defaults may differ there.
        payload = FaultRules(rules=rules).model_dump_json()
        return self._connection.call("POST", "/faults", FaultRules, payload).rules

    def clear(self) -> None:
        """Remove all fault rules."""
        self._connection.send("DELETE", "/faults")


class AdminJournal:
    """The journal of a simulator in another process; see ``drs_simulator.Journal``."""

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection

    def entries(
        self, operation: str | None = None, outcome: Outcome | None = None, text: str | None = None
    ) -> tuple[JournalEntry, ...]:
        """The recorded exchanges, oldest first; only those that match every argument that is given."""
        return from_har(self.as_har(operation, outcome, text))

    def latest(
        self,
        limit: int,
        operation: str | None = None,
        outcome: Outcome | None = None,
        text: str | None = None,
        before: int | None = None,
    ) -> tuple[JournalEntry, ...]:
        """The last of those exchanges, newest first; see ``Journal.latest``."""
        query = JournalQuery(operation=operation, outcome=outcome, text=text, limit=limit, before=before)
        return from_har(self._connection.get("/journal", HarDocument, query).model_dump())[::-1]

    def as_har(
        self, operation: str | None = None, outcome: Outcome | None = None, text: str | None = None
    ) -> dict[str, Any]:
        """The same exchanges as an HTTP archive (HAR 1.2), each with the clauses that the caller broke."""
        query = JournalQuery(operation=operation, outcome=outcome, text=text)
        return self._connection.get("/journal", HarDocument, query).model_dump()

    def clear(self) -> None:
        """Delete the recorded exchanges."""
        self._connection.send("DELETE", "/journal")


class AdminClient:
    """Controls a simulator through its admin API. What ``Simulator`` has too, has the same name here.

    ::

        with AdminClient("http://127.0.0.1:8080") as admin:
            admin.clock.fix(datetime.fromisoformat("2021-10-22T12:20:59+01:00"))
            admin.faults.clear()

    Every method raises ``AdminError`` if the call fails.

    Args:
        url: The simulator's address, or its gateway's.
        token: The admin token, if the simulator requires one.
        timeout: How many seconds to wait for a response.
    """

    def __init__(self, url: str, token: str | None = None, *, timeout: float = 30) -> None:
        self._connection = _Connection(url, token, timeout)
        self.clock = AdminClock(self._connection)
        """The simulated time."""
        self.faults = AdminFaults(self._connection)
        """The fault rules in force."""
        self.journal = AdminJournal(self._connection)
        """The recorded exchanges."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._connection.close()

    def health(self) -> Health:
        """Check that the simulator answers, and count what it stores."""
        return self._connection.get("/health", Health)

    def reset(self) -> None:
        """Delete everything; clock, numbers and fault rules start again."""
        self._connection.send("POST", "/reset")

    def export_state(self) -> StateDocument:
        """Export the whole state; ``model_dump_json()`` makes a file of it."""
        return self._connection.get("/state", StateDocument)

    def import_state(self, state: StateDocument | str) -> None:
        """Replace the whole state by an exported one, or its JSON; an invalid one changes nothing."""
        self._connection.send("PUT", "/state", state)

    def scenarios(self) -> tuple[ScenarioView, ...]:
        """List the bundled scenarios."""
        return self._connection.get("/scenarios", Scenarios).items

    def apply_scenario(self, name: str) -> ScenarioView:
        """Apply a bundled scenario: its fault rules, and its clock."""
        return self._connection.call("PUT", "/scenario", ScenarioView, ScenarioChoice(name=name))

    def clear_scenario(self) -> None:
        """Return to the clock and the fault rules from the start."""
        self._connection.send("DELETE", "/scenario")

    def sessions(self) -> tuple[SessionView, ...]:
        """List the open sessions."""
        return self._connection.get("/sessions", Sessions).items

    def clear_sessions(self) -> int:
        """End all sessions; returns how many were open."""
        return self._connection.call("DELETE", "/sessions", EndedSessions).lapsed

    def orders(self, number: str | None = None, *, offset: int = 0, limit: int = 50) -> Orders:
        """List orders whose number contains this text, newest first."""
        return self._connection.get("/orders", Orders, OrderQuery(number=number, offset=offset, limit=limit))

    def order(self, number: str) -> OrderView:
        """Get the order with this number."""
        return self._connection.get(f"/orders/{quote(number, safe='')}", OrderView)

    def bookings(
        self,
        number: str | None = None,
        *,
        life_cycle: LifeCycle | None = None,
        operative_id: str | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> Bookings:
        """List bookings of this order, in this life cycle, in this operative's diary; newest first."""
        query = BookingQuery(
            number=number, life_cycle=life_cycle, operative_id=operative_id, offset=offset, limit=limit
        )
        return self._connection.get("/bookings", Bookings, query)

    def move(self, booking_id: int, begin: datetime, end: datetime, operative_id: str | None = None) -> BookingView:
        """Move a booking to another window, as a planner does; both ends are aware datetimes."""
        move = MoveRequest.model_construct(
            {"begin", "end", "operative_id"}, begin=begin, end=end, operative_id=operative_id
        )
        return self._connection.call("POST", f"/bookings/{booking_id}/move", BookingView, move)

    def confirm(self, booking_id: int) -> BookingView:
        """Confirm a booking's appointment, as a planner does."""
        return self._connection.call("POST", f"/bookings/{booking_id}/confirm", BookingView)

    def complete(
        self,
        booking_id: int,
        begin: datetime | None = None,
        end: datetime | None = None,
        operative_id: str | None = None,
    ) -> BookingView:
        """Complete a booking, as a planner does; without times it took place as the diary says."""
        sent = {"begin": begin, "end": end, "operative_id": operative_id}
        known = {name: value for name, value in sent.items() if value is not None}
        completion = CompleteRequest.model_construct(set(known), **known)
        return self._connection.call("POST", f"/bookings/{booking_id}/complete", BookingView, completion)

    def cancel(self, booking_id: int) -> BookingView:
        """Cancel a booking, as a planner does; returns the booking as it was."""
        return self._connection.call("POST", f"/bookings/{booking_id}/cancel", BookingView)

    def operatives(self) -> tuple[OperativeView, ...]:
        """List all operatives."""
        return self._connection.get("/operatives", Operatives).items

    def day(self, operative_id: str, day: date) -> Day:
        """Show an operative's day."""
        return self._connection.get(f"/operatives/{quote(operative_id, safe='')}/day/{day.isoformat()}", Day)

    def profile(self) -> Profile:
        """Get the installation's settings, with their evidence."""
        return self._connection.get("/profile", Profile)

    def tenants(self) -> tuple[TenantView, ...]:
        """List the tenants of a server that has several DRSs."""
        return self._connection.get("/tenants", Tenants).items

    def make_tenant(
        self,
        name: str,
        *,
        profile: str | None = None,
        clock: str | None = None,
        seed: int | None = None,
        scenario: str | None = None,
    ) -> TenantView:
        """Make a tenant; one of that name is replaced. What is left out is as at the root."""
        wanted = TenantRequest(profile=profile, clock=clock, seed=seed, scenario=scenario)
        return self._connection.call("PUT", f"/tenants/{quote(name, safe='')}", TenantView, wanted)

    def drop_tenant(self, name: str) -> None:
        """Drop a tenant with its state."""
        self._connection.send("DELETE", f"/tenants/{quote(name, safe='')}")

    def fix(self, instant: datetime) -> ClockReading:
        """Deprecated: use ``clock.fix``."""
        warnings.warn("AdminClient.fix is now AdminClient.clock.fix", DeprecationWarning, stacklevel=2)
        return self.clock.fix(instant)

    def shift(self, by: timedelta) -> ClockReading:
        """Deprecated: use ``clock.shift``."""
        warnings.warn("AdminClient.shift is now AdminClient.clock.shift", DeprecationWarning, stacklevel=2)
        return self.clock.shift(by)


def _read(answer: requests.Response, model: type[_Answer]) -> _Answer:
    try:
        return model.model_validate_json(answer.content)
    except ValidationError:
        raise AdminUnreachableError(_not_admin(answer)) from None


def _error_of(answer: requests.Response) -> AdminError:
    try:
        problem = Problem.model_validate_json(answer.content)
    except ValidationError:
        return AdminUnreachableError(_not_admin(answer))
    errors = "".join(f"\n  {each.pointer}: {each.detail}" for each in problem.errors)
    message = f"{problem.detail} {problem.remedy}{errors}"
    return ERRORS.get(answer.status_code, AdminError)(message, problem)


def _not_admin(answer: requests.Response) -> str:
    return (
        f"{answer.url} answers with HTTP {answer.status_code}, but not as an admin API. "
        "Check the address, and that the simulator's admin API is enabled."
    )
