"""The commands work where warnings are errors."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("package", ["drs_contracts", "drs_simulator", "drs_client"])
def test_help_warns_of_nothing(package: str) -> None:
    done = run(package, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "<bool>" not in done.stdout


def test_verify_in_process_warns_of_nothing() -> None:
    done = run("drs_contracts", "verify", "--simulator", "--quick", "--clause", "SCH-01", "--clause", "WIR-13")
    assert (done.returncode, done.stderr.strip()) == (0, "")
    assert "2 held, 0 broken, 0 inconclusive, 0 skipped." in done.stdout


def run(package: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-m", package, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
