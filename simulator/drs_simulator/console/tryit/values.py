"""Values for the form of an operation that exist in the installation, so that the form works as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from drs_simulator.console.current import perform, simulator
from drs_simulator.console.exchanges.secrets import PASSWORD, SESSION
from drs_simulator.scheduling import back_office
from drs_simulator.scheduling.back_office import Search, UnknownError
from drs_simulator.scheduling.commands import AvailabilityRequest, CodeRequest, OrderRequest
from drs_simulator.scheduling.model import LifeCycle, PlannedBooking
from drs_simulator.scheduling.planning import calendar
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.use_cases.availability import check_availability

_USER = "console"
_FIRST_NUMBER = 10000047
_SEARCHED_DAYS = 84
_TARGET_DAYS = 28
_PERIOD_DAYS = 6
_LISTED = 25
_COMMENTS = "Tried from the console"
_CODES = tuple(
    f"theBookingCodes.{name}"
    for name in ("bookingCodeSORCode", "itemNumberWithinBooking", "primaryOrderNumber", "quantity")
)


def _below(parent: str, *names: str) -> tuple[str, ...]:
    return tuple(f"{parent}.{name}" for name in names)


_PLACED = (
    *("force", "timeLock", "userId"),
    *_below("theBooking", "bookingId", "contract", "locationID", "planningWindowEnd", "planningWindowStart"),
    *_below("theBooking", "primaryOrderNumber", "userId"),
)
_ORDER = ("contract", "locationID", "orderComments", "primaryOrderNumber", "priority", "targetDate", "userId")
_FILLED: Mapping[str, tuple[str, ...]] = {
    "openSession": ("login", "password"),
    "closeSession": (),
    "checkAvailability": (
        *("canSelectOtherOrders", "newBooking", "periodBegin", "periodEnd"),
        *_below("theOrder", "contract", "locationID", "primaryOrderNumber", "priority", "userId", *_CODES),
    ),
    "createOrder": _below("theOrder", *_ORDER, *_CODES),
    "updateOrder": _below("theOrder", "contract", "orderComments", "primaryOrderNumber", "userId"),
    "deleteOrder": _below("theOrder", "contract", "primaryOrderNumber", "userId"),
    "completeOrder": ("contract", "primaryOrderNumber", "userId"),
    "selectOrder": ("primaryOrderNumber",),
    "createBooking": _below("theBooking", "contract", "locationID", "primaryOrderNumber", "userId", *_CODES),
    "updateBooking": (
        *_below("theBooking", "bookingId", "contract", "operatorComments", "primaryOrderNumber", "userId"),
        "transactionType",
    ),
    "deleteBooking": _below("theBooking", "bookingId", "contract", "primaryOrderNumber", "userId"),
    "selectBooking": ("contract",),
    "scheduleBooking": _PLACED,
    "createReservation": ("bookingId", *_PLACED),
    "confirmReservation": ("bookingId", *_PLACED),
    "getSchedule": ("contract", "resourceId", "returnBookingCodes", "returnWarnings", "scheduleDate"),
    "selectResource": ("contract", "includeWorkingHours"),
    "updateResource": ("contract", *_below("theResources", "externalResourceCode", "resourceID", "resourceName")),
    "updateLocation": _below("theLocation", "address1", "locationId", "postCode"),
    "updateBookingCode": (
        "contract",
        *_below("theBookingCodeDefinitions", "bookingCode", "bookingCodeDescription", "bookingCodeTime", "contract"),
        "theBookingCodeDefinitions.trade",
    ),
    "selectAlerts": ("contract",),
    "selectMetaData": ("contract",),
}
"""The fields that are filled in, for each operation; sessionId is in all but openSession."""
NEEDS_ORDER = frozenset(
    {"updateOrder", "deleteOrder", "completeOrder", "selectOrder", "createBooking", "updateBooking", "deleteBooking"}
    | {"scheduleBooking", "createReservation", "confirmReservation"}
)
"""The operations that change or show an order that exists."""


class Samples(NamedTuple):
    """Values of a form.

    Args:
        filled: What is typed in at first, by the fields' paths.
        choices: Further values that exist, by the fields' names.
        has_order: Whether there is an order, or a booking as the operation needs it.
    """

    filled: Mapping[str, str]
    choices: Mapping[str, tuple[str, ...]]
    has_order: bool


def find_samples(operation: str) -> Samples:
    """Find values for the form of an operation."""
    booking = _find_booking(operation)
    values = _constants() | _values_of(operation, booking)
    paths = _FILLED[operation] if operation == "openSession" else ("sessionId", *_FILLED[operation])
    return Samples(
        {path: values[path.rpartition(".")[2]] for path in paths},
        _find_choices(),
        booking is not None or operation not in NEEDS_ORDER,
    )


def _constants() -> dict[str, str]:
    drs = simulator()
    profile = drs.profile
    code = next((each for each in profile.sor_codes if each.trade or each.job_template), profile.sor_codes[0])
    location = next(iter(profile.locations), profile.unknown_location)
    operative = perform(back_office.all_operatives, None)[0]
    tomorrow = _today() + timedelta(days=1)
    return {
        "sessionId": SESSION,
        "login": drs.login,
        "password": drs.password if drs.has_default_password else PASSWORD,
        "contract": profile.contracts[0],
        "userId": _USER,
        "locationID": location.id,
        "locationId": location.id,
        "address1": location.address1,
        "postCode": location.post_code,
        "priority": profile.priorities[0].id,
        "orderComments": _COMMENTS,
        "operatorComments": _COMMENTS,
        "bookingCodeSORCode": code.code,
        "itemNumberWithinBooking": "1",
        "quantity": "1",
        "force": "false",
        "timeLock": "false",
        "newBooking": "true",
        "canSelectOtherOrders": "false",
        "includeWorkingHours": "false",
        "returnBookingCodes": "true",
        "returnWarnings": "false",
        "transactionType": "undefined",
        "resourceId": operative.id,
        "resourceID": operative.id,
        "resourceName": operative.name,
        "externalResourceCode": operative.code,
        "bookingCode": "CONSOLE1",
        "bookingCodeDescription": _COMMENTS,
        "bookingCodeTime": "60",
        "trade": code.trade or profile.default_trade,
        "periodBegin": _write(datetime.combine(tomorrow, time())),
        "periodEnd": _write(datetime.combine(tomorrow + timedelta(days=_PERIOD_DAYS), time(23, 59, 59))),
        "targetDate": _write(datetime.combine(tomorrow + timedelta(days=_TARGET_DAYS), time(23, 59, 59))),
        "scheduleDate": _write(datetime.combine(tomorrow, time())),
    }


def _values_of(operation: str, planned: PlannedBooking | None) -> dict[str, str]:
    """The values that depend on orders and bookings."""
    profile = simulator().profile
    if operation not in NEEDS_ORDER or planned is None:
        begin, end = _find_window("", "", "")
        return {
            "primaryOrderNumber": _free_number(),
            "bookingId": str(profile.ordering.first_booking_id),
            "planningWindowStart": begin,
            "planningWindowEnd": end,
        }
    booking = planned.booking
    if booking.life_cycle is LifeCycle.RESERVED:
        zone = profile.zone
        begin, end = (_write(each.astimezone(zone)) for each in (booking.window_start, booking.window_end))
    else:
        begin, end = _find_window(booking.location.id, booking.codes[0].sor_code if booking.codes else "", "")
    return {
        "primaryOrderNumber": booking.order_number,
        "bookingId": str(booking.id),
        "contract": booking.contract,
        "locationID": booking.location.id,
        "planningWindowStart": begin,
        "planningWindowEnd": end,
    }


def _find_booking(operation: str) -> PlannedBooking | None:
    """Find the newest booking with which the operation works: one that is reserved to confirm it, one that is open."""
    if operation not in NEEDS_ORDER:
        return None
    life_cycle = LifeCycle.RESERVED if operation == "confirmReservation" else None
    found = perform(back_office.find_bookings, Search(life_cycle=life_cycle, limit=_LISTED)).part
    return next((each for each in found if not each.booking.completed), None)


def _find_window(location: str, code: str, priority: str) -> tuple[str, str]:
    """Find a slot with room; tomorrow's first slot if there is none."""
    profile, constants = simulator().profile, _constants()
    tomorrow = _today() + timedelta(days=1)
    first = profile.availability.slots[0]
    fallback = datetime.combine(tomorrow, first.begin), datetime.combine(tomorrow, first.end)
    codes = (CodeRequest(code or constants["bookingCodeSORCode"], "1", "1", "1"),)
    order = OrderRequest(
        "1",
        constants["contract"],
        location or constants["locationID"],
        codes=codes,
        user_id=_USER,
        priority=priority or constants["priority"],
    )
    for start in range(0, _SEARCHED_DAYS, profile.availability.day_cap):
        begin = calendar.midnight(tomorrow + timedelta(days=start), profile.zone)
        end = begin + timedelta(days=profile.availability.day_cap - 1)
        try:
            days = perform(check_availability, AvailabilityRequest(begin, end, order=order, new_booking=True)).days
        except Refusal:
            break
        slot = next((slot for day in days for slot in day.slots if slot.available), None)
        if slot is not None:
            return _write(slot.begin.astimezone(profile.zone)), _write(slot.end.astimezone(profile.zone))
    return _write(fallback[0]), _write(fallback[1])


def _free_number() -> str:
    """Return the number of an order that does not exist."""
    number = _FIRST_NUMBER
    for each in perform(back_office.find_orders, Search(limit=_LISTED)).part:
        if each.order.number.isascii() and each.order.number.isdigit():
            number = max(number, int(each.order.number) + 1)
    while True:
        try:
            perform(back_office.order_numbered, str(number))
        except UnknownError:
            return str(number)
        number += 1


def _find_choices() -> dict[str, tuple[str, ...]]:
    profile = simulator().profile
    numbers = tuple(each.order.number for each in perform(back_office.find_orders, Search(limit=_LISTED)).part)
    bookings = tuple(str(each.booking.id) for each in perform(back_office.find_bookings, Search(limit=_LISTED)).part)
    operatives = tuple(each.id for each in perform(back_office.all_operatives, None))
    locations = tuple(each.id for each in profile.locations[:_LISTED])
    codes = tuple(each.code for each in profile.sor_codes[: 4 * _LISTED])
    trades = tuple(dict.fromkeys(each.trade for each in profile.sor_codes if each.trade))
    return {
        "contract": profile.contracts,
        "priority": tuple(each.id for each in profile.priorities),
        "locationID": locations,
        "locationId": locations,
        "locationIDs": locations,
        "bookingCodeSORCode": codes,
        "bookingCode": codes,
        "trade": trades,
        "primaryOrderNumber": numbers,
        "bookingId": bookings,
        "resourceId": operatives,
        "resourceID": operatives,
        "resourceIDs": operatives,
        "resources": operatives,
        "workers": operatives,
        "theResourceIDs": operatives,
        "sessionId": (SESSION,),
    }


def _today() -> date:
    return calendar.local_day(simulator().clock.now(), simulator().profile.zone)


def _write(moment: datetime) -> str:
    """Write a local time as DRS's examples do, without an offset."""
    return moment.replace(tzinfo=None).isoformat(timespec="seconds")
