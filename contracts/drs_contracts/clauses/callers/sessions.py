"""How a caller uses sessions."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from drs_contracts.clauses.clause import advice, caller_clause, presumed, seen
from drs_contracts.traffic.calls import ZONE, Call, Occurrence, Traffic, each_call

_MAX_REFUSALS = 10
_MAX_OPEN = 50
_MAX_LOGINS = 100
_ANOTHER = 2
_HOUR = timedelta(hours=1)
_TEN_MINUTES = timedelta(minutes=10)


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
    is_sent_again = _find_sent_again(traffic)
    accepted: set[str] = set()
    for call in traffic.calls:
        if call.session_refused:
            if call.session in accepted and call.operation != "closeSession":
                yield Occurrence(call, "" if call in is_sent_again else "it is not sent again in a new session")
        elif call.session and call.answer is not None:
            accepted.add(call.session)


@caller_clause(
    "CAL-58",
    "At most fifty sessions are open at once.",
    advice("how many DRS allows is not known; what is not closed stays open until midnight"),
)
def open_sessions_are_few(traffic: Traffic) -> Iterator[Occurrence]:
    """Count the sessions of a day that were opened and not closed or refused."""
    is_open: set[str] = set()
    day: date | None = None
    for call in traffic.calls:
        today = None if call.started is None else call.started.astimezone(ZONE).date()
        if today != day:
            is_open.clear()
            day = today
        given = call.given("sessionId") if call.operation == "openSession" else ""
        if given:
            is_open.add(given)
            is_many = len(is_open) > _MAX_OPEN
            yield Occurrence(call, f"{len(is_open) - 1} sessions are open already" if is_many else "")
        elif call.operation == "closeSession" or call.session_refused:
            is_open.discard(call.session)


@caller_clause(
    "CAL-59",
    "A session serves more than one call where a hundred are opened within ten minutes.",
    advice("each login costs DRS work; services in use open a session for each request that they serve (client)"),
)
def logins_are_not_for_single_calls(traffic: Traffic) -> Iterator[Occurrence]:
    """Count the logins whose session has at most one call apart from its closing."""
    served = Counter(call.session for call in traffic.calls if call.operation != "closeSession")
    logins: deque[datetime] = deque(maxlen=_MAX_LOGINS)
    for call in traffic.calls:
        given = call.given("sessionId") if call.operation == "openSession" else ""
        if not given:
            continue
        is_often = False
        if served[given] <= 1 and call.started is not None:
            is_often = len(logins) == _MAX_LOGINS and timedelta(0) < call.started - logins[0] <= _TEN_MINUTES
            logins.append(call.started)
        yield Occurrence(call, f"there were {_MAX_LOGINS} logins for a call each before it" if is_often else "")


def _is_soon(earlier: Call, later: Call) -> bool:
    if earlier.started is None or later.started is None:
        return True
    return later.started - earlier.started <= _HOUR


def _find_sent_again(traffic: Traffic) -> set[Call]:
    """Find the calls that a call of the same operation in another session follows, or in the end a failed login."""
    found: set[Call] = set()
    sessions: defaultdict[str, set[str]] = defaultdict(set)
    has_no_session: bool | None = None
    for call in reversed(traffic.calls):
        later = sessions[call.operation]
        if has_no_session or later - {call.session}:
            found.add(call)
        # Two are enough: one of them is another one.
        if len(later) < _ANOTHER:
            later.add(call.session)
        if call.operation == "openSession" and has_no_session is None:
            has_no_session = not call.succeeded
    return found
