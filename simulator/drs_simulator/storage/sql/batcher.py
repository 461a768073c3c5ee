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
    """What one thread wants done, and what came of it.

    Args:
        work: What is wanted.
    """

    def __init__(self, work: _Work) -> None:
        self.work = work
        self.is_done = False
        self._answers: list[_Answer] = []
        self._error: BaseException | None = None

    def answer(self, answer: _Answer) -> None:
        """End it with an answer."""
        self._answers.append(answer)
        self.is_done = True

    def fail(self, error: BaseException) -> None:
        """End it with an error."""
        self._error = error
        self.is_done = True

    def result(self) -> _Answer:
        """Return the answer, or raise the error, once it is done."""
        if self._error is not None:
            raise self._error
        return self._answers[0]


class Batcher(Generic[_Work, _Answer]):
    """Lets one thread at a time do the work of all threads that wait; those that come later wait for their turn.

    Args:
        do: Does the work. It is given a function that takes what is submitted at that moment, oldest first, and answers
            or fails each of them. What it raises, all threads get whose work is not done.
        max_taken: How many are taken at once.
    """

    def __init__(
        self, do: Callable[[Callable[[], Sequence[Submission[_Work, _Answer]]]], None], max_taken: int
    ) -> None:
        self._do = do
        self._max_taken = max_taken
        self._turn = Lock()
        self._guard = Lock()
        self._waiting: deque[Submission[_Work, _Answer]] = deque()
        self._taken: list[Submission[_Work, _Answer]] = []

    def submit(self, work: _Work) -> _Answer:
        """Have the work done, by this thread or by another, and return its answer."""
        submitted: Submission[_Work, _Answer] = Submission(work)
        try:
            with self._guard:
                self._waiting.append(submitted)
            with self._turn:
                while not submitted.is_done:
                    self._do_all()
        finally:
            if not submitted.is_done:
                # This thread was interrupted, and wants nothing done any more.
                with self._guard, suppress(ValueError):
                    self._waiting.remove(submitted)
        return submitted.result()

    def _do_all(self) -> None:
        """Do what is submitted now. An error ends it, for all."""
        try:
            self._do(self._take)
        except BaseException as error:
            self._take()
            for each in self._taken:
                if not each.is_done:
                    each.fail(error)
        finally:
            self._taken = []

    def _take(self) -> Sequence[Submission[_Work, _Answer]]:
        with self._guard:
            taken = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._max_taken))]
        self._taken += taken
        return taken
