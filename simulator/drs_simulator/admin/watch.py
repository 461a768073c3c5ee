"""The admin interface's part for watching and breaking: the journal as HAR, and the fault rules in force."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from drs_simulator.admin.requests import Nothing, Payload, Query
from drs_simulator.admin.route import Asked, Route, Section
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


def _journal(asked: Asked) -> HarDocument:
    wanted, entries = asked.query, asked.simulator.journal.entries()
    found = [entry for entry in entries if entry.fits(wanted.operation, wanted.outcome, wanted.text)]
    # What a call broke may lie in what came before it, so all of them are looked at.
    return HarDocument.model_validate(har(found, broken_clauses(entries)))


def _forget_journal(asked: Asked) -> None:
    asked.simulator.journal.clear()


def _faults(asked: Asked) -> FaultRules:
    return FaultRules(rules=asked.simulator.faults.rules())


def _add_faults(asked: Asked) -> FaultRules:
    asked.simulator.faults.add(*asked.payload.rules)
    return _faults(asked)


def _end_faults(asked: Asked) -> None:
    asked.simulator.faults.clear()


WATCHING = Section(
    "watching",
    (
        Route("GET", "/journal", "The exchanges that are kept, as HAR", _journal, HarDocument, query=JournalQuery),
        Route("DELETE", "/journal", "Forget the exchanges", _forget_journal, payload=Nothing),
        Route("GET", "/faults", "The fault rules in force", _faults, FaultRules),
        Route(
            "POST",
            "/faults",
            "Put more fault rules in force",
            _add_faults,
            FaultRules,
            FaultRules,
        ),
        Route("DELETE", "/faults", "No call goes wrong any more", _end_faults, payload=Nothing),
    ),
)
