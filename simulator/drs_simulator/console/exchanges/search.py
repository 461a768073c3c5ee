"""Which exchanges a reader of the journal wants to see, and the page of them."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from itertools import islice, takewhile
from typing import NamedTuple

from drs_simulator.exchange import Outcome
from drs_simulator.journal.entry import JournalEntry
from drs_simulator.journal.journal import Journal

PER_PAGE = 50
INJECTED = "injected"
"""The word for exchanges to which a fault rule applied, whatever their outcome."""
OUTCOMES: Mapping[str, str] = {
    Outcome.SUCCESS.value: "ok",
    Outcome.REFUSAL.value: "refused",
    Outcome.FAULT.value: "fault",
    INJECTED: "fault injected",
    Outcome.UNDELIVERED.value: "undelivered",
}
"""What the filter calls each outcome."""


@dataclass(frozen=True, slots=True)
class JournalSearch:
    """What exchanges must have to be shown; an empty text matches all.

    Args:
        operation: The operation.
        outcome: A key of ``OUTCOMES``.
        order: The number of an order that a body mentions.
        session: The first characters of the session's id.
        caller: The caller's address, or its beginning.
        user: The userId or login that a request has.
        text: A text in a body or the diagnosis; case is ignored.
    """

    operation: str = ""
    outcome: str = ""
    order: str = ""
    session: str = ""
    caller: str = ""
    user: str = ""
    text: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> JournalSearch:
        """Read it from the query of an address. An outcome that there is not counts as none."""
        found = {each.name: query.get(each.name, "").strip() for each in fields(cls)}
        if found["outcome"] not in OUTCOMES:
            found["outcome"] = ""
        return cls(**found)

    @property
    def query(self) -> dict[str, str]:
        """The query of an address with this search."""
        found = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in found.items() if value}

    def find(self, journal: Journal, before: int | None = None) -> Iterator[JournalEntry]:
        """Yield the matching exchanges, newest first.

        Args:
            journal: The journal.
            before: Only exchanges with a lower number; ``None`` for all.
        """
        outcome = next((each for each in Outcome if each.value == self.outcome), None)
        found = journal.newest(self.operation or None, outcome, self.text or None, before)
        return (entry for entry in found if self._matches(entry))

    def _matches(self, entry: JournalEntry) -> bool:
        if self.outcome == INJECTED and not (entry.faults or entry.outcome is Outcome.BROKEN):
            return False
        if not (entry.session.startswith(self.session[:6]) and entry.address.startswith(self.caller)):
            return False
        if self.order and not _mentions(entry.request + b" " + entry.response, "primaryOrderNumber", self.order):
            return False
        return not self.user or _mentions(entry.request, "userId|login", self.user)


class JournalPage(NamedTuple):
    """A page of exchanges, newest first.

    Args:
        entries: The exchanges.
        older: The number before which the next page begins; ``None`` on the last one.
        newer: The number after which the page before begins; ``None`` on the first one.
    """

    entries: tuple[JournalEntry, ...]
    older: int | None
    newer: int | None


def find_page(journal: Journal, search: JournalSearch, before: int | None, after: int | None) -> JournalPage:
    """Find a page of matching exchanges.

    Args:
        journal: The journal.
        search: What they must have.
        before: Only exchanges with a lower number, the newest of them; ``None`` for all.
        after: Only exchanges with a higher number, the oldest of them; ``None`` for all. It goes before ``before``.
    """
    if after is not None:
        newer = deque(takewhile(lambda entry: entry.number > after, search.find(journal)), maxlen=PER_PAGE + 1)
        if len(newer) > PER_PAGE:
            entries = tuple(newer)[1:]
            return JournalPage(entries, after + 1, entries[0].number)
        before = None
    found = tuple(islice(search.find(journal, before), PER_PAGE + 1))
    entries = found[:PER_PAGE]
    older = entries[-1].number if len(found) > PER_PAGE else None
    return JournalPage(entries, older, None if before is None else before - 1)


class Neighbours(NamedTuple):
    """The numbers of the exchanges next to one; ``None`` where there is none."""

    older: int | None
    newer: int | None


def find_neighbours(journal: Journal, search: JournalSearch, number: int) -> Neighbours:
    """Find the matching exchanges before and after the one with that number."""
    older = next(search.find(journal, number), None)
    newer = deque(takewhile(lambda entry: entry.number > number, search.find(journal)), maxlen=1)
    return Neighbours(None if older is None else older.number, newer[0].number if newer else None)


def _mentions(body: bytes, names: str, value: str) -> bool:
    """Check whether an element of one of the names has that text."""
    return re.search(rf"<(?:[\w.-]+:)?(?:{names})[^<>]*>\s*{re.escape(value)}\s*<".encode(), body) is not None
