"""Fault rules: which calls go wrong, how, and how often; and the files that they come in."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from drs_simulator.errors import UnusableError, explain
from drs_simulator.exchange import SoapCall
from drs_simulator.faults.effects import AnyEffect
from drs_simulator.soap.interface import OPERATIONS
from drs_simulator.toml_files import TomlError, read_toml


class FaultFileError(UnusableError, ValueError):
    """A file of fault rules cannot be used; the message names the key in one line."""


# Names of version 0.1.0, accepted for one release.
_RENAMED_KINDS = {
    "answer_lost": "response_lost",
    "session_lost": "sessions_expired",
    "place_taken": "slot_taken",
    "slow_drip": "slow_response",
}
_RENAMED_SETTINGS = {"least": "min", "most": "max"}


def _from_kind(value: object) -> object:
    """An effect's table, from its kind alone or from a table with names of version 0.1.0."""
    table = {"kind": value} if isinstance(value, str) else value
    if not isinstance(table, dict):
        return table
    renamed = {_current_name(name, _RENAMED_SETTINGS): setting for name, setting in table.items()}
    kind = renamed.get("kind")
    return renamed | {"kind": _current_name(kind, _RENAMED_KINDS)} if isinstance(kind, str) else renamed


def _current_name(name: str, renamed: Mapping[str, str]) -> str:
    if name not in renamed:
        return name
    warnings.warn(f"'{name}' is now '{renamed[name]}' in fault rules.", DeprecationWarning, stacklevel=2)
    return renamed[name]


class FaultRule(BaseModel):
    """One way in which calls go wrong.

    ::

        FaultRule(operation="scheduleBooking", times=1, effect=effects.ResponseLost())

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
        if self.operation is not None and self.operation not in OPERATIONS:
            raise ValueError(f"operation: '{self.operation}' is none of {', '.join(sorted(OPERATIONS))}")
        concerns = self.effect.concerns
        if self.operation is not None and concerns is not None and self.operation not in concerns:
            raise ValueError(f"operation: {self.effect.kind} happens to {' or '.join(sorted(concerns))} only")
        return self

    def matches(self, call: SoapCall) -> bool:
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


def load_faults(path: str | Path) -> tuple[FaultRule, ...]:
    """The rules of a TOML file, each a table ``[[faults]]``.

    ::

        [[faults]]
        operation = "checkAvailability"
        effect = "delay_lincoln"

        [[faults]]
        operation = "scheduleBooking"
        times = 1
        effect = { kind = "response_lost", seconds = 60 }

    Raises:
        FaultFileError: The file cannot be read or used.
    """
    try:
        table = read_toml(Path(path))
    except OSError as error:
        raise FaultFileError(f"Faults {path} cannot be used: {error.strerror}") from None
    except TomlError as error:
        raise FaultFileError(f"Faults {path} cannot be used: {error}") from None
    try:
        return _File.model_validate(table).faults
    except ValidationError as error:
        raise FaultFileError(f"Faults {path} cannot be used: {explain(error, tagged='effect')[0]}") from None


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    faults: tuple[FaultRule, ...]
