"""One thread does for all threads that wait meanwhile what costs the same for one as for many."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Lock
from typing import Generic, TypeVar

_Work = TypeVar("_Work")
_Answer = TypeVar("_Answer")


class Submission(Generic[_Work, _Answer]):
    """What one thread wants done. Its answer, or an error, ends the wait.

    Args:
        work: What is wanted.
    """

    def __init__(self, work: _Work) -> None:
        self.work = work
        self.is_done = False
        self.is_awake = False
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
        """Return the answer, or raise the error, once it is done."""
        if self._error is not None:
            raise self._error
        return self._answers[0]

    def wait(self) -> None:
        """Wait until it is done, or its thread has to do the work of all that wait."""
        self._gate.acquire()

    def wake(self) -> None:
        """Let its thread go on."""
        self.is_awake = True
        self._gate.release()

    def _end(self) -> None:
        self.is_done = True
        self.wake()


class Batcher(Generic[_Work, _Answer]):
    """Lets one thread at a time do the work of all threads that wait; those that come later wait for the next one.

    Args:
        do: Does the work. It is given a function that takes what is submitted at that moment, oldest first, and answers
            or fails each of them. What it raises, all threads get whose work is not done.
        max_taken: How many are done at once.
    """

    def __init__(
        self, do: Callable[[Callable[[], Sequence[Submission[_Work, _Answer]]]], None], max_taken: int
    ) -> None:
        self._do = do
        self._max_taken = max_taken
        self._guard = Lock()
        self._waiting: deque[Submission[_Work, _Answer]] = deque()
        self._taken: list[Submission[_Work, _Answer]] = []
        self._is_busy = False

    def submit(self, work: _Work) -> _Answer:
        """Have the work done, by this thread or by another, and return its answer."""
        submitted: Submission[_Work, _Answer] = Submission(work)
        with self._guard:
            self._waiting.append(submitted)
            must_wait, self._is_busy = self._is_busy, True
        if must_wait:
            self._wait(submitted)
        if not submitted.is_done:
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
        return submitted.result()

    def _wait(self, submitted: Submission[_Work, _Answer]) -> None:
        """Wait; a thread that is interrupted leaves its place, so that no other one waits for it."""
        try:
            submitted.wait()
        except BaseException:
            with self._guard:
                with suppress(ValueError):
                    self._waiting.remove(submitted)
                must_pass_on = submitted.is_awake and not submitted.is_done
            if must_pass_on:
                self._pass_on()
            raise

    def _take(self) -> Sequence[Submission[_Work, _Answer]]:
        with self._guard:
            left = self._max_taken - len(self._taken)
            taken = [self._waiting.popleft() for _ in range(min(len(self._waiting), left))]
        self._taken += taken
        return taken

    def _pass_on(self) -> None:
        """Let the thread that has waited longest do the work of all that wait now."""
        with self._guard:
            self._is_busy = bool(self._waiting)
            if self._waiting:
                self._waiting[0].wake()
