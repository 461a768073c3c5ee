"""Who may call the admin interface; Flask is imported when the first of those does."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from functools import cached_property
from hmac import compare_digest
from http import HTTPStatus
from ipaddress import ip_address
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.wrappers import Request

from drs_simulator.admin.control import SimulatorControl
from drs_simulator.admin.problem import ProblemError, problem, problem_response

_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[^\[\]:@/\s]+)(:\d{1,5})?", re.ASCII)
_CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def is_loopback(host: str) -> bool:
    """Whether a listener on that address, or one that a caller names so, is this machine's own alone."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def make_guard(host: str, token: str | None, trusted_proxies: int) -> Guard | None:
    """The guard of a listener on ``host``; ``None`` where the admin interface must not be there at all.

    A proxy on this machine lets in callers from elsewhere, so what it is trusted with needs a token too.
    """
    if token:
        return Guard(token)
    return Guard(None) if is_loopback(host) and not trusted_proxies else None


class Guard:
    """Lets in those who hold the token; where there is none, those who call from this machine, by its own names."""

    def __init__(self, token: str | None) -> None:
        self._token = None if token is None else token.encode()

    @property
    def requires_token(self) -> bool:
        """Whether callers must show a token."""
        return self._token is not None

    def is_token(self, sent: str) -> bool:
        """Whether somebody has shown the token; told in time that does not tell how nearly."""
        return self._token is not None and compare_digest(sent.strip().encode(), self._token)

    def derive_cookie(self, purpose: str) -> str:
        """What those who have shown the token may be given instead of it, for that purpose."""
        return hmac.new(self._token or b"", purpose.encode(), "sha256").hexdigest()

    def check_page(self, request: Request) -> None:
        """Let a request for a page pass, as far as machine and origin go; who wants a token asks for it separately.

        A form is only taken from a page of the simulator's own, as the browser says.

        Raises:
            ProblemError: It may not.
        """
        if self._token is None:
            _check_machine(request)
        _check_origin(request)
        site = request.headers.get("Sec-Fetch-Site", "")
        if request.method in _CHANGING and "Origin" not in request.headers and site != "same-origin":
            raise _foreign_origin()

    def check(self, request: Request) -> None:
        """Let the request pass.

        Raises:
            ProblemError: It may not.
        """
        if self._token is None:
            _check_machine(request)
        else:
            _check_token(request, self._token)
        _check_origin(request)
        if request.method in _CHANGING and request.mimetype != "application/json":
            raise ProblemError(
                problem(
                    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                    "no-json",
                    "What changes something is asked for in JSON.",
                    "Send the header Content-Type: application/json, even without a body.",
                )
            )


class Admin:
    """The admin interface behind its guard, made when it is first called: Flask takes its time to be imported."""

    def __init__(self, simulator: SimulatorControl, guard: Guard) -> None:
        self._simulator = simulator
        self._guard = guard

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one HTTP request, as WSGI has it."""
        try:
            self._guard.check(Request(environ))
        except ProblemError as declined:
            return problem_response(declined.problem, declined.headers)(environ, start_response)
        return self._mounted(environ, start_response)

    @cached_property
    def _mounted(self) -> WSGIApplication:
        from drs_simulator.admin.app import mount  # noqa: PLC0415 - see above

        return mount(self._simulator)


def _check_token(request: Request, token: bytes) -> None:
    scheme, _, sent = request.headers.get("Authorization", "").partition(" ")
    # WSGI hands on a header's bytes as Latin-1.
    if scheme.lower() == "bearer" and compare_digest(sent.strip().encode("latin-1", "replace"), token):
        return
    raise ProblemError(
        problem(
            HTTPStatus.UNAUTHORIZED,
            "no-token",
            "This admin interface is for those who hold its token.",
            "Send the header Authorization: Bearer TOKEN, with the token that the simulator was started with.",
        ),
        {"WWW-Authenticate": 'Bearer realm="drs-simulator admin"'},
    )


def _check_machine(request: Request) -> None:
    """A page whose name was made to point at this machine still calls it by that name."""
    address = request.environ.get("REMOTE_ADDR")
    named = _HOST.fullmatch(request.environ.get("HTTP_HOST", ""))
    if (address is None or is_loopback(address)) and named and is_loopback(named["name"].strip("[]")):
        return
    raise ProblemError(
        problem(
            HTTPStatus.FORBIDDEN,
            "not-this-machine",
            "Without a token the admin interface is for callers on this machine, which name it so.",
            "Call it at http://127.0.0.1 or http://localhost, or start the simulator with --admin-token.",
        )
    )


def _check_origin(request: Request) -> None:
    origin = request.headers.get("Origin")
    if origin is None or origin.lower() == f"{request.scheme}://{request.environ.get('HTTP_HOST', '')}".lower():
        return
    raise _foreign_origin()


def _foreign_origin() -> ProblemError:
    return ProblemError(
        problem(
            HTTPStatus.FORBIDDEN,
            "foreign-origin",
            "A page of another origin asks for this.",
            "Call from a page of the simulator's own, or from a program that sends no Origin.",
        )
    )
