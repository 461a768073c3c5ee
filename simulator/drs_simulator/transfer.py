"""State from one DRS to another: everything that it would go on from, as a document."""

from __future__ import annotations

from random import Random

from drs_simulator.clock import Clock
from drs_simulator.scheduling.call import Call
from drs_simulator.scheduling.scheduler import Scheduler
from drs_simulator.scheduling.snapshot import SnapshotError, put_snapshot, take_snapshot
from drs_simulator.state.document import StateDocument


def exported(scheduler: Scheduler, clock: Clock, random: Random) -> StateDocument:
    """The state as it is at one moment: clock, sessions with their ids, orders and bookings."""

    def told(call: Call, request: None) -> StateDocument:
        return StateDocument.of(scheduler.profile.name, clock.mode, random, take_snapshot(call, request))

    return scheduler.perform_unasked(told, None)


def imported(document: StateDocument, scheduler: Scheduler, clock: Clock, random: Random) -> None:
    """Put the document's state in place of what is there, all of it or nothing.

    Raises:
        SnapshotError: The document is not in order, or of another installation.
        ClockError: Its clock would read a time out of range.
    """
    profile = scheduler.profile

    def put(call: Call, document: StateDocument) -> None:
        if document.profile != profile.name:
            raise SnapshotError([f"profile: is '{document.profile}', and this installation is '{profile.name}'"])
        put_snapshot(call, document.snapshot(profile.zone))
        document.restore(random)

    mode = document.clock.mode
    scheduler.perform_unasked(put, document)
    clock.mode = mode
