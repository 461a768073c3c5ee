"""The WSGI application: routes requests to the gateway, its WSDL, the admin interface, the console and other pages."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache, partial
from http import HTTPStatus
from time import perf_counter, sleep
from typing import TYPE_CHECKING, NamedTuple, Protocol
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.datastructures import EnvironHeaders
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from drs_simulator.clock import Clock
from drs_simulator.exchange import Reply, SoapCall, read_body
from drs_simulator.faults.competitor import CompetingCaller
from drs_simulator.faults.context import FaultContext
from drs_simulator.faults.plan import FaultPlan, apply_effects
from drs_simulator.http.delivery import deliver
from drs_simulator.http.ops import OpsEndpoints, RequestMetrics
from drs_simulator.http.request_log import log_exchange
from drs_simulator.http.service_paths import ServicePaths, read_root_part
from drs_simulator.journal.journal import Journal
from drs_simulator.profile.model import Profile
from drs_simulator.scheduling.scheduler import Scheduler
from drs_simulator.soap import soap_fault
from drs_simulator.soap.envelope import write_fault
from drs_simulator.soap.gateway import GatewayResponse
from drs_simulator.soap.platform import PLATFORMS
from drs_simulator.storage.errors import StateError

if TYPE_CHECKING:
    from drs_simulator.journal.shared_entries import Shared

ADMIN_ROOT = "__admin"
"""The first part of every path of the admin interface."""

_log = logging.getLogger(__name__)
_TEXT = "text/plain; charset=utf-8"
_BODY_BROKE_OFF = Reply(HTTPStatus.BAD_REQUEST, b"The body of the request ended too early.\n", _TEXT)
_FAILED = Reply(HTTPStatus.INTERNAL_SERVER_ERROR, write_fault(soap_fault.internal_error()))


def service_path(profile: Profile) -> str:
    """Return the path of the gateway (seen: Interfacing)."""
    return f"/OTWebServiceGateway_{profile.instance}/ws/soap"


class SoapService(Protocol):
    """Answers SOAP calls: a gateway, or recordings of one."""

    def answer(self, body: bytes, charset: str | None = None, soap_action: str = "") -> GatewayResponse:
        """See ``Gateway.answer``."""

    def wsdl(self, address: str, part: str = "", *, single: bool = False) -> bytes | None:
        """See ``Gateway.wsdl``."""


class Pages(Protocol):
    """Pages for people, at paths of their own."""

    def has(self, request: Request) -> bool:
        """Return whether the request is for one of the pages."""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one HTTP request as a WSGI application."""


class Endpoint:
    """Serves one gateway at both of its paths: ``…/ws/soap`` (seen) and ``…/ws/soap_560`` (client).

    Args:
        profile: The installation.
        gateway: Answers SOAP calls.
        scheduler: Holds the state that health, metrics and faults need.
        clock: The simulator's time.
        faults: The fault rules.
        journal: Records each call.
        admin: Answers below ``/__admin``; ``None`` without an admin interface.
        console: Pages for people; ``None`` without a console.
        shared: The database that processes share; ``None`` for metrics of this process alone.
    """

    def __init__(
        self,
        profile: Profile,
        gateway: SoapService,
        scheduler: Scheduler,
        clock: Clock,
        faults: FaultPlan,
        journal: Journal,
        admin: WSGIApplication | None = None,
        console: Pages | None = None,
        shared: Shared | None = None,
    ) -> None:
        self._profile = profile
        self._gateway = gateway
        self._scheduler = scheduler
        self._competitor = CompetingCaller(scheduler)
        self._clock = clock
        self._faults = faults
        self._journal = journal
        self._admin = admin
        self._console = console
        self._metrics = RequestMetrics(scheduler) if shared is None else _share(scheduler, journal, shared)
        self._ops = OpsEndpoints(self._metrics, scheduler)
        self._paths = frozenset({service_path(profile), f"{service_path(profile)}_560"})
        self._services = ServicePaths(service_path(profile), PLATFORMS[profile.gateway.platform])

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one HTTP request as a WSGI application."""
        if environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"] in self._paths:
            return deliver(self._answer_call(environ), environ, start_response, sleep)
        try:
            application = self._route(Request(environ))
        except Exception:
            _log.exception("The answer to a request failed")
            text = "The simulator failed; its log says more.\n"
            application = Response(text, HTTPStatus.INTERNAL_SERVER_ERROR, content_type=_TEXT)
        return application(environ, start_response)

    def _route(self, request: Request) -> WSGIApplication:
        """Return what answers a request that is not a call by POST."""
        if self._admin is not None and request.path.split("/", 2)[1] == ADMIN_ROOT:
            return self._admin
        if not self._services.is_gateway(request.path):
            return self._services.answer(request) or self._find_page(request)
        document = self._services.describe(request, self._gateway) if request.method == "GET" else None
        return document or partial(deliver, self._answer_call(request.environ), sleep=sleep)

    def _answer_call(self, environ: WSGIEnvironment) -> Reply:
        """Answer a SOAP call whatever its query is: some clients post to ``?wsdl`` (client). Never raises."""
        started = perf_counter()
        body = _Body(environ, self._profile.gateway.max_body_bytes)
        answered = self._scheduler.call(partial(self._answer_once, environ, body))
        self._record(answered, perf_counter() - started)
        return answered.reply

    def _answer_once(self, environ: WSGIEnvironment, body: _Body) -> _Answered:
        began = self._clock.now()
        faults: tuple[str, ...] = ()
        call: SoapCall | None = None
        try:
            if not self._services.is_call(environ["REQUEST_METHOD"]):
                reply = self._services.refuse(environ)
            else:
                # Checked once a call: shared rules are in a database.
                has_rules = bool(self._faults)
                call = _make_call(environ, body.read(), has_rules)
                reply, faults = self._perform(call, has_rules)
        except _BodyBrokeOffError:
            _log.warning("The body of a request from %s broke off", environ.get("REMOTE_ADDR", ""))
            reply = _BODY_BROKE_OFF
        except StateError as error:
            _log.error("A call failed: %s", error)
            reply = _FAILED
        except Exception:
            _log.exception("A call failed")
            reply = _FAILED
        return _Answered(call or _make_call(environ), reply, faults, began)

    def _perform(self, call: SoapCall, has_rules: bool) -> tuple[Reply, tuple[str, ...]]:
        """Perform the call with the effects that apply to it, and name their kinds."""
        if not has_rules:
            return self._ask_gateway(call), ()
        effects, random = self._faults.effects_for(call)
        context = FaultContext(call, random, sleep, self._scheduler.clear_sessions, self._competitor.fill_window)
        reply = apply_effects(effects, context, partial(self._ask_gateway, call))
        return reply, tuple(effect.kind for effect in effects)

    def _ask_gateway(self, call: SoapCall) -> Reply:
        answer = self._gateway.answer(call.body, call.charset, call.headers.get("soapaction", ""))
        return Reply(answer.status, answer.body, answer.content_type, operation=answer.operation)

    def _record(self, answered: _Answered, duration: float) -> None:
        call, reply, faults, began = answered
        try:
            self._metrics.count(call, reply, faults, duration)
            log_exchange(call, reply, faults, duration)
            if self._journal:
                self._journal.record(call, reply, faults=faults, began=began, duration=duration)
        except Exception:
            # The caller gets its answer all the same.
            _log.exception("A call could not be recorded")

    def _find_page(self, request: Request) -> WSGIApplication:
        """Return what answers at a path that is not the gateway's."""
        if self._console is not None and self._console.has(request):
            return self._console
        return self._ops.answer(request) or self._show_signpost(request)

    def _show_signpost(self, request: Request) -> Response:
        """Show the gateway's address to a caller at another path."""
        address = f"{request.root_url.rstrip('/')}{service_path(self._profile)}"
        found = request.path == "/"
        status = HTTPStatus.OK if found else HTTPStatus.NOT_FOUND
        opening = "This is a simulator of DRS." if found else f"There is nothing at {request.root_path}{request.path}."
        text = f"{opening}\nThe SOAP gateway is at {address}\nIts WSDL is at {address}?wsdl\n"
        return Response(text, status, content_type=_TEXT)


def _share(scheduler: Scheduler, journal: Journal, shared: Shared) -> RequestMetrics:
    from drs_simulator.http.shared_metrics import SharedMetrics  # noqa: PLC0415 - few simulators share

    return SharedMetrics(scheduler, journal, shared)


class _Answered(NamedTuple):
    """A call, what it is answered, the kinds of the effects that applied, and the simulated time at which it began."""

    call: SoapCall
    reply: Reply
    faults: tuple[str, ...]
    began: datetime


class _BodyBrokeOffError(Exception):
    """The body of a request ended too early, or it cannot be read."""


class _Body:
    """The body of a request, which is read once: a call may be made twice.

    Args:
        environ: The request.
        limit: How many bytes to read; one more if there are more.
    """

    def __init__(self, environ: WSGIEnvironment, limit: int) -> None:
        self._environ = environ
        self._limit = limit
        self._bytes: bytes | None = None

    def read(self) -> bytes:
        """Read it.

        Raises:
            _BodyBrokeOffError: It ended too early, or it cannot be read.
        """
        if self._bytes is None:
            try:
                self._bytes = read_body(self._environ, self._limit)
            except (HTTPException, OSError) as error:
                raise _BodyBrokeOffError from error
        return self._bytes


def _make_call(environ: WSGIEnvironment, body: bytes = b"", has_rules: bool = False) -> SoapCall:
    content_type = environ.get("CONTENT_TYPE", "")
    if content_type.startswith("multipart/related"):
        content_type, body = read_root_part(content_type, body)
    return SoapCall(
        body=body,
        charset=_parse_charset(content_type),
        method=environ["REQUEST_METHOD"],
        path=environ["PATH_INFO"],
        address=environ.get("REMOTE_ADDR", ""),
        headers=_read_headers(environ, content_type, has_rules),
        request_id=environ.get("HTTP_X_REQUEST_ID", ""),
    )


def _read_headers(environ: WSGIEnvironment, content_type: str, has_rules: bool) -> dict[str, str]:
    """Return the headers that are needed: all of them only for fault rules."""
    if has_rules:
        return {name.lower(): value for name, value in EnvironHeaders(environ)}
    return {"content-type": content_type, "soapaction": environ.get("HTTP_SOAPACTION", "")}


@lru_cache(maxsize=256)
def _parse_charset(content_type: str) -> str | None:
    """Return the charset as the platform finds it: by its name in small letters (measured)."""
    _, found, value = content_type.partition("charset=")
    return value.partition(";")[0].strip().strip("\"'") if found else None
