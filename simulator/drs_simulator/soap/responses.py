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
    OrderWithBookings,
    PlannedBooking,
    Slot,
    Unavailability,
    WorkingHours,
)
from drs_simulator.scheduling.planning import calendar
from drs_simulator.scheduling.use_cases.bookings import JobFacts, business_data, facts_of
from drs_simulator.soap.compiled.writer import CompiledWriter, NotWrittenError
from drs_simulator.soap.spyne.types import Types
from drs_simulator.soap.values import write_number, write_quantity

Members = dict[str, object]
_DAY_CACHE_SIZE = 2048
_LOCATION_CACHE_SIZE = 1024
_DATA_CACHE_SIZE = 1024
_OBSERVED_IN_CODE = ("originalQuantity", "quantityUsed", "timeRemaining")


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
        self._write_data = lru_cache(_DATA_CACHE_SIZE)(self._business_data)
        self._returns_sent = profile.ordering.sent_members == "return"
        self._observed = profile.gateway.interface == "observed"
        # Appendix B 4 shows these; the published interface lacks them.
        self._observed_in_code = dict.fromkeys(_OBSERVED_IN_CODE, "0.0") if self._observed else {}

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
        returns_sent = self._returns_sent
        return self._types["order"](
            contactName=order.contact_name,
            contract=order.contract,
            locationID=order.location.id,
            message=order.message,
            orderComments=order.comments,
            orderCommentsExtended=order.comments_extended if returns_sent else None,
            orderId=order.id,
            phone=order.phone,
            primaryOrderNumber=order.number,
            priority=order.priority,
            reasonCode=order.reason_code if returns_sent else None,
            secondaryOrderNumber=order.secondary_number if returns_sent else None,
            status=order.status.value,
            subcontract=order.subcontract if returns_sent else None,
            targetDate=self._local(order.target_date),
            tertiaryOrderNumber=order.tertiary_number if returns_sent else None,
            theBookings=[self._booking(planned) for planned in answer.bookings],
            theLocation=self._write_location(order.location),
            userId=order.user_id,
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
            theBusinessData=self._write_data(facts_of(booking)),
            theResources=self._resources(planned) or None,
            tokenId=booking.token_id,
            userId=booking.user_id,
        )

    def _code(self, code: BookingCode, planned: PlannedBooking) -> Any:
        returns_sent = self._returns_sent
        return self._types["bookingCode"](
            bookingCodeDescription=(returns_sent and code.sent_description) or None,
            bookingCodeSORCode=code.sor_code,
            bookingId=planned.booking.id,
            comments=(returns_sent and code.comments) or "",
            itemNumberWithinBooking=code.item_number,
            # Numbers have a fraction, as quantities have.
            itemValue=write_number(code.item_value) if returns_sent and code.item_value else "0.0",
            orderId=planned.booking.order_id,
            primaryOrderNumber=planned.booking.order_number,
            quantity=write_quantity(code.quantity),
            reference=(returns_sent and code.reference) or None,
            standardMinuteValue=str(code.minutes),
            trade=(returns_sent and code.sent_trade) or code.trade,
            **self._observed_in_code,
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

    def _business_data(self, facts: JobFacts) -> list[Any]:
        made = self._types["businessData"]
        return [
            self._write_once("theBusinessData", "businessData", made(name=name, targetObject="job", value=value))
            for name, value in business_data(self._profile, facts).items()
        ]

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
