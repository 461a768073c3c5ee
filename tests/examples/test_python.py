"""The example in Python: its tests in pytest and in unittest, alone and in scenarios."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from drs_simulator import Simulator

from tests.examples.toolbox import check_scenarios, copy_example, environ_of, run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_example("python", tmp_path_factory.mktemp("examples"))


def test_its_tests_pass_in_pytest(folder: Path) -> None:
    done = run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_with_pytest.py"], folder)
    assert done.returncode == 0, done.stdout
    assert "4 passed" in done.stdout


def test_its_tests_pass_in_pytest_against_an_address(folder: Path) -> None:
    with Simulator() as drs:
        options = ["-p", "no:cacheprovider", "test_with_pytest.py", "--drs-url", drs.url]
        done = run([sys.executable, "-m", "pytest", "-q", *options], folder)
        assert done.returncode == 0, done.stdout
        assert "4 passed" in done.stdout
        assert "scheduleBooking" in [entry.operation for entry in drs.journal.entries()]


def test_its_tests_pass_in_unittest(folder: Path) -> None:
    done = run([sys.executable, "-m", "unittest", "test_with_unittest"], folder)
    assert done.returncode == 0, done.stdout
    assert "OK" in done.stdout
    with Simulator() as drs:
        done = run([sys.executable, "-m", "unittest", "test_with_unittest"], folder, environ_of(drs))
        assert "OK (skipped=2)" in done.stdout


def test_its_tests_leave_no_mess_in_scenarios(folder: Path) -> None:
    check_scenarios([sys.executable, str(folder / "test_with_unittest.py")])
