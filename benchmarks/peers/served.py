"""Applications that the simulator's own server serves, at its settings: what HTTP costs, and what plain Spyne does.

``python -m benchmarks.peers.served PORT FILE`` serves the bytes of a file, without a file plain Spyne.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from drs_simulator.http.servers.granian_server import ServerConfig, serve

from benchmarks.peers.peer import Peer
from benchmarks.peers.plain_spyne import plain_spyne
from benchmarks.peers.simulator import SIMULATOR, WITHOUT_JOURNAL
from benchmarks.peers.static_bytes import static_bytes
from benchmarks.workload.answers import sample_answers
from benchmarks.workload.bodies import Step, Workload

PLAIN_SPYNE = "plain Spyne"
STATIC_BYTES = "static bytes"

_SERVE = [sys.executable, "-m", "benchmarks.peers.served"]


def served() -> list[Peer]:
    """Plain Spyne and the floor. Neither keeps a journal; the floor is held beside the simulator without one."""
    availability = frozenset({Workload.AVAILABILITY})
    return [
        Peer(
            PLAIN_SPYNE,
            "Spyne with default settings on the simulator's server: reads the request, writes a six-day answer",
            _spyne,
            availability,
            SIMULATOR,
            stands_alone=False,
        ),
        Peer(
            STATIC_BYTES,
            "the floor: a WSGI application on the simulator's server that reads the body and answers with fixed bytes",
            _static,
            availability,
            WITHOUT_JOURNAL,
            stands_alone=False,
        ),
    ]


def _static(port: int, folder: Path) -> list[str]:
    file = folder / "answer.xml"
    file.write_text(sample_answers()[Step.AVAILABILITY], encoding="utf-8")
    return [*_SERVE, str(port), str(file)]


def _spyne(port: int, folder: Path) -> list[str]:
    del folder
    return [*_SERVE, str(port)]


def main(port: str, *file: str) -> None:
    """Serve an application until SIGTERM: the bytes of the file, or plain Spyne where there is none."""
    load = partial(static_bytes, Path(file[0]).read_bytes()) if file else plain_spyne
    serve(load, ServerConfig("127.0.0.1", int(port)), when_up=lambda _: None)


if __name__ == "__main__":
    main(*sys.argv[1:])
