"""How a caller uses sessions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta

from drs_contracts.clauses.clause import caller_clause, presumed, seen
from drs_contracts.traffic.calls import Call, Occurrence, Traffic, each_call

_MAX_REFUSALS = 10
_HOUR = timedelta(hours=1)


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


@caller_clause(
    "CAL-33",
    "A login that DRS refuses is sent at most ten times within an hour.",
    presumed("what DRS does about refused logins is not known; a login that was refused is refused again"),
)
def refused_logins_are_not_repeated(traffic: Traffic) -> Iterator[Occurrence]:
    """Count the refusals of each login since it last succeeded."""
    refused: defaultdict[str, list[Call]] = defaultdict(list)
    for call in traffic.calls:
        if call.operation != "openSession":
            continue
        before = refused[call.value("login")]
        is_too_often = call.refused and len(before) >= _MAX_REFUSALS and _is_soon(before[-_MAX_REFUSALS], call)
        yield Occurrence(call, f"it was refused {len(before)} times before" if is_too_often else "")
        if call.refused:
            before.append(call)
        elif call.succeeded:
            before.clear()


@caller_clause(
    "CAL-34",
    "A call that DRS refuses because its session has ended is sent again in a new session.",
    seen("Close Session: DRS ends sessions by itself, at the end of the day or earlier"),
)
def refused_calls_are_sent_again(traffic: Traffic) -> Iterator[Occurrence]:
    """Look for the operation in another session. Only a session that DRS has accepted before can have ended."""
    accepted: set[str] = set()
    for index, call in enumerate(traffic.calls):
        if call.session_refused:
            if call.session in accepted and call.operation != "closeSession":
                is_sent = _is_sent_again(call, traffic.calls[index + 1 :])
                yield Occurrence(call, "" if is_sent else "it is not sent again in a new session")
        elif call.session and call.answer is not None:
            accepted.add(call.session)


def _is_soon(earlier: Call, later: Call) -> bool:
    if earlier.started is None or later.started is None:
        return True
    return later.started - earlier.started <= _HOUR


def _is_sent_again(call: Call, later: Iterable[Call]) -> bool:
    """Whether the call, or a login for it that failed, follows."""
    has_no_session = False
    for each in later:
        if each.operation == call.operation and each.session != call.session:
            return True
        if each.operation == "openSession":
            has_no_session = not each.succeeded
    return has_no_session
