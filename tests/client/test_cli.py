"""The command drs-client, run as a user runs it, against a simulator over a real socket."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from drs_client import DrsClient, Unavailability
from drs_simulator import Simulator, load_profile

from tests.client.conftest import NOW
from tests.simulator.scheduling.builders import changed

COMMAND = [sys.executable, "-c", "from drs_client.cli import main; main()"]
JOB = ("--location", "3670010", "--sor", "N373049", "--priority", "Priority 20 Days")
SLOT = ("--begin", "2021-10-26T08:00:00+01:00", "--end", "2021-10-26T12:00:00+01:00")


@pytest.fixture
def url() -> Iterator[str]:
    with Simulator("lincoln", clock=NOW, seed=1) as drs:
        yield drs.url


def run(url: str, *arguments: str, password: str | None = "drs", typed: str = "") -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "DRS_URL": url, "COLUMNS": "200"}
    if password is not None:
        environ["DRS_PASSWORD"] = password
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, timeout=60, check=False, env=environ, input=typed
    )


def as_json(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_slots_are_found_booked_shown_moved_and_cancelled(url: str) -> None:
    found = as_json(run(url, "slots", *JOB, "--days", "2", "--from", "2021-10-26", "--json"))
    first = found["slots"][0]
    assert (first["begin"], first["end"], first["best"]) == (SLOT[1], SLOT[3], False)
    booked = as_json(run(url, "book", "47", *JOB, "--begin", first["begin"], "--end", first["end"], "--json"))
    assert booked["number"] == "47"
    assert booked["bookings"][0]["window_start"] == first["begin"]
    shown = run(url, "show", "47")
    assert "Order 47 at 3670010, 7 EXAMPLE TERRACE" in shown.stdout
    assert "Tue 26 Oct 2021 08:00 to 12:00" in shown.stdout
    assert "Joiner" in shown.stdout
    moved = run(url, "move", "47", "--begin", "2021-10-28T12:00", "--end", "2021-10-28T16:00")
    assert "Thu 28 Oct 2021 12:00 to 16:00" in moved.stdout
    assert run(url, "cancel", "47").stdout == "The booking of order 47 is cancelled.\n"
    assert "No booking." in run(url, "show", "47").stdout
    assert run(url, "cancel", "47", "--json").returncode == 1


def test_a_day_an_alert_and_a_completed_order_are_shown(url: str) -> None:
    run(url, "book", "47", *JOB, *SLOT)
    who = as_json(run(url, "show", "47", "--json"))["bookings"][0]["resources"][0]["id"]
    day = run(url, "schedule-of", who, "--day", "2021-10-26")
    assert "47" in day.stdout
    assert "Tue 26 Oct 2021 08:00 to" in day.stdout
    assert as_json(run(url, "schedule-of", who, "--day", "2021-10-26", "--json"))[0]["order_number"] == "47"
    assert run(url, "schedule-of", who, "--day", "2021-10-25").stdout == "Nothing is planned.\n"
    assert run(url, "alerts").stdout == "No alerts.\n"
    with DrsClient(url, "drs", "drs") as client:
        begin, end = datetime.fromisoformat(SLOT[1]), datetime.fromisoformat(SLOT[3])
        client.update_unavailabilities(who, [Unavailability(begin, end)])
    assert "RESCHEDULEFAILURES" in run(url, "alerts").stdout
    assert as_json(run(url, "alerts", "--json"))[0]["booking"]["order_number"] == "47"
    done = run(url, "complete", "47", *SLOT, "--resource", who)
    assert "Order 47" in done.stdout
    assert as_json(run(url, "show", "47", "--json"))["status"] == "COMPLETED"


def test_slots_are_a_table_with_the_best_marked(url: str) -> None:
    done = run(url, "slots", *JOB, "--days", "1", "--from", "2021-10-26")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert "best" in lines[0]
    assert len(lines) == 5
    assert [line.rstrip().endswith("*") for line in lines[1:]] == [False, False, True, True]


def test_an_order_that_is_not_scheduled_is_shown_so(url: str) -> None:
    with DrsClient(url, "drs", "drs") as client:
        client.create_order("48", "3670010", "N373049", "3 Days", datetime(2021, 11, 3, tzinfo=UTC))
    assert "not scheduled" in run(url, "show", "48").stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("show", "none"), 1, "selectOrder was refused: Unable to find order in OptiTime Web: none"),
        (("book", "1", *JOB[:4], "--priority", "soon", *SLOT), 1, "createOrder was refused"),
        (("slots", *JOB, "--from", "tomorrow"), 2, "'tomorrow' is no date and time. Write 2021-10-26T08:00:00+01:00."),
        (("--wsdl", "nowhere.wsdl", "slots", *JOB), 2, "nowhere.wsdl cannot be read"),
        (("slots", "--location", "3670010"), 2, "--sor"),
        (("--url", "drs.example", "show", "1"), 2, "begins with http://"),
        (("--url", "http://127.0.0.1:9/soap", "show", "1"), 3, "cannot be reached"),
        (("--url", "", "show", "1"), 2, "Give its address with --url, or in DRS_URL."),
        (("fly",), 2, "No such command"),
    ],
)
def test_what_goes_wrong_is_a_line_and_an_exit_code(
    url: str, arguments: tuple[str, ...], code: int, words: str
) -> None:
    done = run(url, *arguments)
    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_wrong_password_is_declined_and_not_shown(url: str) -> None:
    done = run(url, "show", "1", password="very-wrong")
    assert done.returncode == 1
    assert "very-wrong" not in done.stdout + done.stderr


def test_a_password_that_was_not_given_is_asked_for(url: str) -> None:
    done = run(url, "show", "none", password=None, typed="drs\n")
    assert "Password:" in done.stderr
    assert "Unable to find order" in done.stderr


def test_a_warning_of_drs_is_told_beside_the_table() -> None:
    profile = changed(load_profile("lincoln"), availability={"day_cap": 3})
    with Simulator(profile, clock=NOW) as drs:
        done = run(drs.url, "slots", *JOB, "--from", "2021-10-26")
    assert done.returncode == 0
    assert done.stderr == "DRS says: The number of days returned has been limited to 3 day\n"


def test_every_command_explains_itself_without_an_address() -> None:
    for command in (
        (),
        ("slots",),
        ("book",),
        ("show",),
        ("move",),
        ("cancel",),
        ("complete",),
        ("schedule-of",),
        ("alerts",),
    ):
        done = run("", *command, "--help", password=None)
        assert done.returncode == 0
        assert "Usage: " in done.stdout
