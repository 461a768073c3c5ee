"""Changes the scheduling in one place at a time, and finds which of these mutants no clause notices.

Each mutant that a call to DRS can reach is tried in a process of its own until a clause is broken. A run can be stopped
and started again: it goes on where it was.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import time
from collections.abc import Iterator, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path

import drs_simulator

from tests.mutation.forks import Job, JobError, run_jobs
from tests.mutation.record import (
    FOLDER,
    REACH,
    SURVIVORS,
    VERDICTS,
    End,
    Record,
    Verdict,
    forget,
    read_mutants,
    read_reach,
    write_reach,
)
from tests.mutation.report import describe, read_equivalents, write_survivors
from tests.mutation.statements import read_all
from tests.mutation.switch import function_of
from tests.mutation.trial import BASE, Scores, Trial

_SEED = 2
_FIRST_BUDGET = 10.0
_CHECKS_AT_ONCE = 30
_TIME_ZONE = "Pacific/Auckland"
_WARM_UP = ("SES-01", "SCH-01", "SEL-11", "REF-01")


def main(arguments: Sequence[str] | None = None) -> int:
    """Try the mutants, and print what became of them."""
    # A mutant that takes the machine's time zone for DRS's must differ, so the machine's is neither that nor UTC.
    os.environ["TZ"] = _TIME_ZONE
    time.tzset()
    options = _read_options(arguments)
    if not Path(drs_simulator.__file__).is_relative_to(FOLDER):
        print("The mutants are not imported; run `make mutants`.", file=sys.stderr)
        return 2
    if options.fresh:
        forget([REACH, VERDICTS, SURVIVORS])
    if options.again:
        forget([REACH])
    try:
        _run(options)
    except KeyboardInterrupt:
        print("Stopped; the same command goes on from here.", file=sys.stderr)
        return 130
    except JobError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _read_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("--sample", type=int, help="how many mutants to try, drawn at random; all by default")
    parser.add_argument("--budget", type=float, default=60.0, help="processor seconds after which a mutant survives")
    parser.add_argument("--jobs", type=int, default=2, help="how many mutants to try at once")
    parser.add_argument("--fresh", action="store_true", help="forget what earlier runs found")
    parser.add_argument("--again", action="store_true", help="try the survivors again, after a change of clauses")
    parser.add_argument("--report", action="store_true", help="only print what was found so far")
    return parser.parse_args(arguments)


def _run(options: argparse.Namespace) -> None:
    mutants = read_mutants()
    trial = Trial()
    record = Record.read()
    if options.again:
        record.verdicts = {name: each for name, each in record.verdicts.items() if each.end is not End.SURVIVED}
    if not options.report:
        _warm_up(trial)
    trial.reach = read_reach()
    _measure_reach(trial, options.jobs)
    reached = frozenset[str]().union(*(each.statements for each in trial.reach.values()))
    # The first ones of a whole run are a sample too.
    candidates = sorted((each for each in mutants if function_of(each) in reached), key=_draw)
    chosen = candidates[: options.sample]
    if not options.report:
        bare = [each for each in chosen if not trial.carries_out(each)]
        print(f"{len(bare)} of {len(chosen)} mutants change a statement that no check carries out.")
        trial.scores = Scores.of(record.verdicts)
        for budget in sorted({min(_FIRST_BUDGET, options.budget), options.budget}):
            _try_all(trial, record, chosen, budget, options.jobs)
    verdicts = [record.verdicts[each] for each in chosen if each in record.verdicts]
    write_survivors([each for each in verdicts if each.end is End.SURVIVED])
    unreached = [each for each in mutants if function_of(each) not in reached]
    print(describe(verdicts, len(candidates), unreached, read_equivalents()))


def _draw(mutant: str) -> bytes:
    """Where a mutant stands in the order of trials: anywhere, and there whatever other mutants there are."""
    return sha256(f"{_SEED} {mutant}".encode()).digest()


def _warm_up(trial: Trial) -> None:
    """Make what is made once in a process; caches of the scheduling are its simulator's own."""
    for check in trial.checks():
        if check.profile == BASE and check.clause in _WARM_UP:
            trial.run(check)
    read_all()
    gc.freeze()


def _measure_reach(trial: Trial, at_once: int) -> None:
    """Find out what each check reaches, which must hold without any mutant.

    Raises:
        JobError: A clause is not held in a bundled profile.
    """
    checks = [check for check in trial.checks() if check not in trial.reach]
    if checks:
        print(f"What do {len(checks)} checks reach?", flush=True)
    parts = [checks[first : first + _CHECKS_AT_ONCE] for first in range(0, len(checks), _CHECKS_AT_ONCE)]
    jobs = [(f"{part[0]} to {part[-1]}", partial(trial.find_reach, part)) for part in parts]
    for ended in run_jobs(jobs, at_once):
        if ended.result is None:
            raise JobError(f"one of {ended.name} does not end, without any mutant")
        trial.reach |= ended.result
        write_reach(trial.reach)


def _try_all(trial: Trial, record: Record, mutants: Sequence[str], budget: float, at_once: int) -> None:
    """Try the mutants that have no verdict, and those that survived less than the budget."""
    left = [each for each in mutants if _is_open(record.verdicts.get(each), budget)]

    def jobs() -> Iterator[Job[Verdict]]:
        for mutant in left:
            yield mutant, partial(trial.try_mutant, mutant, budget, record.verdicts.get(mutant))

    for number, ended in enumerate(run_jobs(jobs(), at_once), 1):
        verdict = ended.result or Verdict(ended.name, End.HANGS)
        record.add(verdict)
        trial.scores.add(verdict)
        print(
            f"{number}/{len(left)} {verdict.mutant}: {verdict.end} {verdict.check} {verdict.seconds:.1f} s", flush=True
        )


def _is_open(verdict: Verdict | None, budget: float) -> bool:
    return verdict is None or (verdict.end is End.SURVIVED and verdict.seconds < budget)


if __name__ == "__main__":
    sys.exit(main())
