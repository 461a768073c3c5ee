"""What is still to be told a council's service is kept with the state."""

from __future__ import annotations

import socket

from drs_contracts import Confirmations
from drs_simulator import Simulator

from tests.simulator.feeds.test_calling_back import CLOCK, booked, moved


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_what_nobody_received_outlives_the_simulator_and_is_sent_by_the_next(database: str) -> None:
    nobody = f"http://127.0.0.1:{free_port()}/"
    with Simulator("lincoln", clock=CLOCK, state=database, confirm_to=nobody) as drs:
        moved(drs, booked(drs), 1)
    with Confirmations() as listening, Simulator("lincoln", state=database, confirm_to=listening.url):
        (told,) = listening.wait_for(1)
        assert told["planningWindowStart"] == "2021-10-27T12:00:00"
