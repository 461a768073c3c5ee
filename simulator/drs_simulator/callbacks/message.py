"""The SOAP messages that DRS posts to a council's service: the envelope, and which form is inside."""

from __future__ import annotations

from datetime import tzinfo

from lxml import etree

from drs_simulator.callbacks.completion import append_completed_booking
from drs_simulator.callbacks.confirmation import NAMESPACE, append_confirmation
from drs_simulator.scheduling.model import Confirmation, PushKind

OPERATIONS = {
    PushKind.CONFIRMATION: "bookingConfirmation",
    PushKind.COMPLETION: "completedBooking",
    PushKind.CANCELLATION: "bookingCancellation",
}
"""The name of each kind of message."""
_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
# A service in use replaces the literal text ns1:bookingConfirmation (client: Hackney repairs service).
_PREFIXES = {"soapenv": _SOAP, "ns1": NAMESPACE}


def write_message(confirmation: Confirmation, zone: tzinfo) -> bytes:
    """Write the SOAP envelope, with its dates in local time of the zone."""
    operation = OPERATIONS[confirmation.kind]
    is_completion = confirmation.kind is PushKind.COMPLETION
    envelope = etree.Element(f"{{{_SOAP}}}Envelope", nsmap={"soapenv": _SOAP} if is_completion else _PREFIXES)
    body = etree.SubElement(envelope, f"{{{_SOAP}}}Body")
    append = append_completed_booking if is_completion else append_confirmation
    append(body, operation, confirmation, zone)
    return etree.tostring(envelope, encoding="UTF-8", xml_declaration=True)
