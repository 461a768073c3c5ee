"""The housing system's flat file: one order with what is to be done, read strictly and written (seen: Appendix A)."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator
from io import StringIO
from typing import Any

from drs_simulator.housing_files.columns import Column
from drs_simulator.housing_files.records import (
    COLUMNS,
    KIND,
    Header,
    HousingFile,
    HousingFileError,
    OrderCreate,
    ScheduledItem,
    field_named,
    numbered_field,
)

MAX_BYTES = 128 * 1024
"""A file beyond this is not read: one order is a few hundred bytes."""

_FIELD = re.compile(r"(?:'(?:[^']|'')*'|[^',\r\n]*)(,|(?=[\r\n]*\Z))")
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LINE_END = re.compile(r"\r\n|\r|\n")
_TRAILER_BEGUN = re.compile(r"'?TRAILER\b")
_TRAILER_ENDED = re.compile(r"'TRAILER'(,'[^']*'){2}")


def parse_housing_file(content: bytes) -> HousingFile:
    """The file that the bytes are; in UTF-8, or else in Windows-1252 (presumed). Blank lines are passed over.

    Raises:
        HousingFileError: Something is wrong with it, or it is half-written.
    """
    records = _Records(_decoded(content))
    header = Header(**records.take("HEADER")[1])
    line, values = records.take("ORDER-CREATE")
    order = OrderCreate(**values, line=line)
    items = [_item(records, order)]
    while records.next_kind() == "SCHEDULED-ITEMS":
        items.append(_item(records, order))
    line, trailer = records.take("TRAILER")
    if trailer["number"] != header.number:
        problem = f"it is {trailer['number']}, in HEADER it is {header.number}. They must be the same."
        raise HousingFileError(line, field_named("TRAILER", "number"), problem)
    count = len(items) + 3
    if trailer["records"] != count:
        problem = f"it says {trailer['records']} records, there are {count}. Send the whole file."
        raise HousingFileError(line, field_named("TRAILER", "records"), problem)
    records.finish()
    return HousingFile(header, order, tuple(items))


def write_housing_file(file: HousingFile) -> bytes:
    """The file as the housing system writes it, in UTF-8."""
    out = StringIO(newline="")
    writer = csv.writer(out, quotechar="'", quoting=csv.QUOTE_ALL)
    items = [("SCHEDULED-ITEMS", {**_values(item), "order_number": file.order.number}) for item in file.items]
    records: list[tuple[str, dict[str, Any]]] = [
        ("HEADER", _values(file.header)),
        ("ORDER-CREATE", _values(file.order)),
        *items,
        ("TRAILER", {"number": file.header.number, "records": len(items) + 3}),
    ]
    for kind, values in records:
        writer.writerow([kind, *(column.write(values[column.name]) for column in COLUMNS[kind])])
    return out.getvalue().encode()


def is_whole(content: bytes) -> bool:
    """Whether the file's last line is a TRAILER that has been written to its end.

    That is so once a line break follows it, or its third column's closing quote is there.
    """
    lines = [line for line in _LINE_END.split(content.decode("latin-1")) if line.strip()]
    if not lines or not _TRAILER_BEGUN.match(lines[-1]):
        return False
    return content.endswith((b"\n", b"\r")) or _TRAILER_ENDED.fullmatch(lines[-1].rstrip()) is not None


class _Records:
    """The records of a file, taken one after the other."""

    def __init__(self, text: str) -> None:
        self._records = deque(_records(text))
        self._last_line = len(_LINE_END.split(text.rstrip()))

    def next_kind(self) -> str:
        return self._records[0][1][0] if self._records else ""

    def take(self, kind: str) -> tuple[int, dict[str, Any]]:
        """The next record's line, and its values by their columns' names; it must be of that kind."""
        if not self._records:
            problem = f"the file ends without {kind}. Send the whole file."
            raise HousingFileError(self._last_line, f"{KIND} (field 1)", problem)
        line, (found, *cells) = self._records.popleft()
        if found != kind:
            problem = f"{found!r} is found where {kind} belongs. {_ORDER_OF_RECORDS}"
            raise HousingFileError(line, f"{KIND} (field 1)", problem)
        expected = COLUMNS[kind]
        if len(cells) != len(expected):
            at = min(len(cells), len(expected)) + 2
            problem = f"{kind} has {len(cells) + 1} fields instead of {len(expected) + 1}. Leave out or add none."
            raise HousingFileError(line, numbered_field(kind, at), problem)
        return line, {
            column.name: _read(line, kind, column, cell) for column, cell in zip(expected, cells, strict=True)
        }

    def finish(self) -> None:
        """Nothing may be left."""
        if self._records:
            line, (found, *_) = self._records[0]
            problem = f"{found!r} follows TRAILER. Send every order in a file of its own."
            raise HousingFileError(line, f"{KIND} (field 1)", problem)


_ORDER_OF_RECORDS = "A file is HEADER, ORDER-CREATE, SCHEDULED-ITEMS (one or more) and TRAILER, in this order."


def _item(records: _Records, order: OrderCreate) -> ScheduledItem:
    line, values = records.take("SCHEDULED-ITEMS")
    number = values.pop("order_number")
    if number != order.number:
        problem = f"it is {number!r}, in ORDER-CREATE it is {order.number!r}. They must be the same."
        raise HousingFileError(line, field_named("SCHEDULED-ITEMS", "order_number"), problem)
    return ScheduledItem(**values, line=line)


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Every record with the line that it begins at."""
    starts = [0, *(found.end() for found in _LINE_END.finditer(text)), len(text)]
    reader = csv.reader(StringIO(text, newline=""), quotechar="'")
    line = 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            _check_quotes(text[starts[line - 1] : starts[reader.line_num]], line)
            yield line, cells
        line = reader.line_num + 1


def _check_quotes(raw: str, line: int) -> None:
    """Every field of the record has its quotes, or none. The csv module forgives what it can guess at."""
    kind = raw[1:].partition("'")[0]
    position, field_number = 0, 1
    while True:
        found = _FIELD.match(raw, position)
        if not found:
            problem = "its quotes do not match. Begin and end it with one ', and write '' for an apostrophe inside it."
            raise HousingFileError(line, numbered_field(kind, field_number), problem)
        if not found[1]:
            return
        position, field_number = found.end(), field_number + 1


def _decoded(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        problem = f"the file has {len(content)} bytes, at most {MAX_BYTES} are read. Send every order by itself."
        raise HousingFileError(1, f"{KIND} (field 1)", problem)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Each byte stands for a character; the five that Windows-1252 lacks become controls, refused with their field.
        return content.decode("cp1252", errors="surrogateescape")


def _read(line: int, kind: str, column: Column, cell: str) -> object:
    try:
        if found := _NOT_IN_XML.search(cell):
            raise ValueError(f"it has the character {found[0]!r}, which is no text. Write UTF-8 or Windows-1252.")
        return column.read(cell)
    except ValueError as error:
        raise HousingFileError(line, field_named(kind, column.name), str(error)) from None


def _values(record: object) -> dict[str, Any]:
    return {name: getattr(record, name) for name in type(record).__dataclass_fields__}  # type: ignore[attr-defined]
