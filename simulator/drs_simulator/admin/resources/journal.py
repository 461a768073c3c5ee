"""The admin API's journal: the recorded exchanges as HAR, and their removal."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from drs_simulator.admin.models import EmptyPayload, Query
from drs_simulator.admin.route import AdminRequest, Route, Section
from drs_simulator.exchange import Outcome
from drs_simulator.journal.har import to_har
from drs_simulator.journal.observers import find_broken_clauses


class JournalQuery(Query):
    """Exchanges of this operation, with this outcome, with this text in a body or the diagnosis."""

    operation: str | None = None
    outcome: Outcome | None = None
    text: str | None = None


class HarDocument(BaseModel):
    """Exchanges as an HTTP archive (HAR 1.2), oldest first.

    ``comment`` is the diagnosis. ``_brokenClauses`` lists the clauses that the caller broke, if the contracts are
    installed.
    """

    log: dict[str, Any]


def _list_entries(request: AdminRequest) -> HarDocument:
    query, entries = request.query, request.simulator.journal.entries()
    found = [entry for entry in entries if entry.matches(query.operation, query.outcome, query.text)]
    # Earlier exchanges decide which clauses a call breaks, so the observers see all of them.
    return HarDocument.model_validate(to_har(found, find_broken_clauses(entries)))


def _clear_journal(request: AdminRequest) -> None:
    request.simulator.journal.clear()


JOURNAL = Section(
    "journal",
    (
        Route("GET", "/journal", "Get the recorded exchanges as HAR", _list_entries, HarDocument, query=JournalQuery),
        Route("DELETE", "/journal", "Delete the recorded exchanges", _clear_journal, payload=EmptyPayload),
    ),
)
