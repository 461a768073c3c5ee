"""Turns the results of use cases into the members of the interface's responses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

from drs_simulator.profile.model import Profile
from drs_simulator.profile.values import Hours
from drs_simulator.scheduling.model import (
    Availability,
    Booking,
    BookingCode,
    DaySlots,
    Location,
    Operative,
    Order,
    OrderWithBookings,
    PlannedBooking,
    Slot,
    Unavailability,
    WorkingHours,
)
from drs_simulator.scheduling.planning import calendar
from drs_simulator.scheduling.use_cases.bookings import business_data
from drs_simulator.soap.compiled.writer import CompiledWriter, NotWrittenError
from drs_simulator.soap.spyne.types import Types
from drs_simulator.soap.values import write_number, write_quantity

Members = dict[str, object]
_DAY_CACHE_SIZE = 2048
_LOCATION_CACHE_SIZE = 1024
_DATUM_CACHE_SIZE = 1024


class ResponseWriter:
    """Builds the responses of one installation.

    What recurs is written as text only once: days of slots, which mostly stay the same between two searches, locations,
    and business data.

    Args:
        profile: The installation.
        types: The Spyne classes of the interface that it publishes.
        compiled: Writes what is sent more than once.
    """

    def __init__(self, profile: Profile, types: Types, compiled: CompiledWriter) -> None:
        self._profile = profile
        self._types = types
        self._compiled = compiled
        self._zone = profile.zone
        self._lunches = {each.id: each.lunch for each in profile.operatives}
        # All days are of one installation, so that equal ones have equal offsets.
        self._write_day = lru_cache(_DAY_CACHE_SIZE)(self._day)
        self._write_location = lru_cache(_LOCATION_CACHE_SIZE)(self._location)
        self._write_datum = lru_cache(_DATUM_CACHE_SIZE)(self._datum)
        self._returns_sent = profile.ordering.sent_members == "return"
        self._observed = profile.gateway.interface == "observed"

    def availability(self, answer: Availability) -> Members:
        """Slots by day, and the other orders of the address."""
        return {
            "errorMsg": answer.warning,
            "theOtherOrders": [self._order(order) for order in answer.other_orders],
            "theSlots": [self._write_day(day) for day in answer.days],
        }

    def order(self, answer: OrderWithBookings) -> Members:
        """One order."""
        return {"theOrder": self._order(answer)}

    def orders(self, answer: Sequence[OrderWithBookings]) -> Members:
        """Several orders."""
        return {"theOrders": [self._order(order) for order in answer]}

    def booking(self, answer: PlannedBooking) -> Members:
        """One booking."""
        return {"theBooking": self._booking(answer)}

    def bookings(self, answer: Sequence[PlannedBooking]) -> Members:
        """Several bookings."""
        return {"theBookings": [self._booking(planned) for planned in answer]}

    def location(self, answer: Location) -> Members:
        """One location."""
        return {"theLocation": self._write_location(answer)}

    def alerts(self, answer: Sequence[PlannedBooking]) -> Members:
        """The alerts of these bookings."""
        return {"theAlerts": [self._alert(planned) for planned in answer]}

    def operatives(self, answer: Sequence[Operative]) -> Members:
        """Operatives."""
        return {"theResources": [self._operative(operative) for operative in answer]}

    def meta_data(self, answer: Profile) -> Members:
        """The installation's business data, trades and reasons of absence."""
        has_templates = answer.assumptions.resource_templates == "trades"
        listed = answer.operatives if has_templates else ()
        trades = dict.fromkeys(trade for operative in listed for trade in operative.trades)
        types = self._types
        return {
            "theBusinessDataDefinitions": [
                types["businessDataDefinition"](
                    dataTypeList="notaList", mandatory=False, multiLine=False, name=datum.name, type="string"
                )
                for datum in answer.business_data
            ],
            "theResourceTemplates": [
                types["resourceTemplate"](name=trade, theAbilities=[types["ability"](name=trade)]) for trade in trades
            ],
            "theUnavailabilityReasons": [
                types["unavailabilityReason"](description=reason, name=reason)
                for reason in answer.unavailability_reasons
            ],
        }

    def nothing(self, _answer: object) -> Members:
        """No members of its own."""
        return {}

    def _local(self, instant: datetime | None) -> datetime | None:
        return instant and instant.astimezone(self._zone)

    def _day(self, day: DaySlots) -> Any:
        made = self._types["daySlotsInfo"](
            day=day.midnight,
            nonWorkingDay=False,
            slotsForDay=[self._slot(slot) for slot in day.slots],
            weeklyDayOff=False,
        )
        return self._write_once("theSlots", "daySlotsInfo", made)

    def _slot(self, slot: Slot) -> Any:
        return self._types["slotInfo"](
            available="YES" if slot.available else "NO", beginDate=slot.begin, bestSlot=slot.best, endDate=slot.end
        )

    def _order(self, answer: OrderWithBookings) -> Any:
        order = answer.order
        kept = _kept_members(order) if self._returns_sent else {}
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
            theBookings=[self._booking(planned) for planned in answer.bookings],
            theLocation=self._write_location(order.location),
            userId=order.user_id,
            **kept,
        )

    def _booking(self, planned: PlannedBooking) -> Any:
        booking = planned.booking
        return self._types["booking"](
            assignedEnd=self._local(planned.assigned_end),
            assignedStart=self._local(planned.assigned_start),
            bookingCategory=booking.category or self._profile.ordering.category,
            bookingCompletionStatus=booking.completion_status,
            bookingId=booking.id,
            bookingLifeCycleStatus=booking.life_cycle.value,
            bookingReason=booking.reason,
            contract=booking.contract,
            duration=booking.minutes,
            isEmergency=False,
            isNextBooking=False,
            locationID=booking.location.id,
            operatorComments=booking.operator_comments,
            orderId=booking.order_id,
            plannerComments=booking.planner_comments,
            planningWindowEnd=self._local(booking.window_end),
            planningWindowStart=self._local(booking.window_start),
            primaryOrderNumber=booking.order_number,
            secondaryOrderNumber=booking.secondary_number if self._returns_sent else "",
            template=booking.template,
            tertiaryOrderNumber=booking.tertiary_number if self._returns_sent else "",
            theBookingCodes=[self._code(code, planned) for code in booking.codes],
            theBusinessData=self._business_data(booking),
            theResources=self._resources(planned) or None,
            tokenId=booking.token_id,
            userId=booking.user_id,
        )

    def _code(self, code: BookingCode, planned: PlannedBooking) -> Any:
        # Appendix B 4 shows these; the published interface lacks them.
        observed = {"originalQuantity": "0.0", "quantityUsed": "0.0", "timeRemaining": "0.0"} if self._observed else {}
        kept = _kept_members_of_code(code) if self._returns_sent else {}
        shown = {"comments": "", "itemValue": "0.0", "trade": code.trade} | observed | kept
        return self._types["bookingCode"](
            bookingCodeSORCode=code.sor_code,
            bookingId=planned.booking.id,
            itemNumberWithinBooking=code.item_number,
            orderId=planned.booking.order_id,
            primaryOrderNumber=planned.booking.order_number,
            quantity=write_quantity(code.quantity),
            standardMinuteValue=str(code.minutes),
            **shown,
        )

    def _resources(self, planned: PlannedBooking) -> list[Any]:
        if planned.operative_id is None:
            return []
        first = self._resource(planned.booking, planned.operative_id, planned.operative_code, planned.operative_name)
        partner = planned.partner
        if partner is None:
            return [first]
        return [first, self._resource(planned.booking, partner.id, partner.code, partner.name)]

    def _resource(self, booking: Booking, operative_id: str, code: str | None, name: str | None) -> Any:
        locked = booking.locked_operative == operative_id
        return self._types["resource"](
            bookingId=booking.id,
            externalResourceCode=code,
            isResourceLocked=locked,
            lockResource=locked,
            orderId=booking.order_id,
            primaryOrderNumber=booking.order_number,
            resourceID=operative_id,
            resourceName=name,
        )

    def _operative(self, operative: Operative) -> Any:
        types = self._types
        priorities = ["PRIMARY", *["SECONDARY"] * len(operative.sectors)]
        return types["resource"](
            bookingId=0,
            externalResourceCode=operative.code,
            isResourceLocked=False,
            lockResource=False,
            orderId=0,
            resourceID=operative.id,
            resourceName=operative.name,
            theAbilities=[types["ability"](name=trade) for trade in operative.trades],
            theSectors=[
                types["sector"](name=name, priority=priority)
                for name, priority in zip(operative.sectors, priorities, strict=False)
            ],
            theUnavailabilities=[self._unavailability(each) for each in operative.unavailabilities],
            theWorkingHours=[self._hours(hours, self._lunches.get(operative.id)) for hours in operative.working_hours],
        )

    def _unavailability(self, away: Unavailability) -> Any:
        return self._types["unavailability"](
            beginDateTime=self._local(away.begin),
            comments=away.comments,
            endDateTime=self._local(away.end),
            reason=away.reason,
        )

    def _hours(self, hours: WorkingHours, lunch: Hours | None) -> Any:
        # The interface has whole instants; of the hours of a weekday only the times matter.
        day = hours.day or date(1970, 1, 1)
        return self._types["workingHour"](
            beginDate=calendar.at(day, hours.begin, self._zone),
            dayOfWeek=hours.weekday,
            endDate=calendar.at(day, hours.end, self._zone),
            lunchBreakBeginDate=lunch and calendar.at(day, lunch.begin, self._zone),
            lunchBreakEndDate=lunch and calendar.at(day, lunch.end, self._zone),
            specificDate=hours.day and calendar.at(hours.day, time(0), self._zone),
        )

    def _alert(self, planned: PlannedBooking) -> Any:
        alert = planned.booking.alert
        assert alert is not None
        return self._types["alert"](
            comments=alert.comments,
            createDateTime=self._local(alert.created),
            reason=alert.reason.value,
            theBooking=self._booking(planned),
        )

    def _business_data(self, booking: Booking) -> list[Any]:
        return [self._write_datum(name, value) for name, value in business_data(self._profile, booking).items()]

    def _datum(self, name: str, value: str | None) -> Any:
        made = self._types["businessData"](name=name, targetObject="job", value=value)
        return self._write_once("theBusinessData", "businessData", made)

    def _location(self, location: Location) -> Any:
        # The published interface requires a name, which Appendix B 4 lacks.
        name = location.name if self._observed or location.name is not None else location.address1
        made = self._types["location"](
            address1=location.address1,
            address2=location.address2,
            address3=location.address3,
            address4=location.address4,
            agency=location.agency,
            country=location.country,
            excludedFromMsging=False,
            latitude=location.latitude,
            locationId=location.id,
            longitude=location.longitude,
            name=name,
            postCode=location.post_code,
            workflowType=location.workflow_type,
        )
        for member, value in location.more:
            setattr(made, member, value)
        return self._write_once("theLocation", "location", made)

    def _write_once(self, name: str, cls: str, value: Any) -> Any:
        """The value with its text, or the bare value if the compiled writer cannot write it."""
        try:
            return self._compiled.write_element(name, self._types.classes[cls], value)
        except NotWrittenError:
            return value


def _kept_members(order: Order) -> Members:
    """The members of an order that were sent and are only kept."""
    kept = {
        "orderCommentsExtended": order.comments_extended,
        "reasonCode": order.reason_code,
        "secondaryOrderNumber": order.secondary_number,
        "subcontract": order.subcontract,
        "tertiaryOrderNumber": order.tertiary_number,
    }
    return {name: value for name, value in kept.items() if value is not None}


def _kept_members_of_code(code: BookingCode) -> Members:
    """The members of a code that were sent and are only kept; numbers have a fraction, as quantities have."""
    kept = {
        "bookingCodeDescription": code.sent_description,
        "comments": code.comments,
        "itemValue": code.item_value and write_number(code.item_value),
        "reference": code.reference,
        "trade": code.sent_trade,
    }
    return {name: value for name, value in kept.items() if value}
