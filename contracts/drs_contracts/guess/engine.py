"""Finds the guesses that a caller's test command depends on, in as few runs as possible."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial

from drs_simulator import Profile, Variant, apply_variants

from drs_contracts.caller_command import check_program
from drs_contracts.errors import ContractsError
from drs_contracts.guess.exchanges import find_difference, find_exercised
from drs_contracts.guess.failed_tests import cut_to_end
from drs_contracts.guess.rehearsal import Rehearsal
from drs_contracts.guess.report import Dependency, GuessReport, Undecided
from drs_contracts.guess.runner import VariantRun, VariantRunner
from drs_contracts.guess.search import Group, GroupSearch, find_failing_together

# A variant that makes the command hang is given up long before the time limit of a quick command.
_TIMES_THE_DEFAULT = 10
_AT_LEAST_SECONDS = 20.0
_POLL_SECONDS = 0.2
_REHEARSAL_SECONDS = 2.0


class DefaultFailsError(ContractsError):
    """The command fails though no guess is changed."""


@dataclass(frozen=True, slots=True)
class GuessSettings:
    """How the search runs.

    Args:
        timeout: Seconds that a run may take.
        jobs: How many runs go on at once.
        time_budget: Seconds after which the search stops with what it knows; ``None`` for no limit.
    """

    timeout: float = 120.0
    jobs: int = 1
    time_budget: float | None = None


def find_dependencies(
    command: Sequence[str],
    profile: Profile,
    variants: Sequence[Variant],
    settings: GuessSettings = GuessSettings(),
    on_run: Callable[[VariantRun], object] = lambda _: None,
) -> GuessReport:
    """Run the command by default, then under the variants: groups first, then halves of what fails.

    A variant is a dependency only if the command fails with it alone, either twice or also in two groups of which all
    others pass, and passes afterwards without it. The command finds the DRS in its environment, as in ``drs-contracts
    exercise``. Ctrl-C ends the search; the report has what is known so far.

    Args:
        command: The program and its arguments; ``{junit}`` in them is the file for its results.
        profile: The installation.
        variants: The variants to try.
        settings: Time limits, and how many runs go on at once.
        on_run: Called after each run.

    Raises:
        CommandError: The command cannot be started.
        DefaultFailsError: The command fails by default, or never calls DRS.
    """
    check_program(command)
    return _DependencySearch(command, profile, variants, settings, on_run).run()


_Work = tuple[tuple[Variant, ...], Callable[[VariantRun], object]]
"""The variants of a run, and what takes its result."""


@dataclass
class _DependencySearch:
    command: Sequence[str]
    profile: Profile
    variants: Sequence[Variant]
    settings: GuessSettings
    on_run: Callable[[VariantRun], object]
    _count: int = 0
    _began: float = field(default_factory=time.monotonic)
    _timeout: float = 0.0
    _last_pass_began: float = 0.0
    _alone: dict[Variant, VariantRun] = field(default_factory=dict)
    _sure: set[Variant] = field(default_factory=set)
    _flaky: set[Variant] = field(default_factory=set)
    _flaky_tests: set[str] = field(default_factory=set)
    _joint: dict[tuple[Variant, ...], tuple[Variant, ...]] = field(default_factory=dict)
    _interrupted: bool = False
    _out_of_time: bool = False

    def __post_init__(self) -> None:
        self._runner = VariantRunner(self.command, self.profile)

    def run(self) -> GuessReport:
        """Run all of it."""
        default = self._run_default()
        self._timeout = min(self.settings.timeout, max(_AT_LEAST_SECONDS, _TIMES_THE_DEFAULT * default.seconds))
        exercised = find_exercised([each.guess for each in self.variants], default.exchanges, self.profile)
        search = GroupSearch(self.variants, Variant.excludes, lambda each: int(each.setting not in exercised))
        try:
            self._search(search, default, exercised)
            is_chance = self._try_joint(search)
            self._try_culprits(search, is_chance)
            self._try_default(is_chance or bool(self._flaky))
        except KeyboardInterrupt:
            self._interrupted = True
        finally:
            self._runner.stop()
        return self._report(default, search, exercised)

    def _run_default(self) -> VariantRun:
        run = self._runner.run((), self.settings.timeout)
        self._told(run)
        if not run.passed:
            failed = f" It fails in {', '.join(run.failed_tests)}." if run.failed_tests else ""
            raise DefaultFailsError(
                f"The command fails by default: it {run.summary}.{failed} No guess is to blame; mend that first.\n"
                f"{cut_to_end(run.printed)}"
            )
        if not run.exchanges:
            raise DefaultFailsError(
                "DRS received no call.",
                "Does the command take the address from DRS_URL or DrsOptions__ApiAddress, or use the pytest fixtures?",
            )
        return run

    def _search(self, search: GroupSearch[Variant], default: VariantRun, exercised: set[str]) -> None:
        is_ranked = False

        def tell(group: Group[Variant], run: VariantRun) -> None:
            nonlocal is_ranked
            if not run.passed and len(run.variants) == 1:
                self._alone[run.variants[0]] = run
            search.tell(group, run.passed, self._find_hidden(run, exercised))
            if not run.passed and not is_ranked:
                is_ranked = True
                self._rank_again(search, default, exercised, group.items)

        def take() -> _Work | None:
            group = search.next_group()
            return None if group is None else (group.items, partial(tell, group))

        self._work(take)

    def _rank_again(
        self, search: GroupSearch[Variant], default: VariantRun, exercised: set[str], failed: Sequence[Variant]
    ) -> None:
        """Put those first that change an answer to the calls of the default run; begin with a group that failed."""
        # It may take as long as one run, since it saves several.
        rehearsal = Rehearsal(default.exchanges, self.profile, max(_REHEARSAL_SECONDS, default.seconds))
        variants = dict.fromkeys((*failed, *search.undecided))
        changes = {each: rehearsal.changes_answers(each) for each in variants if each.setting in exercised}
        ranks = {True: 0, None: 1, False: 2}
        search.rank_again(lambda each: ranks[changes.get(each, False)])

    def _work(self, take: Callable[[], _Work | None]) -> None:
        """Run what there is to run, until there is nothing more or the time is over."""
        running: dict[Future[VariantRun], Callable[[VariantRun], object]] = {}
        with ThreadPoolExecutor(self.settings.jobs) as pool:
            try:
                while True:
                    while len(running) < self.settings.jobs and (work := take()) is not None:
                        if self._is_over():
                            return
                        variants, on_result = work
                        running[pool.submit(self._runner.run, variants, self._timeout)] = on_result
                    if not running or self._is_over():
                        return
                    done, _ = wait(running, _POLL_SECONDS, FIRST_COMPLETED)
                    for future in done:
                        run = future.result()
                        self._told(run)
                        running.pop(future)(run)
            finally:
                # The pool waits for its threads, so the commands must end first.
                if running:
                    self._runner.stop()

    def _find_hidden(self, run: VariantRun, exercised: set[str]) -> set[Variant]:
        """Find the variants that the command exercises by default, but not in this run: others have hidden them."""
        tried = apply_variants(self.profile, run.variants)
        shown = find_exercised([each.guess for each in run.variants], run.exchanges, tried)
        return {each for each in run.variants if each.setting in exercised - shown}

    def _try_joint(self, search: GroupSearch[Variant]) -> bool:
        """Find which variants fail only together, where a group did; return whether one failed by chance."""
        for group in search.joint:
            fails = self._fails(group)
            if fails is not None:
                self._joint[group] = find_failing_together(group, self._fails) if fails else ()
        return () in self._joint.values()

    def _fails(self, variants: tuple[Variant, ...]) -> bool | None:
        """Check whether the command fails with these variants; ``None`` if the time is over."""
        return None if self._is_over() else not self._run(variants).passed

    def _try_culprits(self, search: GroupSearch[Variant], is_chance: bool) -> None:
        """Run the command again with each culprit that has failed too rarely; with all, if some fail by chance."""
        unsure = [each for each in search.culprits if is_chance or not search.is_confirmed(each)]
        others = [each for each in search.culprits if each not in unsure]
        self._try_again(unsure)
        if self._flaky:
            self._try_again(others)
        else:
            self._sure.update(others)

    def _try_again(self, culprits: Iterable[Variant]) -> None:
        def tell(run: VariantRun) -> None:
            (culprit,) = run.variants
            if run.passed:
                self._flaky.add(culprit)
            else:
                self._sure.add(culprit)

        work: Iterator[_Work] = (((each,), tell) for each in culprits)
        self._work(lambda: next(work, None))

    def _try_default(self, is_chance: bool) -> None:
        """Make sure that the command still passed when the culprits had failed: what fails by default is not theirs."""
        failed = [self._alone[each] for each in self._sure]
        is_needed = is_chance or self._last_pass_began < max((run.ended for run in failed), default=0)
        if failed and is_needed and not self._is_over():
            control = self._run(())
            self._flaky_tests |= set(control.failed_tests or ("the command",)) if not control.passed else set()

    def _run(self, variants: tuple[Variant, ...]) -> VariantRun:
        run = self._runner.run(variants, self._timeout)
        self._told(run)
        return run

    def _is_over(self) -> bool:
        budget = self.settings.time_budget
        self._out_of_time = budget is not None and time.monotonic() - self._began > budget
        return self._out_of_time

    def _told(self, run: VariantRun) -> None:
        self._count += 1
        if run.passed:
            self._last_pass_began = max(self._last_pass_began, run.began)
        self.on_run(run)

    def _report(self, default: VariantRun, search: GroupSearch[Variant], exercised: set[str]) -> GuessReport:
        dependencies, undecided = [], []
        why_not = "interrupted before it was tried" if self._interrupted else "not tried: the time is over"
        ended = "the search was interrupted" if self._interrupted else "the time was over"
        for variant in (each for each in self.variants if each in search.culprits):
            run = self._alone[variant]
            names = tuple(each for each in run.failed_tests if each not in self._flaky_tests)
            if variant in self._flaky:
                undecided.append(Undecided(variant, _flaky(run.failed_tests, "once and passed once with it")))
            elif variant not in self._sure:
                undecided.append(
                    Undecided(variant, f"the command failed with it once, and {ended} before it was tried again")
                )
            elif self._flaky_tests and not names:
                undecided.append(Undecided(variant, _flaky(sorted(self._flaky_tests), "by default too")))
            else:
                difference = find_difference(default.exchanges, run.exchanges)
                dependencies.append(Dependency(variant, names, run.summary, cut_to_end(run.printed), difference))
        for group in search.joint:
            variants = self._joint.get(group, group)
            others = ", ".join(each.id for each in variants)
            undecided += [
                Undecided(each, f"the command failed with these together, with none alone: {others}")
                for each in variants
            ]
        undecided += [Undecided(each, why_not) for each in search.undecided]
        return GuessReport(
            command=tuple(self.command),
            profile=self.profile,
            variants=tuple(self.variants),
            dependencies=tuple(dependencies),
            undecided=tuple({each.variant: each for each in reversed(undecided)}.values()),
            exercised=frozenset(exercised),
            runs=self._count,
            seconds=time.monotonic() - self._began,
            interrupted=self._interrupted,
            out_of_time=self._out_of_time,
        )


def _flaky(tests: Sequence[str], when: str) -> str:
    return f"flaky: {', '.join(tests) or 'the command'} failed {when}"
