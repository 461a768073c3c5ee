"""What became of the mutants, in words and as differences."""

from __future__ import annotations

import difflib
import tomllib
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from math import sqrt
from pathlib import Path

from tests.mutation.record import SURVIVORS, End, Verdict
from tests.mutation.statements import sound_of, source_of

_TOLD = {
    End.NOTICED: "are noticed by a clause",
    End.REWORDED: "break a clause in another way, where a guess breaks it without them",
    End.INCONCLUSIVE: "are noticed only by a check that can no longer be carried out",
    End.HANGS: "do not end",
    End.SURVIVED: "survive",
}
_NORMAL_95 = 1.96
_EQUIVALENTS = Path(__file__).with_name("equivalents.toml")


def describe(
    verdicts: Sequence[Verdict], reached: int, unreached: Sequence[str], equivalents: Collection[str] = ()
) -> str:
    """Describe the result: counts, the score with its margin where it is a sample, and modules.

    Args:
        verdicts: On those that were tried.
        reached: How many mutants a call to DRS can reach.
        unreached: The others.
        equivalents: Those that behave as the sound code does.
    """
    ends = Counter(each.end for each in verdicts)
    lines = [f"{ends[end]:5} {told}" for end, told in _TOLD.items()]
    noticed = len(verdicts) - ends[End.SURVIVED]
    lines.append(_describe_score(noticed, len(verdicts), reached))
    listed = [each for each in verdicts if each.mutant in equivalents]
    lines += [f"{each.mutant} is listed as equivalent, and is not." for each in listed if each.end is not End.SURVIVED]
    if same := sum(each.end is End.SURVIVED for each in listed):
        share = noticed / max(1, len(verdicts) - same)
        lines.append(f"{same} are listed as equivalent: {100 * share:.1f} % of the others are noticed.")
    survivors = Counter(_module_of(each.mutant) for each in verdicts if each.end is End.SURVIVED)
    tried = Counter(_module_of(each.mutant) for each in verdicts)
    lines += [
        "Survivors by module:",
        *(f"{count:5} of {tried[name]:4} {name}" for name, count in survivors.most_common()),
    ]
    lines += [f"{len(unreached)} are in functions that no call to DRS reaches:"]
    lines += [f"{count:5} {name}" for name, count in Counter(map(_module_of, unreached)).most_common()]
    return "\n".join(lines)


def _describe_score(noticed: int, tried: int, reached: int) -> str:
    if not tried:
        return "No mutant was tried."
    share = noticed / tried
    text = f"{noticed} of {tried} are noticed: {100 * share:.1f} %"
    if tried == reached:
        return f"{text} of all that a call to DRS can reach."
    correction = (reached - tried) / max(1, reached - 1)
    margin = _NORMAL_95 * sqrt(share * (1 - share) / tried * correction)
    return f"{text} of a sample, within {100 * margin:.1f} points (95 % confidence); a call to DRS can reach {reached}."


def read_equivalents() -> frozenset[str]:
    """Read which mutants are equivalent; one whose function has changed, so that its line is another, is left out."""
    listed = tomllib.loads(_EQUIVALENTS.read_text(encoding="utf-8"))["equivalents"]
    return frozenset(
        mutant for mutant, line in ((each["mutant"], each["line"]) for each in listed) if _has_line(mutant, line)
    )


def _has_line(mutant: str, line: str) -> bool:
    try:
        shown = show(mutant).splitlines()
    except KeyError:
        return False
    return line in [each[1:].strip() for each in shown if each.startswith("+")]


def write_survivors(verdicts: Iterable[Verdict]) -> None:
    """Write how each survivor differs from the sound function."""
    shown = [show(each.mutant) for each in sorted(verdicts, key=lambda each: each.mutant)]
    SURVIVORS.write_text("\n".join(shown), encoding="utf-8")


def show(mutant: str) -> str:
    """Show how a mutant differs from the sound function."""
    sound, changed = (
        source_of(each).replace(each.rpartition(".")[2], "f").splitlines() for each in (sound_of(mutant), mutant)
    )
    lines = difflib.unified_diff(sound, changed, n=1, lineterm="")
    return "\n".join([f"# {mutant}", *list(lines)[2:], ""])


def _module_of(mutant: str) -> str:
    return mutant.rpartition(".")[0].removeprefix("drs_simulator.scheduling.")
