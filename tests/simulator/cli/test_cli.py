"""The command drs-simulator, run as a user runs it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import drs_simulator
import pytest
import requests
from drs_simulator import Simulator, load_profile, load_scenario

from tests.simulator.soap.wire import OPEN, ORDER, call

COMMAND = [sys.executable, "-c", "from drs_simulator.__main__ import main; main()"]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=120, check=False)


@contextmanager
def serving(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server of its own process, and what it printed until it was up."""
    process = subprocess.Popen([*COMMAND, "serve", *arguments], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        printed = ""
        while "Stop it with" not in printed:
            line = process.stdout.readline()
            assert line, printed
            printed += line
        yield process, printed
    finally:
        # Killed outright, it would leave the process behind that serves.
        process.terminate()
        process.wait(timeout=120)
        process.stdout.close()


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_serve_prints_addresses_and_stops_cleanly(signal_number: signal.Signals) -> None:
    with serving("--port", "0", "--clock", "fixed@2021-10-22T12:00:00Z", "--seed", "1") as (process, printed):
        found = re.search(r"endpoint +(http://127\.0\.0\.1:\d+/OTWebServiceGateway_LINCOLN/ws/soap)\n", printed)
        assert found
        url = found[1]
        assert f"WSDL      {url}?wsdl\n" in printed
        assert "login     drs, password drs\n" in printed
        assert "clock fixed@2021-10-22T13:00:00.000+01:00\n" in printed
        answer = requests.post(url, call("openSession", OPEN), headers={"Content-Type": "text/xml"}, timeout=10)
        assert "<status>success</status>" in answer.text
        assert requests.get(f"{url}?wsdl", timeout=10).status_code == 200
        process.send_signal(signal_number)
        assert process.wait(timeout=120) == 0


def test_serve_takes_login_profile_and_password() -> None:
    arguments = ("--port", "0", "--profile", "hackney", "--login", "me", "--password", "my-secret")
    with serving(*arguments) as (process, printed):
        assert "London Borough of Hackney" in printed
        assert "login     me\n" in printed
        assert "my-secret" not in printed
        url = re.findall(r"endpoint +(\S+)", printed)[0]
        body = call("openSession", "<login>me</login><password>my-secret</password>")
        answer = requests.post(url, body, headers={"Content-Type": "text/xml"}, timeout=10)
        assert "<status>success</status>" in answer.text
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=120) == 0


def test_serve_stores_its_state_and_reads_it_again(tmp_path: Path) -> None:
    arguments = ("--port", "0", "--clock", "fixed@2021-10-22T12:00:00Z", "--state", f"sqlite:///{tmp_path}/drs.db")
    answers = []
    for operation in ("createOrder", "selectOrder"):
        with serving(*arguments) as (process, printed):
            assert f"state     sqlite:///{tmp_path}/drs.db\n" in printed
            url = re.findall(r"endpoint +(\S+)", printed)[0]
            opened = requests.post(url, call("openSession", OPEN), headers={"Content-Type": "text/xml"}, timeout=10)
            session = "".join(re.findall(r"<sessionId>.*</sessionId>", opened.text))
            asked = ORDER if operation == "createOrder" else "<primaryOrderNumber>10000047</primaryOrderNumber>"
            body = call(operation, asked + session)
            answers.append(requests.post(url, body, headers={"Content-Type": "text/xml"}, timeout=10).text)
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=120) == 0
    ids = [re.findall(r"<(orderId|bookingId|tokenId)>(.*?)</", answer) for answer in answers]
    assert ids[0]
    assert set(ids[0]) == set(ids[1])


def test_the_demo_is_in_the_state_once_for_all_workers(tmp_path: Path) -> None:
    arguments = ("--port", "0", "--demo", "--workers", "2", "--state", f"sqlite:///{tmp_path}/drs.db")
    for said in ("orders, a week to look at", "nothing was added: the state has orders already"):
        with serving(*arguments) as (_, printed):
            assert said in printed
            root = re.findall(r"console +(\S+)", printed)[0]
            page = requests.get(root, headers={"Accept": "text/html"}, timeout=20).text
            assert "data-number=" in page


def test_the_demo_is_in_memory_too() -> None:
    with serving("--port", "0", "--demo", "--seed", "1") as (_, printed):
        root = re.findall(r"console +(\S+)", printed)[0]
        assert "data-number=" in requests.get(root, headers={"Accept": "text/html"}, timeout=20).text


def test_a_taken_port_is_one_line_and_exit_code_2() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = run("serve", "--port", str(port))
    assert done.returncode == 2
    assert done.stderr == f"127.0.0.1:{port} is already in use. Choose another address or port.\n"
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("serve", "--profile", "nowhere"), "Profile nowhere cannot be used"),
        (("serve", "--clock", "noon"), "Write system, fixed@"),
        (("serve", "--host", "0.0.0.0"), "Set a --password other than the default"),
        (("serve", "--host", "drs.example"), "Set a --password other than the default"),
        (("serve", "--port", "70000"), "--port"),
        (("serve", "--host", "192.0.2.1", "--password", "own", "--port", "0"), "cannot be used"),
        (("serve", "--state", "drs.db"), "'drs.db' is not a place to store the state. Write memory, sqlite:///drs.db"),
        (("serve", "--state", "sqlite:////nowhere/drs.db"), "cannot be opened: unable to open database file"),
        (("serve", "--state", "postgresql+psycopg://127.0.0.1:1/drs"), "The state at postgresql+psycopg://127.0.0.1"),
        (("profile", "check", "nowhere"), "Profile nowhere cannot be used"),
        (("fly",), "No such command"),
    ],
)
def test_unusable_input_is_exit_code_2(arguments: tuple[str, ...], words: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_profile_check_names_the_wrong_key(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text('extends = "lincoln"\n[availability]\nday_cap = "many"\n', encoding="utf-8")
    done = run("profile", "check", str(file))
    assert done.returncode == 2
    assert "availability.day_cap" in done.stderr


def test_profile_check_accepts_valid_profiles(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text('extends = "newark"\n', encoding="utf-8")
    done = run("profile", "check", "hackney", str(file))
    assert done.returncode == 0
    assert [line.partition(" is valid: ")[0] for line in done.stdout.splitlines()] == ["hackney", str(file)]
    assert "is valid: Newark and Sherwood" in done.stdout


def test_profiles_are_listed_and_their_evidence_is_shown() -> None:
    listed = run("profile", "list").stdout
    assert all(name in listed for name in ("lincoln", "lincoln-2021", "newark", "hackney"))
    known = run("profile", "evidence", "hackney").stdout
    assert "availability.day_cap" in known
    counted = dict(line.split() for line in known.splitlines()[-6:])
    assert list(counted) == ["seen", "published", "client", "vendor", "measured", "presumed"]
    assert sum(map(int, counted.values())) == len(load_profile("hackney").evidence)


def test_variants_of_a_profile_are_told_with_reason_and_question() -> None:
    told = run("profile", "variants", "hackney")
    assert told.returncode == 0
    assert "assumptions.own_slot (AVL-20) is a guess: free" in told.stdout
    assert "  assumptions.own_slot=taken: the member may only choose which bookings are planned" in told.stdout
    assert "  Ask: Does newBooking false in checkAvailability show the slot" in told.stdout
    # Hackney's DRS is known to accept them.
    assert "ordering.quantities_below_1" not in told.stdout
    assert run("profile", "variants", "nowhere").returncode == 2


def test_every_command_explains_itself() -> None:
    for arguments in ((), ("serve",), ("import",), ("profile",), ("profile", "check"), ("profile", "variants")):
        done = run(*arguments, "--help")
        assert done.returncode == 0
        assert "Usage: " in done.stdout
        assert "bool" not in done.stdout, "a flag is shown with a type"


@pytest.mark.parametrize("arguments", [("--version",), ("-h",), ("serve", "-h"), ("profile", "list", "-h")])
def test_it_is_a_module_too_with_version_and_short_help(arguments: tuple[str, ...]) -> None:
    module = [sys.executable, "-m", "drs_simulator", *arguments]
    done = subprocess.run(module, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0
    assert f"drs-simulator {drs_simulator.__version__}" in done.stdout or "Usage: " in done.stdout


def test_help_of_serve_has_groups() -> None:
    done = run("serve", "--help")
    for panel in ("Network", "DRS", "State", "Faults", "Admin and console", "TLS", "Logging", "Replay"):
        assert f" {panel} ──" in done.stdout
    for line in done.stdout.splitlines():
        assert not re.search(r"--(closest-match|no-admin).*<bool>", line)
    assert "--confirm-to" not in done.stdout
    assert "--nearest" not in done.stdout


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
@pytest.mark.parametrize("arguments", [("serve", "--help"), ("profile", "check", "näwark—✓")])
def test_output_does_not_depend_on_the_encoding(encoding: str, arguments: tuple[str, ...]) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    done = subprocess.run([*COMMAND, *arguments], capture_output=True, timeout=120, check=False, env=environment)
    assert b"Traceback" not in done.stderr
    assert done.returncode == (0 if arguments[-1] == "--help" else 2)


def test_tables_do_not_depend_on_the_width() -> None:
    environment = {**os.environ, "COLUMNS": "20"}
    done = subprocess.run(
        [*COMMAND, "profile", "evidence", "lincoln"], capture_output=True, text=True, check=True, env=environment
    )
    assert max(map(len, done.stdout.splitlines())) > 40
    assert "…" not in done.stdout


def test_ctrl_c_during_imports_ends_without_traceback() -> None:
    """The signal is sent by the first import of the command, when no handler is set up yet."""
    program = (
        "import os, signal, sys\n"
        "class Interrupts:\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name == 'drs_simulator.cli.serve': os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Interrupts())\n"
        "from drs_simulator.__main__ import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "serve"], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


@pytest.mark.parametrize(
    ("variable", "value"),
    [("DRS_FAULTS", "/nonexistent"), ("DRS_STATE", "sqlite:///x.db"), ("DRS_CLOCK", "noon"), ("DRS_PASSWORD", "x")],
)
def test_recordings_refuse_options_from_the_environment_too(variable: str, value: str, tmp_path: Path) -> None:
    environment = {**os.environ, variable: value}
    arguments = ["serve", "--from-recordings", str(tmp_path)]
    done = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 2
    assert done.stderr == f"{variable} has no meaning here: leave it out with --from-recordings.\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--closest-match",), "--closest-match has no meaning here: it goes with --from-recordings"),
        (("--tls-cert", "a.pem"), "--tls-cert and --tls-key go together"),
        (("--tls-dir", "certificates"), "--tls-dir goes with --tls self-signed"),
        (("--tls", "self-signed", "--tls-key", "a.pem"), "Give either --tls self-signed, or"),
        (("--callback-url", "nowhere"), "Callbacks cannot be posted to this URL"),
        (("--confirm-to", "nowhere"), "--confirm-to is deprecated: use --callback-url instead"),
        (("--nearest", "--from-recordings", "/nowhere"), "--nearest is deprecated: use --closest-match instead"),
    ],
)
def test_contradictory_and_old_options_are_named(arguments: tuple[str, ...], words: str) -> None:
    done = run("serve", "--port", "0", *arguments)
    assert done.returncode == 2
    assert words in done.stderr


def test_banner_has_local_time_scenario_and_links_that_work() -> None:
    arguments = ("--port", "0", "--host", "0.0.0.0", "--password", "own", "--admin-token", "t")
    clock = ("--clock", "fixed@2021-10-22T12:20", "--scenario", "planning-failed")
    with serving(*arguments, *clock) as (_, printed):
        assert "clock fixed@2021-10-22T12:20:00.000+01:00\n" in printed
        assert f"scenario  {load_scenario('planning-failed').title}\n" in printed
        assert "0.0.0.0" not in printed
        headers = {"Authorization": "Bearer t", "Accept": "text/html"}
        for url in re.findall(r"http://\S+?(?=,|\n)", printed):
            status = requests.get(url, headers=headers, timeout=10).status_code
            # The gateway's address itself is for POST.
            assert status == (500 if url.endswith("/ws/soap") else 200), url


def test_a_server_that_cannot_listen_leaves_the_shared_clock_alone(tmp_path: Path) -> None:
    """Another server runs on the database: this one must not set its clock before it knows that it can serve."""
    state = f"sqlite:///{tmp_path}/drs.db"
    with closing(Simulator(clock="fixed@2021-10-22T12:00", state=state)) as running:
        with socket.create_server(("127.0.0.1", 0)) as other:
            done = run("serve", "--port", str(other.getsockname()[1]), "--clock", "shifted@P3D", "--state", state)
        assert done.returncode == 2
        assert str(running.clock).startswith("fixed@2021-10-22T12:00")


def test_a_file_that_is_refused_leaves_no_database_behind(tmp_path: Path) -> None:
    file = tmp_path / "order.txt"
    file.write_text("no housing file", encoding="utf-8")
    done = run("import", str(file), "--state", f"sqlite:///{tmp_path}/drs.db")
    assert done.returncode == 2
    assert [each.name for each in tmp_path.iterdir()] == ["order.txt"]
