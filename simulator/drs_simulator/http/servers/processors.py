"""The processors on which each worker of a server runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from itertools import pairwise

_EVERY: frozenset[int] = frozenset()


def share_processors(workers: int) -> Sequence[frozenset[int]]:
    """Divide the processors of this process among its workers, as evenly as it goes.

    Python runs one thread of a process at a time. A thread is slower if it runs on another processor than the one
    before it: what both use is in that processor's cache. A worker that is alone has all processors.

    Returns:
        The numbers of the processors of each worker; none where the system does not let a process choose.
    """
    if sys.platform != "linux":
        return [_EVERY] * workers
    own = sorted(os.sched_getaffinity(0))
    count = len(own)
    if workers > count:
        return [frozenset({own[worker % count]}) for worker in range(workers)]
    bounds = [worker * count // workers for worker in range(workers + 1)]
    return [frozenset(own[first:end]) for first, end in pairwise(bounds)]


def stay_on(processors: frozenset[int]) -> None:
    """Keep this thread, and those that it will start, on these processors; on all if there are none."""
    if sys.platform == "linux" and processors:
        os.sched_setaffinity(0, processors)
