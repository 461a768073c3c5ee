"""The WSGI application: which path leads to the gateway, and what everything else is told."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache, partial
from http import HTTPStatus
from time import perf_counter, sleep
from typing import Protocol
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.datastructures import EnvironHeaders
from werkzeug.http import parse_options_header
from werkzeug.wrappers import Request, Response

from drs_simulator.clock import Clock
from drs_simulator.exchange import Reply, SoapCall, read_body
from drs_simulator.faults.competitor import CompetingCaller
from drs_simulator.faults.effects import FaultContext
from drs_simulator.faults.plan import FaultPlan, apply_effects
from drs_simulator.http.delivery import deliver
from drs_simulator.http.ops import OpsEndpoints, Tally
from drs_simulator.http.request_log import log_exchange
from drs_simulator.journal.journal import Journal
from drs_simulator.profile.model import Profile
from drs_simulator.scheduling.scheduler import Scheduler
from drs_simulator.soap import soap_fault
from drs_simulator.soap.envelope import write_fault
from drs_simulator.soap.gateway import GatewayResponse

ADMIN_ROOT = "__admin"
"""The first part of every path of the admin interface."""

_log = logging.getLogger(__name__)
_XML = "text/xml;charset=UTF-8"


def service_path(profile: Profile) -> str:
    """The path of the gateway (seen: Interfacing)."""
    return f"/OTWebServiceGateway_{profile.instance}/ws/soap"


class SoapService(Protocol):
    """What is behind the paths: a gateway, or recordings of one."""

    def answer(self, body: bytes, charset: str | None = None) -> GatewayResponse:
        """See ``Gateway.answer``."""

    def wsdl(self, address: str, part: str = "") -> bytes | None:
        """See ``Gateway.wsdl``."""


class Pages(Protocol):
    """Pages for people, beside the gateway."""

    def has(self, request: Request) -> bool:
        """Whether the request is for one of them."""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one HTTP request, as WSGI has it."""


class Endpoint:
    """Serves one gateway at both of its paths: ``…/ws/soap`` (seen) and ``…/ws/soap_560`` (client).

    Args:
        profile: The installation.
        gateway: Answers calls.
        scheduler: What the gateway turns to, and faults too.
        clock: The simulator's time.
        faults: What goes wrong.
        journal: Keeps what was said.
        admin: Answers what lies under ``/__admin``, where there is an admin interface.
        console: Shows pages to people, where there are any.
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
        self._tally = Tally()
        self._operating = OpsEndpoints(self._tally, scheduler)
        self._paths = frozenset({service_path(profile), f"{service_path(profile)}_560"})

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one HTTP request, as WSGI has it."""
        if environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"] in self._paths:
            return deliver(self._exchange(environ), environ, start_response, sleep)
        request = Request(environ)
        if self._admin is not None and request.path.split("/", 2)[1] == ADMIN_ROOT:
            return self._admin(environ, start_response)
        if request.path not in self._paths:
            return self._elsewhere(request)(environ, start_response)
        if request.method in ("GET", "HEAD") and request.query_string.lower().startswith(b"wsdl"):
            return self._wsdl(request)(environ, start_response)
        return deliver(self._exchange(environ), environ, start_response, sleep)

    def _wsdl(self, request: Request) -> Response:
        part = next((value for name, value in request.args.items() if name.lower() == "wsdl"), "")
        # Whatever else follows ?wsdl= means the whole, as it always did.
        document = self._gateway.wsdl(request.base_url, part) or self._gateway.wsdl(request.base_url)
        return Response(document, content_type=_XML)

    def _exchange(self, environ: WSGIEnvironment) -> Reply:
        """A SOAP call, whatever the query: clients exist that post to ``?wsdl`` (client)."""
        began, started = self._clock.now(), perf_counter()
        is_call = environ["REQUEST_METHOD"] == "POST"
        content_type = environ.get("CONTENT_TYPE", "")
        # Asked once a call: where the rules are shared, a database has to be asked.
        may_strike = is_call and bool(self._faults)
        call = SoapCall(
            body=read_body(environ, self._profile.gateway.max_body_bytes) if is_call else b"",
            charset=_charset_of(content_type),
            method=environ["REQUEST_METHOD"],
            path=environ["PATH_INFO"],
            address=environ.get("REMOTE_ADDR", ""),
            headers=_headers(environ, content_type, may_strike),
            request_id=environ.get("HTTP_X_REQUEST_ID", ""),
        )
        reply, faults = self._answered(call, may_strike) if is_call else (_NO_CALL, ())
        duration = perf_counter() - started
        self._tally.count(call, reply, faults, duration)
        log_exchange(call, reply, faults, duration)
        if self._journal:
            self._keep(call, reply, faults, began, duration)
        return reply

    def _keep(self, call: SoapCall, reply: Reply, faults: tuple[str, ...], began: datetime, duration: float) -> None:
        try:
            self._journal.record(call, reply, faults=faults, began=began, duration=duration)
        except Exception:
            # A caller gets the answer, whatever the journal makes of the call.
            _log.exception("An exchange could not be kept in the journal")

    def _answered(self, call: SoapCall, may_strike: bool) -> tuple[Reply, tuple[str, ...]]:
        call_next = partial(self._answer, call)
        if not may_strike:
            return call_next(), ()
        effects, random = self._faults.effects_for(call)
        scene = FaultContext(call, random, sleep, self._scheduler.clear_sessions, self._competitor.fill_window)
        return apply_effects(effects, scene, call_next), tuple(effect.kind for effect in effects)

    def _answer(self, call: SoapCall) -> Reply:
        answer = self._gateway.answer(call.body, call.charset)
        return Reply(answer.status, answer.body, operation=answer.operation)

    def _elsewhere(self, request: Request) -> WSGIApplication:
        """What answers where the gateway is not."""
        if self._console is not None and self._console.has(request):
            return self._console
        return self._operating.answer(request) or self._signpost(request)

    def _signpost(self, request: Request) -> Response:
        """Where the gateway is, for whoever looks elsewhere."""
        address = f"{request.host_url.rstrip('/')}{service_path(self._profile)}"
        found = request.path == "/"
        status = HTTPStatus.OK if found else HTTPStatus.NOT_FOUND
        opening = "This is a simulator of DRS." if found else f"There is nothing at {request.path}."
        text = f"{opening}\nThe SOAP gateway is at {address}\nIts WSDL is at {address}?wsdl\n"
        return Response(text, status, content_type="text/plain; charset=utf-8")


_NO_CALL = Reply(HTTPStatus.INTERNAL_SERVER_ERROR, write_fault(soap_fault.no_operation()))


def _headers(environ: WSGIEnvironment, content_type: str, may_strike: bool) -> dict[str, str]:
    """What somebody may ask of a call's headers: only fault rules ask for any."""
    if may_strike:
        return {name.lower(): value for name, value in EnvironHeaders(environ)}
    return {"content-type": content_type, "soapaction": environ.get("HTTP_SOAPACTION", "")}


@lru_cache(maxsize=256)
def _charset_of(content_type: str) -> str | None:
    return parse_options_header(content_type)[1].get("charset")
