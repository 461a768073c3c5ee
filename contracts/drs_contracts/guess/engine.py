"""Finds the guesses that a caller's test command depends on, in as few runs as possible."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from drs_simulator import Profile, Variant, apply_variants

from drs_contracts.caller_command import check_program
from drs_contracts.errors import ContractsError
from drs_contracts.guess.exchanges import find_difference, find_exercised
from drs_contracts.guess.failed_tests import cut_to_end
from drs_contracts.guess.report import Dependency, GuessReport, Undecided
from drs_contracts.guess.runner import VariantRun, VariantRunner
from drs_contracts.guess.search import Group, GroupSearch

# A variant that makes the command hang is given up long before the time limit of a quick command.
_TIMES_THE_DEFAULT = 10
_AT_LEAST_SECONDS = 20.0
_POLL_SECONDS = 0.2


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

    A variant is a dependency only if the command fails twice with it alone. The command finds the DRS in its
    environment, as in ``drs-contracts exercise``. Ctrl-C ends the search; the report has what is known so far.

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
    _alone: dict[Variant, VariantRun] = field(default_factory=dict)
    _flaky: dict[Variant, VariantRun] = field(default_factory=dict)
    _joint: list[tuple[Variant, ...]] = field(default_factory=list)
    _interrupted: bool = False
    _out_of_time: bool = False

    def __post_init__(self) -> None:
        self._runner = VariantRunner(self.command, self.profile)

    def run(self) -> GuessReport:
        """Run all of it."""
        default = self._run_default()
        self._timeout = min(self.settings.timeout, max(_AT_LEAST_SECONDS, _TIMES_THE_DEFAULT * default.seconds))
        exercised = find_exercised([each.guess for each in self.variants], default.exchanges, self.profile)
        search = GroupSearch(self.variants, Variant.excludes, lambda each: each.setting in exercised)
        flaky_tests: set[str] = set()
        try:
            self._search(search, exercised)
            if not self._out_of_time and search.culprits:
                flaky_tests |= self._find_flaky_tests()
            for variants in () if self._out_of_time else search.joint:
                self._try_again(variants)
        except KeyboardInterrupt:
            self._interrupted = True
        finally:
            self._runner.stop()
        return self._report(default, search, exercised, flaky_tests)

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

    def _search(self, search: GroupSearch[Variant], exercised: set[str]) -> None:
        running: dict[Future[tuple[VariantRun, ...]], Group[Variant]] = {}
        with ThreadPoolExecutor(self.settings.jobs) as pool:
            try:
                while not self._is_over():
                    while len(running) < self.settings.jobs and (group := search.next_group()) is not None:
                        running[pool.submit(self._try, group.items)] = group
                    if not running:
                        break
                    done, _ = wait(running, _POLL_SECONDS, FIRST_COMPLETED)
                    for future in done:
                        runs = future.result()
                        self._note(runs)
                        search.tell(running.pop(future), runs[-1].passed, self._find_hidden(runs[-1], exercised))
            finally:
                # The pool waits for its threads, so the commands must end first.
                if running:
                    self._runner.stop()

    def _try(self, variants: tuple[Variant, ...]) -> tuple[VariantRun, ...]:
        """Run the command with these variants; where it fails with one alone, run it twice."""
        run = self._runner.run(variants, self._timeout)
        is_sure = run.passed or len(variants) > 1
        return (run,) if is_sure else (run, self._runner.run(variants, self._timeout))

    def _find_hidden(self, run: VariantRun, exercised: set[str]) -> set[Variant]:
        """Find the variants that the command exercises by default, but not in this run: others have hidden them."""
        tried = apply_variants(self.profile, run.variants)
        shown = find_exercised([each.guess for each in run.variants], run.exchanges, tried)
        return {each for each in run.variants if each.setting in exercised - shown}

    def _note(self, runs: tuple[VariantRun, ...]) -> None:
        for run in runs:
            self._told(run)
        if runs[0].passed or len(runs[0].variants) > 1:
            return
        (variant,) = runs[0].variants
        if runs[-1].passed:
            self._flaky[variant] = runs[0]
        else:
            self._alone[variant] = runs[-1]

    def _find_flaky_tests(self) -> set[str]:
        """Run the command by default once more, now that something is blamed: what fails here is not the variant's."""
        control = self._runner.run((), self._timeout)
        self._told(control)
        return set(control.failed_tests or ("the command",)) if not control.passed else set()

    def _try_again(self, variants: tuple[Variant, ...]) -> None:
        """Run the command with variants that failed together and not alone: was it chance, or is it all of them?"""
        run = self._runner.run(variants, self._timeout)
        self._told(run)
        if not run.passed:
            self._joint.append(variants)

    def _is_over(self) -> bool:
        budget = self.settings.time_budget
        self._out_of_time = budget is not None and time.monotonic() - self._began > budget
        return self._out_of_time

    def _told(self, run: VariantRun) -> None:
        self._count += 1
        self.on_run(run)

    def _report(
        self,
        default: VariantRun,
        search: GroupSearch[Variant],
        exercised: set[str],
        flaky_tests: set[str],
    ) -> GuessReport:
        dependencies, undecided = [], []
        for variant in search.culprits:
            run = self._alone[variant]
            names = tuple(each for each in run.failed_tests if each not in flaky_tests)
            if flaky_tests and not names:
                undecided.append(Undecided(variant, _flaky(sorted(flaky_tests), "by default too")))
                continue
            difference = find_difference(default.exchanges, run.exchanges)
            dependencies.append(Dependency(variant, names, run.summary, cut_to_end(run.printed), difference))
        for variant, run in self._flaky.items():
            undecided.append(Undecided(variant, _flaky(run.failed_tests, "once and passed once with it")))
        for variants in self._joint:
            others = ", ".join(each.id for each in variants)
            undecided += [
                Undecided(each, f"the command failed with these together, with none alone: {others}")
                for each in variants
            ]
        reason = "interrupted before it was tried" if self._interrupted else "not tried: the time is over"
        undecided += [Undecided(each, reason) for each in search.undecided]
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
