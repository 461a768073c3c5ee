"""How the domain's values are written as JSON documents, and read again as they were."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Generic, TypeVar

from pydantic import TypeAdapter

from drs_simulator.profile.model import SorCode
from drs_simulator.scheduling.model import Booking, Confirmation, Location, Operative, Order, Session, Visit

_Value = TypeVar("_Value")


class Document(Generic[_Value]):
    """The document of one type of value. An instant is read back in UTC, whatever its zone was.

    Args:
        type_: The type.
        renamed: Members by the names that earlier versions wrote, and their present names.
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

    def remembered(self, most: int) -> Callable[[str], _Value]:
        """Reads as ``read`` does, and gives the same value again for the same document. Values do not change."""
        return lru_cache(most)(self.read)


SESSION = Document(Session)
ORDER = Document(Order)
BOOKING = Document(Booking)
VISIT = Document(Visit)
read_visit = VISIT.remembered(65536)
SOR_CODE = Document(SorCode)
LOCATION = Document(Location)
OPERATIVE = Document(Operative, {"standing_visits": "recurring_visits"})
CONFIRMATION = Document(Confirmation)


def _text(value: object) -> str:
    """What JSON has no form for. Pydantic would write an offset without its seconds; UTC has none."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"A {type(value).__name__} has no form in a document.")
