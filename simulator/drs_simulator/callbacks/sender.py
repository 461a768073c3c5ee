"""Posts confirmations to the council's service from a background thread until each is received.

Confirmations that are not received yet are in the state, each with the time at which it is due. So they survive a
restart, and several processes can share the work.
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
# How long other processes leave a confirmation to the one that posts it: longer than posting usually takes.
_LEASE = timedelta(seconds=4 * SECONDS_ALLOWED)
# Another process may have ended before it posted a confirmation.
_CHECK_EVERY = timedelta(seconds=5)
_STOP_WITHIN_SECONDS = 2.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One posting of a confirmation.

    Args:
        confirmation: The confirmation, with its number of attempts.
        message: The bytes that were posted.
        receiver: The service that they were posted to.
        answer: The service's answer.
        again_after: The pause before the next attempt; ``None`` if it was received.
        duration: The duration of this attempt, in seconds.
    """

    confirmation: Confirmation
    message: bytes
    receiver: Receiver
    answer: PostResult
    again_after: timedelta | None
    duration: float


def pause_after(attempts: int) -> timedelta:
    """Return the pause after a number of attempts: half a second, then twice as long each time, up to five minutes."""
    return min(_FIRST_PAUSE * (1 << min(attempts - 1, _DOUBLINGS)), _LONGEST_PAUSE)


class ConfirmationSender:
    """Posts confirmations that are due, oldest first, without limit: each is delivered one or more times.

    Args:
        receiver: The council's service.
        zone: The time zone of the dates in the messages.
        on_attempt: Called after every attempt.
        now: Returns the system time in UTC.
    """

    def __init__(
        self,
        receiver: Receiver,
        zone: tzinfo,
        on_attempt: Callable[[Attempt], object],
        now: Callable[[], datetime] = system_time,
    ) -> None:
        self._receiver = receiver
        self._zone = zone
        self._on_attempt = on_attempt
        self._now = now
        self._awake = Event()
        self._stopped = Event()
        self._thread: Thread | None = None

    def wake(self) -> None:
        """Check at once for confirmations to post."""
        self._awake.set()

    def start(self, scheduler: Scheduler) -> None:
        """Start posting until ``stop`` or the end of the process. Does nothing if it is running."""
        if self._thread is None:
            self._stopped = Event()
            self._thread = Thread(target=self._run, args=(scheduler, self._stopped), name="confirmations", daemon=True)
            self._thread.start()
            atexit.register(self.stop)

    def stop(self) -> None:
        """Stop posting, and wait up to two seconds for an answer that is outstanding. No confirmation is lost."""
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
                # A database that is unreachable for a while must not end the thread.
                _log.exception("Confirmations cannot be posted now; trying again")
                pause = _CHECK_EVERY
            if pause and not stopped.is_set():
                self._awake.wait(pause.total_seconds())

    def post_next(self, scheduler: Scheduler) -> timedelta:
        """Post one confirmation if one is due, and return how long to wait before the next check."""
        now = self._now()
        lease = scheduler.run_as_system(claim_next, LeaseRequest(now, now + _LEASE))
        if lease.confirmation is None:
            pause = _CHECK_EVERY if lease.next_due is None else lease.next_due - now
            return min(max(pause, timedelta(0)), _CHECK_EVERY)
        self._post(lease.confirmation, scheduler)
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
            scheduler.run_as_system(retry_later, replace(confirmation, due=self._now() + again_after))
        self._on_attempt(Attempt(confirmation, message, self._receiver, answer, again_after, duration))
