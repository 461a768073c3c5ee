"""Tries a mutant against the clauses, in the order that has noticed similar ones soonest."""

from __future__ import annotations

import re
import resource
import signal
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from drs_contracts import (
    AppliesTo,
    Outcome,
    SimulatorTarget,
    TestData,
    VerifySettings,
    list_clauses,
    run_clauses,
)
from drs_simulator import Profile, Simulator, Variant, apply_variants, find_variants, load_profile, profile_names

from tests.mutation import switch
from tests.mutation.record import Check, End, Reach, Verdict
from tests.mutation.statements import changed_text, statement_of, trace

BASE = "lincoln"
_GROUPS = 5
_OTHER_JOBS: tuple[dict[str, Any], ...] = (
    # Two operatives come; only operatives of a secondary sector come; the slots are those of a template.
    {"sor_code": "N374001"},
    {"sor_code": "N810002", "priority": "Emergency"},
    {"sor_code": "N373049", "priority": "100 Days"},
)
_ALL_CALLBACKS = {"completion_push": True, "cancellation_push": "confirmation-like"}
CLOCK = "fixed@2021-10-22T12:20:59.555+01:00"
FEW_EXAMPLES = 2
EXAMPLES = 15
"""As many as ``drs-contracts verify`` tries."""
_VARYING = re.compile(r"[0-9a-f]{8,}|\d+")
"""What differs in a reason each time: numbers of orders, tokens."""
MAX_MEMORY = 4 * 2**30
"""A mutant that takes more bytes gets no more, which is an error."""


class Result(NamedTuple):
    """The end of a check; ``reason`` is empty where the clause held."""

    outcome: Outcome
    reason: str


class Installation(NamedTuple):
    """A profile, and the values of it that the clauses call it with; ``variants`` are alternatives of guesses in it."""

    profile: Profile
    data: TestData
    variants: tuple[Variant, ...] = ()


def list_installations() -> dict[str, Installation]:
    """List what the clauses are checked at, by name.

    First the bundled profiles; then ``full`` called with other jobs, and without job templates; then one that posts
    every message to the council's service; then profiles in which guesses have alternatives.
    """
    bundled = {name: load_profile(name) for name in (BASE, *sorted(set(profile_names()) - {BASE}))}
    found = {name: Installation(profile, TestData.of(profile)) for name, profile in bundled.items()}
    full = found["full"]
    for job in _OTHER_JOBS:
        found[f"full-{job['sor_code']}"] = full._replace(data=replace(full.data, **job))
    found["full-no-templates"] = _without_job_templates(full.profile)
    ordering = bundled[BASE].ordering.model_copy(update=_ALL_CALLBACKS)
    posting = bundled[BASE].model_copy(update={"ordering": ordering})
    found[f"{BASE}-callbacks"] = Installation(posting, TestData.of(posting))
    groups: dict[str, list[Variant]] = {f"{BASE}-guesses-{number}": [] for number in range(_GROUPS)}
    # A text says nothing of the scheduling.
    variants = [each for each in find_variants(bundled[BASE]) if not each.setting.startswith("messages.")]
    for number, variant in enumerate(variants):
        group = groups[f"{BASE}-guesses-{number % _GROUPS}"]
        if not any(variant.excludes(other) for other in group):
            group.append(variant)
    for name, group in groups.items():
        profile = apply_variants(bundled[BASE], group)
        found[name] = Installation(profile, TestData.of(profile), tuple(group))
    return found


def _without_job_templates(profile: Profile) -> Installation:
    """Leave the types of priorities as the only rules, so that each trade is its own job template."""
    codes = tuple(code.model_copy(update={"job_template": ""}) for code in profile.sor_codes)
    plain = profile.model_copy(update={"job_templates": (), "sor_codes": codes})
    return Installation(plain, TestData.of(plain))


class NotHeldError(Exception):
    """The sound simulator does not keep a clause."""


class NoStartError(Exception):
    """No simulator can be made."""


class Trial:
    """The clauses and the profiles, which are read once and shared by all forks."""

    def __init__(self) -> None:
        self.installations = list_installations()
        self.clauses = {each.id: each for each in list_clauses(AppliesTo.DRS)}
        self.reach: dict[Check, Reach] = {}
        self.scores = Scores()

    def checks(self) -> list[Check]:
        """List every clause in every profile, with few examples."""
        return [Check(profile, clause, FEW_EXAMPLES) for profile in self.installations for clause in self.clauses]

    def run(self, check: Check) -> Result:
        """Check a clause at a simulator of its own.

        Raises:
            NoStartError: The simulator cannot be made.
        """
        profile, data, _ = self.installations[check.profile]
        try:
            target = SimulatorTarget(Simulator(profile, clock=CLOCK, seed=0, holds_callbacks=True))
        except Exception as error:
            raise NoStartError(f"the simulator does not start: {type(error).__name__}: {error}") from error
        settings = VerifySettings(examples=check.examples, shrink_seconds=0)
        try:
            (finding,) = run_clauses(target, data, [self.clauses[check.clause]], settings)
        except Exception as error:
            # The simulator fails where the check steers it, and not in a call.
            return Result(Outcome.INCONCLUSIVE, f"{type(error).__name__}: {error}")
        return Result(finding.outcome, _VARYING.sub("#", finding.reason))

    def find_reach(self, checks: Iterable[Check]) -> dict[Check, Reach]:
        """Find out what each check does without any mutant. For use in a fork.

        Raises:
            NotHeldError: A clause is not held in a bundled profile.
        """
        found = {}
        for check in checks:
            began = time.process_time()
            result = self.run(check)
            seconds = time.process_time() - began
            _, statements = trace(partial(self.run, check))
            if result.outcome is not Outcome.HELD and check.profile in profile_names():
                raise NotHeldError(f"{check} is {result.outcome}, without any mutant: {result.reason}")
            found[check] = Reach(statements, seconds, result.outcome, result.reason)
        return found

    def plan(self, mutant: str) -> list[Check]:
        """List the checks that can notice a mutant: those that notice most for their time first, more examples last.

        Before all come the clauses on the guesses of which the changed statement asks, where these have another value.

        With few examples only those that carry out the changed statement; with more examples all that call its
        function, since another example can come there.
        """
        function, statement = switch.function_of(mutant), statement_of(mutant)
        calling = [
            check
            for check, each in self.reach.items()
            if function in each.statements and each.outcome != Outcome.INCONCLUSIVE
        ]
        reaching = {
            check for check in calling if statement is None or statement in self.reach[check].statements[function]
        }
        order = list(self.installations)
        varied = [
            check._replace(examples=EXAMPLES)
            for check in sorted(calling, key=lambda check: (check not in reaching, order.index(check.profile)))
            if self.clauses[check.clause].varies and self.reach[check].outcome == Outcome.HELD
        ]
        about = [check for check in self._about_settings(mutant) if check in reaching]
        return [*about, *self._rank(function, reaching.difference(about)), *varied]

    def carries_out(self, mutant: str) -> bool:
        """Whether any check carries out the statement that a mutant changes."""
        function, statement = switch.function_of(mutant), statement_of(mutant)
        return any(statement in (None, *each.statements.get(function, ())) for each in self.reach.values())

    def _about_settings(self, mutant: str) -> list[Check]:
        words = set(re.findall(r"\w+", changed_text(mutant)))
        return [
            Check(name, clause, FEW_EXAMPLES)
            for name, each in self.installations.items()
            for variant in each.variants
            if variant.setting.rpartition(".")[2] in words
            for clause in variant.guess.clauses
        ]

    def _rank(self, function: str, checks: Iterable[Check]) -> list[Check]:
        """Sort checks, best first; a clause that is kept in one profile is less likely to be broken in the next."""
        worth = {check: self.scores.rank(check, function) / self._cost(check) for check in checks}
        passed: Counter[str] = Counter()
        for check in sorted(worth, key=lambda each: -worth[each]):
            worth[check] /= 4 ** passed[check.clause]
            passed[check.clause] += 1
        return sorted(worth, key=lambda check: -worth[check])

    def _sound(self, check: Check) -> Reach:
        return self.reach[check._replace(examples=FEW_EXAMPLES)]

    def _cost(self, check: Check) -> float:
        return self._sound(check).seconds + 0.01

    def try_mutant(self, mutant: str, budget: float, before: Verdict | None) -> Verdict:
        """Try a mutant until a clause has not the outcome that it has without. For use in a fork.

        Args:
            mutant: Its name.
            budget: The processor seconds after which it survives.
            before: What an earlier run with a smaller budget found.
        """
        passed = list(before.passed) if before else []
        spent = before.seconds if before else 0.0
        began = time.process_time() - spent
        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
        switch.switch_on(mutant)
        inconclusive: tuple[Check, str] | None = None
        for check in self._left(mutant, passed):
            if time.process_time() - began > budget:
                break
            # The fork ends here if the check does not.
            signal.setitimer(signal.ITIMER_PROF, 20 + 20 * check.examples * self._cost(check))
            try:
                result = self.run(check)
            except NoStartError as error:
                return Verdict(mutant, End.NOTICED, str(check), str(error), time.process_time() - began)
            sound = self._sound(check)
            if result == (sound.outcome, sound.reason) or (result.outcome is not Outcome.HELD and self._varies(check)):
                passed.append(str(check))
            elif result.outcome is Outcome.INCONCLUSIVE:
                inconclusive = inconclusive or (check, result.reason)
            else:
                end = End.REWORDED if result.outcome == sound.outcome else End.NOTICED
                reason = result.reason or "it is held"
                return Verdict(mutant, end, str(check), reason, time.process_time() - began)
        signal.setitimer(signal.ITIMER_PROF, 0)
        seconds = time.process_time() - began
        if inconclusive:
            return Verdict(mutant, End.INCONCLUSIVE, str(inconclusive[0]), inconclusive[1], seconds)
        if passed and not before and not switch.count_calls():
            raise AssertionError(f"{mutant} was never in force")
        return Verdict(mutant, End.SURVIVED, seconds=seconds, passed=tuple(passed))

    def _varies(self, check: Check) -> bool:
        """Whether the sound simulator does not hold a clause either, for another reason or with more examples."""
        sound = self._sound(check)
        if sound.outcome == Outcome.HELD and check.profile in profile_names():
            return False
        with switch.none_in_force():
            return self.run(check) != (sound.outcome, sound.reason)

    def _left(self, mutant: str, passed: Iterable[str]) -> Iterator[Check]:
        done = set(passed)
        return (check for check in self.plan(mutant) if str(check) not in done)


class Scores:
    """How often each check was the one that noticed a mutant: of a function, of a module, of any."""

    def __init__(self) -> None:
        self._noticed: Counter[tuple[str, str]] = Counter()
        self._mutants: Counter[str] = Counter()

    @classmethod
    def of(cls, verdicts: Mapping[str, Verdict]) -> Scores:
        """Count what was found out before."""
        scores = cls()
        for verdict in verdicts.values():
            scores.add(verdict)
        return scores

    def add(self, verdict: Verdict) -> None:
        """Count a verdict."""
        if not verdict.check:
            return
        check = Check.of(verdict.check)
        for place in _places(switch.function_of(verdict.mutant)):
            self._mutants[place] += 1
            self._noticed[place, f"{check.profile} {check.clause}"] += 1

    def rank(self, check: Check, function: str) -> float:
        """How likely a check is to notice the next mutant of a function."""
        name = f"{check.profile} {check.clause}"
        of_function, of_module, of_all = (
            self._noticed[place, name] / (self._mutants[place] + doubt)
            for place, doubt in zip(_places(function), (1, 5, 20), strict=True)
        )
        return of_function + 0.3 * of_module + 0.1 * of_all + 0.0003


def _places(function: str) -> tuple[str, str, str]:
    return function, function.rpartition(".")[0], ""
