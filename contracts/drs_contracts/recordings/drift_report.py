"""Reports on drift: what differs in each exchange, counted and summed up, and the clauses that it concerns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from drs_contracts.clauses import list_clauses
from drs_contracts.clauses.clause import Clause, count_by_grade
from drs_contracts.recordings.drift import Difference, DifferenceKind
from drs_contracts.recordings.drift_clauses import find_clauses
from drs_contracts.recordings.recording import Recording
from drs_contracts.reports import Frame, Tile, Tone, count_words, render_page

_NO_DRIFT = "no drift"


@dataclass(frozen=True, slots=True)
class Drift:
    """A difference in the answer to a recorded request, with the ids of the clauses that it concerns."""

    exchange: str
    difference: Difference
    clauses: tuple[str, ...]

    @property
    def ids(self) -> str:
        """The clauses in brackets; empty where there are none."""
        return f"  [{', '.join(self.clauses)}]" if self.clauses else ""


@dataclass(frozen=True, slots=True)
class DriftGroup:
    """Differences of an exchange that are alike: of one kind, at one place, about the same clauses.

    Args:
        first: The first of them.
        count: How many they are.
    """

    first: Drift
    count: int

    @property
    def kind(self) -> str:
        """What has become of the element or its value."""
        return self.first.difference.kind.value

    @property
    def place(self) -> str:
        """Where the first one is."""
        return self.first.difference.path

    @property
    def was(self) -> str:
        """What was recorded in the first one."""
        return self.first.difference.was

    @property
    def is_(self) -> str:
        """What is there now in the first one."""
        return self.first.difference.is_

    @property
    def clauses(self) -> tuple[str, ...]:
        """The ids of the clauses that they concern."""
        return self.first.clauses

    @property
    def grades(self) -> tuple[str, ...]:
        """The grades of these clauses."""
        return tuple(each.evidence.grade.value for each in list_concerned([self.first]))


def find_drift(recording: Recording, found: Mapping[str, Sequence[Difference]]) -> list[Drift]:
    """Add to what ``replay`` found the clauses that it concerns."""
    return [
        Drift(exchange.name, difference, find_clauses(exchange.operation, difference))
        for exchange in recording.exchanges
        for difference in found[exchange.name]
    ]


def list_concerned(found: Sequence[Drift]) -> list[Clause]:
    """List the clauses that any of the differences concerns, by id."""
    names = {name for each in found for name in each.clauses}
    return [clause for clause in list_clauses() if clause.id in names]


def format_drift(recording: Recording, found: Sequence[Drift]) -> Iterator[str]:
    """The report to read: alike differences of an exchange in one line, with how many they are."""
    for exchange in recording.exchanges:
        own = [each for each in found if each.exchange == exchange.name]
        yield f"{exchange.name}: {_counted(own) or 'no drift'}"
        yield from (f"    {line}" for line in _summed_up(own))
    yield from format_clauses(found)
    different = len({each.exchange for each in found})
    total = f": {_counted(found)}" if found else ""
    yield f"{len(recording.exchanges)} exchanges, {different} of them drifted{total}."


def format_clauses(found: Sequence[Drift]) -> Iterator[str]:
    """The clauses concerned, each with how it is known."""
    known = list_concerned(found)
    if known:
        yield "Clauses concerned:"
    for clause in known:
        yield f"    {clause.id}  {clause.statement} ({clause.evidence})"


def to_data(recording: Recording, found: Sequence[Drift]) -> dict[str, object]:
    """The report for programs, every difference by itself."""
    return {
        "recording": recording.title,
        "exchanges": [
            {
                "name": exchange.name,
                "operation": exchange.operation,
                "differences": [_one_as_data(each) for each in found if each.exchange == exchange.name],
            }
            for exchange in recording.exchanges
        ],
        "counts": dict(Counter(each.difference.kind.value for each in found)),
        "clauses": [
            {"id": clause.id, "statement": clause.statement, "evidence": str(clause.evidence)}
            for clause in list_concerned(found)
        ],
    }


def to_html(recording: Recording, found: Sequence[Drift], command: str = "drift") -> bytes:
    """Make the report as one page that needs nothing else."""
    exchanges = [
        (exchange.name, _group([each for each in found if each.exchange == exchange.name]))
        for exchange in recording.exchanges
    ]
    same = sum(not groups for _, groups in exchanges)
    drifted, number = len(exchanges) - same, count_words(len(exchanges), "answer")
    kinds = Counter(group.kind for group in chain.from_iterable(groups for _, groups in exchanges))
    verdict = (
        f"Yes: {drifted} of {number} drifted."
        if drifted
        else f"No: {number} {'is' if same == 1 else 'are'} as recorded."
    )
    frame = Frame(
        command,
        "Does this DRS answer otherwise than it was recorded?",
        verdict,
        Tone.BAD if drifted else Tone.GOOD,
        facts=(f"{recording.title}. {recording.source}",),
        tiles=(
            Tile(_NO_DRIFT, same),
            *(Tile(kind.value, kinds[kind.value], Tone.BAD) for kind in DifferenceKind if kinds[kind.value]),
        ),
        grades=tuple(count_by_grade(list_concerned(found)).items()),
        graded="clauses concerned",
    )
    return render_page("drift.html", frame, recording=recording, exchanges=exchanges, clauses=list_concerned(found))


def _one_as_data(drift: Drift) -> dict[str, object]:
    difference = drift.difference
    return {
        "kind": difference.kind.value,
        "path": difference.path,
        "was": difference.was,
        "is": difference.is_,
        "text": difference.text,
        "clauses": list(drift.clauses),
    }


def _counted(found: Sequence[Drift]) -> str:
    counts = Counter(each.difference.kind.value for each in found)
    return ", ".join(f"{count} {kind}" for kind, count in counts.items())


def _group(found: Sequence[Drift]) -> list[DriftGroup]:
    alike: dict[tuple[str, str, tuple[str, ...]], list[Drift]] = {}
    for each in found:
        alike.setdefault((each.difference.kind.value, each.difference.place, each.clauses), []).append(each)
    return [DriftGroup(group[0], len(group)) for group in alike.values()]


def _summed_up(found: Sequence[Drift]) -> Iterator[str]:
    for group in _group(found):
        times = f", {group.count} times, first" if group.count > 1 else ""
        yield f"{group.kind}{times}: {group.first.difference}{group.first.ids}"
