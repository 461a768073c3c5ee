"""The journal: what was said to DRS and by it, with what there is to say about it."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from drs_simulator.callbacks.message import OPERATIONS as CALLBACKS
from drs_simulator.console.current import simulator
from drs_simulator.console.highlight import coloured
from drs_simulator.exchange import Outcome
from drs_simulator.journal.entry import JournalEntry
from drs_simulator.journal.observers import broken_clauses
from drs_simulator.scheduling.back_office import UnknownError
from drs_simulator.soap.interface import OPERATIONS

pages = Blueprint("journal", __name__)
_SHOWN = 100


@pages.get("/journal")
def entries() -> str:
    """The exchanges that fit the filter, newest first."""
    return render_template(
        "journal.html",
        entries=_wanted(),
        operations=sorted((*OPERATIONS, *CALLBACKS.values())),
        outcomes=list(Outcome),
        max=_SHOWN,
        kept=bool(simulator().journal),
    )


@pages.get("/journal/rows")
def rows() -> str:
    """The rows of that table alone: what the page asks for again and again while it is live."""
    return render_template("journal_rows.html", entries=_wanted())


@pages.get("/journal/<int:number>")
def entry(number: int) -> str:
    """One exchange."""
    kept = simulator().journal.entries()
    found = next((each for each in kept if each.number == number), None)
    if found is None:
        raise UnknownError(f"The journal has no exchange {number}; perhaps no longer.")
    return render_template(
        "entry.html",
        entry=found,
        broken=broken_clauses(kept).get(number, ()),
        request_xml=coloured(found.request),
        response_xml=coloured(found.response),
    )


def _wanted() -> list[JournalEntry]:
    asked = request.args
    outcome = next((each for each in Outcome if each == asked.get("outcome")), None)
    found = [
        each
        for each in reversed(simulator().journal.entries())
        if each.matches(asked.get("operation") or None, outcome, asked.get("text"))
    ]
    return found[:_SHOWN]
