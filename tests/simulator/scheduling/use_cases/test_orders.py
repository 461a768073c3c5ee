"""createOrder and selectOrder: what an order needs, what it becomes, and how it is read back."""

from __future__ import annotations

import re
from datetime import UTC, timedelta
from decimal import Decimal
from typing import Any

import pytest
from drs_simulator.scheduling.commands import CodeRequest
from drs_simulator.scheduling.model import LifeCycle, OrderStatus
from drs_simulator.scheduling.refusal import Refusal
from hypothesis import given
from hypothesis import strategies as st

from tests.simulator.scheduling.builders import LINCOLN, Desk, changed, codes, local, state_of

TARGET = local("2021-10-31T23:59:59")


def assert_refused(desk: Desk, message: str, **order: Any) -> None:
    """The refusal begins with ``message``, and the state has not changed."""
    before = state_of(desk.store)
    with pytest.raises(Refusal, match=f"^{re.escape(message)}"):
        desk.order(**order)
    assert state_of(desk.store) == before


# What an order becomes


def test_order_of_the_example_is_as_in_appendix_b(desk: Desk) -> None:
    made = desk.order(number="12345659", target_date=TARGET)
    order = made.order
    assert (order.id, order.number, order.contract, order.priority) == (290640, "12345659", "0", "Priority 20 Days")
    assert (order.status, order.comments, order.message, order.target_date) == (
        OrderStatus.UNDEFINED,
        "",
        False,
        TARGET,
    )
    assert (order.location.id, order.location.address3, order.location.agency) == ("3670010", "LINCOLN", "HRSL")


def test_booking_of_the_example_is_not_yet_scheduled(desk: Desk) -> None:
    (planned,) = desk.order(target_date=TARGET).bookings
    booking = planned.booking
    assert (booking.id, booking.order_id, booking.reason, booking.life_cycle) == (
        149996,
        290640,
        "FIRST",
        LifeCycle.PLANNED,
    )
    assert (booking.trade, booking.minutes, booking.user_id) == ("Joiner", 60, "HousingRepairsOnline")
    assert (booking.window_start, booking.window_end) == (local("2021-10-22T12:20:59.555"), TARGET)
    assert (planned.assigned_start, planned.assigned_end, planned.operative_code, planned.operative_name) == (None,) * 4


def test_numbers_count_up_from_the_profiles_first() -> None:
    desk = Desk(changed(LINCOLN, ordering={"first_order_id": 7, "first_booking_id": 100}))
    made = [desk.order() for _ in range(3)]
    assert [order.order.id for order in made] == [7, 8, 9]
    assert [order.bookings[0].booking.id for order in made] == [100, 101, 102]


def test_refused_order_uses_up_no_number(desk: Desk) -> None:
    first = desk.order()
    assert_refused(desk, "order already exists", number=first.order.number)
    assert desk.order().order.id == first.order.id + 1


def test_tokens_are_40_letters_and_digits_and_unique(desk: Desk) -> None:
    tokens = [desk.order().bookings[0].booking.token_id for _ in range(50)]
    assert all(re.fullmatch("[A-Za-z0-9]{40}", token) for token in tokens)
    assert len(set(tokens)) == 50


def test_same_seed_clock_and_calls_give_the_same_tokens() -> None:
    one, other = Desk(), Desk()
    assert one.session_id == other.session_id
    assert one.order() == other.order()


def test_several_codes_make_one_booking_of_their_total_length(desk: Desk) -> None:
    (planned,) = desk.order(codes=codes("N630945", "N601125", quantity="2.5")).bookings
    booking = planned.booking
    assert (booking.minutes, booking.trade) == (750, "Plumber")
    assert [(code.sor_code, code.item_number, code.quantity, code.minutes) for code in booking.codes] == [
        ("N630945", "1", Decimal("2.5"), 240),
        ("N601125", "2", Decimal("2.5"), 60),
    ]


def test_parts_of_a_minute_are_counted_as_whole_ones(desk: Desk) -> None:
    assert desk.order(codes=codes("N390917", quantity="1.01")).bookings[0].booking.minutes == 31


def test_contact_phone_and_message_are_stored(desk: Desk) -> None:
    order = desk.order(contact_name="A Tenant", phone="01522 000000", message=True).order
    assert (order.contact_name, order.phone, order.message) == ("A Tenant", "01522 000000", True)


def test_unknown_location_gets_the_profiles_default(desk: Desk) -> None:
    location = desk.order(location_id="100030000000").order.location
    assert (location.id, location.address1) == ("100030000000", LINCOLN.unknown_location.address1)


# Dates


def test_earliest_booking_date_defaults_to_the_request_time(desk: Desk) -> None:
    order = desk.order(earliest=None).order
    assert order.earliest == desk.clock.now() == local("2021-10-22T12:20:59.555")


def test_earliest_and_target_date_are_the_planning_window(desk: Desk) -> None:
    begin, end = local("2021-10-27T00:00"), local("2021-11-05T12:00")
    booking = desk.order(earliest=begin, target_date=end).bookings[0].booking
    assert (booking.window_start, booking.window_end) == (begin, end)


@pytest.mark.parametrize("lead", [timedelta(0), timedelta(milliseconds=-1), timedelta(days=-400)])
def test_target_date_must_be_after_the_earliest_booking_date(desk: Desk, lead: timedelta) -> None:
    begin = local("2021-10-27T00:00")
    message = "earliestBookingDate must be before targetDate"
    assert_refused(desk, message, earliest=begin, target_date=begin + lead)


@pytest.mark.parametrize("target", ["2021-10-22T12:20:59.555", "2021-10-22T12:20:59", "2020-01-01T00:00"])
def test_target_date_may_be_now_or_over(desk: Desk, target: str) -> None:
    made = desk.order(target_date=local(target))
    (planned,) = made.bookings
    assert (planned.booking.window_start, planned.booking.window_end) == (desk.clock.now(), local(target))
    assert desk.select(made.order.number) == (made,)


# Comments


@pytest.mark.parametrize(
    ("sent", "stored"),
    [(" ", ""), ("", ""), ("  leaking \n tap\t", "leaking \n tap"), ("x" * 255, "x" * 255), (" " * 255, "")],
)
def test_comments_are_trimmed(desk: Desk, sent: str, stored: str) -> None:
    assert desk.order(comments=sent).order.comments == stored


def test_comments_must_be_sent(desk: Desk) -> None:
    assert_refused(desk, "orderComments is required", comments=None)


@given(st.text(max_size=300))
def test_comments_are_trimmed_and_limited_to_255_characters(comments: str) -> None:
    desk = Desk()
    if len(comments) > 255:
        assert_refused(desk, f"orderComments has {len(comments)} characters, at most 255 are", comments=comments)
    else:
        assert desk.order(comments=comments).order.comments == comments.strip()


# What is refused


@pytest.mark.parametrize(
    ("field", "missing"),
    [
        ("contract", {"contract": None}),
        ("contract", {"contract": ""}),
        ("locationID", {"location_id": None}),
        ("locationID", {"location_id": " "}),
        ("primaryOrderNumber", {"number": None}),
        ("primaryOrderNumber", {"number": " "}),
        ("priority", {"priority": None}),
        ("priority", {"priority": " "}),
        ("targetDate", {"target_date": None}),
        ("userId", {"user_id": None}),
        ("userId", {"user_id": ""}),
        ("bookingCodeSORCode", {"codes": (CodeRequest(None, "1", "x", "1"),)}),
        ("itemNumberWithinBooking", {"codes": (CodeRequest("N373049", "", "x", "1"),)}),
        ("primaryOrderNumber", {"codes": (CodeRequest("N373049", "1", None, "1"),)}),
        ("quantity", {"codes": (CodeRequest("N373049", "1", "x", " "),)}),
    ],
)
def test_missing_field_is_refused_and_nothing_is_stored(desk: Desk, field: str, missing: dict[str, Any]) -> None:
    assert_refused(desk, f"{field} is required", **missing)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"contract": "1"}, "Unknown contract '1' in contract"),
        ({"priority": "PRIORITY 20 DAYS"}, "Unknown priority 'PRIORITY 20 DAYS' in priority"),
        ({"priority": "Priority 20 days"}, "Unknown priority 'Priority 20 days' in priority"),
        ({"priority": "Priority 20 Days "}, "Unknown priority 'Priority 20 Days ' in priority"),
        ({"order_id": 290640}, "orderId must be 0 or absent to create an order, not 290640"),
        ({"order_id": -1}, "orderId must be 0 or absent to create an order, not -1"),
    ],
)
def test_wrong_value_is_refused_and_nothing_is_stored(desk: Desk, wrong: dict[str, Any], message: str) -> None:
    assert_refused(desk, message, **wrong)


def test_order_id_zero_makes_a_new_order_like_an_absent_one(desk: Desk) -> None:
    assert [desk.order(order_id=order_id).order.id for order_id in (0, None)] == [290640, 290641]


def test_strict_profile_refuses_an_unknown_location() -> None:
    desk = Desk(changed(LINCOLN, ordering={"unknown_locations": "refuse"}))
    assert_refused(desk, "Unknown location '0815' in locationID", location_id="0815")
    assert desk.order(location_id="38950180").order.location.post_code == "LN2 9ZZ"


@pytest.mark.parametrize("field", ["item_number", "quantity"])
@pytest.mark.parametrize(
    "text", ["0", "0.99", "-1", "one", "1,5", "1e3", "+1", "NaN", "Infinity", "1" * 7, "0x1", "1 1"]
)
def test_number_below_one_is_refused_with_its_text(desk: Desk, field: str, text: str) -> None:
    (code,) = codes("N373049")
    name = {"item_number": "itemNumberWithinBooking", "quantity": "quantity"}[field]
    message = f"{name} must be a number of at least 1, not '{text}'"
    assert_refused(desk, message, codes=(code._replace(**{field: text}),))


@pytest.mark.parametrize(("text", "quantity"), [("1", "1"), (" 2 ", "2"), ("1.0", "1"), ("999999", "999999")])
def test_quantity_of_one_or_more_is_accepted(desk: Desk, text: str, quantity: str) -> None:
    booking = desk.order(codes=codes("N373049", quantity=text)).bookings[0].booking
    assert booking.codes[0].quantity == Decimal(quantity)


def test_repeated_order_number_is_refused_in_known_words(desk: Desk) -> None:
    desk.order(number="12345659")
    assert_refused(desk, "order already exists: 12345659", number="12345659")


def test_repeated_order_number_is_accepted_by_a_setting() -> None:
    desk = Desk(changed(LINCOLN, ordering={"repeated_order_numbers": "accept"}))
    made = [desk.order(number="12345659") for _ in range(2)]
    assert desk.select("12345659") == tuple(made)
    assert made[0].order.id != made[1].order.id


# Reading back


def test_order_is_read_back_as_it_was_made(desk: Desk) -> None:
    made = [desk.order(), desk.order(codes=codes("N630945", "N601125"), comments="later please")]
    assert desk.select(made[0].order.number) == (made[0],)
    assert desk.select(made[1].order.number, made[0].order.number) == (made[1], made[0])


def test_order_is_read_back_on_later_days_too(desk: Desk) -> None:
    made = desk.order()
    desk.clock.fix(made.order.target_date.astimezone(UTC) + timedelta(days=400))
    desk.session_id = desk.open()
    assert desk.select(made.order.number) == (made,)


def test_unknown_number_is_refused_in_known_words(desk: Desk) -> None:
    desk.order(number="known")
    for numbers in (["unknown"], ["known", "unknown"], ["Known"]):
        with pytest.raises(Refusal, match=f"^Unable to find order in OptiTime Web: {numbers[-1]}$"):
            desk.select(*numbers)


def test_select_order_must_name_a_number(desk: Desk) -> None:
    with pytest.raises(Refusal, match=r"^primaryOrderNumber is required$"):
        desk.select()
