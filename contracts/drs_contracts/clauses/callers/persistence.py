"""How a caller goes on after an answer that was cut off or refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from drs_contracts.clauses.callers.work import Job, job_of
from drs_contracts.clauses.clause import caller_clause, client
from drs_contracts.traffic.calls import ZONE, Call, Occurrence, Traffic, parse_moment

_CAP_WARNING = "number of days returned has been limited"


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
        began = None if before is None else parse_moment(before.value("periodBegin"))
        # A period that does not begin later than the previous one is a new search.
        if before is not None and begin and began and begin > began:
            days = [day for day in map(parse_moment, before.all_given("theSlots/day")) if day]
            if days:
                wanted = max(days).astimezone(ZONE).date() + timedelta(days=1)
                found = begin.astimezone(ZONE).date()
                yield Occurrence(call, "" if found == wanted else f"it begins on {found}, and the next day is {wanted}")
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
