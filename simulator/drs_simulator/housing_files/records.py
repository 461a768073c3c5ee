"""The records of the housing system's flat file, column by column, and their errors (seen: Appendix A)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal

from drs_simulator.errors import UnusableError
from drs_simulator.housing_files import columns

KIND = "record type"


class HousingFileError(UnusableError):
    """A file cannot be imported.

    Args:
        line: The line of the record, counted from 1.
        where: The field: its name and its position, counted from 1 with the record type.
        problem: What is wrong, and what to do.
    """

    def __init__(self, line: int, where: str, problem: str) -> None:
        self.line = line
        self.field = where
        self.problem = problem
        super().__init__(f"line {line}, {where}: {problem}")


@dataclass(frozen=True, slots=True)
class Header:
    """The number of the file, and the local day and time at which the housing system wrote it."""

    number: int
    day: date
    time: time


@dataclass(frozen=True, slots=True)
class OrderCreate:
    """The order. Dates and times are local.

    The document shows the file without an explanation: the meaning of its columns is presumed. ``unexplained_…`` are
    the columns that have the same value in every example.
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
    """The line that it was read from."""


@dataclass(frozen=True, slots=True)
class ScheduledItem:
    """One item of work: a SOR code and its quantity. DRS takes the trade from the code, not from the file."""

    trade: str
    sor_code: str
    quantity: Decimal
    value: Decimal
    item_number: int
    reference: int
    workflow_type: str = "0000"
    unexplained_5: str = "0"
    line: int = field(default=0, compare=False)
    """The line that it was read from."""


@dataclass(frozen=True, slots=True)
class HousingFile:
    """A file: HEADER, ORDER-CREATE, one or more SCHEDULED-ITEMS. The TRAILER follows from these."""

    header: Header
    order: OrderCreate
    items: tuple[ScheduledItem, ...]


_HEADER = (columns.number("number"), columns.day("day"), columns.clock_time("time"))
_ORDER = (
    columns.text("workflow_type"),
    columns.required_text("number"),
    columns.required_text("location_id"),
    columns.required_text("priority"),
    columns.moment("raised"),
    columns.moment("target_date"),
    columns.required_text("contract"),
    columns.text("comments"),
    columns.required_text("user_id"),
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
    columns.required_text("order_number"),
    columns.text("trade"),
    columns.text("unexplained_5"),
    columns.required_text("sor_code"),
    columns.amount("quantity"),
    columns.amount("value"),
    columns.number("item_number"),
    columns.number("reference", 8),
)
_TRAILER = (columns.number("number"), columns.number("records"))
COLUMNS = {"HEADER": _HEADER, "ORDER-CREATE": _ORDER, "SCHEDULED-ITEMS": _ITEM, "TRAILER": _TRAILER}


def make_error(record: OrderCreate | ScheduledItem, name: str, problem: str) -> HousingFileError:
    """Return the error for a wrong value of a record's column."""
    kind = "ORDER-CREATE" if isinstance(record, OrderCreate) else "SCHEDULED-ITEMS"
    return HousingFileError(record.line, describe_field(kind, name), problem)


def describe_field(kind: str, name: str) -> str:
    """Return a column's name and position for messages, counted from 1 with the record type."""
    position = [column.name for column in COLUMNS[kind]].index(name) + 2
    return f"{name} (field {position})"


def describe_position(kind: str, position: int) -> str:
    """Return the name and position of the field at a position, counted from 1 with the record type."""
    names = [KIND, *(column.name for column in COLUMNS.get(kind, ()))]
    return f"{names[position - 1]} (field {position})" if position <= len(names) else f"field {position}"
