"""Health and metrics."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from http import HTTPStatus

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from werkzeug.wrappers import Request, Response

from drs_simulator.exchange import Outcome, Reply, SoapCall, outcome_of
from drs_simulator.scheduling.scheduler import Scheduler
from drs_simulator.soap.interface import OPERATIONS
from drs_simulator.storage.errors import StateError

_log = logging.getLogger(__name__)
HEALTH, METRICS = "/health", "/metrics"
BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the histogram of durations, in seconds."""
_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class RequestMetrics:
    """Counts this process's calls since it started, in a registry of its own. Safe under threads.

    Args:
        scheduler: Counts the sessions, orders and bookings of the state, each time the metrics are read.
    """

    def __init__(self, scheduler: Scheduler) -> None:
        self.registry = CollectorRegistry(auto_describe=False)
        """What this process counts."""
        self._exchanges = Counter(
            "drs_exchanges",
            "Calls that were answered, by operation and outcome",
            ("operation", "outcome"),
            registry=self.registry,
        )
        self._faults = Counter("drs_faults", "Effects of fault rules, by kind", ("kind",), registry=self.registry)
        self._seconds = Histogram("drs_exchange_seconds", "Durations of calls", buckets=BUCKETS, registry=self.registry)
        self.state = _StateCollector(scheduler)
        """Counts what is in the state, whenever it is asked."""
        # Looking a child up by its labels takes longer than counting.
        self._exchanges_by_labels: dict[tuple[str, Outcome], Counter] = {}

    def count(self, call: SoapCall, reply: Reply, faults: tuple[str, ...], duration: float) -> None:
        """Count one call, the effects of fault rules on it, and its duration in seconds."""
        operation = reply.operation or (call.operation if faults else "")
        labels = (operation if operation in OPERATIONS else "", outcome_of(reply))
        counter = self._exchanges_by_labels.get(labels)
        if counter is None:
            counter = self._exchanges_by_labels[labels] = self._exchanges.labels(labels[0], labels[1].value)
        counter.inc()
        self._seconds.observe(duration)
        for kind in faults:
            self._faults.labels(kind).inc()

    def page(self) -> bytes:
        """Return the metrics in Prometheus's text format.

        Raises:
            StateError: The state cannot be read.
        """
        return generate_latest(self)

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics that ``page`` shows."""
        yield from self.counted()
        yield from self.state.collect()

    def counted(self) -> Iterator[Metric]:
        """Yield what this process has counted, without the times at which its counters were created."""
        for metric in self.registry.collect():
            metric.samples = [sample for sample in metric.samples if not sample.name.endswith("_created")]
            yield metric


class _StateCollector(Collector):
    """Counts what is in the state."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler

    def collect(self) -> Iterator[Metric]:
        for name, count in self._scheduler.counts().items():
            yield GaugeMetricFamily(f"drs_{name}", f"Number of {name} in the state", value=count)


class OpsEndpoints:
    """Answers at ``/health`` and ``/metrics``, without authentication: neither shows personal data."""

    def __init__(self, metrics: RequestMetrics, scheduler: Scheduler) -> None:
        self._metrics = metrics
        self._scheduler = scheduler

    def answer(self, request: Request) -> Response | None:
        """Return the page that was requested, or ``None`` if it is neither of the two."""
        if request.path not in (HEALTH, METRICS):
            return None
        if request.method not in ("GET", "HEAD"):
            return Response(status=HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "GET, HEAD"})
        try:
            return self._check_health() if request.path == HEALTH else self._show_metrics()
        except StateError as error:
            _log.error("The state cannot be reached: %s", error)
            return _health_response("state unreachable", HTTPStatus.SERVICE_UNAVAILABLE)

    def _check_health(self) -> Response:
        self._scheduler.ping()
        return _health_response("ok", HTTPStatus.OK)

    def _show_metrics(self) -> Response:
        return Response(self._metrics.page(), content_type=_CONTENT_TYPE)


def _health_response(status: str, code: HTTPStatus) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(json.dumps({"status": status}), code, content_type="application/json", headers=headers)
