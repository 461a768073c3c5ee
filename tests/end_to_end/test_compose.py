"""compose.yaml: what can be tried without a container engine, and all of it where ``DRS_COMPOSE`` names a command.

That is docker compose or podman-compose. Whether PostgreSQL is waited for or the simulator tries again is not seen from
here.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import requests
import typer
import yaml
from drs_client import DrsClient, RepairWorkflow
from drs_simulator.cli import app

ROOT = Path(__file__).parents[2]
FILE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
COMPOSE = shlex.split(os.environ.get("DRS_COMPOSE", ""))
PROJECT = "drs-of-the-tests"
PASSWORD = "of-the-tests"
GATEWAY = "/OTWebServiceGateway_LINCOLN/ws/soap"
WORDS = ("ENTRYPOINT", "CMD")
JOB = ("3670010", "N373049", "Priority 20 Days")
BUILDING_SECONDS, STARTING_SECONDS = 900, 120

needs_engine = pytest.mark.skipif(
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
        self.address = f"https://127.0.0.1:{self.port}"
        self.service_port = free_port()

    def run(self, *arguments: str, password: str = PASSWORD) -> subprocess.CompletedProcess[str]:
        ports = {"DRS_PUBLISHED_PORT": str(self.port), "SERVICE_PUBLISHED_PORT": str(self.service_port)}
        told: Mapping[str, str] = {**os.environ, "DRS_PASSWORD": password, **ports}
        profiles = ["--profile", "postgres", "--profile", "example"]
        command = [*COMPOSE, "--project-name", PROJECT, *profiles, *arguments]
        return subprocess.run(
            command,
            cwd=ROOT,
            env=told,
            capture_output=True,
            text=True,
            timeout=BUILDING_SECONDS,
            check=False,
        )

    def bring_up(self, service: str, ca: Path) -> RepairWorkflow:
        """A workflow with the service, once that answers. Its authority is copied as the file's first lines say."""
        started = self.run("up", "--detach", service)
        assert started.returncode == 0, started.stderr
        until = time.monotonic() + STARTING_SECONDS
        while time.monotonic() < until:
            copied = self.run("cp", f"{service}:/home/drs/tls/ca.pem", str(ca))
            try:
                if copied.returncode == 0 and is_healthy(self.address, ca):
                    return RepairWorkflow(DrsClient(f"{self.address}{GATEWAY}", "drs", PASSWORD))
            except requests.ConnectionError:
                pass
            time.sleep(0.2)
        raise TimeoutError(self.run("logs", service).stdout)


def is_healthy(address: str, ca: Path) -> bool:
    return requests.get(f"{address}/health", verify=str(ca), timeout=5).ok


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


@pytest.fixture
def ca(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of the authority, which the client here trusts."""
    file = tmp_path / "ca.pem"
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(file))
    return file


@needs_engine
def test_an_appointment_can_be_booked_by_https(project: Project, ca: Path) -> None:
    with project.bring_up("drs", ca) as repairs:
        slot = repairs.find_slots(*JOB, days=1).slots[0]
        (booking,) = repairs.book("10000047", slot, *JOB).bookings
    assert (booking.window_start, booking.window_end) == (slot.begin, slot.end)


@needs_engine
def test_the_service_beside_it_books(project: Project, ca: Path) -> None:
    project.bring_up("drs", ca)
    started = project.run("up", "--detach", "service")
    assert started.returncode == 0, started.stderr
    assert book_through(f"http://127.0.0.1:{project.service_port}")["order"] == "10000047"


@needs_engine
def test_bookings_survive_taking_all_services_down(project: Project, ca: Path) -> None:
    with project.bring_up("drs-postgres", ca) as repairs:
        booked = repairs.book("10000047", repairs.find_slots(*JOB, days=1).slots[0], *JOB)
    assert project.run("down").returncode == 0
    with project.bring_up("drs-postgres", ca) as repairs:
        assert repairs.show("10000047") == booked


@needs_engine
def test_nothing_comes_up_without_a_password_of_ones_own(project: Project) -> None:
    refused = project.run("up", "--detach", "drs", password="")
    assert refused.returncode != 0
    assert "DRS_PASSWORD" in refused.stderr


def book_through(service: str) -> dict[str, str]:
    """The answer of the service beside DRS to an appointment in the first slot that it offers."""
    until = time.monotonic() + STARTING_SECONDS
    while True:
        try:
            slots = requests.get(f"{service}/slots", timeout=30)
            break
        except requests.ConnectionError:
            assert time.monotonic() < until
            time.sleep(0.1)
    assert slots.ok, slots.text
    booked = requests.post(f"{service}/appointments", json={"order": "10000047", **slots.json()[0]}, timeout=30)
    assert booked.status_code == 201, booked.text
    answer: dict[str, str] = booked.json()
    return answer


def resolve(text: str | None, name: str, environment: Mapping[str, str]) -> str | None:
    """The value of a variable as compose works it out: ``${NAME-default}``, ``${NAME:-default}``, or none given."""
    if text is None:
        return environment.get(name)
    found = re.fullmatch(r"\$\{(\w+)(:?)[-?](.*)\}", text)
    if found is None:
        return text
    value = environment.get(found[1])
    return found[3] if value is None or (found[2] and not value) else value


def variables_of(service: str, **environment: str) -> dict[str, str]:
    """The variables that a service of compose.yaml gets where these are set."""
    given = FILE["services"][service]["environment"]
    values = {name: resolve(text, name, environment) for name, text in given.items()}
    return {name: value for name, value in values.items() if value is not None}


class TestWithoutAnEngine:
    def test_it_is_as_the_schema_of_compose_files_says(self) -> None:
        check = ["-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(ROOT / "compose.yaml")]
        done = subprocess.run([sys.executable, *check], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout

    @pytest.mark.parametrize("service", ["drs", "drs-postgres"])
    def test_every_option_of_serve_passes_through(self, service: str) -> None:
        """But for host and port, which are those of the container."""
        command = typer.main.get_group(app).commands["serve"]
        options = {
            f"DRS_{option.name.upper()}"
            for option in command.params
            if option.name and not getattr(option, "hidden", False)
        }
        assert set(FILE["services"][service]["environment"]) == options - {"DRS_HOST", "DRS_PORT", "DRS_HELP"}

    def test_a_variable_reaches_the_simulator_only_where_it_is_set(self) -> None:
        assert "DRS_CLOCK" not in variables_of("drs", DRS_PASSWORD="own")
        assert variables_of("drs", DRS_CLOCK="shifted@P3D")["DRS_CLOCK"] == "shifted@P3D"
        assert variables_of("drs", DRS_TLS="", DRS_TLS_DIR="")["DRS_TLS"] == ""

    def test_the_commands_of_image_and_service_work_by_https(self, tmp_path: Path) -> None:
        """The image's command with compose's variables; then the service with its own, and with the CA alone."""
        dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
        program, arguments = (json.loads(re.findall(rf"^{word} (.*)$", dockerfile, re.MULTILINE)[0]) for word in WORDS)
        port, service_port, tls = free_port(), free_port(), tmp_path / "tls"
        own = {"DRS_HOST": "127.0.0.1", "DRS_PORT": str(port), "DRS_TLS_DIR": str(tls)}
        start = f"from {program[0].replace('-', '_')}.__main__ import main; main()"
        simulator = subprocess.Popen(
            [sys.executable, "-c", start, *arguments],
            env={**os.environ, **variables_of("drs", DRS_PASSWORD=PASSWORD), **own},
            stdout=subprocess.DEVNULL,
        )
        told = variables_of("service", DRS_PASSWORD=PASSWORD)
        assert told["DRS_URL"] == f"https://drs:8080{GATEWAY}"
        assert told["REQUESTS_CA_BUNDLE"] == "/tls/ca.pem"
        here = {
            "DRS_URL": f"https://127.0.0.1:{port}{GATEWAY}",
            "REQUESTS_CA_BUNDLE": str(tls / "ca.pem"),
            "SERVICE_HOST": "127.0.0.1",
            "SERVICE_PORT": str(service_port),
        }
        service = subprocess.Popen(
            [sys.executable, str(ROOT / "examples" / "compose" / "service.py")],
            env={**os.environ, **told, **here},
            stderr=subprocess.DEVNULL,
        )
        try:
            health = subprocess.run(
                [sys.executable, "-c", start, "health", "--port", str(port), "--tls", "self-signed", "--wait", "60"],
                capture_output=True,
                text=True,
                check=False,
            )
            assert health.returncode == 0, health.stderr
            assert book_through(f"http://127.0.0.1:{service_port}")["order"] == "10000047"
        finally:
            service.terminate()
            simulator.terminate()
            service.wait()
            simulator.wait()
