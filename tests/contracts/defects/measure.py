"""Which clauses notice which slip: every clause that applies to DRS against every slip, in the slip's own profile.

``python -m tests.contracts.defects.measure`` prints a table; ``--help`` has the rest.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TextIO

from drs_contracts import AppliesTo, Outcome, TestData, VerifySettings, list_clauses, run_clauses
from drs_contracts.defects.slips.catalogue import SLIPS, UNNOTICED
from drs_simulator import load_profile

QUICK = 2
FULL = 15


@dataclass(frozen=True, slots=True)
class Measurement:
    """What the clauses make of a slip, by the numbers of examples that were tried.

    Args:
        statement: What the defective DRS does.
        noticed_by: The ids of the clauses that are broken, by the number of examples.
        inconclusive: The ids of the clauses that could not be carried out, likewise.
    """

    statement: str
    noticed_by: dict[int, list[str]]
    inconclusive: dict[int, list[str]]


def measure(index: int, examples: Sequence[int]) -> Measurement:
    """Try a slip, by its index in the catalogue."""
    slip = SLIPS[index]
    profile = load_profile(slip.profile_name)
    noticed: dict[int, list[str]] = {}
    inconclusive: dict[int, list[str]] = {}
    for count in examples:
        clauses = list_clauses(AppliesTo.DRS)
        findings = list(run_clauses(slip.target(profile), TestData.of(profile), clauses, VerifySettings(count)))
        noticed[count] = [each.clause.id for each in findings if each.outcome is Outcome.BROKEN]
        inconclusive[count] = [each.clause.id for each in findings if each.outcome is Outcome.INCONCLUSIVE]
    return Measurement(slip.statement, noticed, inconclusive)


def _measure(task: tuple[int, tuple[int, ...]]) -> tuple[int, Measurement]:
    return task[0], measure(*task)


def measure_all(indexes: Sequence[int], examples: Sequence[int], jobs: int) -> Iterator[tuple[int, Measurement]]:
    """Yield what is found out of each slip as soon as it is known, with its index."""
    tasks = [(index, tuple(examples)) for index in indexes]
    if jobs == 1:
        yield from map(_measure, tasks)
        return
    with get_context("spawn").Pool(jobs, maxtasksperchild=8) as pool:
        yield from pool.imap_unordered(_measure, tasks)


def write_table(found: dict[int, Measurement], examples: Sequence[int], out: TextIO) -> None:
    """Write a table of all slips that were tried, and a summary by kind."""
    heads = [f"noticed, {count} examples" for count in examples]
    out.write("| kind | defect | profile | " + " | ".join(heads) + " | inconclusive |\n")
    out.write("| --- " * (4 + len(heads)) + "|\n")
    for index, each in sorted(found.items()):
        slip = SLIPS[index]
        cells = [", ".join(each.noticed_by[count]) or "-" for count in examples]
        rest = ", ".join(each.inconclusive[examples[-1]])
        out.write(f"| {slip.kind} | {slip.statement} | {slip.profile_name} | {' | '.join(cells)} | {rest} |\n")
    out.write("\n")
    for count in examples:
        tried = Counter(SLIPS[index].kind for index in found)
        noticed = Counter(SLIPS[index].kind for index, each in found.items() if each.noticed_by[count])
        kinds = ", ".join(f"{kind} {noticed[kind]} of {tried[kind]}" for kind in tried)
        out.write(f"{count} examples: {noticed.total()} of {tried.total()} noticed ({kinds})\n")


def main() -> None:
    """Read the command line, measure and print."""
    parser = argparse.ArgumentParser(description="Which clauses notice which slip.")
    parser.add_argument("--examples", type=int, nargs="+", default=[QUICK, FULL], help="examples for each clause")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--only", default="", help="slips whose kind or statement contains this")
    parser.add_argument("--unnoticed", action="store_true", help="only slips that no clause is known to notice")
    options = parser.parse_args()
    chosen = UNNOTICED if options.unnoticed else SLIPS
    indexes = [
        index
        for index, slip in enumerate(SLIPS)
        if slip in chosen and (options.only in slip.kind or options.only in slip.statement)
    ]
    found: dict[int, Measurement] = {}
    for index, each in measure_all(indexes, options.examples, options.jobs):
        found[index] = each
        noticed = {count: " ".join(ids) or "-" for count, ids in each.noticed_by.items()}
        sys.stderr.write(f"{len(found)}/{len(indexes)} {each.statement}: {noticed}\n")
    write_table(found, options.examples, sys.stdout)


if __name__ == "__main__":
    main()
