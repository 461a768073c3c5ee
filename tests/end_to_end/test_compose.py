"""compose.yaml is brought up as its first lines say. Where ``DRS_COMPOSE`` names docker compose or podman-compose only.

The command is all that differs between engines; whether PostgreSQL is waited for or the simulator tries again is not
seen from here.
"""

from __future__ import annotations

import os
import shlex
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import requests
from drs_client import DrsClient, RepairWorkflow

COMPOSE = shlex.split(os.environ.get("DRS_COMPOSE", ""))
PROJECT = "drs-of-the-tests"
PASSWORD = "of-the-tests"
JOB = ("3670010", "N373049", "Priority 20 Days")
BUILDING_SECONDS, STARTING_SECONDS = 900, 120

pytestmark = pytest.mark.skipif(
    not COMPOSE, reason="DRS_COMPOSE names no compose command; to build an image takes one, and a network"
)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


class Project:
    """What compose.yaml brings up, at a free port of this machine."""

    def __init__(self) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"

    def run(self, *arguments: str, password: str = PASSWORD) -> subprocess.CompletedProcess[str]:
        told: Mapping[str, str] = {**os.environ, "DRS_PASSWORD": password, "DRS_PUBLISHED_PORT": str(self.port)}
        command = [*COMPOSE, "--project-name", PROJECT, "--profile", "postgres", *arguments]
        return subprocess.run(
            command,
            cwd=Path(__file__).parents[2],
            env=told,
            capture_output=True,
            text=True,
            timeout=BUILDING_SECONDS,
            check=False,
        )

    def bring_up(self, service: str) -> RepairWorkflow:
        """A workflow with the service, once that answers."""
        started = self.run("up", "--detach", service)
        assert started.returncode == 0, started.stderr
        until = time.monotonic() + STARTING_SECONDS
        while time.monotonic() < until:
            try:
                if requests.get(f"{self.address}/health", timeout=5).ok:
                    return RepairWorkflow(
                        DrsClient(f"{self.address}/OTWebServiceGateway_LINCOLN/ws/soap", "drs", PASSWORD)
                    )
            except requests.ConnectionError:
                time.sleep(0.2)
        raise TimeoutError(self.run("logs", service).stdout)


@pytest.fixture(scope="module")
def built() -> Project:
    project = Project()
    made = project.run("build")
    assert made.returncode == 0, made.stderr
    return project


@pytest.fixture
def project(built: Project) -> Iterator[Project]:
    yield built
    built.run("down", "--volumes")


def test_one_command_brings_up_a_drs_in_which_an_appointment_can_be_booked(project: Project) -> None:
    with project.bring_up("drs") as repairs:
        slot = repairs.find_slots(*JOB, days=1).slots[0]
        (booking,) = repairs.book("10000047", slot, *JOB).bookings
    assert (booking.window_start, booking.window_end) == (slot.begin, slot.end)


def test_bookings_survive_taking_all_services_down(project: Project) -> None:
    with project.bring_up("drs-postgres") as repairs:
        booked = repairs.book("10000047", repairs.find_slots(*JOB, days=1).slots[0], *JOB)
    assert project.run("down").returncode == 0
    with project.bring_up("drs-postgres") as repairs:
        assert repairs.show("10000047") == booked


def test_nothing_comes_up_without_a_password_of_ones_own(project: Project) -> None:
    refused = project.run("up", "--detach", "drs", password="")
    assert refused.returncode != 0
    assert "DRS_PASSWORD" in refused.stderr
