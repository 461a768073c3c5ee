"""Holds a caller's traffic to the clauses that bind callers, and says what the traffic met and what it never met.

::

    observation = analyse_traffic(read_traffic(Path("recordings/today")))
    for judgement in observation.broken:
        print(judgement.clause.statement, judgement.breaches)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus

from drs_contracts.clauses import list_clauses
from drs_contracts.clauses.clause import AppliesTo, Clause
from drs_contracts.driver.messages import OPERATIONS
from drs_contracts.traffic.calls import Call, Occasion, Traffic

SLOW_SECONDS = 5.0
"""From when an answer counts as slow. The longest of 300 at Lincoln took 4.835 seconds."""


class Verdict(StrEnum):
    """What became of a clause in a traffic."""

    HELD = "held"
    BROKEN = "broken"
    NOT_MET = "not met"


class Situation(StrEnum):
    """What a caller of DRS must be able to live with."""

    CAP_WARNING = "cap warning"
    NO_AVAILABILITY = "no availability"
    LAPSED_SESSION = "lapsed session"
    REFUSAL = "refusal"
    UNKNOWN_ORDER = "unknown order"
    PLANNING_FAILED = "planning failed"
    FAULT = "fault"
    SLOW_ANSWER = "slow answer"
    HTTP_ERROR = "HTTP error"


@dataclass(frozen=True, slots=True)
class Breach:
    """Where a clause is broken, counted from 1, and how."""

    position: int
    call: Call
    reason: str

    @property
    def place(self) -> str:
        """The place in words: position, the call's name where it comes from, operation."""
        name, operation = self.call.name, self.call.operation or "no operation"
        return f"call {self.position} ({name if operation in name else f'{name}, {operation}'})"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A clause, how often the traffic put it to the test, and where it is broken."""

    clause: Clause
    occasions: int
    breaches: tuple[Breach, ...]

    @property
    def verdict(self) -> Verdict:
        """Broken once is broken."""
        if self.breaches:
            return Verdict.BROKEN
        return Verdict.HELD if self.occasions else Verdict.NOT_MET


@dataclass(frozen=True, slots=True)
class Coverage:
    """How often the traffic met each of DRS's operations, and each situation; 0 where it never did."""

    operations: Mapping[str, int]
    situations: Mapping[Situation, int]


@dataclass(frozen=True, slots=True)
class Observation:
    """What a traffic shows of its caller."""

    traffic: Traffic
    judgements: tuple[Judgement, ...]
    coverage: Coverage

    @property
    def broken(self) -> tuple[Judgement, ...]:
        """The clauses that the caller broke."""
        return tuple(each for each in self.judgements if each.verdict is Verdict.BROKEN)

    @property
    def not_met(self) -> tuple[Clause, ...]:
        """The clauses of which the traffic says nothing."""
        return tuple(each.clause for each in self.judgements if each.verdict is Verdict.NOT_MET)


def analyse_traffic(traffic: Traffic) -> Observation:
    """Hold a traffic to every clause that binds callers."""
    # Calls are compared by identity, as the same bytes may be sent twice.
    positions = {call: position for position, call in enumerate(traffic.calls, start=1)}
    judgements = tuple(_judged(clause, traffic, positions) for clause in list_clauses(AppliesTo.CALLER))
    return Observation(traffic, judgements, _coverage(traffic))


def _judged(clause: Clause, traffic: Traffic, positions: Mapping[Call, int]) -> Judgement:
    occasions: list[Occasion] = list(clause.check(traffic))
    breaches = [Breach(positions[each.call], each.call, each.breach) for each in occasions if each.breach]
    return Judgement(clause, len(occasions), tuple(breaches))


def _coverage(traffic: Traffic) -> Coverage:
    operations = dict.fromkeys(OPERATIONS, 0)
    for call in traffic.calls:
        if call.operation in operations:
            operations[call.operation] += 1
    situations = {each: sum(map(met, traffic.calls)) for each, met in _MET.items()}
    return Coverage(operations, situations)


def _no_availability(call: Call) -> bool:
    offered = call.all_given("theSlots/slotsForDay/available")
    return call.operation == "checkAvailability" and call.succeeded and set(offered) <= {"NO"}


def _http_error(call: Call) -> bool:
    """An HTTP status that is no SOAP fault's, or no answer at all."""
    return call.reply.status != HTTPStatus.OK and call.fault is None


_MET: Mapping[Situation, Callable[[Call], bool]] = {
    Situation.CAP_WARNING: lambda call: call.succeeded and "days returned has been limited" in call.message,
    Situation.NO_AVAILABILITY: _no_availability,
    Situation.LAPSED_SESSION: lambda call: call.session_refused,
    Situation.REFUSAL: lambda call: call.refused,
    Situation.UNKNOWN_ORDER: lambda call: "Unable to find order" in call.message or "no order exists" in call.message,
    Situation.PLANNING_FAILED: lambda call: "Planning failed" in call.message,
    Situation.FAULT: lambda call: call.fault is not None,
    Situation.SLOW_ANSWER: lambda call: call.seconds is not None and call.seconds > SLOW_SECONDS,
    Situation.HTTP_ERROR: _http_error,
}
