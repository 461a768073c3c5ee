"""The admin API's journal: the recorded exchanges as HAR, and their removal."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from drs_simulator.admin.models import EmptyPayload, Query
from drs_simulator.admin.route import AdminRequest, Route, Section
from drs_simulator.exchange import Outcome
from drs_simulator.journal.har import to_har
from drs_simulator.journal.observers import find_broken_clauses


class JournalQuery(Query):
    """Exchanges of this operation, with this outcome, with this text in a body or the diagnosis.

    ``limit`` is the number of exchanges of a page, the newest ones; ``before`` is the lowest number of the page before.
    """

    operation: str | None = None
    outcome: Outcome | None = None
    text: str | None = None
    limit: Annotated[int, Field(ge=1)] | None = None
    before: Annotated[int, Field(ge=1)] | None = None


class HarDocument(BaseModel):
    """Exchanges as an HTTP archive (HAR 1.2), oldest first.

    ``comment`` is the diagnosis. ``_brokenClauses`` lists the clauses that the caller broke, if the contracts are
    installed. With a database, ``_host`` and ``_worker`` are the machine and the process that answered.
    """

    log: dict[str, Any]


def _list_entries(request: AdminRequest) -> HarDocument:
    query, entries = request.query, request.simulator.journal.entries()
    found = [
        entry
        for entry in entries
        if entry.matches(query.operation, query.outcome, query.text)
        and (query.before is None or entry.number < query.before)
    ]
    if query.limit is not None:
        found = found[-query.limit :]
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
