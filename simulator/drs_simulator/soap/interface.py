"""The published interface as a table: every type with its members in order, every enumeration, every operation.

The table repeats the gateway's own WSDL (published). Appendix B 4 shows a response that differs from it in four places
(seen): these make the ``observed`` interface.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

InterfaceName = Literal["observed", "published"]


class Member(NamedTuple):
    """One element of a type. ``type`` is the name of a simple type of XML Schema, or of a type in the table."""

    name: str
    type: str
    required: bool = True
    repeated: bool = False
    default: str | None = None


class Type(NamedTuple):
    """One complex type: the type that it extends, and the members that it adds to it."""

    base: str | None
    members: tuple[Member, ...]


class Interface(NamedTuple):
    """All types, enumerations and operations of a gateway, in the order of its WSDL."""

    name: InterfaceName
    types: Mapping[str, Type]
    enumerations: Mapping[str, tuple[str, ...]]
    operations: tuple[str, ...]


def one(name: str, kind: str, default: str | None = None) -> Member:
    """A member that occurs exactly once."""
    return Member(name, kind, default=default)


def optional(name: str, kind: str, default: str | None = None) -> Member:
    """A member that occurs at most once."""
    return Member(name, kind, required=False, default=default)


def some(name: str, kind: str) -> Member:
    """A member that occurs at least once."""
    return Member(name, kind, repeated=True)


def many(name: str, kind: str) -> Member:
    """A member that occurs any number of times."""
    return Member(name, kind, required=False, repeated=True)


def request_type(operation: str) -> str:
    """The type of an operation's request: ``xmbOpenSession`` of openSession."""
    return f"xmb{operation[0].upper()}{operation[1:]}"


def response_type(operation: str) -> str:
    """The type of an operation's response: ``xmbOpenSessionResponse`` of openSession."""
    return f"{request_type(operation)}Response"


_OPERATIONS = (
    "updateResource",
    "updateBooking",
    "deleteOrder",
    "updateBookingCode",
    "selectAlerts",
    "completeOrder",
    "selectResource",
    "selectMetaData",
    "createReservation",
    "updateLocation",
    "deleteBooking",
    "updateOrder",
    "confirmReservation",
    "scheduleBooking",
    "createOrder",
    "selectOrder",
    "closeSession",
    "getSchedule",
    "createBooking",
    "openSession",
    "checkAvailability",
    "selectBooking",
)

_ENUMERATIONS: Mapping[str, tuple[str, ...]] = {
    "dayOfWeek": ("undefined", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    "objectType": ("undefined", "customer", "serviceOrder", "job", "worker"),
    "sectorPriority": ("undefined", "PRIMARY", "SECONDARY"),
    "responseStatus": ("undefined", "success", "failure", "error"),
    "transactionTypeType": (
        "undefined",
        "PLANNED",
        "DESPATCHED",
        "RESERVED",
        "ACKNOWLEDGED",
        "ACCEPTED",
        "ARRIVED",
        "STARTED",
        "COMPLETED",
    ),
    "orderStatus": ("undefined", "PLANNED", "STARTED", "COMPLETED"),
    "alertTypeType": ("undefined", "RESCHEDULEFAILURES", "SUSPENDEDJOBS"),
    "typeOfList": ("undefined", "notaList", "closedList", "openList"),
    "dataTypeType": ("undefined", "string", "numeric", "date", "datetime", "time", "bool", "url", "fixedUrl"),
    "bookingResourceLock": ("undefined", "lockAsSpecified", "lockAfterSchedule"),
    "checkAvailTypeType": ("undefined", "standard", "longPeriod"),
    "onlyBestSlotsValue": ("undefined", "no", "day", "fullPeriod"),
    "availableValue": ("undefined", "NO", "YES", "MAYBE"),
}

# What scheduleBooking, createReservation and confirmReservation have in common.
_PLACEMENT = (
    one("force", "boolean"),
    optional("resourceLock", "bookingResourceLock"),
    one("sessionId", "string"),
    one("theBooking", "booking"),
    one("timeLock", "boolean"),
    one("userId", "string"),
)
_TYPES: dict[str, Type] = {
    "entity": Type(None, ()),
    "command": Type("entity", (one("id", "int", "0"),)),
    "xmbUpdateResource": Type(
        "command", (many("contract", "string"), one("sessionId", "string"), many("theResources", "resource"))
    ),
    "resource": Type(
        "entity",
        (
            one("bookingId", "int"),
            one("externalResourceCode", "string"),
            one("isResourceLocked", "boolean"),
            one("lockResource", "boolean"),
            one("orderId", "int"),
            optional("primaryOrderNumber", "string"),
            optional("resourceID", "string"),
            optional("resourceName", "string"),
            many("theAbilities", "ability"),
            many("theBusinessData", "businessData"),
            many("theSectors", "sector"),
            many("theUnavailabilities", "unavailability"),
            many("theWorkingHours", "workingHour"),
        ),
    ),
    "ability": Type(
        "entity",
        (
            many("availablePeriods", "availablePeriod"),
            optional("name", "string"),
            optional("resourceTemplate", "string"),
            optional("type", "string"),
            optional("value", "string"),
            many("values", "string"),
        ),
    ),
    "availablePeriod": Type(
        "entity",
        (many("availableDays", "availableDay"), optional("beginDate", "dateTime"), optional("endDate", "dateTime")),
    ),
    "availableDay": Type(
        "entity", (optional("beginTime", "dateTime"), optional("dayType", "dayOfWeek"), optional("endTime", "dateTime"))
    ),
    "businessData": Type(
        "entity", (optional("name", "string"), optional("targetObject", "objectType"), optional("value", "string"))
    ),
    "sector": Type(
        "entity",
        (
            optional("country", "string"),
            optional("latitude", "string"),
            optional("longitude", "string"),
            optional("name", "string"),
            optional("postCode", "string"),
            optional("priority", "sectorPriority"),
        ),
    ),
    "unavailability": Type(
        "entity",
        (
            optional("beginDateTime", "dateTime"),
            optional("comments", "string"),
            optional("endDateTime", "dateTime"),
            optional("reason", "string"),
        ),
    ),
    "workingHour": Type(
        "entity",
        (
            optional("beginDate", "dateTime"),
            optional("dayOfWeek", "string"),
            optional("effectiveEndDate", "string"),
            optional("effectiveStartDate", "string"),
            optional("endDate", "dateTime"),
            optional("endPostCode", "string"),
            optional("lunchBreakBeginDate", "dateTime"),
            optional("lunchBreakEndDate", "dateTime"),
            optional("specificDate", "dateTime"),
            optional("startPostCode", "string"),
        ),
    ),
    "commandResponse": Type(
        "entity",
        (
            optional("debugStackTrace", "string"),
            optional("errorMsg", "string"),
            one("id", "int", "0"),
            optional("status", "responseStatus"),
        ),
    ),
    "xmbUpdateResourceResponse": Type("commandResponse", ()),
    "xmbUpdateBooking": Type(
        "command",
        (
            optional("actionTaken", "string"),
            optional("bookingCategory", "string"),
            one("completeOrder", "boolean"),
            one("endDateAndTime", "dateTime"),
            one("resourceId", "string"),
            one("sessionId", "string"),
            one("startDateAndTime", "dateTime"),
            one("theBooking", "booking"),
            optional("theFollowOnBooking", "booking"),
            one("transactionType", "transactionTypeType"),
        ),
    ),
    "booking": Type(
        "entity",
        (
            optional("assignedEnd", "dateTime"),
            optional("assignedStart", "dateTime"),
            optional("bookingCategory", "string"),
            optional("bookingCompletionStatus", "string"),
            one("bookingId", "int"),
            optional("bookingLifeCycleStatus", "transactionTypeType"),
            one("bookingReason", "string", "first"),
            one("contract", "string"),
            one("duration", "int"),
            one("isEmergency", "boolean"),
            one("isNextBooking", "boolean"),
            one("locationID", "string"),
            optional("operatorComments", "string"),
            one("orderId", "int"),
            optional("plannerComments", "string"),
            one("planningWindowEnd", "dateTime"),
            one("planningWindowStart", "dateTime"),
            one("primaryOrderNumber", "string"),
            optional("secondaryOrderNumber", "string"),
            optional("template", "string"),
            optional("tertiaryOrderNumber", "string"),
            some("theBookingCodes", "bookingCode"),
            many("theBusinessData", "businessData"),
            optional("theOrder", "order"),
            many("theOtherBookingsForThisOrder", "booking"),
            many("theResources", "resource"),
            optional("tokenId", "string"),
            optional("uniqueBookingId", "string"),
            one("userId", "string"),
        ),
    ),
    "bookingCode": Type(
        "entity",
        (
            optional("bookingCodeDescription", "string"),
            one("bookingCodeSORCode", "string"),
            one("bookingId", "int"),
            optional("comments", "string"),
            one("itemNumberWithinBooking", "string"),
            optional("itemValue", "string"),
            one("orderId", "int"),
            one("primaryOrderNumber", "string"),
            one("quantity", "string"),
            optional("reference", "string"),
            optional("standardMinuteValue", "string"),
            optional("trade", "string"),
        ),
    ),
    "order": Type(
        "entity",
        (
            optional("contactName", "string"),
            one("contract", "string"),
            optional("earliestBookingDate", "dateTime"),
            one("locationID", "string"),
            one("message", "boolean", "false"),
            one("orderComments", "string"),
            optional("orderCommentsExtended", "string"),
            one("orderId", "int"),
            optional("phone", "string"),
            one("primaryOrderNumber", "string"),
            one("priority", "string"),
            optional("reasonCode", "string"),
            optional("secondaryOrderNumber", "string"),
            optional("status", "orderStatus"),
            optional("subcontract", "string"),
            one("targetDate", "dateTime"),
            optional("tertiaryOrderNumber", "string"),
            many("theBookingCodes", "bookingCode"),
            many("theBookings", "booking"),
            many("theBusinessData", "businessData"),
            one("theLocation", "location"),
            one("userId", "string"),
        ),
    ),
    "location": Type(
        "entity",
        (
            one("address1", "string"),
            optional("address2", "string"),
            optional("address3", "string"),
            optional("address4", "string"),
            optional("agency", "string"),
            optional("areaCode", "string"),
            optional("citizenCode", "string"),
            optional("citizensName", "string"),
            optional("city", "string"),
            optional("contract", "string"),
            optional("country", "string"),
            optional("customerCategory", "string"),
            optional("customerType", "string"),
            one("excludedFromMsging", "boolean", "false"),
            optional("latitude", "string"),
            one("locationId", "string"),
            optional("locationSequenceNo", "string"),
            optional("longitude", "string"),
            optional("messagingType", "string"),
            one("name", "string"),
            optional("number", "string"),
            optional("phoneNumber", "string"),
            one("postCode", "string"),
            optional("street", "string"),
            many("theBusinessData", "businessData"),
            many("theLocationLines", "locationLine"),
            one("workflowType", "string"),
        ),
    ),
    "locationLine": Type(
        "entity",
        (
            optional("citizensName", "string"),
            one("lineCode", "string"),
            one("lineDescription", "string"),
            one("locationId", "string"),
        ),
    ),
    "xmbUpdateBookingResponse": Type("commandResponse", (optional("theBooking", "booking"),)),
    "xmbDeleteOrder": Type("command", (one("sessionId", "string"), one("theOrder", "order"))),
    "xmbDeleteOrderResponse": Type("commandResponse", (optional("theOrder", "order"),)),
    "xmbUpdateBookingCode": Type(
        "command",
        (
            some("contract", "string"),
            one("sessionId", "string"),
            some("theBookingCodeDefinitions", "bookingCodeDefinition"),
        ),
    ),
    "bookingCodeDefinition": Type(
        "entity",
        (
            one("bookingCode", "string"),
            one("bookingCodeDescription", "string"),
            one("bookingCodeTime", "int"),
            one("contract", "string"),
            optional("serviceRequirement", "string", "false"),
            optional("trade", "string"),
            optional("workflowType", "string", "0000"),
        ),
    ),
    "xmbUpdateBookingCodeResponse": Type("commandResponse", ()),
    "xmbSelectAlerts": Type(
        "command",
        (
            many("alertType", "alertTypeType"),
            some("contract", "string"),
            optional("periodBegin", "dateTime"),
            optional("periodEnd", "dateTime"),
            one("sessionId", "string"),
        ),
    ),
    "xmbSelectAlertsResponse": Type("commandResponse", (many("theAlerts", "alert"),)),
    "alert": Type(
        "entity",
        (
            optional("comments", "string"),
            optional("createDateTime", "dateTime"),
            optional("reason", "alertTypeType"),
            optional("theBooking", "booking"),
            optional("theOrder", "order"),
            many("theResources", "resource"),
        ),
    ),
    "xmbCompleteOrder": Type(
        "command",
        (
            one("contract", "string"),
            one("primaryOrderNumber", "string"),
            one("sessionId", "string"),
            one("userId", "string"),
        ),
    ),
    "xmbCompleteOrderResponse": Type("commandResponse", ()),
    "xmbSelectResource": Type(
        "command",
        (
            many("contract", "string"),
            one("includeWorkingHours", "boolean"),
            optional("returnWorkingHoursFrom", "dateTime"),
            optional("returnWorkingHoursTo", "dateTime"),
            one("sessionId", "string"),
            many("theBusinessData", "businessData"),
            many("theEmployeeCodes", "string"),
            many("theResourceIDContracts", "string"),
            many("theResourceIDs", "string"),
        ),
    ),
    "xmbSelectResourceResponse": Type("commandResponse", (many("theResources", "resource"),)),
    "xmbSelectMetaData": Type("command", (one("contract", "string"), one("sessionId", "string"))),
    "xmbSelectMetaDataResponse": Type(
        "commandResponse",
        (
            many("theBusinessDataDefinitions", "businessDataDefinition"),
            many("theResourceTemplates", "resourceTemplate"),
            many("theUnavailabilityReasons", "unavailabilityReason"),
        ),
    ),
    "businessDataDefinition": Type(
        "entity",
        (
            optional("businessDataType", "string"),
            optional("dataTypeList", "typeOfList"),
            optional("defaultValue", "string"),
            optional("description", "string"),
            one("mandatory", "boolean"),
            one("multiLine", "boolean"),
            optional("name", "string"),
            optional("type", "dataTypeType"),
            many("values", "string"),
        ),
    ),
    "resourceTemplate": Type("entity", (optional("name", "string"), many("theAbilities", "ability"))),
    "unavailabilityReason": Type("entity", (optional("description", "string"), optional("name", "string"))),
    "xmbCreateReservation": Type("command", (one("bookingId", "int"), *_PLACEMENT)),
    "xmbCreateReservationResponse": Type("commandResponse", ()),
    "xmbUpdateLocation": Type("command", (one("sessionId", "string"), one("theLocation", "location"))),
    "xmbUpdateLocationResponse": Type("commandResponse", (optional("theLocation", "location"),)),
    "xmbDeleteBooking": Type("command", (one("sessionId", "string"), one("theBooking", "booking"))),
    "xmbDeleteBookingResponse": Type(
        "commandResponse", (optional("theBooking", "booking"), optional("theOrder", "order"))
    ),
    "xmbUpdateOrder": Type("command", (one("sessionId", "string"), one("theOrder", "order"))),
    "xmbUpdateOrderResponse": Type("commandResponse", (optional("theOrder", "order"),)),
    "xmbConfirmReservation": Type("command", (one("bookingId", "int"), *_PLACEMENT)),
    "xmbConfirmReservationResponse": Type("commandResponse", ()),
    "xmbScheduleBooking": Type("command", _PLACEMENT),
    "xmbScheduleBookingResponse": Type("commandResponse", ()),
    "xmbCreateOrder": Type("command", (one("sessionId", "string"), one("theOrder", "order"))),
    "xmbCreateOrderResponse": Type("commandResponse", (optional("theOrder", "order"),)),
    "xmbSelectOrder": Type(
        "command",
        (
            many("contract", "string"),
            one("includeCompletedBookings", "boolean", "false"),
            many("locationIDContracts", "string"),
            many("locationIDs", "string"),
            many("primaryOrderNumber", "string"),
            many("primaryOrderNumberContracts", "string"),
            many("resources", "string"),
            optional("returnBookingsFrom", "dateTime"),
            optional("returnBookingsTo", "dateTime"),
            one("sessionId", "string"),
            many("theBusinessData", "businessData"),
            many("theBusinessDataContracts", "string"),
        ),
    ),
    "xmbSelectOrderResponse": Type("commandResponse", (many("theOrders", "order"), many("theResources", "resource"))),
    "xmbCloseSession": Type("command", (one("sessionId", "string"),)),
    "xmbCloseSessionResponse": Type("commandResponse", ()),
    "xmbGetSchedule": Type(
        "command",
        (
            one("contract", "string"),
            one("resourceId", "string"),
            one("returnBookingCodes", "boolean"),
            one("returnWarnings", "boolean"),
            one("scheduleDate", "dateTime"),
            one("sessionId", "string"),
        ),
    ),
    "xmbGetScheduleResponse": Type("commandResponse", (many("theBookings", "booking"),)),
    "xmbCreateBooking": Type(
        "command", (one("sessionId", "string"), one("theBooking", "booking"), optional("theOrder", "order"))
    ),
    "xmbCreateBookingResponse": Type("commandResponse", (many("theBookings", "booking"),)),
    "xmbOpenSession": Type("command", (one("login", "string"), one("password", "string"))),
    "xmbOpenSessionResponse": Type("commandResponse", (optional("sessionId", "string"),)),
    "xmbCheckAvailability": Type(
        "command",
        (
            one("canSelectOtherOrders", "boolean"),
            optional("checkAvailType", "checkAvailTypeType"),
            one("newBooking", "boolean", "true"),
            optional("onlyBestSlots", "onlyBestSlotsValue"),
            optional("otherOrderPattern", "orderPattern"),
            optional("periodBegin", "dateTime"),
            optional("periodEnd", "dateTime"),
            many("resourceIDs", "string"),
            one("sessionId", "string"),
            optional("theOrder", "order"),
            many("theResourceIDContracts", "string"),
        ),
    ),
    "orderPattern": Type("entity", (many("bookingStatus", "transactionTypeType"), many("customers", "string"))),
    "xmbCheckAvailabilityResponse": Type(
        "commandResponse",
        (
            many("theOtherOrders", "order"),
            many("theResourceIDContracts", "string"),
            many("theResourceIDs", "string"),
            many("theSlots", "daySlotsInfo"),
        ),
    ),
    "daySlotsInfo": Type(
        "entity",
        (
            optional("day", "dateTime"),
            one("nonWorkingDay", "boolean", "false"),
            many("slotsForDay", "slotInfo"),
            one("weeklyDayOff", "boolean", "false"),
        ),
    ),
    "slotInfo": Type(
        "entity",
        (
            optional("available", "availableValue"),
            optional("beginDate", "dateTime"),
            one("bestSlot", "boolean", "false"),
            optional("endDate", "dateTime"),
        ),
    ),
    "xmbSelectBooking": Type(
        "command",
        (
            many("bookingStatus", "transactionTypeType"),
            many("contract", "string"),
            optional("returnBookingsFrom", "dateTime"),
            optional("returnBookingsPWFrom", "dateTime"),
            optional("returnBookingsPWTo", "dateTime"),
            optional("returnBookingsTo", "dateTime"),
            one("sessionId", "string"),
            many("theBusinessData", "businessData"),
            many("theOrderBusinessData", "businessData"),
            many("theOrderBusinessDataContracts", "string"),
            many("workers", "string"),
        ),
    ),
    "xmbSelectBookingResponse": Type("commandResponse", (many("theBookings", "booking"),)),
}

PUBLISHED = Interface("published", MappingProxyType(_TYPES), MappingProxyType(_ENUMERATIONS), _OPERATIONS)


def _observed() -> Interface:
    """The published interface with what Appendix B 4 shows: a code has three more members, a location has no name."""
    code, location = _TYPES["bookingCode"], _TYPES["location"]
    after = {
        "orderId": optional("originalQuantity", "string"),
        "quantity": optional("quantityUsed", "string"),
        "standardMinuteValue": optional("timeRemaining", "string"),
    }
    members = [added for member in code.members for added in (member, after.get(member.name)) if added is not None]
    named = tuple(member._replace(required=member.name != "name" and member.required) for member in location.members)
    types = {
        **_TYPES,
        "bookingCode": code._replace(members=tuple(members)),
        "location": location._replace(members=named),
    }
    return PUBLISHED._replace(name="observed", types=MappingProxyType(types))


OBSERVED = _observed()
OPERATIONS = frozenset(_OPERATIONS)
"""The names of all operations, the same in both interfaces."""
DOCUMENTED_VALUES: Mapping[str, tuple[str, ...]] = MappingProxyType({"onlyBestSlotsValue": ("yes",)})
"""Values of the document that the published enumerations lack (seen: checkAvailability, onlyBestSlots)."""


def interface_named(name: InterfaceName) -> Interface:
    """The observed or the published interface."""
    return OBSERVED if name == "observed" else PUBLISHED
