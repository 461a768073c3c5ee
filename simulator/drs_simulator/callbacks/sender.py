"""Posts messages to the council's service from a thread of its own, until each is received.

Messages that have not been received are in the state, with the time at which they are due. So they outlive a restart,
and several processes can share the work.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from threading import Event, Thread
from time import perf_counter

from drs_simulator.callbacks.http_post import SECONDS_ALLOWED, PostResult, Receiver, post
from drs_simulator.callbacks.interval import check_interval
from drs_simulator.callbacks.message import OPERATIONS, write_message
from drs_simulator.clock import system_time
from drs_simulator.process_end import call_at_end
from drs_simulator.scheduling.model import Confirmation, PushKind
from drs_simulator.scheduling.outbox import (
    AT_ONCE,
    LeaseRequest,
    claim_next,
    mark_delivered,
    retry_later,
    until_next_run,
)
from drs_simulator.scheduling.scheduler import Scheduler

_FIRST_PAUSE = timedelta(seconds=0.5)
_MAX_PAUSE = timedelta(minutes=5)
_MAX_DOUBLINGS = 10
# Other processes leave a message alone for so long: longer than posting can usually take.
_LEASE = timedelta(seconds=4 * SECONDS_ALLOWED)
# Another process may have died and left a message behind.
_MAX_WAIT = timedelta(seconds=5)
# With a rhythm, the simulator's clock is looked at so often: it may have been moved.
_MAX_WAIT_FOR_RUN = timedelta(seconds=0.25)
_STOP_WITHIN_SECONDS = 2.0
_REPORTS = {
    PushKind.CONFIRMATION: "how booking {id} is planned",
    PushKind.COMPLETION: "that booking {id} is completed",
    PushKind.CANCELLATION: "that booking {id} is deleted",
}
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One posting of a message.

    Args:
        confirmation: What was posted, with the number of attempts so far.
        message: Its bytes.
        receiver: Where it was posted to.
        answer: The answer.
        again_after: How long it is until it is posted again; ``None`` if it was received.
        by_simulators_clock: Whether that is measured by the simulator's clock.
        duration: How many seconds it took.
    """

    confirmation: Confirmation
    message: bytes
    receiver: Receiver
    answer: PostResult
    again_after: timedelta | None
    by_simulators_clock: bool
    duration: float

    @property
    def operation(self) -> str:
        """The name of the message."""
        return OPERATIONS[self.confirmation.kind]

    def describe(self) -> str:
        """What was posted, whether it was received and when it is posted again, in sentences."""
        what = _REPORTS[self.confirmation.kind].format(id=self.confirmation.booking.id)
        opening = f"DRS sent this itself, to tell {what} (attempt {self.confirmation.attempts})."
        if self.again_after is None:
            return f"{opening} The service has received it."
        reason = self.answer.failure or f"it answered HTTP {self.answer.status}, and only 2xx means received"
        again = f"in {self.again_after.total_seconds():g} seconds"
        if self.by_simulators_clock:
            again = f"at its next run, {again} by the simulator's clock"
        return f"{opening} The service has not received it: {reason}. DRS sends it again {again}."


def pause_after(attempts: int) -> timedelta:
    """How long to wait after that many attempts: half a second, then twice as long every time, up to five minutes."""
    return min(_FIRST_PAUSE * (1 << min(attempts - 1, _MAX_DOUBLINGS)), _MAX_PAUSE)


class ConfirmationSender:
    """Posts what is due, oldest first, and never gives up: every message is delivered at least once.

    Args:
        receiver: The council's service.
        zone: The time zone of the dates in messages.
        on_attempt: Called after every attempt.
        every: The time from one run of posting to the next, by the simulator's clock; 0 to post at once.
        now: Returns the system time in UTC.

    Raises:
        IntervalError: ``every`` is neither 0 nor from a second to a day.
    """

    def __init__(
        self,
        receiver: Receiver,
        zone: tzinfo,
        on_attempt: Callable[[Attempt], object],
        every: timedelta = AT_ONCE,
        now: Callable[[], datetime] = system_time,
    ) -> None:
        self._receiver = receiver
        self._zone = zone
        self._on_attempt = on_attempt
        self._every = check_interval(every)
        self._now = now
        self._awake = Event()
        self._stopped = Event()
        self._thread: Thread | None = None
        self._cancel_stop: Callable[[], object] | None = None

    def wake(self) -> None:
        """Look for a message now."""
        self._awake.set()

    def start(self, scheduler: Scheduler) -> None:
        """Post what is due from now on, until the sender is stopped or the process ends."""
        if self._thread is None:
            self._stopped = Event()
            self._thread = Thread(target=self._run, args=(scheduler, self._stopped), name="confirmations", daemon=True)
            self._thread.start()
            self._cancel_stop = call_at_end(self.stop)

    def stop(self) -> None:
        """Post no more, and wait a little for the answer to the message in flight. Nothing is lost by that."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._stopped.set()
            self.wake()
            thread.join(_STOP_WITHIN_SECONDS)
            if self._cancel_stop is not None:
                self._cancel_stop()

    def _run(self, scheduler: Scheduler, stopped: Event) -> None:
        while not stopped.is_set():
            self._awake.clear()
            try:
                pause = self.post_next(scheduler)
            except Exception:
                # A database that is away for a while must not end the thread.
                _log.exception("Callbacks cannot be posted at present")
                pause = _MAX_WAIT
            if pause and not stopped.is_set():
                self._awake.wait(pause.total_seconds())

    def post_next(self, scheduler: Scheduler) -> timedelta:
        """Post a message that is due, if there is one. Returns how long to wait before looking for the next."""
        now = self._now()
        lease = scheduler.run_as_system(claim_next, LeaseRequest(now, now + _LEASE, self._every))
        if lease.confirmation is not None:
            self._post(lease.confirmation, scheduler)
            return timedelta(0)
        if lease.next_due is None:
            return _MAX_WAIT
        return min(max(lease.next_due - now, timedelta(0)), _MAX_WAIT_FOR_RUN if self._every else _MAX_WAIT)

    def _post(self, confirmation: Confirmation, scheduler: Scheduler) -> None:
        message = write_message(confirmation, self._zone)
        started = perf_counter()
        answer = post(self._receiver, message)
        duration = perf_counter() - started
        again_after = None if answer.received else self._pause_after(confirmation)
        if again_after is None:
            scheduler.run_as_system(mark_delivered, confirmation)
        else:
            due = None if self._every else self._now() + again_after
            scheduler.run_as_system(retry_later, replace(confirmation, due=due))
        self._on_attempt(
            Attempt(confirmation, message, self._receiver, answer, again_after, bool(self._every), duration)
        )

    def _pause_after(self, confirmation: Confirmation) -> timedelta:
        if self._every and confirmation.tried is not None:
            return until_next_run(confirmation.tried, self._every)
        return pause_after(confirmation.attempts)
