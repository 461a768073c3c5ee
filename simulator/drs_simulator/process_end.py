"""What is done before a process ends."""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing.util import Finalize

_PRIORITY = 1
"""Any number: what has none is not called in the end."""


def call_at_end(action: Callable[[], object]) -> Callable[[], object]:
    """Call an action before this process ends, and return what cancels that.

    A worker of a server is a fork, which ends without the actions of ``atexit``.
    """
    return Finalize(None, action, exitpriority=_PRIORITY).cancel
