"""Writes the domain's values as JSON documents, and reads them again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Generic, TypeVar

from pydantic import TypeAdapter

from drs_simulator.profile.tables import SorCode
from drs_simulator.scheduling.model import Booking, Confirmation, Location, Operative, Order, Session, Visit

_Value = TypeVar("_Value")


class Document(Generic[_Value]):
    """The JSON form of one type of value. Every instant is read back in UTC.

    Args:
        type_: The type.
        renamed: The names of members in earlier versions, with their present names.
    """

    def __init__(self, type_: type[_Value], renamed: Mapping[str, str] | None = None) -> None:
        self._adapter = TypeAdapter(type_)
        self._renamed = renamed or {}

    def write(self, value: _Value) -> str:
        """The value as JSON."""
        return json.dumps(self._adapter.dump_python(value), default=_text, separators=(",", ":"))

    def read(self, document: str) -> _Value:
        """The value that was written."""
        if not self._renamed:
            return self._adapter.validate_json(document)
        members: dict[str, object] = json.loads(document)
        named = {self._renamed.get(name, name): value for name, value in members.items()}
        return self._adapter.validate_json(json.dumps(named))


SESSION = Document(Session)
ORDER = Document(Order)
BOOKING = Document(Booking)
VISIT = Document(Visit)
SOR_CODE = Document(SorCode)
LOCATION = Document(Location)
OPERATIVE = Document(Operative, {"standing_visits": "recurring_visits"})
CONFIRMATION = Document(Confirmation)


def _text(value: object) -> str:
    """The text of a value that JSON lacks. Instants are in UTC, since Pydantic drops an offset's seconds."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"A {type(value).__name__} has no form in a document.")
