"""A simulator that serves, and clients for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from drs_client import DrsClient, RepairWorkflow
from drs_simulator import Simulator

NOW = "fixed@2021-10-22T12:20:59.555+01:00"


@pytest.fixture
def simulator() -> Simulator:
    """Lincoln's DRS, at the moment of Appendix B, without a socket."""
    return Simulator("lincoln", clock=NOW, seed=1)


@pytest.fixture
def client(simulator: Simulator) -> Iterator[DrsClient]:
    """A client of it."""
    with client_of(simulator) as client:
        yield client


@pytest.fixture
def repairs(simulator: Simulator, client: DrsClient) -> RepairWorkflow:
    """The workflow over that client."""
    return RepairWorkflow(client, now=simulator.clock.now)


def client_of(simulator: Simulator, **settings: object) -> DrsClient:
    """A client that calls the simulator in this process."""
    return DrsClient.for_simulator(simulator, **settings)
