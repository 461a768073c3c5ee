"""Which member of a request on the wire is which attribute of the domain, a table for each type."""

from __future__ import annotations

CODE = {
    "sor_code": "bookingCodeSORCode",
    "item_number": "itemNumberWithinBooking",
    "number": "primaryOrderNumber",
    "quantity": "quantity",
}
ORDER = {
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
BOOKING = {
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
PLACING = {"booking_id": "bookingId", "force": "force", "lock_time": "timeLock", "resource_lock": "resourceLock"}
UPDATE = {
    "complete_order": "completeOrder",
    "operative_id": "resourceId",
    "begin": "startDateAndTime",
    "end": "endDateAndTime",
    "category": "bookingCategory",
    "action_taken": "actionTaken",
}
COMPLETION = {"number": "primaryOrderNumber", "contract": "contract", "user_id": "userId"}
ORDER_FILTER = {
    "begin": "returnBookingsFrom",
    "end": "returnBookingsTo",
    "include_completed": "includeCompletedBookings",
}
ORDER_CONTRACTS = ("contract", "primaryOrderNumberContracts", "locationIDContracts", "theBusinessDataContracts")
BOOKING_FILTER = {
    "begin": "returnBookingsFrom",
    "end": "returnBookingsTo",
    "window_begin": "returnBookingsPWFrom",
    "window_end": "returnBookingsPWTo",
}
SCHEDULE = {"contract": "contract", "operative_id": "resourceId", "day": "scheduleDate"}
OPERATIVE_FILTER = {
    "include_hours": "includeWorkingHours",
    "hours_from": "returnWorkingHoursFrom",
    "hours_to": "returnWorkingHoursTo",
}
OPERATIVE = {"id": "resourceID", "code": "externalResourceCode", "name": "resourceName"}
HOURS = {"begin": "beginDate", "end": "endDate", "weekday": "dayOfWeek", "day": "specificDate"}
UNAVAILABILITY = {"begin": "beginDateTime", "end": "endDateTime", "reason": "reason", "comments": "comments"}
LOCATION = {
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
# Members of a location that the scheduler only keeps.
LOCATION_MORE = (
    *("areaCode", "citizenCode", "citizensName", "city", "contract", "customerCategory", "customerType"),
    *("locationSequenceNo", "messagingType", "number", "phoneNumber", "street"),
)
DEFINITION = {
    "code": "bookingCode",
    "description": "bookingCodeDescription",
    "minutes": "bookingCodeTime",
    "trade": "trade",
    "contract": "contract",
}
ALERTS = {"begin": "periodBegin", "end": "periodEnd"}
