"""The housing system's flat file is read back as it is written, and every error has its line and field."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from drs_simulator.housing_files.format import MAX_BYTES, is_complete, parse_housing_file, write_housing_file
from drs_simulator.housing_files.records import COLUMNS, HousingFile, HousingFileError
from hypothesis import given
from hypothesis import strategies as st

from tests.simulator.housing_files.files import EXAMPLES, FIRST, PARSED, SECOND, any_file, with_items


def parse_error(text: str | bytes) -> HousingFileError:
    with pytest.raises(HousingFileError) as raised:
        parse_housing_file(text.encode() if isinstance(text, str) else text)
    assert str(raised.value) == f"line {raised.value.line}, {raised.value.field}: {raised.value.problem}"
    return raised.value


def line_of_error(content: bytes, otherwise: int) -> int:
    try:
        parse_housing_file(content)
    except HousingFileError as error:
        return error.line
    return otherwise


def test_example_is_read_column_by_column() -> None:
    assert parse_housing_file(FIRST.encode()) == PARSED


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_are_written_as_printed(example: str) -> None:
    lines = [line for line in example.splitlines() if line]
    assert write_housing_file(parse_housing_file(example.encode())).decode().splitlines() == lines


@given(any_file)
def test_written_file_is_read_back(file: HousingFile) -> None:
    written = write_housing_file(file)
    assert parse_housing_file(written) == file
    assert is_complete(written)
    assert is_complete(written.rstrip(b"\r\n"))


@given(any_file, st.data())
def test_part_of_a_file_is_refused(file: HousingFile, data: st.DataObject) -> None:
    written = write_housing_file(file).rstrip(b"\r\n")
    part = written[: data.draw(st.integers(0, len(written) - 1))]
    with pytest.raises(HousingFileError):
        parse_housing_file(part)


@given(st.integers(0, len(FIRST.rstrip()) - 1))
def test_file_without_whole_trailer_is_not_whole(length: int) -> None:
    assert not is_complete(FIRST[:length].encode())


@given(st.one_of(st.binary(), st.text("'\",\r\n HEADRTILO-CSMN0123/:.").map(str.encode)))
def test_any_bytes_are_a_file_or_an_error_with_a_line(content: bytes) -> None:
    is_complete(content)
    assert 1 <= line_of_error(content, otherwise=1) <= content.count(b"\n") + content.count(b"\r") + 1


@given(st.data())
def test_changed_byte_is_read_or_an_error_with_a_line(data: st.DataObject) -> None:
    content = bytearray(SECOND.encode())
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    assert 1 <= line_of_error(bytes(content), otherwise=1) <= 5


def test_items_are_read_in_order() -> None:
    item = PARSED.items[0]
    file = with_items(item, replace(item, item_number=2, quantity=Decimal("2.50")), replace(item, sor_code="N373049"))
    written = write_housing_file(file)
    assert b"'TRAILER','387176','6'" in written
    assert parse_housing_file(written) == file
    assert [item.line for item in parse_housing_file(written).items] == [3, 4, 5]


def test_apostrophe_comma_and_line_break_stay_in_field() -> None:
    file = replace(PARSED, order=replace(PARSED.order, comments="Mr O'Nobody's lock,\nsecond floor"))
    written = write_housing_file(file)
    assert b"'Mr O''Nobody''s lock,\nsecond floor'" in written
    read = parse_housing_file(written)
    assert read == file
    assert read.items[0].line == 4


def test_numbers_may_be_padded() -> None:
    padded = FIRST.replace("'387176','01", "'  00387176','01").replace("'  12.57'", "'12.57  '").replace("'4'", "'004'")
    assert parse_housing_file(padded.encode()) == PARSED


def test_fields_without_quotes_are_read() -> None:
    assert parse_housing_file(FIRST.replace("'HEADER','387176'", "HEADER,387176").encode()) == PARSED


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_accent_is_read_in_every_encoding(encoding: str) -> None:
    read = parse_housing_file(FIRST.replace("MS A NOBODY", "MS É NOBODY").encode(encoding))
    assert read.order.contact_name == "MS É NOBODY"


@pytest.mark.parametrize("line_end", ["\r\n", "\r", "\n\n\n", "\n \n"])
def test_any_line_end_is_read_and_blank_lines_are_skipped(line_end: str) -> None:
    assert parse_housing_file(FIRST.replace("\n\n", line_end).encode()) == PARSED


# Line 1 HEADER, 3 ORDER-CREATE, 5 SCHEDULED-ITEMS, 7 TRAILER.
ERRORS = [
    ("'387176','01", "'38717x','01", 1, "number (field 2)", "'38717x' is not a number. Write up to 18 digits."),
    ("'01/04/2021'", "'1/4/2021'", 1, "day (field 3)", "Write it as 01/04/2021."),
    ("'01/04/2021'", "'31/02/2021'", 1, "day (field 3)", "is not in the calendar"),
    ("'01/04/2021'", "'01-Apr-2021'", 1, "day (field 3)", "Write it as 01/04/2021."),
    ("'07:56'", "'24:00'", 1, "time (field 4)", "Write it as 07:56."),
    ("'07:56'", "'07:56','x'", 1, "field 5", "HEADER has 5 fields instead of 4"),
    ("'07:56'", "'07:5\N{ARABIC-INDIC DIGIT SIX}'", 1, "time (field 4)", "Write it as 07:56."),
    ("'L835574','38950180'", "' ','38950180'", 3, "number (field 3)", "it is blank. Fill it in."),
    ("'38950180'", "''", 3, "location_id (field 4)", "it is blank"),
    ("'100 Days'", "''", 3, "priority (field 5)", "it is blank"),
    ("'01-Apr-2021 07:56'", "'01/04/2021 07:56'", 3, "raised (field 6)", "Write them as 01-Apr-2021 07:56."),
    ("'01-Apr-2021 07:56'", "'01-Avr-2021 07:56'", 3, "raised (field 6)", "Write them as 01-Apr-2021 07:56."),
    ("'01-Apr-2021 07:56'", "'01-Apr-2021 07:99'", 3, "raised (field 6)", "'07:99' is not a time of day"),
    ("'01-Apr-2021 07:56'", "'01-Apr-0021 07:56'", 3, "raised (field 6)", "Write a year from 1900 to 2999."),
    ("'19-Aug-2021 07:56','0'", "'31-Sep-2021 07:56','0'", 3, "target_date (field 7)", "is not in the calendar"),
    ("'19-Aug-2021 07:56','0'", "'19-Aug-2021 07:56',' '", 3, "contract (field 8)", "it is blank"),
    ("Fit lock", "Fit\0lock", 3, "comments (field 9)", "the character '\\x00', which is not text"),
    ("'Fit lock", "Fit 'lock", 3, "comments (field 9)", "its quotes do not match"),
    ("has ordered'", "has ordered", 3, "comments (field 9)", "its quotes do not match"),
    ("'XAJ'", "''", 3, "user_id (field 10)", "it is blank"),
    ("'XAJ','19-Aug-2021 07:56'", "'XAJ','soon'", 3, "due (field 11)", "'soon' is not a day and time"),
    ("'00387176'", "'-1'", 3, "file_reference (field 13)", "is not a number"),
    ("MS A NOBODY", "MS A O'NOBODY", 3, "contact_name (field 16)", "write '' for an apostrophe inside it"),
    (",'. NB - ','1'", "", 3, "notes (field 19)", "ORDER-CREATE has 18 fields instead of 20"),
    ("'L835574','Joiner'", "'L835575','Joiner'", 5, "order_number (field 3)", "in ORDER-CREATE it is 'L835574'"),
    ("'N390917'", "''", 5, "sor_code (field 6)", "it is blank"),
    ("'   1.00'", "'one'", 5, "quantity (field 7)", "Write it as '   1.00'."),
    ("'  12.57'", "' 12.575'", 5, "value (field 8)", "is not an amount"),
    ("'1','00399189'", "'','00399189'", 5, "item_number (field 9)", "is not a number"),
    ("'00399189'", "'0039918O'", 5, "reference (field 10)", "is not a number"),
    ("'00399189'", "'00399189", 5, "reference (field 10)", "its quotes do not match"),
    ("'TRAILER','387176'", "'TRAILER','387177'", 7, "number (field 2)", "in HEADER it is 387176"),
    ("'4'", "'5'", 7, "records (field 3)", "it says 5 records, there are 4. Send the whole file."),
    ("'4'", "'4", 7, "records (field 3)", "its quotes do not match"),
    ("'4'", "'four'", 7, "records (field 3)", "is not a number"),
    ("'HEADER'", "'HEAD'", 1, "record type (field 1)", "it is 'HEAD' instead of HEADER"),
    ("'ORDER-CREATE'", "'ORDER-CANCEL'", 3, "record type (field 1)", "instead of ORDER-CREATE"),
    ("'SCHEDULED-ITEMS'", "'TRAILER'", 5, "record type (field 1)", "instead of SCHEDULED-ITEMS. A file is HEADER"),
    ("'TRAILER'", "'HEADER'", 7, "record type (field 1)", "instead of TRAILER"),
    ("'TRAILER','387176','4'\n", "", 5, "record type (field 1)", "the file ends without TRAILER"),
    ("'4'\n", "'4'\n'HEADER','387177'\n", 8, "record type (field 1)", "'HEADER' follows TRAILER"),
]


@pytest.mark.parametrize(("right", "wrong", "line", "field", "problem"), ERRORS)
def test_error_has_line_and_field(right: str, wrong: str, line: int, field: str, problem: str) -> None:
    assert right in FIRST
    error = parse_error(FIRST.replace(right, wrong, 1))
    assert (error.line, error.field) == (line, field)
    assert problem in error.problem


@pytest.mark.parametrize(
    ("line", "kind", "position"),
    [
        (line, kind, position)
        for line, kind in ((1, "HEADER"), (3, "ORDER-CREATE"), (5, "SCHEDULED-ITEMS"), (7, "TRAILER"))
        for position in range(2, len(COLUMNS[kind]) + 2)
    ],
)
def test_control_character_is_refused_in_every_field(line: int, kind: str, position: int) -> None:
    lines = FIRST.splitlines()
    cells = lines[line - 1].split("','")
    cells[position - 1] = "\x1b" + cells[position - 1].rstrip("'") + ("'" if position == len(cells) else "")
    lines[line - 1] = "','".join(cells)
    error = parse_error("\n".join(lines))
    assert (error.line, error.field) == (line, f"{COLUMNS[kind][position - 2].name} (field {position})")
    assert "\x1b" not in str(error)


def test_undefined_byte_is_refused_at_its_field() -> None:
    error = parse_error(FIRST.replace("MS A NOBODY", "MS \x81").encode("latin-1"))
    assert (error.line, error.field) == (3, "contact_name (field 16)")


def test_broken_utf_16_is_refused() -> None:
    error = parse_error("\ufeff".encode("utf-16-le") + b"\x00\xd8" + FIRST.encode("utf-16-le"))
    assert "not valid UTF-16" in error.problem


@pytest.mark.parametrize("content", [b"", b"\n", b"'HEADER'", b"PK\x03\x04", b"<order/>"])
def test_other_files_are_refused_at_line_1(content: bytes) -> None:
    assert parse_error(content).line == 1


def test_too_long_file_is_not_read() -> None:
    error = parse_error(FIRST.replace("Fit lock", "x" * MAX_BYTES))
    assert f"the maximum is {MAX_BYTES}" in error.problem


@pytest.mark.parametrize(
    ("end", "whole"),
    [
        ("'TRAILER','387176','4'", True),
        ("'TRAILER','387176','4'\r\n\r\n", True),
        ("TRAILER,387176,4\n", True),
        ("'TRAILER','387176'\n", True),
        ("TRAILER,387176,4\x1a", True),
        ("'TRAILER','387176','4'\0\0", True),
        ("TRAILER,387176,4\0\0", False),
        ("'TRAILER','387176','4\0", False),
        ("TRAILER,387176,4", False),
        ("'TRAILER','387176','4", False),
        ("'TRAILER','387176'", False),
        ("'TRAILERS','387176','4'", False),
        ("", False),
    ],
)
def test_file_is_complete_once_its_trailer_ends(end: str, whole: bool) -> None:
    assert is_complete(FIRST[: FIRST.index("'TRAILER'")].encode() + end.encode()) is whole
