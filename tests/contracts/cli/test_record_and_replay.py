"""The commands drs-contracts record and replay, run as a user runs them."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree

import pytest
import requests
from drs_client import DrsClient, RepairWorkflow
from drs_contracts import load_recording
from drs_simulator import Simulator
from werkzeug.wrappers import Request, Response

from tests.client.fakes import serving
from tests.contracts.cli.commands import COMMAND, run
from tests.contracts.recordings.test_recording import FOLDER

CLOCK = "fixed@2021-10-22T12:20:59.555+01:00"
JOB = ("3670010", "N373049", "Priority 20 Days")


@contextmanager
def recording(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A recorder of its own process, and the address that it printed."""
    process = subprocess.Popen(
        [*COMMAND, "record", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        line = process.stdout.readline()
        found = re.fullmatch(r"Recording into .+\. Point the client at (http://127\.0\.0\.1:\d+/\S*)\n", line)
        assert found, line + process.stderr.read()
        assert process.stdout.readline() == "Stop it with Ctrl-C.\n"
        yield process, found[1]
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


def ended(process: subprocess.Popen[str], by: signal.Signals) -> tuple[int, str, str]:
    """The exit code, and what was printed on the way."""
    process.send_signal(by)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of a workflow, made by the command."""
    folder = tmp_path_factory.mktemp("recordings") / "today"
    with Simulator("lincoln", clock=CLOCK, login="council", password="pa55word!") as drs:
        settings = (drs.url, "--into", str(folder), "--clock", CLOCK, "--seed", "7")
        with recording(*settings) as (process, url):
            repairs = RepairWorkflow(DrsClient(url, "council", "pa55word!"), now=drs.clock.now)
            with repairs:
                slot = repairs.find_slots(*JOB, days=1).slots[0]
                repairs.book("10000047", slot, *JOB, comments="Jane's door")
                repairs.cancel("10000047")
            assert ended(process, signal.SIGTERM) == (0, f"8 exchanges written into {folder}.\n", "")
    return folder


def test_a_recording_is_made_and_replays_without_a_difference(recorded: Path) -> None:
    names = [exchange.name for exchange in load_recording(recorded).exchanges]
    done = run("replay", str(recorded), "--simulator")
    assert done.returncode == 0, done.stdout
    assert done.stdout == "".join(f"{name}: no difference\n" for name in names) + "8 exchanges, 0 of them different.\n"
    kept = "".join(path.read_text(encoding="utf-8") for path in recorded.iterdir())
    assert not any(secret in kept for secret in ("council", "pa55word", "Jane", "EXAMPLE TERRACE", "LN1 9ZZ"))


def test_the_recording_of_the_document_replays_without_a_difference() -> None:
    done = run("replay", str(FOLDER), "--simulator")
    assert done.returncode == 0, done.stdout
    assert "5 exchanges, 0 of them different." in done.stdout


def test_a_replay_against_an_address_shows_what_differs_with_exit_code_1(recorded: Path) -> None:
    with Simulator("newark", clock=CLOCK, login="me", password="own") as drs:
        done = run("replay", str(recorded), drs.url, "--login", "me", "--password", "own")
    assert done.returncode == 1
    assert "01-openSession: no difference\n02-checkAvailability: differs\n    /Envelope/Body/" in done.stdout
    assert re.search(r"8 exchanges, \d of them different\.\n$", done.stdout)


def test_ctrl_c_ends_a_recording_and_what_was_left_out_is_told(tmp_path: Path) -> None:
    with (
        serving(Request.application(lambda _: Response("<html>Down<br></html>", 503))) as address,
        recording(f"{address}/soap", "--into", str(tmp_path / "r")) as (process, url),
    ):
        assert requests.post(url, b"<a/>", timeout=10).status_code == 503
        code, out, err = ended(process, signal.SIGINT)
    assert (code, out) == (0, f"0 exchanges written into {tmp_path / 'r'}.\n")
    assert err == "left out: An exchange cannot be redacted. It is not XML that can be read.\n"


@pytest.fixture
def places(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Recordings that cannot be used, and addresses, by name."""
    for name, was, becomes in (
        ("broken", "", ""),
        ("nowhere", "lincoln-2021", "no/where"),
        ("timeless", CLOCK, "noon"),
        ("empty", "", ""),
    ):
        copytree(FOLDER, tmp_path / name)
        about = tmp_path / name / "recording.toml"
        about.write_text(about.read_text(encoding="utf-8").replace(was, becomes), encoding="utf-8")
    for path in (tmp_path / "empty").glob("*.xml"):
        path.unlink()
    (tmp_path / "broken" / "02-closeSession.response.xml").write_text("<a>", encoding="utf-8")
    with (
        Simulator("lincoln") as drs,
        serving(Request.application(lambda _: Response("hello"))) as web,
        socket.create_server(("127.0.0.1", 0)) as taken,
    ):
        folders = {name: str(tmp_path / name) for name in ("new", "empty", "nowhere", "timeless", "broken")}
        yield folders | {"drs": drs.url, "web": web, "taken": str(taken.getsockname()[1])}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("record", "drs.example", "--into", "{new}"), "'drs.example' is not the address of a DRS."),
        (("record", "http://127.0.0.1:9/soap", "--into", str(FOLDER)), "is not empty."),
        (("record", "http://127.0.0.1:9/soap", "--into", "{new}", "--host", "192.0.2.1"), "listened on"),
        (("record", "http://127.0.0.1:9/soap", "--into", "{new}", "--port", "{taken}"), "listened on"),
        (("record", "http://127.0.0.1:9/soap"), "--into"),
        (("replay", str(FOLDER)), "Give the address of a DRS, or --simulator."),
        (("replay", str(FOLDER), "--simulator", "http://127.0.0.1:9"), "or --simulator."),
        (("replay", "{new}", "--simulator"), "recording.toml cannot be read"),
        (("replay", "{broken}", "--simulator"), "02-closeSession.response.xml is not XML"),
        (("replay", "{empty}", "--simulator"), "has no exchanges."),
        (("replay", "{nowhere}", "--simulator"), "Profile no/where cannot be used"),
        (("replay", "{timeless}", "--simulator"), "'noon' is not a clock."),
        (("replay", str(FOLDER), "http://127.0.0.1:9/soap"), "Nothing answers at 127.0.0.1:9"),
        (("replay", str(FOLDER), "{drs}", "--password", "wrong"), "Are --login and --password right?"),
        (("replay", str(FOLDER), "{web}"), "What answers is not a DRS: HTTP 200 with no XML"),
        (("replay", str(FOLDER), "https://drs.example/soap"), "then add --authorized."),
        (
            ("replay", str(FOLDER), "https://drs.example/soap", "--authorized"),
            "The recording writes (createOrder, scheduleBooking). Add --allow-writes",
        ),
    ],
)
def test_what_cannot_be_used_is_told_with_exit_code_2(
    arguments: tuple[str, ...], words: str, places: dict[str, str]
) -> None:
    done = run(*(each.format(**places) for each in arguments))
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_every_command_explains_itself() -> None:
    for command in ("record", "replay"):
        done = run(command, "--help")
        assert done.returncode == 0
        assert "Usage: " in done.stdout
