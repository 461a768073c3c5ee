"""How a caller goes on when DRS does not answer, and how often it asks the same.

Times are those of the calls, where they are known; a clock that stands still says nothing about haste.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TypeAlias

from drs_contracts.clauses.callers.work import (
    Content,
    Subject,
    content_of,
    has_no_answer,
    is_transient,
    subjects_of,
)
from drs_contracts.clauses.clause import advice, caller_clause
from drs_contracts.driver.messages import OPERATIONS
from drs_contracts.traffic.calls import Call, Occurrence, Traffic

_Question: TypeAlias = tuple[str, Content]
_MAX_TRIES = 10
_MAX_QUESTIONS = 30
_MAX_IN_OUTAGE = 30
_MAX_SHORTER = 3
_MINUTE = timedelta(minutes=1)
_TEN_MINUTES = timedelta(minutes=10)
_NO_TIME = timedelta(0)


@caller_clause(
    "CAL-53",
    "A call that had no answer, or a fault of the server, is sent again, or what it is about is looked up.",
    advice("DRS may have done what was asked, and the next try may succeed"),
)
def lost_calls_are_followed_up(traffic: Traffic) -> Iterator[Occurrence]:
    """Look for a later call about the same; one that repeats another lost call may be the last try."""
    later: set[Subject] = set()
    is_followed: dict[Call, bool] = {}
    for call in reversed(traffic.calls):
        subjects = subjects_of(call)
        is_followed[call] = bool(later & subjects)
        later |= subjects
    tried: set[_Question] = set()
    for call in traffic.calls:
        if call.operation not in OPERATIONS or call.operation == "closeSession":
            continue
        if is_transient(call):
            is_last_try = _question_of(call) in tried
            told = "" if is_followed[call] or is_last_try else "it had no answer, and is not sent again or looked up"
            yield Occurrence(call, told)
            tried.add(_question_of(call))
        else:
            yield Occurrence(call)


@caller_clause(
    "CAL-54",
    "A call that has no answer is sent at most ten times within ten minutes, whatever is sent between.",
    advice("a DRS that does not answer is not helped by more calls"),
)
def tries_are_few(traffic: Traffic) -> Iterator[Occurrence]:
    """Count the same request without an answer, in whatever sessions."""
    tries: defaultdict[_Question, deque[datetime]] = defaultdict(lambda: deque(maxlen=_MAX_TRIES))
    for call in traffic.calls:
        if call.started is None or call.members is None:
            continue
        before = tries[_question_of(call)]
        is_often = _is_full_within(before, call.started, _TEN_MINUTES)
        yield Occurrence(call, f"it had no answer {_MAX_TRIES} times in the ten minutes before" if is_often else "")
        if has_no_answer(call):
            before.append(call.started)
        else:
            before.clear()


@caller_clause(
    "CAL-55",
    "The waits between tries of a call that has no answer do not get shorter.",
    advice("a DRS that is busy needs time; tries that speed up take it away"),
)
def waits_do_not_get_shorter(traffic: Traffic) -> Iterator[Occurrence]:
    """Look for three waits in a row of which each is half of the one before, or less: chance hardly makes these."""
    last: dict[_Question, datetime] = {}
    waits: dict[_Question, timedelta] = {}
    shorter: defaultdict[_Question, int] = defaultdict(int)
    for call in traffic.calls:
        if call.started is None or call.members is None:
            continue
        question = _question_of(call)
        wait = call.started - last[question] if question in last else _NO_TIME
        before = waits.get(question, _NO_TIME)
        shorter[question] = shorter[question] + 1 if _NO_TIME < wait <= before / 2 else 0
        is_growing = shorter[question] == _MAX_SHORTER
        yield Occurrence(call, f"it is tried after {wait.total_seconds():g} s, sooner each time" if is_growing else "")
        if has_no_answer(call):
            last[question], waits[question] = call.started, wait
        else:
            last.pop(question, None)
            waits.pop(question, None)


@caller_clause(
    "CAL-56",
    "While DRS answers no call, at most thirty calls are sent within a minute.",
    advice("a service that tries everything again and again keeps a DRS down that would recover"),
)
def outages_are_not_made_worse(traffic: Traffic) -> Iterator[Occurrence]:
    """Count the calls without an answer since the last answer."""
    unanswered: deque[datetime] = deque(maxlen=_MAX_IN_OUTAGE)
    for call in traffic.calls:
        if call.started is None:
            continue
        is_storm = _is_full_within(unanswered, call.started, _MINUTE)
        yield Occurrence(call, f"{_MAX_IN_OUTAGE} calls in the minute before had no answer" if is_storm else "")
        if has_no_answer(call):
            unanswered.append(call.started)
        else:
            unanswered.clear()


@caller_clause(
    "CAL-57",
    "The same request about an order, a booking or a place is sent at most thirty times within ten minutes.",
    advice("DRS calls back when an appointment changes; what it answers hardly changes within seconds"),
)
def requests_are_not_repeated_for_long(traffic: Traffic) -> Iterator[Occurrence]:
    """Count the same request that was answered, whatever is sent between; CAL-54 counts those without an answer."""
    asked: defaultdict[_Question, deque[datetime]] = defaultdict(lambda: deque(maxlen=_MAX_QUESTIONS))
    for call in traffic.calls:
        if call.started is None or call.members is None or subjects_of(call) == {("operation", call.operation)}:
            continue
        before = asked[_question_of(call)]
        is_often = _is_full_within(before, call.started, _TEN_MINUTES)
        yield Occurrence(call, f"it was sent {_MAX_QUESTIONS} times in the ten minutes before" if is_often else "")
        if not has_no_answer(call):
            before.append(call.started)


def _question_of(call: Call) -> _Question:
    return call.operation, content_of(call, without=("sessionId",))


def _is_full_within(times: deque[datetime], now: datetime, period: timedelta) -> bool:
    return len(times) == times.maxlen and _NO_TIME < now - times[0] <= period
