"""The fault plan: which calls go wrong, how, and how often."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from random import Random
from threading import Lock
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from drs_simulator.endpoint.connection import Reply
from drs_simulator.endpoint.effect import Effect, Scene
from drs_simulator.endpoint.effects import AnyEffect
from drs_simulator.endpoint.sent import SentCall
from drs_simulator.gateway.interface import interface_named

_OPERATIONS = interface_named("observed").operations
_SEED_BITS = 64


class FaultFileError(ValueError):
    """A file of fault rules cannot be used; the message names the key in one line."""


def _from_kind(value: object) -> object:
    return {"kind": value} if isinstance(value, str) else value


class FaultRule(BaseModel):
    """One way in which calls go wrong.

    ::

        FaultRule(operation="scheduleBooking", times=1, effect=effects.AnswerLost())

    Args:
        effect: What happens (see ``drs_simulator.effects``). In TOML and JSON a table with its ``kind``, or only the
            kind.
        operation: The operation that it happens to; any without.
        caller: The address of the caller that it happens to; any without.
        header: A request header, ``Name: value``, of the calls that it happens to; any without.
        times: How often it happens; for ever without.
        probability: How likely it is that it happens to a call that is meant.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    effect: Annotated[AnyEffect, BeforeValidator(_from_kind)]
    operation: str | None = None
    caller: str | None = None
    header: Annotated[str, Field(pattern=r"^[^:\s]+: *\S.*$")] | None = None
    times: Annotated[int, Field(ge=1)] | None = None
    probability: Annotated[float, Field(gt=0, le=1)] = 1

    @model_validator(mode="after")
    def _can_happen(self) -> Self:
        if self.operation is not None and self.operation not in _OPERATIONS:
            raise ValueError(f"operation: '{self.operation}' is none of {', '.join(sorted(_OPERATIONS))}")
        concerns = self.effect.concerns
        if self.operation is not None and concerns is not None and self.operation not in concerns:
            raise ValueError(f"operation: {self.effect.kind} happens to {' or '.join(sorted(concerns))} only")
        return self

    def means(self, call: SentCall) -> bool:
        """Whether it can happen to the call."""
        if self.caller is not None and self.caller != call.address:
            return False
        if self.header is not None:
            name, _, value = self.header.partition(":")
            if call.headers.get(name.lower()) != value.strip():
                return False
        if self.operation is not None and self.operation != call.operation:
            return False
        return self.effect.concerns is None or call.operation in self.effect.concerns


class FaultPlan:
    """The fault rules in force. Safe under threads; without rules it costs nothing.

    All rules that mean a call happen to it, the first one outermost: a delay before an ``http_status`` delays that
    status; an ``http_status`` before a delay answers at once, and the delay does not come to pass.

    Args:
        rules: The rules from the start.
        random: The source of randomness, used for nothing else, so that the same calls meet the same faults.
    """

    def __init__(self, rules: Iterable[FaultRule], random: Random) -> None:
        self._at_first = tuple(rules)
        self._random = random
        self._lock = Lock()
        self._rules = self._at_first

    def __bool__(self) -> bool:
        return bool(self._rules)

    def rules(self) -> tuple[FaultRule, ...]:
        """The rules in force; ``times`` is how often each is still to happen."""
        return self._rules

    def add(self, *rules: FaultRule) -> None:
        """Put rules in force, after those that are there."""
        with self._lock:
            self._rules = (*self._rules, *rules)

    def clear(self) -> None:
        """No call goes wrong any more."""
        with self._lock:
            self._rules = ()

    def reset(self) -> None:
        """Only the rules from the start are in force, and none of them has happened."""
        with self._lock:
            self._rules = self._at_first

    def take(self, call: SentCall) -> tuple[tuple[Effect, ...], Random]:
        """The effects that strike this call, which count as happened, and the randomness that they may use."""
        with self._lock:
            struck: list[Effect] = []
            left: list[FaultRule] = []
            for rule in self._rules:
                happens = rule.means(call) and (rule.probability == 1 or self._random.random() < rule.probability)
                if happens:
                    struck.append(rule.effect)
                if not happens or rule.times is None:
                    left.append(rule)
                elif rule.times > 1:
                    left.append(rule.model_copy(update={"times": rule.times - 1}))
            self._rules = tuple(left)
            return tuple(struck), Random(self._random.getrandbits(_SEED_BITS) if struck else 0)  # noqa: S311


def struck(effects: Iterable[Effect], scene: Scene, carry_out: Callable[[], Reply]) -> Reply:
    """What the caller gets when these effects strike, the first one outermost."""
    for effect in reversed(tuple(effects)):
        carry_out = partial(effect.strike, scene, carry_out)
    return carry_out()


def load_faults(path: str | Path) -> tuple[FaultRule, ...]:
    """The rules of a TOML file, each a table ``[[faults]]``.

    ::

        [[faults]]
        operation = "checkAvailability"
        effect = "delay_lincoln"

        [[faults]]
        operation = "scheduleBooking"
        times = 1
        effect = { kind = "answer_lost", seconds = 60 }

    Raises:
        FaultFileError: The file cannot be read or used.
    """
    try:
        table = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise FaultFileError(f"Faults {path} cannot be used: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FaultFileError(f"Faults {path} cannot be used: is no TOML: {error}") from None
    try:
        return _File.model_validate(table).faults
    except ValidationError as error:
        raise FaultFileError(f"Faults {path} cannot be used: {_explained(error)}") from None


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    faults: tuple[FaultRule, ...]


def _explained(error: ValidationError) -> str:
    """The first problem, beginning with the key in the file."""
    detail: Any = error.errors()[0]
    location = list(detail["loc"])
    if "effect" in location:
        # Behind it stands the kind, which is no key of the file.
        del location[location.index("effect") + 1 : location.index("effect") + 2]
    message = str(detail["msg"]).removeprefix("Value error, ")
    if detail["type"] == "extra_forbidden":
        message = "is not a setting; look for a slip in its name"
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).lstrip(".")
    return f"{where}: {message}"
