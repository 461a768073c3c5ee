"""Files and folders of the housing system on the command line, run as a user runs it."""

from __future__ import annotations

import re
import signal
from pathlib import Path
from time import monotonic, sleep

import pytest
import requests

from tests.simulator.cli.test_cli import run, serving
from tests.simulator.housing_files.files import FIRST, SECOND
from tests.simulator.soap.wire import OPEN, call


def ask(url: str, operation: str, members: str) -> str:
    answer = requests.post(url, call(operation, members), headers={"Content-Type": "text/xml"}, timeout=10)
    return answer.text


def wait_for(path: Path) -> None:
    end = monotonic() + 20
    while not path.exists():
        assert monotonic() < end
        sleep(0.05)


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_serve_imports_from_its_folder(tmp_path: Path, signal_number: signal.Signals) -> None:
    (tmp_path / "before.txt").write_text(FIRST)
    arguments = ("--port", "0", "--clock", "fixed@2021-04-01T12:00", "--import-dir", str(tmp_path))
    with serving(*arguments) as (process, printed):
        assert f"imports   {tmp_path}\n" in printed
        url = re.findall(r"endpoint +(\S+)", printed)[0]
        wait_for(tmp_path / "imported/before.txt")
        (tmp_path / "after.txt").write_text(SECOND)
        (tmp_path / "bad.txt").write_text(FIRST.replace("'4'", "'9'"))
        wait_for(tmp_path / "imported/after.txt")
        wait_for(tmp_path / "rejected/bad.txt")
        assert "line 7, records (field 3)" in (tmp_path / "rejected/bad.txt.reason").read_text()
        session = re.findall(r"<sessionId>(\w+)</sessionId>", ask(url, "openSession", OPEN))[0]
        for number in ("L835574", "L835575"):
            found = ask(
                url,
                "selectOrder",
                f"<primaryOrderNumber>{number}</primaryOrderNumber><sessionId>{session}</sessionId>",
            )
            assert "<status>success</status>" in found
            assert "<bookingId>" in found
        process.send_signal(signal_number)
        assert process.wait(timeout=10) == 0


def test_serve_logs_rejected_files(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.txt").write_text(FIRST.replace("'4'", "'9'"))
    with serving("--port", "0", "--import-dir", str(tmp_path)):
        wait_for(tmp_path / "rejected/bad.txt")
        log = ""
        end = monotonic() + 10
        while "'bad.txt' was rejected: line 7, records (field 3)" not in log:
            assert monotonic() < end
            sleep(0.05)
            log += capfd.readouterr().err


def test_serve_needs_an_existing_folder(tmp_path: Path) -> None:
    done = run("serve", "--port", "0", "--import-dir", str(tmp_path / "nowhere"))
    assert done.returncode == 2
    assert "--import-dir" in done.stderr


def test_check_file_accepts_a_right_file(tmp_path: Path) -> None:
    file = tmp_path / "387176.txt"
    file.write_text(FIRST)
    done = run("check-file", str(file))
    assert (done.returncode, done.stdout) == (0, f"{file} is valid.\n")
    assert file.read_text() == FIRST


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        ("'4'\n", "'9'\n", "line 7, records (field 3): it says 9 records, there are 4. Send the whole file."),
        ("'TRAILER','387176','4'\n", "", "line 5, record type (field 1): the file ends without TRAILER."),
        ("100 Days", "100 days", "line 3, priority (field 5): DRS refuses it: Unknown priority '100 days'"),
    ],
)
def test_check_file_names_line_and_field(tmp_path: Path, right: str, wrong: str, words: str) -> None:
    file = tmp_path / "bad.txt"
    file.write_text(FIRST.replace(right, wrong))
    done = run("check-file", str(file))
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stdout == ""


def test_check_file_uses_the_given_profile(tmp_path: Path) -> None:
    file = tmp_path / "order.txt"
    file.write_text(FIRST)
    done = run("check-file", str(file), "--profile", "hackney")
    assert done.returncode == 2
    assert "contract (field 8)" in done.stderr


def test_check_file_needs_an_existing_file(tmp_path: Path) -> None:
    done = run("check-file", str(tmp_path / "nowhere.txt"))
    assert done.returncode == 2
    assert "does not exist" in " ".join(done.stderr.replace("│", " ").split())


def test_import_into_a_database_is_served_once(tmp_path: Path) -> None:
    file, state = tmp_path / "387176.txt", f"sqlite:///{tmp_path}/drs.db"
    file.write_text(FIRST)
    with serving("--port", "0", "--clock", "fixed@2021-04-01T12:00", "--state", state) as (_, printed):
        url = re.findall(r"endpoint +(\S+)", printed)[0]
        first = run("import", str(file), "--state", state)
        assert (first.returncode, first.stdout) == (0, f"{file} is imported.\n")
        again = run("import", str(file), "--state", state)
        assert (again.returncode, again.stdout) == (0, f"{file} was imported before; nothing was changed.\n")
        session = re.findall(r"<sessionId>\w+</sessionId>", ask(url, "openSession", OPEN))[0]
        found = ask(url, "selectOrder", f"<primaryOrderNumber>L835574</primaryOrderNumber>{session}")
        assert found.count("<orderId>") > 0
        assert found.count("<theOrders>") == 1


def test_import_names_what_is_wrong(tmp_path: Path) -> None:
    bad, state = tmp_path / "bad.txt", f"sqlite:///{tmp_path}/drs.db"
    bad.write_text(FIRST.replace("'4'", "'9'"))
    wrong = run("import", str(bad), "--state", state)
    assert (wrong.returncode, "line 7, records (field 3)" in wrong.stderr) == (2, True)
    in_memory = run("import", str(bad), "--state", "memory")
    assert (in_memory.returncode, "name its database with --state" in in_memory.stderr) == (2, True)
    nowhere = run("import", str(bad))
    assert (nowhere.returncode, "--state" in nowhere.stderr) == (2, True)
