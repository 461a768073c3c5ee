"""A server that is stopped has written what it answered: all exchanges are in the journal and the metrics."""

from __future__ import annotations

import re
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from drs_simulator.storage.opening import open_store
from drs_simulator.storage.sql.store import SqlStore

from tests.simulator.cli.test_cli import serving
from tests.simulator.soap.wire import OPEN, call

CALLERS, CALLS = 4, 25


def open_sessions(url: str) -> None:
    """Open some sessions over one connection."""
    with requests.Session() as http:
        for _ in range(CALLS):
            answer = http.post(url, call("openSession", OPEN), headers={"Content-Type": "text/xml"}, timeout=60)
            assert "<status>success</status>" in answer.text


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_exchanges_are_written_before_a_server_ends(database: str, workers: str, stop: signal.Signals) -> None:
    """The last ones were answered just before, and wait to be written."""
    with serving("--port", "0", "--state", database, "--workers", workers) as (process, printed):
        url = re.findall(r"endpoint +(\S+)", printed)[0]
        with ThreadPoolExecutor(CALLERS) as pool:
            list(pool.map(open_sessions, [url] * CALLERS))
        process.send_signal(stop)
        assert process.wait(timeout=60) == 0
    store = open_store(database)
    assert isinstance(store, SqlStore)
    records = store.shared_records()
    exchanges = records.page(None, 2 * CALLERS * CALLS, None, None)
    counted = sum(value for figure, value in records.figures().items() if figure.name == "drs_exchanges_total")
    records.close()
    store.close()
    assert [each.number for each in exchanges] == list(range(CALLERS * CALLS, 0, -1))
    assert counted == CALLERS * CALLS
