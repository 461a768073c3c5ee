"""Clauses on what DRS posts to the council's service: which calls lead to which message, and what it says.

They need a target that shows its callbacks. Which messages an installation posts is a setting (``TestData.callbacks``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from math import ceil
from typing import NamedTuple, TypeAlias

from lxml import etree

from drs_contracts.callback_messages import (
    CANCELLATION,
    COMPLETION,
    CONFIRMATION,
    CallbackMessage,
    parse_message,
)
from drs_contracts.clauses.clause import clause, client, presumed, vendor
from drs_contracts.driver.driver import CreatedOrder, DrsDriver, OfferedSlot
from drs_contracts.driver.expectations import NeedNotMetError, expect, expect_refusal, need_success
from drs_contracts.driver.messages import Members
from drs_contracts.errors import ClauseBroken, ContractsError
from drs_contracts.strategies import texts

_Members: TypeAlias = dict[str, str]
_AS_SHOWN = ("bookingId", "bookingReason", "contract", "primaryOrderNumber", "tokenId", "userId")
_CODE_AS_SHOWN = ("bookingId", "orderId", "bookingCodeSORCode", "primaryOrderNumber", "trade")
_CODE_NUMBERS = ("quantity", "standardMinuteValue", "itemNumberWithinBooking", "itemValue")
_ORDER_AS_SHOWN = ("orderComments", "contract", "locationID", "priority", "userId", "message", "primaryOrderNumber")


class _Wanted(NamedTuple):
    """What a message must say: members of the booking, and of each of its codes."""

    members: _Members
    codes: list[_Members]


@clause(
    "CBK-01",
    "scheduleBooking posts a bookingConfirmation for each place it gives, in the order of calls; updates post none.",
    vendor("what DRS tells the back office, which is each job that is created and scheduled", "xbz3jjohmz"),
    writes=True,
    reads_callbacks=True,
)
def each_place_is_confirmed(drs: DrsDriver) -> None:
    """Schedule two bookings and move the first; make other calls, and one that is refused, in between."""
    first, second = drs.create_bookings(2)
    free = drs.need_slots(drs.weekday(1, 1))
    begin, end = free[0], free[-1]
    need_success(drs.schedule_into(second, begin))
    need_success(drs.schedule_into(first, begin))
    expect_refusal(drs.schedule(first, planningWindowStart=end.end, planningWindowEnd=end.begin))
    need_success(drs.update(first, "PLANNED", {"plannerComments": "a comment"}))
    need_success(drs.ask("updateOrder", theOrder={"primaryOrderNumber": first.number, "orderComments": "another"}))
    need_success(drs.schedule_into(first, end))
    placed = (second, begin), (first, begin), (first, end)
    _expect_confirmed(drs, placed)


@clause(
    "CBK-02",
    "createReservation posts nothing; confirmReservation posts a bookingConfirmation, unless it is refused.",
    presumed("a reservation that is confirmed is an appointment as any other"),
    writes=True,
    reads_callbacks=True,
)
def a_reservation_is_posted_once_confirmed(drs: DrsDriver) -> None:
    """Reserve a place and confirm it, then confirm it once more."""
    order, slot = drs.create_order(), drs.need_slots(drs.weekday(1, 1))[0]
    need_success(drs.ask("createReservation", theBooking=drs.booking(order, **slot.window)))
    _expect_confirmed(drs, ())
    need_success(drs.ask("confirmReservation", theBooking=drs.booking(order)))
    expect_refusal(drs.ask("confirmReservation", theBooking=drs.booking(order)))
    _expect_confirmed(drs, ((order, slot),))


@clause(
    "CBK-03",
    "A bookingConfirmation has all of its members, and says what selectOrder shows.",
    client("Hackney reads it; presumed: originalBookingId of a follow-on"),
    writes=True,
    reads_callbacks=True,
    reason=texts(max_size=12),
)
def a_confirmation_says_what_is_shown(drs: DrsDriver, reason: str) -> None:
    """Schedule a booking and its follow-on, each with another reason."""
    order = drs.create_order(secondaryOrderNumber="S-1", tertiaryOrderNumber="T-1")
    follow_on: Members = {"theBookingCodes": drs.code(order.number), "userId": "follow-on user"}
    need_success(drs.update(order, "PLANNED", theFollowOnBooking=follow_on))
    slot = drs.need_slots(drs.weekday(1, 1))[0]
    for booking, sequence in zip(drs.need_bookings(order, 2), ("FIRST", "FOLLOW ON"), strict=True):
        asked = drs.target.now()
        need_success(drs.schedule(booking, **slot.window, bookingReason=f"{sequence} {reason}"))
        shown = _show(drs, booking)
        for message in _posted_once(drs):
            _expect_said(drs, message, _wanted(drs, shown, sequence, order.booking_id), asked)


@clause(
    "CBK-04",
    "Where DRS is set up to post completed bookings, each that a call completes is posted once, as it then is.",
    client("ONS is told so; presumed: which calls, and their order"),
    writes=True,
    reads_callbacks=True,
)
def completed_bookings_are_posted(drs: DrsDriver) -> None:
    """Complete a booking, then its order, and another order together with its second booking."""
    first, second = drs.create_bookings(2)
    need_success(drs.update(first, "COMPLETED", {"bookingCompletionStatus": "CO"}))
    _expect_completed(drs, [first])
    named = {"contract": drs.data.contract, "primaryOrderNumber": first.number, "userId": drs.data.user_id}
    need_success(drs.ask("completeOrder", **named))
    _expect_completed(drs, [second])
    expect_refusal(drs.update(first, "COMPLETED"))
    _expect_completed(drs, [])
    first, second = drs.create_bookings(2)
    need_success(drs.update(second, "COMPLETED", completeOrder=True))
    _expect_completed(drs, [second, first])


@clause(
    "CBK-05",
    "Where DRS is set up to post cancellations, each booking that a call deletes is posted once, as it was.",
    vendor("what DRS tells the back office", "xbz3jjohmz", "7tmuy3gu3l", also="presumed: the name and the form"),
    writes=True,
    reads_callbacks=True,
)
def deleted_bookings_are_posted(drs: DrsDriver) -> None:
    """Delete a booking that is scheduled, then its order with two others; an order with a completed booking stays."""
    bookings = drs.create_bookings(3)
    need_success(drs.schedule_into(bookings[1], drs.need_slots(drs.weekday(1, 1))[0]))
    wanted = [_wanted(drs, _show(drs, each), "FIRST", each.booking_id) for each in bookings]
    _posted(drs, CONFIRMATION)
    asked = drs.target.now()
    need_success(drs.delete(bookings[1]))
    expect_refusal(drs.delete(bookings[1]))
    _expect_cancelled(drs, [wanted[1]], asked)
    need_success(drs.ask("deleteOrder", theOrder={"primaryOrderNumber": bookings[0].number}))
    _expect_cancelled(drs, [wanted[0], wanted[2]], asked)
    first, _ = drs.create_bookings(2)
    need_success(drs.update(first, "COMPLETED"))
    _posted(drs, COMPLETION)
    expect_refusal(drs.ask("deleteOrder", theOrder={"primaryOrderNumber": first.number}))
    _expect_cancelled(drs, [], asked)


@clause(
    "CBK-06",
    "A code that updateBookingCode defines is posted with its description and its trade.",
    presumed("what DRS posts of a code, it has from its definition; client: Hackney reads both members"),
    writes=True,
    changes_records=True,
    reads_callbacks=True,
    description=texts(max_size=12),
)
def a_defined_code_is_posted(drs: DrsDriver, description: str) -> None:
    """Define a code with the trade of a known one, and schedule a booking of it."""
    trade = drs.create_order().exchange.text("theOrder/theBookings/template") or ""
    definition: Members = {
        "bookingCode": "CBK06",
        "bookingCodeDescription": description,
        "bookingCodeTime": 30,
        "contract": drs.data.contract,
        "trade": trade,
    }
    need_success(drs.ask("updateBookingCode", contract=drs.data.contract, theBookingCodeDefinitions=definition))
    number = drs.order_number()
    order = drs.create_order(primaryOrderNumber=number, theBookingCodes=drs.code(number, "CBK06"))
    _posted(drs, CONFIRMATION)
    need_success(drs.schedule(order))
    for message in _posted_once(drs):
        _expect_equal(message.codes[0], {"bookingCodeDescription": description.strip(), "trade": trade})


def _posted(drs: DrsDriver, kind: str) -> list[CallbackMessage]:
    """Take the messages that are new, which must all be of one kind, in the right form.

    Raises:
        ClauseBroken: One is not, or cannot be written.
    """
    try:
        messages = [parse_message(each) for each in drs.new_callbacks()]
    except ContractsError:
        raise
    except Exception as error:
        raise ClauseBroken(f"DRS cannot write what it posts: {type(error).__name__}: {error}") from error
    for message in messages:
        expect(message.operation == kind, f"DRS posted a {message.operation or 'message of another form'}")
        expect(not message.flaws, f"a {kind} has a flaw: {' '.join(message.flaws)}")
    return messages


def _posted_once(drs: DrsDriver) -> list[CallbackMessage]:
    """Take the one confirmation that is new; none where DRS is set up to post none."""
    posted = _posted(drs, CONFIRMATION)
    expect(len(posted) == (CONFIRMATION in drs.data.callbacks), f"DRS posted {len(posted)} confirmations")
    return posted


def _expect_confirmed(drs: DrsDriver, placed: tuple[tuple[CreatedOrder, OfferedSlot], ...]) -> None:
    """Expect a confirmation of each of these places, and no other message."""
    names = ("bookingId", "planningWindowStart", "planningWindowEnd")
    found = [tuple(message.members[name] for name in names) for message in _posted(drs, CONFIRMATION)]
    wanted = [
        (booking.booking_id, _as_local(drs, slot.begins), _as_local(drs, slot.ends))
        for booking, slot in (placed if CONFIRMATION in drs.data.callbacks else ())
    ]
    expect(found == wanted, f"DRS confirmed {found}, not {wanted}")


def _expect_completed(drs: DrsDriver, bookings: list[CreatedOrder]) -> None:
    """Expect that these bookings were posted as completed, in this order, and nothing else."""
    found = _posted(drs, COMPLETION)
    wanted = bookings if COMPLETION in drs.data.callbacks else []
    ids = [message.members["bookingId"] for message in found]
    expect(ids == [each.booking_id for each in wanted], f"DRS posted {ids} as completed")
    for message, booking in zip(found, wanted, strict=True):
        _expect_as_shown(drs, message, _show(drs, booking))


def _expect_as_shown(drs: DrsDriver, message: CallbackMessage, shown: etree._Element) -> None:
    """Expect that a completed booking is posted with its order, as selectOrder shows both."""
    order, status = shown.getparent(), shown.findtext("../status", "")
    assert order is not None
    members = _texts(shown, (*_AS_SHOWN, "orderId")) | _times(drs, shown, "planningWindowStart", "planningWindowEnd")
    members |= {"taskLifeCycleStatus": "COMPLETED"}
    members |= {"taskCompletionStatus": shown.findtext("bookingCompletionStatus", "")}
    if shown.find("assignedEnd") is not None:
        members |= {"taskCompletionDate": _times(drs, shown, "assignedEnd")["assignedEnd"]}
    _expect_equal(message.members, members)
    _expect_equal_codes(message.codes, _codes(shown))
    told = message.order or {}
    _expect_equal(told, _texts(order, _ORDER_AS_SHOWN) | _times(drs, order, "targetDate"))
    _expect_equal(told, {"orderComplete": "true" if status == "COMPLETED" else "false"})
    _expect_equal(message.order_data or {}, {"STATUS": "PLANNED" if status == "undefined" else status})
    place = order.find("theLocation")
    assert place is not None
    _expect_equal(message.location or {}, _texts(place, ("locationId", "name", "address1", "address2", "postCode")))
    data = {each.findtext("name", ""): each.findtext("value", "") for each in shown.findall("theBusinessData")}
    _expect_equal(message.business_data or {}, data)


def _expect_cancelled(drs: DrsDriver, bookings: list[_Wanted], asked: datetime) -> None:
    """Expect that these bookings were posted as cancelled, in this order, and nothing else."""
    found = _posted(drs, CANCELLATION)
    wanted = bookings if CANCELLATION in drs.data.callbacks else []
    expect(len(found) == len(wanted), f"DRS posted {len(found)} cancellations, not {len(wanted)}")
    for message, each in zip(found, wanted, strict=True):
        _expect_said(drs, message, each, asked)


def _expect_said(drs: DrsDriver, message: CallbackMessage, wanted: _Wanted, asked: datetime) -> None:
    """Expect what a message must say, and that the change was made since ``asked``."""
    _expect_equal(message.members, wanted.members)
    _expect_equal_codes(message.codes, wanted.codes)
    changed = message.members["changedDate"]
    since, now = (_as_local(drs, each) for each in (asked, drs.target.now()))
    expect(since <= changed <= now, f"the changedDate is {changed}, not {now}")


def _expect_equal(found: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    for name, value in wanted.items():
        expect(found.get(name) == value, f"{name} is {found.get(name)!r}, not {value!r}")


def _expect_equal_codes(found: tuple[_Members, ...], wanted: list[_Members]) -> None:
    expect(len(found) == len(wanted), f"a message has {len(found)} codes, not {len(wanted)}")
    for code, each in zip(found, wanted, strict=True):
        _expect_equal(code, each)


def _show(drs: DrsDriver, booking: CreatedOrder) -> etree._Element:
    """Return a booking as selectOrder shows it, inside its order."""
    returned = drs.select(booking, includeCompletedBookings=True).returned
    shown = () if returned is None else returned.iterfind("theOrders/theBookings")
    for each in shown:
        if each.findtext("bookingId") == booking.booking_id:
            return each
    raise NeedNotMetError(f"selectOrder does not show booking {booking.booking_id}")


def _wanted(drs: DrsDriver, shown: etree._Element, sequence: str, original: str) -> _Wanted:
    """What a confirmation or a cancellation of a booking must say, by what selectOrder shows."""
    order = shown.getparent()
    assert order is not None
    members = _texts(shown, (*_AS_SHOWN, "locationID", "secondaryOrderNumber", "tertiaryOrderNumber"))
    members |= _times(drs, shown, "planningWindowStart", "planningWindowEnd") | _times(drs, order, "targetDate")
    members |= {"bookingSequence": sequence, "originalBookingId": original}
    operatives = len(shown.findall("theResources"))
    return _Wanted(members | ({"numberOfOperatives": str(operatives)} if operatives else {}), _codes(shown))


def _codes(shown: etree._Element) -> list[_Members]:
    return [
        _texts(code, _CODE_AS_SHOWN) | {name: str(ceil(float(code.findtext(name, "0")))) for name in _CODE_NUMBERS}
        for code in shown.findall("theBookingCodes")
    ]


def _texts(parent: etree._Element, names: Iterable[str]) -> _Members:
    return {name: parent.findtext(name, "") for name in names}


def _times(drs: DrsDriver, parent: etree._Element, *names: str) -> _Members:
    return {name: _as_local(drs, datetime.fromisoformat(parent.findtext(name, ""))) for name in names}


def _as_local(drs: DrsDriver, instant: datetime) -> str:
    """An instant as DRS posts it: local time without an offset and without fractions of a second."""
    return instant.astimezone(drs.data.zone).replace(tzinfo=None).isoformat(timespec="seconds")
