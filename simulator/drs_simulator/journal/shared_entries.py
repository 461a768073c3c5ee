"""The entries of all processes of a database: queued in memory, masked, and written behind."""

from __future__ import annotations

import json
import logging
import os
import socket
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any, NamedTuple

from drs_simulator.clock import system_time
from drs_simulator.exchange import Outcome
from drs_simulator.journal.description import Describer, Exchange, Undiagnosed, list_facts
from drs_simulator.journal.entry import JournalEntry, size_of
from drs_simulator.journal.write_behind import Pause, WriteBehind
from drs_simulator.storage.shared_records import SharedRecords, StoredExchange

_log = logging.getLogger(__name__)
_MAX_QUEUED = 1500
_MAX_QUEUED_BYTES = 16 * 1024 * 1024
# Few at a time: in SQLite, calls that change something wait for each other's transactions, and for this one.
_WRITTEN_AT_ONCE = 50
_PAGE = 200
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_JSON = json.JSONEncoder(check_circular=False)
_FACTS = tuple(each.name for each in fields(JournalEntry) if each.name not in StoredExchange._fields)
"""What a stored exchange tells of an entry as JSON, since it has no column of its own."""


class Shared(NamedTuple):
    """What a process writes for all processes of its database."""

    records: SharedRecords
    writer: WriteBehind


class SharedEntries:
    """Stores the last entries of all processes.

    Args:
        describer: Describes exchanges.
        shared: Where to, and the thread that writes.
        now: Returns the time that all processes agree on.
    """

    def __init__(self, describer: Describer, shared: Shared, now: Callable[[], datetime] = system_time) -> None:
        self._now = now
        self._describer = describer
        self._records, self._writer = shared
        self._host, self._worker = socket.gethostname(), str(os.getpid())
        self._lock = Lock()
        self._queue: deque[Exchange | JournalEntry] = deque()
        self._queued_bytes = 0
        self._dropped = 0
        self._left_out = 0
        self._writer.add(self._write)

    @property
    def dropped(self) -> int:
        """How many exchanges of this process were never written."""
        return self._dropped

    def put(self, exchange: Exchange) -> None:
        """See ``Entries.put``."""
        exchange.call.drop_parsed()
        self._enqueue(exchange)

    def put_entry(self, entry: JournalEntry) -> None:
        """See ``Entries.put_entry``."""
        self._enqueue(entry)

    def newest(self, operation: str | None, outcome: Outcome | None, before: int | None) -> Iterator[JournalEntry]:
        """See ``Entries.newest``. It reads a page at a time."""
        self._writer.flush()
        room = self._describer.bounds.max_entries
        while room > 0 and (page := self._records.page(before, min(_PAGE, room), operation, outcome)):
            for stored in page:
                yield self._read(stored)
            before = page[-1].number
            room -= len(page)

    def entry(self, number: int) -> JournalEntry | None:
        """See ``Entries.entry``."""
        self._writer.flush()
        stored = self._records.exchange(number)
        return None if stored is None else self._read(stored)

    def clear(self) -> None:
        """See ``Entries.clear``."""
        self._take(len(self._queue))
        self._records.clear(self._now())

    def _enqueue(self, queued: Exchange | JournalEntry) -> None:
        with self._lock:
            self._queue.append(queued)
            self._queued_bytes += queued.size
            # The later ones alone fill the journal: it would be deleted as soon as it is written.
            while len(self._queue) > self._describer.bounds.max_entries:
                self._leave_out()
            while len(self._queue) > _MAX_QUEUED or self._queued_bytes > _MAX_QUEUED_BYTES:
                self._leave_out()
                self._dropped += 1
        self._writer.wake()

    def _leave_out(self) -> None:
        """Take the oldest of the queue, which is not written, and has its number all the same."""
        self._queued_bytes -= self._queue.popleft().size
        self._left_out += 1

    def _take(self, count: int) -> tuple[list[Exchange | JournalEntry], int]:
        """Take the oldest of the queue, and the number of those before them that were left out."""
        with self._lock:
            taken = [self._queue.popleft() for _ in range(min(count, len(self._queue)))]
            self._queued_bytes -= sum(each.size for each in taken)
            left_out, self._left_out = self._left_out, 0
        return taken, left_out

    def _write(self, pause: Pause) -> None:
        """Write what is queued now, some at a time. What the database does not take is dropped, the rest stays.

        Exchanges that were left out have their numbers too, also if none comes after them.
        """
        if not self._queue and not self._left_out:
            return
        for _ in range(0, max(len(self._queue), 1), _WRITTEN_AT_ONCE):
            taken, left_out = self._take(_WRITTEN_AT_ONCE)
            stored = []
            for each in taken:
                try:
                    stored.append(self._store(each))
                except Exception:
                    _log.exception("An exchange could not be described")
                    self._drop(1)
                pause()
            try:
                self._records.put(stored, left_out)
            except BaseException:
                self._drop(len(stored), left_out)
                raise
            pause()
        bounds = self._describer.bounds
        self._records.trim(bounds.max_entries, bounds.max_bytes)

    def _drop(self, count: int, before: int = 0) -> None:
        """Count what was dropped; what was left out before it keeps its numbers too."""
        with self._lock:
            self._dropped += count
            self._left_out += count + before

    def _store(self, queued: Exchange | JournalEntry) -> StoredExchange:
        """Bring an exchange into the form in which it leaves the process: without secrets."""
        if isinstance(queued, JournalEntry):
            return self._store_entry(queued)
        masked = self._describer.mask_quickly(queued)
        if masked is None:
            return self._store_entry(self._describer.describe(queued))
        request, response, session = masked
        facts = list_facts(queued, session)
        texts = (facts["path"], facts["content_type"], facts["soap_action"])
        # No diagnosis tells that it is yet to be made.
        facts |= {"is_callback": False, "diagnosis": None, "charset": queued.call.charset}
        return StoredExchange(
            number=0,
            ended=(queued.ended - _EPOCH) // _MICROSECOND,
            operation=queued.reply.operation,
            outcome=Outcome.SUCCESS.value,
            size=size_of(request, response, texts),
            facts=self._write_facts(facts),
            request=request,
            response=response,
        )

    def _store_entry(self, entry: JournalEntry) -> StoredExchange:
        ended = entry.system_time + timedelta(seconds=entry.duration)
        return StoredExchange(
            number=0,
            ended=(ended - _EPOCH) // _MICROSECOND,
            operation=entry.operation,
            outcome=entry.outcome.value,
            size=entry.size,
            facts=self._write_facts({name: getattr(entry, name) for name in _FACTS}),
            request=entry.request,
            response=entry.response,
        )

    def _write_facts(self, facts: dict[str, Any]) -> str:
        facts["time"] = facts["time"].isoformat()
        facts["system_time"] = facts["system_time"].isoformat()
        facts["host"], facts["worker"] = self._host, self._worker
        return _JSON.encode(facts)

    def _read(self, stored: StoredExchange) -> JournalEntry:
        facts = json.loads(stored.facts)
        is_diagnosed = facts["diagnosis"] is not None
        charset = facts.pop("charset", None)
        entry = JournalEntry(
            number=stored.number,
            operation=stored.operation,
            outcome=Outcome(stored.outcome),
            request=bytes(stored.request),
            response=bytes(stored.response),
            time=datetime.fromisoformat(facts.pop("time")),
            system_time=datetime.fromisoformat(facts.pop("system_time")),
            faults=tuple(facts.pop("faults")),
            diagnosis=facts.pop("diagnosis") or "",
            **facts,
        )
        return entry if is_diagnosed else self._describer.diagnose_later(Undiagnosed(entry, charset))
