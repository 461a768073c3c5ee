"""The command drs-contracts, run as a user runs it."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from drs_contracts import Binds, list_clauses
from drs_simulator import AdminClient, Simulator

COMMAND = [sys.executable, "-c", "from drs_contracts.cli import main; main()"]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=110, check=False)


def test_the_simulator_is_verified_in_process() -> None:
    done = run("verify", "--simulator", "--max-examples", "2")
    assert done.returncode == 0, done.stdout
    assert done.stdout.endswith(f"{len(list_clauses(Binds.DRS))} held, 0 broken, 0 left out.\n")


def test_a_drs_at_an_address_is_verified_without_touching_its_clock() -> None:
    left_out = sum(clause.moves_clock or clause.changes_records for clause in list_clauses(Binds.DRS))
    with Simulator("lincoln") as drs:
        done = run("verify", drs.url, "--max-examples", "1")
    assert done.returncode == 0, done.stdout
    assert done.stdout.endswith(f"\n{len(list_clauses(Binds.DRS)) - left_out} held, 0 broken, {left_out} left out.\n")
    assert left_out


def test_a_verification_leaves_no_session_open_and_only_orders_that_are_completed() -> None:
    with Simulator("lincoln") as drs:
        done = run("verify", drs.url, "--max-examples", "1", "--clause", "SCH-02", "--clause", "CHG-01")
        with AdminClient(drs.url) as admin:
            sessions, orders = admin.sessions(), admin.orders()
    assert done.returncode == 0, done.stdout
    assert not sessions
    assert [order.status for order in orders.items] == ["COMPLETED"]


def test_the_report_can_be_had_in_three_more_forms(tmp_path: Path) -> None:
    files = {name: tmp_path / f"report.{name}" for name in ("json", "junit", "html")}
    options = [part for name, file in files.items() for part in (f"--{name}", str(file))]
    done = run("verify", "--simulator", "--quick", *options)
    assert done.returncode == 0, done.stdout
    assert len(json.loads(files["json"].read_text(encoding="utf-8"))["findings"]) == len(list_clauses(Binds.DRS))
    assert "<testsuites>" in files["junit"].read_text(encoding="utf-8")
    assert "<title>DRS contract" in files["html"].read_text(encoding="utf-8")
    done = run("verify", "--simulator", "--time-budget", "0", "--json", str(tmp_path / "no" / "such"))
    assert done.returncode == 2
    assert "cannot be written" in done.stderr


def test_with_clock_control_a_simulators_clock_is_moved_and_moved_back() -> None:
    with Simulator("lincoln", clock="fixed@2021-10-22T12:00:00Z") as drs:
        before = drs.clock.now()
        done = run("verify", drs.url, "--max-examples", "1", "--clock-control")
        assert drs.clock.now() == before
    assert done.returncode == 0, done.stdout
    left_out = sum(clause.changes_records for clause in list_clauses(Binds.DRS))
    assert done.stdout.endswith(f" held, 0 broken, {left_out} left out.\n")
    with Simulator("lincoln", admin=False) as drs:
        refused = run("verify", drs.url, "--clock-control")
    assert refused.returncode == 2
    assert "The clock cannot be read" in refused.stderr


def test_a_broken_clause_is_shown_with_its_evidence_and_the_exchange() -> None:
    with Simulator("newark") as drs:
        done = run("verify", drs.url, "--profile", "lincoln", "--max-examples", "1")
    assert done.returncode == 1
    assert "broken AVL-" in done.stdout
    assert "known: seen" in done.stdout
    assert "<daySlotsInfo>" not in done.stdout
    assert "came <?xml" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("verify",), "Give the address of a DRS, or --simulator."),
        (("verify", "http://127.0.0.1:1", "--simulator"), "Give the address of a DRS, or --simulator."),
        (("verify", "https://drs.example/ws/soap"), "Ask its owner, then add --i-may-test-this-system."),
        (("verify", "http://127.0.0.1:9/soap"), "Nothing answers at 127.0.0.1:9"),
        (("verify", "--simulator", "--clause", "AVL-1"), "No clause that binds DRS is called AVL-1"),
        (("verify", "--simulator", "--profile", "nowhere"), "Profile nowhere cannot be used"),
        (
            ("exercise", "--scenario", "healthy", "--junit", "no/such/folder", "--", "true"),
            "no/such/folder cannot be written",
        ),
        (("list", "--grade", "sure"), "--grade"),
        (("fly",), "No such command"),
    ],
)
def test_what_cannot_be_used_is_told_with_exit_code_2(arguments: tuple[str, ...], words: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_what_does_not_let_us_in_is_told_before_anything_is_verified() -> None:
    with Simulator("lincoln") as drs:
        elsewhere = drs.url.partition("/OTWebServiceGateway")[0] + "/elsewhere"
        for arguments, words in (
            ((drs.url, "--password", "another"), "The login drs is refused: Invalid login or password."),
            ((elsewhere,), f"{elsewhere}?wsdl gives no WSDL (HTTP 404)."),
        ):
            done = run("verify", *arguments)
            assert (done.returncode, done.stdout) == (2, "")
            assert done.stderr.strip().startswith(words)
            assert "Traceback" not in done.stderr


def test_a_broken_clause_ends_with_the_command_that_shows_it_again() -> None:
    with Simulator("newark") as drs:
        done = run("verify", drs.url, "--max-examples", "1", "--seed", "3", "--clause", "ANS-06")
        (line,) = (line for line in done.stdout.splitlines() if line.strip().startswith("again: "))
        again = shlex.split(line.partition("again: ")[2])
        assert again[0] == "drs-contracts"
        repeated = run(*again[1:])
    assert repeated.returncode == done.returncode == 1
    assert "broken ANS-06" in repeated.stdout
    assert repeated.stdout.endswith("0 held, 1 broken, 0 left out.\n")


def test_the_clauses_are_listed_with_their_evidence() -> None:
    done = run("list")
    assert f"{len(list_clauses())} clauses." in done.stdout
    assert "AVL-01" in done.stdout


def test_the_list_can_be_had_as_json_by_grade() -> None:
    listed = json.loads(run("list", "--json", "--grade", "presumed").stdout)
    assert {each["grade"] for each in listed} == {"presumed"}
    assert [each["id"] for each in listed] == [c.id for c in list_clauses() if c.evidence.grade.value == "presumed"]
    assert set(listed[0]) == {"id", "statement", "grade", "source", "binds", "writes"}


def test_every_command_explains_itself() -> None:
    for command in ((), ("list",), ("verify",), ("observe",)):
        done = run(*command, "--help")
        assert done.returncode == 0
        assert "Usage: " in done.stdout
