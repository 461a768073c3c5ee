"""The GitHub actions: their steps are run as a runner runs them."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import requests
from drs_client import DrsClient, RequestRejected

from tests.ci.runner import ROOT, Job, StepFailedError

START, SAVE = ROOT, ROOT / "save-journal"
JOB = ("3670010", "N373049", "Priority 20 Days")
# In the place of pip, in the action's virtual environment: commands that run this source tree.
PIP = """
import os, pathlib, sys
assert sys.argv[-1].endswith("[contracts,tls]"), sys.argv
for name in ("drs-simulator", "drs-client", "drs-contracts"):
    command = pathlib.Path(sys.executable).parent / name
    package = name.replace("-", "_")
    command.write_text(f"#!{sys.executable}\\nfrom {package}.__main__ import main\\nmain()\\n")
    command.chmod(0o755)
"""

pytestmark = pytest.mark.skipif(os.name == "nt", reason="The action is for runners with Linux or macOS.")


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return str(probe.getsockname()[1])


def use_start(job: Job, inputs: dict[str, str], without: str = "") -> dict[str, str]:
    python = {"python": {"python-path": sys.executable}}
    return job.use(START, {"port": free_port(), **inputs}, python, without=without)


def stop(job: Job) -> None:
    """End the simulator, as the runner does at the end of a job."""
    file = job.folder / "drs-simulator" / "simulator.pid"
    if file.exists():
        with suppress(ProcessLookupError):
            os.kill(int(file.read_text()), signal.SIGTERM)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Job]:
    """A job in which the action has run with its defaults, but for the port."""
    folder = tmp_path_factory.mktemp("runner")
    stand_in = folder / "stand-in" / "pip"
    stand_in.mkdir(parents=True)
    (stand_in / "__init__.py").touch()
    (stand_in / "__main__.py").write_text(PIP, encoding="utf-8")
    sources = [str(ROOT / name) for name in ("simulator", "client", "contracts")]
    paths = [str(stand_in.parent), *sources, sysconfig.get_paths()["purelib"]]
    job = Job(folder, {"PYTHONPATH": os.pathsep.join(paths)})
    use_start(job, {})
    yield job
    stop(job)


@pytest.fixture
def job(installed: Job, tmp_path: Path) -> Iterator[Job]:
    """A new job with what the other one has installed."""
    (tmp_path / "drs-simulator").mkdir()
    (tmp_path / "drs-simulator" / "bin").symlink_to(installed.folder / "drs-simulator" / "bin")
    new = Job(tmp_path, {"PYTHONPATH": installed.variables["PYTHONPATH"]})
    yield new
    stop(new)


def start(job: Job, **inputs: str) -> dict[str, str]:
    return use_start(job, inputs, without="install")


def save(job: Job, **inputs: str) -> Path:
    return Path(job.use(SAVE, inputs)["folder"])


class TestStart:
    def test_with_nothing_given_its_commands_are_on_the_path(self, installed: Job) -> None:
        path = (installed.folder / "github_path").read_text(encoding="utf-8").strip()
        assert sorted(each.name for each in Path(path).iterdir()) == ["drs-client", "drs-contracts", "drs-simulator"]
        assert installed.variables["DRS_URL"].endswith("/OTWebServiceGateway_LINCOLN/ws/soap")

    def test_a_client_calls_by_https_and_the_journal_has_it(self, job: Job) -> None:
        """The whole of a job: start, test with what the environment says, keep the journal."""
        outputs = start(job, clock="fixed@2021-10-22T12:20", password="own")
        assert outputs["url"].startswith("https://127.0.0.1:")
        assert outputs["url"] == job.variables["DRS_URL"] == job.variables["DrsOptions__ApiAddress"]
        assert (outputs["login"], outputs["password"]) == ("drs", "own")
        search = ["slots", "--location", JOB[0], "--sor", JOB[1], "--priority", JOB[2], "--from", "2021-10-25"]
        client = str(job.folder / "drs-simulator" / "bin" / "drs-client")
        done = subprocess.run(
            [client, *search], env={**os.environ, **job.variables}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        folder = save(job, strict="true")
        har = json.loads((folder / "journal.har").read_text(encoding="utf-8"))
        bodies = [entry["request"]["postData"]["text"] for entry in har["log"]["entries"]]
        assert any(JOB[1] in body for body in bodies)
        assert not any("<password>own<" in body for body in bodies)
        assert "<html" in (folder / "calls.html").read_text(encoding="utf-8")
        assert ET.parse(folder / "calls.xml").getroot().tag == "testsuites"
        assert "checkAvailability" in (folder / "simulator.log").read_text(encoding="utf-8")

    def test_programs_trust_what_the_machine_trusts_and_this(self, job: Job, tmp_path: Path) -> None:
        known = tmp_path / "known.pem"
        known.write_text("# what the machine trusts\n", encoding="utf-8")
        job.variables["SSL_CERT_FILE"] = str(known)
        outputs = start(job)
        bundle = Path(outputs["ca-bundle"]).read_text(encoding="utf-8")
        assert bundle == known.read_text(encoding="utf-8") + Path(outputs["ca"]).read_text(encoding="utf-8")
        assert job.variables["SSL_CERT_FILE"] == job.variables["REQUESTS_CA_BUNDLE"] == outputs["ca-bundle"]
        assert requests.get(f"{outputs['console']}/health", verify=outputs["ca"], timeout=10).ok

    def test_a_scenario_brings_its_own_password(self, job: Job) -> None:
        outputs = start(job, scenario="wrong-password", tls="false", options="--journal 5 --seed 1")
        assert outputs["url"].startswith("http://")
        assert (outputs["ca"], outputs["ca-bundle"]) == ("", "")
        with pytest.raises(RequestRejected), DrsClient(outputs["url"], "drs", "drs") as client:
            client.open_session()

    def test_a_wrong_option_fails_the_step_with_the_reason(self, job: Job) -> None:
        with pytest.raises(StepFailedError, match=r"::error title=DRS simulator::.*Profile nowhere cannot be used"):
            start(job, profile="nowhere")

    def test_a_taken_port_fails_the_step(self, job: Job) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(StepFailedError, match="did not start"):
            start(job, port=str(taken.getsockname()[1]))


class TestSaveJournal:
    def test_without_a_simulator_it_warns_and_does_not_fail(self, job: Job) -> None:
        assert list(save(job).iterdir()) == []

    def test_a_broken_clause_fails_the_step_where_strict(self, job: Job) -> None:
        outputs = start(job, tls="false")
        body = '<x:openSession xmlns:x="urn:wrong"><openSession/></x:openSession>'
        envelope = (
            f'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>{body}</e:Body></e:Envelope>'
        )
        requests.post(outputs["url"], envelope, headers={"Content-Type": "text/xml"}, timeout=10)
        assert (save(job) / "calls.html").exists()
        with pytest.raises(StepFailedError, match="have broken a clause"):
            save(job, strict="true")


def test_inputs_are_never_part_of_a_script() -> None:
    """An expression in a script would let an input run commands."""
    for action in (START, SAVE):
        for script in re.findall(r"run: \|\n((?: {8,}.*\n|\n)+)", (action / "action.yml").read_text(encoding="utf-8")):
            assert "${{" not in script
