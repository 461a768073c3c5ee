"""The command drs-contracts verify."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest
from drs_contracts import list_clauses
from drs_contracts.clauses.clause import AppliesTo
from drs_simulator import AdminClient, FaultRule, Profile, Simulator, effects, load_profile
from lxml import etree

from tests.contracts.cli.commands import COMMAND, run

CLOCK = "fixed@2021-10-22T12:20:59.555+01:00"
COUNT = len(list_clauses(AppliesTo.DRS))
SKIPPED = sum(
    clause.moves_clock or clause.changes_records or clause.needs_hidden_settings or clause.reads_callbacks
    for clause in list_clauses(AppliesTo.DRS)
)


def with_another_warning() -> Profile:
    """Lincoln, with a warning about the cap that DRS does not have."""
    tables = load_profile("lincoln").model_dump()
    tables["availability"]["cap_warning"] = "Only {cap} days"
    return Profile.model_validate(tables)


def test_the_simulator_is_verified_in_process() -> None:
    done = run("verify", "--simulator", "--max-examples", "2")
    assert done.returncode == 0, done.stdout
    assert done.stdout.endswith(f"{COUNT} held, 0 broken, 0 inconclusive, 0 skipped.\n")


def test_a_drs_at_an_address_is_verified_without_touching_its_clock() -> None:
    with Simulator("lincoln") as drs:
        done = run("verify", drs.url, "--max-examples", "1")
    assert done.returncode == 0, done.stdout
    assert done.stdout.endswith(f"\n{COUNT - SKIPPED} held, 0 broken, 0 inconclusive, {SKIPPED} skipped.\n")
    assert SKIPPED
    assert "clock of the DRS" not in done.stdout


def test_what_is_skipped_is_named_with_the_reason() -> None:
    needs_clock = next(clause.id for clause in list_clauses(AppliesTo.DRS) if clause.moves_clock)
    with Simulator("lincoln") as drs:
        done = run("verify", drs.url, "--max-examples", "1", "--clause", "SES-01", "--clause", needs_clock)
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("skipped"))
    assert line == f"skipped, because it needs the target's clock, which cannot be set: {needs_clock}"


def test_how_it_is_set_up_inside_is_known_of_a_simulator_in_process_only() -> None:
    """With an address and control of its clock too: the profile may be that of another DRS."""
    wanted = ("AVL-28", "LAW-29", "LAW-30", "LAW-32", "LAW-34", "ORD-24")
    clauses = [part for each in wanted for part in ("--clause", each)]
    done = run("verify", "--simulator", "--profile", "full", "--quick", *clauses)
    assert done.stdout.endswith("\n6 held, 0 broken, 0 inconclusive, 0 skipped.\n")
    with Simulator("full") as drs:
        done = run("verify", drs.url, "--profile", "full", "--quick", "--clock-control", *clauses)
    reason = "it needs to know how the DRS is set up inside, which only --simulator tells"
    assert f"skipped, because {reason}: {', '.join(wanted)}\n" in done.stdout
    assert done.stdout.endswith("\n0 held, 0 broken, 0 inconclusive, 6 skipped.\n")


class TestClocks:
    """The DRS and this machine may have different times."""

    def test_a_simulator_with_a_fixed_clock_is_verified_at_its_time(self) -> None:
        """This is the order of commands in the README."""
        with Simulator("lincoln", clock="fixed@2021-10-22T12:20") as drs:
            done = run("verify", drs.url, "--max-examples", "1")
        assert done.returncode == 0, done.stdout
        first, second, *_ = done.stdout.splitlines()
        assert first.startswith("The clock of the DRS says 22 October 2021 12:20 (its admin interface), the one here ")
        assert "--clock-control" in second
        assert done.stdout.endswith(f"\n{COUNT - SKIPPED} held, 0 broken, 0 inconclusive, {SKIPPED} skipped.\n")

    def test_without_an_admin_interface_the_time_is_that_of_an_answer(self) -> None:
        clauses = [part for each in ("AVL-23", "ORD-11", "REF-06") for part in ("--clause", each)]
        with Simulator("lincoln", clock="fixed@2021-10-22T12:20", admin=False) as drs:
            done = run("verify", drs.url, "--max-examples", "1", *clauses)
            orders = drs.export_state().orders
        assert "The clock of the DRS says 22 October 2021 12:20 (the dates of a new order)" in done.stdout
        assert "0 broken" in done.stdout
        assert not orders

    def test_the_notice_is_in_the_reports(self, tmp_path: Path) -> None:
        file = tmp_path / "report.json"
        with Simulator("lincoln", clock="fixed@2021-10-22T12:20") as drs:
            done = run("verify", drs.url, "--clause", "SES-01", "--json", "--json-report", file)
        told = json.loads(done.stdout)
        assert told == json.loads(file.read_text(encoding="utf-8"))
        assert told["notices"][0].startswith("The clock of the DRS says")

    def test_with_clock_control_the_clock_is_moved_and_moved_back(self) -> None:
        with Simulator("lincoln", clock="fixed@2021-10-22T12:00:00Z") as drs:
            before = drs.clock.now()
            done = run("verify", drs.url, "--max-examples", "1", "--clock-control")
            assert drs.clock.now() == before
        assert done.returncode == 0, done.stdout
        skipped = sum(
            clause.changes_records or clause.needs_hidden_settings or clause.reads_callbacks
            for clause in list_clauses(AppliesTo.DRS)
        )
        assert done.stdout.endswith(f" held, 0 broken, 0 inconclusive, {skipped} skipped.\n")

    def test_clock_control_needs_the_admin_interface(self) -> None:
        with Simulator("lincoln", admin=False) as drs:
            refused = run("verify", drs.url, "--clock-control")
        assert refused.returncode == 2
        assert "The clock cannot be read" in refused.stderr


def test_a_verification_leaves_only_orders_that_are_completed() -> None:
    with Simulator("lincoln") as drs:
        done = run("verify", drs.url, "--max-examples", "1", "--clause", "SCH-02", "--clause", "CHG-01")
        with AdminClient(drs.url) as admin:
            sessions, orders = admin.sessions(), admin.orders()
    assert done.returncode == 0, done.stdout
    assert not sessions
    assert [order.status for order in orders.items] == ["COMPLETED"]


def test_two_verifications_at_once_do_not_collide() -> None:
    with Simulator("lincoln", clock=CLOCK) as drs:
        command = [*COMMAND, "verify", drs.url, "--quick", "--clause", "ORD-01", "--clause", "CHG-01"]
        both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
        ended = [(process.communicate(timeout=600)[0], process.returncode) for process in both]
    assert [code for _, code in ended] == [0, 0], ended


def test_the_report_can_be_written_in_three_forms(tmp_path: Path) -> None:
    files = {option: tmp_path / f"report.{option}" for option in ("json-report", "junit", "html")}
    options = [part for name, file in files.items() for part in (f"--{name}", str(file))]
    done = run("verify", "--simulator", "--quick", "--clause", "SES-01", *options)
    assert done.returncode == 0, done.stdout
    assert len(json.loads(files["json-report"].read_text(encoding="utf-8"))["findings"]) == 1
    assert "<testsuites>" in files["junit"].read_text(encoding="utf-8")
    assert "<title>DRS contract" in files["html"].read_text(encoding="utf-8")


def test_a_report_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    done = run("verify", "--simulator", "--time-budget", "0", "--json-report", tmp_path / "no" / "such")
    assert done.returncode == 2
    assert "cannot be written" in done.stderr


class TestBroken:
    """A broken clause comes with its evidence and the exchange."""

    def test_the_exchange_is_laid_out(self) -> None:
        with Simulator(with_another_warning()) as drs:
            done = run("verify", drs.url, "--max-examples", "1", "--clause", "AVL-02")
        assert done.returncode == 1
        assert "broken AVL-02" in done.stdout
        assert "    known: seen" in done.stdout
        assert "    sent checkAvailability:\n" in done.stdout
        assert re.search(r"\n {8} +<errorMsg>Only 7 days</errorMsg>", done.stdout)
        assert "closeSession" not in done.stdout

    def test_every_report_shows_the_exchange_that_breaks_it(self, tmp_path: Path) -> None:
        junit, html = tmp_path / "x.xml", tmp_path / "x.html"
        with Simulator(with_another_warning()) as drs:
            command = ("verify", drs.url, "--max-examples", "1", "--clause", "AVL-02")
            done = run(*command, "--json", "--junit", junit, "--html", html)
        (finding,) = json.loads(done.stdout)["findings"]
        assert finding["exchange"]["operation"] == "checkAvailability"
        assert "<periodBegin>" in finding["exchange"]["sent"]
        assert "<errorMsg>" in finding["exchange"]["came"]
        assert "<errorMsg>" in etree.fromstring(junit.read_bytes()).findtext(".//failure", "")
        assert "&lt;errorMsg&gt;" in html.read_text(encoding="utf-8")

    def test_it_ends_with_the_command_that_shows_it_again(self) -> None:
        with Simulator(with_another_warning()) as drs:
            done = run("verify", drs.url, "--max-examples", "1", "--seed", "3", "--clause", "AVL-02")
            (line,) = (line for line in done.stdout.splitlines() if line.strip().startswith("again: "))
            again = shlex.split(line.partition("again: ")[2])
            assert again[0] == "drs-contracts"
            repeated = run(*again[1:])
        assert repeated.returncode == done.returncode == 1
        assert "broken AVL-02" in repeated.stdout
        assert repeated.stdout.endswith("0 held, 1 broken, 0 inconclusive, 0 skipped.\n")


class TestSetup:
    """A DRS that is set up otherwise than its profile breaks nothing by that."""

    def test_a_wrong_profile_breaks_no_clause(self, tmp_path: Path) -> None:
        files = {option: tmp_path / f"report.{option}" for option in ("json-report", "junit", "html")}
        options = [part for name, file in files.items() for part in (f"--{name}", str(file))]
        with Simulator("newark") as drs:
            done = run("verify", drs.url, "--profile", "hackney", "--max-examples", "1", *options)
        assert done.returncode == 0, done.stdout
        lines = done.stdout.splitlines()
        assert lines[0] == "Found out about this DRS:"
        assert "    contract: 0; the profile has H01, H02, H05" in lines
        assert lines.index("Set up otherwise than in the profile:") < lines.index(
            "    priorities that work: priority 2, priority 3; the profile has I, E, U, N"
        )
        setup = {each["name"]: each for each in json.loads(files["json-report"].read_text(encoding="utf-8"))["setup"]}
        assert (setup["slots"]["found"], setup["slots"]["differs"]) == ("08:00-12:00, 12:00-16:00", True)
        for option in ("junit", "html"):
            assert "priority 2, priority 3" in files[option].read_text(encoding="utf-8")

    def test_what_is_not_found_out_says_what_to_set(self) -> None:
        tables = load_profile("lincoln").model_dump()
        tables["priorities"] = [{"id": "Quick", "title": "Unknown to every profile"}]
        with Simulator(Profile.model_validate(tables)) as drs:
            done = run("verify", drs.url, "--max-examples", "1", "--clause", "AVL-01", "--clause", "SES-01")
        assert done.returncode == 2, done.stdout
        assert "inconclusive AVL-01" in done.stdout
        assert "set priorities in the profile" in done.stdout
        assert done.stdout.endswith("\n1 held, 0 broken, 1 inconclusive, 0 skipped.\n")


class TestInconclusive:
    """What could not be checked is no result."""

    def test_nothing_broken_but_something_inconclusive_is_exit_code_2(self, tmp_path: Path) -> None:
        file = tmp_path / "report.json"
        with Simulator("lincoln", clock=CLOCK) as drs:
            drs.faults.add(FaultRule(effect=effects.HttpStatus(status=503), operation="scheduleBooking"))
            command = ("verify", drs.url, "--max-examples", "1", "--clause", "SCH-01", "--clause", "SES-01")
            done = run(*command, "--json-report", file)
        assert done.returncode == 2, done.stdout
        assert "inconclusive SCH-01" in done.stdout
        assert "HTTP 503" in done.stdout
        assert "refuted" not in done.stdout
        assert json.loads(file.read_text(encoding="utf-8"))["counts"]["inconclusive"] == 1

    def test_a_drs_that_fails_half_the_time_ends_in_a_report(self, tmp_path: Path) -> None:
        file = tmp_path / "report.json"
        with Simulator("lincoln", clock=CLOCK) as drs:
            clauses = [part for each in ("AVL-01", "ORD-01", "SES-05", "FLO-01") for part in ("--clause", each)]
            rule = FaultRule(effect=effects.Reset(), probability=0.5, operation="checkAvailability")
            drs.faults.add(rule)
            done = run("verify", drs.url, "--quick", *clauses, "--json-report", file)
        assert done.returncode == 2, done.stdout
        assert "Traceback" not in done.stderr
        assert len(json.loads(file.read_text(encoding="utf-8"))["findings"]) == 4

    def test_a_drs_that_is_down_leaves_a_report_too(self, tmp_path: Path) -> None:
        file = tmp_path / "report.xml"
        done = run("verify", "http://127.0.0.1:9/soap", "--junit", file, "--clause", "SES-01")
        assert (done.returncode, done.stdout) == (2, "")
        (error,) = etree.fromstring(file.read_bytes()).findall(".//error")
        assert (error.get("message") or "").startswith("it was not tried: Nothing answers at 127.0.0.1:9")

    def test_a_drs_that_fails_all_the_time_half_the_time_is_checked(self) -> None:
        """The first calls of a run fail as often as all others."""
        with Simulator("lincoln", clock=CLOCK, seed=5) as drs:
            drs.faults.add(FaultRule(effect=effects.HttpStatus(status=503), probability=0.5))
            done = run("verify", drs.url, "--max-examples", "1", "--clause", "AVL-01", "--clause", "ORD-01")
        assert done.returncode == 2, done.stdout + done.stderr
        assert " 0 broken, " in done.stdout

    def test_ctrl_c_leaves_a_report(self, tmp_path: Path) -> None:
        file = tmp_path / "report.json"
        with Simulator("lincoln", clock=CLOCK) as drs:
            command = [*COMMAND, "verify", drs.url, "--max-examples", "500", "--json-report", str(file)]
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            while not any(entry.operation == "checkAvailability" for entry in drs.journal.entries()):
                assert process.poll() is None
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=300)
        assert process.returncode == 130, err
        assert "Traceback" not in err
        assert out.endswith(", interrupted.\n")
        assert json.loads(file.read_text(encoding="utf-8"))["interrupted"]

    @pytest.mark.parametrize("jobs", ["1", "2"])
    def test_ctrl_c_ends_processes_too(self, jobs: str) -> None:
        """As a terminal sends it, to all of them."""
        command = [*COMMAND, "verify", "--simulator", "--max-examples", "500", "--jobs", jobs]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        assert process.stdout is not None
        while "slots:" not in process.stdout.readline():
            assert process.poll() is None
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=300)
        assert process.returncode == 130, err
        assert "Traceback" not in err
        assert out.endswith(", interrupted.\n")
        with pytest.raises(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)


def test_processes_end_with_a_first_one_that_is_killed() -> None:
    command = [*COMMAND, "verify", "--simulator", "--quick", "--jobs", "2"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    first = psutil.Process(process.pid)
    while len(others := first.children()) < 2:
        assert process.poll() is None
        time.sleep(0.01)
    process.kill()
    process.communicate(timeout=60)
    _, left = psutil.wait_procs(others, timeout=60)
    assert left == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Give the address of a DRS, or --simulator."),
        (("http://127.0.0.1:9/soap", "--jobs", "2"), "--jobs needs --simulator"),
        (("--simulator", "--jobs", "65"), "--jobs 65 is too much"),
        (("http://127.0.0.1:1", "--simulator"), "Give the address of a DRS, or --simulator."),
        (("https://drs.example/ws/soap",), "Ask its owner, then add --authorized."),
        (("http://127.0.0.1:9/soap",), "Nothing answers at 127.0.0.1:9"),
        (("--simulator", "--clause", "AVL-1"), "No clause for DRS has the id AVL-1"),
        (("--simulator", "--profile", "nowhere"), "Profile nowhere cannot be used"),
    ],
)
def test_what_cannot_be_used_is_told_with_exit_code_2(arguments: tuple[str, ...], words: str) -> None:
    done = run("verify", *arguments)
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
