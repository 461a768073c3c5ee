"""How a caller uses sessions."""

from __future__ import annotations

from collections.abc import Iterator

from drs_contracts.clauses.clause import caller_clause, presumed, seen
from drs_contracts.traffic.calls import Call, Occurrence, Traffic, each_call


@caller_clause("CAL-09", "Every call but openSession sends a sessionId.", seen("Open Session"))
@each_call
def calls_send_a_session(call: Call) -> str | None:
    """Look for the sessionId."""
    if call.members is None or call.operation == "openSession":
        return None
    return "" if call.session else "there is no sessionId"


@caller_clause("CAL-16", "A session is opened before it is used.", seen("Open Session"))
def sessions_are_opened_before(traffic: Traffic) -> Iterator[Occurrence]:
    """Compare every sessionId with the ids that openSession returned."""
    opened: set[str] = set()
    for call in traffic.calls:
        if call.operation == "openSession":
            opened.add(call.given("sessionId"))
        elif call.session:
            yield Occurrence(call, "" if call.session in opened else "its session was not opened in this traffic")


@caller_clause(
    "CAL-17",
    "A session is not used after it was closed.",
    seen("Open Session: a session must be open for a call; client: Hackney opens another one after closeSession"),
)
def closed_sessions_are_left_alone(traffic: Traffic) -> Iterator[Occurrence]:
    """Look for a sessionId after its closeSession."""
    closed: set[str] = set()
    for call in traffic.calls:
        if call.session in closed:
            yield Occurrence(call, "its session was closed before")
        elif call.operation == "closeSession" and call.session:
            yield Occurrence(call)
            # Where the answer was lost, nobody knows whether it is closed: it may be closed again.
            if call.answer is not None or call.fault is not None:
                closed.add(call.session)


@caller_clause("CAL-18", "Every session that was opened is closed, unless it expired.", seen("Close Session"))
def sessions_are_closed(traffic: Traffic) -> Iterator[Occurrence]:
    """Look for the closeSession of every session."""
    ended = {call.session for call in traffic.calls if call.operation == "closeSession" or call.session_refused}
    for call in traffic.calls:
        given = call.given("sessionId") if call.operation == "openSession" else ""
        if given:
            yield Occurrence(call, "" if given in ended else "its session is never closed")


@caller_clause(
    "CAL-19",
    "A session that DRS has refused is not sent again: the caller opens a new one.",
    presumed("the simplest assumption, from the session's end at midnight"),
)
def refused_sessions_are_renewed(traffic: Traffic) -> Iterator[Occurrence]:
    """Look for a sessionId after its refusal."""
    refused: set[str] = set()
    for call in traffic.calls:
        if call.session in refused:
            yield Occurrence(call, "its session was refused before")
        elif call.session and call.session_refused:
            yield Occurrence(call)
            refused.add(call.session)
