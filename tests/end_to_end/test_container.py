"""The image, built and run as an operator does. Only where ``DRS_CONTAINER_ENGINE`` names docker or podman."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.simulator.soap.wire import OPEN, call

ENGINE = os.environ.get("DRS_CONTAINER_ENGINE", "")
IMAGE = "drs-simulator-of-the-tests"
PASSWORD = "of-the-tests"
BUILDING_SECONDS, STARTING_SECONDS = 900, 60

pytestmark = pytest.mark.skipif(
    not ENGINE, reason="Building an image needs a container engine, named by DRS_CONTAINER_ENGINE, and a network."
)


def run(*arguments: str, seconds: float = STARTING_SECONDS) -> subprocess.CompletedProcess[str]:
    return subprocess.run([ENGINE, *arguments], capture_output=True, text=True, timeout=seconds, check=False)


@pytest.fixture(scope="module")
def image() -> str:
    built = run("build", "--tag", IMAGE, str(Path(__file__).parents[2]), seconds=BUILDING_SECONDS)
    assert built.returncode == 0, built.stderr
    return IMAGE


@pytest.fixture
def container(image: str) -> Iterator[str]:
    started = run("run", "--detach", "--publish", "127.0.0.1::8080", "--env", f"DRS_PASSWORD={PASSWORD}", image)
    assert started.returncode == 0, started.stderr
    name = started.stdout.split()[-1]
    yield name
    run("rm", "--force", name)


def url_of(container: str) -> str:
    """Wait until the container answers, and return its gateway's address."""
    address = f"http://{run('port', container, '8080').stdout.split()[-1]}"
    until = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < until:
        try:
            if requests.get(f"{address}/health", timeout=5).ok:
                return f"{address}/OTWebServiceGateway_LINCOLN/ws/soap"
        except requests.ConnectionError:
            time.sleep(0.2)
    raise TimeoutError(run("logs", container).stderr)


def test_a_container_runs_unprivileged_and_stops_on_request(container: str) -> None:
    opening = OPEN.replace("<password>drs<", f"<password>{PASSWORD}<")
    url = url_of(container)
    answer = requests.post(url, call("openSession", opening), headers={"Content-Type": "text/xml"}, timeout=10)
    assert "<status>success</status>" in answer.text
    assert run("exec", container, "id", "-u").stdout.strip() == "10001"
    assert run("exec", container, "drs-simulator", "health").returncode == 0
    assert run("stop", "--time", "10", container).returncode == 0
    assert run("inspect", "--format", "{{.State.ExitCode}}", container).stdout.strip() == "0"


@pytest.mark.parametrize(
    "variables",
    [
        {"DRS_PORT": "9090"},
        {"DRS_TLS": "self-signed"},
        {"DRS_PORT": "tcp://10.96.12.7:8080", "DRS_SERVICE_HOST": "10.96.12.7"},
        {"HTTP_PROXY": "http://127.0.0.1:1", "http_proxy": "http://127.0.0.1:1"},
    ],
    ids=["port", "tls", "kubernetes", "proxy"],
)
def test_health_check_follows_the_variables(image: str, variables: dict[str, str]) -> None:
    options = [f"--env={name}={value}" for name, value in {"DRS_PASSWORD": PASSWORD, **variables}.items()]
    started = run("run", "--detach", *options, image)
    assert started.returncode == 0, started.stderr
    name = started.stdout.split()[-1]
    try:
        until = time.monotonic() + STARTING_SECONDS
        while run("exec", name, "drs-simulator", "health").returncode != 0:
            assert time.monotonic() < until, run("logs", name).stderr
            time.sleep(0.5)
    finally:
        run("rm", "--force", name)


def test_callers_trust_the_authority_at_its_known_path(image: str, tmp_path: Path) -> None:
    variables = {"DRS_PASSWORD": PASSWORD, "DRS_TLS": "self-signed", "DRS_TLS_DIR": "/home/drs/tls"}
    options = [f"--env={name}={value}" for name, value in variables.items()]
    name = run("run", "--detach", "--publish", "127.0.0.1::8080", *options, image).stdout.split()[-1]
    try:
        until = time.monotonic() + STARTING_SECONDS
        while run("exec", name, "drs-simulator", "health").returncode != 0:
            assert time.monotonic() < until, run("logs", name).stderr
            time.sleep(0.5)
        assert run("cp", f"{name}:/home/drs/tls/ca.pem", str(tmp_path)).returncode == 0
        address = f"https://{run('port', name, '8080').stdout.split()[-1]}"
        assert requests.get(f"{address}/health", verify=str(tmp_path / "ca.pem"), timeout=10).ok
    finally:
        run("rm", "--force", name)


def test_a_container_needs_a_password(image: str) -> None:
    refused = run("run", "--rm", image)
    assert refused.returncode == 2
    assert "Set a --password other than the default" in refused.stderr
