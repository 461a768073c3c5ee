"""Who may see the console, and which paths belong to it. Flask is imported with the first page."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from http import HTTPStatus
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.wrappers import Request, Response

from drs_simulator.admin.auth import COOKIE_SECONDS, Guard
from drs_simulator.admin.control import SimulatorControl
from drs_simulator.admin.problem import ProblemError
from drs_simulator.http.ops import HEALTH, METRICS

COOKIE = "drs_console"
LOGIN = "/login"
_ASSETS, _ICON = "static", "/favicon.ico"
_PAGES = frozenset(
    {"orders", "bookings", "sessions", "journal", "try", "controls", "setup"}
    | {_ASSETS, _ICON.strip("/"), LOGIN.strip("/")}
)
_HTML = "text/html"


class Console:
    """The console of a simulator, behind the guard of its admin API.

    If that requires a token, a user types it in once; the browser then gets a signed cookie.
    """

    def __init__(self, simulator: SimulatorControl, guard: Guard) -> None:
        self._simulator = simulator
        self._guard = guard

    def has(self, request: Request) -> bool:
        """Check whether the console answers the request.

        Browsers also get ``/`` from it, and an error page with a menu at addresses where nothing is.
        """
        if request.path.split("/", 2)[1] in _PAGES:
            return True
        is_browser = request.method in ("GET", "HEAD") and _HTML in request.headers.get("Accept", "")
        return is_browser and request.path not in (HEALTH, METRICS)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one HTTP request (WSGI)."""
        request = Request(environ)
        try:
            self._guard.check_page(request)
            if not self._guard.requires_token or self._is_authenticated(request):
                return self._app(environ, start_response)
            if request.path == LOGIN and request.method == "POST":
                return self._login(request)(environ, start_response)
        except ProblemError as error:
            text = f"{error.problem.detail}\n{error.problem.remedy}\n"
            response = Response(text, error.problem.status, error.headers, content_type="text/plain; charset=utf-8")
            return response(environ, start_response)
        return _redirect(request, LOGIN)(environ, start_response)

    def _is_authenticated(self, request: Request) -> bool:
        """Whether the caller has a valid cookie, or requests what everyone may see: the login page and the assets."""
        is_asset = request.path == _ICON or request.path.startswith(f"/{_ASSETS}/")
        if is_asset or (request.path == LOGIN and request.method in ("GET", "HEAD")):
            return True
        return self._guard.check_cookie(COOKIE, request.cookies.get(COOKIE, ""))

    def _login(self, request: Request) -> Response:
        if not self._guard.check_login(request.form.get("token", ""), request):
            return _redirect(request, f"{LOGIN}?wrong")
        response = _redirect(request, "/")
        response.set_cookie(
            COOKIE,
            self._guard.make_cookie(COOKIE),
            max_age=COOKIE_SECONDS,
            path=request.root_path or "/",
            secure=request.scheme == "https",
            httponly=True,
            samesite="Strict",
        )
        return response

    @cached_property
    def _app(self) -> WSGIApplication:
        from drs_simulator.console.app import make_app  # noqa: PLC0415 - imports Flask

        return make_app(self._simulator)


def _redirect(request: Request, path: str) -> Response:
    """Send the browser to another page, below the prefix that a proxy has put before all paths."""
    return Response("", HTTPStatus.SEE_OTHER, {"Location": f"{request.root_path}{path}"})
