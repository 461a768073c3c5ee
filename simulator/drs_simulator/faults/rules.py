"""Fault rules: which calls go wrong, how and how often; and the TOML files that contain them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from drs_simulator.errors import UnusableError, explain
from drs_simulator.exchange import SoapCall
from drs_simulator.faults.effects import AnyEffect, current_name
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


def _expand_kind(value: object) -> object:
    """Return an effect's table, also for its kind alone."""
    table = {"kind": value} if isinstance(value, str) else value
    if not isinstance(table, dict) or not isinstance(table.get("kind"), str):
        return table
    return table | {"kind": current_name(table["kind"], _RENAMED_KINDS)}


class FaultRule(BaseModel):
    """A rule by which calls go wrong.

    ::

        FaultRule(operation="scheduleBooking", times=1, effect=effects.ResponseLost())

    Args:
        effect: What happens (see ``drs_simulator.effects``). In TOML and JSON, a table with its ``kind`` or only the
            kind.
        operation: The operation that the rule applies to; default: all.
        caller: The IP address of the caller that it applies to; default: all.
        header: A header, ``Name: value``, of the requests that it applies to; default: all.
        times: How often it applies; default: without limit.
        probability: The probability, above 0 and at most 1, that it applies to a matching call.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    effect: Annotated[AnyEffect, BeforeValidator(_expand_kind)]
    operation: str | None = None
    caller: str | None = None
    header: Annotated[str, Field(pattern=r"^[^:\s]+: *\S.*$")] | None = None
    times: Annotated[int, Field(ge=1)] | None = None
    probability: Annotated[float, Field(gt=0, le=1)] = 1

    @model_validator(mode="after")
    def _check_operation(self) -> Self:
        if self.operation is not None and self.operation not in OPERATIONS:
            raise ValueError(f"operation: '{self.operation}' is none of {', '.join(sorted(OPERATIONS))}")
        concerns = self.effect.concerns
        if self.operation is not None and concerns is not None and self.operation not in concerns:
            raise ValueError(f"operation: {self.effect.kind} applies to {' or '.join(sorted(concerns))} only")
        return self

    def matches(self, call: SoapCall) -> bool:
        """Return whether the rule can apply to the call."""
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
    """Read the rules from a TOML file, each a table ``[[faults]]``.

    ::

        [[faults]]
        operation = "checkAvailability"
        effect = "delay_lincoln"

        [[faults]]
        operation = "scheduleBooking"
        times = 1
        effect = { kind = "response_lost", seconds = 60 }

    Raises:
        FaultFileError: The file cannot be read, or a rule in it is wrong.
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
