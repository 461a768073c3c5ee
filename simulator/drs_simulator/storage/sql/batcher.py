"""One thread does for all threads that wait meanwhile what costs the same for one as for many."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Generic, TypeVar

_Work = TypeVar("_Work")
_Answer = TypeVar("_Answer")


class Job(Generic[_Work, _Answer]):
    """What one thread wants done. Its answer, or an error, ends the wait.

    Args:
        work: What is wanted.
    """

    def __init__(self, work: _Work) -> None:
        self.work = work
        self.is_done = False
        self._answers: list[_Answer] = []
        self._error: BaseException | None = None
        self._gate = Lock()
        self._gate.acquire()

    def answer(self, answer: _Answer) -> None:
        """Give the answer to the thread that waits."""
        self._answers.append(answer)
        self._end()

    def fail(self, error: BaseException) -> None:
        """Raise the error in the thread that waits."""
        self._error = error
        self._end()

    def result(self) -> _Answer:
        """Return the answer, or raise the error. The job has to be done."""
        if self._error is not None:
            raise self._error
        return self._answers[0]

    def wait(self) -> None:
        """Wait until the job is done, or its thread has to do the jobs."""
        self._gate.acquire()

    def wake(self) -> None:
        """Let its thread go on."""
        self._gate.release()

    def _end(self) -> None:
        self.is_done = True
        self.wake()


class Batcher(Generic[_Work, _Answer]):
    """Lets one thread at a time do the jobs of all threads that wait; those that come later wait for the next one.

    Args:
        do: Does jobs. It is given a function that takes the jobs that wait at that moment, oldest first, and answers
            or fails each of them. What it raises, all threads get whose jobs are not done.
        max_jobs: How many are taken at once.
    """

    def __init__(self, do: Callable[[Callable[[], Sequence[Job[_Work, _Answer]]]], None], max_jobs: int) -> None:
        self._do = do
        self._max_jobs = max_jobs
        self._guard = Lock()
        self._waiting: deque[Job[_Work, _Answer]] = deque()
        self._taken: list[Job[_Work, _Answer]] = []
        self._is_busy = False

    def submit(self, work: _Work) -> _Answer:
        """Have the work done, by this thread or by another, and return its answer."""
        job: Job[_Work, _Answer] = Job(work)
        with self._guard:
            self._waiting.append(job)
            must_wait, self._is_busy = self._is_busy, True
        if must_wait:
            job.wait()
        if not job.is_done:
            try:
                self._do(self._take)
            except BaseException as error:
                self._take()
                for each in self._taken:
                    if not each.is_done:
                        each.fail(error)
            finally:
                self._taken = []
                self._pass_on()
        return job.result()

    def _take(self) -> Sequence[Job[_Work, _Answer]]:
        with self._guard:
            jobs = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._max_jobs))]
        self._taken += jobs
        return jobs

    def _pass_on(self) -> None:
        """Let the thread that has waited longest do the jobs that wait now."""
        with self._guard:
            self._is_busy = bool(self._waiting)
            if self._waiting:
                self._waiting[0].wake()
