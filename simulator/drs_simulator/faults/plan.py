"""The fault rules in force, in this process or shared through a database."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, partial
from random import Random
from threading import Lock
from typing import Protocol, TypeVar

from pydantic import TypeAdapter

from drs_simulator.exchange import Reply, SoapCall
from drs_simulator.faults.effects import Effect, FaultContext
from drs_simulator.faults.rules import FaultRule
from drs_simulator.storage.errors import StateError
from drs_simulator.storage.shared_settings import SharedSettings

_SEED_BITS = 64
_FAULTS = "faults"
_NONE = "[]"
_Rules = tuple[FaultRule, ...]
_Result = TypeVar("_Result")


class RuleStore(Protocol):
    """Where the rules in force are kept."""

    def rules(self) -> _Rules:
        """The rules as they are now."""

    def change(self, change: Callable[[_Rules], tuple[_Rules, _Result]]) -> _Result:
        """Put what a function makes of the rules in their place, and tell what else it made; nobody comes between."""


class InMemoryRuleStore:
    """Keeps the rules in this process. Safe under threads; to look costs nothing."""

    def __init__(self) -> None:
        self._rules: _Rules = ()
        self._lock = Lock()

    def rules(self) -> _Rules:
        """See ``RuleStore.rules``."""
        return self._rules

    def change(self, change: Callable[[_Rules], tuple[_Rules, _Result]]) -> _Result:
        """See ``RuleStore.change``."""
        with self._lock:
            self._rules, result = change(self._rules)
            return result


class DatabaseRuleStore:
    """Keeps the rules in the database. While that cannot be reached, no call goes wrong on purpose."""

    def __init__(self, settings: SharedSettings) -> None:
        self._settings = settings

    def rules(self) -> _Rules:
        """See ``RuleStore.rules``."""
        try:
            return _read(self._settings.setting(_FAULTS) or _NONE)
        except StateError:
            return ()

    def change(self, change: Callable[[_Rules], tuple[_Rules, _Result]]) -> _Result:
        """See ``RuleStore.change``."""
        results: list[_Result] = []

        def changed(document: str | None) -> str:
            rules, result = change(_read(document or _NONE))
            results.append(result)
            return _adapter().dump_json(rules).decode()

        self._settings.change_setting(_FAULTS, changed)
        return results[0]


@cache
def _adapter() -> TypeAdapter[_Rules]:
    return TypeAdapter(_Rules)


def _read(document: str) -> _Rules:
    return () if document == _NONE else _adapter().validate_json(document)


class FaultPlan:
    """The fault rules in force. Safe under threads; without rules it costs nothing.

    All rules that mean a call happen to it, the first one outermost: a delay before an ``http_status`` delays that
    status; an ``http_status`` before a delay answers at once, and the delay does not come to pass.

    Args:
        rules: The rules from the start. Without any, those that are on the rule_store stay in force.
        random: The source of randomness, used for nothing else, so that the same calls meet the same faults.
        rule_store: Where the rules in force are kept; in this process without.
    """

    def __init__(self, rules: Iterable[FaultRule], random: Random, rule_store: RuleStore | None = None) -> None:
        self._at_first = tuple(rules)
        self._random = random
        self._rule_store = InMemoryRuleStore() if rule_store is None else rule_store
        if self._at_first:
            self.reset()

    def __bool__(self) -> bool:
        return bool(self._rule_store.rules())

    def rules(self) -> tuple[FaultRule, ...]:
        """The rules in force; ``times`` is how often each is still to happen."""
        return self._rule_store.rules()

    def add(self, *rules: FaultRule) -> None:
        """Put rules in force, after those that are there."""
        self._rule_store.change(lambda present: ((*present, *rules), None))

    def clear(self) -> None:
        """No call goes wrong any more."""
        self._rule_store.change(lambda _: ((), None))

    def reset(self) -> None:
        """Only the rules from the start are in force, and none of them has happened."""
        self._rule_store.change(lambda _: (self._at_first, None))

    def effects_for(self, call: SoapCall) -> tuple[tuple[Effect, ...], Random]:
        """The effects that strike this call, which count as happened, and the randomness that they may use."""

        def taken(rules: _Rules) -> tuple[_Rules, tuple[tuple[Effect, ...], Random]]:
            struck: list[Effect] = []
            left: list[FaultRule] = []
            for rule in rules:
                happens = rule.matches(call) and (rule.probability == 1 or self._random.random() < rule.probability)
                if happens:
                    struck.append(rule.effect)
                if not happens or rule.times is None:
                    left.append(rule)
                elif rule.times > 1:
                    left.append(rule.model_copy(update={"times": rule.times - 1}))
            random = Random(self._random.getrandbits(_SEED_BITS) if struck else 0)  # noqa: S311
            return tuple(left), (tuple(struck), random)

        return self._rule_store.change(taken)


def apply_effects(effects: Iterable[Effect], scene: FaultContext, call_next: Callable[[], Reply]) -> Reply:
    """What the caller gets when these effects strike, the first one outermost."""
    for effect in reversed(tuple(effects)):
        call_next = partial(effect.apply, scene, call_next)
    return call_next()
