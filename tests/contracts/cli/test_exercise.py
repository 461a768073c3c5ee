"""The command drs-contracts exercise."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from drs_simulator import scenario_names
from lxml import etree

from tests.contracts.cli import commands
from tests.contracts.exercise.services import BOOKS_TWICE, CALLS, service

SAYS_NOTHING = [sys.executable, "-c", "pass"]
FAILS_ODDLY = [*CALLS[:2], f"{CALLS[2]}os.write(1, '\\u2713 1 failed'.encode())\nraise SystemExit(1)\n"]


def run(*arguments: str | Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return commands.run("exercise", *arguments, environ=environ)


def test_the_matrix_is_printed_and_written(tmp_path: Path) -> None:
    junit, html = tmp_path / "x.xml", tmp_path / "x.html"
    scenarios = ("--scenario", "healthy", "--scenario", "http-502")
    done = run(*scenarios, "--junit", junit, "--html", html, "--", *service())
    assert done.returncode == 1
    assert "HTTP 502 instead of SOAP" in done.stdout
    (suite,) = etree.fromstring(junit.read_bytes())
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert "Does the service survive" in html.read_text(encoding="utf-8")
    assert run("--scenario", "healthy", "--", *service()).returncode == 0


def test_the_same_can_be_had_as_json(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    done = run("--scenario", "healthy", "--json", "--json-report", file, "--", *CALLS)
    told = json.loads(done.stdout)
    assert told == json.loads(file.read_text(encoding="utf-8"))
    assert [each["outcome"] for each in told["runs"]] == ["passed and clean"]


def test_what_is_left_behind_is_in_all_four_reports(tmp_path: Path) -> None:
    json_file, junit, html = tmp_path / "x.json", tmp_path / "x.xml", tmp_path / "x.html"
    reports = ("--json-report", json_file, "--junit", junit, "--html", html)
    scenarios = ("--scenario", "healthy", "--scenario", "response-lost")
    done = run(*scenarios, *reports, "--", *BOOKS_TWICE, COLUMNS="500")
    words = "it repeats order 1, which had no answer"
    assert done.returncode == 1
    assert all(text in done.stdout for text in ("passed and clean", "passed but left a mess", f"CAL-39: {words}"))
    _, lost = json.loads(json_file.read_text(encoding="utf-8"))["runs"]
    assert (lost["outcome"], lost["exit_code"], lost["left"]["orders"]) == ("passed but left a mess", 0, 2)
    assert {"text": words, "clause": "CAL-39", "call": 4, "advice": False} in lost["findings"]
    (suite,) = etree.fromstring(junit.read_bytes())
    assert [words in (case.findtext("failure") or "") for case in suite] == [False, True]
    assert words in html.read_text(encoding="utf-8")


class TestBaseline:
    """A command that fails while DRS is healthy says nothing about the rest."""

    def test_no_calls_stops_the_rest_with_exit_code_1(self, tmp_path: Path) -> None:
        junit = tmp_path / "x.xml"
        done = run("--junit", junit, "--", *SAYS_NOTHING)
        assert done.returncode == 1
        assert "never called" in done.stdout
        assert f"the other {len(scenario_names()) - 1} scenarios would say nothing" in done.stdout
        assert "Does the command take the address from DRS_URL or DrsOptions__ApiAddress?" in done.stdout
        (suite,) = etree.fromstring(junit.read_bytes())
        counts = (suite.get("tests"), suite.get("failures"), suite.get("skipped"))
        assert counts == (str(len(scenario_names())), "1", str(len(scenario_names()) - 1))

    def test_the_rest_runs_if_it_is_wanted(self) -> None:
        done = run("--keep-going", "--scenario", "healthy", "--scenario", "http-502", "--json", "--", *SAYS_NOTHING)
        assert [each["outcome"] for each in json.loads(done.stdout)["runs"]] == ["never called"] * 2

    def test_no_calls_may_be_allowed(self) -> None:
        done = run("--allow-no-calls", "--scenario", "healthy", "--", *SAYS_NOTHING)
        assert done.returncode == 0
        assert "passed" in done.stdout


def test_a_code_page_that_lacks_a_character_ends_nothing(tmp_path: Path) -> None:
    junit, html = tmp_path / "x.xml", tmp_path / "x.html"
    options = ("--scenario", "healthy", "--junit", junit, "--html", html)
    done = run(*options, "--", *FAILS_ODDLY, PYTHONIOENCODING="cp1252")
    assert done.returncode == 1, done.stderr
    assert "? 1 failed" in done.stdout
    assert junit.stat().st_size
    assert "1 failed" in html.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Which command?"),
        (("--scenario", "nowhere", "--", "true"), "Scenario nowhere cannot be read"),
        (("--scenario", "healthy", "--", "no-such-program"), "no-such-program cannot be run"),
        (("--", "no-such-program"), "no-such-program cannot be run"),
        (("--scenario", "healthy", "--profile", "nowhere", "--", "true"), "Profile nowhere cannot be used"),
    ],
)
def test_what_cannot_be_used_is_told_once_with_exit_code_2(arguments: tuple[str, ...], words: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stderr.count(words) == 1
    assert "Traceback" not in done.stderr


def test_the_scenarios_are_listed() -> None:
    done = run("--list")
    assert done.returncode == 0
    assert all(name in done.stdout for name in scenario_names())


def test_the_variables_are_documented() -> None:
    told = run("--help").stdout
    names = ("URL", "LOGIN", "PASSWORD", "SCENARIO")
    assert all(f"DRS_{name}" in told for name in names)
    assert all(f"DrsOptions__{name}" in told for name in ("ApiAddress", "Login", "Password"))
