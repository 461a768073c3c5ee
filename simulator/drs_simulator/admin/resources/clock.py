"""The admin API's clock: read it, fix it, shift it, and let it follow system time again."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from typing import Annotated, Any, Literal, Self

from pydantic import AliasChoices, AwareDatetime, ConfigDict, Field, model_validator

from drs_simulator.admin.models import Payload, View
from drs_simulator.admin.route import AdminRequest, Route, Section
from drs_simulator.clock import SYSTEM, Clock, FrozenClock


def _require_one(schema: dict[str, Any]) -> None:
    """Say in the schema what the validator below checks: exactly one member, and none is null."""
    schema |= {"minProperties": 1, "maxProperties": 1}
    for described in schema["properties"].values():
        (value,) = (each for each in described.pop("anyOf") if each != {"type": "null"})
        del described["default"]
        described.update(value)


class ClockChange(Payload):
    """What the clock does next, exactly one of three: stand still, move by a duration, follow system time."""

    model_config = ConfigDict(json_schema_extra=_require_one)

    fixed: AwareDatetime | None = None
    shift: timedelta | None = None
    system: Annotated[
        bool | None,
        Field(validation_alias=AliasChoices("system", "wall"), json_schema_extra={"const": True}),
    ] = None
    """``wall`` is an alias."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if len(self.model_fields_set) != 1 or not (self.fixed or self.shift is not None or self.system):
            raise ValueError('write {"fixed": "2021-10-22T12:20:59+01:00"}, {"shift": "P3D"} or {"system": true}')
        return self


class ClockReading(View):
    """The simulated time, and how the clock runs. ``text`` sets another clock to the same."""

    now: datetime
    mode: Literal["system", "shifted", "fixed"]
    text: str

    @classmethod
    def of(cls, clock: Clock, zone: tzinfo) -> Self:
        """Read a clock."""
        text = str(clock)
        mode: Literal["system", "shifted", "fixed"] = "system" if text == SYSTEM else "shifted"
        return cls(
            now=clock.now().astimezone(zone),
            mode="fixed" if isinstance(clock.mode, FrozenClock) else mode,
            text=text,
        )


def _read_clock(request: AdminRequest) -> ClockReading:
    return ClockReading.of(request.simulator.clock, request.simulator.profile.zone)


def _set_clock(request: AdminRequest) -> ClockReading:
    clock, change = request.simulator.clock, request.payload
    if change.fixed is not None:
        clock.fix(change.fixed)
    elif change.shift is not None:
        clock.shift(change.shift)
    else:
        clock.resume()
    return _read_clock(request)


CLOCK = Section(
    "clock",
    (
        Route("GET", "/clock", "Read the clock", _read_clock, ClockReading),
        Route(
            "PUT",
            "/clock",
            "Fix or shift the clock, or let it follow system time",
            _set_clock,
            ClockReading,
            ClockChange,
        ),
    ),
)
