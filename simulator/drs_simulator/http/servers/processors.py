"""The processor on which a worker with several threads runs."""

from __future__ import annotations

import os
import random
import socket
import sys
from contextlib import suppress

_MAX_WORKERS = 64
"""Of one processor; more of them are not divided evenly."""
_claims: list[socket.socket] = []
"""What this process has claimed, kept open as long as it runs."""


def stay_on_one_processor() -> None:
    """Keep this thread, and those that it will start, on one processor: on one of those with the fewest workers.

    Python runs one thread of a process at a time. A thread is slower if it runs on another processor than the one
    before it: what both use is in that processor's cache, and another processor may have to wake up first.

    Workers in other containers are not seen, so the choice begins anywhere: not all take the same processor. On systems
    other than Linux nothing happens, nor where a sandbox forbids it.
    """
    if sys.platform != "linux":
        return
    own = sorted(os.sched_getaffinity(0))
    tried = random.sample(own, len(own))
    places = ((place, processor) for place in range(_MAX_WORKERS) for processor in tried)
    with suppress(OSError):
        chosen = next((processor for place, processor in places if _claim(place, processor)), tried[0])
        os.sched_setaffinity(0, {chosen})


def _claim(place: int, processor: int) -> bool:
    """Claim one of a processor's places by a name that the kernel gives to one process, and frees when that ends."""
    claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        claim.bind(f"\0drs-simulator worker {place} on processor {processor}")
    except OSError:
        claim.close()
        return False
    _claims.append(claim)
    return True
