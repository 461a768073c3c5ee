"""The workers of a server divide the processors that it may use."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import combinations
from unittest.mock import patch

import pytest
from drs_simulator.http.servers.processors import share_processors
from hypothesis import given
from hypothesis import strategies as st

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems choose the processors themselves")

TELLS_ITS_PROCESSORS = """
import os
import sys
from drs_simulator.http.servers.granian_server import ServerConfig, serve

def load():
    print(*sorted(os.sched_getaffinity(0)), flush=True)
    return lambda environ, start_response: []

os.sched_setaffinity(0, map(int, sys.argv[2:]))
serve(load, ServerConfig("127.0.0.1", 0, workers=int(sys.argv[1])), lambda port: None)
"""
PROCESSORS = st.frozensets(st.integers(0, 255), min_size=1, max_size=64)


@given(own=PROCESSORS, workers=st.integers(1, 64))
def test_workers_divide_all_processors_evenly(own: frozenset[int], workers: int) -> None:
    with patch.object(os, "sched_getaffinity", lambda _: own):
        shares = share_processors(workers)
    assert len(shares) == workers
    assert frozenset().union(*shares) == own if workers <= len(own) else frozenset().union(*shares) <= own
    sizes = [len(share) for share in shares]
    assert min(sizes) >= 1
    assert max(sizes) - min(sizes) <= 1
    if workers <= len(own):
        assert not any(one & other for one, other in combinations(shares, 2))


@given(own=PROCESSORS, workers=st.integers(1, 200))
def test_no_processor_has_many_more_workers_than_another(own: frozenset[int], workers: int) -> None:
    with patch.object(os, "sched_getaffinity", lambda _: own):
        shares = share_processors(workers)
    having = [sum(processor in share for share in shares) for processor in own]
    assert max(having) - min(having) <= 1


def processors_of(workers: int, own: list[int]) -> list[list[int]]:
    """The processors on which the workers of a server run that may use those."""
    arguments = [sys.executable, "-c", TELLS_ITS_PROCESSORS, str(workers), *map(str, own)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        found = [[int(number) for number in server.stdout.readline().split()] for _ in range(workers)]
        server.terminate()
    return sorted(found)


def test_a_worker_that_is_alone_has_all_processors() -> None:
    own = sorted(os.sched_getaffinity(0))
    assert processors_of(1, own) == [own]


def test_each_worker_runs_on_processors_of_its_own() -> None:
    own = sorted(os.sched_getaffinity(0))[:2]
    assert processors_of(2, own) == sorted([[own[0]], [own[-1]]])


def test_workers_share_a_processor_if_there_are_too_few() -> None:
    own = sorted(os.sched_getaffinity(0))[:1]
    assert processors_of(3, own) == [own] * 3
