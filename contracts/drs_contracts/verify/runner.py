"""Checks a DRS clause by clause: each with many values, and what breaks it is reduced to its smallest."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, given, reject, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky, UnsatisfiedAssumption

from drs_contracts.clauses.clause import AppliesTo, Clause
from drs_contracts.driver.driver import DrsDriver
from drs_contracts.driver.expectations import NeedNotMetError
from drs_contracts.driver.installation import TestData
from drs_contracts.driver.messages import Exchange
from drs_contracts.driver.targets import Target, UnreachableError, shows_callbacks
from drs_contracts.errors import ClauseBroken, ContractsError
from drs_contracts.verify.controls import Controls
from drs_contracts.verify.evidence import find_shown
from drs_contracts.verify.moments import Moment, find_moments
from drs_contracts.verify.story import RecordingTarget, Story, tell_story, tell_whole_story

_MIN_TRIES = 3
_EXAMPLES_FOR_ALL_MOMENTS = 5
_EXAMPLES_AT_A_MOMENT = 1
_UNREACHABLE_IN_A_ROW = 3


class Outcome(StrEnum):
    """The result of a clause for a DRS."""

    HELD = "held"
    BROKEN = "broken"
    INCONCLUSIVE = "inconclusive"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """A clause with its outcome.

    Args:
        clause: The clause.
        outcome: The outcome. ``INCONCLUSIVE`` where the check could not be carried out, so that nothing is known.
        reason: Why it is so; empty where the clause held.
        values: The smallest values that break it.
        exchange: The exchange that shows it.
        left_behind: The numbers of orders that were made and could not be deleted, as DRS did not answer.
        story: The calls that show it, where the clause is broken and they can be told.
    """

    clause: Clause
    outcome: Outcome
    reason: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    exchange: Exchange | None = None
    left_behind: tuple[str, ...] = ()
    story: Story | None = None


@dataclass(frozen=True, slots=True)
class VerifySettings:
    """How far a verification goes.

    Args:
        examples: How many values each check is tried with, at most.
        seed: Makes the values repeatable.
        may_write: Whether orders and bookings may be made.
        may_move_clock: Whether the target's clock can be set.
        may_change_records: Whether operatives, places and codes may be changed for good.
        seconds: After how many seconds no further clause is begun; ``None`` for no limit.
        at_moments: Whether the clauses that speak of a day are also tried about midnight, at the clock changes and on
            29 February; the target's clock must stand still until it is set. With few examples each clause is tried at
            one of these moments.
        may_replay: Whether the target can be made fresh, so that a counterexample is told with the fewest calls.
        shrink_seconds: For how long smaller values are looked for, once some break a clause.
    """

    examples: int = 15
    seed: int = 0
    may_write: bool = True
    may_move_clock: bool = True
    may_change_records: bool = True
    seconds: float | None = None
    at_moments: bool = False
    may_replay: bool = False
    shrink_seconds: float = 20.0


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of one clause has shown.

    Args:
        finding: The finding.
        http_breach: The first exchange that is wrong by HTTP.
    """

    finding: Finding
    http_breach: Exchange | None = None


def run_clauses(
    target: Target, data: TestData, clauses: Iterable[Clause], verify_settings: VerifySettings
) -> Generator[Finding]:
    """Check the clauses for DRS one after the other, and yield each finding as soon as it is known.

    Nothing that the target does is raised: a clause that could not be checked is inconclusive.
    """
    checker = ClauseChecker(target, data, verify_settings)
    return judge_calls(checker.check(number, clause) for number, clause in enumerate(order_clauses(clauses)))


def order_clauses(clauses: Iterable[Clause]) -> list[Clause]:
    """List the clauses for DRS in the order in which they are checked: those that judge every call at the end."""
    return sorted(
        (each for each in clauses if each.applies_to is AppliesTo.DRS), key=lambda each: each.judges_every_call
    )


def judge_calls(checks: Iterable[Checked]) -> Generator[Finding]:
    """Yield the findings of all checks; a clause that judges every call is broken by a call of another clause too."""
    breach: tuple[Clause, Exchange] | None = None
    for checked in checks:
        finding = checked.finding
        if breach is None and checked.http_breach is not None:
            breach = (finding.clause, checked.http_breach)
        if finding.clause.judges_every_call and finding.outcome is Outcome.HELD and breach is not None:
            other, exchange = breach
            reason = f"in a call of {other.id}, {exchange.operation}: {exchange.http_breach}"
            finding = replace(finding, outcome=Outcome.BROKEN, reason=reason, exchange=exchange)
        yield finding


class ClauseChecker:
    """Checks the clauses of one run.

    Args:
        target: What is checked.
        data: What is known of the installation.
        verify_settings: How far the run goes. Its seconds begin now.
    """

    def __init__(self, target: Target, data: TestData, verify_settings: VerifySettings) -> None:
        self._target = target
        self._data = data
        self._settings = verify_settings
        self._controls = Controls(target, data, may_write=verify_settings.may_write)
        self._began = time.monotonic()
        self._unreachable = 0

    def check(self, number: int, clause: Clause) -> Checked:
        """Check the clause that has this number in the run."""
        reason = self._find_reason_to_skip(clause)
        if reason:
            return Checked(Finding(clause, Outcome.SKIPPED, reason))
        if self._unreachable >= _UNREACHABLE_IN_A_ROW and not _answers(self._target):
            return Checked(Finding(clause, Outcome.INCONCLUSIVE, "it was not tried: DRS has stopped answering"))
        trial = _Trial(self._target, self._data, clause, self._settings, self._controls)
        finding = trial.run()
        self._unreachable = self._unreachable + 1 if trial.was_unreachable else 0
        is_tried = self._settings.at_moments and clause.at_any_moment and trial.has_asked_for_today
        if finding.outcome is Outcome.HELD and is_tried:
            finding = _try_at_moments(trial, number)
        return Checked(finding, trial.http_breach)

    def _find_reason_to_skip(self, clause: Clause) -> str:
        settings, limit = self._settings, self._settings.seconds
        if limit is not None and time.monotonic() - self._began >= limit:
            return f"the {limit:g} seconds were over"
        reasons = {
            "it writes, and writing is not allowed": clause.writes and not settings.may_write,
            "it needs the target's clock, which cannot be set": clause.moves_clock and not settings.may_move_clock,
            "it changes what it cannot put back; a simulator of its own can": clause.changes_records
            and not settings.may_change_records,
            "it needs to know how the DRS is set up inside, which only --simulator tells": clause.needs_hidden_settings
            and self._data.hidden_settings is None,
            "it needs what DRS posts to the council's service, which only --simulator shows": clause.reads_callbacks
            and not shows_callbacks(self._target),
        }
        return next((reason for reason, applies in reasons.items() if applies), "")


def _try_at_moments(trial: _Trial, number: int) -> Finding:
    """Try a clause that held at the moments too: at each, or at one of them in turn."""
    moments = trial.find_moments()
    if trial.settings.examples < _EXAMPLES_FOR_ALL_MOMENTS:
        moments = moments[number % len(moments) :][:1]
    for moment in moments:
        found = trial.at(moment).run()
        if found.outcome is Outcome.BROKEN:
            return replace(found, reason=f"{moment}: {found.reason}")
    return Finding(trial.clause, Outcome.HELD)


def _answers(target: Target) -> bool:
    try:
        target.wsdl()
    except UnreachableError:
        return False
    return True


class _GiveUp(BaseException):
    """Ends the search of Hypothesis at once: it would go on trying after any Exception."""


class _Trial:
    """The check of one clause, with as many values as are wanted."""

    def __init__(
        self,
        target: Target,
        data: TestData,
        clause: Clause,
        verify_settings: VerifySettings,
        controls: Controls,
        moment: Moment | None = None,
    ) -> None:
        self._target = target
        self._data = data
        self.clause = clause
        self.settings = verify_settings
        self._controls = controls
        self._moment = moment
        self.http_breach: Exchange | None = None
        self.has_asked_for_today = False
        self._whole_story: Story | None = None
        self._called: set[str] = set()
        self._succeeded: set[str] = set()
        self._held = 0
        self._unmet = 0
        self._left_behind: list[str] = []
        # Hypothesis ends with the smallest values that break the check, so that the last finding has those.
        self._broken: Finding | None = None
        self._shrinks_until: float | None = None
        self._inconclusive: Finding | None = None
        self._ended_by_error = False
        self.was_unreachable = False

    def find_moments(self) -> tuple[Moment, ...]:
        """Find the moments at which the clause is tried too."""
        return find_moments(self._target.now(), self._data.zone)

    def at(self, moment: Moment) -> _Trial:
        """Make the same trial at another moment, with few values."""
        few = replace(self.settings, examples=_EXAMPLES_AT_A_MOMENT)
        return _Trial(self._target, self._data, self.clause, few, self._controls, moment)

    def run(self) -> Finding:
        """Carry out the check."""
        try:
            found = self._compare_with_controls(self._search())
            if found.outcome is Outcome.BROKEN:
                found = replace(found, story=self._tell_story(found))
        finally:
            try:
                self._target.renew()
            except ContractsError:
                # The next clause will tell.
                self.was_unreachable = True
        return replace(found, left_behind=tuple(dict.fromkeys(self._left_behind)))

    def _compare_with_controls(self, found: Finding) -> Finding:
        """Take back a result that DRS owes to the refusal of what the check starts from."""
        if found.outcome is Outcome.BROKEN:
            setup = self._controls.find_refused_setup(self.clause, self._called)
            reason = f"{setup}; so it says nothing that {found.reason}" if setup else ""
        elif found.outcome is Outcome.HELD:
            reason = self._controls.find_refused_at_all(self._called - self._succeeded)
        else:
            reason = ""
        return replace(found, outcome=Outcome.INCONCLUSIVE, reason=reason) if reason else found

    def _tell_story(self, found: Finding) -> Story | None:
        if not self.settings.may_replay or found.exchange is None:
            return self._whole_story
        recorded = RecordingTarget(self._target)
        driver = DrsDriver(recorded, self._data)
        try:
            self._start(recorded)
            self.clause.check(driver, **found.values)
        except ClauseBroken as broken:
            shown = self._list_shown(driver, broken)
            with suppress(ContractsError):
                return tell_story(self._target, recorded, shown, lambda: self._start(self._target))
        except Exception:
            # It broke before, and now something else happened: a DRS that is not reliable has no story.
            return None
        return None

    def _start(self, target: Target) -> None:
        target.renew()
        if self._moment is not None:
            target.move_clock(self._moment.instant - target.now())

    @staticmethod
    def _find_shown(driver: DrsDriver, broken: ClauseBroken) -> Exchange | None:
        shown = broken.exchange if isinstance(broken.exchange, Exchange) else None
        return shown or find_shown(driver.exchanges, str(broken))

    def _list_shown(self, driver: DrsDriver, broken: ClauseBroken) -> list[Exchange]:
        """List the exchanges that show it: the one that the check gives, else the likeliest one and the last one."""
        shown = self._find_shown(driver, broken)
        found = [] if shown is None else [shown]
        return found if broken.exchange is not None else [*found, *driver.exchanges[-1:]]

    def _search(self) -> Finding:
        try:
            _make_property(self._try, self.clause, self.settings)()
        except ClauseBroken as broken:
            return self._broken or Finding(self.clause, Outcome.BROKEN, str(broken))
        except Flaky:
            once = self._broken
            if once is not None and self._has_shrunk_enough():
                return once
            if once is None:
                return Finding(self.clause, Outcome.INCONCLUSIVE, "DRS is not reliable: it answers in turn")
            reason = f"DRS is not reliable: it broke the clause once ({once.reason}), and then held"
            return replace(once, outcome=Outcome.INCONCLUSIVE, reason=reason)
        except _GiveUp:
            pass
        except Exception as error:
            # Also where Hypothesis says that no value could be tried.
            if self._inconclusive is None:
                self._ended_by_error = True
                self._note(_describe(error))
        if self._held and not self._ended_by_error:
            return Finding(self.clause, Outcome.HELD)
        return self._inconclusive or Finding(self.clause, Outcome.INCONCLUSIVE, "no value could be tried")

    def _try(self, **values: Any) -> None:
        """Try the check with one set of values."""
        if self._has_shrunk_enough():
            reject()
        driver = DrsDriver(self._target, self._data)
        try:
            self._start(self._target)
            with driver:
                self.clause.check(driver, **values)
        except UnsatisfiedAssumption:
            raise
        except ClauseBroken as broken:
            shown = self._find_shown(driver, broken)
            self._whole_story = tell_whole_story(
                driver.exchanges, self._list_shown(driver, broken), self._target.password
            )
            self._shrinks_until = self._shrinks_until or time.monotonic() + self.settings.shrink_seconds
            self._broken = Finding(self.clause, Outcome.BROKEN, str(broken), values, shown)
            raise
        except Exception as error:
            self._inconclusive = Finding(
                self.clause,
                Outcome.INCONCLUSIVE,
                _describe(error),
                values,
                find_shown(driver.exchanges, str(error)),
            )
            self._go_on(error)
        else:
            self._held += 1
        finally:
            self._left_behind += driver.left_behind
            self.http_breach = self.http_breach or driver.http_breach
            self.has_asked_for_today = self.has_asked_for_today or driver.has_asked_for_today
            self._note_calls(driver.exchanges)

    def _has_shrunk_enough(self) -> bool:
        return self._shrinks_until is not None and time.monotonic() > self._shrinks_until

    def _go_on(self, error: Exception) -> None:
        """Decide after a try that says nothing: another one, or the end."""
        if self._broken is not None:
            # Hypothesis is looking for smaller values; these are none.
            reject()
        if not isinstance(error, NeedNotMetError):
            self._ended_by_error = True
            self.was_unreachable = isinstance(error, UnreachableError)
            raise _GiveUp
        self._unmet += 1
        if self._unmet >= (max(_MIN_TRIES, self.settings.examples) if self._held else _MIN_TRIES):
            raise _GiveUp
        reject()

    def _note_calls(self, exchanges: Iterable[Exchange]) -> None:
        for exchange in exchanges:
            self._called.add(exchange.operation)
            if exchange.operation not in self._succeeded:
                with suppress(ContractsError):
                    self._succeeded |= {exchange.operation} if exchange.succeeded else set()

    def _note(self, reason: str) -> None:
        self._inconclusive = Finding(self.clause, Outcome.INCONCLUSIVE, reason)


def _describe(error: Exception) -> str:
    if isinstance(error, ContractsError):
        return str(error)
    if isinstance(error, Flaky):
        return "DRS is not reliable: what broke the clause once held when it was done again"
    return f"the check could not go on: {type(error).__name__}: {error}"


def _make_property(attempt: Callable[..., None], clause: Clause, verify_settings: VerifySettings) -> Callable[[], None]:
    """Make a Hypothesis test of a check; one without anything to vary is tried once."""
    examples = verify_settings.examples if clause.varies else 1
    configured = settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=False,
        phases=(Phase.explicit, Phase.generate, Phase.target, Phase.shrink),
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    varies = clause.varies or {"nothing": st.none()}

    def once(**values: Any) -> None:
        attempt(**{name: value for name, value in values.items() if name in clause.varies})

    test: Callable[[], None] = seed(verify_settings.seed)(configured(given(**varies)(once)))
    return test
