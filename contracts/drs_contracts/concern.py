"""Which clauses of the catalogue a difference concerns, by the operation, the element and what has become of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from drs_contracts.drift import Difference, Kind


@dataclass(frozen=True, slots=True)
class Concern:
    """One line of the table: the clauses that say something of what is named here; an empty part says nothing.

    Args:
        clauses: Their ids.
        elements: The local names of the elements.
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
            and _lists(self.elements, difference.element)
            and _lists(self.operations, operation)
            and re.search(self.says, f"{difference.was}\n{difference.is_}") is not None
        )


_NAMES = frozenset({Kind.RENAMED})
_FAULTS = "Fault faultcode faultstring"
_OUTCOME = "status errorMsg"
_WRITING = "createOrder updateOrder selectOrder scheduleBooking updateBooking selectBooking"

CONCERNS = (
    # Names above the members of an answer; a member whose local name stayed has changed its namespace.
    Concern("WIR-01", kinds=_NAMES, says=r"^(\w+:|\{[^}]*\})?(\w+)\n(\w+:|\{[^}]*\})?\2$"),
    Concern("WIR-01", elements="Envelope Body return", kinds=_NAMES | {Kind.REMOVED}),
    # Faults, by their texts.
    Concern("WIR-07", elements=_FAULTS, says="interned"),
    Concern("WIR-08", elements=_FAULTS, says="unexpected element"),
    Concern("WIR-09", elements=_FAULTS, says="Unmarshalling Error(?!: unexpected element|.*interned)"),
    Concern("WIR-10", elements=_FAULTS, says="Message part"),
    Concern("WIR-11", elements=_FAULTS, says="VersionMismatch|SOAP 1.2"),
    # Sessions.
    Concern("SES-01", elements="sessionId", operations="openSession"),
    Concern("SES-04", elements=_OUTCOME, operations="openSession"),
    Concern("SES-03 SES-05", elements=_OUTCOME, operations="closeSession"),
    Concern("SES-03 SES-05 SES-06", elements="errorMsg", says="(?i:session)"),
    # Availability.
    Concern("AVL-02 AVL-03", elements="errorMsg", operations="checkAvailability"),
    Concern("AVL-10", elements="errorMsg", operations="checkAvailability", says="(?i:required)"),
    Concern("AVL-01 AVL-02", elements="theSlots", operations="checkAvailability"),
    Concern("AVL-01", elements="day", operations="checkAvailability"),
    Concern("AVL-04", elements="nonWorkingDay weeklyDayOff", operations="checkAvailability"),
    Concern("AVL-04 AVL-05", elements="slotsForDay", operations="checkAvailability"),
    Concern("AVL-05", elements="beginDate endDate", operations="checkAvailability"),
    Concern("AVL-06 SCH-08", elements="available", operations="checkAvailability"),
    Concern("AVL-06 AVL-07", elements="bestSlot", operations="checkAvailability"),
    # Orders.
    Concern("ORD-01", elements="theOrder theBookings", operations="createOrder"),
    Concern("ORD-02", elements="orderComments", operations=_WRITING),
    Concern("ORD-03", elements="errorMsg", operations="createOrder", says="orderComments"),
    Concern("ORD-04", elements="targetDate earliestBookingDate planningWindowStart", operations="createOrder"),
    Concern("ORD-04", elements="planningWindowEnd", operations="createOrder"),
    Concern("ORD-05", elements="tokenId", operations=_WRITING),
    Concern("ORD-06", elements=_OUTCOME, operations="selectOrder"),
    Concern("ORD-07", elements=_OUTCOME, operations="createOrder"),
    Concern("ORD-08", elements="assignedStart assignedEnd theResources", operations="createOrder"),
    Concern("ORD-09", elements="userId", operations=_WRITING),
    # Bookings.
    Concern("SCH-01 SCH-03", elements=_OUTCOME, operations="scheduleBooking"),
    Concern("SCH-02 ORD-08", elements="assignedStart assignedEnd theResources", operations="selectOrder"),
    Concern("SCH-02 SCH-07", elements="planningWindowStart planningWindowEnd", operations="selectOrder"),
    Concern("SCH-05", elements="bookingReason", operations=_WRITING),
    Concern("SCH-06", elements="duration isEmergency", operations=_WRITING),
    Concern("SCH-09", elements=_OUTCOME, operations="deleteBooking"),
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


def _lists(names: str, name: str) -> bool:
    return not names or name in names.split()
