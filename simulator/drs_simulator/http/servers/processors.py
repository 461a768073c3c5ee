"""The processor on which a worker with several threads runs."""

from __future__ import annotations

import os
import random
import re
import socket
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path

_MAX_WORKERS = 64
"""Of one server on one processor; more of them are not divided evenly."""
_CLAIM = "drs-simulator {server} worker {place} on processor {processor}"
_CLAIMED = re.compile(r"@drs-simulator \d+ worker \d+ on processor (\d+)$", re.MULTILINE)
_claims: list[socket.socket] = []
"""What this process has claimed, kept open as long as it runs."""


def stay_on_one_processor() -> None:
    """Keep this thread, and those that it will start, on one of the processors with the fewest workers of its server.

    Python runs one thread of a process at a time. A thread is slower if it runs on another processor than the one
    before it: what both use is in that processor's cache, and another processor may have to wake up first.

    Of several such processors it is one with the fewest workers of all servers of this machine. Workers in other
    containers are not seen, so the choice begins anywhere: not all take the same processor. On systems other than Linux
    nothing happens, nor where a sandbox forbids it.
    """
    if sys.platform != "linux":
        return
    with suppress(OSError):
        own, workers = os.sched_getaffinity(0), _count_workers()
        tried = sorted(random.sample(sorted(own), len(own)), key=lambda processor: workers[processor])
        places = ((place, processor) for place in range(_MAX_WORKERS) for processor in tried)
        chosen = next((processor for place, processor in places if _claim(place, processor)), tried[0])
        os.sched_setaffinity(0, {chosen})


def _count_workers() -> Counter[int]:
    """Count the workers of all servers on each processor."""
    return Counter(map(int, _CLAIMED.findall(Path("/proc/net/unix").read_text("utf-8", "replace"))))


def _claim(place: int, processor: int) -> bool:
    """Claim one of a processor's places by a name that the kernel gives to one process, and frees when that ends."""
    claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        # Workers of a server have the same parent.
        claim.bind("\0" + _CLAIM.format(server=os.getppid(), place=place, processor=processor))
    except OSError:
        claim.close()
        return False
    _claims.append(claim)
    return True
