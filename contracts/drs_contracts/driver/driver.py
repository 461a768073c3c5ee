"""A driver: calls a DRS in the terms of its workflow, and deletes what it made."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from secrets import token_hex
from types import TracebackType
from typing import Self

from drs_contracts.driver.expectations import NeedNotMetError, need, need_success
from drs_contracts.driver.installation import HiddenSettings, TestData
from drs_contracts.driver.messages import Exchange, Members, NoEnvelopeError, Value, request
from drs_contracts.driver.targets import Target, read_callbacks
from drs_contracts.errors import ClauseBroken, ContractsError

_KEPT_EXCHANGES = 400


@dataclass(frozen=True, slots=True)
class OfferedSlot:
    """A slot as an answer has it."""

    begin: str
    end: str
    available: bool
    best: bool

    @property
    def begins(self) -> datetime:
        """When it begins, with its offset."""
        return datetime.fromisoformat(self.begin)

    @property
    def ends(self) -> datetime:
        """When it ends, with its offset."""
        return datetime.fromisoformat(self.end)

    @property
    def window(self) -> dict[str, Value]:
        """The planning window of a booking that will be scheduled into it."""
        return {"planningWindowStart": self.begin, "planningWindowEnd": self.end}


@dataclass(frozen=True, slots=True)
class CreatedOrder:
    """An order that the driver made."""

    number: str
    booking_id: str
    exchange: Exchange


class DrsDriver:
    """Calls one target. As a context manager it deletes its orders and closes its sessions at the end.

    Attributes:
        target: What is called.
        data: What is known of the installation.
        exchanges: The latest calls with their replies, oldest first; without those of the clean-up.
        left_behind: The numbers of orders that the clean-up could not delete because DRS did not answer.
        http_breach: The first call whose HTTP side is wrong.
        has_asked_for_today: Whether anything depends on the target's day.
    """

    def __init__(self, target: Target, data: TestData) -> None:
        self.target = target
        self.data = data
        self.exchanges: list[Exchange] = []
        self.left_behind: list[str] = []
        self.http_breach: Exchange | None = None
        self.has_asked_for_today = False
        self._session: str | None = None
        self._opened: list[str] = []
        self._numbers: list[str] = []
        self._seen_callbacks = 0

    @property
    def hidden_settings(self) -> HiddenSettings:
        """What no call finds out; clauses that need it are skipped where it is not known.

        Raises:
            NeedNotMetError: It is not known.
        """
        if self.data.hidden_settings is None:
            raise NeedNotMetError("only a simulator's own profile tells how it is set up")
        return self.data.hidden_settings

    @property
    def today(self) -> date:
        """The target's local day."""
        self.has_asked_for_today = True
        return self.target.now().astimezone(self.data.zone).date()

    @property
    def session(self) -> str:
        """An open session's id; opened at first use."""
        if self._session is None:
            opened = self.open_session()
            session, told = opened.text("sessionId"), opened.fault or opened.text("errorMsg") or "no reason"
            need(bool(session), f"openSession gave no session: {told}")
            self._session = session or ""
        return self._session

    @staticmethod
    def need(is_there: bool, otherwise: str) -> None:
        """Require what a check starts from (see ``drs_contracts.driver.expectations.need``).

        Raises:
            NeedNotMetError: It is not there.
        """
        need(is_there, otherwise)

    def renew_session(self) -> None:
        """Close the session, if one is open; the next call that needs one opens another."""
        if self._session is not None:
            self._opened = [other for other in self._opened if other != self._session]
            self.call("closeSession", {"sessionId": self._session})
            self._session = None

    def adopt_session(self, session: str) -> None:
        """Go on in a session that is open already, in place of the one that was closed."""
        self._session = session

    def local(self, days_ahead: int, at: time = time(0)) -> datetime:
        """That time of the day, this many days from today."""
        return datetime.combine(self.today + timedelta(days=days_ahead), at, self.data.zone)

    def weekday(self, weeks_ahead: int, weekday: int) -> int:
        """How many days ahead a weekday (Monday is 0) lies, ``weeks_ahead`` weeks after the coming Monday."""
        return 7 - self.today.weekday() + 7 * weeks_ahead + weekday

    def post(self, operation: str, body: bytes) -> Exchange:
        """Send bytes as they are.

        Raises:
            NoEnvelopeError: What answers is not SOAP: a server in trouble, of which no clause says anything.
        """
        exchange = Exchange(operation, body, self.target.post(body))
        self.exchanges = [*self.exchanges[1 - _KEPT_EXCHANGES :], exchange]
        if b"Envelope" not in exchange.reply.body:
            _ = exchange.envelope
        if self.http_breach is None and exchange.http_breach:
            self.http_breach = exchange
        if b"<sessionId>" in exchange.reply.body:
            with suppress(NoEnvelopeError):
                self._opened.append(exchange.text("sessionId") or "")
        return exchange

    def call(self, operation: str, members: Members) -> Exchange:
        """Send a call."""
        return self.post(operation, request(operation, members))

    def ask(self, operation: str, /, **members: Value) -> Exchange:
        """Send a call with these members in the open session."""
        return self.call(operation, {"sessionId": self.session, **members})

    def open_session(self, login: str | None = None, password: str | None = None) -> Exchange:
        """Send openSession, with the target's own login unless told otherwise."""
        return self.call(
            "openSession",
            {
                "login": self.target.login if login is None else login,
                "password": self.target.password if password is None else password,
            },
        )

    def availability_members(self, begin: Value, end: Value, **order: Value) -> dict[str, Value]:
        """The members of a checkAvailability that is complete; ``order`` replaces members of ``theOrder``."""
        number = order.get("primaryOrderNumber", "anything")
        return {
            "periodBegin": begin,
            "periodEnd": end,
            "sessionId": self.session,
            "theOrder": {
                "contract": self.data.contract,
                "locationID": self.data.location_id,
                "primaryOrderNumber": number,
                "priority": self.data.priority,
                "theBookingCodes": self.code(str(number)),
                "userId": self.data.user_id,
                **order,
            },
        }

    def check_availability(self, begin: Value, end: Value, **order: Value) -> Exchange:
        """Send a checkAvailability that is complete."""
        return self.call("checkAvailability", self.availability_members(begin, end, **order))

    def order_number(self) -> str:
        """A new order number."""
        return f"{self.data.order_number_prefix}{self.target.now():%Y%m%d%H%M%S}-{token_hex(4)}"

    def order_members(self, **order: Value) -> dict[str, Value]:
        """The members of a createOrder that is complete, under a new number."""
        number = self.order_number()
        return {
            "sessionId": self.session,
            "theOrder": {
                "contract": self.data.contract,
                "locationID": self.data.location_id,
                "orderComments": " ",
                "primaryOrderNumber": number,
                "priority": self.data.priority,
                "targetDate": self.local(60, time(23, 59, 59)),
                "userId": self.data.user_id,
                "theBookingCodes": self.code(number),
                **order,
            },
        }

    def create_order(self, **order: Value) -> CreatedOrder:
        """Create an order. A check starts from a plain one; whether one with members of its own is taken, it judges.

        Args:
            order: Members of ``theOrder`` that replace the usual ones.

        Raises:
            NeedNotMetError: There is no booking, and the order is a plain one.
            ClauseBroken: There is no booking, and it is not.
        """
        return self._create_order(order, is_judged=bool(order))

    def judge_order(self) -> CreatedOrder:
        """Create a plain order, in a check of just that.

        Raises:
            ClauseBroken: There is no booking.
        """
        return self._create_order({}, is_judged=True)

    def _create_order(self, order: Members, *, is_judged: bool) -> CreatedOrder:
        members = self.order_members(**order)
        exchange = self.call("createOrder", members)
        the_order = members["theOrder"]
        assert isinstance(the_order, Mapping)
        booking_id = exchange.text("theOrder/theBookings/bookingId")
        if not exchange.succeeded or booking_id is None:
            told = f"createOrder gave no booking: {exchange.text('errorMsg') or exchange.fault or 'no reason'}"
            need(is_judged, told)
            raise ClauseBroken(told, exchange)
        created = CreatedOrder(str(the_order["primaryOrderNumber"]), booking_id, exchange)
        self._numbers.append(created.number)
        return created

    def create_bookings(self, count: int, **order: Value) -> list[CreatedOrder]:
        """Create an order with that many bookings, each as if it were an order of its own.

        Args:
            count: How many bookings.
            order: See ``create_order``.

        Raises:
            NeedNotMetError: There are not that many.
            ClauseBroken: See ``create_order``.
        """
        created = self.create_order(**order)
        for _ in range(count - 1):
            further: Members = {"primaryOrderNumber": created.number, "theBookingCodes": self.code(created.number)}
            need_success(self.ask("createBooking", theBooking=further))
        return self.need_bookings(created, count)

    def need_bookings(self, order: CreatedOrder, count: int) -> list[CreatedOrder]:
        """List the bookings of an order, each as if it were an order of its own.

        Raises:
            NeedNotMetError: There are not that many.
        """
        ids = self.select(order).texts("theOrders/theBookings/bookingId")
        need(len(ids) == count, f"an order with {count} bookings has {len(ids)}")
        return [CreatedOrder(order.number, each, order.exchange) for each in ids]

    def booking(self, order: CreatedOrder, **more: Value) -> dict[str, Value]:
        """The members by which a booking is named, and more of it."""
        contract = self.data.contract
        return {"bookingId": order.booking_id, "contract": contract, "primaryOrderNumber": order.number, **more}

    def update(self, order: CreatedOrder, becomes: str, booking: Members | None = None, /, **more: Value) -> Exchange:
        """Send updateBooking with news of an order's booking, and ``more`` members beside it."""
        today = self.local(0)
        sent: dict[str, Value] = {
            "completeOrder": False,
            "endDateAndTime": today.replace(hour=1),
            "resourceId": "",
            "startDateAndTime": today,
            "transactionType": becomes,
        }
        return self.ask("updateBooking", theBooking=self.booking(order, **(booking or {})), **(sent | more))

    def schedule(self, order: CreatedOrder, **booking: Value) -> Exchange:
        """Send scheduleBooking for an order's booking."""
        return self.ask("scheduleBooking", theBooking=self.booking(order, **booking))

    def schedule_into(self, order: CreatedOrder, slot: OfferedSlot) -> Exchange:
        """Send scheduleBooking with a slot's times as its planning window."""
        return self.schedule(order, **slot.window)

    def schedule_for(self, operative: str, order: CreatedOrder, slot: OfferedSlot) -> Exchange:
        """Send scheduleBooking for that operative and no other, with a slot's times as its planning window."""
        named = self.booking(order, theResources={"resourceID": operative}, **slot.window)
        return self.ask("scheduleBooking", theBooking=named, resourceLock="lockAsSpecified")

    def need_scheduled(self, order: CreatedOrder, slot: OfferedSlot) -> Exchange:
        """Schedule an order's booking into a slot, where a check starts from that.

        Raises:
            NeedNotMetError: It was refused.
        """
        answer = self.schedule_into(order, slot)
        need_success(answer)
        return answer

    def capable_operatives(self, order: CreatedOrder) -> list[str]:
        """Return the ids of the operatives who have the trade of an order's booking."""
        trade = order.exchange.text("theOrder/theBookings/template")
        returned = self.ask("selectResource").returned
        found = [] if returned is None else returned.findall("theResources")
        return [
            each.findtext("resourceID", "")
            for each in found
            if trade in [ability.text for ability in each.findall("theAbilities/name")]
        ]

    def select(self, order: CreatedOrder, **more: Value) -> Exchange:
        """Send selectOrder for one order."""
        return self.ask("selectOrder", primaryOrderNumber=order.number, **more)

    def delete(self, order: CreatedOrder) -> Exchange:
        """Send deleteBooking for an order's booking."""
        return self.ask("deleteBooking", theBooking=self.booking(order))

    def need_slots(self, days_ahead: int, days: int = 5) -> list[OfferedSlot]:
        """List the available slots of a period of whole days, of which a check needs one.

        Raises:
            NeedNotMetError: There is none, or the search was refused.
        """
        free = self.free_slots(days_ahead, days)
        begin, end = self.local(days_ahead), self.local(days_ahead + days - 1)
        need(bool(free), f"no slot is free from {begin:%d %B %Y} to {end:%d %B %Y}")
        return free

    def free_slots(self, days_ahead: int, days: int = 5, **order: Value) -> list[OfferedSlot]:
        """List the available slots of a period of whole days; there may be none.

        Args:
            days_ahead: How many days from today it begins.
            days: How many days it has.
            order: Members of ``theOrder`` that replace the usual ones.

        Raises:
            NeedNotMetError: The search was refused.
        """
        answer = self.check_availability(self.local(days_ahead), self.local(days_ahead + days - 1), **order)
        if not answer.succeeded:
            told = answer.text("errorMsg") or answer.fault or "no reason"
            raise NeedNotMetError(f"checkAvailability gave no slots: {told}")
        return [slot for slot in read_slots(answer) if slot.available]

    def new_callbacks(self) -> tuple[bytes, ...]:
        """Return what DRS has posted to the council's service since this was last asked, oldest first.

        Raises:
            CallbacksOutOfReachError: It cannot be seen.
        """
        known = read_callbacks(self.target)
        new, self._seen_callbacks = known[self._seen_callbacks :], len(known)
        return new

    def code(self, number: str, sor_code: str | None = None) -> Members:
        """One SOR code of that order, as a member of ``theBookingCodes``; without a name, that of the test data."""
        return {
            "bookingCodeSORCode": self.data.sor_code if sor_code is None else sor_code,
            "itemNumberWithinBooking": "1",
            "primaryOrderNumber": number,
            "quantity": "1",
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._clean_up()

    def _clean_up(self) -> None:
        """Delete what was made. A failure here must not replace the result of a check."""
        made, before = self._numbers, self.exchanges
        self._numbers = []
        while made:
            try:
                # DRS does not delete an order that is completed: it stays.
                self.ask("deleteOrder", theOrder={"primaryOrderNumber": made[0]})
            except ContractsError:
                self.left_behind += made
                break
            made = made[1:]
        for session in self._opened:
            with suppress(ContractsError):
                self.call("closeSession", {"sessionId": session})
        self.exchanges = before


def read_slots(exchange: Exchange) -> list[OfferedSlot]:
    """Read the slots of an answer to checkAvailability, in its order."""
    returned = exchange.returned
    found = [] if returned is None else returned.findall("theSlots/slotsForDay")
    return [
        OfferedSlot(
            slot.findtext("beginDate", ""),
            slot.findtext("endDate", ""),
            slot.findtext("available") == "YES",
            slot.findtext("bestSlot") == "true",
        )
        for slot in found
    ]
