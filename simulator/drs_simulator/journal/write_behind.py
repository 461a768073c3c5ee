"""Writes to a shared database from a background thread, so that no call waits for it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event, Lock, Thread
from time import thread_time

from drs_simulator.process_end import call_at_end

_log = logging.getLogger(__name__)
_COLLECT_SECONDS = 0.5
_AFTER_FAILURE_SECONDS = 1.0
_STOP_WITHIN_SECONDS = 5
_WORK_SECONDS = 0.0001
_RESTS_OF_WORK = 5

Pause = Callable[[], None]
Job = Callable[[Pause], None]
"""Writes what there is, and calls its argument between pieces of work. Raises if it has to be done later."""


class WriteBehind:
    """Runs jobs within a second after they are asked for. Safe under threads.

    The thread works a sixth of the time, a tenth of a millisecond at once: threads of one process wait for each other.
    """

    def __init__(self) -> None:
        self._jobs: list[Job] = []
        self._running = Lock()
        self._starting = Lock()
        self._awake = Event()
        self._stopped = Event()
        self._thread: Thread | None = None
        self._cancel_stop: Callable[[], object] | None = None
        self._has_failed = False

    def add(self, job: Job) -> None:
        """Add a job."""
        self._jobs.append(job)

    def wake(self) -> None:
        """Run the jobs soon. Takes no time worth mentioning."""
        if not self._awake.is_set():
            self._awake.set()
            if self._thread is None:
                self._start()

    def flush(self) -> None:
        """Run the jobs now, in this thread. A failure is logged; the jobs run again later."""
        self._run_jobs(_do_not_pause)

    def stop(self, *, write: bool = True) -> None:
        """End the thread. ``wake`` starts it again.

        Args:
            write: Whether to run the jobs a last time; not if the database with all of it is gone.
        """
        if not write:
            self._jobs.clear()
        with self._starting:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._stopped.set()
            self._awake.set()
            thread.join(_STOP_WITHIN_SECONDS)
            if self._cancel_stop is not None:
                self._cancel_stop()
            self.flush()
            self._awake.clear()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._stopped = Event()
                thread = Thread(target=self._run, args=(self._stopped,), name="write-behind", daemon=True)
                thread.start()
                self._thread = thread
                self._cancel_stop = call_at_end(self.stop)

    def _run(self, stopped: Event) -> None:
        pause = _Pause(stopped)
        while not stopped.is_set():
            self._awake.wait()
            stopped.wait(_COLLECT_SECONDS)
            self._awake.clear()
            if not stopped.is_set() and not self._run_jobs(pause):
                self._awake.set()
                stopped.wait(_AFTER_FAILURE_SECONDS)

    def _run_jobs(self, pause: Pause) -> bool:
        """Run every job; returns whether all of them are done."""
        with self._running:
            failures = [failure for failure in (_try(job, pause) for job in self._jobs) if failure is not None]
            if failures and not self._has_failed:
                _log.error("The journal and the metrics cannot be written at present: %s", failures[0])
            elif self._has_failed and not failures:
                _log.warning("The journal and the metrics are written again")
            self._has_failed = bool(failures)
            return not failures


class _Pause:
    """Rests if the work since the last rest was long enough. Only the processor's time is work.

    Args:
        stopped: Ends the rest, and is followed by no other: then the process waits for the work.
    """

    def __init__(self, stopped: Event) -> None:
        self._stopped = stopped
        self._since = thread_time()

    def __call__(self) -> None:
        worked = thread_time() - self._since
        if worked > _WORK_SECONDS:
            self._stopped.wait(_RESTS_OF_WORK * worked)
            self._since = thread_time()


def _do_not_pause() -> None:
    """Go on at once."""


def _try(job: Job, pause: Pause) -> Exception | None:
    # Whatever it raises must not end the thread.
    try:
        job(pause)
    except Exception as error:
        return error
    return None
