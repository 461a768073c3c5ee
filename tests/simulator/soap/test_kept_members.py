"""Members that callers send and DRS only keeps: they come back, unless the profile drops them."""

from __future__ import annotations

import pytest
from lxml import etree

from tests.simulator.scheduling.builders import LINCOLN, changed
from tests.simulator.soap.wire import ORDER, Caller

OF_ORDER = {
    "orderCommentsExtended": "Mind the dog",
    "reasonCode": "R1",
    "secondaryOrderNumber": "2-1",
    "subcontract": "S",
    "tertiaryOrderNumber": "3-1",
}
OF_CODE = {
    "bookingCodeDescription": "Front door",
    "comments": "Green",
    "reference": "ref-1",
    "trade": "PL",
}


def members(values: dict[str, str]) -> str:
    return "".join(f"<{name}>{value}</{name}>" for name, value in values.items())


FULL = ORDER.replace("<quantity>1<", f"{members(OF_CODE)}<itemValue>57</itemValue><quantity>1<").replace(
    "<theOrder>", f"<theOrder>{members(OF_ORDER)}"
)


def created(caller: Caller, order: str = FULL) -> tuple[str, etree._Element]:
    """The session in which the order was created, and the order as selectOrder shows it."""
    session = caller.open()
    assert caller.ask("createOrder", order, session).returned.findtext("status") == "success"
    return session, selected(caller, session)


def selected(caller: Caller, session: str) -> etree._Element:
    named = "<primaryOrderNumber>10000047</primaryOrderNumber>"
    found = caller.ask("selectOrder", named, session).returned.find("theOrders")
    assert found is not None
    return found


def texts(element: etree._Element | None, names: dict[str, str]) -> dict[str, str | None]:
    assert element is not None
    return {name: element.findtext(name) for name in names}


def test_what_was_sent_comes_back() -> None:
    _, order = created(Caller())
    assert texts(order, OF_ORDER) == OF_ORDER
    code = order.find("theBookings/theBookingCodes")
    assert texts(code, OF_CODE) == OF_CODE
    assert order.findtext("theBookings/theBookingCodes/itemValue") == "57.0"
    assert order.findtext("theBookings/secondaryOrderNumber") == "2-1"
    assert order.findtext("theBookings/template") == "Joiner"


def test_what_was_not_sent_is_as_in_appendix_b() -> None:
    _, order = created(Caller(), ORDER)
    assert texts(order, OF_ORDER) == dict.fromkeys(OF_ORDER)
    code = order.find("theBookings/theBookingCodes")
    wanted = {"bookingCodeDescription": None, "comments": "", "reference": None, "trade": "Joiner", "itemValue": "0.0"}
    assert texts(code, OF_CODE | {"itemValue": ""}) == wanted
    assert order.findtext("theBookings/secondaryOrderNumber") == ""


def test_profile_can_drop_them() -> None:
    _, full = created(Caller(changed(LINCOLN, ordering={"sent_members": "drop"})))
    _, plain = created(Caller(changed(LINCOLN, ordering={"sent_members": "drop"})), ORDER)
    assert etree.tostring(full) == etree.tostring(plain)


@pytest.mark.parametrize(("sent", "shown"), [("57.25", "57.25"), ("cheap", "cheap"), (" 5 ", "5.0"), ("", "0.0")])
def test_item_value_is_a_number_with_a_fraction(sent: str, shown: str) -> None:
    _, order = created(Caller(), FULL.replace("<itemValue>57<", f"<itemValue>{sent}<"))
    assert order.findtext("theBookings/theBookingCodes/itemValue") == shown


def test_update_order_replaces_what_it_sends() -> None:
    caller = Caller()
    session, _ = created(caller)
    sent = "<primaryOrderNumber>10000047</primaryOrderNumber><secondaryOrderNumber>2-2</secondaryOrderNumber>"
    caller.ask("updateOrder", f"<theOrder>{sent}</theOrder>", session)
    order = selected(caller, session)
    assert texts(order, OF_ORDER) == OF_ORDER | {"secondaryOrderNumber": "2-2"}
    numbers = {"secondaryOrderNumber": "2-2", "tertiaryOrderNumber": "3-1"}
    assert texts(order.find("theBookings"), numbers) == numbers
