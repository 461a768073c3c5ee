"""Reads and writes the housing system's flat file: one order with its items of work (seen: Appendix A)."""

from __future__ import annotations

import csv
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
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
    describe_field,
    describe_position,
)

MAX_BYTES = 128 * 1024
"""The maximum size of a file; one order has a few hundred bytes."""

_FIELD = re.compile(r"(?:'(?:[^']|'')*'|[^',\r\n]*)(,|(?=[\r\n]*\Z))")
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LINE_END = re.compile(r"\r\n|\r|\n")
_TRAILER_START = re.compile(r"'?TRAILER\b")
# At the end of a file: the end in DOS, and what fills up a record or a block.
_PADDING = "\x00\x1a"
_BLANKS = " \t\r\n"
_WHOLE_TRAILER = re.compile(r"'TRAILER'(,'[^']*'){2}")


def parse_housing_file(content: bytes) -> HousingFile:
    """Parse a file in UTF-16 with a byte order mark, in UTF-8, or else in Windows-1252 (presumed).

    Blank lines are skipped, and so is padding at the end: bytes 0x00, and 0x1A, the end of a file in DOS.

    Raises:
        HousingFileError: Something is wrong with the file, or it is incomplete.
    """
    records = _RecordReader(_decode(content))
    header = Header(**records.take("HEADER")[1])
    line, values = records.take("ORDER-CREATE")
    order = OrderCreate(**values, line=line)
    items = [_read_item(records, order)]
    while records.next_kind() == "SCHEDULED-ITEMS":
        items.append(_read_item(records, order))
    line, trailer = records.take("TRAILER")
    if trailer["number"] != header.number:
        problem = f"it is {trailer['number']}, in HEADER it is {header.number}. They must be the same."
        raise HousingFileError(line, describe_field("TRAILER", "number"), problem)
    count = len(items) + 3
    if trailer["records"] != count:
        problem = f"it says {trailer['records']} records, there are {count}. Send the whole file."
        raise HousingFileError(line, describe_field("TRAILER", "records"), problem)
    records.finish()
    return HousingFile(header, order, tuple(items))


def write_housing_file(file: HousingFile) -> bytes:
    """Return the file in the form of the housing system, in UTF-8."""
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


def is_complete(content: bytes) -> bool:
    """Return whether the last line of the file is a complete TRAILER.

    It is complete if a line break or the end of a file in DOS (0x1A) follows it, or if its third column has its closing
    quote.
    """
    text = content.decode(_encoding_of(content) or "latin-1", errors="replace")
    body = text.rstrip(_PADDING + _BLANKS)
    last_line = _LINE_END.split(body)[-1]
    if not _TRAILER_START.match(last_line):
        return False
    return any(end in text[len(body) :] for end in "\r\n\x1a") or _WHOLE_TRAILER.fullmatch(last_line) is not None


class _RecordReader:
    """Reads the records of a file, one after the other."""

    def __init__(self, text: str) -> None:
        self._records = deque(_split_records(text))
        self._last_line = len(_LINE_END.split(text.rstrip()))

    def next_kind(self) -> str:
        return self._records[0][1][0] if self._records else ""

    def take(self, kind: str) -> tuple[int, dict[str, Any]]:
        """Read the next record, which must be of that kind: its line, and its values by the names of their columns."""
        if not self._records:
            problem = f"the file ends without {kind}. Send the whole file."
            raise HousingFileError(self._last_line, f"{KIND} (field 1)", problem)
        line, (found, *cells) = self._records.popleft()
        if found != kind:
            problem = f"it is {found!r} instead of {kind}. {_ORDER_OF_RECORDS}"
            raise HousingFileError(line, f"{KIND} (field 1)", problem)
        expected = COLUMNS[kind]
        if len(cells) != len(expected):
            at = min(len(cells), len(expected)) + 2
            problem = f"{kind} has {len(cells) + 1} fields instead of {len(expected) + 1}. Send exactly these."
            raise HousingFileError(line, describe_position(kind, at), problem)
        return line, {
            column.name: _read(line, kind, column, cell) for column, cell in zip(expected, cells, strict=True)
        }

    def finish(self) -> None:
        """Check that there are no more records."""
        if self._records:
            line, (found, *_) = self._records[0]
            problem = f"{found!r} follows TRAILER. Send one order in a file."
            raise HousingFileError(line, f"{KIND} (field 1)", problem)


_ORDER_OF_RECORDS = "A file is HEADER, ORDER-CREATE, SCHEDULED-ITEMS (one or more) and TRAILER, in this order."


def _read_item(records: _RecordReader, order: OrderCreate) -> ScheduledItem:
    line, values = records.take("SCHEDULED-ITEMS")
    number = values.pop("order_number")
    if number != order.number:
        problem = f"it is {number!r}, in ORDER-CREATE it is {order.number!r}. They must be the same."
        raise HousingFileError(line, describe_field("SCHEDULED-ITEMS", "order_number"), problem)
    return ScheduledItem(**values, line=line)


def _split_records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield every record with the line at which it begins."""
    starts = [0, *(found.end() for found in _LINE_END.finditer(text)), len(text)]
    reader = csv.reader(StringIO(text, newline=""), quotechar="'")
    line = 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            _check_quotes(text[starts[line - 1] : starts[reader.line_num]], line)
            yield line, cells
        line = reader.line_num + 1


def _check_quotes(raw: str, line: int) -> None:
    """Check that every field has both quotes or none, which the csv module does not check."""
    kind = raw[1:].partition("'")[0]
    position, field_number = 0, 1
    while True:
        found = _FIELD.match(raw, position)
        if not found:
            problem = "its quotes do not match. Begin and end it with one ', and write '' for an apostrophe inside it."
            raise HousingFileError(line, describe_position(kind, field_number), problem)
        if not found[1]:
            return
        position, field_number = found.end(), field_number + 1


def _decode(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        problem = f"the file has {len(content)} bytes; the maximum is {MAX_BYTES}. Send one order in a file."
        raise HousingFileError(1, f"{KIND} (field 1)", problem)
    return _decode_text(content).rstrip(_PADDING + _BLANKS)


def _decode_text(content: bytes) -> str:
    encoding = _encoding_of(content)
    try:
        return content.decode(encoding or "utf-8-sig")
    except UnicodeDecodeError:
        if encoding:
            problem = "the file is not valid UTF-16. Send the whole file, or send it in UTF-8."
            raise HousingFileError(1, f"{KIND} (field 1)", problem) from None
        # The five bytes that Windows-1252 does not define are refused later, with the field that contains them.
        return content.decode("cp1252", errors="surrogateescape")


def _encoding_of(content: bytes) -> str:
    """Return the encoding of UTF-16 with a byte order mark, otherwise an empty text."""
    return "utf-16" if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else ""


def _read(line: int, kind: str, column: Column, cell: str) -> object:
    try:
        if found := _NOT_IN_XML.search(cell):
            raise ValueError(f"it has the character {found[0]!r}, which is not text. Write UTF-8 or Windows-1252.")
        return column.read(cell)
    except ValueError as error:
        raise HousingFileError(line, describe_field(kind, column.name), str(error)) from None


def _values(record: object) -> dict[str, Any]:
    return {name: getattr(record, name) for name in type(record).__dataclass_fields__}  # type: ignore[attr-defined]
