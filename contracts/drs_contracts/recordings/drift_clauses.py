"""Which clauses of the catalogue a difference concerns, by the operation, the element and what has become of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from drs_contracts.recordings.drift import Difference, Kind


@dataclass(frozen=True, slots=True)
class Concern:
    """One line of the table: the clauses that say something of what is named here; an empty part says nothing.

    Args:
        clauses: Their ids.
        elements: The local names of the elements, or the ends of their paths.
        operations: The operations.
        kinds: What has become of the element.
        says: What stands in the recorded value or in the present one, as a regular expression.
    """

    clauses: str
    elements: str = ""
    operations: str = ""
    kinds: frozenset[Kind] = frozenset(Kind)
    says: str = ""

    def covers(self, operation: str, difference: Difference) -> bool:
        """Whether a difference in an answer of that operation is meant."""
        return (
            difference.kind in self.kinds
            and _ends(difference.place, self.elements)
            and (not self.operations or operation in self.operations.split())
            and re.search(self.says, f"{difference.was}\n{difference.is_}") is not None
        )


_NAMES = frozenset({Kind.RENAMED})
_THERE_OR_NOT = frozenset({Kind.ADDED, Kind.REMOVED})
_FAULT = "Fault Fault/faultcode Fault/faultstring"
_OUTCOME = "return/status return/errorMsg"
_ORDERS = "createOrder updateOrder selectOrder scheduleBooking updateBooking selectBooking"
_LOCATION = (
    "theLocation address1 address2 address3 address4 agency country excludedFromMsging latitude locationId longitude "
    "postCode workflowType"
)

CONCERNS = (
    # Names above the members of an answer; a member whose local name stayed has changed its prefix or namespace.
    Concern("WIR-01", kinds=_NAMES, says=r"^(\w+:|\{[^}]*\})?(\w+)\n(\w+:|\{[^}]*\})?\2$"),
    Concern("WIR-01", elements="Envelope Body return", kinds=_NAMES | {Kind.REMOVED}),
    Concern("ANS-08", kinds=frozenset({Kind.REORDERED})),
    Concern("ANS-01", elements="return/id return/status"),
    # Faults, by their texts.
    Concern("WIR-07", elements=_FAULT, says="interned"),
    Concern("WIR-08", elements=_FAULT, says=r'unexpected element \(uri:""'),
    Concern("WIR-09", elements=_FAULT, says="Unmarshalling Error: (?!unexpected element|.*interned)"),
    Concern("WIR-10", elements=_FAULT, says="Message part"),
    Concern("WIR-11", elements=_FAULT, says="VersionMismatch|SOAP 1.2"),
    Concern("WIR-12", elements=_FAULT, says=r'unexpected element \(uri:"[^"]'),
    Concern("WIR-14", elements=_FAULT, says="No binding operation"),
    # Sessions.
    Concern("SES-01", elements="sessionId", operations="openSession"),
    Concern("SES-04", elements=_OUTCOME, operations="openSession"),
    Concern("SES-03 SES-05", elements=_OUTCOME, operations="closeSession"),
    Concern("SES-03 SES-05 SES-06", elements="errorMsg", says="(?i:session)"),
    # Availability.
    Concern("AVL-02 AVL-03", elements="errorMsg", operations="checkAvailability"),
    Concern("AVL-10", elements="errorMsg", operations="checkAvailability", says="(?i:required)"),
    Concern("AVL-16", elements="errorMsg", operations="checkAvailability", says="(?i:before)"),
    Concern("AVL-01 AVL-02", elements="theSlots", operations="checkAvailability"),
    Concern("AVL-01", elements="day", operations="checkAvailability"),
    Concern("AVL-04", elements="nonWorkingDay weeklyDayOff", operations="checkAvailability"),
    Concern("AVL-04 AVL-05", elements="slotsForDay", operations="checkAvailability"),
    Concern("AVL-05", elements="beginDate endDate", operations="checkAvailability"),
    Concern("AVL-06 AVL-17 SCH-08", elements="available", operations="checkAvailability"),
    Concern("AVL-06 AVL-07", elements="bestSlot", operations="checkAvailability"),
    # Orders.
    Concern("ORD-01", elements="theOrder theBookings", operations="createOrder"),
    Concern("ORD-02", elements="orderComments", operations=_ORDERS),
    Concern("ORD-03", elements="errorMsg", operations="createOrder", says="orderComments"),
    Concern("ORD-04", elements="targetDate earliestBookingDate planningWindowEnd", operations="createOrder"),
    Concern("ORD-04 ORD-11", elements="planningWindowStart", operations="createOrder"),
    Concern("ORD-05", elements="tokenId", operations=_ORDERS),
    Concern("ORD-06", elements=_OUTCOME, operations="selectOrder"),
    Concern("ORD-07 ORD-12", elements=_OUTCOME, operations="createOrder"),
    Concern("ORD-08", elements="assignedStart assignedEnd theResources", operations="createOrder"),
    Concern("ORD-09", elements="userId", operations=_ORDERS),
    Concern("ORD-10", elements="errorMsg", says="(?i:priority)"),
    Concern("ORD-13", elements="errorMsg", says="(?i:contract)"),
    Concern("ORD-14", elements="errorMsg", says="SOR"),
    Concern("ANS-02", elements="theOrder/status bookingLifeCycleStatus bookingReason", operations="createOrder"),
    Concern("ANS-03", elements=_LOCATION, operations=_ORDERS),
    Concern("ANS-04 SCH-06", elements="theBookings/duration", operations=_ORDERS),
    Concern("ANS-05", elements="theBookings/template", operations=_ORDERS),
    Concern("ANS-06", elements="theBookingCodes/quantity", operations=_ORDERS),
    Concern("ANS-07", elements="orderId bookingId", operations=_ORDERS),
    Concern("CAN-01 CAN-02", elements=_OUTCOME, operations="deleteOrder"),
    Concern("ANS-09", elements="theOrder", operations="createOrder", kinds=frozenset({Kind.REMOVED, Kind.REORDERED})),
    Concern("ORD-17", elements="errorMsg", operations="createOrder", says="orderId"),
    Concern("ORD-18", elements="errorMsg", operations="updateOrder", says="(?i:unable to find order)"),
    Concern(
        "CHG-04 CHG-12 CHG-13", elements="theOrder contactName phone message", operations="updateOrder selectOrder"
    ),
    Concern("CHG-05", elements=_OUTCOME, operations="completeOrder"),
    Concern("SEL-03", elements="theOrders", operations="selectOrder", kinds=_THERE_OR_NOT),
    Concern("SEL-10", elements="theBookings", operations="selectOrder", kinds=_THERE_OR_NOT),
    # Bookings.
    Concern("SCH-01 SCH-03", elements=_OUTCOME, operations="scheduleBooking"),
    Concern("SCH-11", elements="errorMsg", operations="scheduleBooking", says="(?i:before)"),
    Concern("SCH-12", elements="errorMsg", operations="scheduleBooking", says="find booking"),
    Concern("CHG-03", elements="errorMsg", operations="scheduleBooking", says="(?i:completed)"),
    Concern("SCH-02 ORD-08", elements="assignedStart assignedEnd theResources", operations="selectOrder"),
    Concern("SCH-02 SCH-07", elements="planningWindowStart planningWindowEnd", operations="selectOrder"),
    Concern("SCH-05", elements="bookingReason", operations=_ORDERS),
    Concern("SCH-06", elements="isEmergency", operations=_ORDERS),
    Concern("SCH-09 CAN-03", elements=_OUTCOME, operations="deleteBooking"),
    Concern("CHG-01 CHG-02", elements=_OUTCOME, operations="updateBooking"),
    Concern("CHG-10 CHG-14", elements="assignedStart assignedEnd theResources", operations="updateBooking"),
    Concern("CHG-06 CHG-11", elements="bookingLifeCycleStatus", operations="updateBooking selectOrder selectBooking"),
    Concern("CHG-07", elements="plannerComments operatorComments", operations=_ORDERS),
    Concern("CHG-09", elements="bookingCategory bookingCompletionStatus", operations="updateBooking selectOrder"),
    Concern("CHG-11 SCH-20", elements="errorMsg", says="cannot become"),
    Concern("ORD-15", elements=_OUTCOME, operations="createBooking"),
    Concern("SCH-13", elements=_OUTCOME, operations="createReservation confirmReservation"),
    Concern("SCH-14 SCH-19", elements="errorMsg", operations="confirmReservation", says="(?i:reserv)"),
    Concern("SCH-15 SCH-16", elements="errorMsg", says="Planning failed"),
    Concern("SCH-18", elements="isResourceLocked lockResource", operations="selectOrder selectBooking"),
    Concern("SEL-01 SEL-04 SEL-05", elements="theBookings", operations="selectBooking", kinds=_THERE_OR_NOT),
    # What is asked and told beside the workflow.
    Concern("SEL-02 SEL-09", elements="theResources theWorkingHours", operations="selectResource", kinds=_THERE_OR_NOT),
    Concern("SEL-06", elements="theBookings", operations="getSchedule", kinds=_THERE_OR_NOT),
    Concern("SEL-07 REC-04", elements="theAlerts", operations="selectAlerts", kinds=_THERE_OR_NOT),
    Concern(
        "SEL-08",
        elements="theBusinessDataDefinitions theResourceTemplates theUnavailabilityReasons",
        operations="selectMetaData",
    ),
    Concern("REC-01 REC-02 REC-03 REC-05", elements=_OUTCOME, operations="updateResource"),
    Concern("REC-06", elements="theLocation", operations="updateLocation"),
    Concern("REC-07", elements=_OUTCOME, operations="updateBookingCode"),
    Concern("AVL-22", elements="theOtherOrders", operations="checkAvailability", kinds=_THERE_OR_NOT),
    # Refusals, by what they name.
    Concern("REF-01", elements="errorMsg", says="is required"),
    Concern("REF-02", elements="errorMsg", says="must be a number"),
    Concern("REF-03", elements="errorMsg", says="(?i:unknown contract)"),
    Concern("REF-04", elements="errorMsg", says="(?i:unknown resource)"),
    Concern("REF-05 REF-06", elements="errorMsg", says="must be before|in the past"),
    Concern("REF-07", elements="errorMsg", says="is completed"),
)
"""What is known, by where it shows."""

FORM_OF_TIMES = "WIR-02"
"""The clause on how dates are written, whatever the element."""


def clauses_concerned(operation: str, difference: Difference) -> tuple[str, ...]:
    """The ids of the clauses that say something of what a difference is about, sorted; empty where nothing is known."""
    found = {name for each in CONCERNS if each.covers(operation, difference) for name in each.clauses.split()}
    if difference.concerns_the_form_of_a_time:
        found.add(FORM_OF_TIMES)
    return tuple(sorted(found))


def _ends(place: str, names: str) -> bool:
    """Whether a path leads to one of the elements, or to an attribute of one; any path does where none is named."""
    element = place.partition("/@")[0]
    return not names or any(element.endswith(f"/{name}") for name in names.split())
