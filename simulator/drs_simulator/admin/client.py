"""A client of the admin API, for tests and scripts that drive a simulator in another process."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote

import requests
from pydantic import BaseModel, ValidationError

from drs_simulator.admin.problem import Problem
from drs_simulator.admin.requests import BookingQuery, ClockChange, EmptyPayload, MoveRequest, OrderQuery
from drs_simulator.admin.responses import (
    Bookings,
    BookingView,
    ClockReading,
    Day,
    EndedSessions,
    Health,
    Operatives,
    OperativeView,
    Orders,
    OrderView,
    Sessions,
    SessionView,
)
from drs_simulator.admin.route import ROOT
from drs_simulator.admin.scenarios import ScenarioChoice, Scenarios, ScenarioView
from drs_simulator.admin.watch import FaultRules, HarDocument, JournalQuery
from drs_simulator.faults.rules import FaultRule
from drs_simulator.profile.model import Profile
from drs_simulator.scheduling.model import LifeCycle
from drs_simulator.storage.export import StateDocument


class AdminError(Exception):
    """The admin interface did not do what it was asked; ``problem`` says why, where it said so itself."""

    def __init__(self, message: str, problem: Problem | None = None) -> None:
        self.problem = problem
        super().__init__(message)


class AdminUnreachableError(AdminError):
    """Nobody answers at the address, or somebody who is no admin interface."""


class UnauthorizedError(AdminError):
    """The caller may not: no token, a wrong one, or a call from elsewhere."""


class NotFoundError(AdminError):
    """There is no such order, booking, operative or day."""


class ConflictError(AdminError):
    """DRS's own rules decline it; the message is its own."""


class InvalidRequestError(AdminError):
    """What was sent is not in order; ``problem.errors`` says where."""


ERRORS: dict[int, type[AdminError]] = {
    HTTPStatus.BAD_REQUEST: InvalidRequestError,
    HTTPStatus.UNAUTHORIZED: UnauthorizedError,
    HTTPStatus.FORBIDDEN: UnauthorizedError,
    HTTPStatus.NOT_FOUND: NotFoundError,
    HTTPStatus.CONFLICT: ConflictError,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: InvalidRequestError,
    HTTPStatus.UNPROCESSABLE_ENTITY: InvalidRequestError,
}
"""The error that stands for an answer's HTTP status."""


_Answer = TypeVar("_Answer", bound=BaseModel)
_OWN_PATHS = re.compile(r"/OTWebServiceGateway_|/__admin(?:/|$)")


class _Bearer(requests.auth.AuthBase):
    """Shows the token, or nothing; requests would look into .netrc otherwise."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token is not None:
            request.headers["Authorization"] = f"Bearer {self._token}".encode().decode("latin-1")
        return request


class AdminClient:
    """Drives a simulator through its admin interface.

    ::

        with AdminClient("http://127.0.0.1:8080") as admin:
            admin.fix(datetime.fromisoformat("2021-10-22T12:20:59+01:00"))

    Args:
        url: The simulator's address; that of its gateway will do.
        token: The token that it was started with, if it was.
        timeout: How many seconds to wait for an answer.
    """

    def __init__(self, url: str, token: str | None = None, *, timeout: float = 30) -> None:
        self._root = f"{_OWN_PATHS.split(url, maxsplit=1)[0].rstrip('/')}{ROOT}"
        self._timeout = timeout
        self._http = requests.Session()
        self._http.auth = _Bearer(token)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def health(self) -> Health:
        """Whether the simulator answers, and how much it keeps."""
        return self._get("/health", Health)

    def reset(self) -> None:
        """Forget everything; clock and numbers begin anew."""
        self._send("POST", "/reset", EmptyPayload())

    def clock(self) -> ClockReading:
        """What the clock reads."""
        return self._get("/clock", ClockReading)

    def fix(self, instant: datetime) -> ClockReading:
        """Let the clock stand still at an instant, an aware one."""
        return self._set_clock(ClockChange.model_construct({"fixed"}, fixed=instant))

    def shift(self, by: timedelta) -> ClockReading:
        """Move the clock on, or back."""
        return self._set_clock(ClockChange(shift=by))

    def resume(self) -> ClockReading:
        """Let the clock follow system time again."""
        return self._set_clock(ClockChange(system=True))

    def export_state(self) -> StateDocument:
        """Everything that the simulator would go on from; ``model_dump_json()`` makes a file of it."""
        return self._get("/state", StateDocument)

    def import_state(self, state: StateDocument | str) -> None:
        """Go on from an exported state, or its JSON; nothing is changed where that is not in order."""
        self._send("PUT", "/state", state)

    def journal(self, operation: str | None = None, text: str | None = None) -> dict[str, Any]:
        """The exchanges that are kept, those of an operation, or those with that text in them, as HAR."""
        return self._get("/journal", HarDocument, JournalQuery(operation=operation, text=text)).model_dump()

    def clear_journal(self) -> None:
        """Forget the exchanges."""
        self._send("DELETE", "/journal", EmptyPayload())

    def faults(self) -> tuple[FaultRule, ...]:
        """The fault rules in force."""
        return self._get("/faults", FaultRules).rules

    def add_faults(self, *rules: FaultRule) -> tuple[FaultRule, ...]:
        """Put fault rules in force, after those that are there; all that are in force then."""
        return _read(self._send("POST", "/faults", FaultRules(rules=rules).model_dump_json()), FaultRules).rules

    def clear_faults(self) -> None:
        """No call goes wrong any more."""
        self._send("DELETE", "/faults", EmptyPayload())

    def scenarios(self) -> tuple[ScenarioView, ...]:
        """The scenarios that come with the simulator."""
        return self._get("/scenarios", Scenarios).items

    def apply_scenario(self, name: str) -> ScenarioView:
        """Put a scenario in force: its fault rules, and its clock if it has one of its own."""
        return _read(self._send("PUT", "/scenario", ScenarioChoice(name=name)), ScenarioView)

    def clear_scenario(self) -> None:
        """Go by the clock and the fault rules from the start again."""
        self._send("DELETE", "/scenario", EmptyPayload())

    def sessions(self) -> tuple[SessionView, ...]:
        """The open sessions."""
        return self._get("/sessions", Sessions).items

    def clear_sessions(self) -> int:
        """Let all sessions lapse; tells how many there were."""
        return _read(self._send("DELETE", "/sessions", EmptyPayload()), EndedSessions).lapsed

    def orders(self, number: str | None = None, *, offset: int = 0, limit: int = 50) -> Orders:
        """Orders with that text in their number, newest first."""
        return self._get("/orders", Orders, OrderQuery(number=number, offset=offset, limit=limit))

    def order(self, number: str) -> OrderView:
        """The order of that number."""
        return self._get(f"/orders/{quote(number, safe='')}", OrderView)

    def bookings(
        self,
        number: str | None = None,
        *,
        life_cycle: LifeCycle | None = None,
        operative_id: str | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> Bookings:
        """Bookings of that order, in that life cycle, in that operative's diary; newest first."""
        query = BookingQuery(
            number=number, life_cycle=life_cycle, operative_id=operative_id, offset=offset, limit=limit
        )
        return self._get("/bookings", Bookings, query)

    def move(self, booking_id: int, begin: datetime, end: datetime, operative_id: str | None = None) -> BookingView:
        """Move a booking into another window, as a planner does."""
        move = MoveRequest.model_construct(
            {"begin", "end", "operative_id"}, begin=begin, end=end, operative_id=operative_id
        )
        return _read(self._send("POST", f"/bookings/{booking_id}/move", move), BookingView)

    def confirm(self, booking_id: int) -> BookingView:
        """Confirm a booking's appointment, as a planner does."""
        return _read(self._send("POST", f"/bookings/{booking_id}/confirm", EmptyPayload()), BookingView)

    def cancel(self, booking_id: int) -> BookingView:
        """Cancel a booking, as a planner does; tells what it was."""
        return _read(self._send("POST", f"/bookings/{booking_id}/cancel", EmptyPayload()), BookingView)

    def operatives(self) -> tuple[OperativeView, ...]:
        """Everybody who does the work."""
        return self._get("/operatives", Operatives).items

    def day(self, operative_id: str, day: date) -> Day:
        """An operative's day."""
        return self._get(f"/operatives/{quote(operative_id, safe='')}/day/{day.isoformat()}", Day)

    def profile(self) -> Profile:
        """The installation's settings, with their evidence."""
        return self._get("/profile", Profile)

    def _set_clock(self, change: ClockChange) -> ClockReading:
        return _read(self._send("PUT", "/clock", change), ClockReading)

    def _get(self, path: str, model: type[_Answer], query: BaseModel | None = None) -> _Answer:
        query_params = {} if query is None else query.model_dump(mode="json", exclude_none=True)
        return _read(self._request("GET", path, params=query_params), model)

    def _send(self, method: str, path: str, payload: BaseModel | str) -> requests.Response:
        body = payload if isinstance(payload, str) else payload.model_dump_json(exclude_unset=True)
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
            raise AdminUnreachableError(f"{self._root} does not answer: {error}") from error
        if not answer.ok:
            raise _error_of(answer)
        return answer


def _read(answer: requests.Response, model: type[_Answer]) -> _Answer:
    try:
        return model.model_validate_json(answer.content)
    except ValidationError:
        raise AdminUnreachableError(_somebody_else(answer)) from None


def _error_of(answer: requests.Response) -> AdminError:
    try:
        problem = Problem.model_validate_json(answer.content)
    except ValidationError:
        return AdminUnreachableError(_somebody_else(answer))
    field_problems = "".join(f"\n  {flaw.pointer}: {flaw.detail}" for flaw in problem.errors)
    message = f"{problem.detail} {problem.remedy}{field_problems}"
    return ERRORS.get(answer.status_code, AdminError)(message, problem)


def _somebody_else(answer: requests.Response) -> str:
    return (
        f"{answer.url} answers with HTTP {answer.status_code} and nothing that an admin interface says. "
        "Is the address right, and is the simulator's admin interface there?"
    )
