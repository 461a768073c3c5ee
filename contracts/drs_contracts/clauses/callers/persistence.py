"""How often a caller asks, and how it goes on after an answer that was cut off or refused."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from datetime import datetime, time, timedelta

from drs_contracts.clauses.callers.work import Content, Job, content_of, job_of
from drs_contracts.clauses.clause import caller_clause, client, presumed
from drs_contracts.traffic.calls import ZONE, Call, Occurrence, Traffic, parse_moment

_CAP_WARNING = "number of days returned has been limited"
_ABOUT_SESSIONS = frozenset({"openSession", "closeSession"})
_SUBJECTS = frozenset({"bookingId", "locationID", "locationId", "orderId", "primaryOrderNumber"})
_MAX_IN_A_ROW = 10
_MINUTE = timedelta(minutes=1)
_CLOCK_CHANGE = timedelta(hours=1)


@caller_clause(
    "CAL-25",
    "After the cap's warning, the next period begins on the day after the last day that came back.",
    client("Lincoln asks period after period; the cap is a setting"),
)
def periods_follow_the_cap(traffic: Traffic) -> Iterator[Occurrence]:
    """Compare the days of an answer that was cut with the request that continues from it."""
    cut: dict[tuple[str, Job], Call] = {}
    for call in traffic.calls:
        if call.operation != "checkAvailability":
            continue
        before = cut.pop((call.session, job_of(call)), None)
        begin = parse_moment(call.value("periodBegin"))
        days = [] if before is None else [day for day in map(parse_moment, before.all_given("theSlots/day")) if day]
        if begin and days:
            wanted = max(days).astimezone(ZONE).date() + timedelta(days=1)
            found = begin.astimezone(ZONE).date()
            # A period that begins in the days that came back is a new search, unless it missed midnight by an hour.
            has_slipped = datetime.combine(wanted, time(0), ZONE) - begin == _CLOCK_CHANGE
            if found >= wanted or has_slipped:
                is_right = found == wanted
                yield Occurrence(
                    call, "" if is_right else f"it begins at {call.value('periodBegin')}, and the next day is {wanted}"
                )
        if call.succeeded and _CAP_WARNING in call.message:
            cut[call.session, job_of(call)] = call


@caller_clause(
    "CAL-26",
    "A priority that DRS has refused is not sent again.",
    client("a priority must match in case and spelling; vendor: so it does (u8c2zn3l73)"),
)
def refused_priorities_are_not_repeated(traffic: Traffic) -> Iterator[Occurrence]:
    """Look for a priority after its refusal."""
    refused: set[str] = set()
    for call in traffic.calls:
        priority = call.text("theOrder/priority")
        if priority and priority in refused:
            yield Occurrence(call, f"'{priority}' was refused before")
        elif priority and call.refused and "priority" in call.message.lower():
            yield Occurrence(call)
            refused.add(priority)


@caller_clause(
    "CAL-35",
    "The same request about an order, a booking or a place is sent at most ten times in a row within a minute.",
    presumed("what DRS does about too many calls is not known; what it answers hardly changes within a minute"),
)
def requests_are_not_repeated_in_haste(traffic: Traffic) -> Iterator[Occurrence]:
    """Count the same request in whatever sessions. A clock that stands still says nothing about haste."""
    row: deque[datetime] = deque(maxlen=_MAX_IN_A_ROW)
    previous: tuple[str, Content] | None = None
    for call in traffic.calls:
        if call.members is None or call.operation in _ABOUT_SESSIONS:
            continue
        asked = call.operation, content_of(call, without=("sessionId",))
        if asked != previous:
            row.clear()
        previous = asked
        if call.started is None or not any(text for name, text in asked[1] if name in _SUBJECTS):
            continue
        is_hasty = len(row) == _MAX_IN_A_ROW and timedelta(0) < call.started - row[0] <= _MINUTE
        yield Occurrence(call, f"it was sent {_MAX_IN_A_ROW} times in the minute before" if is_hasty else "")
        row.append(call.started)


@caller_clause(
    "CAL-40",
    "A search that was cut at the cap and has found no available slot goes on after the cut.",
    client("Lincoln asks period after period until there are enough days"),
)
def cut_searches_go_on(traffic: Traffic) -> Iterator[Occurrence]:
    """Look for the next period. A search that has gone on before may have reached the caller's own limit."""
    furthest: dict[Job, datetime] = {}
    goes_on: set[Call] = set()
    for call in reversed(traffic.calls):
        begin = parse_moment(call.value("periodBegin"))
        if call.operation == "checkAvailability" and begin is not None:
            if begin < furthest.get(job_of(call), begin):
                goes_on.add(call)
            furthest[job_of(call)] = max(begin, furthest.get(job_of(call), begin))
    latest: dict[Job, datetime] = {}
    for call in traffic.calls:
        begin = parse_moment(call.value("periodBegin"))
        if call.operation != "checkAvailability" or begin is None:
            continue
        before = latest.get(job_of(call))
        latest[job_of(call)] = begin
        if call.succeeded and _CAP_WARNING in call.message and (before is None or begin <= before):
            has_found = any(text.strip() != "NO" for text in call.all_given("theSlots/slotsForDay/available"))
            is_right = has_found or call in goes_on
            yield Occurrence(call, "" if is_right else "it has found nothing, and does not go on after the cut")
