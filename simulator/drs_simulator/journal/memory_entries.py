"""The entries of one process, in its memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from threading import Lock

from drs_simulator.exchange import Outcome
from drs_simulator.journal.description import Describer, Exchange
from drs_simulator.journal.entry import JournalEntry


class MemoryEntries:
    """Stores the last entries. Most are described when they are first read.

    Args:
        describer: Describes exchanges.
    """

    def __init__(self, describer: Describer) -> None:
        self._describer = describer
        self._lock = Lock()
        self._stored: deque[_StoredEntry] = deque()
        self._bytes = 0
        self._count = 0

    def put(self, exchange: Exchange) -> None:
        """See ``Entries.put``."""
        if self._describer.can_wait(exchange):
            exchange.call.drop_parsed()
            self._put(_StoredEntry(exchange.size, partial(self._describer.describe, exchange)))
        else:
            self.put_entry(self._describer.describe(exchange))

    def put_entry(self, entry: JournalEntry) -> None:
        """See ``Entries.put_entry``."""
        self._put(_StoredEntry(entry.size, lambda: entry))

    def newest(self, operation: str | None, outcome: Outcome | None, before: int | None) -> Iterator[JournalEntry]:
        """See ``Entries.newest``."""
        with self._lock:
            stored = tuple(self._stored)
        for each in reversed(stored):
            if (before is None or each.number < before) and each.entry.matches(operation, outcome, None):
                yield each.entry

    def entry(self, number: int) -> JournalEntry | None:
        """See ``Entries.entry``."""
        with self._lock:
            found = next((each for each in self._stored if each.number == number), None)
        return None if found is None else found.entry

    def clear(self) -> None:
        """See ``Entries.clear``."""
        with self._lock:
            self._stored.clear()
            self._bytes = self._count = 0

    def _put(self, stored: _StoredEntry) -> None:
        with self._lock:
            self._count += 1
            stored.number = self._count
            self._stored.append(stored)
            self._bytes += stored.size
            bounds = self._describer.bounds
            while len(self._stored) > bounds.max_entries or self._bytes > bounds.max_bytes:
                self._bytes -= self._stored.popleft().size


class _StoredEntry:
    """An exchange in the journal, described when it is first read.

    Safe under threads: descriptions of one exchange are equal.

    Args:
        size: How many of the journal's bytes it takes.
        describe: Makes the entry.
    """

    def __init__(self, size: int, describe: Callable[[], JournalEntry]) -> None:
        self.number = 0
        self.size = size
        self._describe: Callable[[], JournalEntry] | None = describe
        self._entry: JournalEntry | None = None

    @property
    def entry(self) -> JournalEntry:
        """The entry."""
        describe = self._describe
        if describe is not None:
            self._entry = replace(describe(), number=self.number)
            # Frees the exchange.
            self._describe = None
        assert self._entry is not None
        return self._entry
