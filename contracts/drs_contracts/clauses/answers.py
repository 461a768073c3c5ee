"""Clauses on the content of answers: the members that every answer has, and those of an order."""

from __future__ import annotations

from math import ceil

from hypothesis import strategies as st
from lxml import etree

from drs_contracts.clauses.clause import clause, presumed, published, seen, vendor
from drs_contracts.driver.driver import DrsDriver
from drs_contracts.driver.expectations import expect
from drs_contracts.driver.interface_schema import expect_valid, read_schema
from drs_contracts.strategies import days_ahead

_ORDER = "theOrder"
_NEW_BOOKING = "theOrder/theBookings"
_CODES = f"{_NEW_BOOKING}/theBookingCodes"
# Members by their paths, in the order of Appendix B 4 (seen).
_MEMBERS = {
    "theOrder": (
        *("contract", "locationID", "message", "orderComments", "orderId", "primaryOrderNumber", "priority", "status"),
        *("targetDate", "theBookings", "theLocation", "userId"),
    ),
    "theOrder/theBookings": (
        *("bookingCategory", "bookingId", "bookingLifeCycleStatus", "bookingReason", "contract", "duration"),
        *("isEmergency", "isNextBooking", "locationID", "orderId", "planningWindowEnd", "planningWindowStart"),
        *("primaryOrderNumber", "secondaryOrderNumber", "template", "tertiaryOrderNumber", "theBookingCodes"),
        *("theBusinessData", "tokenId", "userId"),
    ),
    "theOrder/theBookings/theBookingCodes": (
        *("bookingCodeSORCode", "bookingId", "comments", "itemNumberWithinBooking", "itemValue", "orderId"),
        *("primaryOrderNumber", "quantity", "standardMinuteValue", "trade"),
    ),
}


@clause("ANS-01", "Every answer has the id 0, and status success or error.", seen("Responses: id and status"))
def answers_have_id_and_status(drs: DrsDriver) -> None:
    """Make a call that succeeds and one that does not."""
    for answer in (drs.open_session(), drs.call("closeSession", {"sessionId": "none"})):
        expect(answer.text("id") == "0", f"the id is {answer.text('id')}")
        expect(answer.text("status") in ("success", "error"), f"the status is {answer.text('status')}")


@clause(
    "ANS-02",
    "A new order has the status undefined, its booking the life cycle PLANNED and the reason FIRST.",
    seen("Appendix B 4"),
    writes=True,
)
def a_new_order_has_its_states(drs: DrsDriver) -> None:
    """Create an order."""
    answer = drs.create_order().exchange
    found = [
        answer.text(f"{_ORDER}/status"),
        answer.text(f"{_NEW_BOOKING}/bookingLifeCycleStatus"),
        answer.text(f"{_NEW_BOOKING}/bookingReason"),
    ]
    expect(found == ["undefined", "PLANNED", "FIRST"], f"they are {found}")


@clause("ANS-03", "theLocation is DRS's record of the locationID that was sent.", seen("Appendix B 4"), writes=True)
def an_order_shows_its_location(drs: DrsDriver) -> None:
    """Create an order and read its location."""
    found = drs.create_order().exchange.text(f"{_ORDER}/theLocation/locationId")
    expect(found == drs.data.location_id, f"the location is {found}")


@clause("ANS-04", "A booking's duration is that of its SOR codes.", seen("Appendix B 4"), writes=True)
def a_booking_lasts_as_long_as_its_codes(drs: DrsDriver) -> None:
    """Create an order with one code that is done once."""
    answer = drs.create_order().exchange
    minutes = sum(int(each) for each in answer.texts(f"{_CODES}/standardMinuteValue"))
    duration = answer.text(f"{_NEW_BOOKING}/duration")
    expect(duration == str(minutes), f"the duration is {duration}, and the codes take {minutes} minutes")


@clause("ANS-05", "A booking's template is the trade of its SOR code.", seen("Appendix B 4"), writes=True)
def a_booking_has_its_trade(drs: DrsDriver) -> None:
    """Create an order and compare the two."""
    answer = drs.create_order().exchange
    template, trade = answer.text(f"{_NEW_BOOKING}/template"), answer.text(f"{_CODES}/trade")
    drs.need(bool(trade or template), f"the SOR code {drs.data.sor_code} has no trade in this DRS; set sor_codes")
    expect(template == trade, f"the template is {template}, the trade {trade}")


@clause("ANS-06", "A quantity of 1 comes back as 1.0.", seen("Appendix B 4"), writes=True)
def quantities_have_a_fraction(drs: DrsDriver) -> None:
    """Create an order with one code that is done once."""
    quantity = drs.create_order().exchange.text(f"{_CODES}/quantity")
    expect(quantity == "1.0", f"it came back as {quantity}")


@clause("ANS-07", "An order's ids are the same throughout an answer.", seen("Appendix B 4"), writes=True)
def ids_are_the_same_throughout(drs: DrsDriver) -> None:
    """Create an order and compare its ids."""
    order = drs.create_order()
    returned = order.exchange.returned
    assert returned is not None
    for name in ("bookingId", "orderId", "primaryOrderNumber"):
        found = {element.text for element in returned.iter(name)}
        expect(len(found) == 1, f"{name} is {', '.join(sorted(map(str, found)))}")


@clause(
    "ANS-08",
    "Answers are valid by the interface: their members come in its order and have values of its types.",
    published("sequences and types of the interface"),
    writes=True,
    ahead=days_ahead(),
)
def answers_are_valid(drs: DrsDriver, ahead: int) -> None:
    """Make an order, and validate what shows it and the installation, by DRS's own interface description."""
    schema = read_schema(drs)
    order = drs.create_order()
    drs.need_scheduled(order, drs.need_slots(drs.weekday(1, 1), 1)[0])
    for answer in (
        drs.open_session(),
        order.exchange,
        drs.check_availability(drs.local(ahead), drs.local(ahead + 3)),
        drs.select(order),
        drs.ask("selectOrder", primaryOrderNumber="none"),
        drs.ask("selectResource"),
        drs.ask("selectMetaData", contract=drs.data.contract),
        drs.update(order, "STARTED"),
    ):
        expect_valid(schema, answer)


@clause(
    "ANS-09",
    "createOrder returns the whole order: all known members of a new order, its booking and its codes, in order.",
    seen("Appendix B 4"),
    writes=True,
)
def the_whole_order_is_returned(drs: DrsDriver) -> None:
    """Create an order and look for each member; others may stand between them."""
    returned = drs.create_order().exchange.returned
    assert returned is not None
    for path, known in _MEMBERS.items():
        found = returned.find(path)
        assert found is not None
        names = list(dict.fromkeys(str(etree.QName(child).localname) for child in found))
        kept = [name for name in names if name in known]
        expect(kept == list(known), f"{path} has {', '.join(names)}")


@clause(
    "ANS-10",
    "A code counts in a booking's duration as often as its quantity says, rounded up to a minute.",
    presumed("seen for a quantity of 1: Appendix B 4; the vendor does not say what a quantity does (7zwqnypb05)"),
    writes=True,
    times=st.integers(1, 4),
)
def durations_count_quantities(drs: DrsDriver, times: int) -> None:
    """Create an order with two codes of different quantities."""
    code = drs.code("any")
    several = [{**code, "quantity": times}, {**code, "itemNumberWithinBooking": "2", "quantity": "1.5"}]
    answer = drs.create_order(theBookingCodes=several).exchange
    each = int(answer.text(f"{_CODES}/standardMinuteValue") or 0)
    duration = answer.text(f"{_NEW_BOOKING}/duration")
    wanted = each * times + ceil(each * 1.5)
    expect(duration == str(wanted), f"a code of {each} minutes {times} and 1.5 times is {duration} minutes")


@clause(
    "ANS-11",
    "A booking can have several codes, and lasts as long as all of them together.",
    vendor("a job's duration", "7zwqnypb05", also="client: Hackney sends several codes"),
    writes=True,
    several=st.integers(2, 4),
)
def durations_add_up(drs: DrsDriver, several: int) -> None:
    """Create an order with several codes that are done once each."""
    items = [str(item) for item in range(1, several + 1)]
    codes = [{**drs.code("any"), "itemNumberWithinBooking": item, "quantity": 1} for item in items]
    answer = drs.create_order(theBookingCodes=codes).exchange
    found = answer.texts(f"{_CODES}/itemNumberWithinBooking")
    expect(found == items, f"the items are {found}")
    minutes = sum(int(each) for each in answer.texts(f"{_CODES}/standardMinuteValue"))
    duration = answer.text(f"{_NEW_BOOKING}/duration")
    expect(duration == str(minutes), f"the duration is {duration}, and the codes take {minutes} minutes")
