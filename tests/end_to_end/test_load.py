"""Locust's residents look and book at a served simulator, as docs/load.md has them do."""

from __future__ import annotations

import csv
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from drs_simulator import Simulator

REPOSITORY = Path(__file__).parents[2]
LOCUST = Path(sys.prefix) / "load" / "bin" / "locust"
FAILED = 1

pytestmark = pytest.mark.skipif(not LOCUST.exists(), reason="Locust is not there; `make test` installs it apart")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def driven(drs: Simulator, folder: Path, **settings: str) -> tuple[subprocess.CompletedProcess[str], dict[str, int]]:
    """Residents of two processes, for some seconds: what Locust said, and how many calls there were by their names."""
    port = str(free_port())
    options = {
        "-f": str(REPOSITORY / "benchmarks" / "locustfile.py"),
        "--host": drs.url.removesuffix(drs.path),
        "--users": "8",
        "--spawn-rate": "8",
        "--run-time": "5s",
        "--stop-timeout": "20",
        "--processes": "2",
        "--expect-workers-max-wait": "60",
        "--master-bind-port": port,
        "--master-port": port,
        "--csv": str(folder / "residents"),
    }
    arguments = [part for option in options.items() for part in option]
    done = subprocess.run(
        [str(LOCUST), *arguments, "--headless", "--only-summary"],
        env={**os.environ, "DRS_FIRST_DAY": "2021-10-22", **settings},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    with (folder / "residents_stats.csv").open(encoding="utf-8", newline="") as table:
        return done, {row["Name"]: int(row["Request Count"]) for row in csv.DictReader(table)}


def test_residents_of_several_processes_book(tmp_path: Path) -> None:
    with Simulator("lincoln", clock="fixed@2021-10-22T12:20") as drs:
        done, calls = driven(drs, tmp_path)
        kept = drs.scheduler.counts()
    assert done.returncode == 0, done.stdout + done.stderr
    assert calls["checkAvailability"] >= calls["createOrder"] > 0
    assert calls["scheduleBooking"] > 0
    assert kept["orders"] == calls["createOrder"] - calls.get("deleteOrder", 0)


def test_what_drs_refuses_is_a_failure_in_its_own_words(tmp_path: Path) -> None:
    with Simulator("lincoln") as drs:
        done, _ = driven(drs, tmp_path, DRS_PASSWORD="wrong")
        refusal = drs.profile.messages.login_refused
    assert done.returncode == FAILED
    assert refusal in done.stdout + done.stderr
