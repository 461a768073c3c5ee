"""A counterexample as a story: it is short, and its curl lines and its test tell a defect from a sound simulator."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from drs_contracts import AppliesTo, Finding, Outcome, Report, TestData, VerifySettings, list_clauses, run_clauses
from drs_contracts.defects.base import Defect
from drs_contracts.defects.drs import DEFECTS
from drs_contracts.driver.targets import SimulatorTarget
from drs_contracts.http_server import ThreadedServer
from drs_contracts.verify.report import to_html, to_json, to_junit, to_lines
from drs_contracts.verify.story import Story
from drs_contracts.verify.story_text import to_curl, to_operations, to_test
from drs_simulator import load_profile
from lxml import etree

CLAUSES = {clause.id: clause for clause in list_clauses(AppliesTo.DRS)}
KNOWN = {(defect.caught_by, defect.statement): defect for defect in DEFECTS}
SOUND = Defect("nothing wrong", "")
# Each of another kind: wrong answers, refusals and successes, an id that is given, a place, a clock that is moved.
TOLD = [
    ("SES-04", "any password is accepted", "openSession*"),
    ("SCH-01", "afternoons are offered and refused", "openSession, createOrder, scheduleBooking*"),
    ("SCH-03", "a scheduled booking cannot be moved", None),
    ("SCH-09", "a cancelled booking keeps its place", None),
    ("ORD-07", "an order number can be used twice", "openSession, createOrder, createOrder*"),
    ("LAW-03", "a slot without a place is booked all the same", None),
    ("AVL-02", "the warning has another text", "openSession, checkAvailability*"),
    ("WIR-23", "fault codes have no prefix", "foo*"),
]


def break_clause(defect: Defect) -> Finding:
    profile = load_profile(defect.profile_name)
    settings = VerifySettings(examples=30, may_replay=True)
    clauses = [CLAUSES[defect.caught_by]]
    (finding,) = run_clauses(defect.target(profile), TestData.of(profile), clauses, settings)
    assert finding.outcome is Outcome.BROKEN
    return finding


@contextmanager
def served(target: SimulatorTarget) -> Iterator[str]:
    """A target behind a socket."""

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        reply = target.post(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
        start_response(f"{reply.status} told", [("Content-Type", reply.content_type)])
        return [reply.body]

    with ThreadedServer(application) as server:
        yield f"{server.url}/OTWebServiceGateway_LINCOLN/ws/soap"


def run_pytest(file: Path, *options: str) -> int:
    command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, *options, str(file))
    return subprocess.run(command, check=False, capture_output=True, cwd=file.parent).returncode


def passes(text: str, url: str) -> bool:
    """Run the test of a story here."""
    names: dict[str, Any] = {}
    exec(compile(text, "test_story.py", "exec"), names)
    (test,) = (value for name, value in names.items() if name.startswith("test_"))
    try:
        test(url)
    except AssertionError:
        return False
    return True


@pytest.mark.parametrize(("clause", "statement", "operations"), TOLD, ids=[each[0] for each in TOLD])
def test_curl_lines_and_test_tell_a_defect(clause: str, statement: str, operations: str | None, tmp_path: Path) -> None:
    """Both fail against the defect, and pass against a sound simulator."""
    defect, profile = KNOWN[clause, statement], load_profile("lincoln")
    finding = break_clause(defect)
    assert finding.story is not None
    if operations is not None:
        assert to_operations(finding.story) == operations
    script, text = tmp_path / "story.sh", to_test(finding.story, finding.clause, "lincoln", 0)
    script.write_text(to_curl(finding.story, "http://127.0.0.1:1/", ""), encoding="utf-8")
    for wrong, code in ((defect, 1), (SOUND, 0)):
        with served(wrong.target(profile)) as url:
            done = subprocess.run(["bash", str(script), url], check=False, capture_output=True, text=True)
            assert (done.returncode, done.stderr) == (code, "")
            assert done.stdout.startswith("DRS answers: <soap:Envelope") is bool(code)
        with served(wrong.target(profile)) as url:
            assert passes(text, url) is not bool(code)


def test_the_test_of_a_story_can_be_pasted(tmp_path: Path) -> None:
    """With the plugin of the package it has a sound simulator of its own, or any DRS at an address."""
    defect = KNOWN["SCH-03", "a scheduled booking cannot be moved"]
    finding = break_clause(defect)
    assert finding.story is not None
    file = tmp_path / "test_pasted.py"
    file.write_text(to_test(finding.story, finding.clause, "lincoln", 0), encoding="utf-8")
    assert run_pytest(file) == 0
    with served(defect.target(load_profile("lincoln"))) as url:
        assert run_pytest(file, "--drs-url", url) == 1


def test_a_story_hides_the_password_but_not_a_wrong_one() -> None:
    right = break_clause(KNOWN["AVL-02", "the warning has another text"]).story
    wrong = break_clause(KNOWN["SES-04", "any password is accepted"]).story
    assert right is not None
    assert wrong is not None
    assert "<password>{password}<" in right.calls[0].sent
    assert "<password>drs0<" in wrong.calls[0].sent


def test_the_story_is_in_every_report() -> None:
    finding = break_clause(KNOWN["SCH-01", "afternoons are offered and refused"])
    url = "http://127.0.0.1:8080/OTWebServiceGateway_LINCOLN/ws/soap"
    now = datetime(2021, 10, 22, tzinfo=UTC)
    of = Report("a target", now, 1.5, 15, 0, (finding,), simulated=True, profile="lincoln", url=url)
    line = "story: openSession, createOrder, scheduleBooking*"
    assert any(each.strip().startswith(line) for each in to_lines(of))
    story = json.loads(to_json(of))["findings"][0]["story"]
    assert [call["operation"] for call in story["calls"]] == ["openSession", "createOrder", "scheduleBooking"]
    assert [call["shows"] for call in story["calls"]] == [False, False, True]
    set_up = "# drs-simulator serve --profile lincoln --clock fixed@2021-10-22T11:20:59.555+00:00 --seed 0"
    assert story["curl"].startswith(f"{set_up}\nurl=${{1:-{url}}}\nanswer_1=$(curl ")
    assert '@pytest.mark.drs(profile="lincoln", clock="fixed@2021-10-22T11:20:59.555+00:00", seed=0)' in story["test"]
    failure = etree.fromstring(to_junit(of)).findtext(".//failure", "")
    assert line in failure
    assert "def test_sch_01(" in failure
    page = "".join(etree.HTML(to_html(of).decode()).itertext())
    assert "The whole story: openSession, createOrder, scheduleBooking*" in page
    assert "answer_3=$(curl " in page


def test_a_drs_that_cannot_be_made_fresh_has_its_whole_story() -> None:
    profile, defect = load_profile("lincoln"), KNOWN["SCH-01", "afternoons are offered and refused"]
    settings = VerifySettings(examples=5)
    (finding,) = run_clauses(defect.target(profile), TestData.of(profile), [CLAUSES["SCH-01"]], settings)
    story = finding.story
    assert isinstance(story, Story)
    assert story.began is None
    operations = [call.operation for call in story.calls]
    assert (operations[0], operations[-1]) == ("openSession", "scheduleBooking")
    assert "checkAvailability" in operations
