"""A machine that calls all 22 operations in any order, with sense and without.

Whatever it does: an answer is valid by the published schema, a call that is declined changes nothing, and no operative
is to be in two places at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from drs_contracts.driver.messages import request
from drs_simulator.soap.interface import interface_named
from drs_simulator.soap.operations import SERVED
from drs_simulator.soap.wsdl import schema
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule
from lxml import etree

from tests.simulator.scheduling.builders import LINCOLN, changed, local
from tests.simulator.soap.wire import NAMESPACE, Answered, Caller

PUBLISHED = schema(interface_named("published"), SERVED)
VALID = etree.XMLSchema(etree.fromstring(etree.tostring(PUBLISHED)))
PROFILE = changed(LINCOLN, gateway={"interface": "published"}, ordering={"planning_horizon_days": 30})
OPERATIVES = [operative.id for operative in PROFILE.operatives]
STATUSES = ["PLANNED", "DESPATCHED", "RESERVED", "ACKNOWLEDGED", "ACCEPTED", "ARRIVED", "STARTED", "COMPLETED"]

contracts = st.sampled_from(["0"] * 9 + ["1", ""])
operatives = st.sampled_from([*OPERATIVES * 3, "nobody", ""])
sor_codes = st.sampled_from(["N373049"] * 5 + ["N630945", "N000000", "NEW1", "none"])
locations = st.sampled_from(["3670010", "38950180", "elsewhere"])
priorities = st.sampled_from(["Priority 20 Days"] * 5 + ["3 Days", "soon"])
flags = st.booleans()
rarely = st.sampled_from([False] * 9 + [True])
days = st.integers(0, 12)
slots = st.sampled_from([("08:00", "12:00"), ("12:00", "16:00"), ("09:30", "14:30"), ("08:00", "16:00")])
resource_locks = st.sampled_from(["undefined", "lockAsSpecified", "lockAfterSchedule"])


@st.composite
def windows(draw: st.DrawFn) -> dict[str, str]:
    """A planning window: mostly a slot, at times one that is reversed, long ago, or none."""
    kind = draw(st.sampled_from(["slot"] * 8 + ["reversed", "past", "none"]))
    day = (datetime(2021, 10, 25) + timedelta(days=draw(days))).strftime("%Y-%m-%dT")  # noqa: DTZ001
    begin, end = (f"{day}{time}:00" for time in draw(slots))
    if kind == "none":
        return {}
    if kind == "reversed":
        begin, end = end, begin
    if kind == "past":
        begin, end = "2020-01-06T08:00:00", "2020-01-06T12:00:00"
    return {"planningWindowStart": begin, "planningWindowEnd": end}


def code(sor_code: str, number: str) -> dict[str, Any]:
    return {
        "bookingCodeSORCode": sor_code,
        "itemNumberWithinBooking": "1",
        "primaryOrderNumber": number,
        "quantity": "1",
    }


class AllOperations(RuleBasedStateMachine):
    """One DRS, one caller who holds a session."""

    orders = Bundle("orders")
    bookings = Bundle("bookings")

    def __init__(self) -> None:
        super().__init__()
        self.caller = Caller(PROFILE)
        self.count = 0

    @initialize(target=bookings)
    def begin_with_some_orders(self) -> Any:
        self.session_id = self.caller.open()
        ids = []
        for sor_code in ("N373049", "N373049", "N630945"):
            self.count += 1
            made = self.call("createOrder", theOrder=self.order(sor_code))
            ids.append(made.returned.findtext("theOrder/theBookings/bookingId"))
        return multiple(*ids)

    @initialize(target=orders)
    def their_numbers(self) -> Any:
        return multiple("order-1", "order-2", "order-3")

    def order(self, sor_code: str, **members: Any) -> dict[str, Any]:
        number = f"order-{self.count}"
        return {
            "contract": "0",
            "locationID": "3670010",
            "orderComments": "Door",
            "primaryOrderNumber": number,
            "priority": "Priority 20 Days",
            "targetDate": "2021-11-19T23:59:59",
            "theBookingCodes": [code(sor_code, number)],
            "userId": ".",
            **members,
        }

    def call(self, operation: str, **members: Any) -> Answered:
        before = self.caller.state()
        sent: Mapping[str, Any] = {**members, "sessionId": self.session_id}
        answered = self.caller.post(request(operation, sent))
        assert answered.status == 200, answered.fault
        wrapper = answered.returned.getparent()
        assert wrapper is not None
        assert wrapper.tag == f"{{{NAMESPACE}}}{operation}Response"
        VALID.assertValid(wrapper)
        if answered.returned.findtext("status") == "error":
            assert answered.error
            assert self.caller.state() == before
        return answered

    @rule(target=orders, location=locations, sor=sor_codes, priority=priorities, contract=contracts, long=rarely)
    def create_order(self, location: str, sor: str, priority: str, contract: str, long: bool) -> Any:
        self.count += 1
        comments = "x" * (256 if long else 3)
        order = self.order(sor, contract=contract, locationID=location, priority=priority, orderComments=comments)
        made = self.call("createOrder", theOrder=order).returned.findtext("theOrder/primaryOrderNumber")
        return multiple() if made is None else made

    @rule(target=bookings, number=orders)
    def first_booking(self, number: str) -> Any:
        answered = self.call("selectOrder", primaryOrderNumber=number, includeCompletedBookings=True)
        return multiple(*(each.text for each in answered.returned.iterfind("theOrders/theBookings/bookingId")))

    @rule(target=bookings, number=orders, sor=sor_codes, window=windows())
    def create_booking(self, number: str, sor: str, window: dict[str, str]) -> Any:
        booking = {"primaryOrderNumber": number, "theBookingCodes": [code(sor, number)], **window}
        answered = self.call("createBooking", theBooking=booking)
        return multiple(*(each.text for each in answered.returned.iterfind("theBookings/bookingId")))

    @rule(
        operation=st.sampled_from(["scheduleBooking"] * 3 + ["createReservation", "confirmReservation"]),
        booking=bookings,
        window=windows(),
        contract=contracts,
        force=flags,
        lock_time=flags,
        lock=resource_locks,
        operative=operatives,
    )
    def place(
        self,
        operation: str,
        booking: str,
        window: dict[str, str],
        contract: str,
        force: bool,
        lock_time: bool,
        lock: str,
        operative: str,
    ) -> None:
        sent = {
            "bookingId": booking,
            "contract": contract,
            "primaryOrderNumber": "",
            "theResources": [{"resourceID": operative}],
            **window,
        }
        self.call(operation, theBooking=sent, force=force, timeLock=lock_time, resourceLock=lock)

    @rule(
        booking=bookings,
        becomes=st.sampled_from([*STATUSES, "PLANNED", "undefined"]),
        operative=operatives,
        complete=rarely,
        suspended=rarely,
        follow_on=st.none() | sor_codes,
        reversed_times=rarely,
    )
    def update_booking(
        self,
        booking: str,
        becomes: str,
        operative: str,
        complete: bool,
        suspended: bool,
        follow_on: str | None,
        reversed_times: bool,
    ) -> None:
        times = ["2021-10-22T08:00:00", "2021-10-22T09:00:00"]
        begin, end = reversed(times) if reversed_times else times
        more = {} if follow_on is None else {"theFollowOnBooking": {"theBookingCodes": [code(follow_on, "x")]}}
        status = {"bookingCompletionStatus": "SUSPENDED"} if suspended else {}
        self.call(
            "updateBooking",
            actionTaken="done",
            completeOrder=complete,
            startDateAndTime=begin,
            endDateAndTime=end,
            resourceId=operative,
            transactionType=becomes,
            theBooking={"bookingId": booking, "plannerComments": "seen", **status},
            **more,
        )

    @rule(booking=consumes(bookings), contract=contracts)
    def delete_booking(self, booking: str, contract: str) -> None:
        self.call("deleteBooking", theBooking={"bookingId": booking, "contract": contract, "primaryOrderNumber": "x"})

    @rule(number=consumes(orders))
    def delete_order(self, number: str) -> None:
        self.call("deleteOrder", theOrder={"primaryOrderNumber": number})

    @rule(number=orders, contract=contracts)
    def complete_order(self, number: str, contract: str) -> None:
        self.call("completeOrder", primaryOrderNumber=number, contract=contract, userId="me")

    @rule(number=orders, location=locations, priority=priorities, comments=st.text("ab ", max_size=3))
    def update_order(self, number: str, location: str, priority: str, comments: str) -> None:
        order = {
            "primaryOrderNumber": number,
            "locationID": location,
            "priority": priority,
            "orderComments": comments,
            "phone": "1",
        }
        self.call("updateOrder", theOrder=order)

    @rule()
    def ask_for_what_is_not_there(self) -> None:
        booking = {"bookingId": 7, "contract": "0", "primaryOrderNumber": "unknown"}
        for operation in ("scheduleBooking", "createReservation", "confirmReservation", "deleteBooking"):
            assert self.call(operation, theBooking=booking).error
        order = {"primaryOrderNumber": "unknown"}
        assert "no order exists" in self.call("deleteOrder", theOrder=order).error
        assert self.call("updateOrder", theOrder=order).error
        assert self.call("createBooking", theBooking=order).error
        assert self.call("completeOrder", primaryOrderNumber="unknown", contract="0", userId="me").error
        assert "Unable to find order" in self.call("selectOrder", primaryOrderNumber="unknown").error

    @rule(operative=operatives, completed=flags, contract=contracts, location=locations)
    def select_order(self, operative: str, completed: bool, contract: str, location: str) -> None:
        self.call("selectOrder", resources=operative, includeCompletedBookings=completed)
        self.call("selectOrder", contract=contract, locationIDs=location)
        self.call("selectOrder", returnBookingsFrom="2021-10-25T00:00:00", returnBookingsTo="2021-10-27T00:00:00")

    @rule(status=st.sampled_from(STATUSES), operative=operatives, window=windows())
    def select_booking(self, status: str, operative: str, window: dict[str, str]) -> None:
        self.call("selectBooking", bookingStatus=status)
        self.call("selectBooking", workers=operative)
        if window:
            begin, end = window["planningWindowStart"], window["planningWindowEnd"]
            self.call("selectBooking", returnBookingsPWFrom=begin, returnBookingsPWTo=end)

    @rule(operative=operatives, hours=flags, contract=contracts)
    def look_around(self, operative: str, hours: bool, contract: str) -> None:
        self.call("selectResource", theResourceIDs=operative, includeWorkingHours=hours)
        period = {"returnWorkingHoursFrom": "2021-10-25T00:00:00", "returnWorkingHoursTo": "2021-10-31T00:00:00"}
        self.call("selectResource", contract=contract, includeWorkingHours=True, **period)
        self.call("selectMetaData", contract=contract)
        self.call("selectAlerts", contract=contract, alertType="RESCHEDULEFAILURES")

    @rule(operative=operatives, day=days, slot=slots, twice=flags)
    def take_leave(self, operative: str, day: int, slot: tuple[str, str], twice: bool) -> None:
        date = (datetime(2021, 10, 25) + timedelta(days=day)).strftime("%Y-%m-%dT")  # noqa: DTZ001
        away = [{"beginDateTime": f"{date}{slot[0]}:00", "endDateTime": f"{date}{slot[1]}:00", "reason": "Holiday"}]
        resource = {"resourceID": operative, "theUnavailabilities": away * (1 + twice)}
        self.call("updateResource", theResources=[resource])

    @rule(operative=operatives, weekday=st.sampled_from(["monday", "TUESDAY", "noday"]), trade=flags)
    def change_hours(self, operative: str, weekday: str, trade: bool) -> None:
        hours = {"beginDate": "2021-10-25T09:00:00", "endDate": "2021-10-25T13:00:00", "dayOfWeek": weekday}
        resource: dict[str, Any] = {"resourceID": operative, "theWorkingHours": [hours]}
        if trade:
            resource = {"resourceID": operative, "theAbilities": [{"name": "Plumber"}]}
        self.call("updateResource", theResources=[resource])

    @rule(location=locations, latitude=st.sampled_from(["53.2", "north", "99"]))
    def update_location(self, location: str, latitude: str) -> None:
        place = {"locationId": location, "address1": "1 NEW ROAD", "latitude": latitude, "city": "LINCOLN"}
        self.call("updateLocation", theLocation=place)

    @rule(minutes=st.sampled_from([30, 0]), trade=st.sampled_from(["Joiner", "Plumber", ""]), contract=contracts)
    def update_code(self, minutes: int, trade: str, contract: str) -> None:
        definition = {
            "bookingCode": "NEW1",
            "bookingCodeDescription": "New",
            "bookingCodeTime": minutes,
            "contract": contract,
            "trade": trade,
        }
        self.call("updateBookingCode", contract="0", theBookingCodeDefinitions=[definition])

    @rule(sor=sor_codes, operative=operatives, best=st.sampled_from(["no", "day", "fullPeriod", "yes"]), others=flags)
    def check_availability(self, sor: str, operative: str, best: str, others: bool) -> None:
        order = {
            "contract": "0",
            "locationID": "3670010",
            "primaryOrderNumber": "order-1",
            "priority": "3 Days",
            "theBookingCodes": [code(sor, "x")],
            "userId": ".",
        }
        period = {"periodBegin": "2021-10-25T00:00:00", "periodEnd": "2021-10-27T00:00:00"}
        self.call(
            "checkAvailability",
            **period,
            canSelectOtherOrders=others,
            newBooking=not others,
            onlyBestSlots=best,
            resourceIDs=operative or "101",
            theOrder=order,
        )

    @rule(hours=st.integers(1, 40))
    def time_passes(self, hours: int) -> None:
        self.caller.simulator.clock.shift(timedelta(hours=hours))
        self.call("selectMetaData", contract="0")
        self.session_id = self.caller.open()

    @rule()
    def begin_a_new_session(self) -> None:
        self.call("closeSession")
        self.call("selectMetaData", contract="0")
        self.session_id = self.caller.open()

    @invariant()
    def nobody_is_in_two_places_at_once(self) -> None:
        today = self.caller.simulator.clock.now().date()
        answered = self.caller.ask("selectBooking", "", self.session_id)
        visits: dict[str, list[tuple[datetime, datetime]]] = {}
        for booking in answered.returned.iterfind("theBookings"):
            operative = booking.findtext("theResources/resourceID")
            if operative and booking.findtext("bookingLifeCycleStatus") != "COMPLETED":
                start, end = (local(booking.findtext(name) or "") for name in ("assignedStart", "assignedEnd"))
                if start.date() > today:
                    opens, closes = (
                        local(booking.findtext(name) or "") for name in ("planningWindowStart", "planningWindowEnd")
                    )
                    assert opens <= start < end <= closes
                    visits.setdefault(operative, []).append((start, end))
        for of_operative in visits.values():
            assert all(one[1] <= other[0] for one, other in pairwise(sorted(of_operative)))


AllOperations.TestCase.settings = settings(max_examples=40, stateful_step_count=25)
TestAllOperations = AllOperations.TestCase
