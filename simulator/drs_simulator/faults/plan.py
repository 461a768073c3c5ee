"""The fault rules in force, in this process or shared in a database."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, partial
from random import Random
from threading import Lock
from typing import TYPE_CHECKING, Protocol, TypeVar

from drs_simulator.exchange import Reply, SoapCall
from drs_simulator.faults.context import Effect, FaultContext
from drs_simulator.storage.errors import StateError
from drs_simulator.storage.shared_settings import SharedSettings

if TYPE_CHECKING:
    from pydantic import TypeAdapter

    from drs_simulator.faults.rules import FaultRule

_SEED_BITS = 64
_FAULTS = "faults"
_NONE = "[]"
_Rules = tuple["FaultRule", ...]
_Result = TypeVar("_Result")


class RuleStore(Protocol):
    """Stores the rules in force."""

    def rules(self) -> _Rules:
        """Return the present rules."""

    def change(self, change: Callable[[_Rules], tuple[_Rules, _Result]]) -> _Result:
        """Replace the rules by the first result of ``change`` and return its second one, in one atomic step."""


class InMemoryRuleStore:
    """Stores the rules in this process. Safe under threads."""

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
    """Stores the rules in the database. While it cannot be reached, there are no rules."""

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

        def replace(document: str | None) -> str:
            rules, result = change(_read(document or _NONE))
            results.append(result)
            return _adapter().dump_json(rules).decode()

        self._settings.change_setting(_FAULTS, replace)
        return results[0]


@cache
def _adapter() -> TypeAdapter[_Rules]:
    from pydantic import TypeAdapter  # noqa: PLC0415 - see below

    from drs_simulator.faults.rules import FaultRule  # noqa: PLC0415 - its models take time to import

    return TypeAdapter(tuple[FaultRule, ...])


def _read(document: str) -> _Rules:
    return () if document == _NONE else _adapter().validate_json(document)


class FaultPlan:
    """The fault rules in force. Safe under threads.

    All rules that match a call apply to it, the first one outermost: a delay before an ``http_status`` delays that
    status; an ``http_status`` before a delay answers at once, without the delay.

    Args:
        rules: The rules at the start. If there are none, those in the store stay in force.
        random: A source of randomness for faults alone, so that the same calls have the same faults.
        rule_store: Stores the rules in force; default: in this process.
        restore: Whether to put the rules at the start in force now; else a reset does.
    """

    def __init__(
        self,
        rules: Iterable[FaultRule],
        random: Random,
        rule_store: RuleStore | None = None,
        *,
        restore: bool = True,
    ) -> None:
        self._initial = tuple(rules)
        self._random = random
        self._rule_store = InMemoryRuleStore() if rule_store is None else rule_store
        if self._initial and restore:
            self.reset()

    def __bool__(self) -> bool:
        return bool(self._rule_store.rules())

    def rules(self) -> tuple[FaultRule, ...]:
        """Return the rules in force; ``times`` is how often each will still apply."""
        return self._rule_store.rules()

    def add(self, *rules: FaultRule) -> None:
        """Add rules after the present ones."""
        self._rule_store.change(lambda present: ((*present, *rules), None))

    def remove(self, rule: FaultRule) -> bool:
        """Remove the first rule that is like this one, however often it has applied; returns whether there was one."""

        def take_out(present: _Rules) -> tuple[_Rules, bool]:
            place = next((place for place, each in enumerate(present) if _is_alike(each, rule)), None)
            return (present, False) if place is None else ((*present[:place], *present[place + 1 :]), True)

        return self._rule_store.change(take_out)

    def clear(self) -> None:
        """Remove all rules."""
        self._rule_store.change(lambda _: ((), None))

    def reset(self) -> None:
        """Restore the rules from the start, with their full ``times``."""
        self._rule_store.change(lambda _: (self._initial, None))

    def effects_for(self, call: SoapCall) -> tuple[tuple[Effect, ...], Random]:
        """Return the effects that apply to this call, and count them; and the randomness that they use."""

        def take(rules: _Rules) -> tuple[_Rules, tuple[tuple[Effect, ...], Random]]:
            effects: list[Effect] = []
            left: list[FaultRule] = []
            for rule in rules:
                applies = rule.matches(call) and (rule.probability == 1 or self._random.random() < rule.probability)
                if applies:
                    effects.append(rule.effect)
                if not applies or rule.times is None:
                    left.append(rule)
                elif rule.times > 1:
                    left.append(rule.model_copy(update={"times": rule.times - 1}))
            random = Random(self._random.getrandbits(_SEED_BITS) if effects else 0)  # noqa: S311
            return tuple(left), (tuple(effects), random)

        return self._rule_store.change(take)


def _is_alike(one: FaultRule, other: FaultRule) -> bool:
    return one.model_copy(update={"times": None}) == other.model_copy(update={"times": None})


def apply_effects(effects: Iterable[Effect], context: FaultContext, call_next: Callable[[], Reply]) -> Reply:
    """Return the caller's reply after these effects, the first one outermost."""
    for effect in reversed(tuple(effects)):
        call_next = partial(effect.apply, context, call_next)
    return call_next()
