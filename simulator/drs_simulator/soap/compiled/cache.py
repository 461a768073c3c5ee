"""Remembers what was made of an object, for as long as the very same object is asked about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

_Source = TypeVar("_Source")
_Made = TypeVar("_Made")


class Remembered(Generic[_Source, _Made]):
    """Things made of objects that do not change. Objects are told apart by identity: to compare them would take longer.

    Safe under threads: whoever finds nothing makes it, and all that is made of an object is alike.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: dict[int, tuple[_Source, _Made]] = {}

    def of(self, source: _Source, make: Callable[[], _Made]) -> _Made:
        """What was made of ``source``, or is made now."""
        known = self._known.get(id(source))
        # The object is kept as well, so that its id is nobody else's; after a clean-up it may be.
        if known is not None and known[0] is source:
            return known[1]
        if len(self._known) >= self._most:
            self._known.clear()
        made = make()
        self._known[id(source)] = (source, made)
        return made
