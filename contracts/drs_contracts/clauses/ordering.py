"""Clauses on createOrder and selectOrder."""

from __future__ import annotations

import re
from datetime import datetime, time

from hypothesis import strategies as st

from drs_contracts.clauses.clause import clause, client, presumed, seen
from drs_contracts.driver.driver import DrsDriver
from drs_contracts.driver.expectations import expect, expect_refusal
from drs_contracts.strategies import comments, texts, user_ids

_BOOKING = "theOrder/theBookings"
_LIMIT = 255
_TOKEN_ID = re.compile(r"[A-Za-z0-9]{40}")


@clause(
    "ORD-01",
    "createOrder makes an order and, without being asked, one booking of it.",
    seen("Creating an order, footnote"),
    writes=True,
)
def an_order_comes_with_a_booking(drs: DrsDriver) -> None:
    """Create an order and look at its ids."""
    answer = drs.create_order().exchange
    order_id = answer.text("theOrder/orderId") or ""
    expect(order_id.isdigit() and int(order_id) > 0, f"the orderId is '{order_id}'")
    expect(len(answer.texts(_BOOKING + "/bookingId")) == 1, "there is not exactly one booking")
    expect(answer.text(_BOOKING + "/orderId") == order_id, "the booking belongs to another order")


@clause(
    "ORD-02",
    "orderComments come back trimmed; a blank gives an empty element.",
    seen("createOrder, orderComments"),
    writes=True,
    text=comments(max_size=60),
)
def comments_are_trimmed(drs: DrsDriver, text: str) -> None:
    """Send comments with blanks around them."""
    answer = drs.create_order(orderComments=f" {text} ").exchange
    returned = answer.text("theOrder/orderComments")
    expect(returned == text.strip(), f"'{text}' came back as '{returned}'")


@clause(
    "ORD-03",
    "orderComments of more than 255 characters are refused.",
    presumed("the document has the limit, not what follows"),
    writes=True,
    over=texts(max_size=20),
)
def long_comments_are_refused(drs: DrsDriver, over: str) -> None:
    """Send as many as are allowed, then some more."""
    drs.create_order(orderComments="x" * _LIMIT)
    answer = drs.call("createOrder", drs.order_members(orderComments="x" * _LIMIT + over))
    expect_refusal(answer, "orderComments", str(_LIMIT), str(_LIMIT + len(over)))


@clause(
    "ORD-04",
    "earliestBookingDate is the booking's planningWindowStart, and targetDate its planningWindowEnd.",
    seen("createOrder, earliestBookingDate"),
    writes=True,
)
def the_window_is_from_earliest_to_target(drs: DrsDriver) -> None:
    """Create an order with both dates."""
    earliest, target = drs.local(3, time(8)), drs.local(30, time(16))
    answer = drs.create_order(earliestBookingDate=earliest, targetDate=target).exchange
    for member, wanted in (("planningWindowStart", earliest), ("planningWindowEnd", target)):
        found = answer.text(f"{_BOOKING}/{member}") or ""
        expect(datetime.fromisoformat(found) == wanted, f"{member} is {found}, not {wanted.isoformat()}")


@clause("ORD-05", "A booking has a tokenId of 40 letters and digits.", seen("Appendix B 4"), writes=True)
def tokens_have_their_form(drs: DrsDriver) -> None:
    """Create an order and look."""
    token = drs.create_order().exchange.text(_BOOKING + "/tokenId") or ""
    expect(bool(_TOKEN_ID.fullmatch(token)), f"the tokenId is '{token}'")


@clause(
    "ORD-06",
    "selectOrder of an unknown number is refused; the errorMsg contains 'Unable to find order in OptiTime Web'.",
    client("Hackney"),
    number=texts(),
)
def an_unknown_number_is_refused(drs: DrsDriver, number: str) -> None:
    """Ask for a number that nobody gave."""
    answer = drs.ask("selectOrder", primaryOrderNumber=f"unknown {number}")
    expect(answer.refused, f"the status is {answer.text('status')}")
    message = answer.text("errorMsg") or ""
    expect("Unable to find order in OptiTime Web" in message, f"the errorMsg is '{message}'")


@clause(
    "ORD-07",
    "createOrder under a number that has an order is refused; the errorMsg contains 'order already exists'.",
    client("Hackney"),
    writes=True,
)
def a_number_is_taken_once(drs: DrsDriver) -> None:
    """Create an order twice."""
    order = drs.create_order()
    again = drs.call("createOrder", drs.order_members(primaryOrderNumber=order.number))
    expect(again.refused, f"the second was answered with status {again.text('status')}")
    message = again.text("errorMsg") or ""
    expect("order already exists" in message, f"the errorMsg is '{message}'")


@clause(
    "ORD-08",
    "A booking that is not scheduled has neither assigned times nor theResources.",
    client("Hackney takes theResources for the sign that an order is scheduled"),
    writes=True,
)
def an_unscheduled_booking_has_nobody(drs: DrsDriver) -> None:
    """Create an order and read it back."""
    answer = drs.select(drs.create_order())
    for member in ("assignedStart", "assignedEnd", "theResources"):
        expect(not answer.texts(f"theOrders/theBookings/{member}"), f"it has {member}")


@clause(
    "ORD-09",
    "userId is not validated: it comes back as it was sent, with the order and with its booking.",
    seen("createOrder, userId"),
    writes=True,
    user=user_ids(),
)
def the_user_comes_back(drs: DrsDriver, user: str) -> None:
    """Create an order for any user."""
    answer = drs.create_order(userId=user).exchange
    for member in ("theOrder/userId", _BOOKING + "/userId"):
        expect(answer.text(member) == user, f"{member} is '{answer.text(member)}'")


@clause(
    "ORD-17",
    "createOrder with an orderId other than 0 is refused.",
    presumed("orderId 0 or absent stands for a new order: createOrder, orderId"),
    writes=True,
    order_id=st.integers(1, 10**9),
)
def a_new_order_brings_no_id(drs: DrsDriver, order_id: int) -> None:
    """Create an order with an id of one's own."""
    answer = drs.call("createOrder", drs.order_members(orderId=order_id))
    expect_refusal(answer, "orderId", str(order_id))


@clause(
    "ORD-18",
    "orderId and primaryOrderNumber name the same order, or the call is refused.",
    presumed("plainest guess"),
    writes=True,
)
def an_order_is_named_by_its_id(drs: DrsDriver) -> None:
    """Change an order that is named by its id, with the right number and a wrong one."""
    order, other = drs.create_order(), drs.create_order()
    order_id = order.exchange.text("theOrder/orderId") or ""
    for number, is_taken in ((None, True), (order.number, True), (other.number, False)):
        named = {"orderId": order_id, "orderComments": f"for {number}"}
        members = named if number is None else {**named, "primaryOrderNumber": number}
        answer = drs.ask("updateOrder", theOrder=members)
        expect(answer.succeeded is is_taken, f"with the number {number} the status is {answer.text('status')}")
    kept = [drs.select(each).text("theOrders/orderComments") for each in (order, other)]
    expect(kept == [f"for {order.number}", ""], f"the comments are {kept}")
