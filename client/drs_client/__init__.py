"""A thin client for DRS, the Dynamic Resource Scheduler.

::

    from drs_client import DrsClient, RepairWorkflow

    repairs = RepairWorkflow(DrsClient("http://127.0.0.1:8080/OTWebServiceGateway_LINCOLN/ws/soap", "drs", "drs"))
    found = repairs.find_slots("3670010", "N373049", "Priority 20 Days", days=5)
    order = repairs.book("10000047", found.slots[0], "3670010", "N373049", "Priority 20 Days")
"""

from drs_client.client import DrsClient
from drs_client.errors import (
    DrsError,
    DrsFault,
    HttpFailure,
    InvalidArgument,
    NotScheduled,
    Refusal,
    SessionLapsed,
    TimedOut,
    TransportError,
    UnexpectedAnswer,
    Unreachable,
)
from drs_client.model import (
    Alert,
    AlertReason,
    Availability,
    Booking,
    BookingCode,
    Day,
    LifeCycle,
    Location,
    MetaData,
    Operative,
    Order,
    Resource,
    Slot,
    Unavailability,
    WorkingHours,
)
from drs_client.transport import http_transport, wsgi_transport
from drs_client.workflow import FoundSlots, RepairWorkflow

__all__ = [
    "Alert",
    "AlertReason",
    "Availability",
    "Booking",
    "BookingCode",
    "Day",
    "DrsClient",
    "DrsError",
    "DrsFault",
    "FoundSlots",
    "HttpFailure",
    "InvalidArgument",
    "LifeCycle",
    "Location",
    "MetaData",
    "NotScheduled",
    "Operative",
    "Order",
    "Refusal",
    "RepairWorkflow",
    "Resource",
    "SessionLapsed",
    "Slot",
    "TimedOut",
    "TransportError",
    "Unavailability",
    "UnexpectedAnswer",
    "Unreachable",
    "WorkingHours",
    "http_transport",
    "wsgi_transport",
]
