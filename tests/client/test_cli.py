"""The command drs-client, run as a user runs it, against a simulator over a real socket."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import drs_client
import pytest
from drs_client import DrsClient, Unavailability
from drs_simulator import Simulator, load_profile
from werkzeug.wrappers import Response

from tests.client.conftest import NOW
from tests.client.fakes import change_profile, serving

COMMAND = [sys.executable, "-m", "drs_client"]
JOB = ("--location", "3670010", "--sor", "N373049", "--priority", "Priority 20 Days")
SLOT = ("--begin", "2021-10-26T08:00:00+01:00", "--end", "2021-10-26T12:00:00+01:00")


@pytest.fixture
def url() -> Iterator[str]:
    with Simulator("lincoln", clock=NOW, seed=1) as drs:
        yield drs.url


def run(url: str, *arguments: str, password: str | None = "drs", **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the command without a terminal; ``settings`` are environment variables."""
    environ = {**os.environ, "DRS_URL": url, "COLUMNS": "200", **settings}
    if password is not None:
        environ["DRS_PASSWORD"] = password
    return subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environ,
        stdin=subprocess.DEVNULL,
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
    again = run(url, "cancel", "47", "--json")
    assert again.returncode == 1
    assert "it is cancelled already" in again.stderr
    assert as_json(run(url, "book", "47", *JOB, *SLOT, "--json"))["bookings"][0]["window_start"] == SLOT[1]


def test_a_day_an_alert_and_a_completed_order_are_shown(url: str) -> None:
    run(url, "book", "47", *JOB, *SLOT)
    who = as_json(run(url, "show", "47", "--json"))["bookings"][0]["resources"][0]["id"]
    day = run(url, "schedule", who, "--day", "2021-10-26")
    assert "47" in day.stdout
    assert "Tue 26 Oct 2021 08:00 to" in day.stdout
    assert as_json(run(url, "schedule", who, "--day", "2021-10-26", "--json"))[0]["order_number"] == "47"
    assert run(url, "schedule", who, "--day", "2021-10-25").stdout == "Nothing is planned.\n"
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
        (
            ("slots", *JOB, "--from", "tomorrow"),
            2,
            "'tomorrow' is not a date. Write it as year-month-day, such as 2021-10-26.",
        ),
        (("--wsdl", "nowhere.wsdl", "slots", *JOB), 2, "nowhere.wsdl cannot be read"),
        (("slots", "--location", "3670010"), 2, "--sor"),
        (("--url", "drs.example", "show", "1"), 2, "begins with http://"),
        (("--url", "http://127.0.0.1:9/soap", "show", "1"), 3, "cannot be reached"),
        (("--url", "", "show", "1"), 2, "with --url or in DRS_URL."),
        (("fly",), 2, "No such command"),
        (("slots", *JOB, "--from", "25/10/2021"), 2, "Write it as year-month-day, such as 2021-10-26."),
        (("move", "1", "--begin", "25/10/2021", "--end", SLOT[3]), 2, "Write 2021-10-26T08:00:00+01:00."),
        (("book", "1", *JOB, *SLOT, "--comments", "\x07"), 2, "orderComments contains '\\x07'"),
        (("--url", "http://[fd", "show", "1"), 2, "is not the address of a gateway"),
    ],
)
def test_errors_are_a_line_and_an_exit_code(url: str, arguments: tuple[str, ...], code: int, words: str) -> None:
    done = run(url, *arguments)
    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_booking_that_fails_is_explained_and_repeated(url: str) -> None:
    past = ("--begin", "2021-10-20T08:00", "--end", "2021-10-20T12:00")
    done = run(url, "book", "1", *JOB, *past)
    assert done.returncode == 1
    assert done.stderr == (
        "Order 1 was created, but booking 149996 is not scheduled: scheduleBooking was refused: planningWindowEnd is "
        "in the past. The booking was cancelled. Book the same number again, with another slot.\n"
    )
    assert run(url, "book", "1", *JOB, *SLOT).returncode == 0


def test_a_wrong_password_is_declined_and_not_shown(url: str) -> None:
    done = run(url, "show", "1", password="very-wrong")
    assert done.returncode == 1
    assert "very-wrong" not in done.stdout + done.stderr


def test_a_missing_password_without_a_terminal_is_an_error(url: str) -> None:
    done = run(url, "show", "none", password=None)
    assert done.returncode == 2
    assert done.stderr == "No password. Set DRS_PASSWORD, or give --password.\n"


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo terminal")
def test_a_missing_password_is_asked_for_on_a_terminal(url: str) -> None:
    import pty  # noqa: PLC0415 - not on Windows

    environ = {**os.environ, "DRS_URL": url}
    environ.pop("DRS_PASSWORD", None)
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(sys.executable, [*COMMAND, "show", "none"], environ)
    shown = b""
    with suppress(OSError):  # Linux ends a terminal's output with an error
        while chunk := os.read(terminal, 1000):
            shown += chunk
            if shown.endswith(b"Password: "):
                os.write(terminal, b"drs\n")
    os.close(terminal)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 1
    assert b"Unable to find order" in shown
    assert b"drs\r\n" not in shown


def test_a_warning_of_drs_is_printed_beside_the_table() -> None:
    profile = change_profile(load_profile("lincoln"), availability={"day_cap": 3})
    with Simulator(profile, clock=NOW) as drs:
        done = run(drs.url, "slots", *JOB, "--from", "2021-10-26")
    assert done.returncode == 0
    assert done.stderr == "DRS says: The number of days returned has been limited to 3 day\n"


@pytest.mark.parametrize(
    "command", [(), ("slots",), ("book",), ("show",), ("move",), ("cancel",), ("complete",), ("schedule",), ("alerts",)]
)
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_needs_no_address_and_any_encoding(command: tuple[str, ...], option: str) -> None:
    done = run("", *command, option, password=None, PYTHONIOENCODING="ascii", COLUMNS="60")
    assert done.returncode == 0
    assert done.stdout.startswith("Usage: drs-client ")
    assert done.stdout.isascii()


def test_the_version_is_printed() -> None:
    assert run("", "--version", password=None).stdout == f"drs-client {drs_client.__version__}\n"


@pytest.mark.parametrize("columns", ["40", "60", "80", "200"])
def test_slots_can_be_pasted_at_every_width(url: str, columns: str) -> None:
    done = run(url, "slots", *JOB, "--days", "1", "--from", "2021-10-26", COLUMNS=columns)
    words = done.stdout.split()
    assert words.count(SLOT[1]) == 2
    assert SLOT[3] in words


def test_days_without_slots_are_explained(url: str) -> None:
    done = run(url, "slots", *JOB, "--from", "2001-01-01")
    assert done.returncode == 0
    assert done.stdout == (
        "No slots were found from Mon 01 Jan 2001 on. That day is past: give a later one with --from.\n"
    )
    assert as_json(run(url, "slots", *JOB, "--from", "2001-01-01", "--json"))["slots"] == []


def test_days_to_come_without_slots_are_not_called_past() -> None:
    far = (datetime.now(UTC) + timedelta(days=400)).date()
    profile = change_profile(load_profile("lincoln"), availability={"slots": ["08:00-08:05"]})
    with Simulator(profile) as drs:
        done = run(drs.url, "slots", *JOB, "--from", far.isoformat())
    assert done.stdout == f"No slots were found from {far:%a %d %b %Y} on.\n"


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_texts_of_drs_are_printed_in_any_encoding(url: str, encoding: str) -> None:
    with DrsClient(url, "drs", "drs") as client:
        client.update_location("77", ["1 \u2713 :cd: [bold]"], "LN9 9ZZ")
        client.create_order("9", "77", JOB[3], JOB[5], datetime(2021, 11, 3, tzinfo=UTC))
    done = run(url, "show", "9", PYTHONIOENCODING=encoding)
    assert done.returncode == 0, done.stderr
    tick = "\u2713" if encoding == "utf-8" else "\\u2713"
    assert f"1 {tick} :cd: [bold]" in done.stdout


def test_an_address_with_colons_is_printed_as_it_is() -> None:
    """What looks like an emoji code or markup stays text."""
    with serving(Response("<html></html>", content_type="text/html")) as address:
        done = run(f"{address}/:cd:/[red]/ws/soap", "show", "1")
    assert done.returncode == 3
    assert done.stderr == (
        f"{address}/:cd:/[red]/ws/soap?wsdl is not a WSDL but a web page (HTML). "
        "The gateway's address ends with /ws/soap.\n"
    )


def test_a_reader_that_leaves_ends_the_command_quietly(url: str) -> None:
    environ = {**os.environ, "DRS_URL": url, "DRS_PASSWORD": "drs"}
    with subprocess.Popen(
        [*COMMAND, "slots", *JOB, "--from", "2021-10-26"], env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to one process")
class TestInterrupt:
    """Ctrl-C ends the command with exit code 130 and without a traceback."""

    @pytest.mark.parametrize("module", ["drs_client.cli.commands", "typer", "zeep", "drs_client.client", "lxml.etree"])
    def test_during_imports(self, module: str) -> None:
        done = subprocess.run(
            [sys.executable, "-c", INTERRUPTED_IMPORT, module], capture_output=True, text=True, check=False, timeout=60
        )
        assert (done.returncode, done.stdout, done.stderr) == (130, "", "")

    def test_while_drs_is_silent(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            url = f"http://127.0.0.1:{server.getsockname()[1]}/ws/soap"
            environ = {**os.environ, "DRS_URL": url, "DRS_PASSWORD": "drs"}
            with subprocess.Popen(
                [*COMMAND, "show", "1"], env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            ) as process:
                server.settimeout(60)
                connection, _ = server.accept()
                with connection:
                    process.send_signal(signal.SIGINT)
                    shown = process.communicate(timeout=60)
        assert (process.returncode, *shown) == (130, "", "")


# Ctrl-C arrives just when the module named by the argument is imported.
INTERRUPTED_IMPORT = """
import os, signal, sys

class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == sys.argv[1]:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupt())
from drs_client.cli import main
main()
"""


def test_orders_are_listed_and_deleted(url: str) -> None:
    booked = as_json(run(url, "book", "47", *JOB, *SLOT, "--json"))
    (resource,) = booked["bookings"][0]["resources"]
    day = SLOT[1][:10]
    for options in (("--location", "3670010"), ("--resource", resource["id"]), ("--from", day, "--to", day)):
        assert "Tue 26 Oct 2021 08:00 to 12:00" in run(url, "orders", *options).stdout
        assert [each["number"] for each in as_json(run(url, "orders", *options, "--json"))] == ["47"]
    assert run(url, "orders", "--from", "2021-10-27", "--to", "2021-10-27").stdout == "No orders.\n"
    assert run(url, "delete-order", "47").stdout == "Order 47 is deleted.\n"
    assert run(url, "orders", "--location", "3670010").stdout == "No orders.\n"


def test_orders_need_a_filter(url: str) -> None:
    done = run(url, "orders", "--from", "2021-10-26")
    assert done.returncode == 2
    assert "--location, --resource, or --from and --to" in done.stderr
