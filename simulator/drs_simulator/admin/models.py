"""The bases of what the admin API receives and returns."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

_MAX_OFFSET = 2**31 - 1


class Payload(BaseModel):
    """A request body: unknown members and values of another type are errors."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class EmptyPayload(Payload):
    """No content: an empty object, or no body at all."""


class Query(BaseModel):
    """A query string: unknown names are errors. Values arrive as text."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ListQuery(Query):
    """The part of a list to return."""

    offset: Annotated[int, Field(ge=0, le=_MAX_OFFSET)] = 0
    limit: Annotated[int, Field(ge=1, le=500)] = 50


class View(BaseModel):
    """A response body. Its instants are in the installation's local time, with an offset."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def to_local(instant: datetime | None, zone: tzinfo) -> datetime | None:
    """Convert an instant to local time."""
    return None if instant is None else instant.astimezone(zone)
