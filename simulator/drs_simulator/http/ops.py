"""Health and metrics."""

from __future__ import annotations

import json
import logging
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from http import HTTPStatus
from itertools import accumulate
from threading import Lock

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from werkzeug.wrappers import Request, Response

from drs_simulator.exchange import Outcome, Reply, SoapCall, outcome_of
from drs_simulator.scheduling.scheduler import Scheduler
from drs_simulator.soap.interface import OPERATIONS

BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""The upper bounds of durations that are told apart, in seconds."""


class Tally:
    """What was counted since the server started. Safe under threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.exchanges: Counter[tuple[str, Outcome]] = Counter()
        """Exchanges by operation, empty where none can be told, and outcome."""
        self.durations = [0] * (len(BOUNDS) + 1)
        """Exchanges that took no longer than each bound and longer than the one before; those beyond all, last."""
        self.seconds = 0.0
        """How long all took together."""
        self.struck: Counter[str] = Counter()
        """Effects of fault rules that struck, by kind."""

    def count(self, call: SoapCall, reply: Reply, faults: tuple[str, ...], duration: float) -> None:
        """Count one exchange."""
        operation = reply.operation or (call.operation if faults else "")
        key = (operation if operation in OPERATIONS else "", outcome_of(reply))
        with self._lock:
            self.exchanges[key] += 1
            self.durations[bisect_left(BOUNDS, duration)] += 1
            self.seconds += duration
            if faults:
                self.struck.update(faults)


CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def metrics_page(tally: Tally, scheduler: Scheduler) -> bytes:
    """All that there is to say in numbers: of this process's exchanges, and of the state that it shares.

    Raises:
        Exception: The state cannot be read.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collected(tally, scheduler))
    page: bytes = generate_latest(registry)
    return page


class _Collected(Collector):
    """Prometheus's view on a tally and on what is kept."""

    def __init__(self, tally: Tally, scheduler: Scheduler) -> None:
        self._tally = tally
        self._scheduler = scheduler

    def collect(self) -> Iterator[Metric]:
        tally = self._tally
        exchanges = CounterMetricFamily(
            "drs_exchanges", "Calls that were answered, by operation and outcome", labels=("operation", "outcome")
        )
        for (operation, outcome), count in sorted(tally.exchanges.items()):
            exchanges.add_metric((operation, outcome.value), count)
        yield exchanges
        struck = CounterMetricFamily("drs_faults", "Effects of fault rules that struck, by kind", labels=("kind",))
        for kind, count in sorted(tally.struck.items()):
            struck.add_metric((kind,), count)
        yield struck
        counts = list(accumulate(tally.durations))
        buckets = [(str(bound), float(count)) for bound, count in zip((*BOUNDS, "+Inf"), counts, strict=True)]
        yield HistogramMetricFamily(
            "drs_exchange_seconds", "How long calls took", buckets=buckets, sum_value=tally.seconds
        )
        for name, count in self._scheduler.counts().items():
            yield GaugeMetricFamily(f"drs_{name}", f"The {name} that are kept", value=count)


_log = logging.getLogger(__name__)
HEALTH, METRICS = "/health", "/metrics"


class OpsEndpoints:
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
        self._scheduler.ping()
        return _health_told("ok", HTTPStatus.OK)

    def _metrics(self) -> Response:

        return Response(metrics_page(self._tally, self._scheduler), content_type=CONTENT_TYPE)


def _health_told(status: str, code: HTTPStatus) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(json.dumps({"status": status}), code, content_type="application/json", headers=headers)
