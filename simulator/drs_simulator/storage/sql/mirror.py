"""What this process knows of the state at one version. The log of changes moves it to the next ones."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Mapping
from datetime import date
from enum import Enum
from itertools import count
from threading import RLock
from typing import Any, Final, Literal, NamedTuple

from drs_simulator.scheduling.model import Operative, Visit
from drs_simulator.storage.sql import codec
from drs_simulator.storage.sql.codec import Document

_MAX_CELLS = 32_768
_MAX_LOGGED = 512
_STAMPS = count(1)

Kind = Literal[
    "session",
    "order",
    "numbered",
    "booking",
    "siblings",
    "diary",
    "sor_code",
    "location",
    "operatives",
    "number",
    "setting",
    "lapses",
]


class Cell(NamedTuple):
    """One thing that is known: its kind, and its key among those of its kind.

    ``numbered`` are the ids of the orders of a number, ``siblings`` those of the bookings of an order, ``number`` the
    last id that was issued, ``operatives`` all that callers have changed, ``lapses`` when the first reservation lapses;
    the keys of the last two are empty.
    """

    kind: Kind
    key: Hashable


class _Unknown(Enum):
    UNKNOWN = "unknown"


UNKNOWN: Final = _Unknown.UNKNOWN
"""The value of a cell that has to be read from the database."""
LAPSES = Cell("lapses", "")
_MASTER_DATA = frozenset({"sor_code", "location", "operatives"})
_IN_NO_ANSWER = frozenset({"session", "setting", "lapses"})
_EVERYTHING = "everything"
ABSENT: Mapping[Kind, Any] = {
    "session": None,
    "order": None,
    "numbered": (),
    "booking": None,
    "siblings": (),
    "diary": (),
    "sor_code": None,
    "location": None,
    "operatives": {},
    "number": None,
    "setting": None,
    "lapses": None,
}
"""The value of a cell of which the database has nothing."""
_IDS = Document(tuple[int, ...])
_DOCUMENTS: Mapping[Kind, Document[Any]] = {
    "session": codec.SESSION,
    "order": codec.ORDER,
    "numbered": _IDS,
    "booking": codec.BOOKING,
    "siblings": _IDS,
    "diary": Document(tuple[Visit, ...]),
    "sor_code": codec.SOR_CODE,
    "location": codec.LOCATION,
    "operatives": Document(dict[str, Operative]),
    "number": Document(int),
    "setting": Document(str),
    "lapses": Document(int),
}


class _UnreadText(NamedTuple):
    """A value as the log has it; it is read when it is needed."""

    text: str


class Change(NamedTuple):
    """What the log has of one transaction: its version and its document."""

    version: int
    document: str


class Mirror:
    """A bounded cache of cells, all of the same version; the oldest ones are dropped first.

    ``lock`` is held by those who need the version to stay while they read several cells.
    """

    def __init__(self) -> None:
        self.lock = RLock()
        self.version: int | None = None
        """The version of the state in the database; ``None`` while nothing is known."""
        self.stamp = next(_STAMPS)
        """Changes with all that answers depend on, and is never used again, whatever becomes of the database.

        Sessions, shared settings and reservations that lapse are checked by themselves.
        """
        self.master_data_stamp = self.stamp
        """Changes with locations, SOR codes and operatives."""
        self._cells: dict[Cell, Any] = {}

    def get(self, cell: Cell) -> Any:
        """Return the value of a cell, or ``UNKNOWN``."""
        known = self._cells.get(cell, UNKNOWN)
        if not isinstance(known, _UnreadText):
            return known
        value = _DOCUMENTS[cell.kind].read(known.text)
        with self.lock:
            if self._cells.get(cell) is known:
                self._cells[cell] = value
        return value

    def put(self, cell: Cell, value: Any, version: int) -> None:
        """Store the value that a cell has at a version, if that is the present one."""
        with self.lock:
            if self.version == version:
                self._put(cell, value)

    def clear(self) -> None:
        """Forget everything."""
        with self.lock:
            self._cells.clear()
            self.version = None
            self.stamp = self.master_data_stamp = next(_STAMPS)

    def advance(self, version: int, changes: Iterable[Change]) -> bool:
        """Move to a version by the log; what the log does not reach back to is forgotten.

        Returns:
            Whether the mirror has that version or a later one now.
        """
        with self.lock:
            if self.version is not None and version < self.version:
                return False
            if version == self.version:
                return True
            missed = [] if self.version is None else [each for each in changes if self.version < each.version]
            if self.version is None or len(missed) < version - self.version:
                self.clear()
            for change in missed if self.version is not None else ():
                self._apply(change.document)
            self.version = version
            return True

    def install(self, version: int, changed: Mapping[Cell, Any], *, everything: bool) -> None:
        """Take over what a transaction of this process has changed, unless the log has brought it already."""
        with self.lock:
            if self.version != version - 1:
                return
            if everything:
                self._cells.clear()
                self.master_data_stamp = next(_STAMPS)
            for cell, value in changed.items():
                self._move(cell, value)
            if everything or any(cell.kind not in _IN_NO_ANSWER for cell in changed):
                self.stamp = next(_STAMPS)
            self.version = version

    def _apply(self, document: str) -> None:
        for kind, key, text in json.loads(document):
            if kind == _EVERYTHING:
                self._cells.clear()
                self.stamp = self.master_data_stamp = next(_STAMPS)
                continue
            cell = Cell(kind, (key[0], date.fromisoformat(key[1])) if kind == "diary" else key)
            self._move(cell, UNKNOWN if text is None else _UnreadText(text))
            if kind not in _IN_NO_ANSWER:
                self.stamp = next(_STAMPS)

    def _put(self, cell: Cell, value: Any) -> None:
        while len(self._cells) >= _MAX_CELLS:
            del self._cells[next(iter(self._cells))]
        self._cells[cell] = value

    def _move(self, cell: Cell, value: Any) -> None:
        if value is UNKNOWN:
            self._cells.pop(cell, None)
        else:
            self._put(cell, value)
        if cell.kind in _MASTER_DATA:
            self.master_data_stamp = next(_STAMPS)


def write_change(changed: Mapping[Cell, Any], documents: Mapping[Cell, str], *, everything: bool) -> str:
    """Write what the log keeps of a transaction: new values, or only that they have changed.

    Args:
        changed: The cells that have changed, with their new values; ``UNKNOWN`` where the transaction did not need it.
        documents: The values of some of them as they are stored, so that they need not be written twice.
        everything: Whether the whole state was replaced.
    """
    if everything or len(changed) > _MAX_LOGGED:
        return json.dumps([[_EVERYTHING, None, None]])
    return json.dumps(
        [[cell.kind, _key(cell), documents.get(cell) or _text(cell.kind, value)] for cell, value in changed.items()]
    )


def _key(cell: Cell) -> object:
    if cell.kind == "diary":
        key: Any = cell.key
        return [key[0], key[1].isoformat()]
    return cell.key


def _text(kind: Kind, value: Any) -> str | None:
    # What is gone is looked up again: nobody asks for it often.
    return None if value is None or value is UNKNOWN else _DOCUMENTS[kind].write(value)
