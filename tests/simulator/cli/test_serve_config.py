"""How many threads ``serve`` has, unless it is told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from drs_simulator import load_profile
from drs_simulator.cli.serve_config import ServeConfig

ONE = ServeConfig(load_profile("lincoln"))


@pytest.mark.parametrize(
    ("config", "threads"),
    [
        (ONE, 1),
        (replace(ONE, state="sqlite:///drs.db"), 16),
        (replace(ONE, state="sqlite:///drs.db", workers=2), 16),
        (replace(ONE, scenario="Slow days"), 32),
        (replace(ONE, scenario="Slow days", state="sqlite:///drs.db"), 32),
        (replace(ONE, scenario="Slow days", state="sqlite:///drs.db", workers=2), 32),
        (replace(ONE, threads=7, state="sqlite:///drs.db", workers=2), 7),
    ],
    ids=[
        "memory",
        "a database",
        "several workers",
        "a scenario",
        "a scenario with a database",
        "a scenario for several workers",
        "as told",
    ],
)
def test_threads_follow_from_what_is_served(config: ServeConfig, threads: int) -> None:
    assert config.worker_threads == threads
