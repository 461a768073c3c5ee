"""The page /metrics, as Prometheus reads it. It tells numbers, and nothing of anybody."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from drs_simulator.endpoint.tally import BOUNDS, Tally
from drs_simulator.scheduling.scheduler import Scheduler

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
