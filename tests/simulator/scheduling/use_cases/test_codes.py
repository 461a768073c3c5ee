"""SOR codes that are missing or unknown, and what the profile makes of them."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from drs_simulator.profile.loading import load_profile
from drs_simulator.scheduling.commands import BookingRequest, FurtherBookingRequest
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.snapshot import put_snapshot, take_snapshot
from drs_simulator.scheduling.use_cases.bookings import create_booking
from pydantic import ValidationError

from tests.simulator.scheduling.builders import LINCOLN, Desk, changed, codes, local, slots

BEGIN, END = local("2021-10-26T08:00"), local("2021-10-26T12:00")


def with_ordering(**settings: object) -> Desk:
    return Desk(changed(LINCOLN, ordering=settings))


def test_order_without_codes_has_the_default_template(desk: Desk) -> None:
    booked = desk.book(BEGIN, END, codes=())
    assert (booked.booking.trade, booked.booking.minutes, booked.booking.codes) == ("Joiner", 60, ())
    assert booked.operative_id in {"101", "102"}


def test_default_template_is_a_setting() -> None:
    booked = with_ordering(default_template="Plumber", default_minutes=90).book(BEGIN, END, codes=())
    assert (booked.booking.trade, booked.booking.minutes) == ("Plumber", 90)


def test_further_booking_without_codes_has_the_default_template(desk: Desk) -> None:
    desk.order(codes=codes("N601125"))
    (made,) = desk.perform(create_booking, FurtherBookingRequest(BookingRequest(number="order-1")))
    assert (made.booking.trade, made.booking.codes) == ("Joiner", ())


def test_missing_codes_are_refused_by_a_setting() -> None:
    desk = with_ordering(missing_sor_codes="refuse")
    with pytest.raises(Refusal, match=r"^theBookingCodes is required$"):
        desk.order(codes=())


@pytest.mark.parametrize("code", ["X", "n373049", "N373049 "])
def test_unknown_code_has_no_valid_template(desk: Desk, code: str) -> None:
    created = desk.order(codes=codes(code))
    (planned,) = created.bookings
    assert (planned.booking.trade, planned.booking.codes[0].sor_code) == ("", code)
    with pytest.raises(Refusal, match="Planning failed"):
        desk.schedule(planned.booking.id, BEGIN, END)


def test_unknown_code_has_no_available_slot(desk: Desk) -> None:
    assert not any(slot.available for slot in slots(desk.day(BEGIN.date(), codes=codes("X"))))


def test_unknown_codes_are_refused_by_a_setting() -> None:
    desk = with_ordering(unknown_sor_codes="refuse")
    words = re.escape("Unknown SOR code 'X' in bookingCodeSORCode")
    for sent in (codes("X"), (*codes("N373049"), *codes("X"))):
        with pytest.raises(Refusal, match=words):
            desk.order(codes=sent)
        with pytest.raises(Refusal, match=words):
            desk.day(BEGIN.date(), codes=sent)


def test_default_template_must_be_the_trade_of_an_operative() -> None:
    with pytest.raises(ValidationError, match=r"ordering\.default_template: no operative has the trade 'Juggler'"):
        with_ordering(default_template="Juggler")


HACKNEY = {
    "contract": "H01",
    "location_id": "99999992",
    "priority": "N",
    "codes": codes("20060020", quantity="0.25"),
}


def test_hackney_orders_quantities_below_one() -> None:
    desk = Desk(load_profile("hackney"))
    booking = desk.order(**HACKNEY).bookings[0].booking
    assert (booking.codes[0].quantity, booking.minutes) == (Decimal("0.25"), 19)


@pytest.mark.parametrize("quantity", ["0", "0.0", "-0.25", "quarter", ".25"])
def test_quantity_must_be_above_zero_everywhere(quantity: str) -> None:
    desk = Desk(load_profile("hackney"))
    with pytest.raises(Refusal, match=f"^quantity must be a number above 0, not '{re.escape(quantity)}'$"):
        desk.order(**HACKNEY | {"codes": codes("20060020", quantity=quantity)})


def test_hackney_orders_without_a_priority() -> None:
    desk = Desk(load_profile("hackney"))
    assert desk.order(**HACKNEY | {"priority": " "}).order.priority == " "
    with pytest.raises(Refusal, match=r"^priority is required$"):
        desk.order(**HACKNEY | {"priority": None})
    with pytest.raises(Refusal, match=r"^Unknown priority 'n'"):
        desk.order(**HACKNEY | {"priority": "n"})


def test_state_with_a_blank_priority_can_be_put_back() -> None:
    desk = Desk(load_profile("hackney"))
    desk.order(**HACKNEY | {"priority": " "})
    snapshot = desk.scheduler.run_as_system(take_snapshot, None)
    desk.scheduler.run_as_system(put_snapshot, snapshot)
    assert desk.scheduler.run_as_system(take_snapshot, None) == snapshot
