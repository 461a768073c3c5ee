"""What a run has found out so far, on disk: a run that was stopped goes on from there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parents[2] / "build" / "mutation"
MUTANTS = FOLDER / "mutants.json"
REACH = FOLDER / "statements.json"
VERDICTS = FOLDER / "verdicts.jsonl"
SURVIVORS = FOLDER / "survivors.diff"


class End(StrEnum):
    """What became of a mutant."""

    NOTICED = "noticed"
    REWORDED = "reworded"
    INCONCLUSIVE = "inconclusive"
    HANGS = "hangs"
    SURVIVED = "survived"


class Check(NamedTuple):
    """A clause, checked in one profile with at most that number of examples."""

    profile: str
    clause: str
    examples: int

    def __str__(self) -> str:
        return f"{self.profile} {self.clause} {self.examples}"

    @classmethod
    def of(cls, text: str) -> Check:
        """Read what ``str`` wrote."""
        profile, clause, examples = text.split()
        return cls(profile, clause, int(examples))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a mutant.

    Args:
        mutant: Its name, ``module.x_function__mutmut_3``.
        end: What became of it. ``REWORDED``: a clause that the guess of a profile breaks is broken in another way.
            ``INCONCLUSIVE``: only that some clauses can no longer be checked.
        check: What noticed it.
        reason: Why that clause is broken, or cannot be checked.
        seconds: The processor time that was spent on it.
        passed: The checks that it passed, if it survived.
    """

    mutant: str
    end: End
    check: str = ""
    reason: str = ""
    seconds: float = 0.0
    passed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reach:
    """What a check does without any mutant.

    Args:
        statements: The statements that it carries out, by function with mutants: for each, the number of lines between
            ``def`` and its first line.
        seconds: Its processor time.
        outcome: Its outcome.
        reason: Its reason.
    """

    statements: Mapping[str, frozenset[int]]
    seconds: float
    outcome: str
    reason: str


@dataclass
class Record:
    """The verdicts so far; each is on disk as soon as it is known."""

    verdicts: dict[str, Verdict] = field(default_factory=dict)

    @classmethod
    def read(cls) -> Record:
        """Read what earlier runs have found; the last verdict on a mutant counts."""
        lines = VERDICTS.read_text(encoding="utf-8").splitlines() if VERDICTS.exists() else []
        found = [json.loads(line) for line in lines]
        return cls(
            {
                each["mutant"]: Verdict(**{**each, "end": End(each["end"]), "passed": tuple(each["passed"])})
                for each in found
            }
        )

    def add(self, verdict: Verdict) -> None:
        """Add a verdict."""
        self.verdicts[verdict.mutant] = verdict
        with VERDICTS.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(verdict)) + "\n")


def read_mutants() -> list[str]:
    """Read the names of all mutants that were made."""
    made: dict[str, list[str]] = json.loads(MUTANTS.read_text(encoding="utf-8"))
    return [name for names in made.values() for name in names]


def read_reach() -> dict[Check, Reach]:
    """Read what each check reaches; nothing if that was not measured."""
    if not REACH.exists():
        return {}
    noted = json.loads(REACH.read_text(encoding="utf-8"))
    return {
        Check.of(name): Reach(
            {function: frozenset(numbers) for function, numbers in statements.items()}, seconds, outcome, reason
        )
        for name, (statements, seconds, outcome, reason) in noted.items()
    }


def write_reach(reach: Mapping[Check, Reach]) -> None:
    """Write what each check reaches."""
    noted = {
        str(check): (
            {function: sorted(numbers) for function, numbers in each.statements.items()},
            each.seconds,
            each.outcome,
            each.reason,
        )
        for check, each in reach.items()
    }
    written = REACH.with_suffix(".new")
    written.write_text(json.dumps(noted), encoding="utf-8")
    written.replace(REACH)


def forget(files: Iterable[Path]) -> None:
    """Delete files that there may be."""
    for file in files:
        file.unlink(missing_ok=True)
