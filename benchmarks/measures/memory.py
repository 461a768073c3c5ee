"""What memory a server holds."""

from __future__ import annotations

import psutil


def resident_mib(pid: int) -> float:
    """MiB of a process and all below it; where the system tells, pages that they share are counted once (PSS)."""
    process = psutil.Process(pid)
    family = [process, *process.children(recursive=True)]
    return sum(_bytes_of(each) for each in family) / 2**20


def _bytes_of(process: psutil.Process) -> int:
    told = process.memory_full_info()
    return int(getattr(told, "pss", told.rss))
