"""What the admin interface is sent: payloads and queries. What goes back is in ``admin_answers``."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Self

from pydantic import AliasChoices, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from drs_simulator.scheduling.model import LifeCycle

_GREATEST_OFFSET = 2**31 - 1


class Payload(BaseModel):
    """What a caller sends: no unknown members, and no guessing at types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Query(BaseModel):
    """What a caller asks in a query: no unknown names. Its values come as text."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class EmptyPayload(Payload):
    """No content: an empty object, or no body at all."""


class ClockChange(Payload):
    """What the clock is to do, one of three: stand still at an instant, move on by a duration, follow system time."""

    fixed: AwareDatetime | None = None
    shift: timedelta | None = None
    system: Annotated[
        bool | None,
        Field(validation_alias=AliasChoices("system", "wall"), json_schema_extra={"const": True}),
    ] = None
    """``wall`` is an alias of it."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if len(self.model_fields_set) != 1 or not (self.fixed or self.shift is not None or self.system):
            raise ValueError('write {"fixed": "2021-10-22T12:20:59+01:00"}, {"shift": "P3D"} or {"system": true}')
        return self


class MoveRequest(Payload):
    """The window into which a booking is moved, and who is to come, if that is to be somebody in particular."""

    begin: AwareDatetime
    end: AwareDatetime
    operative_id: str | None = None


class ListQuery(Query):
    """Which part of a list is wanted."""

    offset: Annotated[int, Field(ge=0, le=_GREATEST_OFFSET)] = 0
    limit: Annotated[int, Field(ge=1, le=500)] = 50


class OrderQuery(ListQuery):
    """Orders whose number has this text in it, in either case of letters."""

    number: str | None = None


class BookingQuery(ListQuery):
    """Bookings of the order of this very number, in this life cycle, in this operative's diary."""

    number: str | None = None
    life_cycle: LifeCycle | None = None
    operative_id: str | None = None
