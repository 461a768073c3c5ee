"""selectOrder's and selectBooking's filters, updateLocation, updateBookingCode, selectMetaData."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from drs_simulator.scheduling.commands import (
    BookingFilter,
    CodeDefinition,
    CodeDefinitions,
    LocationUpdate,
    OrderFilter,
)
from drs_simulator.scheduling.model import LifeCycle
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.use_cases.locations import update_location
from drs_simulator.scheduling.use_cases.master_data import (
    select_bookings,
    select_meta_data,
    update_booking_codes,
)
from drs_simulator.scheduling.use_cases.orders import select_orders

from tests.simulator.scheduling.builders import LINCOLN, Desk, changed, codes, local

BEGIN, END = local("2021-10-28T08:00"), local("2021-10-28T12:00")
DAY = timedelta(days=1)


@pytest.fixture
def busy() -> Desk:
    """a and b are scheduled on two days, at two places; c is not; d is completed."""
    desk = Desk()
    desk.book(BEGIN, END, number="a")
    desk.book(BEGIN + DAY, END + DAY, number="b", location_id="38950180")
    desk.order(number="c", earliest=local("2021-11-08T08:00"))
    desk.book(BEGIN, END, number="d")
    desk.bring("d", LifeCycle.COMPLETED)
    return desk


def orders(desk: Desk, **wanted: Any) -> dict[str, int]:
    found = desk.perform(select_orders, OrderFilter(**wanted))
    return {each.order.number: len(each.bookings) for each in found}


def bookings(desk: Desk, **wanted: Any) -> list[str]:
    return [each.booking.order_number for each in desk.perform(select_bookings, BookingFilter(**wanted))]


class TestSelectOrder:
    def test_several_numbers_at_once_come_in_the_callers_order(self, busy: Desk) -> None:
        assert list(orders(busy, numbers=("b", "a"))) == ["b", "a"]

    def test_completed_bookings_are_listed_on_request(self, busy: Desk) -> None:
        assert orders(busy, numbers=("d",)) == {"d": 0}
        assert orders(busy, numbers=("d",), include_completed=True) == {"d": 1}

    def test_orders_are_found_by_location(self, busy: Desk) -> None:
        assert orders(busy, location_ids=("38950180",)) == {"b": 1}
        assert orders(busy, location_ids=("elsewhere",)) == {}
        assert orders(busy, numbers=("a", "b"), location_ids=("3670010",)) == {"a": 1}

    def test_orders_are_found_by_who_comes(self, busy: Desk) -> None:
        who = busy.booking("a").operative_id
        assert who
        assert "a" in orders(busy, operative_ids=(who,))
        assert "c" not in orders(busy, operative_ids=("101", "102"))

    def test_orders_are_found_by_when_their_bookings_are(self, busy: Desk) -> None:
        assert orders(busy, begin=BEGIN, end=END) == {"a": 1}
        assert orders(busy, begin=END + timedelta(hours=1)) == {"b": 1, "c": 1}
        assert orders(busy, end=BEGIN - timedelta(hours=1)) == {"d": 0}

    def test_contracts_narrow_the_rest(self, busy: Desk) -> None:
        assert orders(busy, numbers=("a",), contracts=(("0",),)) == {"a": 1}
        with pytest.raises(Refusal, match="Unknown contract '9'"):
            orders(busy, numbers=("a",), contracts=(("9",),))

    def test_orders_are_found_by_the_business_data_of_their_bookings(self, busy: Desk) -> None:
        assert list(orders(busy, business_data=(("TASK_LIFE_CYCLE_STAT", "completed"),))) == ["d"]
        both = (("TASK_LIFE_CYCLE_STAT", "planned"), ("JEOPARDY", None))
        assert list(orders(busy, business_data=both)) == ["a", "b", "c"]
        assert orders(busy, business_data=(("NO SUCH DATUM", None),)) == {}
        assert bookings(busy, business_data=(("TASK_LIFE_CYCLE_STAT", "completed"),)) == ["d"]

    @pytest.mark.parametrize(
        ("wanted", "words"),
        [
            ({"contracts": (("0",),)}, "primaryOrderNumber is required"),
            ({"operative_ids": ("x",)}, "Unknown resource 'x' in resources"),
            ({"begin": END, "end": BEGIN}, "returnBookingsFrom must be before returnBookingsTo"),
        ],
    )
    def test_wrong_value_is_refused(self, busy: Desk, wanted: dict[str, Any], words: str) -> None:
        with pytest.raises(Refusal, match=words):
            orders(busy, **wanted)


class TestSelectBooking:
    def test_without_a_filter_all_are_found(self, busy: Desk) -> None:
        assert bookings(busy) == ["a", "b", "c", "d"]

    def test_bookings_are_found_by_status_worker_contract_and_period(self, busy: Desk) -> None:
        assert bookings(busy, statuses=(LifeCycle.COMPLETED,)) == ["d"]
        assert bookings(busy, statuses=(LifeCycle.PLANNED,), operative_ids=("101", "102")) == ["a", "b"]
        assert bookings(busy, contracts=(("0",),), begin=BEGIN, end=END) == ["a"]
        assert bookings(busy, window_begin=local("2021-11-09T00:00")) == ["c"]
        assert bookings(busy, window_end=END) == ["a", "d"]

    @pytest.mark.parametrize(
        ("wanted", "words"),
        [
            ({"contracts": (("9",),)}, "Unknown contract '9'"),
            ({"operative_ids": ("x",)}, "Unknown resource 'x' in workers"),
            ({"begin": END, "end": BEGIN}, "returnBookingsFrom must be before returnBookingsTo"),
            ({"window_begin": END, "window_end": BEGIN}, "returnBookingsPWFrom must be before returnBookingsPWTo"),
        ],
    )
    def test_wrong_value_is_refused(self, busy: Desk, wanted: dict[str, Any], words: str) -> None:
        with pytest.raises(Refusal, match=words):
            bookings(busy, **wanted)


class TestLocations:
    def test_changes_are_shown_by_existing_and_new_orders(self, busy: Desk) -> None:
        sent = LocationUpdate(id="3670010", address1="9 NEW ROAD", more=(("city", "LINCOLN"),))
        made = busy.perform(update_location, sent)
        assert (made.address1, made.post_code, made.more) == ("9 NEW ROAD", "LN1 9ZZ", (("city", "LINCOLN"),))
        assert busy.select("a")[0].order.location == made
        assert busy.booking("a").booking.location == made
        assert busy.order().order.location == made
        assert busy.select("b")[0].order.location != made

    def test_unknown_location_is_added_unless_refused(self) -> None:
        sent = LocationUpdate(id="77", address1="1 LANE", post_code="LN9 9ZZ")
        assert Desk().perform(update_location, sent).id == "77"
        with pytest.raises(Refusal, match="Unknown location '77'"):
            Desk(changed(LINCOLN, ordering={"unknown_locations": "refuse"})).perform(update_location, sent)

    @pytest.mark.parametrize("degrees", ["north", "90.1", "nan", "-91"])
    def test_coordinates_that_are_no_degrees_are_refused(self, desk: Desk, degrees: str) -> None:
        with pytest.raises(Refusal, match=f"'{degrees}' is not allowed in latitude"):
            desk.perform(update_location, LocationUpdate(id="3670010", latitude=degrees))


class TestBookingCodes:
    def test_new_code_can_be_booked_at_once(self, desk: Desk) -> None:
        definition = CodeDefinition("NEW1", "New work", 45, "Plumber", "0")
        desk.perform(update_booking_codes, CodeDefinitions(("0",), (definition,)))
        booked = desk.book(BEGIN, END, codes=codes("NEW1"))
        assert (booked.booking.minutes, booked.operative_id in ("201", "202")) == (45, True)

    def test_changed_code_leaves_the_bookings_that_are_there(self, desk: Desk) -> None:
        desk.order()
        definition = CodeDefinition("N373049", "Door", 90, "Joiner", "0")
        desk.perform(update_booking_codes, CodeDefinitions(("0",), (definition,)))
        desk.order()
        assert [desk.booking(number).booking.minutes for number in ("order-1", "order-2")] == [60, 90]

    def test_code_without_a_trade_has_no_job_template(self, desk: Desk) -> None:
        definition = CodeDefinition("NEW1", "New work", 45, None, "0")
        desk.perform(update_booking_codes, CodeDefinitions(("0",), (definition,)))
        with pytest.raises(Refusal, match="Planning failed"):
            desk.book(BEGIN, END, codes=codes("NEW1"))

    @pytest.mark.parametrize(
        ("request_", "words"),
        [
            (CodeDefinitions((), (CodeDefinition("C", "d", 1, "", "0"),)), "contract is required"),
            (CodeDefinitions(("0",)), "theBookingCodeDefinitions is required"),
            (CodeDefinitions(("0",), (CodeDefinition(None, "d", 1, "", "0"),)), "bookingCode is required"),
            (CodeDefinitions(("0",), (CodeDefinition("C", None, 1, "", "0"),)), "bookingCodeDescription is required"),
            (CodeDefinitions(("0",), (CodeDefinition("C", "d", None, "", "0"),)), "bookingCodeTime is required"),
            (CodeDefinitions(("0",), (CodeDefinition("C", "d", 0, "", "0"),)), "'0' is not allowed"),
            (CodeDefinitions(("0",), (CodeDefinition("C", "d", 1441, "", "0"),)), "'1441' is not allowed"),
            (CodeDefinitions(("0",), (CodeDefinition("C", "d", 1, "", "9"),)), "Unknown contract '9'"),
        ],
    )
    def test_wrong_value_is_refused(self, desk: Desk, request_: CodeDefinitions, words: str) -> None:
        with pytest.raises(Refusal, match=words):
            desk.perform(update_booking_codes, request_)


def test_metadata_needs_a_known_contract(desk: Desk) -> None:
    assert desk.perform(select_meta_data, "0").unavailability_reasons == ("Holiday", "Sickness", "Training")
    for contract, words in ((None, "contract is required"), ("9", "Unknown contract '9'")):
        with pytest.raises(Refusal, match=words):
            desk.perform(select_meta_data, contract)
