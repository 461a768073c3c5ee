"""The command drs-contracts observe, run as a user runs it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from drs_client import DrsClient, RepairWorkflow
from drs_contracts import AppliesTo, list_clauses
from drs_contracts.defects.callers import CALLER_DEFECTS
from drs_simulator import Simulator

from tests.contracts.cli import commands
from tests.contracts.har_samples import har_of
from tests.contracts.recordings.test_recording import FOLDER
from tests.contracts.sound_traffic import observed_workflow

SOUND = observed_workflow()


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return commands.run("observe", *arguments, timeout=60, environ={"COLUMNS": "500"})


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    file = tmp_path / "sound.har"
    file.write_text(json.dumps(har_of(SOUND)), encoding="utf-8")
    return file


@pytest.fixture
def slipped(tmp_path: Path) -> Path:
    """A caller whose windows are an hour off."""
    (defect,) = (each for each in CALLER_DEFECTS if each.caught_by == "CAL-21")
    file = tmp_path / "slipped.har"
    file.write_text(json.dumps(har_of(defect.traffic(SOUND), in_base64=True)), encoding="utf-8")
    return file


def test_a_sound_caller_breaks_nothing_and_coverage_is_told(sound: Path) -> None:
    done = run(sound)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "broken " not in done.stdout.partition("coverage")[0]
    assert "createOrder 2" in done.stdout
    assert "cap warning 2" in done.stdout
    assert "planning failed" in done.stdout
    held = len(list_clauses(AppliesTo.CALLER))
    assert done.stdout.endswith(f"20 calls. Clauses: {held} held, 0 broken, 0 not met.\n")


def test_what_is_broken_is_told_with_its_evidence_and_its_place(slipped: Path) -> None:
    done = run(slipped)
    assert done.returncode == 1, done.stderr
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("CAL-21"))
    assert "client: services that send local time without an offset" in line
    assert "call 5 (entry 5, scheduleBooking): 2021-10-25T08:00:00Z to 2021-10-25T12:00:00Z is an hour off" in line


def test_the_recorded_examples_of_the_document_are_observed() -> None:
    done = run(FOLDER)
    assert done.returncode == 1
    assert "call 3 (03-checkAvailability): there is no priority" in done.stdout


def test_the_same_can_be_had_as_json(slipped: Path) -> None:
    done = run(slipped, "--json")
    assert done.returncode == 1
    told = json.loads(done.stdout)
    (broken,) = (each for each in told["clauses"] if each["verdict"] == "broken")
    assert broken["id"] == "CAL-21"
    assert broken["grade"] == "client"
    assert set(broken["breaches"][0]) == {"position", "name", "operation", "reason"}
    assert told["calls"] == 20
    assert told["coverage"]["operations"]["getSchedule"] == 0
    assert told["coverage"]["situations"]["lapsed session"] == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read: No such file or directory."),
        ("{}", "is no HAR file: log: Field required."),
        ('{"log": {"entries": []}}', "has no calls to DRS among its 0 entries."),
    ],
)
def test_what_cannot_be_used_is_told_in_a_line_with_exit_code_2(
    tmp_path: Path, content: str | None, words: str
) -> None:
    file = tmp_path / "some.har"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    done = run(file)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_a_folder_without_recordings_is_told_with_exit_code_2(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.returncode == 2
    assert done.stderr == f"{tmp_path} has no recorded exchanges. They are named NN-operation.request.xml.\n"


def test_a_running_simulators_journal_can_be_observed() -> None:
    with Simulator("lincoln", clock="fixed@2021-10-22T12:20:59+01:00") as drs:
        with DrsClient(drs.url, "drs", "drs") as client:
            repairs = RepairWorkflow(client, now=drs.clock.now)
            with repairs:
                found = repairs.find_slots("3670010", "N373049", "Priority 20 Days")
                repairs.book("7", found.slots[0], "3670010", "N373049", "Priority 20 Days")
        done = run(drs.url)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "scheduleBooking 1" in done.stdout
    refused = run("http://127.0.0.1:9/")
    assert refused.returncode == 2
    assert "The journal at http://127.0.0.1:9/ cannot be read" in refused.stderr
