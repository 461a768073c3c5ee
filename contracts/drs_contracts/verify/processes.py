"""Checks the clauses in several processes, each with a copy of the target: for a simulator in this process."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import fields
from multiprocessing import connection, get_context
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

from drs_contracts.clauses.clause import Clause
from drs_contracts.driver.installation import TestData
from drs_contracts.driver.messages import Exchange
from drs_contracts.driver.targets import SimulatorTarget
from drs_contracts.verify.runner import (
    Checked,
    ClauseChecker,
    Finding,
    Outcome,
    VerifySettings,
    judge_calls,
    order_clauses,
)

MAX_PROCESSES = 64 if sys.platform == "linux" else 1
"""How many processes can share the clauses: one where a process cannot be copied safely."""
_MAX_BY_DEFAULT = 8


def count_processes() -> int:
    """Count the processes that share the clauses by default: one for each CPU, up to a bound."""
    return min(len(os.sched_getaffinity(0)), _MAX_BY_DEFAULT) if sys.platform == "linux" else 1


@contextmanager
def run_clauses_in_processes(
    target: SimulatorTarget, data: TestData, clauses: Iterable[Clause], verify_settings: VerifySettings, count: int
) -> Iterator[Iterator[Finding]]:
    """Check the clauses for DRS in several processes. The findings come in the order of ``run_clauses``.

    The processes are copies of this one, no more than there are clauses. They are made at the beginning, and end with
    the block.
    """
    ordered = order_clauses(clauses)
    checker = ClauseChecker(target, data, verify_settings)
    workers: list[_Worker] = []
    try:
        with _holding_interrupts():
            for _ in range(min(count, len(ordered))):
                workers.append(_Worker(checker, ordered, [each.pipe for each in workers]))
        yield judge_calls(_check_all(workers, ordered))
    finally:
        for worker in workers:
            worker.end()


@contextmanager
def _holding_interrupts() -> Iterator[None]:
    """Let Ctrl-C wait: Python loses one that comes while a process is copied."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Result(NamedTuple):
    """What a process sends: all but the clause, of which both sides have their own."""

    finding: dict[str, Any]
    http_breach: Exchange | None


class _Worker:
    """A process that checks one clause after the other.

    Args:
        checker: Checks them.
        clauses: All clauses of the run.
        others: The pipes to the processes that are there already.
    """

    def __init__(self, checker: ClauseChecker, clauses: Sequence[Clause], others: Sequence[Connection]) -> None:
        self.pipe, there = connection.Pipe()
        arguments = (there, [*others, self.pipe], checker, clauses)
        self._process = get_context("fork").Process(target=_work, args=arguments, daemon=True)
        self._process.start()
        there.close()

    def end(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.join()
        self.pipe.close()


def _work(pipe: Connection, inherited: Sequence[Connection], checker: ClauseChecker, clauses: Sequence[Clause]) -> None:
    """Check the clauses whose numbers come. Ctrl-C is for the first process, which ends this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Held by the first process alone, they tell when it has been killed.
    for each in inherited:
        each.close()
    names = [each.name for each in fields(Finding) if each.name != "clause"]
    with suppress(EOFError, OSError):
        while True:
            number = pipe.recv()
            checked = checker.check(number, clauses[number])
            pipe.send(_Result({name: getattr(checked.finding, name) for name in names}, checked.http_breach))


def _check_all(workers: Sequence[_Worker], clauses: Sequence[Clause]) -> Iterator[Checked]:
    """Give each process a clause whenever it has none, and yield what they find in the order of the clauses."""
    waiting = iter(range(len(clauses)))
    busy: dict[Connection, int] = {}
    results: dict[int, _Result | None] = {}

    def give_next(pipe: Connection) -> None:
        number = next(waiting, None)
        if number is not None:
            busy[pipe] = number
            # If the process has ended, its pipe tells.
            with suppress(OSError):
                pipe.send(number)

    for worker in workers:
        give_next(worker.pipe)
    for number, clause in enumerate(clauses):
        while number not in results and busy:
            for pipe in connection.wait(list(busy)):
                assert isinstance(pipe, Connection)
                ended = busy.pop(pipe)
                try:
                    results[ended] = pipe.recv()
                except (EOFError, OSError):
                    results[ended] = None
                else:
                    give_next(pipe)
        result = results.pop(number, None)
        if result is None:
            yield Checked(Finding(clause, Outcome.INCONCLUSIVE, "the process that checked it has ended"))
        else:
            yield Checked(Finding(clause, **result.finding), result.http_breach)
