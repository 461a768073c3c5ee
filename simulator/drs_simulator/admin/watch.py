"""The admin interface's part for watching and breaking: the journal as HAR, and the fault rules in force."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from drs_simulator.admin.requests import EmptyPayload, Payload, Query
from drs_simulator.admin.route import AdminRequest, Route, Section
from drs_simulator.exchange import Outcome
from drs_simulator.faults.rules import FaultRule
from drs_simulator.journal.har import har
from drs_simulator.journal.observers import broken_clauses


class JournalQuery(Query):
    """Which exchanges are wanted: those of an operation, with an outcome, or with a text in body or diagnosis."""

    operation: str | None = None
    outcome: Outcome | None = None
    text: str | None = None


class HarDocument(BaseModel):
    """Exchanges as an HTTP archive (HAR 1.2), oldest first.

    ``comment`` is the diagnosis, and ``_brokenClauses`` says which clauses the caller broke, if the contracts are
    installed.
    """

    log: dict[str, Any]


class FaultRules(Payload):
    """Fault rules, in the order in which they strike."""

    rules: tuple[FaultRule, ...] = ()


def _journal(request: AdminRequest) -> HarDocument:
    wanted, entries = request.query, request.simulator.journal.entries()
    found = [entry for entry in entries if entry.matches(wanted.operation, wanted.outcome, wanted.text)]
    # What a call broke may lie in what came before it, so all of them are looked at.
    return HarDocument.model_validate(har(found, broken_clauses(entries)))


def _forget_journal(request: AdminRequest) -> None:
    request.simulator.journal.clear()


def _faults(request: AdminRequest) -> FaultRules:
    return FaultRules(rules=request.simulator.faults.rules())


def _add_faults(request: AdminRequest) -> FaultRules:
    request.simulator.faults.add(*request.payload.rules)
    return _faults(request)


def _end_faults(request: AdminRequest) -> None:
    request.simulator.faults.clear()


WATCHING = Section(
    "watching",
    (
        Route("GET", "/journal", "The exchanges that are kept, as HAR", _journal, HarDocument, query=JournalQuery),
        Route("DELETE", "/journal", "Forget the exchanges", _forget_journal, payload=EmptyPayload),
        Route("GET", "/faults", "The fault rules in force", _faults, FaultRules),
        Route(
            "POST",
            "/faults",
            "Put more fault rules in force",
            _add_faults,
            FaultRules,
            FaultRules,
        ),
        Route("DELETE", "/faults", "No call goes wrong any more", _end_faults, payload=EmptyPayload),
    ),
)
