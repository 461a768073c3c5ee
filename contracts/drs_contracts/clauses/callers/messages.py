"""What a caller sends as a message: its form, its charset, and one call in it."""

from __future__ import annotations

import codecs
import re

from lxml import etree

from drs_contracts.clauses.clause import caller_clause, client, measured, published, seen
from drs_contracts.driver.messages import NAMESPACE, OPERATIONS, SOAP
from drs_contracts.traffic.calls import Call, each_call

_MAX_NAMED = 3
_MEDIA_TYPES = frozenset({"text/xml", "multipart/related"})
_DECLARED = re.compile(rb"""<\?xml[^>]*\bencoding\s*=\s*["']([\w.:-]+)["']""")
_UNREADABLE = "\N{REPLACEMENT CHARACTER}"
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


@caller_clause(
    "CAL-01",
    "Every request is a SOAP 1.1 envelope with a call in its Body.",
    published("the binding of DRS 5.2.0.16; measured: Apache CXF 2.6.1, cases S3, O6"),
)
@each_call
def requests_are_soap_1_1(call: Call) -> str | None:
    """Read the root and the Body."""
    if call.envelope is None:
        return "the request is not XML"
    if call.envelope.tag != f"{{{SOAP}}}Envelope":
        return f"the root is {call.envelope.tag!s}"
    return "" if call.wrapper is not None else "the Body is empty"


@caller_clause(
    "CAL-02", "A call names a published operation, in DRS's namespace or in none.", published("port type, operations")
)
@each_call
def operations_are_published(call: Call) -> str | None:
    """Read the name of the wrapper."""
    if call.wrapper is None:
        return None
    if etree.QName(call.wrapper).namespace not in (None, NAMESPACE):
        return f"the namespace is {etree.QName(call.wrapper).namespace}"
    return "" if call.operation in OPERATIONS else f"there is not an operation '{call.operation}'"


@caller_clause(
    "CAL-03",
    "The wrapper has a prefix or no namespace at all, never a default namespace.",
    client("unpatched .NET service references get a fault on interned names, which Apache CXF by itself does not give"),
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
    """Read every name below the wrapper."""
    if call.wrapper is None:
        return None
    below = [element for child in call.wrapper for element in child.iter(etree.Element)]
    qualified = [etree.QName(element).localname for element in below if etree.QName(element).namespace]
    return f"these have a namespace: {', '.join(qualified[:3])}" if qualified else ""


@caller_clause(
    "CAL-06",
    "A request is encoded in the one charset that it declares, in Content-Type if it is not ASCII.",
    measured("P5d", "P7c", also="without a charset in Content-Type it is read as ISO-8859-1, whatever the XML says"),
)
@each_call
def charsets_are_declared(call: Call) -> str | None:
    """Compare the charsets of Content-Type and XML, and decode the bytes."""
    in_xml = _DECLARED.match(call.sent.replace(b"\0", b"").lstrip(b"\xff\xfe\xef\xbb\xbf"))
    declared = in_xml[1].decode() if in_xml else ""
    named = call.charset
    if named and declared and _family(named) != _family(declared):
        return f"Content-Type says {named}, the XML says {declared}"
    # A byte order mark declares UTF-16 too.
    marked = "utf-16" if call.sent[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8"
    try:
        text = call.sent.decode(named or declared or marked)
    except (LookupError, UnicodeError) as error:
        return f"it cannot be read as {named or declared or marked}: {error}"
    is_default = _family(declared or marked) == "iso8859-1"
    if call.content_type and not named and not is_default and not call.sent.isascii():
        return "Content-Type names no charset, so DRS reads ISO-8859-1"
    return "a character was lost on the way to the charset" if _UNREADABLE in text else ""


def _family(charset: str) -> str:
    """A charset under one of its names; the forms of UTF-16 count as one, as the byte order mark tells them apart."""
    try:
        name = codecs.lookup(charset).name
    except LookupError:
        return charset.lower()
    return "utf-16" if name.startswith("utf-16") else name


@caller_clause(
    "CAL-15",
    "DRS can read every request: none is answered with an Unmarshalling Error.",
    measured("E1", "E13", "D dateTime notadate"),
)
@each_call
def requests_can_be_read(call: Call) -> str | None:
    """Look for such faults."""
    unreadable = (call.fault or "").strip().startswith("Unmarshalling Error")
    return (call.fault or "").strip() if unreadable else ""


@caller_clause(
    "CAL-28",
    "A Body has one call, and the call's wrapper one element: the request, named like the operation.",
    measured("W11", "W16", "O8", also="what else is there is passed over in silence"),
)
@each_call
def a_wrapper_has_one_request(call: Call) -> str | None:
    """Count the elements of the Body and of the wrapper."""
    if call.wrapper is None or call.operation not in OPERATIONS:
        return None
    following = [*call.wrapper.itersiblings(etree.Element)]
    behind = call.wrapper.getparent()
    following += [] if behind is None else [*behind.itersiblings(etree.Element)]
    if following:
        return f"{_local_name(following[0])} is behind the call"
    inside = [_local_name(element) for element in call.wrapper.iterchildren(etree.Element)]
    if inside == [call.operation]:
        return ""
    return f"the wrapper has {', '.join(inside[:_MAX_NAMED])}" if inside else "the wrapper is empty"


@caller_clause(
    "CAL-29",
    "What has no value is left out, not sent as xsi:nil.",
    measured("X xsi:nil with text", "X xsi:nil on theOrder", also="xsi:nil is passed over"),
)
@each_call
def nothing_is_nil(call: Call) -> str | None:
    """Look for the attribute."""
    if call.wrapper is None:
        return None
    nil = [_local_name(each) for each in call.wrapper.iter(etree.Element) if each.get(_NIL) in ("true", "1")]
    return f"these are nil: {', '.join(nil[:_MAX_NAMED])}" if nil else ""


@caller_clause(
    "CAL-30",
    "The Content-Type is text/xml, the media type of SOAP 1.1.",
    published("the binding of DRS 5.2.0.16; measured: Apache CXF reads others too, case T content-type text/plain"),
)
@each_call
def requests_are_text_xml(call: Call) -> str | None:
    """Read the media type, where the Content-Type is known. A message with attachments has text/xml inside."""
    if not call.content_type:
        return None
    return "" if call.media_type in _MEDIA_TYPES else f"it is {call.content_type}"


def _local_name(element: etree._Element) -> str:
    return etree.QName(element).localname
