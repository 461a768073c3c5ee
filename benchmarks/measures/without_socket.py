"""Has pytest-benchmark run in_process.py, and reads what it found."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.workload.calling import RefusedError

_BENCHMARKS = Path(__file__).with_name("in_process.py")


@dataclass(frozen=True, slots=True)
class InProcess:
    """What pytest-benchmark made of one call, in microseconds."""

    name: str
    median_us: float
    rounds: int


def in_process() -> list[InProcess]:
    """Run this file, and read what pytest-benchmark writes.

    Raises:
        RefusedError: It failed.
    """
    with TemporaryDirectory() as folder:
        file = Path(folder) / "benchmark.json"
        command = [
            sys.executable,
            "-m",
            "pytest",
            str(_BENCHMARKS),
            "-q",
            "--benchmark-min-rounds=100",
            "-p",
            "no:cacheprovider",
        ]
        done = subprocess.run(
            [*command, f"--benchmark-json={file}"],
            capture_output=True,
            text=True,
            check=False,
            cwd=Path(__file__).parents[2],
        )
        if done.returncode:
            raise RefusedError(f"The benchmarks in process failed:\n{done.stdout}{done.stderr}")
        read = json.loads(file.read_text())
    return [
        InProcess(_told(each["name"]), each["stats"]["median"] * 1e6, each["stats"]["rounds"])
        for each in read["benchmarks"]
    ]


def _told(name: str) -> str:
    """``test_open_session[no journal]`` as a reader would have it."""
    test, _, parameter = name.removesuffix("]").partition("[")
    return f"{test.removeprefix('test_').replace('_', ' ')} ({parameter})"
