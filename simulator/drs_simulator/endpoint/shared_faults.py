"""Fault rules that are in force for all processes that share a database, each counted once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TypeVar

from pydantic import TypeAdapter

from drs_simulator.endpoint.faults import FaultRule
from drs_simulator.state.errors import StateError
from drs_simulator.state.shared import SharedSettings

_FAULTS = "faults"
_NONE = "[]"
_Rules = tuple[FaultRule, ...]
_Result = TypeVar("_Result")


class SharedShelf:
    """Keeps the rules in the database. While that cannot be reached, no call goes wrong on purpose."""

    def __init__(self, settings: SharedSettings) -> None:
        self._settings = settings

    def rules(self) -> _Rules:
        """See ``Shelf.rules``."""
        try:
            return _read(self._settings.setting(_FAULTS) or _NONE)
        except StateError:
            return ()

    def change(self, change: Callable[[_Rules], tuple[_Rules, _Result]]) -> _Result:
        """See ``Shelf.change``."""
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
