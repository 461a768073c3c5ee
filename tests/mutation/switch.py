"""What a mutated module imports: each function with mutants calls the one that is switched on, or the sound one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

MutantDict = dict[str, Callable[..., Any]]
SOUND = "_mutmut_orig"


class _State:
    module = ""
    name = ""
    calls = 0


def switch_on(mutant: str) -> None:
    """Put one mutant in force: ``module.x_function__mutmut_3``; an empty name puts none in force."""
    _State.module, _, _State.name = mutant.rpartition(".")
    _State.calls = 0


@contextmanager
def none_in_force() -> Iterator[None]:
    """Put no mutant in force meanwhile."""
    module, _State.module = _State.module, ""
    try:
        yield
    finally:
        _State.module = module


def count_calls() -> int:
    """Count the calls of the mutant that is in force."""
    return _State.calls


def function_of(mutant: str) -> str:
    """Name the function that a mutant changes: ``x_name`` of ``x_name__mutmut_3`` or ``x_name__mutmut_orig``."""
    return mutant.rpartition("__mutmut_")[0]


def wrap(mutants: MutantDict, is_classmethod: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorate a function whose mutants, and whose sound copy, are put into ``mutants`` later."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        module = function.__module__

        @wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            chosen = mutants[SOUND]
            if _State.module == module and _State.name in mutants:
                chosen = mutants[_State.name]
                _State.calls += 1
            if is_classmethod:
                return getattr(args[0], chosen.__name__)(*args[1:], **kwargs)
            return chosen(*args, **kwargs)

        return call

    return decorate
