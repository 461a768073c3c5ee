"""Checks the clauses in several processes, each with a copy of the target: for a simulator in this process."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import fields
from multiprocessing.process import BaseProcess
from typing import Any, NamedTuple

from drs_contracts.clauses.clause import Clause
from drs_contracts.driver.driver import TestData
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


def count_usable_cpus() -> int:
    """Count the CPUs on which processes can share the clauses: 1 where a process cannot be copied safely."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1


@contextmanager
def run_clauses_in_processes(
    target: SimulatorTarget, data: TestData, clauses: Iterable[Clause], verify_settings: VerifySettings, count: int
) -> Iterator[Iterator[Finding]]:
    """Check the clauses for DRS in so many processes. The findings come in the order of ``run_clauses``.

    The processes are copies of this one. They are made at the beginning, and end with the block.
    """
    ordered = order_clauses(clauses)
    run = _Run(ClauseChecker(target, data, verify_settings), ordered)
    others = multiprocessing.active_children()
    pool = ProcessPoolExecutor(count, multiprocessing.get_context("fork"), _start, (run,))
    checks: list[Future[_Result]] = []
    processes: list[BaseProcess] = []
    try:
        with _holding_interrupts():
            checks += [pool.submit(_check, number) for number in range(len(ordered))]
            processes += [each for each in multiprocessing.active_children() if each not in others]
        yield judge_calls(map(_wait_for, ordered, checks))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        if not all(each.done() for each in checks):
            for process in processes:
                process.terminate()


class _Run(NamedTuple):
    checker: ClauseChecker
    clauses: Sequence[Clause]


class _Result(NamedTuple):
    """What can be sent between processes: all but the clause, of which both have their own."""

    finding: dict[str, Any]
    http_breach: Exchange | None


@contextmanager
def _holding_interrupts() -> Iterator[None]:
    """Let Ctrl-C wait: Python loses one that comes while a process is copied."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_runs: list[_Run] = []
"""The run of a process that checks clauses."""


def _start(run: _Run) -> None:
    """Begin a process. Ctrl-C is for the first one, which ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _runs.append(run)


def _check(number: int) -> _Result:
    (run,) = _runs
    checked = run.checker.check(number, run.clauses[number])
    found = checked.finding
    return _Result(
        {each.name: getattr(found, each.name) for each in fields(found) if each.name != "clause"}, checked.http_breach
    )


def _wait_for(clause: Clause, check: Future[_Result]) -> Checked:
    try:
        finding, http_breach = check.result()
    except BrokenProcessPool:
        return Checked(Finding(clause, Outcome.INCONCLUSIVE, "the process that checked it has ended"))
    return Checked(Finding(clause, **finding), http_breach)
