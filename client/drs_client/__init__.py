"""A thin client for DRS, the Dynamic Resource Scheduler.

::

    from drs_client import DrsClient, RepairWorkflow

    url = "http://127.0.0.1:8080/OTWebServiceGateway_LINCOLN/ws/soap"
    with DrsClient(url, "drs", "drs") as client:
        repairs = RepairWorkflow(client)
        found = repairs.find_slots("3670010", "N373049", "Priority 20 Days", days=5)
        order = repairs.book("10000047", found.slots[0], "3670010", "N373049", "Priority 20 Days")
"""

from __future__ import annotations

import warnings
from importlib import import_module
from typing import TYPE_CHECKING, Any

from drs_client.errors import (
    DrsError,
    DrsFault,
    HttpFailure,
    InvalidArgument,
    NoBooking,
    NotScheduled,
    OrderExists,
    RequestRejected,
    SessionExpired,
    TimedOut,
    TransportError,
    UnexpectedResponse,
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

if TYPE_CHECKING:
    from drs_client.client import DrsClient
    from drs_client.transport import http_transport, wsgi_transport
    from drs_client.workflow import FoundSlots, RepairWorkflow

    __version__: str

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
    "NoBooking",
    "NotScheduled",
    "Operative",
    "Order",
    "OrderExists",
    "RepairWorkflow",
    "RequestRejected",
    "Resource",
    "SessionExpired",
    "Slot",
    "TimedOut",
    "TransportError",
    "Unavailability",
    "UnexpectedResponse",
    "Unreachable",
    "WorkingHours",
    "__version__",
    "http_transport",
    "wsgi_transport",
]

# Loaded at first use, because zeep takes long to import and the command must answer Ctrl-C meanwhile.
_MODULES = {
    "DrsClient": "client",
    "FoundSlots": "workflow",
    "RepairWorkflow": "workflow",
    "http_transport": "transport",
    "wsgi_transport": "transport",
}
_FORMER_NAMES = {"Refusal": "RequestRejected"}


def _find_version() -> str:
    """Read the installed version; ``unknown`` where the package runs without being installed."""
    metadata = import_module("importlib.metadata")
    try:
        return str(metadata.version("drs-simulator"))
    except metadata.PackageNotFoundError:
        return "unknown"


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        value = getattr(import_module(f"drs_client.{_MODULES[name]}"), name)
    elif name == "__version__":
        value = _find_version()
    elif name in _FORMER_NAMES:
        warnings.warn(f"drs_client.{name} is now {_FORMER_NAMES[name]}", DeprecationWarning, stacklevel=2)
        return globals()[_FORMER_NAMES[name]]
    else:
        raise AttributeError(f"module 'drs_client' has no attribute '{name}'")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
