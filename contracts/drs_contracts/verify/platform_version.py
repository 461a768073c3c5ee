"""Which version of its platform, Apache CXF, a DRS has: its faults tell (measured, see docs/platform.md)."""

from __future__ import annotations

from drs_contracts.driver.messages import SOAP, Exchange
from drs_contracts.driver.targets import Target

_NO_BODY = f'<e:Envelope xmlns:e="{SOAP}"/>'.encode()
_NOT_XML = b"This is not XML."
_PARSER_IS_SILENT = "Error reading XMLStreamReader."
_BY_FAULT = {
    "Current state not START_ELEMENT or END_ELEMENT": ("cxf-2.2",),
    "Current event not START_ELEMENT or END_ELEMENT": ("cxf-2.6",),
}


def find_platform(target: Target) -> tuple[str, ...]:
    """Find the version by the faults of an envelope without a Body and of a request that is not XML.

    Returns:
        The names in profiles of the versions that answer so; more than one where these faults do not tell them apart.

    Raises:
        NoEnvelopeError: What answers is not SOAP.
        UnreachableError: There is no answer.
    """
    no_body, not_xml = ((Exchange("", sent, target.post(sent)).fault or "").strip() for sent in (_NO_BODY, _NOT_XML))
    if no_body in _BY_FAULT:
        return _BY_FAULT[no_body]
    if no_body != "Fault occurred while processing.":
        return ()
    return ("cxf-2.7",) if not_xml == _PARSER_IS_SILENT else ("cxf-3.1", "cxf-3.5")
