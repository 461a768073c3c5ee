"""The command drs-contracts observe, run as a user runs it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from drs_client import DrsClient, RepairWorkflow
from drs_contracts import AppliesTo, list_clauses
from drs_contracts.defects.callers import CALLER_DEFECTS
from drs_simulator import Simulator
from lxml import etree

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
    assert done.stdout.endswith(f"20 calls. Clauses: {held} held, 0 broken, 0 advice, 0 inconclusive, 0 not met.\n")


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


def test_a_body_that_was_not_recorded_is_told(sound: Path) -> None:
    content = json.loads(sound.read_text(encoding="utf-8"))
    for each in content["log"]["entries"]:
        if "<closeSession>" in each["request"]["postData"]["text"]:
            del each["request"]["postData"]["text"]
    sound.write_text(json.dumps(content), encoding="utf-8")
    done = run(sound)
    assert done.returncode == 2
    assert "The body was not recorded, or not as it was sent: entry " in done.stdout
    assert "inconclusive  clause" in done.stdout
    assert done.stdout.endswith(" 0 broken, 0 advice, 1 inconclusive, 1 not met.\n")


def test_a_narrow_console_cuts_nothing_that_matters(slipped: Path) -> None:
    done = commands.run("observe", slipped, environ={"COLUMNS": "80"})
    assert done.returncode == 1
    assert "…" not in done.stdout
    assert "2021-10-25T08:00:00Z" in "".join(line[-30:].strip() for line in done.stdout.splitlines())


def test_an_error_of_our_own_is_exit_code_2(sound: Path) -> None:
    """Exit code 1 would say that the caller is wrong."""
    program = (
        "import sys; from drs_contracts.cli import main, observe\n"
        "def fail(traffic): raise TypeError('oops')\n"
        "observe.analyse_traffic = fail\n"
        f"sys.argv = ['drs-contracts', 'observe', {str(sound)!r}]\n"
        "main()"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert re.fullmatch(r"drs-contracts could not go on: TypeError at .+: oops\. Please report this\.\n", done.stderr)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read: No such file or directory."),
        ("{}", "is not a HAR file: log: Field required."),
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


class TestAdvice:
    """What is only advice is told, and fails nothing without --strict."""

    @pytest.fixture
    def careless(self, tmp_path: Path) -> Path:
        (defect,) = (each for each in CALLER_DEFECTS if each.caught_by == "CAL-53")
        file = tmp_path / "careless.har"
        file.write_text(json.dumps(har_of(defect.traffic(SOUND))), encoding="utf-8")
        return file

    def test_it_is_told_with_exit_code_0(self, careless: Path) -> None:
        done = run(careless)
        assert done.returncode == 0, done.stderr
        assert "CAL-53" in done.stdout.partition("coverage")[0]
        assert "0 broken, 1 advice, 0 inconclusive" in done.stdout

    def test_strict_fails_on_it(self, careless: Path) -> None:
        assert run(careless, "--strict").returncode == 1

    def test_it_is_in_all_reports(self, careless: Path, tmp_path: Path) -> None:
        files = {name: tmp_path / f"report.{name}" for name in ("json", "xml", "html")}
        reports = ("--json-report", files["json"], "--junit", files["xml"], "--html", files["html"])
        assert run(careless, *reports).returncode == 0
        told = json.loads(files["json"].read_text(encoding="utf-8"))
        (advised,) = (each for each in told["clauses"] if each["verdict"] == "advice")
        assert (advised["id"], advised["grade"], told["counts"]["advice"]) == ("CAL-53", "advice", 1)
        suite = etree.parse(files["xml"]).getroot()[0]
        assert (suite.get("failures"), suite.get("errors")) == ("0", "0")
        assert "is not sent again" in suite.findtext("testcase/system-out", "")
        page = files["html"].read_text(encoding="utf-8")
        assert "<h2>Advice</h2>" in page
        assert "is not sent again" in page
        assert run(careless, "--strict", "--junit", files["xml"]).returncode == 1
        suite = etree.parse(files["xml"]).getroot()[0]
        assert suite.get("failures") == "1"
        assert suite.find("testcase/failure[@type='advice']") is not None

    def test_a_broken_clause_is_a_failure_in_junit(self, slipped: Path, tmp_path: Path) -> None:
        assert (
            run(slipped, "--junit", tmp_path / "report.xml", "--html", tmp_path / "no" / "folder.html").returncode == 2
        )
        suite = etree.parse(tmp_path / "report.xml").getroot()[0]
        (failure,) = suite.iter("failure")
        assert "is an hour off a slot" in failure.get("message", "")
        assert suite.get("tests") == str(len(list_clauses(AppliesTo.CALLER)))
