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
from drs_contracts.driver.driver import DrsDriver, TestData
from drs_contracts.driver.expectations import NeedNotMetError
from drs_contracts.driver.messages import Exchange
from drs_contracts.driver.targets import Target, UnreachableError
from drs_contracts.errors import ClauseBroken, ContractsError
from drs_contracts.verify.controls import Controls
from drs_contracts.verify.evidence import find_shown

_MIN_TRIES = 3
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
    """

    clause: Clause
    outcome: Outcome
    reason: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    exchange: Exchange | None = None
    left_behind: tuple[str, ...] = ()


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
    """

    examples: int = 15
    seed: int = 0
    may_write: bool = True
    may_move_clock: bool = True
    may_change_records: bool = True
    seconds: float | None = None


def run_clauses(
    target: Target, data: TestData, clauses: Iterable[Clause], verify_settings: VerifySettings
) -> Generator[Finding]:
    """Check the clauses for DRS one after the other, and yield each finding as soon as it is known.

    Nothing that the target does is raised: a clause that could not be checked is inconclusive.
    """
    began = time.monotonic()
    controls = Controls(target, data, may_write=verify_settings.may_write)
    unreachable = 0
    for clause in clauses:
        if clause.applies_to is not AppliesTo.DRS:
            continue
        reason = _find_reason_to_skip(clause, verify_settings, time.monotonic() - began)
        if reason:
            yield Finding(clause, Outcome.SKIPPED, reason)
            continue
        if unreachable >= _UNREACHABLE_IN_A_ROW and not _answers(target):
            yield Finding(clause, Outcome.INCONCLUSIVE, "it was not tried: DRS has stopped answering")
            continue
        trial = _Trial(target, data, clause, verify_settings, controls)
        finding = trial.run()
        unreachable = unreachable + 1 if trial.was_unreachable else 0
        yield finding


def _find_reason_to_skip(clause: Clause, verify_settings: VerifySettings, seconds: float) -> str:
    limit = verify_settings.seconds
    if limit is not None and seconds >= limit:
        return f"the {limit:g} seconds were over"
    if clause.writes and not verify_settings.may_write:
        return "it writes, and writing is not allowed"
    if clause.moves_clock and not verify_settings.may_move_clock:
        return "it needs the target's clock, which cannot be set"
    if clause.changes_records and not verify_settings.may_change_records:
        return "it changes what it cannot put back; a simulator of its own can"
    return ""


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
        self, target: Target, data: TestData, clause: Clause, verify_settings: VerifySettings, controls: Controls
    ) -> None:
        self._target = target
        self._data = data
        self._clause = clause
        self._settings = verify_settings
        self._controls = controls
        self._called: set[str] = set()
        self._succeeded: set[str] = set()
        self._held = 0
        self._unmet = 0
        self._left_behind: list[str] = []
        # Hypothesis ends with the smallest values that break the check, so that the last finding has those.
        self._broken: Finding | None = None
        self._inconclusive: Finding | None = None
        self._ended_by_error = False
        self.was_unreachable = False

    def run(self) -> Finding:
        """Carry out the check."""
        try:
            found = self._compare_with_controls(self._search())
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
            setup = self._controls.find_refused_setup(self._clause, self._called)
            reason = f"{setup}; so it says nothing that {found.reason}" if setup else ""
        elif found.outcome is Outcome.HELD:
            reason = self._controls.find_refused_at_all(self._called - self._succeeded)
        else:
            reason = ""
        return replace(found, outcome=Outcome.INCONCLUSIVE, reason=reason) if reason else found

    def _search(self) -> Finding:
        try:
            _make_property(self._try, self._clause, self._settings)()
        except ClauseBroken as broken:
            return self._broken or Finding(self._clause, Outcome.BROKEN, str(broken))
        except Flaky:
            once = self._broken
            if once is None:
                return Finding(self._clause, Outcome.INCONCLUSIVE, "DRS is not reliable: it answers in turn")
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
            return Finding(self._clause, Outcome.HELD)
        return self._inconclusive or Finding(self._clause, Outcome.INCONCLUSIVE, "no value could be tried")

    def _try(self, **values: Any) -> None:
        """Try the check with one set of values."""
        driver = DrsDriver(self._target, self._data)
        try:
            self._target.renew()
            with driver:
                self._clause.check(driver, **values)
        except UnsatisfiedAssumption:
            raise
        except ClauseBroken as broken:
            shown = broken.exchange if isinstance(broken.exchange, Exchange) else None
            shown = shown or find_shown(driver.exchanges, str(broken))
            self._broken = Finding(self._clause, Outcome.BROKEN, str(broken), values, shown)
            raise
        except Exception as error:
            self._inconclusive = Finding(
                self._clause,
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
            self._note_calls(driver.exchanges)

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
        if self._unmet >= (max(_MIN_TRIES, self._settings.examples) if self._held else _MIN_TRIES):
            raise _GiveUp
        reject()

    def _note_calls(self, exchanges: Iterable[Exchange]) -> None:
        for exchange in exchanges:
            self._called.add(exchange.operation)
            if exchange.operation not in self._succeeded:
                with suppress(ContractsError):
                    self._succeeded |= {exchange.operation} if exchange.succeeded else set()

    def _note(self, reason: str) -> None:
        self._inconclusive = Finding(self._clause, Outcome.INCONCLUSIVE, reason)


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
