"""The servers take turns: each is started, warmed up, driven and stopped, round after round."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.generators.generator import LoadGenerator, Reading, Task
from benchmarks.peers.peer import Peer, Running, running
from benchmarks.workload.bodies import Bodies, Workload, bodies_of

_WARM_UP_CONNECTIONS = 8
Point = tuple[Workload, int]
"""A workload, and over how many connections."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how often is measured.

    Args:
        seconds: At each point.
        warm_up_seconds: Before the first, for a server that compiles itself; others need a fifth of it.
        rounds: How many turns each server has.
    """

    seconds: float
    warm_up_seconds: float
    rounds: int
    connections: tuple[int, ...]

    def warm_up_of(self, peer: Peer) -> float:
        """How long that server is driven before the first point."""
        return self.warm_up_seconds if peer.compiles_itself else self.warm_up_seconds / 5


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn of a server showed."""

    start_up_seconds: float
    resident_mib: float
    readings: dict[Point, Reading]


@dataclass(frozen=True, slots=True)
class Measured:
    """A server's turns."""

    peer: Peer
    turns: tuple[Turn, ...]

    @property
    def points(self) -> tuple[Point, ...]:
        """Where it was measured."""
        return tuple(self.turns[0].readings)

    @property
    def start_up_seconds(self) -> float:
        """The median from start to first answer."""
        return median(turn.start_up_seconds for turn in self.turns)

    @property
    def resident_mib(self) -> float:
        """The median of the memory after a turn's load."""
        return median(turn.resident_mib for turn in self.turns)

    def at(self, point: Point, read: Callable[[Reading], float]) -> float:
        """The median of a figure at a point."""
        return median(read(turn.readings[point]) for turn in self.turns)


def measured(
    peers: Sequence[Peer], generator: LoadGenerator, plan: Plan, tell: Callable[[str], None]
) -> list[Measured]:
    """Measure all of them, in turn.

    Raises:
        RefusedError: A server did not come up, or did not answer a request with success.
    """
    turns: dict[str, list[Turn]] = {peer.name: [] for peer in peers}
    for number in range(1, plan.rounds + 1):
        for peer in peers:
            tell(f"round {number} of {plan.rounds}: {peer.name}")
            turns[peer.name].append(_turn(peer, generator, plan))
    return [Measured(peer, tuple(turns[peer.name])) for peer in peers]


def _turn(peer: Peer, generator: LoadGenerator, plan: Plan) -> Turn:
    with running(peer) as server:
        bodies = bodies_of(server.session)
        readings = {}
        for point, task in _tasks(peer, server, bodies, plan):
            reading = generator.run(task)
            if point is not None:
                readings[point] = reading
        return Turn(server.start_up_seconds, server.resident_mib(), readings)


def _tasks(peer: Peer, server: Running, bodies: Bodies, plan: Plan) -> Iterator[tuple[Point | None, Task]]:
    """Warming up, which is no point, and then every point. All that is asked is asked in warming up as well."""
    workloads = [workload for workload in Workload if workload in peer.workloads]
    for number, workload in enumerate(workloads):
        seconds = plan.warm_up_of(peer) / len(workloads)
        yield None, Task(server.url, bodies, workload, _WARM_UP_CONNECTIONS, seconds, f"7{number}")
    for number, point in enumerate((each, connections) for each in workloads for connections in plan.connections):
        yield point, Task(server.url, bodies, *point, plan.seconds, f"8{number}0")
