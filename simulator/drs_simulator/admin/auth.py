"""Who may use the admin API and the console. Flask is imported with the first request that passes."""

from __future__ import annotations

import hmac
import logging
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable
from functools import cached_property
from hmac import compare_digest
from http import HTTPStatus
from ipaddress import ip_address
from threading import Lock
from time import monotonic, time
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.wrappers import Request

from drs_simulator.admin.control import SimulatorControl
from drs_simulator.admin.problem import ProblemError, make_problem, problem_response

COOKIE_SECONDS = 12 * 60 * 60
"""For how long a browser stays signed in."""
_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[^\[\]:@/\s]+)(:\d{1,5})?", re.ASCII)
_CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_PROXY_HEADERS = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_", "HTTP_X_REAL_IP", "HTTP_VIA")
_FREE_FAILURES = 3
_FIRST_PAUSE_SECONDS = 0.1
_MAX_PAUSE_SECONDS = 1.0
_MAX_DOUBLINGS = 10
_MAX_ADDRESSES = 1024
_log = logging.getLogger(__name__)


def is_loopback(host: str) -> bool:
    """Check whether an address or host name can only mean this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def make_guard(host: str, token: str | None, trusted_proxies: int) -> Guard | None:
    """Make the guard of a listener on ``host``; ``None`` where there must be no admin API.

    A trusted proxy on this machine forwards requests from other machines, so it requires a token too.
    """
    if token and token.strip():
        return Guard(token.strip())
    return Guard(None) if is_loopback(host) and not trusted_proxies else None


class AttemptLimiter:
    """Slows down those who guess tokens: after some failures, an address must pause before its next attempt.

    Nothing sleeps: attempts that come too early are not checked. Safe under threads.

    Args:
        now: Returns seconds that only increase.
    """

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._lock = Lock()
        # The number of failures of each address and when its pause ends, least recently used first.
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def pause(self, address: str) -> float:
        """Return for how many more seconds no attempt of this address is checked."""
        with self._lock:
            return max(0.0, self._failures.get(address, (0, 0.0))[1] - self._now())

    def record_failure(self, address: str) -> None:
        """Record a wrong token."""
        with self._lock:
            count = self._failures.pop(address, (0, 0.0))[0] + 1
            doublings = min(count - _FREE_FAILURES, _MAX_DOUBLINGS)
            seconds = min(_FIRST_PAUSE_SECONDS * 2**doublings, _MAX_PAUSE_SECONDS) if doublings >= 0 else 0.0
            self._failures[address] = (count, self._now() + seconds)
            if len(self._failures) > _MAX_ADDRESSES:
                self._failures.popitem(last=False)

    def record_success(self, address: str) -> None:
        """Forget the failures of an address."""
        with self._lock:
            self._failures.pop(address, None)


class Guard:
    """Lets in callers with the token. Without a token, lets in callers on this machine who address it as such.

    Args:
        token: The token; ``None`` for none.
        limiter: Limits attempts to guess the token.
        now: Returns the system time in seconds since 1970.
    """

    def __init__(
        self, token: str | None, limiter: AttemptLimiter | None = None, now: Callable[[], float] = time
    ) -> None:
        self._token = None if token is None else token.encode()
        self._limiter = AttemptLimiter() if limiter is None else limiter
        self._now = now

    @property
    def requires_token(self) -> bool:
        """Whether callers must send a token."""
        return self._token is not None

    def check_login(self, sent: str, request: Request) -> bool:
        """Check the token that a login form sent.

        Raises:
            ProblemError: This address has failed too often; the token was not checked.
        """
        return self._is_token(sent.strip().encode(), request)

    def make_cookie(self, purpose: str) -> str:
        """Make a cookie for a browser that has signed in. It contains when it was made, signed with the token."""
        made = str(int(self._now()))
        return f"{made}.{self._sign(purpose, made)}"

    def check_cookie(self, purpose: str, cookie: str) -> bool:
        """Check whether a cookie was made here for this purpose, no more than ``COOKIE_SECONDS`` ago."""
        made, _, signature = cookie.partition(".")
        if not compare_digest(signature.encode(), self._sign(purpose, made).encode()):
            return False
        return 0 <= self._now() - int(made) <= COOKIE_SECONDS

    def check_page(self, request: Request) -> None:
        """Check the machine and the origin of a request for a page; the token is not checked.

        A form is only accepted from a page of the simulator itself, as the browser states it.

        Raises:
            ProblemError: The request is not allowed.
        """
        if self._token is None:
            _check_machine(request)
        _check_origin(request)
        is_own = "Origin" in request.headers or request.headers.get("Sec-Fetch-Site") == "same-origin"
        if request.method in _CHANGING and not is_own:
            raise _foreign_origin()

    def check(self, request: Request) -> None:
        """Check a request to the admin API.

        Raises:
            ProblemError: The request is not allowed.
        """
        if self._token is None:
            _check_machine(request)
        else:
            self._check_bearer(request)
        _check_origin(request)

    def _sign(self, purpose: str, made: str) -> str:
        return hmac.new(self._token or b"", f"{purpose} {made}".encode(), "sha256").hexdigest()

    def _check_bearer(self, request: Request) -> None:
        scheme, _, sent = request.headers.get("Authorization", "").partition(" ")
        # WSGI decodes header bytes as Latin-1.
        token = sent.strip().encode("latin-1", "replace")
        if scheme.lower() == "bearer" and token and self._is_token(token, request):
            return
        raise ProblemError(
            make_problem(
                HTTPStatus.UNAUTHORIZED,
                "no-token",
                "This admin API requires its token.",
                "Send the header Authorization: Bearer TOKEN, with the token that the simulator was started with.",
            ),
            {"WWW-Authenticate": 'Bearer realm="drs-simulator admin"'},
        )

    def _is_token(self, sent: bytes, request: Request) -> bool:
        address = request.environ.get("REMOTE_ADDR", "")
        pause = self._limiter.pause(address)
        if pause > 0:
            raise ProblemError(
                make_problem(
                    HTTPStatus.TOO_MANY_REQUESTS,
                    "too-many-attempts",
                    "This address has sent too many wrong tokens.",
                    "Wait a second, and send the token that the simulator was started with.",
                ),
                {"Retry-After": "1"},
            )
        if self._token is not None and compare_digest(sent, self._token):
            self._limiter.record_success(address)
            return True
        self._limiter.record_failure(address)
        _log.warning("A wrong admin token was sent from %s", address or "an unknown address")
        return False


class Admin:
    """The admin API behind its guard."""

    def __init__(self, simulator: SimulatorControl, guard: Guard) -> None:
        self._simulator = simulator
        self._guard = guard

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one HTTP request (WSGI)."""
        try:
            self._guard.check(Request(environ))
        except ProblemError as error:
            return problem_response(error.problem, error.headers)(environ, start_response)
        return self._app(environ, start_response)

    @cached_property
    def _app(self) -> WSGIApplication:
        from drs_simulator.admin.app import make_app  # noqa: PLC0415 - imports Flask

        return make_app(self._simulator)


def _check_machine(request: Request) -> None:
    """Check that the caller is on this machine.

    A page can be given a DNS name that points to this machine, but its requests carry that name as their host. A proxy
    on this machine forwards requests from others: it adds headers, or speaks HTTP/1.0 as nginx does by default.
    """
    environ = request.environ
    named = _HOST.fullmatch(environ.get("HTTP_HOST", ""))
    is_direct = not any(name.startswith(_PROXY_HEADERS) for name in environ)
    if not is_direct or environ.get("SERVER_PROTOCOL") == "HTTP/1.0":
        raise ProblemError(
            make_problem(
                HTTPStatus.FORBIDDEN,
                "behind-a-proxy",
                "The request came through a proxy, which may forward requests from other machines.",
                "Call the simulator directly, or start it with --admin-token.",
            )
        )
    if is_loopback(environ.get("REMOTE_ADDR", "")) and named and is_loopback(named["name"].strip("[]")):
        return
    raise ProblemError(
        make_problem(
            HTTPStatus.FORBIDDEN,
            "not-this-machine",
            "Without a token the admin API only answers callers on this machine who address it as this machine.",
            "Call it at http://127.0.0.1 or http://localhost, or start the simulator with --admin-token.",
        )
    )


def _check_origin(request: Request) -> None:
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site", "")
    if request.method in _CHANGING and site in ("cross-site", "same-site"):
        raise _foreign_origin()
    if origin is None or origin.lower() == f"{request.scheme}://{request.environ.get('HTTP_HOST', '')}".lower():
        return
    raise _foreign_origin()


def _foreign_origin() -> ProblemError:
    return ProblemError(
        make_problem(
            HTTPStatus.FORBIDDEN,
            "foreign-origin",
            "The request came from a page of another origin.",
            "Call from a page of the simulator itself, or from a program that sends no Origin.",
        )
    )
