"""The example in PHP: its tests in PHPUnit, alone and in scenarios."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from drs_simulator import Simulator

from tests.examples.toolbox import check_calls, check_scenarios, check_story, copy_example, environ_of, have, need, run

INSTALL = "apt-get install php-cli php-soap phpunit"
PHPUNIT = ["phpunit", "--do-not-cache-result"]


def has_soap() -> bool:
    return "soap" in subprocess.run(["php", "-m"], capture_output=True, text=True, check=False).stdout.split()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    need("php", have("php", "phpunit") and has_soap(), INSTALL)
    return copy_example("php", tmp_path_factory.mktemp("examples"))


def test_its_tests_pass_and_book_each_repair_once(folder: Path) -> None:
    with Simulator() as drs:
        done = run([*PHPUNIT, "RepairsTest.php"], folder, environ_of(drs))
        assert done.returncode == 0, done.stdout
        assert "OK (4 tests" in done.stdout
        check_story(drs, done.stdout)
        check_calls(drs)


def test_its_tests_leave_no_mess_in_scenarios(folder: Path) -> None:
    check_scenarios([*PHPUNIT, str(folder / "RepairsTest.php")])
