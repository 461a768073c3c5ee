"""The way into the console: who may, how they show it, and what is no page of it. Flask comes with the first page."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from functools import cached_property
from http import HTTPStatus
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.wrappers import Request, Response

from drs_simulator.admin.auth import Guard
from drs_simulator.admin.control import SimulatorControl
from drs_simulator.admin.problem import ProblemError

COOKIE = "drs_console"
LOGIN = "/login"
_ASSETS = "static"
_PAGES = frozenset({"orders", "bookings", "sessions", "journal", "controls", "setup", _ASSETS, LOGIN.strip("/")})
_HTML = "text/html"


class Console:
    """The console of one simulator, behind the guard of its admin interface.

    Where that wants a token, people type it in once; their browser then has a cookie that is made from it.
    """

    def __init__(self, simulator: SimulatorControl, guard: Guard) -> None:
        self._simulator = simulator
        self._guard = guard

    def has(self, request: Request) -> bool:
        """Whether the request is for a page of the console. ``/`` is one only for those who read HTML."""
        first = request.path.split("/", 2)[1]
        return first in _PAGES or (request.path == "/" and _HTML in request.headers.get("Accept", ""))

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one HTTP request, as WSGI has it."""
        request = Request(environ)
        try:
            self._guard.check_page(request)
        except ProblemError as declined:
            told = declined.problem
            response = Response(f"{told.detail}\n{told.remedy}\n", told.status, content_type="text/plain")
            return response(environ, start_response)
        if not self._guard.requires_token or self._may_pass(request):
            return self._pages(environ, start_response)
        if request.path == LOGIN and request.method == "POST":
            return self._let_in(request)(environ, start_response)
        return Response("", HTTPStatus.SEE_OTHER, {"Location": LOGIN})(environ, start_response)

    def _may_pass(self, request: Request) -> bool:
        """Whether the caller has the cookie, or asks for what everybody may see: the way in, and how it looks."""
        if request.path.startswith(f"/{_ASSETS}/") or (request.path == LOGIN and request.method in ("GET", "HEAD")):
            return True
        return hmac.compare_digest(request.cookies.get(COOKIE, "").encode(), self._guard.derive_cookie(COOKIE).encode())

    def _let_in(self, request: Request) -> Response:
        sent = request.form.get("token", "")
        if not self._guard.is_token(sent):
            return Response("", HTTPStatus.SEE_OTHER, {"Location": f"{LOGIN}?wrong"})
        response = Response("", HTTPStatus.SEE_OTHER, {"Location": "/"})
        secure = request.scheme == "https"
        response.set_cookie(COOKIE, self._guard.derive_cookie(COOKIE), httponly=True, samesite="Strict", secure=secure)
        return response

    @cached_property
    def _pages(self) -> WSGIApplication:
        from drs_simulator.console.app import pages_of  # noqa: PLC0415 - brings Flask

        return pages_of(self._simulator)
