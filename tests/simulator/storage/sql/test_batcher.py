"""One thread does the work of all that wait, each thread gets its own answer, and an error reaches who needs it."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event, get_ident, main_thread
from time import sleep

import pytest
from drs_simulator.storage.sql.batcher import Batcher, Submission

Take = Callable[[], Sequence[Submission[int, int]]]
THREADS = 16


def take_all(take: Take) -> list[Sequence[Submission[int, int]]]:
    """Take jobs until those of all threads have come."""
    taken: list[Sequence[Submission[int, int]]] = []
    while sum(map(len, taken)) < THREADS:
        taken.append(take())
    return taken


def wait_until_waiting(threads: int) -> None:
    """Return when that many threads wait for their answers."""
    while sum(frame.f_code is Submission.wait.__code__ for frame in sys._current_frames().values()) < threads:
        sleep(0.001)


def double(take: Take) -> None:
    """Do the jobs that wait."""
    for job in take():
        job.answer(2 * job.work)


def test_one_thread_does_the_jobs_of_all() -> None:
    threads = set()

    def double_all(take: Take) -> None:
        threads.add(get_ident())
        for jobs in take_all(take):
            for job in jobs:
                job.answer(2 * job.work)

    with ThreadPoolExecutor(THREADS) as pool:
        assert list(pool.map(Batcher(double_all, THREADS).submit, range(THREADS))) == [2 * n for n in range(THREADS)]
    assert len(threads) == 1


def test_every_thread_gets_its_own_answers() -> None:
    with ThreadPoolExecutor(THREADS) as pool:
        assert list(pool.map(Batcher(double, 5).submit, range(2000))) == [2 * n for n in range(2000)]


def test_no_more_jobs_are_done_at_once_than_the_limit() -> None:
    sizes: list[int] = []

    def double_all(take: Take) -> None:
        if not sizes:
            wait_until_waiting(THREADS - 1)
        jobs = [*take(), *take()]
        sizes.append(len(jobs))
        for job in jobs:
            job.answer(2 * job.work)

    with ThreadPoolExecutor(THREADS) as pool:
        assert sum(pool.map(Batcher(double_all, 3).submit, range(THREADS))) == sum(2 * n for n in range(THREADS))
    assert max(sizes) == 3


def test_a_job_that_fails_fails_for_its_thread_only() -> None:
    def double_even(take: Take) -> None:
        for jobs in take_all(take):
            for job in jobs:
                if job.work % 2:
                    job.fail(ValueError(f"{job.work} is odd"))
                else:
                    job.answer(2 * job.work)

    batcher = Batcher(double_even, THREADS)
    with ThreadPoolExecutor(THREADS) as pool:
        asked = [pool.submit(batcher.submit, number) for number in range(THREADS)]
    for number, each in enumerate(asked):
        if number % 2:
            with pytest.raises(ValueError, match=f"^{number} is odd$"):
                each.result()
        else:
            assert each.result() == 2 * number


def test_an_error_reaches_all_threads_that_wait_and_no_later_one() -> None:
    is_broken = True

    def break_off(take: Take) -> None:
        if not is_broken:
            return double(take)
        (first, *_), *_ = (jobs for jobs in take_all(take) if jobs)
        first.answer(-1)
        raise ConnectionError("the database is gone")

    batcher = Batcher(break_off, THREADS)
    with ThreadPoolExecutor(THREADS) as pool:
        asked = [pool.submit(batcher.submit, number) for number in range(THREADS)]
    errors = [each.exception() for each in asked]
    assert [str(error) for error in errors if error is not None] == ["the database is gone"] * (THREADS - 1)
    is_broken = False
    assert batcher.submit(4) == 8


def test_an_error_before_any_job_is_taken_reaches_its_thread() -> None:
    def break_off(_: Take) -> None:
        raise ConnectionError("the database is gone")

    with pytest.raises(ConnectionError, match="the database is gone"):
        Batcher(break_off, THREADS).submit(1)


def test_a_thread_that_is_interrupted_holds_up_no_other() -> None:
    has_begun, may_end = Event(), Event()
    done: list[int] = []

    def wait_and_double(take: Take) -> None:
        taken = take()
        has_begun.set()
        may_end.wait()
        for each in taken:
            done.append(each.work)
            each.answer(2 * each.work)

    batcher = Batcher(wait_and_double, THREADS)

    def interrupt() -> None:
        main = main_thread().ident
        assert main is not None
        wait_until_waiting(1)
        signal.pthread_kill(main, signal.SIGINT)

    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(batcher.submit, 1)
        has_begun.wait()
        interrupted = pool.submit(interrupt)
        try:
            with pytest.raises(KeyboardInterrupt):
                batcher.submit(2)
            interrupted.result()
        finally:
            may_end.set()
        assert first.result(timeout=20) == 2
        assert pool.submit(batcher.submit, 3).result(timeout=20) == 6
    assert done == [1, 3]
