"""Each worker with several threads stays on one of the processors that its server may use."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from drs_simulator.http.servers.processors import stay_on_one_processor

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems choose the processors themselves")

TELLS_ITS_PROCESSORS = """
import os
import sys
from drs_simulator.http.servers.granian_server import ServerConfig, serve

def load():
    print(*sorted(os.sched_getaffinity(0)), flush=True)
    return lambda environ, start_response: []

workers, threads, *own = map(int, sys.argv[1:])
os.sched_setaffinity(0, own)
serve(load, ServerConfig("127.0.0.1", 0, threads, workers), lambda port: None)
"""


@contextmanager
def served(workers: int, threads: int, own: list[int]) -> Iterator[list[list[int]]]:
    """The processors of each worker of a server that may use those."""
    arguments = [sys.executable, "-c", TELLS_ITS_PROCESSORS, *map(str, (workers, threads, *own))]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield [[int(number) for number in server.stdout.readline().split()] for _ in range(workers)]
        finally:
            server.terminate()


def own_processors() -> list[int]:
    return sorted(os.sched_getaffinity(0))


@pytest.mark.parametrize("workers", [1, 2])
def test_a_worker_with_one_thread_has_all_processors(workers: int) -> None:
    with served(workers, 1, own_processors()) as found:
        assert found == [own_processors()] * workers


def test_a_worker_with_several_threads_stays_on_one_processor() -> None:
    with served(1, 4, own_processors()) as found:
        ((processor,),) = found
        assert processor in own_processors()


def test_workers_share_a_processor_if_there_are_too_few() -> None:
    own = own_processors()[:1]
    with served(3, 2, own) as found:
        assert found == [own] * 3


STAYS = """
import os
import sys
from drs_simulator.http.servers.processors import stay_on_one_processor

server, *own = map(int, sys.argv[1:])
os.getppid = lambda: server
os.sched_getaffinity = lambda _: set(own)
os.sched_setaffinity = lambda _, chosen: print(*chosen, flush=True)
stay_on_one_processor()
sys.stdin.read()
"""


@contextmanager
def staying(own: list[int], server: int = 1) -> Iterator[int]:
    """The processor of a worker of a server that may use those, which need not exist."""
    arguments = [sys.executable, "-c", STAYS, str(server), *map(str, own)]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        yield int(worker.stdout.readline())


def unused_processors(count: int) -> list[int]:
    """Numbers of processors on which no server of any test stays."""
    return [os.getpid() * 1000 + number for number in range(count)]


def test_a_worker_goes_where_the_fewest_are() -> None:
    own = unused_processors(3)
    with ExitStack() as running:
        found = [running.enter_context(staying(own)) for _ in range(7)]
        assert sorted(found[:3]) == sorted(found[3:6]) == own


def test_a_worker_goes_where_the_fewest_of_other_servers_are() -> None:
    own = unused_processors(2)
    with staying(own, server=1) as first, staying(own, server=2) as second:
        assert {first, second} == set(own)


def test_workers_of_one_server_do_not_meet_because_of_another_server() -> None:
    own = unused_processors(2)
    with ExitStack() as running:
        for server in range(5):
            running.enter_context(staying(own, server=2 * server))
            found = {running.enter_context(staying(own, server=2 * server + 1)) for _ in range(2)}
            assert found == set(own)


def test_the_place_of_a_worker_that_has_ended_is_free() -> None:
    own = unused_processors(2)
    with staying(own) as first:
        with staying(own) as second:
            assert {first, second} == set(own)
        with staying(own) as third:
            assert third == second


def test_a_worker_works_where_it_may_not_choose(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbid(*_: object) -> None:
        raise PermissionError

    before = own_processors()
    with monkeypatch.context() as forbidding:
        forbidding.setattr(os, "sched_getaffinity", lambda _: unused_processors(1))
        forbidding.setattr(os, "sched_setaffinity", forbid)
        stay_on_one_processor()
    assert own_processors() == before


def test_a_worker_counts_only_the_processors_that_it_may_use() -> None:
    own = unused_processors(2)
    with staying(own[:1]), staying(own[:1]), staying(own) as found:
        assert found == own[1]
