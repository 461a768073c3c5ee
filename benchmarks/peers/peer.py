"""A server that is measured: how it is started, and that it is stopped."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep

from drs_simulator.http.app import service_path
from drs_simulator.profile.loading import load_profile

from benchmarks.measures.memory import resident_mib
from benchmarks.reports.machine import environment
from benchmarks.workload.bodies import PROFILE, Workload, open_session
from benchmarks.workload.calling import RefusedError, posted, session_in

_HOST = "127.0.0.1"
_ANSWERS_WITHIN_SECONDS = 60
_STOPS_WITHIN_SECONDS = 10
_LOOK_EVERY_SECONDS = 0.002

Command = Callable[[int, Path], list[str]]
"""The command that serves on a port of loopback; it may write into a folder of its own."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A server that is measured.

    Args:
        name: In a word or two.
        told: What it is.
        command: How it is started.
        workloads: What it can be asked.
        rival: The simulator, by its name among the peers, that its figures are held beside.
        compiles_itself: Whether it does so as it is used, and needs long to be as fast as it gets.
        stands_alone: Whether its start-up and memory are its own, and not those of what the benchmark put into it.
    """

    name: str
    told: str
    command: Command
    workloads: frozenset[Workload]
    rival: str
    compiles_itself: bool = False
    stands_alone: bool = True


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers.

    Args:
        session: The session that it has opened.
        start_up_seconds: From its start to its first answer, to openSession.
    """

    url: str
    session: str
    start_up_seconds: float
    pid: int

    def resident_mib(self) -> float:
        """The memory that it holds, its children's included."""
        return resident_mib(self.pid)


@contextmanager
def running(peer: Peer) -> Iterator[Running]:
    """Start the server, wait for its first answer, and stop it at the end.

    Raises:
        RefusedError: It does not come up, or does not open a session.
    """
    port = _free_port()
    with TemporaryDirectory() as folder:
        command = peer.command(port, Path(folder))
        log = Path(folder) / "log.txt"
        with log.open("wb") as output:
            began = perf_counter()
            # A session of its own, so that all it starts can be ended with it.
            process = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True, env=environment())
            try:
                session = _first_session(process, port, log)
                yield Running(f"http://{_HOST}:{port}{_path()}", session, perf_counter() - began, process.pid)
            finally:
                _stop(process)


def _free_port() -> int:
    with socket.create_server((_HOST, 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _first_session(process: subprocess.Popen[bytes], port: int, log: Path) -> str:
    until = perf_counter() + _ANSWERS_WITHIN_SECONDS
    while perf_counter() < until and process.poll() is None:
        connection = HTTPConnection(_HOST, port, timeout=_ANSWERS_WITHIN_SECONDS)
        try:
            return session_in(posted(connection, _path(), open_session()))
        except (OSError, HTTPException):
            sleep(_LOOK_EVERY_SECONDS)
        finally:
            connection.close()
    raise RefusedError(f"The server did not come up. It said: {log.read_text(errors='replace')[-2000:] or 'nothing'}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOPS_WITHIN_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _path() -> str:
    return service_path(load_profile(PROFILE))
