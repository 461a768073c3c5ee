"""A week to look at: some thirty orders in the profile's own terms, in every state that a booking can have.

All of it is made by SOAP calls that a service could have made, at the times at which it would have made them, so that
the journal has the exchanges and each order its history. Fault rules do not apply to them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from operator import itemgetter
from random import Random
from typing import NamedTuple
from xml.sax.saxutils import escape

from lxml import etree

from drs_simulator.clock import Clock
from drs_simulator.exchange import Reply, SoapCall
from drs_simulator.journal.journal import Journal
from drs_simulator.profile.model import Profile
from drs_simulator.profile.tables import SorCode
from drs_simulator.scheduling.back_office import booking_of_id
from drs_simulator.scheduling.model import PlannedBooking
from drs_simulator.scheduling.planning import calendar
from drs_simulator.scheduling.scheduler import Credentials, Scheduler
from drs_simulator.scheduling.store import Store
from drs_simulator.soap.envelope import NAMESPACE
from drs_simulator.soap.gateway import Gateway
from drs_simulator.xml import parse_xml

_ORDERS = 38
_TRIES = 6
_DAYS_BEFORE, _DAYS_AFTER = 2, 4
_LOOKED_AROUND = 21
_FIRST_NUMBER = 10_001_001
_FIRST_LOCATION = 6_100_101
_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_STREETS = ("CHURCH LANE", "STATION ROAD", "MILL STREET", "PARK AVENUE", "SCHOOL CLOSE", "QUEEN STREET", "WELL ROW")
_COMMENTS = (
    "Tenant at work until noon, please ring first",
    "Dog in the garden",
    "Key with the neighbour at number 4",
    "Reported twice before",
    "Parking at the back",
    "Tenant has a baby, no water since this morning",
)
_CANCELLED, _DELETED, _RESERVED = 2, 1, 2
_ASKED_FOR = 0.6
"""In which part of the calls the service asks for an operative."""


class _Made(NamedTuple):
    """An order of the demo, and its booking."""

    number: str
    booking_id: int


class DemoWeek:
    """Makes the week.

    Args:
        profile: The installation.
        store: Its state, which has no orders yet.
        credentials: The login of the calls.
        journal: Records them.
        path: The gateway's path.
        now: The simulated time.
        seed: The same seed, profile and time make the same week.
    """

    def __init__(
        self,
        profile: Profile,
        store: Store,
        credentials: Credentials,
        journal: Journal,
        path: str,
        now: datetime,
        seed: int,
    ) -> None:
        self._profile = profile
        self._credentials = credentials
        self._journal = journal
        self._path = path
        self._now = now
        self._random = Random(seed)  # noqa: S311 - repeatable on purpose
        self._clock = Clock()
        # A clock of its own, since most of the week's calls were made before now. It queues no confirmations.
        self._scheduler = Scheduler(profile, self._clock, Random(seed), store, credentials)  # noqa: S311 - likewise
        self._gateway = Gateway(self._scheduler)
        self._session = ""
        self._locations = tuple(self._make_locations())
        # Each code that an operative can do.
        trades = {trade for operative in profile.operatives for trade in operative.trades}
        self._codes = [
            code for code in profile.sor_codes if self._scheduler.installation.sor_codes[code.code].trade in trades
        ]

    def fill(self) -> int:
        """Make the orders and return how many were made."""
        days = self._choose_days()
        if not days or not self._codes or not self._locations:
            return 0
        self._move_clock(datetime.combine(days[0] - timedelta(days=3), time(9, 7), self._profile.zone))
        made = [each for index in range(_ORDERS) for each in self._book(index, days[index % len(days)])]
        self._call("closeSession", "")
        self._session = ""
        self._work_through(sorted(made, key=self._begin_of))
        self._call("closeSession", "")
        return len(made)

    def _choose_days(self) -> list[date]:
        """Return two working days before today, today if it is one, and four after."""
        today = calendar.local_day(self._now, self._profile.zone)
        names = [operative.id for operative in self._profile.operatives]

        def is_worked(day: date) -> bool:
            installation_day = self._scheduler.installation.day(day)
            return any(installation_day.working_day(name).shift is not None for name in names)

        before = [today - timedelta(days=ago) for ago in range(1, _LOOKED_AROUND)]
        after = [today + timedelta(days=ahead) for ahead in range(1, _LOOKED_AROUND)]
        return [
            *sorted([day for day in before if is_worked(day)][:_DAYS_BEFORE]),
            *([today] if is_worked(today) else []),
            *[day for day in after if is_worked(day)][:_DAYS_AFTER],
        ]

    def _book(self, index: int, day: date) -> Iterator[_Made]:
        """Create an order and schedule its booking on that day; nothing if the day has no room for it."""
        number = str(_FIRST_NUMBER + index)
        for _ in range(_TRIES):
            self._move_clock(
                self._clock.now() + timedelta(minutes=self._random.randint(2, 5), seconds=self._random.randint(1, 50))
            )
            order = self._describe_order(number)
            found = self._call("checkAvailability", f"{_describe_period(day)}{order}")
            slots = [
                (slot.findtext("beginDate") or "", slot.findtext("endDate") or "")
                for slot in found.iterfind(".//slotsForDay")
                if slot.findtext("available") == "YES"
            ]
            if slots:
                created = self._call("createOrder", order)
                made = _Made(number, int(created.findtext(".//theBookings/bookingId") or 0))
                if index % 13 == 5:  # noqa: PLR2004 - now and then a service asks for a Sunday
                    sunday = day + timedelta(days=6 - day.weekday())
                    self._schedule(made, (f"{sunday}T08:00:00", f"{sunday}T12:00:00"))
                self._schedule(made, self._random.choice(slots))
                yield made
                return

    def _schedule(self, made: _Made, window: tuple[str, str]) -> None:
        """Schedule a booking: now and then with an operative who is asked for, if they have room."""
        booking = self._scheduler.run_as_system(booking_of_id, made.booking_id).booking
        able = [each.id for each in self._profile.operatives if set(booking.trades) <= set(each.trades)]
        if able and self._random.random() < _ASKED_FOR:
            resource = f"<theResources><resourceID>{escape(self._random.choice(able))}</resourceID></theResources>"
            answer = self._call(
                "scheduleBooking",
                f"<resourceLock>lockAsSpecified</resourceLock>{self._describe_booking(made, window, resource)}",
            )
            if answer.findtext(".//status") == "success":
                return
        self._call("scheduleBooking", self._describe_booking(made, window))

    def _work_through(self, made: list[_Made]) -> None:
        """Let the operatives work until now, and let some of what is to come be cancelled, reserved or accepted."""
        begun = [each for each in made if self._begin_of(each) <= self._now]
        coming = made[len(begun) :]
        in_progress, done = begun[-1:], begun[:-1]
        for at, act in sorted(self._reports_of(done), key=itemgetter(0)):
            self._move_clock(at)
            act()
        self._move_clock(self._now)
        for each in in_progress:
            self._update(each, "STARTED")
        for each, state in zip(
            coming[:5], ("ARRIVED", "DESPATCHED", "ACCEPTED", "ACCEPTED", "ACKNOWLEDGED"), strict=False
        ):
            self._update(each, state)
        rest = coming[5:]
        self._random.shuffle(rest)
        for each in rest[:_CANCELLED]:
            self._call("deleteBooking", self._describe_booking(each))
        rest = rest[_CANCELLED:]
        for each in rest[:_DELETED]:
            self._call(
                "deleteOrder",
                f"<theOrder>{self._contract}<primaryOrderNumber>{each.number}</primaryOrderNumber></theOrder>",
            )
        for each in rest[_DELETED : _DELETED + _RESERVED]:
            window = self._planned(each).booking
            zone = self._profile.zone
            begin, end = (f"{at.astimezone(zone):%Y-%m-%dT%H:%M:%S}" for at in (window.window_start, window.window_end))
            booking_id = f"<bookingId>{each.booking_id}</bookingId>"
            self._call("createReservation", f"{booking_id}{self._describe_booking(each, (begin, end))}")

    def _reports_of(self, done: list[_Made]) -> Iterator[tuple[datetime, Callable[[], object]]]:
        """Yield what operatives report of their work, with the time at which they do: begun, and done or suspended."""
        for index, each in enumerate(done):
            planned = self._planned(each)
            yield self._begin_of(each), partial(self._update, each, "STARTED")
            end = min(self._end_of(planned), self._now)
            if index % 9 == 4:  # noqa: PLR2004 - now and then there is no access
                status = self._profile.ordering.suspended_status
                yield end, partial(self._update, each, "STARTED", "<actionTaken>No access</actionTaken>", status)
            else:
                yield end, partial(self._complete, each, planned)

    def _complete(self, each: _Made, planned: PlannedBooking) -> None:
        zone = self._profile.zone
        times_of_work = planned.assigned_start or planned.booking.window_start, self._end_of(planned)
        begin, end = (f"{at.astimezone(zone):%Y-%m-%dT%H:%M:%S}" for at in times_of_work)
        times = f"<endDateAndTime>{end}</endDateAndTime>", f"<startDateAndTime>{begin}</startDateAndTime>"
        resource = f"<resourceId>{planned.operative_id}</resourceId>"
        self._update(each, "COMPLETED", f"<completeOrder>true</completeOrder>{times[0]}{resource}{times[1]}")

    def _update(self, each: _Made, state: str, members: str = "", status: str = "") -> None:
        booking = self._describe_booking(each, status=status)
        self._call("updateBooking", f"{members}{booking}<transactionType>{state}</transactionType>")

    @property
    def _contract(self) -> str:
        return f"<contract>{escape(self._profile.contracts[0])}</contract>"

    def _describe_booking(
        self, made: _Made, window: tuple[str, str] | None = None, resources: str = "", status: str = ""
    ) -> str:
        told = f"<bookingCompletionStatus>{escape(status)}</bookingCompletionStatus>" if status else ""
        times = ""
        if window is not None:
            begin, end = window
            times = f"<planningWindowEnd>{end}</planningWindowEnd><planningWindowStart>{begin}</planningWindowStart>"
        number = f"<primaryOrderNumber>{made.number}</primaryOrderNumber>"
        booking_id = f"<bookingId>{made.booking_id}</bookingId>"
        return f"<theBooking>{told}{booking_id}{self._contract}{times}{number}{resources}</theBooking>"

    def _describe_order(self, number: str) -> str:
        code: SorCode = self._random.choice(self._codes)
        priority = self._random.choice(self._profile.priorities).id if self._profile.priorities else ""
        location_id, location = self._random.choice(self._locations)
        target = calendar.local_day(self._now, self._profile.zone) + timedelta(days=28)
        comment = f"{code.description}. {self._random.choice(_COMMENTS)}"
        return (
            f"<theOrder>{self._contract}<locationID>{escape(location_id)}</locationID>"
            f"<orderComments>{escape(comment)}</orderComments><primaryOrderNumber>{number}</primaryOrderNumber>"
            f"<priority>{escape(priority)}</priority><targetDate>{target}T23:59:59</targetDate><theBookingCodes>"
            f"<bookingCodeSORCode>{escape(code.code)}</bookingCodeSORCode>"
            f"<itemNumberWithinBooking>1</itemNumberWithinBooking><primaryOrderNumber>{number}</primaryOrderNumber>"
            f"<quantity>1</quantity></theBookingCodes>{location}<userId>demo</userId></theOrder>"
        )

    def _make_locations(self) -> Iterator[tuple[str, str]]:
        """Yield the ids of locations: the profile's, and where orders bring theirs along, made-up ones nearby."""
        for known in self._profile.locations:
            yield known.id, ""
        if self._profile.ordering.unknown_locations != "accept":
            return
        near = self._profile.unknown_location
        for index in range(14):
            latitude = float(near.latitude) + self._random.uniform(-0.015, 0.015)
            longitude = float(near.longitude) + self._random.uniform(-0.02, 0.02)
            street = f"{self._random.randint(1, 80)} {_STREETS[index % len(_STREETS)]}"
            location_id = str(_FIRST_LOCATION + index)
            location = (
                f"<theLocation><address1>{street}</address1><latitude>{latitude:.6f}</latitude>"
                f"<locationId>{location_id}</locationId><longitude>{longitude:.6f}</longitude></theLocation>"
            )
            yield location_id, location

    def _planned(self, made: _Made) -> PlannedBooking:
        return self._scheduler.run_as_system(booking_of_id, made.booking_id)

    def _begin_of(self, made: _Made) -> datetime:
        planned = self._planned(made)
        return planned.assigned_start or planned.booking.window_start

    def _end_of(self, planned: PlannedBooking) -> datetime:
        return planned.assigned_end or planned.booking.window_end

    def _move_clock(self, instant: datetime) -> None:
        self._clock.fix(instant)

    def _call(self, operation: str, members: str) -> etree._Element:
        """Make one call and record it. A session of an earlier day has lapsed, so that another one is opened."""
        if not self._session or not self._is_open():
            login, password = escape(self._credentials.login), escape(self._credentials.password)
            opened = self._exchange("openSession", f"<login>{login}</login><password>{password}</password>")
            self._session = opened.findtext(".//sessionId") or ""
        return self._exchange(operation, f"<sessionId>{self._session}</sessionId>{members}")

    def _is_open(self) -> bool:
        opened = self._scheduler.session_opened(self._session)
        zone = self._profile.zone
        return opened is not None and calendar.local_day(opened, zone) == calendar.local_day(self._clock.now(), zone)

    def _exchange(self, operation: str, members: str) -> etree._Element:
        body = (
            f'<e:Envelope xmlns:e="{_ENVELOPE}"><e:Body><n:{operation} xmlns:n="{NAMESPACE}"><{operation}>{members}'
            f"</{operation}></n:{operation}></e:Body></e:Envelope>"
        )
        began = self._clock.now()
        call = SoapCall(body.encode(), path=self._path, headers={"content-type": "text/xml; charset=utf-8"})
        answer = self._gateway.answer(call.body)
        reply = Reply(answer.status, answer.body, answer.content_type, operation=answer.operation)
        if self._journal:
            self._journal.record(call, reply, faults=(), began=began, duration=0.0)
        return parse_xml(answer.body)


def _describe_period(day: date) -> str:
    return f"<periodBegin>{day}T00:00:00</periodBegin><periodEnd>{day}T23:59:59</periodEnd>"
