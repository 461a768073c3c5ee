"""Clauses that bind the caller, on the wire: envelopes, names, namespaces, charset."""

from __future__ import annotations

import re
from functools import partial

from lxml import etree

from drs_contracts.clauses.clause import Binds, clause, client, presumed, published, seen
from drs_contracts.driver.messages import NAMESPACE, OPERATIONS, SOAP
from drs_contracts.traffic.calls import Call, each_call

_DECLARED = re.compile(rb"""<\?xml[^>]*\bencoding\s*=\s*["']([\w.:-]+)["']""")
_UNREADABLE = "\N{REPLACEMENT CHARACTER}"

caller_clause = partial(clause, binds=Binds.CALLER)
"""Enters a check into the catalogue as a clause that binds the caller."""


@caller_clause("CAL-01", "Every request is a SOAP 1.1 envelope with a call in its Body.", presumed("CXF"))
@each_call
def requests_are_soap_1_1(call: Call) -> str | None:
    """Look at the root and the Body."""
    if call.envelope is None:
        return "the request is no XML"
    if call.envelope.tag != f"{{{SOAP}}}Envelope":
        return f"the root is {call.envelope.tag!s}"
    return "" if call.wrapper is not None else "the Body is empty"


@caller_clause(
    "CAL-02", "A call names a published operation, in DRS's namespace or in none.", published("port type, operations")
)
@each_call
def operations_are_published(call: Call) -> str | None:
    """Look at the wrapper's name."""
    if call.wrapper is None:
        return None
    if etree.QName(call.wrapper).namespace not in (None, NAMESPACE):
        return f"the namespace is {etree.QName(call.wrapper).namespace}"
    return "" if call.operation in OPERATIONS else f"there is no operation '{call.operation}'"


@caller_clause(
    "CAL-03",
    "The wrapper has a prefix or no namespace at all, never a default namespace.",
    client("unpatched .NET service references get a fault on interned names"),
)
@each_call
def wrappers_have_no_default_namespace(call: Call) -> str | None:
    """Look for a namespace without a prefix."""
    if call.wrapper is None:
        return None
    is_default = call.wrapper.prefix is None and etree.QName(call.wrapper).namespace is not None
    return f'the wrapper is written <{call.operation} xmlns="…">' if is_default else ""


@caller_clause("CAL-04", "No element below the wrapper has a namespace.", seen("Appendix B, requests"))
@each_call
def members_are_unqualified(call: Call) -> str | None:
    """Look at every name below the wrapper."""
    if call.wrapper is None:
        return None
    below = [element for child in call.wrapper for element in child.iter(etree.Element)]
    qualified = [etree.QName(element).localname for element in below if etree.QName(element).namespace]
    return f"qualified are {', '.join(qualified[:3])}" if qualified else ""


@caller_clause(
    "CAL-05",
    "An order's or booking's place is sent as locationID, with two capitals at the end.",
    seen("Appendix B 3; the tables of the document have it wrong"),
)
@each_call
def the_place_is_spelled_right(call: Call) -> str | None:
    """Look for names that are locationID but for their case. The interface has locationId in theLocation alone."""
    if call.members is None:
        return None
    names = [
        str(element.tag)
        for parent in call.members.iter(etree.Element)
        for element in parent.iterchildren(etree.Element)
        if str(element.tag).lower() == "locationid" and parent.tag != "theLocation"
    ]
    wrong = [name for name in names if name != "locationID"]
    if not names:
        return None
    return f"it is spelled {wrong[0]}" if wrong else ""


@caller_clause("CAL-06", "A request is in the one charset that it declares, or in UTF-8.", presumed("CXF, XML 1.0"))
@each_call
def charsets_are_declared(call: Call) -> str | None:
    """Compare what Content-Type and XML declare, and read the bytes so."""
    in_xml = _DECLARED.match(call.sent.replace(b"\0", b"").lstrip(b"\xff\xfe\xef\xbb\xbf"))
    declared = in_xml[1].decode() if in_xml else ""
    named = call.charset
    if named and declared and named.lower() != declared.lower():
        return f"Content-Type says {named}, the XML says {declared}"
    try:
        text = call.sent.decode(named or declared or "utf-8")
    except (LookupError, UnicodeError) as error:
        return f"it cannot be read as {named or declared or 'UTF-8'}: {error}"
    return "a character was lost on the way to the charset" if _UNREADABLE in text else ""


@caller_clause(
    "CAL-15", "DRS can read every request: none is answered with an Unmarshalling Error.", presumed("CXF with JAXB")
)
@each_call
def requests_can_be_read(call: Call) -> str | None:
    """Look at the faults."""
    unreadable = (call.fault or "").strip().startswith("Unmarshalling Error")
    return (call.fault or "").strip() if unreadable else ""
