"""What all tables of a profile are made of: frozen settings, weekdays, hours and names."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Text = Annotated[str, Field(min_length=1)]


class Settings(BaseModel):
    """A table of a profile: without unknown keys, and frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Hours(Settings):
    """Hours of one day, in local time; written ``08:00-12:00``."""

    begin: time
    end: time

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        begin, separator, end = value.partition("-")
        if not separator:
            raise ValueError("write hours as 08:00-12:00")
        return {"begin": begin.strip(), "end": end.strip()}

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.begin.tzinfo or self.end.tzinfo:
            raise ValueError("write local times, without an offset")
        if self.begin >= self.end:
            raise ValueError(f"{self.begin:%H:%M} is not before {self.end:%H:%M}")
        return self
