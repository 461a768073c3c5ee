"""The command drs-contracts guess."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from lxml import etree

from tests.contracts.cli import commands
from tests.contracts.guess.services import MATCHES_WORDS, service

WORDS = ("--only", "messages.booking_unknown=component", "--only", "messages.login_refused")


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return commands.run("guess", *arguments)


def test_a_dependency_is_told_in_every_form(tmp_path: Path) -> None:
    junit, html, file = tmp_path / "x.xml", tmp_path / "x.html", tmp_path / "x.json"
    done = run(*WORDS, "--junit", junit, "--html", html, "--json-report", file, "--", *MATCHES_WORDS)
    assert done.returncode == 1, done.stderr
    for words in (
        "The command depends on 1 of 2 guesses about DRS.",
        "messages.booking_unknown is a guess: Unable to find booking {booking_id}",
        "CAN-03: deleteBooking of an unknown booking is refused. (presumed: the simplest assumption)",
        "fails: tests/test_it.py::test_words",
        "The call whose answer differs: deleteBooking",
        "< errorMsg: Unable to find booking 1",
        "in the variant: Error in Booking.schedule. Error in modifyJob Job not found",
        "Ask: Which errorMsg does DRS return for a bookingId that it does not know?",
        "Not exercised by the command (1): messages.login_refused",
    ):
        assert words in done.stdout
    (suite,) = etree.fromstring(junit.read_bytes())
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("2", "1", "1")
    page = html.read_text(encoding="utf-8")
    assert "Which errorMsg does DRS return for a bookingId" in page
    assert "Error in modifyJob Job not found" in page
    told = json.loads(file.read_text(encoding="utf-8"))
    assert [each["setting"] for each in told["depends_on"]] == ["messages.booking_unknown"]
    assert told["depends_on"][0]["variants"][0]["tests"] == ["tests/test_it.py::test_words"]


def test_no_dependency_ends_with_exit_code_0() -> None:
    done = run(*WORDS, "--json", "--", *service("delete(1)"))
    assert done.returncode == 0
    told = json.loads(done.stdout)
    assert (told["depends_on"], told["independent_of"]) == ([], ["messages.booking_unknown"])


class TestWrongArguments:
    """One line on standard error, and exit code 2."""

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ((), "Which command? drs-contracts guess -- pytest"),
            (("--", "no-such-program"), "no-such-program cannot be run: there is no such program"),
            (
                ("--only", "messages.colour", "--", "sh"),
                "has no variant messages.colour. drs-simulator profile variants",
            ),
            (("--profile", "nowhere", "--", "sh"), "nowhere cannot be used"),
        ],
    )
    def test_they_are_named(self, arguments: tuple[str, ...], words: str) -> None:
        done = run(*arguments)
        assert done.returncode == 2
        assert words in done.stderr
        assert done.stdout == ""

    def test_a_failure_by_default_is_told_once(self) -> None:
        done = run("--", *service('delete(1)\nfail("test_always")'))
        assert done.returncode == 2
        assert done.stderr.count("The command fails by default") == 1
        assert "No guess is to blame" in done.stderr


def test_variants_are_listed() -> None:
    done = run("--list", "--only", "gateway.platform", "--json")
    assert [each["id"] for each in json.loads(done.stdout)] == [
        "gateway.platform=cxf-2.2",
        "gateway.platform=cxf-2.7",
        "gateway.platform=cxf-3.1",
        "gateway.platform=cxf-3.5",
    ]
    assert "messages.login_refused=other-words" in run("--list").stdout


def test_an_unfinished_search_ends_with_exit_code_2() -> None:
    done = run(*WORDS, "--time-budget", "4", "--", *service('"to find" in delete(1) or time.sleep(600)'))
    assert done.returncode == 2
    assert "Not decided (2):" in done.stdout
    assert "The time was over before all was known. Give more with --time-budget." in done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT for a process alone")
def test_ctrl_c_tells_what_is_known(tmp_path: Path) -> None:
    hangs = tmp_path / "hangs"
    source = f'"to find" in delete(1) or (Path({str(hangs)!r}).touch(), time.sleep(600))'
    arguments = [*commands.COMMAND, "guess", "--jobs", "2", *WORDS, "--", *service(source)]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ})
    deadline = time.monotonic() + 60
    while not hangs.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    printed, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "The search was interrupted: this is what was known by then." in printed
    assert "messages.booking_unknown: interrupted before it was tried" in printed
