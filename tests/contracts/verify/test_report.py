"""A verification's report: the same findings on the terminal, as JSON, as JUnit XML and as a page to read."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from drs_contracts import Clause, Evidence, Finding, Outcome, Report
from drs_contracts.clauses.clause import AppliesTo, Grade
from drs_contracts.driver.messages import Exchange, Reply
from drs_contracts.reports import CONTRACT_PAGE, clause_url
from drs_contracts.verify.discovery import FoundSetting
from drs_contracts.verify.report import to_html, to_json, to_junit, to_lines, to_setup_lines
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree


def clause(identifier: str, grade: Grade) -> Clause:
    return Clause(identifier, "Statement & more.", Evidence(grade, "somewhere"), AppliesTo.DRS, lambda _: None)


def report(*findings: Finding, **more: Any) -> Report:
    return Report("a target", datetime(2021, 10, 22, tzinfo=UTC), 1.5, 15, 0, findings, **more)


BROKEN = Finding(
    clause("AVL-01", Grade.PRESUMED),
    Outcome.BROKEN,
    "it was <other>",
    {"ahead": 3},
    Exchange("x", b"<sent>1</sent>", Reply(200, "text/xml", b"<came>\xff</came>")),
)
HELD = Finding(clause("AVL-02", Grade.PRESUMED), Outcome.HELD)
SKIPPED = Finding(clause("ORD-01", Grade.SEEN), Outcome.SKIPPED, "it writes")
INCONCLUSIVE = Finding(clause("ORD-02", Grade.PRESUMED), Outcome.INCONCLUSIVE, "no slot is free")
ALL = report(BROKEN, HELD, SKIPPED, INCONCLUSIVE, command="drs-contracts verify")


def printed(of: Report) -> str:
    return "\n".join(to_lines(of))


def test_the_terminal_shows_what_is_broken_with_its_evidence() -> None:
    text = printed(ALL)
    for part in ("broken AVL-01", "it was <other>", "known: presumed: somewhere", "{'ahead': 3}", "<sent>1</sent>"):
        assert part in text
    assert text.endswith("1 held, 1 broken, 1 inconclusive, 1 skipped.")


def test_the_terminal_shows_what_is_inconclusive_and_why() -> None:
    lines = printed(ALL).splitlines()
    place = lines.index("inconclusive ORD-02  Statement & more.")
    assert lines[place + 1] == "    no slot is free"
    assert "    again: drs-contracts verify --clause ORD-02" in lines[place:]


def test_the_terminal_names_what_is_skipped_with_the_reason() -> None:
    assert "skipped, because it writes: ORD-01" in printed(ALL).splitlines()


def test_presumed_clauses_are_confirmed_or_refuted() -> None:
    text = printed(ALL)
    assert "Presumed, and refuted by this run: AVL-01." in text
    assert "Presumed, and confirmed by this run: AVL-02." in text


def test_an_inconclusive_clause_is_never_refuted() -> None:
    of = report(INCONCLUSIVE)
    assert (of.refuted, of.confirmed) == ((), ())
    assert "refuted" not in printed(of)


def test_a_simulator_teaches_nothing_about_drs() -> None:
    assert "Presumed" not in printed(report(BROKEN, HELD, simulated=True))


def test_json_has_every_finding() -> None:
    data = json.loads(to_json(ALL))
    assert [each["outcome"] for each in data["findings"]] == ["broken", "held", "skipped", "inconclusive"]
    assert (data["confirmed"], data["refuted"], data["target"]) == (["AVL-02"], ["AVL-01"], "a target")
    assert data["findings"][0]["exchange"]["sent"] == "<sent>1</sent>"
    assert data["counts"] == {"held": 1, "broken": 1, "inconclusive": 1, "skipped": 1}


def test_junit_counts_failures_errors_and_skips() -> None:
    (suite,) = etree.fromstring(to_junit(ALL))
    assert [suite.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["4", "1", "1", "1"]
    assert suite.findtext("testcase/failure", "").startswith("known: presumed")
    (error,) = suite.findall("testcase/error")
    assert error.get("message") == "no slot is free"
    assert [case.get("classname") for case in suite] == ["AVL", "AVL", "ORD", "ORD"]


def test_the_page_needs_nothing_else_and_escapes_what_it_shows() -> None:
    root = etree.HTML(to_html(ALL).decode())
    assert root.findtext(".//h1") == "No: 1 of 3 clauses that were checked is broken."
    assert "it was <other>" in "".join(root.itertext())
    assert root.xpath("//pre/text()")[0] == "<sent>1</sent>"
    assert not root.xpath("//link | //img | //@src")
    assert {link for link in root.xpath("//@href") if not link.startswith("#")} == {
        CONTRACT_PAGE,
        *(clause_url(name) for name in ("AVL-01", "AVL-02", "ORD-01", "ORD-02")),
    }
    assert len(root.xpath("//tbody/tr")) == 4


def test_an_interrupted_run_says_so_everywhere() -> None:
    stopped = report(HELD, interrupted=True)
    assert "interrupted" in printed(stopped)
    assert json.loads(to_json(stopped))["interrupted"]
    assert b"was interrupted" in to_html(stopped)


def test_notices_and_orders_left_behind_are_in_every_report() -> None:
    left = Finding(HELD.clause, Outcome.HELD, left_behind=("CONTRACT-1",))
    of = report(left, notices=("The clock differs.",))
    assert "CONTRACT-1" in printed(of)
    data = json.loads(to_json(of))
    assert (data["notices"], data["left_behind"]) == (["The clock differs."], ["CONTRACT-1"])
    assert b"The clock differs." in to_html(of)
    assert b"CONTRACT-1" in to_html(of)
    assert b"The clock differs." in to_junit(of)


def test_how_a_drs_is_set_up_is_in_every_report() -> None:
    cap = FoundSetting("cap of days", "14 days", "7 days", differs=True)
    slots = FoundSetting("slots", "08:00-12:00", "08:00-12:00")
    code = FoundSetting("SOR code", "set <sor_codes>", "N1", is_known=False, differs=True)
    assert list(to_setup_lines((cap, slots, code))) == [
        "Found out about this DRS:",
        "    slots: 08:00-12:00",
        "Set up otherwise than in the profile:",
        "    cap of days: 14 days; the profile has 7 days",
        "    SOR code: not found out; set <sor_codes>",
    ]
    of = report(HELD, setup=(cap, slots, code))
    data = json.loads(to_json(of))["setup"]
    assert data[0] == {"name": "cap of days", "found": "14 days", "profile": "7 days", "differs": True, "reason": ""}
    assert (data[2]["found"], data[2]["reason"]) == (None, "set <sor_codes>")
    (suite,) = etree.fromstring(to_junit(of))
    properties = {each.get("name"): each.get("value") for each in suite.findall("properties/property")}
    assert properties["cap of days"] == "14 days; the profile has 7 days"
    assert "cap of days: 14 days" in suite.findtext("system-out", "")
    cells = etree.HTML(to_html(of).decode()).xpath("//tbody[@class='setup']/tr[1]/td/text()")
    assert cells == ["cap of days", "14 days", "7 days"]


@given(st.text())
def test_any_answer_can_be_written_in_every_report(text: str) -> None:
    came = Exchange("x", b"", Reply(0, "", text.encode("utf-8", "replace")))
    strange = Finding(BROKEN.clause, Outcome.BROKEN, text, {"x": text}, came)
    assert etree.fromstring(to_junit(report(strange))).tag == "testsuites"
    assert json.loads(to_json(report(strange)))
    assert to_html(report(strange))
    assert printed(report(strange))


def test_a_long_answer_is_cut() -> None:
    long = Finding(BROKEN.clause, Outcome.BROKEN, "", {}, Exchange("x", b"a" * 30_000, Reply(200, "", b"")))
    assert b"(10000 more characters)" in to_json(report(long))


def test_every_report_says_that_a_clause_is_said_by_the_vendor_or_measured() -> None:
    helped, measured = (
        Finding(clause("SCH-01", each), Outcome.BROKEN, "no") for each in (Grade.VENDOR, Grade.MEASURED)
    )
    of = report(helped, measured)
    for text in (printed(of), to_junit(of).decode(), to_html(of).decode()):
        assert "vendor: somewhere" in text
        assert "measured: somewhere" in text
    assert [each["grade"] for each in json.loads(to_json(of))["findings"]] == ["vendor", "measured"]
    assert of.refuted == ()
