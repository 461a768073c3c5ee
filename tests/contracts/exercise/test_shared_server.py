"""Scenarios as tenants of a server that several share."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from drs_contracts import ExerciseOutcome, SharedServer, SharedServerError, run_scenarios
from drs_simulator import AdminClient, Scenario, load_scenario

from tests.contracts.cli import commands
from tests.contracts.exercise.services import BOOKS_TWICE, LOOKS_UP

SERVE = [sys.executable, "-c", "from drs_simulator.__main__ import main; main()", "serve", "--port", "0"]


@pytest.fixture(scope="module")
def root() -> Iterator[str]:
    """The address of a server with tenants."""
    with subprocess.Popen([*SERVE, "--tenants", "5"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = ""
        for line in process.stdout:
            if "endpoint" in line:
                address = line.split()[1].partition("/OTWeb")[0]
            if "Stop it with" in line:
                break
        yield address
        process.terminate()


@pytest.mark.parametrize("command", [LOOKS_UP, BOOKS_TWICE])
def test_outcomes_are_those_of_own_simulators(root: str, command: list[str]) -> None:
    scenarios = {name: load_scenario(name) for name in ("healthy", "response-lost", "wrong-password", "cap-warning")}
    own = {run.name: run for run in run_scenarios(command, scenarios, timeout=60)}
    shared = {run.name: run for run in run_scenarios(command, scenarios, timeout=60, host=SharedServer(root))}
    assert {name: run.outcome for name, run in shared.items()} == {name: run.outcome for name, run in own.items()}
    assert {name: run.left for name, run in shared.items()} == {name: run.left for name, run in own.items()}
    with AdminClient(root) as admin:
        assert admin.tenants() == ()
        assert admin.journal.entries() == ()


def test_the_command_uses_one(root: str) -> None:
    options = ("--drs-url", f"{root}/OTWebServiceGateway_LINCOLN/ws/soap", "--drs-tenant", "ours")
    done = commands.run("exercise", *options, "--scenario", "healthy", "--", *LOOKS_UP, environ={"COLUMNS": "500"})
    assert done.returncode == 0, done.stderr
    assert ExerciseOutcome.PASSED.value in done.stdout


@pytest.mark.parametrize(
    ("url", "scenario", "words"),
    [
        ("{root}/t/a/OTWebServiceGateway_LINCOLN/ws/soap", "healthy", "is itself a tenant"),
        ("{root}", "own.toml", "is a scenario of your own"),
        ("http://127.0.0.1:9", "healthy", "cannot have the tenant"),
    ],
)
def test_what_it_cannot_have_is_told(root: str, url: str, scenario: str, words: str) -> None:
    def run() -> None:
        scenarios = {scenario: Scenario(title="x")}
        list(run_scenarios(LOOKS_UP, scenarios, timeout=60, host=SharedServer(url.format(root=root))))

    with pytest.raises(SharedServerError, match=words):
        run()
