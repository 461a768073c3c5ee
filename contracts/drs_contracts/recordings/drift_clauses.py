"""Which clauses of the catalogue a difference concerns, by the operation, the element and what has become of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from drs_contracts.recordings.drift import Difference, DifferenceKind


@dataclass(frozen=True, slots=True)
class ClauseRule:
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
    kinds: frozenset[DifferenceKind] = frozenset(DifferenceKind)
    says: str = ""

    def covers(self, operation: str, difference: Difference) -> bool:
        """Whether a difference in an answer of that operation is meant."""
        return (
            difference.kind in self.kinds
            and _ends(difference.place, self.elements)
            and (not self.operations or operation in self.operations.split())
            and re.search(self.says, f"{difference.was}\n{difference.is_}") is not None
        )


_NAMES = frozenset({DifferenceKind.RENAMED})
_THERE_OR_NOT = frozenset({DifferenceKind.ADDED, DifferenceKind.REMOVED})
_FAULT = "Fault Fault/faultcode Fault/faultstring"
_OUTCOME = "return/status return/errorMsg"
_ORDERS = "createOrder updateOrder selectOrder scheduleBooking updateBooking selectBooking"
_LOCATION = (
    "theLocation address1 address2 address3 address4 agency country excludedFromMsging latitude locationId longitude "
    "postCode workflowType"
)

_Rule = ClauseRule

CLAUSE_RULES = (
    # Names above the members of an answer; a member whose local name stayed has changed its prefix or namespace.
    _Rule("WIR-01", kinds=_NAMES, says=r"^(\w+:|\{[^}]*\})?(\w+)\n(\w+:|\{[^}]*\})?\2$"),
    _Rule("WIR-01", elements="Envelope Body return", kinds=_NAMES | {DifferenceKind.REMOVED}),
    _Rule("ANS-08", kinds=frozenset({DifferenceKind.REORDERED})),
    _Rule("ANS-01", elements="return/id return/status"),
    # Faults, by their texts.
    _Rule("WIR-07", elements=_FAULT, says="interned"),
    _Rule("WIR-08", elements=_FAULT, says=r'unexpected element \(uri:""'),
    _Rule("WIR-09", elements=_FAULT, says="Unmarshalling Error: (?!unexpected element|.*interned)"),
    _Rule("WIR-10", elements=_FAULT, says="Message part"),
    _Rule("WIR-11", elements=_FAULT, says="VersionMismatch|SOAP 1.2"),
    _Rule("WIR-12", elements=_FAULT, says=r'unexpected element \(uri:"[^"]'),
    _Rule("WIR-14", elements=_FAULT, says="No binding operation"),
    _Rule("WIR-18", elements=_FAULT, says="MustUnderstand"),
    # Sessions.
    _Rule("SES-01", elements="sessionId", operations="openSession"),
    _Rule("SES-04", elements=_OUTCOME, operations="openSession"),
    _Rule("SES-03 SES-05", elements=_OUTCOME, operations="closeSession"),
    _Rule("SES-03 SES-05 SES-06", elements="errorMsg", says="(?i:session)"),
    # Availability.
    _Rule("AVL-02 AVL-03", elements="errorMsg", operations="checkAvailability"),
    _Rule("AVL-10", elements="errorMsg", operations="checkAvailability", says="(?i:required)"),
    _Rule("AVL-16", elements="errorMsg", operations="checkAvailability", says="(?i:before)"),
    _Rule("AVL-01 AVL-02", elements="theSlots", operations="checkAvailability"),
    _Rule("AVL-01", elements="day", operations="checkAvailability"),
    _Rule("AVL-04", elements="nonWorkingDay weeklyDayOff", operations="checkAvailability"),
    _Rule("AVL-04 AVL-05", elements="slotsForDay", operations="checkAvailability"),
    _Rule("AVL-05", elements="beginDate endDate", operations="checkAvailability"),
    _Rule("AVL-06 AVL-17 SCH-08", elements="available", operations="checkAvailability"),
    _Rule("AVL-06 AVL-07", elements="bestSlot", operations="checkAvailability"),
    # Orders.
    _Rule("ORD-01", elements="theOrder theBookings", operations="createOrder"),
    _Rule("ORD-02", elements="orderComments", operations=_ORDERS),
    _Rule("ORD-03", elements="errorMsg", operations="createOrder", says="orderComments"),
    _Rule("ORD-04", elements="targetDate earliestBookingDate planningWindowEnd", operations="createOrder"),
    _Rule("ORD-04 ORD-11", elements="planningWindowStart", operations="createOrder"),
    _Rule("ORD-05", elements="tokenId", operations=_ORDERS),
    _Rule("ORD-06", elements=_OUTCOME, operations="selectOrder"),
    _Rule("ORD-07 ORD-12", elements=_OUTCOME, operations="createOrder"),
    _Rule("ORD-08", elements="assignedStart assignedEnd theResources", operations="createOrder"),
    _Rule("ORD-09", elements="userId", operations=_ORDERS),
    _Rule("ORD-10", elements="errorMsg", says="(?i:priority)"),
    _Rule("ORD-13", elements="errorMsg", says="(?i:contract)"),
    _Rule("ORD-14", elements="errorMsg", says="SOR"),
    _Rule("ANS-02", elements="theOrder/status bookingLifeCycleStatus bookingReason", operations="createOrder"),
    _Rule("ANS-03", elements=_LOCATION, operations=_ORDERS),
    _Rule("ANS-04 SCH-06", elements="theBookings/duration", operations=_ORDERS),
    _Rule("ANS-05", elements="theBookings/template", operations=_ORDERS),
    _Rule("ANS-06", elements="theBookingCodes/quantity", operations=_ORDERS),
    _Rule("ANS-07", elements="orderId bookingId", operations=_ORDERS),
    _Rule("CAN-01 CAN-02", elements=_OUTCOME, operations="deleteOrder"),
    _Rule(
        "ANS-09",
        elements="theOrder",
        operations="createOrder",
        kinds=frozenset({DifferenceKind.REMOVED, DifferenceKind.REORDERED}),
    ),
    _Rule("ORD-17", elements="errorMsg", operations="createOrder", says="orderId"),
    _Rule("ORD-18", elements="errorMsg", operations="updateOrder", says="(?i:unable to find order)"),
    _Rule("CHG-04 CHG-12 CHG-13", elements="theOrder contactName phone message", operations="updateOrder selectOrder"),
    _Rule("CHG-05", elements=_OUTCOME, operations="completeOrder"),
    _Rule("SEL-03 SEL-11", elements="theOrders", operations="selectOrder", kinds=_THERE_OR_NOT),
    _Rule("SEL-10", elements="theBookings", operations="selectOrder", kinds=_THERE_OR_NOT),
    # Bookings.
    _Rule("SCH-01 SCH-03", elements=_OUTCOME, operations="scheduleBooking"),
    _Rule("SCH-11", elements="errorMsg", operations="scheduleBooking", says="(?i:before)"),
    _Rule("SCH-12", elements="errorMsg", operations="scheduleBooking", says="find booking"),
    _Rule("CHG-03", elements="errorMsg", operations="scheduleBooking", says="(?i:completed)"),
    _Rule("SCH-02 ORD-08", elements="assignedStart assignedEnd theResources", operations="selectOrder"),
    _Rule("SCH-02 SCH-07", elements="planningWindowStart planningWindowEnd", operations="selectOrder"),
    _Rule("SCH-05", elements="bookingReason", operations=_ORDERS),
    _Rule("SCH-06", elements="isEmergency", operations=_ORDERS),
    _Rule("SCH-09 CAN-03", elements=_OUTCOME, operations="deleteBooking"),
    _Rule("CHG-01 CHG-02", elements=_OUTCOME, operations="updateBooking"),
    _Rule("CHG-10 CHG-14", elements="assignedStart assignedEnd theResources", operations="updateBooking"),
    _Rule("CHG-06 CHG-11", elements="bookingLifeCycleStatus", operations="updateBooking selectOrder selectBooking"),
    _Rule("CHG-07", elements="plannerComments", operations=_ORDERS),
    _Rule("CHG-09", elements="bookingCompletionStatus", operations="updateBooking selectOrder"),
    _Rule("CHG-15", elements="bookingCategory operatorComments", operations="updateBooking selectOrder"),
    _Rule("SCH-23", elements="theOrders/status", operations="selectOrder"),
    _Rule("CHG-11 SCH-20", elements="errorMsg", says="cannot become"),
    _Rule("ORD-15", elements=_OUTCOME, operations="createBooking"),
    _Rule("SCH-13", elements=_OUTCOME, operations="createReservation confirmReservation"),
    _Rule("SCH-14 SCH-19", elements="errorMsg", operations="confirmReservation", says="(?i:reserv)"),
    _Rule("SCH-15 SCH-16 ORD-14", elements="errorMsg", says="Planning failed"),
    _Rule("SCH-18", elements="isResourceLocked lockResource", operations="selectOrder selectBooking"),
    _Rule("SEL-01 SEL-04 SEL-05", elements="theBookings", operations="selectBooking", kinds=_THERE_OR_NOT),
    # What is asked and told beside the workflow.
    _Rule("SEL-02 SEL-09", elements="theResources theWorkingHours", operations="selectResource", kinds=_THERE_OR_NOT),
    _Rule("SEL-06", elements="theBookings", operations="getSchedule", kinds=_THERE_OR_NOT),
    _Rule("SEL-07 REC-04", elements="theAlerts", operations="selectAlerts", kinds=_THERE_OR_NOT),
    _Rule(
        "SEL-08",
        elements="theBusinessDataDefinitions theResourceTemplates theUnavailabilityReasons",
        operations="selectMetaData",
    ),
    _Rule("REC-01 REC-02 REC-03 REC-05 REC-08", elements=_OUTCOME, operations="updateResource"),
    _Rule("REC-06 REC-09", elements="theLocation", operations="updateLocation"),
    _Rule("REC-07", elements=_OUTCOME, operations="updateBookingCode"),
    _Rule("AVL-22", elements="theOtherOrders", operations="checkAvailability", kinds=_THERE_OR_NOT),
    # Refusals, by what they name.
    _Rule("REF-01", elements="errorMsg", says="is required"),
    _Rule("REF-02", elements="errorMsg", says="must be a number"),
    _Rule("REF-03", elements="errorMsg", says="(?i:unknown contract)"),
    _Rule("REF-04", elements="errorMsg", says="(?i:unknown resource)"),
    _Rule("REF-05 REF-06 SCH-25", elements="errorMsg", says="must be before|in the past"),
    _Rule("REF-07", elements="errorMsg", says="is completed"),
)
"""What is known, by where it shows."""

FORM_OF_TIMES = "WIR-02"
"""The clause on how dates are written, whatever the element."""


def find_clauses(operation: str, difference: Difference) -> tuple[str, ...]:
    """Find the ids of the clauses that a difference is about, sorted; empty where nothing is known."""
    found = {name for each in CLAUSE_RULES if each.covers(operation, difference) for name in each.clauses.split()}
    if difference.concerns_the_form_of_a_time:
        found.add(FORM_OF_TIMES)
    return tuple(sorted(found))


def _ends(place: str, names: str) -> bool:
    """Whether a path leads to one of the elements, or to an attribute of one; any path does where none is named."""
    element = place.partition("/@")[0]
    return not names or any(element.endswith(f"/{name}") for name in names.split())
