"""The results as a page of Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from benchmarks.measures.growth import TIMED, Growth, Timing
from benchmarks.measures.turns import Measured
from benchmarks.measures.without_socket import InProcess
from benchmarks.reports.results import Results
from benchmarks.reports.targets import speed_ratio, verdicts
from benchmarks.workload.bodies import DAYS, Step, Workload

_TITLES = {
    Workload.AVAILABILITY: f"checkAvailability of {DAYS} days",
    Workload.AGAIN: "The same 200 searches again and again",
    Workload.WORKFLOW: "The workflow, mixed",
}
_WORDS = {True: "yes", False: "**no**", None: ""}


def report(results: Results) -> str:
    """The page that README.md beside it tells how to read."""
    parts = ["# Results", "Written by `make bench`; [README.md](README.md) says what is measured and how to read it."]
    parts += [_machine(results), *_missing(results.missing), "## Targets", _targets(results)]
    if results.measured:
        parts += ["## Servers", _method(results), _servers(results.measured)]
        asked = {workload for each in results.measured for workload, _ in each.points}
        for workload in sorted(asked, key=list(Workload).index):
            parts += [f"## {_TITLES[workload]}", _points(results, workload), *_mix(results.measured, workload)]
    if results.growth:
        parts += ["## As the diary grows", _growth_told(results.growth), _growth(results.growth)]
    if results.in_process:
        parts += ["## Without a socket", _in_process(results.in_process)]
    return "\n\n".join(parts) + "\n"


def _machine(results: Results) -> str:
    machine = results.machine
    versions = ", ".join(f"{name} {version}" for name, version in machine.versions.items())
    return (
        f"{machine.date}. {machine.processor}, {machine.cores} cores, {machine.memory_gib:.0f} GiB, {machine.system}, "
        f"{machine.python}. {versions}. Load average before: {machine.load_before:.1f}."
    )


def _missing(missing: Sequence[str]) -> Iterator[str]:
    if missing:
        yield "Not measured:\n\n" + "\n".join(f"- {line}" for line in missing)


def _targets(results: Results) -> str:
    rows = ((each.target, each.wanted, each.reached, _WORDS[each.met]) for each in verdicts(results))
    return _table(("target", "wanted", "reached", "met"), rows)


def _method(results: Results) -> str:
    plan = results.plan
    return (
        f"Driven by {results.generator}, which shares the {results.machine.cores} cores with the server. "
        f"Rounds: {plan.rounds}, in which each server has its turn: started, warmed up (for "
        f"{plan.warm_up_seconds:g} s what compiles itself, {plan.warm_up_seconds / 5:g} s the others), "
        f"{plan.seconds:g} s at each point, stopped. Figures are medians of the rounds. Start-up is from the start to "
        "the first answer, memory is that after the turn's load, shared pages counted once."
    )


def _servers(measured: Sequence[Measured]) -> str:
    rows = (
        (
            each.peer.name,
            each.peer.told,
            f"{each.start_up_seconds:.2f} s" if each.peer.stands_alone else "",
            f"{each.resident_mib:,.0f} MiB" if each.peer.stands_alone else "",
        )
        for each in measured
    )
    return _table(("server", "what it is", "start-up", "memory"), rows)


def _points(results: Results, workload: Workload) -> str:
    points = dict.fromkeys(point for each in results.measured for point in each.points if point[0] is workload)
    rows = [
        (
            str(point[1]),
            each.peer.name,
            f"{each.at(point, lambda reading: reading.per_second):,.0f}",
            f"{each.at(point, lambda reading: reading.p50_us):,.0f}",
            f"{each.at(point, lambda reading: reading.p99_us):,.0f}",
            _beside(results, each, point),
        )
        for point in points
        for each in results.measured
        if point in each.points
    ]
    return _table(("connections", "server", "requests/s", "p50 us", "p99 us", "simulator beside it"), rows)


def _beside(results: Results, theirs: Measured, point: tuple[Workload, int]) -> str:
    ours = results.server(theirs.peer.rival)
    if ours is None or ours is theirs or point not in ours.points:
        return ""
    return f"{speed_ratio(ours, theirs, point):.2f} x"


def _mix(measured: Sequence[Measured], workload: Workload) -> Iterator[str]:
    """What the workflow in fact consisted of: calls wait for each other, so that it differs a little."""
    sent = [
        reading.sent
        for each in measured
        for turn in each.turns
        for point, reading in turn.readings.items()
        if point[0] is workload and reading.sent
    ]
    if sent:
        totals = {step: sum(each.get(step, 0) for each in sent) for step in Step}
        shares = ", ".join(f"{step} {total / sum(totals.values()):.0%}" for step, total in totals.items())
        yield f"Sent in all: {shares}."


def _growth_told(found: Sequence[Growth]) -> str:
    busy = max(growth.busy for growth in found)
    return (
        "Calls without a socket, one at a time, each DRS in a process of its own. History are bookings of former days "
        "that are done; the weeks that are asked for are empty, so that only the history grows. "
        f"Once they are busy, with {busy:,} bookings. Memory is that of the simulator's process."
    )


def _growth(found: Sequence[Growth]) -> str:
    first = {growth.keeping: growth.timing for growth in reversed(found)}
    head = ["state", "history", "busy weeks"]
    head += [part for name in TIMED.values() for part in (f"{name} us", "")] + ["memory"]
    rows = (
        [
            growth.keeping,
            f"{growth.history:,}",
            f"{growth.busy:,}" if growth.busy else "",
            *(part for name in TIMED for part in _beside_first(growth.timing, first[growth.keeping], name)),
            f"{growth.resident_mib:,.0f} MiB",
        ]
        for growth in found
    )
    return _table(head, rows)


def _beside_first(timing: Timing, first: Timing, name: str) -> tuple[str, str]:
    taken = getattr(timing, name)
    return f"{taken:,.0f}", f"{taken / getattr(first, name):.2f} x"


def _in_process(found: Sequence[InProcess]) -> str:
    rows = ((each.name, f"{each.median_us:,.0f}", f"{each.rounds:,}") for each in found)
    return _table(("call", "median us", "times"), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
