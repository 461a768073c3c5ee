"""The simulator, as ``drs-simulator serve`` starts it."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from benchmarks.peers.peer import Peer
from benchmarks.workload.bodies import CLOCK, LOGIN, PASSWORD, PROFILE, Workload

SIMULATOR = "simulator"
WITHOUT_JOURNAL = "simulator, no journal"

_SERVE = [sys.executable, "-c", "from drs_simulator.cli import main; main()", "serve"]
_SETTINGS = ["--profile", PROFILE, "--clock", CLOCK, "--login", LOGIN, "--password", PASSWORD]


def simulators() -> list[Peer]:
    """With its journal, as it comes, and without."""
    everything = frozenset(Workload)
    return [
        Peer(SIMULATOR, "`drs-simulator serve`, as it comes", partial(_command, []), everything, SIMULATOR),
        Peer(
            WITHOUT_JOURNAL,
            "`drs-simulator serve --journal 0`",
            partial(_command, ["--journal", "0"]),
            everything,
            WITHOUT_JOURNAL,
        ),
    ]


def _command(options: list[str], port: int, folder: Path) -> list[str]:
    del folder
    return [*_SERVE, "--port", str(port), *_SETTINGS, *options]
