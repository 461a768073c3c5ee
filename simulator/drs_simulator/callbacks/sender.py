"""Posts confirmations to the council's service from a thread of its own, until each was received.

What is still to be posted is kept in the state with the time at which it is due, and not in a loop of this process:
so it outlives a restart, and several processes can share the work.
"""

from __future__ import annotations

import atexit
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from threading import Event, Thread
from time import perf_counter

from drs_simulator.callbacks.http_post import SECONDS_ALLOWED, PostResult, Receiver, post
from drs_simulator.callbacks.message import confirmation_message
from drs_simulator.clock import system_time
from drs_simulator.scheduling.model import Confirmation
from drs_simulator.scheduling.outbox import LeaseRequest, claim_next, mark_delivered, retry_later
from drs_simulator.scheduling.scheduler import Scheduler

_FIRST_PAUSE = timedelta(seconds=0.5)
_LONGEST_PAUSE = timedelta(minutes=5)
_DOUBLINGS = 10
# For so long others leave alone what one of them posts: longer than posting can usually take.
_LEASE = timedelta(seconds=4 * SECONDS_ALLOWED)
# Another process may have died and left something to be posted.
_LOOK_AT_LEAST_EVERY = timedelta(seconds=5)
_STOP_WITHIN_SECONDS = 2.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One posting of a confirmation.

    Args:
        confirmation: What was posted, with how often that has been tried.
        message: Its bytes.
        receiver: To whom.
        answer: What that said.
        again_after: When it is posted again; ``None`` where it was received.
        duration: How many seconds it took.
    """

    confirmation: Confirmation
    message: bytes
    receiver: Receiver
    answer: PostResult
    again_after: timedelta | None
    duration: float


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: half a second, then twice as long every time, up to five minutes."""
    return min(_FIRST_PAUSE * (1 << min(attempts - 1, _DOUBLINGS)), _LONGEST_PAUSE)


class ConfirmationSender:
    """Posts what is due, oldest first, and never gives up: every confirmation is delivered at least once.

    Args:
        receiver: The council's service.
        zone: The time zone of the dates that it is told.
        told: Is told of every attempt.
        system_time: Returns system time.
    """

    def __init__(
        self,
        receiver: Receiver,
        zone: tzinfo,
        told: Callable[[Attempt], object],
        system_time: Callable[[], datetime] = system_time,
    ) -> None:
        self._receiver = receiver
        self._zone = zone
        self._told = told
        self._system_time = system_time
        self._awake = Event()
        self._stopped = Event()
        self._thread: Thread | None = None

    def wake(self) -> None:
        """There is something to post."""
        self._awake.set()

    def start(self, scheduler: Scheduler) -> None:
        """Post what is due from now on, until this is stopped or the process ends."""
        if self._thread is None:
            self._stopped = Event()
            self._thread = Thread(target=self._run, args=(scheduler, self._stopped), name="confirmations", daemon=True)
            self._thread.start()
            atexit.register(self.stop)

    def stop(self) -> None:
        """Post no more, and wait a little for the answer to what is being posted. Nothing is lost by that."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._stopped.set()
            self.wake()
            thread.join(_STOP_WITHIN_SECONDS)
            atexit.unregister(self.stop)

    def _run(self, scheduler: Scheduler, stopped: Event) -> None:
        while not stopped.is_set():
            self._awake.clear()
            try:
                pause = self.post_next(scheduler)
            except Exception:
                # A database that is away for a while must not end the posting.
                _log.exception("Confirmations cannot be posted at present")
                pause = _LOOK_AT_LEAST_EVERY
            if pause and not stopped.is_set():
                self._awake.wait(pause.total_seconds())

    def post_next(self, scheduler: Scheduler) -> timedelta:
        """Post what is due, one confirmation at most; how long to wait before the next can be."""
        now = self._system_time()
        turn = scheduler.run_as_system(claim_next, LeaseRequest(now, now + _LEASE))
        if turn.confirmation is None:
            left = _LOOK_AT_LEAST_EVERY if turn.next_due is None else turn.next_due - now
            return min(max(left, timedelta(0)), _LOOK_AT_LEAST_EVERY)
        self._post(turn.confirmation, scheduler)
        return timedelta(0)

    def _post(self, confirmation: Confirmation, scheduler: Scheduler) -> None:
        message = confirmation_message(confirmation, self._zone)
        started = perf_counter()
        answer = post(self._receiver.url, message)
        duration = perf_counter() - started
        again_after = None if answer.received else pause_after(confirmation.attempts)
        if again_after is None:
            scheduler.run_as_system(mark_delivered, confirmation)
        else:
            scheduler.run_as_system(retry_later, replace(confirmation, due=self._system_time() + again_after))
        self._told(Attempt(confirmation, message, self._receiver, answer, again_after, duration))
