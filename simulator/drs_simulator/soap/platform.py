"""What the platform under DRS does, by version: Apache CXF with JAXB, measured.

DRS runs on Apache CXF (client: the WSDL of a public service names it). Its version is not known; the order of
attributes in the published WSDL, and callers that post to ``?wsdl``, point to 2.2.12 to 2.6. Each row below was
measured by running that version over the real interface: CXF 2.2.12 and 2.6.1 with JAXB 2.1.13, 2.7.18 with JAXB
2.2.6, 3.1.18 and 3.5.9 with JAXB 2.3.0.1. What all versions have in common is in ``envelope``, ``jaxb`` and
``broken_xml``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from drs_simulator.profile.tables import GatewaySettings

PlatformName = Literal["cxf-2.2", "cxf-2.6", "cxf-2.7", "cxf-3.1", "cxf-3.5"]


@dataclass(frozen=True, slots=True)
class Platform:
    """One version of the platform.

    Args:
        name: Its name in profiles.
        tells_parser_errors: Whether a fault about XML before the operation has the parser's words.
        checks_soap_action: Whether a SOAPAction that is not empty must name an operation.
        serves_other_verbs: Whether PUT and PATCH are answered like POST; else every verb but GET and POST is a 405.
        strict_booleans: Whether an unreadable boolean is a fault; else it counts as not sent.
        trims_enumerations: Whether white space around a value of an enumeration is ignored.
        unknown_element_faults: How many unknown elements are faults since the start; the next one is a fault with
            other words, and those after it are ignored (JAXB from 2.2.8 on). ``None`` if all are faults.
        max_depth: How deep elements may be nested; ``None`` for any depth.
        max_attributes: How many attributes an element may have; ``None`` for any number.
        missing_body: The fault of an envelope without Body.
        names_soap_message: Whether the fault of a root without namespace asks for a SOAP message.
        checks_envelope_name: Whether another element of the SOAP namespace as root is a fault of its own.
        reads_get: The fault of a GET without ``?wsdl``; ``{path}`` is filled in. ``None`` for that of an empty Body.
        unknown_xsd: The fault of ``?xsd=NAME``; ``{name}`` is filled in. ``None`` for an error page of the web server.
        checks_operation_first: Whether an unknown operation is noticed before a header that must be understood.
        answers_soap_1_2: Whether a SOAP 1.2 envelope gets its fault in SOAP 1.2.
        refuses_empty_charset: Whether ``charset=`` without a name gets an error page of the web server.
        names_character_in_full: Whether an illegal character reference is a Client fault with the parser's whole text.
        wsdl_content_type: The Content-Type of the WSDL.
    """

    name: PlatformName
    tells_parser_errors: bool
    checks_soap_action: bool
    serves_other_verbs: bool
    strict_booleans: bool
    trims_enumerations: bool
    unknown_element_faults: int | None
    max_depth: int | None
    max_attributes: int | None
    missing_body: str
    names_soap_message: bool
    checks_envelope_name: bool
    reads_get: str | None
    unknown_xsd: str | None
    checks_operation_first: bool
    answers_soap_1_2: bool
    refuses_empty_charset: bool
    names_character_in_full: bool
    wsdl_content_type: str


_CXF_2_6 = Platform(
    name="cxf-2.6",
    tells_parser_errors=False,
    checks_soap_action=False,
    serves_other_verbs=True,
    strict_booleans=True,
    trims_enumerations=True,
    unknown_element_faults=None,
    max_depth=None,
    max_attributes=None,
    missing_body="Current event not START_ELEMENT or END_ELEMENT",
    names_soap_message=False,
    checks_envelope_name=False,
    reads_get="No such operation:  (HTTP GET PATH_INFO: {path})",
    unknown_xsd="Could not find xsd null",
    checks_operation_first=False,
    answers_soap_1_2=True,
    refuses_empty_charset=True,
    names_character_in_full=False,
    wsdl_content_type="text/xml",
)
_CXF_2_2 = replace(
    _CXF_2_6,
    name="cxf-2.2",
    missing_body="Current state not START_ELEMENT or END_ELEMENT",
    unknown_xsd=None,
    checks_operation_first=True,
    answers_soap_1_2=False,
    names_character_in_full=True,
)
_CXF_2_7 = replace(
    _CXF_2_6,
    name="cxf-2.7",
    checks_soap_action=True,
    serves_other_verbs=False,
    strict_booleans=False,
    trims_enumerations=False,
    max_depth=100,
    max_attributes=1000,
    missing_body="Fault occurred while processing.",
    names_soap_message=True,
    checks_envelope_name=True,
    reads_get=None,
    unknown_xsd="Could not find xsd {name}",
    answers_soap_1_2=False,
    refuses_empty_charset=False,
    wsdl_content_type="text/xml;charset=UTF-8",
)
_CXF_3_1 = replace(_CXF_2_7, name="cxf-3.1", tells_parser_errors=True, unknown_element_faults=9)
_CXF_3_5 = replace(_CXF_3_1, name="cxf-3.5")

PLATFORMS: Mapping[PlatformName, Platform] = MappingProxyType(
    {each.name: each for each in (_CXF_2_2, _CXF_2_6, _CXF_2_7, _CXF_3_1, _CXF_3_5)}
)


def max_depth(settings: GatewaySettings) -> int:
    """How deep elements may be nested: the platform's limit, or the simulator's own where that is lower."""
    return min(settings.max_depth, PLATFORMS[settings.platform].max_depth or settings.max_depth)
