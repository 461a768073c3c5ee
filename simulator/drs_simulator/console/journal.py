"""The pages of the journal: the recorded exchanges, each with a diagnosis."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from drs_simulator.callbacks.message import OPERATIONS as CALLBACKS
from drs_simulator.console.current import simulator
from drs_simulator.console.highlight import highlight_xml
from drs_simulator.exchange import Outcome
from drs_simulator.journal.entry import JournalEntry
from drs_simulator.journal.observers import find_broken_clauses
from drs_simulator.scheduling.back_office import UnknownError
from drs_simulator.soap.interface import OPERATIONS

pages = Blueprint("journal", __name__)
_MAX_SHOWN = 100


@pages.get("/journal")
def entries() -> str:
    """Show the exchanges that match the filter, newest first."""
    return render_template(
        "journal.html",
        entries=_matching_entries(),
        operations=sorted((*OPERATIONS, *CALLBACKS.values())),
        outcomes=list(Outcome),
        max_shown=_MAX_SHOWN,
        is_enabled=bool(simulator().journal),
    )


@pages.get("/journal/rows")
def rows() -> str:
    """Return the rows of that table, which the page fetches again and again while it is live."""
    return render_template("journal_rows.html", entries=_matching_entries())


@pages.get("/journal/<int:number>")
def entry(number: int) -> str:
    """Show one exchange."""
    journal = simulator().journal
    found = journal.entry(number)
    if found is None:
        raise UnknownError(f"The journal has no exchange {number}. It may have made room for later ones.")
    return render_template(
        "entry.html",
        entry=found,
        # Earlier exchanges decide which clauses a call breaks.
        broken=find_broken_clauses(journal.entries()).get(number, ()),
        request_xml=highlight_xml(found.request),
        response_xml=highlight_xml(found.response),
    )


def _matching_entries() -> tuple[JournalEntry, ...]:
    query = request.args
    outcome = next((each for each in Outcome if each == query.get("outcome")), None)
    return simulator().journal.latest(_MAX_SHOWN, query.get("operation") or None, outcome, query.get("text"))
