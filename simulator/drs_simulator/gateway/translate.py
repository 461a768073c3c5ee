"""Between the wire and the domain: a table for each type, from Spyne's objects and to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from drs_simulator.gateway.types import Types
from drs_simulator.gateway.values import write_quantity
from drs_simulator.profile import BusinessDatum, Profile
from drs_simulator.scheduling.model import (
    Availability,
    AvailabilityRequest,
    BestSlots,
    BookingCode,
    BookingRequest,
    CodeRequest,
    DaySlots,
    Location,
    OrderFilter,
    OrderRequest,
    OrderWithBookings,
    PlannedBooking,
    Slot,
)

_Value = TypeVar("_Value")
_Members = Mapping[str, Callable[[Any], object]]

# Domain attribute -> member on the wire.
_CODE_REQUEST = {
    "sor_code": "bookingCodeSORCode",
    "item_number": "itemNumberWithinBooking",
    "number": "primaryOrderNumber",
    "quantity": "quantity",
}
_ORDER_REQUEST = {
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
}
_BOOKING_REQUEST = {
    "booking_id": "bookingId",
    "contract": "contract",
    "number": "primaryOrderNumber",
    "reason": "bookingReason",
    "window_start": "planningWindowStart",
    "window_end": "planningWindowEnd",
}
# Member on the wire -> what it is made of. Members that are not named here are not sent.
_SLOT: _Members = {
    "available": lambda slot: "YES" if slot.available else "NO",
    "beginDate": attrgetter("begin"),
    "bestSlot": attrgetter("best"),
    "endDate": attrgetter("end"),
}
_LOCATION: _Members = {
    "address1": attrgetter("address1"),
    "address2": attrgetter("address2"),
    "address3": attrgetter("address3"),
    "address4": attrgetter("address4"),
    "agency": attrgetter("agency"),
    "country": attrgetter("country"),
    "excludedFromMsging": lambda _: False,
    "latitude": attrgetter("latitude"),
    "locationId": attrgetter("id"),
    "longitude": attrgetter("longitude"),
    "name": attrgetter("name"),
    "postCode": attrgetter("post_code"),
    "workflowType": attrgetter("workflow_type"),
}


class Translator:
    """Translates for one installation. ``types`` holds the Spyne classes of the interface that it publishes."""

    def __init__(self, profile: Profile, types: Types) -> None:
        self._profile = profile
        self._types = types
        self._zone: ZoneInfo = profile.zone
        self._observed = profile.gateway.interface == "observed"

    def availability_request(self, sent: Any) -> AvailabilityRequest:
        """What checkAvailability is asked."""
        return AvailabilityRequest(
            period_begin=sent.periodBegin,
            period_end=sent.periodEnd,
            best_slots=self._best_slots(sent.onlyBestSlots),
            order=self.order_request(sent),
        )

    def order_request(self, sent: Any) -> OrderRequest:
        """The order that a request has in ``theOrder``."""
        order = sent.theOrder
        codes = () if order is None else order.theBookingCodes or ()
        return _read(
            OrderRequest, _ORDER_REQUEST, order, codes=tuple(_read(CodeRequest, _CODE_REQUEST, code) for code in codes)
        )

    def booking_request(self, sent: Any) -> BookingRequest:
        """The booking that a request has in ``theBooking``."""
        return _read(BookingRequest, _BOOKING_REQUEST, sent.theBooking)

    def order_filter(self, sent: Any) -> OrderFilter:
        """Which orders selectOrder is asked for."""
        return OrderFilter(numbers=tuple(sent.primaryOrderNumber or ()))

    def availability(self, answer: Availability) -> dict[str, object]:
        """The members of checkAvailability's answer."""
        return {"errorMsg": answer.warning, "theSlots": [self._day(day) for day in answer.days]}

    def created_order(self, answer: OrderWithBookings) -> dict[str, object]:
        """The members of createOrder's answer."""
        return {"theOrder": self._order(answer)}

    def selected_orders(self, answer: tuple[OrderWithBookings, ...]) -> dict[str, object]:
        """The members of selectOrder's answer."""
        return {"theOrders": [self._order(order) for order in answer]}

    def _best_slots(self, sent: str | None) -> BestSlots:
        """The interface has undefined, no, day and fullPeriod (published), the document yes and no (seen)."""
        if sent == "yes":
            return BestSlots(self._profile.availability.best_slots_yes)
        return BestSlots.NO if sent in (None, "undefined") else BestSlots(sent)

    def _local(self, instant: datetime | None) -> datetime | None:
        return instant and instant.astimezone(self._zone)

    def _day(self, day: DaySlots) -> Any:
        slots: tuple[Slot, ...] = day.slots
        return self._types["daySlotsInfo"](
            day=day.midnight,
            nonWorkingDay=False,
            slotsForDay=[_write(self._types["slotInfo"], _SLOT, slot) for slot in slots],
            weeklyDayOff=False,
        )

    def _order(self, answer: OrderWithBookings) -> Any:
        order = answer.order
        return self._types["order"](
            contactName=order.contact_name,
            contract=order.contract,
            locationID=order.location.id,
            message=order.message,
            orderComments=order.comments,
            orderId=order.id,
            phone=order.phone,
            primaryOrderNumber=order.number,
            priority=order.priority,
            status=order.status.value,
            targetDate=self._local(order.target_date),
            theBookings=[self._booking(planned, order.number) for planned in answer.bookings],
            theLocation=self._location(order.location),
            userId=order.user_id,
        )

    def _booking(self, planned: PlannedBooking, number: str) -> Any:
        booking = planned.booking
        return self._types["booking"](
            assignedEnd=planned.assigned_end,
            assignedStart=planned.assigned_start,
            bookingCategory=self._profile.ordering.category,
            bookingCompletionStatus="",
            bookingId=booking.id,
            bookingLifeCycleStatus=booking.life_cycle.value,
            bookingReason=booking.reason,
            contract=booking.contract,
            duration=booking.minutes,
            isEmergency=False,
            isNextBooking=False,
            locationID=booking.location.id,
            operatorComments="",
            orderId=booking.order_id,
            plannerComments="",
            planningWindowEnd=self._local(booking.window_end),
            planningWindowStart=self._local(booking.window_start),
            primaryOrderNumber=number,
            secondaryOrderNumber="",
            template=booking.trade,
            tertiaryOrderNumber="",
            theBookingCodes=[self._code(code, planned, number) for code in booking.codes],
            theBusinessData=[self._datum(datum, planned) for datum in self._profile.business_data],
            theResources=[self._resource(planned, number)] if booking.appointment else None,
            tokenId=booking.token_id,
            userId=booking.user_id,
        )

    def _code(self, code: BookingCode, planned: PlannedBooking, number: str) -> Any:
        # Seen in Appendix B 4, though the published interface lacks them.
        observed = {"originalQuantity": "0.0", "quantityUsed": "0.0", "timeRemaining": "0.0"} if self._observed else {}
        return self._types["bookingCode"](
            bookingCodeSORCode=code.sor_code,
            bookingId=planned.booking.id,
            comments="",
            itemNumberWithinBooking=code.item_number,
            itemValue="0.0",
            orderId=planned.booking.order_id,
            primaryOrderNumber=number,
            quantity=write_quantity(code.quantity),
            standardMinuteValue=str(code.minutes),
            trade=code.trade,
            **observed,
        )

    def _datum(self, datum: BusinessDatum, planned: PlannedBooking) -> Any:
        booking = planned.booking
        value = datum.value and datum.value.format(
            user_id=booking.user_id, reason=booking.reason, life_cycle=booking.life_cycle.value.lower()
        )
        return self._types["businessData"](name=datum.name, targetObject="job", value=value)

    def _resource(self, planned: PlannedBooking, number: str) -> Any:
        booking = planned.booking
        return self._types["resource"](
            bookingId=booking.id,
            externalResourceCode=planned.operative_code,
            isResourceLocked=False,
            lockResource=False,
            orderId=booking.order_id,
            primaryOrderNumber=number,
            resourceID=booking.appointment and booking.appointment.operative_id,
            resourceName=planned.operative_name,
        )

    def _location(self, location: Location) -> Any:
        written = _write(self._types["location"], _LOCATION, location)
        if written.name is None and not self._observed:
            # Required by the published interface, and missing in Appendix B 4.
            written.name = location.address1
        return written


def _read(cls: type[_Value], table: Mapping[str, str], sent: Any, **more: object) -> _Value:
    return cls(**{attribute: getattr(sent, member, None) for attribute, member in table.items()}, **more)


def _write(cls: Any, table: _Members, value: object) -> Any:
    return cls(**{member: made_of(value) for member, made_of in table.items()})
