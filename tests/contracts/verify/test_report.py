"""A verification's report: the same findings on the terminal, as JSON, as JUnit XML and as a page to read."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from drs_contracts import Clause, Evidence, Facts, Finding, Outcome, SimulatorTarget, list_clauses, run_clauses
from drs_contracts.clauses.clause import Binds, Grade
from drs_contracts.cli.verify import verified
from drs_contracts.defects.drs import DEFECTS
from drs_contracts.driver.messages import Exchange, Reply
from drs_contracts.verify.report import Report, to_html, to_json, to_junit, to_terminal
from drs_contracts.verify.runner import Extent
from drs_simulator import Simulator, load_profile
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from rich.console import Console

PROFILE = load_profile("lincoln")


def clause(identifier: str, grade: Grade) -> Clause:
    return Clause(identifier, "Statement & more.", Evidence(grade, "somewhere"), Binds.DRS, lambda _: None)


def report(*findings: Finding, **more: Any) -> Report:
    return Report("a target", datetime(2021, 10, 22, tzinfo=UTC), 1.5, 15, 0, findings, **more)


BROKEN = Finding(
    clause("AVL-01", Grade.PRESUMED),
    Outcome.BROKEN,
    "it was <other>",
    {"ahead": 3},
    (Exchange("x", b"<sent>1</sent>", Reply(200, "text/xml", b"<came>\xff</came>")),),
)
HELD = Finding(clause("AVL-02", Grade.PRESUMED), Outcome.HELD)
LEFT_OUT = Finding(clause("ORD-01", Grade.SEEN), Outcome.LEFT_OUT, "it writes")
ALL = report(BROKEN, HELD, LEFT_OUT)


def printed(of: Report) -> str:
    console = Console(record=True, width=200, file=StringIO())
    to_terminal(of, console)
    return console.export_text()


def test_the_terminal_shows_what_is_broken_with_evidence_values_and_messages() -> None:
    text = printed(ALL)
    for part in ("broken AVL-01", "it was <other>", "known: presumed: somewhere", "{'ahead': 3}", "<sent>1</sent>"):
        assert part in text
    assert text.endswith("1 held, 1 broken, 1 left out.\n")


def test_presumed_clauses_are_told_as_confirmed_or_refuted() -> None:
    text = printed(ALL)
    assert "Presumed, and refuted by this run: AVL-01." in text
    assert "Presumed, and confirmed by this run: AVL-02." in text
    assert "ORD-01" not in text


def test_a_simulator_teaches_nothing_about_drs() -> None:
    assert "Presumed" not in printed(report(BROKEN, HELD, simulated=True))


def test_json_has_every_finding() -> None:
    data = json.loads(to_json(ALL))
    assert [each["outcome"] for each in data["findings"]] == ["broken", "held", "left out"]
    assert (data["confirmed"], data["refuted"], data["target"]) == (["AVL-02"], ["AVL-01"], "a target")
    assert data["findings"][0]["exchanges"][0]["sent"] == "<sent>1</sent>"


def test_junit_counts_failures_and_skips() -> None:
    (suite,) = etree.fromstring(to_junit(ALL))
    assert [suite.get(name) for name in ("tests", "failures", "skipped")] == ["3", "1", "1"]
    assert suite.findtext("testcase/failure", "").startswith("known: presumed")
    assert [case.get("classname") for case in suite] == ["AVL", "AVL", "ORD"]


def test_the_page_needs_nothing_else_and_escapes_what_it_shows() -> None:
    page = to_html(ALL)
    root = etree.HTML(page)
    assert root.findtext(".//h1") == "Does this DRS keep its contract?"
    assert "it was <other>" in "".join(root.itertext())
    assert root.xpath("//pre/text()")[0] == "<sent>1</sent>"
    assert not root.xpath("//script | //link | //img | //@src | //@href")
    assert len(root.xpath("//tbody/tr")) == 3


def test_an_interrupted_run_says_so_everywhere() -> None:
    stopped = report(HELD, interrupted=True)
    assert "interrupted" in printed(stopped)
    assert json.loads(to_json(stopped))["interrupted"]
    assert "stopped before its end" in to_html(stopped)


@given(st.text())
def test_whatever_came_back_the_reports_can_be_written(text: str) -> None:
    came = (Exchange("x", b"", Reply(0, "", text.encode("utf-8", "replace"))),)
    strange = Finding(BROKEN.clause, Outcome.BROKEN, text, {"x": text}, came)
    assert etree.fromstring(to_junit(report(strange))).tag == "testsuites"
    assert json.loads(to_json(report(strange)))
    assert to_html(report(strange))


def test_a_long_answer_is_cut() -> None:
    long = Finding(BROKEN.clause, Outcome.BROKEN, "", {}, (Exchange("x", b"a" * 30_000, Reply(200, "", b"")),))
    assert "(10000 more characters)" in to_json(report(long))


def test_a_defect_is_reported_by_the_clause_that_catches_it() -> None:
    defect = next(each for each in DEFECTS if each.caught_by == "AVL-02")
    findings = tuple(run_clauses(defect.target(PROFILE), Facts.of(PROFILE), list_clauses(), Extent(examples=3)))
    assert "AVL-02" in [finding.clause.id for finding in report(*findings).having(Outcome.BROKEN)]


@pytest.mark.parametrize(("seconds", "reached"), [(0.0, 0), (1000.0, 2)])
def test_when_the_time_is_over_the_rest_is_left_out(seconds: float, reached: int) -> None:
    target = SimulatorTarget(DEFECTS[0].target(PROFILE).simulator)
    extent = Extent(examples=1, seconds=seconds)
    found = list(run_clauses(target, Facts.of(PROFILE), list_clauses()[:2], extent))
    assert sum(finding.outcome is not Outcome.LEFT_OUT for finding in found) == reached


def test_an_interruption_ends_the_run_with_what_was_found_and_removes_what_it_made() -> None:
    class Stopped(SimulatorTarget):
        calls = 0

        def renew(self) -> None:
            """Forget nothing, as at an address."""

        def post(self, body: bytes) -> Reply:
            reply = super().post(body)
            self.calls += b"<scheduleBooking>" in body
            if self.calls == 3:
                self.calls += 1
                raise KeyboardInterrupt
            return reply

    target = Stopped(Simulator(PROFILE, clock="fixed@2021-10-22T12:00:00Z", seed=1))
    stopped = verified(target, Facts.of(PROFILE), Extent(examples=1), "a target")
    assert stopped.interrupted
    assert 0 < len(stopped.findings) < len(list_clauses(Binds.DRS))
    with target.simulator._store.transaction() as kept:
        assert not [booking for booking in kept.bookings() if booking.appointment]
