"""Clauses on orders: what createOrder and createBooking make, and how an order is found."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta

from hypothesis import strategies as st

from drs_contracts.clauses.clause import clause, client, presumed, seen, vendor
from drs_contracts.driver.driver import DrsDriver
from drs_contracts.driver.expectations import expect, expect_refusal, expect_success
from drs_contracts.driver.messages import Members, Value
from drs_contracts.fake_data import FakeProperty, FakeResident
from drs_contracts.strategies import comments, properties, residents, texts, user_ids

_NEW_BOOKING = "theOrder/theBookings"
_MUST_BE_SENT = (
    *("contract", "locationID", "orderComments", "primaryOrderNumber", "priority", "targetDate", "userId"),
)
_A_MINUTE = timedelta(minutes=1)
_LIMIT = 255
_TOKEN_ID = re.compile(r"[A-Za-z0-9]{40}")
_BOOKING = "theOrders/theBookings"


@clause(
    "ORD-01",
    "createOrder creates an order with one booking.",
    seen("Creating an order, footnote"),
    writes=True,
)
def an_order_comes_with_a_booking(drs: DrsDriver) -> None:
    """Create an order and read its ids."""
    answer = drs.judge_order().exchange
    order_id = answer.text("theOrder/orderId") or ""
    expect(order_id.isdigit() and int(order_id) > 0, f"the orderId is '{order_id}'")
    expect(len(answer.texts(_NEW_BOOKING + "/bookingId")) == 1, "there is not exactly one booking")
    expect(answer.text(_NEW_BOOKING + "/orderId") == order_id, "the booking belongs to another order")


@clause(
    "ORD-02",
    "orderComments come back trimmed; a blank comes back as an empty element.",
    seen("createOrder, orderComments"),
    writes=True,
    text=comments(max_size=60),
)
def comments_are_trimmed(drs: DrsDriver, text: str) -> None:
    """Send comments with blanks around them, and two inside."""
    for sent in (f" {text} ", f"  {text}  {text}\t"):
        answer = drs.create_order(orderComments=sent).exchange
        returned = answer.text("theOrder/orderComments")
        expect(returned == sent.strip(), f"'{sent}' came back as '{returned}'")


@clause(
    "ORD-03",
    "orderComments of more than 255 characters are refused.",
    presumed("the document has the limit, not what follows"),
    writes=True,
    over=texts(max_size=20),
)
def long_comments_are_refused(drs: DrsDriver, over: str) -> None:
    """Send as many characters as allowed, then some more."""
    drs.create_order(orderComments="x" * _LIMIT)
    answer = drs.call("createOrder", drs.order_members(orderComments="x" * _LIMIT + over))
    expect_refusal(answer, "orderComments", str(_LIMIT), str(_LIMIT + len(over)))


@clause(
    "ORD-04",
    "earliestBookingDate is the booking's planningWindowStart, and targetDate its planningWindowEnd.",
    seen("createOrder, earliestBookingDate; vendor: the window lasts from creation to target date (cckxof7hj0)"),
    writes=True,
)
def the_window_is_from_earliest_to_target(drs: DrsDriver) -> None:
    """Create an order with both dates."""
    earliest, target = drs.local(3, time(8)), drs.local(30, time(16))
    answer = drs.create_order(earliestBookingDate=earliest, targetDate=target).exchange
    for member, wanted in (("planningWindowStart", earliest), ("planningWindowEnd", target)):
        found = answer.text(f"{_NEW_BOOKING}/{member}") or ""
        expect(datetime.fromisoformat(found) == wanted, f"{member} is {found}, not {wanted.isoformat()}")


@clause("ORD-05", "A booking has a tokenId of 40 letters and digits.", seen("Appendix B 4; client: ONS"), writes=True)
def tokens_have_their_form(drs: DrsDriver) -> None:
    """Create an order and read its token."""
    token = drs.create_order().exchange.text(_NEW_BOOKING + "/tokenId") or ""
    expect(bool(_TOKEN_ID.fullmatch(token)), f"the tokenId is '{token}'")


@clause(
    "ORD-06",
    "selectOrder of an unknown number is refused; the errorMsg contains 'Unable to find order in OptiTime Web'.",
    client("Hackney"),
    number=texts(),
)
def an_unknown_number_is_refused(drs: DrsDriver, number: str) -> None:
    """Ask for a number without an order."""
    answer = drs.ask("selectOrder", primaryOrderNumber=f"unknown {number}")
    expect(answer.refused, f"the status is {answer.text('status')}")
    message = answer.text("errorMsg") or ""
    expect("Unable to find order in OptiTime Web" in message, f"the errorMsg is '{message}'")


@clause(
    "ORD-07",
    "createOrder under a number that has an order is refused; the errorMsg contains 'order already exists'.",
    client("two services of Hackney"),
    writes=True,
)
def a_number_has_one_order(drs: DrsDriver) -> None:
    """Create an order, then another one under its number, for another user, and for another date and comments."""
    order = drs.create_order()
    differ: tuple[Members, ...] = ({}, {"userId": "another"}, {"targetDate": drs.local(90), "orderComments": "another"})
    for other in differ:
        again = drs.call("createOrder", drs.order_members(primaryOrderNumber=order.number, **other))
        how = f" with another {' and '.join(other)}" if other else ""
        expect(again.refused, f"the second{how} was answered with status {again.text('status')}", again)
        message = again.text("errorMsg") or ""
        expect("order already exists" in message, f"the errorMsg is '{message}'", again)


@clause(
    "ORD-08",
    "A booking that is not scheduled has neither assigned times nor theResources.",
    client("Hackney takes theResources for the sign of it; vendor: a new job has no worker (cckxof7hj0, 7zwqnypb05)"),
    writes=True,
)
def an_unscheduled_booking_has_no_operative(drs: DrsDriver) -> None:
    """Create an order and read it back."""
    answer = drs.select(drs.create_order())
    for member in ("assignedStart", "assignedEnd", "theResources"):
        expect(not answer.texts(f"theOrders/theBookings/{member}"), f"it has {member}")


@clause(
    "ORD-09",
    "userId is not validated and comes back unchanged, in the order and in its booking.",
    seen("createOrder, userId"),
    writes=True,
    user=user_ids(),
)
def the_user_comes_back(drs: DrsDriver, user: str) -> None:
    """Create an order for any user."""
    answer = drs.create_order(userId=user).exchange
    for member in ("theOrder/userId", _NEW_BOOKING + "/userId"):
        expect(answer.text(member) == user, f"{member} is '{answer.text(member)}'")


@clause(
    "ORD-10",
    "A priority that differs in case or spelling is refused.",
    vendor("priorities", "u8c2zn3l73", also="client: notes of the services"),
    writes=True,
)
def priorities_match_exactly(drs: DrsDriver) -> None:
    """Send the priority in the other case, and with one letter more."""
    for priority in (drs.data.priority.swapcase(), f"{drs.data.priority}s"):
        answer = drs.call("createOrder", drs.order_members(priority=priority))
        expect(answer.refused, f"'{priority}' was accepted")


@clause(
    "ORD-11",
    "Without earliestBookingDate the planning window begins at the time of the request.",
    seen("createOrder, earliestBookingDate"),
    writes=True,
)
def the_window_begins_now(drs: DrsDriver) -> None:
    """Create an order without that date."""
    start = drs.create_order().exchange.text(f"{_NEW_BOOKING}/planningWindowStart") or ""
    away = abs(datetime.fromisoformat(start) - drs.target.now())
    expect(away < _A_MINUTE, f"it begins at {start}")


@clause("ORD-12", "orderId 0 means a new order.", seen("createOrder, orderId"), writes=True)
def order_id_0_is_new(drs: DrsDriver) -> None:
    """Create an order with that id."""
    order_id = drs.create_order(orderId="0").exchange.text("theOrder/orderId")
    expect(order_id not in (None, "", "0"), f"the order has the id {order_id}")


@clause("ORD-13", "createOrder with an unknown contract is refused.", vendor("contracts", "ku402v5zys"), writes=True)
def an_unknown_contract_is_refused(drs: DrsDriver) -> None:
    """Create an order under an unknown contract."""
    answer = drs.call("createOrder", drs.order_members(contract="no such contract"))
    expect(answer.refused, f"the status is {answer.text('status')}")


@clause(
    "ORD-14",
    "A booking with an unknown SOR code has no valid job template and cannot be planned; a profile can refuse it.",
    vendor("SOR codes that are mapped to no job template", "02tfyrsxcm"),
    writes=True,
)
def an_unknown_sor_code_has_no_template(drs: DrsDriver) -> None:
    """Create an order with an unknown SOR code, and schedule its booking."""
    code = drs.code("x", "NOSUCH")
    if drs.data.unknown_sor_codes == "refuse":
        expect_refusal(drs.call("createOrder", drs.order_members(theBookingCodes=code)), "NOSUCH")
        return
    order = drs.create_order(theBookingCodes=code)
    sent = order.exchange.text(f"{_NEW_BOOKING}/theBookingCodes/bookingCodeSORCode")
    expect(sent == "NOSUCH", f"the booking has the code {sent}")
    answer = drs.schedule_into(order, drs.need_slots(drs.weekday(1, 1), 1)[0])
    expect(answer.refused, f"scheduleBooking was answered with status {answer.text('status')}")


@clause(
    "ORD-15",
    "createBooking adds a booking to an order, planned but not yet scheduled.",
    vendor("the jobs of an order", "ttcyw2yphs", "cckxof7hj0", also="published: the operation"),
    writes=True,
)
def an_order_takes_more_bookings(drs: DrsDriver) -> None:
    """Add a second booking by the order's number, and a third by its id."""
    order = drs.create_order()
    booking: Members = {"primaryOrderNumber": order.number, "theBookingCodes": drs.code(order.number)}
    answer = drs.ask("createBooking", theBooking=booking)
    expect_success(answer)
    shown = drs.select(order)
    ids = shown.texts(f"{_BOOKING}/bookingId")
    expect(len(set(ids)) == 2 and order.booking_id in ids, f"the order has the bookings {', '.join(ids)}")  # noqa: PLR2004
    made = answer.text("theBookings/bookingId")
    expect(made in ids and made != order.booking_id, f"the answer has the booking {made}")
    expect(not shown.texts(f"{_BOOKING}/theResources/resourceID"), "an operative is assigned to it")
    elsewhere: Members = {"locationID": "elsewhere", "theBookingCodes": drs.code(order.number)}
    named = {"orderId": order.exchange.text("theOrder/orderId") or ""}
    third = drs.ask("createBooking", theBooking=elsewhere, theOrder=named)
    expect(third.succeeded, f"by the order's id it was refused: {third.text('errorMsg') or third.fault}")
    shown_third = [third.text(f"theBookings/{name}") for name in ("locationID", "primaryOrderNumber")]
    expect(shown_third == ["elsewhere", order.number], f"the third booking has {shown_third}")


@clause(
    "ORD-16",
    "createOrder without a required field is refused with an errorMsg that names the field.",
    presumed("seen: which must be sent, not what follows; vendor: contract and priority are mandatory (ilvyepadlt)"),
    writes=True,
)
def a_missing_field_is_named(drs: DrsDriver) -> None:
    """Leave out each required field in turn."""
    for field in _MUST_BE_SENT:
        members = drs.order_members()
        the_order = members["theOrder"]
        assert isinstance(the_order, Mapping)
        sent = {name: value for name, value in the_order.items() if name != field}
        expect_refusal(drs.call("createOrder", {**members, "theOrder": sent}), field)


@clause(
    "ORD-17",
    "createOrder with an orderId other than 0 is refused.",
    presumed("orderId 0 or absent stands for a new order: createOrder, orderId"),
    writes=True,
    order_id=st.integers(1, 10**9),
)
def a_new_order_takes_no_id(drs: DrsDriver, order_id: int) -> None:
    """Create an order with an id."""
    answer = drs.call("createOrder", drs.order_members(orderId=order_id))
    expect_refusal(answer, "orderId", str(order_id))


@clause(
    "ORD-18",
    "An order can be named by its orderId, with or without its number; the number of another order is refused.",
    presumed("the simplest assumption"),
    writes=True,
)
def an_order_is_named_by_its_id(drs: DrsDriver) -> None:
    """Change an order by its id: alone, with its number, and with another order's number."""
    order, other = drs.create_order(), drs.create_order()
    order_id = order.exchange.text("theOrder/orderId") or ""
    for number, is_accepted in ((None, True), (order.number, True), (other.number, False)):
        named = {"orderId": order_id, "orderComments": f"for {number}"}
        members = named if number is None else {**named, "primaryOrderNumber": number}
        answer = drs.ask("updateOrder", theOrder=members)
        kept = [drs.select(each).text("theOrders/orderComments") for each in (order, other)]
        told = (
            f"with the number {number} the status is {answer.text('status')}, and the orders have the comments {kept}"
        )
        expect(answer.succeeded is is_accepted, told)
    expect(kept == [f"for {order.number}", ""], f"the comments are {kept}")


@clause(
    "ORD-19",
    "createOrder also takes what services send: its status, extended comments, the location, more of its codes.",
    client("Hackney sends these with every order"),
    writes=True,
    tenant=residents(),
    there=properties(),
)
def an_order_can_bring_more(drs: DrsDriver, tenant: FakeResident, there: FakeProperty) -> None:
    """Create an order with all members that Hackney's service sends."""
    code = {**drs.code("any"), "bookingCodeDescription": "Anything", "standardMinuteValue": 30, "trade": "Any"}
    location: Members = {
        "address1": there.address1,
        "citizensName": tenant.name,
        "contract": drs.data.contract,
        "locationId": drs.data.location_id,
        "name": there.address1,
        "postCode": there.post_code,
    }
    members = drs.order_members(
        contactName=tenant.name,
        orderCommentsExtended="No alerts",
        phone=tenant.phone,
        status="PLANNED",
        theBookingCodes=code,
        theLocation=location,
    )
    expect_success(drs.call("createOrder", members))


@clause(
    "ORD-20",
    "createOrder takes a targetDate of now or in the past.",
    client("a service of Hackney sends both"),
    writes=True,
    days_ago=st.integers(0, 600),
)
def a_target_date_may_be_over(drs: DrsDriver, days_ago: int) -> None:
    """Create an order that is due now or was due already, and book a slot for it."""
    # In UTC: in the hour that is repeated, local times do not tell which of the two is meant.
    target = drs.target.now().astimezone(UTC).replace(microsecond=0) - timedelta(days=days_ago)
    order = drs.create_order(targetDate=target)
    kept = order.exchange.text("theOrder/targetDate") or ""
    expect(datetime.fromisoformat(kept) == target, f"the targetDate is {kept}, not {target.isoformat()}")
    expect_success(drs.schedule_into(order, drs.need_slots(drs.weekday(1, 1), 1)[0]))


@clause(
    "ORD-21",
    "An order or booking without SOR codes has the default job template; a profile can refuse it.",
    vendor("job templates, of which one is the default", "8xxeczi3mg"),
    writes=True,
)
def without_codes_the_default_template_applies(drs: DrsDriver) -> None:
    """Create an order and a further booking without codes, and schedule the first."""
    members = drs.order_members()
    the_order = members["theOrder"]
    assert isinstance(the_order, Mapping)
    sent = {name: value for name, value in the_order.items() if name != "theBookingCodes"}
    answer = drs.call("createOrder", {**members, "theOrder": sent})
    further: Members = {"primaryOrderNumber": str(sent["primaryOrderNumber"])}
    if drs.data.missing_sor_codes == "refuse":
        expect_refusal(answer, "theBookingCodes")
        return
    expect_success(answer)
    made = answer.text(f"{_NEW_BOOKING}/template")
    added = drs.ask("createBooking", theBooking=further).text("theBookings/template")
    expect(made == added and bool(made), f"the job templates are '{made}' and '{added}'")
    known = drs.data.hidden_settings
    default = None if known is None else known.default_template
    expect(default in (None, made), f"the job template is '{made}', and '{default}' is the default one")
    booking: Members = {**further, "bookingId": answer.text(f"{_NEW_BOOKING}/bookingId") or ""}
    drs.need_slots(drs.weekday(1, 1), 1)
    expect_success(drs.ask("scheduleBooking", theBooking=booking))


@clause(
    "ORD-22",
    "createOrder takes a quantity below 1 and a blank priority, or refuses them, as the profile says.",
    client("a service of Hackney sends both; seen: the least quantity at Lincoln is 1, and the priority must be sent"),
    writes=True,
    quantity=st.sampled_from(("0.25", "0.5", "0.75")),
)
def small_quantities_and_blank_priorities(drs: DrsDriver, quantity: str) -> None:
    """Create an order with each of them."""
    settings = drs.data
    code: Members = {**drs.code("any"), "quantity": quantity}
    sent: tuple[tuple[str, str, dict[str, Value]], ...] = (
        ("quantity", settings.quantities_below_1, {"theBookingCodes": code}),
        ("priority", settings.blank_priorities, {"priority": " "}),
    )
    for member, setting, order in sent:
        answer = drs.call("createOrder", drs.order_members(**order))
        if setting == "refuse":
            expect_refusal(answer, member)
        else:
            expect_success(answer)


@clause(
    "ORD-23",
    "Further numbers, comments, codes, values, trades and references of createOrder come back, unless all are dropped.",
    presumed("by the members' names, which are published; services send them"),
    writes=True,
    text=texts(max_size=20),
)
def further_members_come_back(drs: DrsDriver, text: str) -> None:
    """Create an order with the members that DRS only keeps, and read it back."""
    if drs.data.sent_members == "drop":
        return
    of_order: Members = {
        "orderCommentsExtended": text,
        "reasonCode": f"R {text}",
        "secondaryOrderNumber": f"2 {text}",
        "subcontract": f"S {text}",
        "tertiaryOrderNumber": f"3 {text}",
    }
    of_code: Members = {
        "bookingCodeDescription": f"Door {text}",
        "comments": f"Green {text}",
        "itemValue": "57",
        "reference": f"A {text}",
        "trade": "Any",
    }
    order = drs.create_order(theBookingCodes={**drs.code("any"), **of_code}, **of_order)
    shown = drs.select(order)
    for path, sent in (("theOrders", of_order), (f"{_BOOKING}/theBookingCodes", of_code)):
        for name, value in sent.items():
            found = shown.text(f"{path}/{name}") or ""
            wanted = ("57", "57.0") if name == "itemValue" else (str(value).strip(),)
            expect(found.strip() in wanted, f"the {name} '{value}' came back as '{found}'")


@clause(
    "ORD-24",
    "An order is archived some days after it was created, as the profile says: selectOrder then does not find it.",
    client("Hackney: orders older than three months are not found"),
    writes=True,
    moves_clock=True,
    needs_hidden_settings=True,
    at_any_moment=False,
)
def old_orders_are_archived(drs: DrsDriver) -> None:
    """Create orders for soon and for much later; ask for them a day before they are archived, and a day after."""
    days = drs.hidden_settings.archived_after_days
    if days is None:
        return
    later = {"earliestBookingDate": drs.local(days // 2), "targetDate": drs.local(3 * days)}
    orders = [drs.create_order(), drs.create_order(**later)]
    for wait, is_found in ((days - 1, True), (2, False)):
        drs.target.move_clock(timedelta(days=wait))
        drs.renew_session()
        for order in orders:
            found = drs.select(order)
            told = f"{days - 1 if is_found else days + 1} days old, it is {'not found' if is_found else 'found'}"
            expect(found.succeeded is is_found, told, found)
