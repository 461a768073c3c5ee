"""An imported order is served by the gateway; a refused file is an error with line and field."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from drs_simulator import HousingFileError, Profile, load_profile
from drs_simulator.housing_files.format import write_housing_file
from drs_simulator.housing_files.records import HousingFile
from hypothesis import given

from tests.simulator.housing_files.files import EXAMPLES, FIRST, PARSED, any_file, with_items
from tests.simulator.scheduling.builders import LINCOLN, changed
from tests.simulator.soap.wire import ORDER, Caller

SHARED = Caller()
SELECT = "<primaryOrderNumber>{}</primaryOrderNumber>"


def import_text(caller: Caller, tmp_path: Path, content: str | bytes) -> bool:
    file = tmp_path / "order.txt"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return caller.simulator.import_file(file)


def import_error(tmp_path: Path, content: str | bytes, profile: Profile = LINCOLN) -> HousingFileError:
    caller = Caller(profile)
    before = caller.state()
    with pytest.raises(HousingFileError) as raised:
        import_text(caller, tmp_path, content)
    assert caller.state() == before
    return raised.value


def test_select_order_shows_the_file(tmp_path: Path) -> None:
    caller = Caller()
    assert import_text(caller, tmp_path, FIRST)
    order = caller.ask("selectOrder", SELECT.format("L835574"), caller.open()).returned.find("theOrders")
    assert order is not None
    expected = {
        "primaryOrderNumber": "L835574",
        "locationID": "38950180",
        "contract": "0",
        "orderComments": "Fit lock to postbox. A.Nobody has ordered",
        "priority": "100 Days",
        "userId": "XAJ",
        "contactName": "MS A NOBODY",
        "phone": "01632960001",
        "targetDate": "2021-08-19T07:56:00+01:00",
        "theBookings/planningWindowStart": "2021-04-01T07:56:00+01:00",
        "theBookings/planningWindowEnd": "2021-08-19T07:56:00+01:00",
        "theBookings/theBookingCodes/bookingCodeSORCode": "N390917",
        "theBookings/theBookingCodes/quantity": "1.0",
    }
    assert {path: order.findtext(path) for path in expected} == expected


def test_imported_booking_can_be_scheduled(tmp_path: Path) -> None:
    caller = Caller()
    import_text(caller, tmp_path, FIRST)
    session_id = caller.open()
    select = SELECT.format("L835574")
    booking_id = caller.ask("selectOrder", select, session_id).returned.findtext("theOrders/theBookings/bookingId")
    window = (
        "<planningWindowStart>2021-10-26T08:00:00</planningWindowStart>"
        "<planningWindowEnd>2021-10-26T12:00:00</planningWindowEnd>"
    )
    booking = f"<theBooking><bookingId>{booking_id}</bookingId><contract>0</contract>{window}<primaryOrderNumber/>"
    scheduled = caller.ask("scheduleBooking", f"{booking}</theBooking>", session_id).returned
    assert scheduled.findtext("status") == "success"
    shown = caller.ask("selectOrder", select, session_id).returned
    assert shown.findtext("theOrders/theBookings/theResources/resourceName")


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_are_imported_into_lincoln(tmp_path: Path, example: str) -> None:
    assert import_text(Caller(), tmp_path, example)


def test_items_are_codes_of_one_booking(tmp_path: Path) -> None:
    item = PARSED.items[0]
    file = with_items(item, replace(item, item_number=2, quantity=Decimal("2.50"), sor_code="N373049"))
    caller = Caller()
    import_text(caller, tmp_path, write_housing_file(file))
    order = caller.ask("selectOrder", SELECT.format("L835574"), caller.open()).returned
    booking = order.find("theOrders/theBookings")
    assert booking is not None
    assert [code.text for code in booking.iterfind("theBookingCodes/bookingCodeSORCode")] == ["N390917", "N373049"]
    assert [code.text for code in booking.iterfind("theBookingCodes/quantity")] == ["1.0", "2.5"]


@pytest.mark.parametrize("repeated", ["refuse", "accept"])
def test_same_file_twice_is_one_order(tmp_path: Path, repeated: str) -> None:
    caller = Caller(changed(LINCOLN, ordering={"repeated_order_numbers": repeated}))
    assert import_text(caller, tmp_path, FIRST)
    before = caller.state()
    assert not import_text(caller, tmp_path, FIRST)
    assert caller.state() == before


def test_order_from_the_gateway_is_not_imported_again(tmp_path: Path) -> None:
    caller = Caller()
    caller.ask("createOrder", ORDER, caller.open())
    assert not import_text(caller, tmp_path, FIRST.replace("L835574", "10000047"))


def test_imported_order_number_is_refused_by_create_order(tmp_path: Path) -> None:
    caller = Caller()
    import_text(caller, tmp_path, FIRST.replace("L835574", "10000047"))
    assert "order already exists" in caller.ask("createOrder", ORDER, caller.open()).error


@pytest.mark.parametrize(
    ("right", "wrong", "line", "field", "words"),
    [
        ("'0','Fit", "'7','Fit", 3, "contract (field 8)", "Unknown contract '7'"),
        ("'100 Days'", "'100 days'", 3, "priority (field 5)", "Case and spelling must match"),
        ("'Fit", f"'{'x' * 256} Fit", 3, "comments (field 9)", "at most 255 are allowed"),
        ("'19-Aug-2021 07:56','0'", "'01-Apr-2021 07:56','0'", 3, "target_date (field 7)", "must be before"),
        ("'   1.00'", "'   0.50'", 5, "quantity (field 7)", "a number of at least 1"),
        ("'1','00399189'", "'0','00399189'", 5, "item_number (field 9)", "a number of at least 1"),
    ],
)
def test_refused_file_names_line_and_field(
    tmp_path: Path, right: str, wrong: str, line: int, field: str, words: str
) -> None:
    assert right in FIRST
    error = import_error(tmp_path, FIRST.replace(right, wrong, 1))
    assert (error.line, error.field) == (line, field)
    assert words in error.problem
    assert "Correct the file" in error.problem


def test_unknown_location_is_refused_by_profile(tmp_path: Path) -> None:
    strict = changed(LINCOLN, ordering={"unknown_locations": "refuse"})
    error = import_error(tmp_path, FIRST.replace("38950180", "1"), strict)
    assert (error.line, error.field) == (3, "location_id (field 4)")


def test_line_is_that_of_the_refused_item(tmp_path: Path) -> None:
    item = PARSED.items[0]
    strict = changed(LINCOLN, ordering={"unknown_sor_codes": "refuse"})
    error = import_error(tmp_path, write_housing_file(with_items(item, item, replace(item, sor_code="X1"))), strict)
    assert (error.line, error.field) == (5, "sor_code (field 6)")
    assert "Unknown SOR code 'X1'" in error.problem


def test_unknown_code_is_imported_without_a_job_template(tmp_path: Path) -> None:
    caller = Caller()
    assert import_text(caller, tmp_path, FIRST.replace("'N390917'", "'X1'", 1))


def test_other_councils_contract_is_refused(tmp_path: Path) -> None:
    assert import_error(tmp_path, FIRST, load_profile("hackney")).field == "contract (field 8)"


def refused_field(file: HousingFile) -> str:
    try:
        SHARED.simulator.import_order(file)
    except HousingFileError as error:
        return error.field
    return ""


@given(any_file)
def test_any_file_is_imported_or_an_error_with_a_line(file: HousingFile) -> None:
    item = replace(file.items[0], sor_code="N390917", quantity=Decimal(1), item_number=1)
    order = replace(file.order, number="L1", contract="0", priority="3 Days")
    SHARED.simulator.reset()
    field = refused_field(replace(file, order=order, items=(item,)))
    if field:
        assert re.fullmatch(r"(comments|target_date) \(field \d+\)", field)
    else:
        shown = SHARED.ask("selectOrder", SELECT.format("L1"), SHARED.open())
        assert shown.returned.findtext("status") == "success"
