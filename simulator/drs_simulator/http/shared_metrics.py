"""Metrics of all processes of a database: each adds what it has counted, and any of them shows the sums."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector
from prometheus_client.samples import Sample

from drs_simulator.exchange import Reply, SoapCall
from drs_simulator.http.ops import RequestMetrics
from drs_simulator.journal.journal import Journal
from drs_simulator.journal.shared_entries import Shared
from drs_simulator.journal.write_behind import Pause
from drs_simulator.scheduling.scheduler import Scheduler
from drs_simulator.storage.shared_records import Figure


class SharedMetrics(RequestMetrics):
    """Counts the calls of all processes of a database since it was made.

    Args:
        scheduler: Counts what is in the state.
        journal: Counts the exchanges that it could not store.
        shared: Where the sums are, and the thread that writes.
    """

    def __init__(self, scheduler: Scheduler, journal: Journal, shared: Shared) -> None:
        super().__init__(scheduler)
        self.registry.register(_DroppedCollector(journal))
        self._records, self._writer = shared
        self._written: dict[Figure, float] = {}
        self._writer.add(self._write)

    def count(self, call: SoapCall, reply: Reply, faults: tuple[str, ...], duration: float) -> None:
        """See ``RequestMetrics.count``."""
        super().count(call, reply, faults, duration)
        self._writer.wake()

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics with the sums of all processes."""
        self._writer.flush()
        sums = [
            Sample(figure.name, json.loads(figure.labels), value) for figure, value in self._records.figures().items()
        ]
        for metric in self.counted():
            metric.samples = sorted((each for each in sums if _is_of(metric, each)), key=_order)
            yield metric
        yield from self.state.collect()

    def _write(self, pause: Pause) -> None:
        """Add what this process has counted since the last time."""
        present: dict[Figure, float] = {}
        for metric in self.counted():
            for sample in metric.samples:
                present[Figure(sample.name, json.dumps(sample.labels, sort_keys=True))] = sample.value
                pause()
        added = {figure: value - self._written.get(figure, 0) for figure, value in present.items()}
        added = {figure: value for figure, value in added.items() if value or figure not in self._written}
        if added:
            self._records.add_figures(added)
        self._written = present


class _DroppedCollector(Collector):
    """Counts the exchanges that the journal has not stored."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def collect(self) -> Iterator[Metric]:
        text = "Exchanges that the journal lacks because the database did not take them in time"
        yield CounterMetricFamily("drs_journal_dropped", text, value=self._journal.dropped)


def _is_of(metric: Metric, sample: Sample) -> bool:
    return sample.name.rpartition("_")[0] == metric.name


def _order(sample: Sample) -> tuple[str, list[tuple[str, str]], float]:
    labels: Mapping[str, str] = sample.labels
    others = sorted((name, value) for name, value in labels.items() if name != "le")
    return sample.name, others, float(labels.get("le", 0))
