"""What the contracts cost: a whole verification, a quick one, and what a pytest waits for the plugin.

Run it with ``make bench-contracts``. Figures are printed with the bounds that they should stay within; each is the
median of several runs in processes of their own, as a user has them.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markdown import Markdown

from benchmarks.reports.machine import this_machine

_RUNS = 5
_WHOLE_RUNS = 3
_VERIFY = [sys.executable, "-c", "from drs_contracts.__main__ import main; main()", "verify", "--simulator"]
_PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
_IMPORT = (
    "import time, pytest; began = time.perf_counter(); import drs_contracts.pytest_plugin; "
    "print(time.perf_counter() - began)"
)
_TEN_PLAIN = "import pytest\n\n@pytest.mark.parametrize('number', range(10))\ndef test_nothing(number):\n    pass\n"
_TEN = """
from datetime import timedelta

import pytest


@pytest.mark.parametrize("number", range(10))
def test_a_repair_can_be_booked(drs_client, drs_server, drs_clock, drs_journal, number):
    drs_client.open_session()
    drs_clock.shift(timedelta(hours=1))
    assert drs_server.url.startswith("http://127.0.0.1")
    assert drs_journal.entries()
"""


def seconds(command: Sequence[str], folder: Path) -> float:
    """How long a command takes, which must succeed."""
    began = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return time.perf_counter() - began


def beyond(command: Sequence[str], plain: Sequence[str], folder: Path, runs: int) -> float:
    """How much longer a command takes than another, in turns: the median of the differences."""
    return statistics.median(seconds(command, folder) - seconds(plain, folder) for _ in range(runs))


def _seconds_to_import(folder: Path) -> float:
    command = [sys.executable, "-c", _IMPORT]
    return float(subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout)


def rows(whole_runs: int = _WHOLE_RUNS, runs: int = _RUNS, clauses: Sequence[str] = ()) -> list[tuple[str, str, str]]:
    """What was measured, each with its figure and its bound; of a verification all clauses unless some are named."""
    verify = [*_VERIFY, *(word for clause in clauses for word in ("--clause", clause))]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, source in (("test_ten.py", _TEN), ("test_plain.py", _TEN_PLAIN)):
            (folder / file).write_text(source, encoding="utf-8")
        whole = statistics.median(seconds(verify, folder) for _ in range(whole_runs))
        quick = statistics.median(seconds([*verify, "--quick"], folder) for _ in range(runs))
        two = [*_PYTEST, "-n", "2"]
        ten = beyond([*two, "test_ten.py"], [*two, "-p", "no:drs", "test_plain.py"], folder, runs)
        idle = statistics.median(_seconds_to_import(folder) for _ in range(2 * runs))
    return [
        ("`drs-contracts verify --simulator`, every clause", f"{whole:.1f} s", "60 s"),
        ("the same with `--quick`", f"{quick:.1f} s", "10 s"),
        ("ten tests with the fixtures, `pytest -n 2`, beyond ten empty ones", f"{ten:.2f} s", "2 s"),
        (
            "importing the plugin, which is all that a pytest waits for that uses no fixture",
            f"{idle * 1000:.0f} ms",
            "50 ms",
        ),
    ]


def main() -> None:
    machine = this_machine({})
    table = ["| what | median | bound |", "| --- | --- | --- |"]
    table += [f"| {what} | {figure} | {bound} |" for what, figure, bound in rows()]
    Console(soft_wrap=True).print(Markdown("\n".join(table)))
    print(
        f"{machine.date}, {machine.processor}, {machine.cores} cores, {machine.python}, load {machine.load_before:.1f}"
    )


if __name__ == "__main__":
    main()
