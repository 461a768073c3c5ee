"""Pages for those who operate a server: whether it is well, and its numbers."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus

from werkzeug.wrappers import Request, Response

from drs_simulator.endpoint.tally import Tally
from drs_simulator.scheduling.scheduler import Scheduler

_log = logging.getLogger(__name__)
HEALTH, METRICS = "/health", "/metrics"


class Operating:
    """Answers at ``/health`` and ``/metrics``, whoever asks: neither tells anything of callers or tenants."""

    def __init__(self, tally: Tally, scheduler: Scheduler) -> None:
        self._tally = tally
        self._scheduler = scheduler

    def answer(self, request: Request) -> Response | None:
        """The page that was asked for, or ``None`` if it is none of these."""
        if request.path not in (HEALTH, METRICS):
            return None
        if request.method not in ("GET", "HEAD"):
            return Response(status=HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "GET, HEAD"})
        try:
            return self._health() if request.path == HEALTH else self._metrics()
        except Exception:
            _log.exception("The state cannot be reached")
            return _health_told("state unreachable", HTTPStatus.SERVICE_UNAVAILABLE)

    def _health(self) -> Response:
        self._scheduler.reach()
        return _health_told("ok", HTTPStatus.OK)

    def _metrics(self) -> Response:
        from drs_simulator.endpoint.metrics import CONTENT_TYPE, metrics_page  # noqa: PLC0415 - not at every start

        return Response(metrics_page(self._tally, self._scheduler), content_type=CONTENT_TYPE)


def _health_told(status: str, code: HTTPStatus) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(json.dumps({"status": status}), code, content_type="application/json", headers=headers)
