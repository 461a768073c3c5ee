"""What machine this is, so that figures are read with it."""

from __future__ import annotations

import os
import platform
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

_OURS = ("drs-simulator", "granian", "spyne", "lxml")


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine, and what runs on it."""

    date: str
    processor: str
    cores: int
    memory_gib: float
    system: str
    python: str
    load_before: float
    versions: dict[str, str]


def this_machine(more_versions: dict[str, str]) -> Machine:
    """This machine, now; ``load_before`` is how many processes wanted a core in the last minute."""
    return Machine(
        date=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        processor=_processor(),
        cores=psutil.cpu_count() or 1,
        memory_gib=psutil.virtual_memory().total / 2**30,
        system=f"{platform.system()} {platform.machine()}",
        python=f"{platform.python_implementation()} {platform.python_version()}",
        load_before=psutil.getloadavg()[0],
        versions={name: version(name) for name in _OURS} | more_versions,
    )


def _processor() -> str:
    try:
        told = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        told = None
    return told[1] if told else platform.processor() or "unknown processor"


def environment() -> dict[str, str]:
    """This process's, but for what would have Python compile its modules anew at every start: no installation does."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
