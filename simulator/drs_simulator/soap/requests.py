"""Turns the requests of the interface into commands of the domain: one table for each kind of object."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

from drs_simulator.profile.model import Profile
from drs_simulator.scheduling import commands
from drs_simulator.scheduling.model import AlertReason, BestSlots, LifeCycle

_CODE = {
    "sor_code": "bookingCodeSORCode",
    "item_number": "itemNumberWithinBooking",
    "number": "primaryOrderNumber",
    "quantity": "quantity",
    "trade": "trade",
    "description": "bookingCodeDescription",
    "comments": "comments",
    "item_value": "itemValue",
    "reference": "reference",
}
_ORDER = {
    "number": "primaryOrderNumber",
    "contract": "contract",
    "location_id": "locationID",
    "comments": "orderComments",
    "priority": "priority",
    "target_date": "targetDate",
    "earliest": "earliestBookingDate",
    "user_id": "userId",
    "order_id": "orderId",
    "message": "message",
    "contact_name": "contactName",
    "phone": "phone",
    "secondary_number": "secondaryOrderNumber",
    "tertiary_number": "tertiaryOrderNumber",
    "comments_extended": "orderCommentsExtended",
    "reason_code": "reasonCode",
    "subcontract": "subcontract",
}
_BOOKING = {
    "booking_id": "bookingId",
    "contract": "contract",
    "number": "primaryOrderNumber",
    "reason": "bookingReason",
    "window_start": "planningWindowStart",
    "window_end": "planningWindowEnd",
    "order_id": "orderId",
    "location_id": "locationID",
    "user_id": "userId",
    "category": "bookingCategory",
    "completion_status": "bookingCompletionStatus",
    "planner_comments": "plannerComments",
    "operator_comments": "operatorComments",
}
_PLACEMENT = {"booking_id": "bookingId", "force": "force", "lock_time": "timeLock", "resource_lock": "resourceLock"}
_UPDATE = {
    "complete_order": "completeOrder",
    "operative_id": "resourceId",
    "begin": "startDateAndTime",
    "end": "endDateAndTime",
    "category": "bookingCategory",
    "action_taken": "actionTaken",
}
_COMPLETION = {"number": "primaryOrderNumber", "contract": "contract", "user_id": "userId"}
_ORDER_FILTER = {
    "begin": "returnBookingsFrom",
    "end": "returnBookingsTo",
    "include_completed": "includeCompletedBookings",
}
_ORDER_CONTRACTS = ("contract", "primaryOrderNumberContracts", "locationIDContracts", "theBusinessDataContracts")
_BOOKING_FILTER = {
    "begin": "returnBookingsFrom",
    "end": "returnBookingsTo",
    "window_begin": "returnBookingsPWFrom",
    "window_end": "returnBookingsPWTo",
}
_SCHEDULE = {"contract": "contract", "operative_id": "resourceId", "day": "scheduleDate"}
_OPERATIVE_FILTER = {
    "include_hours": "includeWorkingHours",
    "hours_from": "returnWorkingHoursFrom",
    "hours_to": "returnWorkingHoursTo",
}
_OPERATIVE = {"id": "resourceID", "code": "externalResourceCode", "name": "resourceName"}
_HOURS = {"begin": "beginDate", "end": "endDate", "weekday": "dayOfWeek", "day": "specificDate"}
_UNAVAILABILITY = {"begin": "beginDateTime", "end": "endDateTime", "reason": "reason", "comments": "comments"}
LOCATION_MEMBERS = {
    "id": "locationId",
    "name": "name",
    "address1": "address1",
    "address2": "address2",
    "address3": "address3",
    "address4": "address4",
    "agency": "agency",
    "country": "country",
    "latitude": "latitude",
    "longitude": "longitude",
    "post_code": "postCode",
    "workflow_type": "workflowType",
}
"""The members of a location, by their names in the domain."""
# Members of a location that the scheduler stores and does not use.
_LOCATION_MORE = (
    *("areaCode", "citizenCode", "citizensName", "city", "contract", "customerCategory", "customerType"),
    *("locationSequenceNo", "messagingType", "number", "phoneNumber", "street"),
)
_DEFINITION = {
    "code": "bookingCode",
    "description": "bookingCodeDescription",
    "minutes": "bookingCodeTime",
    "trade": "trade",
    "contract": "contract",
}
_ALERTS = {"begin": "periodBegin", "end": "periodEnd"}


_Value = TypeVar("_Value")
_UNDEFINED = "undefined"


class RequestReader:
    """Reads requests for one installation."""

    def __init__(self, profile: Profile) -> None:
        self._best_slots_yes = BestSlots(profile.availability.best_slots_yes)

    def availability(self, sent: Any) -> commands.AvailabilityRequest:
        """The command of checkAvailability."""
        pattern = sent.otherOrderPattern
        return commands.AvailabilityRequest(
            period_begin=sent.periodBegin,
            period_end=sent.periodEnd,
            best_slots=self._best_slots(sent.onlyBestSlots),
            order=_order(sent.theOrder),
            new_booking=sent.newBooking,
            long_period=sent.checkAvailType == "longPeriod",
            operative_ids=_many(sent, "resourceIDs"),
            other_orders=sent.canSelectOtherOrders,
            other_statuses=_life_cycles(_many(pattern, "bookingStatus")),
            other_customers=_many(pattern, "customers"),
        )

    def order(self, sent: Any) -> commands.OrderRequest:
        """The order in ``theOrder``."""
        return _order(sent.theOrder)

    def booking(self, sent: Any) -> commands.BookingRequest:
        """The booking in ``theBooking``."""
        return _booking(sent.theBooking)

    def placing(self, sent: Any) -> commands.PlacingRequest:
        """The command of scheduleBooking, createReservation and confirmReservation."""
        return _read(commands.PlacingRequest, _PLACEMENT, sent, booking=_booking(sent.theBooking))

    def further_booking(self, sent: Any) -> commands.FurtherBookingRequest:
        """The command of createBooking."""
        return commands.FurtherBookingRequest(_booking(sent.theBooking), _order(sent.theOrder))

    def booking_update(self, sent: Any) -> commands.BookingUpdate:
        """The command of updateBooking."""
        follow_on = sent.theFollowOnBooking
        becomes = _life_cycles((sent.transactionType,) if sent.transactionType else ())
        return _read(
            commands.BookingUpdate,
            _UPDATE,
            sent,
            booking=_booking(sent.theBooking),
            becomes=becomes[0] if becomes else None,
            follow_on=None if follow_on is None else _booking(follow_on),
        )

    def completion(self, sent: Any) -> commands.OrderCompletion:
        """The command of completeOrder."""
        return _read(commands.OrderCompletion, _COMPLETION, sent)

    def order_filter(self, sent: Any) -> commands.OrderFilter:
        """The filter of selectOrder."""
        return _read(
            commands.OrderFilter,
            _ORDER_FILTER,
            sent,
            numbers=_many(sent, "primaryOrderNumber"),
            contracts=_lists(sent, *_ORDER_CONTRACTS),
            business_data=_business_data(sent, "theBusinessData"),
            location_ids=_many(sent, "locationIDs"),
            operative_ids=_many(sent, "resources"),
        )

    def booking_filter(self, sent: Any) -> commands.BookingFilter:
        """The filter of selectBooking."""
        return _read(
            commands.BookingFilter,
            _BOOKING_FILTER,
            sent,
            statuses=_life_cycles(_many(sent, "bookingStatus")),
            contracts=_lists(sent, "contract", "theOrderBusinessDataContracts"),
            business_data=_business_data(sent, "theBusinessData", "theOrderBusinessData"),
            operative_ids=_many(sent, "workers"),
        )

    def schedule(self, sent: Any) -> commands.ScheduleRequest:
        """The command of getSchedule."""
        return _read(commands.ScheduleRequest, _SCHEDULE, sent)

    def operative_filter(self, sent: Any) -> commands.OperativeFilter:
        """The filter of selectResource."""
        return _read(
            commands.OperativeFilter,
            _OPERATIVE_FILTER,
            sent,
            contracts=_lists(sent, "contract", "theResourceIDContracts"),
            business_data=_business_data(sent, "theBusinessData"),
            ids=_many(sent, "theResourceIDs"),
            codes=_many(sent, "theEmployeeCodes"),
        )

    def operatives_update(self, sent: Any) -> commands.OperativesUpdate:
        """The command of updateResource."""
        updates = tuple(
            _read(
                commands.OperativeUpdate,
                _OPERATIVE,
                resource,
                trades=tuple(ability.name or "" for ability in _many(resource, "theAbilities")),
                sectors=_sectors(resource),
                hours=tuple(_read(commands.HoursRequest, _HOURS, each) for each in _many(resource, "theWorkingHours")),
                unavailabilities=tuple(
                    _read(commands.UnavailabilityRequest, _UNAVAILABILITY, each)
                    for each in _many(resource, "theUnavailabilities")
                ),
            )
            for resource in _many(sent, "theResources")
        )
        return commands.OperativesUpdate(_many(sent, "contract"), updates)

    def location(self, sent: Any) -> commands.LocationUpdate:
        """The command of updateLocation."""
        return _location(sent.theLocation)

    def code_definitions(self, sent: Any) -> commands.CodeDefinitions:
        """The command of updateBookingCode."""
        definitions = _many(sent, "theBookingCodeDefinitions")
        return commands.CodeDefinitions(
            _many(sent, "contract"),
            tuple(_read(commands.CodeDefinition, _DEFINITION, each) for each in definitions),
        )

    def alert_filter(self, sent: Any) -> commands.AlertFilter:
        """The filter of selectAlerts."""
        reasons = tuple(AlertReason(reason) for reason in _many(sent, "alertType") if reason != _UNDEFINED)
        return _read(commands.AlertFilter, _ALERTS, sent, contracts=_many(sent, "contract"), reasons=reasons)

    def contract(self, sent: Any) -> str | None:
        """The contract in ``contract``."""
        contract: str | None = sent.contract
        return contract

    def _best_slots(self, sent: str | None) -> BestSlots:
        """The interface has undefined, no, day and fullPeriod (published), the document yes and no (seen)."""
        if sent == "yes":
            return self._best_slots_yes
        return BestSlots.NO if sent in (None, _UNDEFINED) else BestSlots(sent)


def _order(sent: Any) -> commands.OrderRequest:
    location = getattr(sent, "theLocation", None)
    kept = None if location is None else _location(location)
    return _read(commands.OrderRequest, _ORDER, sent, codes=_codes(sent), location=kept)


def _location(sent: Any) -> commands.LocationUpdate:
    others = ((name, getattr(sent, name, None)) for name in _LOCATION_MORE)
    more = tuple((name, value) for name, value in others if value)
    return _read(commands.LocationUpdate, LOCATION_MEMBERS, sent, more=more)


def _booking(sent: Any) -> commands.BookingRequest:
    operative_ids = tuple(resource.resourceID or "" for resource in _many(sent, "theResources"))
    return _read(commands.BookingRequest, _BOOKING, sent, codes=_codes(sent), operative_ids=operative_ids)


def _codes(sent: Any) -> tuple[commands.CodeRequest, ...]:
    return _each(commands.CodeRequest, _CODE, sent, "theBookingCodes")


def _sectors(resource: Any) -> tuple[str, ...]:
    """The names of the sectors, the primary one first."""
    sectors = sorted(_many(resource, "theSectors"), key=lambda sector: sector.priority != "PRIMARY")
    return tuple(sector.name for sector in sectors if sector.name)


def _life_cycles(sent: tuple[str, ...]) -> tuple[LifeCycle, ...]:
    return tuple(LifeCycle(each) for each in sent if each != _UNDEFINED)


def _lists(sent: Any, *members: str) -> tuple[tuple[str, ...], ...]:
    return tuple(_many(sent, member) for member in members)


def _business_data(sent: Any, *members: str) -> tuple[tuple[str, str | None], ...]:
    return tuple((datum.name or "", datum.value) for member in members for datum in _many(sent, member))


def _many(sent: Any, member: str) -> tuple[Any, ...]:
    return tuple(getattr(sent, member, None) or ())


def _each(cls: type[_Value], table: Mapping[str, str], sent: Any, member: str) -> tuple[_Value, ...]:
    return tuple(_read(cls, table, each) for each in _many(sent, member))


def _read(cls: type[_Value], table: Mapping[str, str], sent: Any, **more: object) -> _Value:
    if sent is None:
        return cls(**more)
    attributes, values_of = _attribute_reader(sent.__class__, tuple(table.items()))
    return cls(**dict(zip(attributes, values_of(sent), strict=True)), **more)


@cache
def _attribute_reader(
    cls: Any, table: tuple[tuple[str, str], ...]
) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    """The attributes that an object of this Spyne class can give, and the function that reads their values."""
    members = cls.get_flat_type_info(cls)
    known = [(attribute, member) for attribute, member in table if member in members]
    # With a second name attrgetter always returns a tuple.
    values_of = attrgetter(*(member for _, member in known), "__class__")
    return tuple(attribute for attribute, _ in known), lambda value: values_of(value)[:-1]
