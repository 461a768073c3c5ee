"""createOrder brings its location along, which keeps DRS's record of the place up to date."""

from __future__ import annotations

from typing import Any

import pytest
from drs_simulator.scheduling.commands import LocationUpdate
from drs_simulator.scheduling.refusal import Refusal

from tests.simulator.scheduling.builders import LINCOLN, Desk, changed, state_of

HERE = "3670010"


def described(**more: Any) -> LocationUpdate:
    return LocationUpdate(**{"id": HERE, "address1": "7 NEW STREET", "post_code": "LN1 1AA"} | more)


def test_order_shows_the_location_that_it_brings(desk: Desk) -> None:
    location = desk.order(location=described(name="The lodge", more=(("citizensName", "A Tenant"),))).order.location
    assert (location.address1, location.post_code, location.name) == ("7 NEW STREET", "LN1 1AA", "The lodge")
    assert (location.address3, location.latitude) == ("LINCOLN", "53.22900000")
    assert location.more == (("citizensName", "A Tenant"),)


def test_earlier_and_later_orders_there_show_it_too(desk: Desk) -> None:
    desk.order()
    desk.order(location_id="38950180")
    made = desk.order(location=described()).order.location
    assert desk.order().order.location == made
    assert desk.booking("order-1").booking.location == desk.select("order-1")[0].order.location == made
    assert desk.select("order-2")[0].order.location.address1 == "18 SAMPLE STREET"


def test_order_without_news_stores_no_record(desk: Desk) -> None:
    for sent in (
        None,
        LocationUpdate(),
        LocationUpdate(id=HERE),
        LocationUpdate(id=HERE, address1="7 EXAMPLE TERRACE"),
    ):
        desk.order(location=sent)
    assert state_of(desk.store)["locations"] == ()


def test_location_of_another_id_is_passed_over(desk: Desk) -> None:
    assert desk.order(location=described(id="38950180")).order.location.address1 == "7 EXAMPLE TERRACE"


def test_new_location_is_known_from_then_on(desk: Desk) -> None:
    desk.order(location_id="77", location=described(id="77"))
    assert desk.order(location_id="77").order.location.address1 == "7 NEW STREET"


def test_unknown_location_stays_refused_where_the_profile_says_so() -> None:
    desk = Desk(changed(LINCOLN, ordering={"unknown_locations": "refuse"}))
    with pytest.raises(Refusal, match="Unknown location '77'"):
        desk.order(location_id="77", location=described(id="77"))


@pytest.mark.parametrize("degrees", ["north", "90.1"])
def test_wrong_degrees_refuse_the_order(desk: Desk, degrees: str) -> None:
    before = state_of(desk.store)
    with pytest.raises(Refusal, match=f"'{degrees}' is not allowed in latitude"):
        desk.order(location=described(latitude=degrees))
    assert state_of(desk.store) == before
