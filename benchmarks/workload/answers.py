"""The simulator's own answers, for peers that give them out as they are."""

from __future__ import annotations

from drs_simulator import Simulator

from benchmarks.workload.bodies import CLOCK, PROFILE, Step, open_session
from benchmarks.workload.calling import Caller, booking_in, filled_in, opened

OPEN_SESSION = "openSession"


def sample_answers() -> dict[str, str]:
    """An answer to each operation of the workload, by the operation's name."""
    simulator = Simulator(PROFILE, clock=CLOCK, seed=1)
    call = Caller(simulator.wsgi, simulator.path)
    bodies = opened(call)
    number = "30000001"
    created = call(filled_in(bodies.create[0], number))
    return {
        OPEN_SESSION: call(open_session()),
        Step.AVAILABILITY: call(filled_in(bodies.availability[0], number)),
        Step.CREATE: created,
        Step.SCHEDULE: call(filled_in(bodies.schedule[0], number, booking_in(created))),
        Step.SELECT: call(filled_in(bodies.select, number)),
        Step.DELETE: call(filled_in(bodies.delete, number)),
    }
