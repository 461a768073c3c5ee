"""The lines of the README that need a container engine or uv, where these are there."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
import requests

from tests.readme import PORT, ROOT, Step, free_port, steps

ENGINE = os.environ.get("DRS_CONTAINER_ENGINE", "")
SECONDS = 900


def lines_of(program: str) -> list[Step]:
    return [step for step in steps() if step.program == program]


def wait_for(url: str, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if requests.get(url, timeout=5).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.2)
    raise TimeoutError(f"{url} does not answer.")


@pytest.mark.timeout(2 * SECONDS)
@pytest.mark.skipif(not ENGINE, reason="Building an image needs a container engine, named by DRS_CONTAINER_ENGINE.")
def test_the_image_is_built_and_run() -> None:
    build, start = lines_of("docker")
    subprocess.run([ENGINE, *build.words[1:]], cwd=ROOT, timeout=SECONDS, check=True)
    port = free_port()
    command = [word.replace(f":{PORT}:", f":{port}:") for word in start.words[2:]]
    started = subprocess.run([ENGINE, "run", "--detach", *command], capture_output=True, text=True, check=True)
    try:
        wait_for(f"http://127.0.0.1:{port}/health", 60)
    finally:
        subprocess.run([ENGINE, "rm", "--force", started.stdout.split()[-1]], check=True)


@pytest.mark.timeout(2 * SECONDS)
@pytest.mark.skipif(shutil.which("uvx") is None, reason="Running without installing needs uv, which is not installed.")
def test_it_runs_without_being_installed(tmp_path: Path) -> None:
    """From this checkout, since the repository may not have what is tested here."""
    (line,) = lines_of("uvx")
    command = [str(ROOT) if word.startswith("git+") else word for word in line.words]
    port = free_port()
    with subprocess.Popen([*command, "--port", str(port)], cwd=tmp_path) as server:
        try:
            wait_for(f"http://127.0.0.1:{port}/health", SECONDS)
        finally:
            server.terminate()
