"""Checks a caller's traffic against the clauses for callers, and counts which situations it met.

::

    report = analyse_traffic(read_traffic(Path("recordings/today")))
    for result in report.broken:
        print(result.clause.statement, result.breaches)

``judge_calls`` gives what is wrong with one run of a service as a list, call by call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus

from drs_contracts.clauses import list_clauses
from drs_contracts.clauses.clause import AppliesTo, Clause, Grade
from drs_contracts.driver.messages import OPERATIONS
from drs_contracts.traffic.calls import Call, EachCallCheck, Occurrence, Traffic

SLOW_SECONDS = 5.0
"""From when an answer counts as slow. The longest of 300 at Lincoln took 4.835 seconds."""


class Verdict(StrEnum):
    """The result of a clause for a traffic."""

    HELD = "held"
    BROKEN = "broken"
    ADVICE = "advice"
    INCONCLUSIVE = "inconclusive"
    NOT_MET = "not met"


class CoveragePoint(StrEnum):
    """A situation that a caller of DRS must be able to handle."""

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
    """A call that breaks a clause: its position in the traffic, counted from 1, and the reason."""

    position: int
    call: Call
    reason: str

    @property
    def place(self) -> str:
        """The place in words: position, the call's name where it comes from, operation."""
        name, operation = self.call.name, self.call.operation or "no operation"
        return f"call {self.position} ({name if operation in name else f'{name}, {operation}'})"


@dataclass(frozen=True, slots=True)
class ClauseResult:
    """A clause, the number of calls to which it applied, the calls that break it, and those that keep it.

    ``is_certain`` is false where a call that is not recorded may be the one that was missed.
    """

    clause: Clause
    occurrences: int
    breaches: tuple[Breach, ...]
    is_certain: bool = True
    kept_by: tuple[Call, ...] = ()

    @property
    def is_advice(self) -> bool:
        """Whether the clause is only advice."""
        return self.clause.evidence.grade is Grade.ADVICE

    @property
    def verdict(self) -> Verdict:
        """One breach is enough to break a clause; where the clause is advice, nothing is broken."""
        if self.breaches and self.is_certain:
            return Verdict.ADVICE if self.is_advice else Verdict.BROKEN
        if self.breaches:
            return Verdict.INCONCLUSIVE
        return Verdict.HELD if self.occurrences else Verdict.NOT_MET


@dataclass(frozen=True, slots=True)
class CallerFinding:
    """A call that breaks a clause or goes against advice.

    Args:
        clause: The clause; its evidence has the grade.
        position: The call's position in the traffic, counted from 1.
        call: The exchange.
        sentence: Where and how: the call, and what is wrong with it.
    """

    clause: Clause
    position: int
    call: Call
    sentence: str

    @property
    def is_advice(self) -> bool:
        """Whether the clause is only advice."""
        return self.clause.evidence.grade is Grade.ADVICE


@dataclass(frozen=True, slots=True)
class Coverage:
    """How often the traffic met each of DRS's operations and each situation; 0 where it never did."""

    operations: Mapping[str, int]
    situations: Mapping[CoveragePoint, int]


@dataclass(frozen=True, slots=True)
class TrafficReport:
    """What a traffic shows of its caller."""

    traffic: Traffic
    results: tuple[ClauseResult, ...]
    coverage: Coverage

    @property
    def broken(self) -> tuple[ClauseResult, ...]:
        """The clauses that the caller broke."""
        return tuple(each for each in self.results if each.verdict is Verdict.BROKEN)

    @property
    def advice(self) -> tuple[ClauseResult, ...]:
        """The advice that the caller does not follow."""
        return tuple(each for each in self.results if each.verdict is Verdict.ADVICE)

    @property
    def findings(self) -> tuple[CallerFinding, ...]:
        """All that is broken or against advice, in the order of the calls."""
        found = [
            CallerFinding(result.clause, breach.position, breach.call, f"{breach.place}: {breach.reason}")
            for result in (*self.broken, *self.advice)
            for breach in result.breaches
        ]
        return tuple(sorted(found, key=lambda each: (each.position, each.clause.id)))

    @property
    def inconclusive(self) -> tuple[ClauseResult, ...]:
        """The clauses that seem broken, but may not be, as not all bodies were recorded."""
        return tuple(each for each in self.results if each.verdict is Verdict.INCONCLUSIVE)

    @property
    def unrecorded(self) -> tuple[Call, ...]:
        """The calls of which a body was not recorded; they are held against nobody."""
        return tuple(call for call in self.traffic.calls if not call.is_complete)

    @property
    def not_met(self) -> tuple[Clause, ...]:
        """The clauses that applied to no call."""
        return tuple(each.clause for each in self.results if each.verdict is Verdict.NOT_MET)


def analyse_traffic(traffic: Traffic) -> TrafficReport:
    """Check a traffic against every clause for callers."""
    # Calls are compared by identity, as the same bytes may be sent twice.
    positions = {call: position for position, call in enumerate(traffic.calls, start=1)}
    known = Traffic(traffic.source, tuple(call for call in traffic.calls if call.is_complete))
    results = tuple(_check(clause, known, positions) for clause in list_clauses(AppliesTo.CALLER))
    return TrafficReport(traffic, results, _measure_coverage(known))


def judge_calls(calls: Iterable[Call], source: str = "a run") -> tuple[CallerFinding, ...]:
    """Judge the calls of one run of a service, such as a test command's, by what they do and what they leave behind.

    ::

        traffic = har_traffic(json.dumps(journal).encode(), "healthy")
        for finding in judge_calls(traffic.calls, "healthy"):
            print(finding.clause.id, finding.is_advice, finding.sentence)

    The calls count as complete: what no call settles stays as it is. A clause that seems broken only because a body was
    not recorded is left out.

    Args:
        calls: The calls, in the order in which they were sent; none at all is fine.
        source: What the run is called.

    Returns:
        Every call that breaks a clause or goes against advice, in the order of the calls, then of the clauses' ids.
    """
    return analyse_traffic(Traffic(source, tuple(calls))).findings


def _check(clause: Clause, traffic: Traffic, positions: Mapping[Call, int]) -> ClauseResult:
    occurrences: list[Occurrence] = list(clause.check(traffic))
    breaches = [Breach(positions[each.call], each.call, each.breach) for each in occurrences if each.breach]
    is_certain = isinstance(clause.check, EachCallCheck) or len(traffic.calls) == len(positions)
    broken_by = {each.call for each in breaches}
    kept_by = tuple(each.call for each in occurrences if each.call not in broken_by)
    return ClauseResult(clause, len(occurrences), tuple(breaches), is_certain, kept_by)


def _measure_coverage(traffic: Traffic) -> Coverage:
    operations = dict.fromkeys(OPERATIONS, 0)
    for call in traffic.calls:
        if call.operation in operations:
            operations[call.operation] += 1
    situations = {each: sum(map(is_met, traffic.calls)) for each, is_met in _IS_MET.items()}
    return Coverage(operations, situations)


def _has_no_availability(call: Call) -> bool:
    offered = call.all_given("theSlots/slotsForDay/available")
    return call.operation == "checkAvailability" and call.succeeded and set(offered) <= {"NO"}


def _is_http_error(call: Call) -> bool:
    """An HTTP status that is not that of a SOAP fault, or no answer at all."""
    return call.reply.status != HTTPStatus.OK and call.fault is None


_IS_MET: Mapping[CoveragePoint, Callable[[Call], bool]] = {
    CoveragePoint.CAP_WARNING: lambda call: call.succeeded and "days returned has been limited" in call.message,
    CoveragePoint.NO_AVAILABILITY: _has_no_availability,
    CoveragePoint.LAPSED_SESSION: lambda call: call.session_refused,
    CoveragePoint.REFUSAL: lambda call: call.refused,
    CoveragePoint.UNKNOWN_ORDER: lambda call: (
        "Unable to find order" in call.message or "no order exists" in call.message
    ),
    CoveragePoint.PLANNING_FAILED: lambda call: "Planning failed" in call.message,
    CoveragePoint.FAULT: lambda call: call.fault is not None,
    CoveragePoint.SLOW_ANSWER: lambda call: call.seconds is not None and call.seconds > SLOW_SECONDS,
    CoveragePoint.HTTP_ERROR: _is_http_error,
}
