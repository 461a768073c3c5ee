"""The records of the housing system's flat file, column by column, and how their errors are told (seen: Appendix A)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal

from drs_simulator.errors import UnusableError
from drs_simulator.housing_files import columns

KIND = "record type"


class HousingFileError(UnusableError):
    """A file cannot be imported: ``problem`` is wrong at that ``line`` and ``field``, and says what to do."""

    def __init__(self, line: int, where: str, problem: str) -> None:
        self.line = line
        self.field = where
        self.problem = problem
        super().__init__(f"line {line}, {where}: {problem}")


@dataclass(frozen=True, slots=True)
class Header:
    """Which file it is, and when the housing system wrote it, in local time."""

    number: int
    day: date
    time: time


@dataclass(frozen=True, slots=True)
class OrderCreate:
    """The order. Instants are local times.

    The document shows the file and does not explain it: which column means what is presumed. ``unexplained_…`` are the
    columns in which every example has the same.
    """

    number: str
    location_id: str
    priority: str
    raised: datetime
    target_date: datetime
    comments: str
    user_id: str
    due: datetime
    file_reference: int
    contract: str = "0"
    workflow_type: str = "0000"
    contact_name: str = " "
    phone: str = " "
    notes: str = ". NB - "
    unexplained_12: str = ""
    unexplained_14: str = "0"
    unexplained_15: str = " "
    unexplained_18: str = " "
    unexplained_20: str = "1"
    line: int = field(default=0, compare=False)
    """Where it was read."""


@dataclass(frozen=True, slots=True)
class ScheduledItem:
    """One thing that is to be done: a SOR code and how often. DRS takes the trade from the code, not from here."""

    trade: str
    sor_code: str
    quantity: Decimal
    value: Decimal
    item_number: int
    reference: int
    workflow_type: str = "0000"
    unexplained_5: str = "0"
    line: int = field(default=0, compare=False)
    """Where it was read."""


@dataclass(frozen=True, slots=True)
class HousingFile:
    """One file: HEADER, ORDER-CREATE, one or more SCHEDULED-ITEMS. The TRAILER's counts follow from these."""

    header: Header
    order: OrderCreate
    items: tuple[ScheduledItem, ...]


_HEADER = (columns.number("number"), columns.day("day"), columns.clock_time("time"))
_ORDER = (
    columns.text("workflow_type"),
    columns.needed("number"),
    columns.needed("location_id"),
    columns.needed("priority"),
    columns.moment("raised"),
    columns.moment("target_date"),
    columns.needed("contract"),
    columns.text("comments"),
    columns.needed("user_id"),
    columns.moment("due"),
    columns.text("unexplained_12"),
    columns.number("file_reference", 8),
    columns.text("unexplained_14"),
    columns.text("unexplained_15"),
    columns.text("contact_name"),
    columns.text("phone"),
    columns.text("unexplained_18"),
    columns.text("notes"),
    columns.text("unexplained_20"),
)
_ITEM = (
    columns.text("workflow_type"),
    columns.needed("order_number"),
    columns.text("trade"),
    columns.text("unexplained_5"),
    columns.needed("sor_code"),
    columns.amount("quantity"),
    columns.amount("value"),
    columns.number("item_number"),
    columns.number("reference", 8),
)
_TRAILER = (columns.number("number"), columns.number("records"))
COLUMNS = {"HEADER": _HEADER, "ORDER-CREATE": _ORDER, "SCHEDULED-ITEMS": _ITEM, "TRAILER": _TRAILER}


def error_at(record: OrderCreate | ScheduledItem, name: str, problem: str) -> HousingFileError:
    """The error that something is wrong with what was read into that member of the record."""
    kind = "ORDER-CREATE" if isinstance(record, OrderCreate) else "SCHEDULED-ITEMS"
    return HousingFileError(record.line, field_named(kind, name), problem)


def field_named(kind: str, name: str) -> str:
    """How messages call that column: by its name and its place, counted from 1 with the record type."""
    position = [column.name for column in COLUMNS[kind]].index(name) + 2
    return f"{name} (field {position})"


def numbered_field(kind: str, position: int) -> str:
    """How messages call the field at that place, counted from 1 with the record type."""
    names = [KIND, *(column.name for column in COLUMNS.get(kind, ()))]
    return f"{names[position - 1]} (field {position})" if position <= len(names) else f"field {position}"
