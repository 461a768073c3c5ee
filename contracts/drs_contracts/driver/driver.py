"""A driver: calls a DRS in the terms of its workflow, and deletes what it made."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from secrets import token_hex
from types import TracebackType
from typing import Any, ClassVar, NamedTuple, Self, TypeAlias
from zoneinfo import ZoneInfo

from drs_simulator import Profile

from drs_contracts.driver.expectations import NeedNotMetError, need, need_success
from drs_contracts.driver.messages import Exchange, Members, NoEnvelopeError, Value, request
from drs_contracts.driver.targets import Target, read_callbacks
from drs_contracts.errors import ClauseBroken, ContractsError

_KEPT_EXCHANGES = 400

Hours: TypeAlias = "tuple[tuple[time, time], ...]"
"""The slots of a day, each from its begin to its end, in local time."""


def _find_turn(profile: Profile) -> date | None:
    """The first day of a turn of the first location's area; ``None`` without areas, or if it is in none of them."""
    areas, sector = profile.areas, profile.locations[0].sector if profile.locations else None
    if areas is None or sector not in areas.sectors:
        return None
    return areas.first_day + timedelta(weeks=areas.weeks * areas.sectors.index(sector))


def _list_callbacks(profile: Profile) -> tuple[str, ...]:
    ordering = profile.ordering
    is_posted = {
        "bookingConfirmation": "schedule" in ordering.confirmation_after,
        "completedBooking": ordering.completion_push,
        "bookingCancellation": ordering.cancellation_push != "none",
    }
    return tuple(name for name, posted in is_posted.items() if posted)


def _find_workers(profile: Profile, priority: str) -> dict[str, Workers]:
    """Who does the work of each SOR code at the first location under the first contract, for that priority."""
    location = profile.locations[0] if profile.locations else profile.unknown_location
    templates = {template.name: template for template in profile.job_templates}
    found = {}
    for code in profile.sor_codes:
        template = templates.get(code.job_template or code.trade)
        if template is not None:
            template = templates.get(template.by_priority.get(priority, ""), template)
        trades = (code.trade,) if template is None else template.trades
        rule = "any" if template is None else template.sectors
        sectors = {"any": 0, "primary": 1, "secondary": len(profile.sectors)}[rule]
        ids = frozenset(
            each.id
            for each in profile.operatives
            if profile.contracts[0] in each.contracts
            and set(trades) <= set(each.trades)
            and (not sectors or location.sector in each.sectors[:sectors])
        )
        if code.trade or code.job_template:
            found[code.code] = Workers(ids, template is not None and template.operatives > 1)
    return found


def _find_quotas(profile: Profile) -> dict[tuple[str, str], int]:
    """How many minutes of a day operatives give to work of priorities with a type, by both ids, if they have quotas."""
    quotas = {
        (each.id, priority.id): each.quotas.of(priority.type)
        for priority in profile.priorities
        if priority.type and not priority.bound_to_areas
        for each in profile.operatives
        if each.quotas
    }
    return {ids: quota for ids, quota in quotas.items() if quota is not None}


def _find_first_days(profile: Profile) -> dict[str, int]:
    """On which day from today on the slots template of a priority begins, by the priority's id, if it is not today."""
    first_days = {template.name: template.first_day for template in profile.slots_templates}
    found = {priority.id: first_days.get(priority.slots_template or "", 0) for priority in profile.priorities}
    return {priority: first_day for priority, first_day in found.items() if first_day}


class Workers(NamedTuple):
    """The ids of those who can come to the location for some work, and whether two come together."""

    operative_ids: frozenset[str]
    are_paired: bool


@dataclass(frozen=True, slots=True)
class TestData:
    """What a driver must know of an installation to call it. Hours are local.

    ``contracts`` are all that are known, ``contract`` among them; empty where no other is. ``priority`` gets
    appointments in every area at any time; ``scheduled_priority`` waits for its area's turn, where there are areas.
    ``area_turns`` has the weeks of a turn and the number of areas, ``turn_begins`` the first day of a turn of the
    location's area, where that is known. ``job_codes`` are the SOR codes that have a job template; ``workers`` has
    those who come for the work of a code, where that is known, and ``quotas`` how many minutes of a day an
    operative gives to work of a priority, by the ids of both. ``default_template`` is the job template of work without
    an SOR code, where that is known; ``archived_after_days`` says when orders are archived, where they are;
    ``first_days`` has the first day of the slots template of a priority, by its id, where that is not today.
    ``slots`` are those of every day, but for the weekdays (Monday is 0) in ``slots_by_weekday``. ``platform`` is the
    version of Apache CXF, empty if it is another one. ``not_found`` has what no value is known of, with the reason as
    a sentence; to read such a member raises ``NeedNotMetError``. A best slot adds as many more kilometres than another
    as ``best_slot_tolerance_km`` says, at most. ``callbacks`` are the names of the messages that DRS posts to the
    council's service for what callers do.
    """

    contract: str
    location_id: str
    sor_code: str
    priority: str
    slots: Hours
    day_cap: int
    zone: ZoneInfo
    long_period_day_cap: int
    reservation_minutes: int
    suspended_status: str
    scheduled_priority: str
    priority_required: bool
    contracts: tuple[str, ...] = ()
    area_turns: tuple[int, int] | None = None
    turn_begins: date | None = None
    job_codes: tuple[str, ...] = ()
    workers: Mapping[str, Workers] = field(default_factory=dict)
    quotas: Mapping[tuple[str, str], int] = field(default_factory=dict)
    sor_code_without_template: str | None = None
    default_template: str | None = None
    archived_after_days: int | None = None
    first_days: Mapping[str, int] = field(default_factory=dict)
    quantities_below_1: str = "refuse"
    blank_priorities: str = "refuse"
    sent_members: str = "return"
    follow_ons_from_completed: str = "refuse"
    unknown_sor_codes: str = "accept"
    missing_sor_codes: str = "default_template"
    best_slot_tolerance_km: float = 0.1
    callbacks: tuple[str, ...] = ()
    order_number_prefix: str = "CONTRACT-"
    user_id: str = "drs-contracts"
    slots_by_weekday: Mapping[int, Hours] = field(default_factory=dict)
    platform: str = "cxf-2.6"
    not_found: Mapping[str, str] = field(default_factory=dict)

    # A class whose name begins with Test is none of tests.
    __test__: ClassVar[bool] = False

    @classmethod
    def of(cls, profile: Profile) -> TestData:
        """The test data of a profile: its first contract, location, priorities and SOR code with a trade."""
        first = profile.priorities[0]
        priority = next((each for each in profile.priorities if not each.bound_to_areas), first).id
        return cls(
            contract=profile.contracts[0],
            contracts=tuple(profile.contracts),
            location_id=profile.locations[0].id if profile.locations else profile.unknown_location.id,
            sor_code=next(code.code for code in profile.sor_codes if code.trade or code.job_template),
            priority=priority,
            scheduled_priority=next((each for each in profile.priorities if each.bound_to_areas), first).id,
            priority_required=profile.availability.priority_required,
            area_turns=None if profile.areas is None else (profile.areas.weeks, len(profile.areas.sectors)),
            turn_begins=_find_turn(profile),
            job_codes=tuple(code.code for code in profile.sor_codes if code.trade),
            workers=_find_workers(profile, priority),
            quotas=_find_quotas(profile),
            slots=tuple((slot.begin, slot.end) for slot in profile.availability.slots),
            day_cap=profile.availability.day_cap,
            best_slot_tolerance_km=profile.availability.best_slot_tolerance_km,
            zone=profile.zone,
            long_period_day_cap=profile.availability.long_period_day_cap,
            reservation_minutes=profile.ordering.reservation_minutes,
            suspended_status=profile.ordering.suspended_status,
            quantities_below_1=profile.ordering.quantities_below_1,
            blank_priorities=profile.ordering.blank_priorities,
            sent_members=profile.ordering.sent_members,
            follow_ons_from_completed=profile.ordering.follow_ons_from_completed,
            unknown_sor_codes=profile.ordering.unknown_sor_codes,
            missing_sor_codes=profile.ordering.missing_sor_codes,
            sor_code_without_template=next(
                (code.code for code in profile.sor_codes if not (code.trade or code.job_template)), None
            ),
            default_template=next((each.name for each in profile.job_templates if each.default), None),
            archived_after_days=profile.ordering.archived_after_days,
            first_days=_find_first_days(profile),
            callbacks=_list_callbacks(profile),
            platform=profile.gateway.platform,
        )

    def without_set_up(self) -> TestData:
        """Leave out what no call finds out, and only the profile of the same DRS tells."""
        return replace(self, workers={}, quotas={}, default_template=None, archived_after_days=None, first_days={})

    def with_set_up_of(self, known: TestData) -> TestData:
        """Take what no call finds out from the data of the DRS's own profile."""
        return replace(
            self,
            workers=known.workers,
            quotas=known.quotas,
            default_template=known.default_template,
            archived_after_days=known.archived_after_days,
            first_days=known.first_days,
        )

    def __getattribute__(self, name: str) -> Any:
        missing: Mapping[str, str] = object.__getattribute__(self, "not_found")
        if name in missing:
            raise NeedNotMetError(missing[name])
        return object.__getattribute__(self, name)

    def slots_on(self, weekday: int) -> Hours:
        """The slots of a weekday; Monday is 0."""
        return self.slots_by_weekday.get(weekday, self.slots)


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
