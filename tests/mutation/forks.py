"""Runs jobs in forks of this process, some at a time."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing import connection, get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from typing import Generic, TypeVar

_Result = TypeVar("_Result")
Job = tuple[str, Callable[[], _Result]]
_SECONDS = 3600.0
"""A job that waits for ever, without taking processor time, is ended after these."""


@dataclass(frozen=True, slots=True)
class Ended(Generic[_Result]):
    """The end of a job: its result, or none if the fork was ended by a limit."""

    name: str
    result: _Result | None


class JobError(Exception):
    """A job raised an error."""


def run_jobs(jobs: Iterable[Job[_Result]], at_once: int) -> Iterator[Ended[_Result]]:
    """Run jobs, each in a fork made when its turn comes; yield their ends as they come.

    Raises:
        JobError: A job raised an error.
    """
    waiting = iter(jobs)
    running: dict[Connection, tuple[str, ForkProcess, float]] = {}
    try:
        while True:
            while len(running) < at_once and (job := next(waiting, None)) is not None:
                reading, writing = connection.Pipe(duplex=False)
                process = get_context("fork").Process(target=_run, args=(job[1], writing), daemon=True)
                process.start()
                writing.close()
                running[reading] = (job[0], process, time.monotonic())
            if not running:
                return
            ready = connection.wait(list(running), timeout=1.0)
            late = time.monotonic() - _SECONDS
            for pipe in [each for each, (_, _, began) in running.items() if each in ready or began < late]:
                name, process, _ = running.pop(pipe)
                yield Ended(name, _take(name, pipe, process))
    finally:
        for _, process, _ in running.values():
            process.kill()


def _take(name: str, pipe: Connection, process: ForkProcess) -> _Result | None:
    result = None
    if pipe.poll():
        try:
            result, error = pipe.recv()
        except EOFError:
            error = ""
        if error:
            raise JobError(f"{name}: {error}")
    process.kill()
    process.join()
    pipe.close()
    return result


def _run(job: Callable[[], _Result], pipe: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    try:
        pipe.send((job(), ""))
    except Exception as error:
        pipe.send((None, f"{type(error).__name__}: {error}"))
