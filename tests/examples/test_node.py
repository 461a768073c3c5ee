"""The example for Node: its tests in Node's test runner, alone and in scenarios."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from drs_simulator import Simulator

from tests.examples.toolbox import check_calls, check_scenarios, check_story, copy_example, environ_of, have, need, run

OLDEST = (20, 19)
INSTALL = "Node 20.19 or later with npm"


def version_of_node() -> tuple[int, ...]:
    printed = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
    return tuple(int(number) for number in printed.strip().lstrip("v").split("."))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    need("node", have("node", "npm") and version_of_node() >= OLDEST, INSTALL)
    copied = copy_example("node", tmp_path_factory.mktemp("examples"))
    installed = run(["npm", "ci", "--no-audit", "--no-fund", "--prefer-offline"], copied)
    need("node", installed.returncode == 0, f"npm ci fails: {installed.stdout}")
    return copied


def test_its_tests_pass_and_book_each_repair_once(folder: Path) -> None:
    with Simulator() as drs:
        done = run(["npm", "test"], folder, environ_of(drs))
        assert done.returncode == 0, done.stdout
        assert "pass 4" in done.stdout
        check_story(drs, done.stdout)
        check_calls(drs)


def test_its_tests_leave_no_mess_in_scenarios(folder: Path) -> None:
    check_scenarios(["npm", "--prefix", str(folder), "test"])
