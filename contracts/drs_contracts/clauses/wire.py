"""Clauses on the wire: envelopes, prefixes, dates and the platform's faults."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC
from typing import Any
from xml.sax.saxutils import escape

from hypothesis import strategies as st
from lxml import etree

from drs_contracts.clauses.clause import clause, client, measured, published, seen
from drs_contracts.driver.driver import DrsDriver
from drs_contracts.driver.expectations import expect
from drs_contracts.driver.messages import NAMESPACE, SOAP, Exchange, request
from drs_contracts.errors import ClauseBroken
from drs_contracts.strategies import days_ahead, texts
from drs_contracts.xml import parse_xml

_MAX_BYTES = 262_144
_SOAP_1_2 = "http://www.w3.org/2003/05/soap-envelope"
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.(?!0+\D)\d{1,3})?(Z|[+-](?!00:00)\d\d:\d\d)")
_SERVER_ERROR = 500
_OPERATIONS = 22
# These versions name nine unknown elements after a start, and ignore the ones that follow (measured).
_NAMES_NINE = ("cxf-3.1", "cxf-3.5")
_XML_IN_UTF_8 = "text/xml;charset=utf-8"


@clause(
    "WIR-01",
    "An answer is text/xml in UTF-8, with the prefixes soap and ns1; return declares ns2 and has no namespace.",
    seen("Appendix B; measured: the Content-Type, case W1"),
)
def answers_have_their_prefixes(drs: DrsDriver) -> None:
    """Read the names in one answer."""
    answer = drs.open_session()
    kind = answer.reply.content_type
    expect(kind.lower().replace(" ", "") == _XML_IN_UTF_8, f"the Content-Type is {kind}")
    expect(answer.envelope.prefix == "soap", f"the envelope's prefix is {answer.envelope.prefix}")
    returned = answer.returned
    expect(returned is not None, "there is no unqualified return in a qualified wrapper")
    assert returned is not None
    wrapper = returned.getparent()
    expect(wrapper is not None and wrapper.prefix == "ns1", "the wrapper's prefix is not ns1")
    expect(returned.nsmap.get("ns2") == NAMESPACE, "return does not declare ns2")
    qualified = [element.tag for element in returned.iter() if etree.QName(element).namespace]
    expect(not qualified, f"qualified are {qualified}")


@clause(
    "WIR-02",
    "Dates have the local offset, written Z if it is zero, and milliseconds only if they are not zero.",
    seen("Appendix B 3 and 4"),
    ahead=days_ahead(),
)
def dates_have_their_form(drs: DrsDriver, ahead: int) -> None:
    """Look at every date of an answer, in summer and winter."""
    answer = drs.check_availability(drs.local(ahead), drs.local(ahead + 6))
    for path in ("theSlots/day", "theSlots/slotsForDay/beginDate", "theSlots/slotsForDay/endDate"):
        for text in answer.texts(path):
            expect(bool(_DATE.fullmatch(text)), f"a date is written '{text}'")


@clause(
    "WIR-03",
    "A date without an offset is local time.",
    seen("Appendix B 4, targetDate"),
    writes=True,
    ahead=st.integers(2, 300),
)
def a_date_without_offset_is_local(drs: DrsDriver, ahead: int) -> None:
    """Send a targetDate without an offset."""
    target = drs.local(ahead)
    answer = drs.create_order(targetDate=target.replace(tzinfo=None).isoformat()).exchange
    offset = target.strftime("%z")
    wanted = target.replace(tzinfo=None).isoformat() + ("Z" if offset == "+0000" else f"{offset[:3]}:{offset[3:]}")
    found = answer.text("theOrder/targetDate")
    expect(found == wanted, f"it came back as {found}, not {wanted}")


@clause(
    "WIR-04",
    "Elements may come in any order.",
    seen("Appendix B 5, planningWindowStart before planningWindowEnd"),
    order=st.permutations(["periodBegin", "periodEnd", "sessionId", "theOrder"]),
)
def elements_come_in_any_order(drs: DrsDriver, order: Sequence[str]) -> None:
    """Send the members of a call in another order."""
    members = drs.availability_members(drs.local(1), drs.local(3))
    shuffled = {name: members[name] for name in order}
    same = drs.call("checkAvailability", shuffled).reply.body == drs.call("checkAvailability", members).reply.body
    expect(same, f"the answer differs with the order {', '.join(order)}")


@clause("WIR-05", "XML comments are ignored.", seen("Appendix B, requests"))
def comments_are_ignored(drs: DrsDriver) -> None:
    """Put a comment into every element."""
    plain = request("checkAvailability", drs.availability_members(drs.local(1), drs.local(3)))
    envelope = parse_xml(plain)
    for element in list(envelope.iter(etree.Element)):
        element.append(etree.Comment(" <sessionId>?</sessionId> "))
    answer = drs.post("checkAvailability", etree.tostring(envelope))
    expect(answer.reply.body == drs.post("checkAvailability", plain).reply.body, "the answer differs")


@clause(
    "WIR-06",
    "A wrapper in no namespace is accepted.",
    client("patched .NET service references of four services"),
)
def a_wrapper_without_namespace_is_accepted(drs: DrsDriver) -> None:
    """Send openSession like those services."""
    answer = drs.post("openSession", _wrapped(drs, "<openSession><openSession>"))
    expect(answer.succeeded, f"it was answered with: {answer.fault or answer.text('errorMsg')}")


@clause(
    "WIR-07",
    "A wrapper in a default namespace that its child resets gets the fault about interned names.",
    client("unpatched .NET service references; Apache CXF by itself does not do it"),
)
def an_undeclared_default_namespace_is_a_fault(drs: DrsDriver) -> None:
    """Send openSession like an unpatched service."""
    answer = drs.post("openSession", _wrapped(drs, f'<openSession xmlns="{NAMESPACE}"><openSession xmlns="">'))
    expect(answer.reply.status == _SERVER_ERROR, f"it was answered with HTTP {answer.reply.status}")
    wanted = "Unmarshalling Error: Namespace URIs and local names to the unmarshaller needs to be interned."
    expect((answer.fault or "").strip() == wanted, f"the fault is '{answer.fault}'")


@clause(
    "WIR-08",
    "An unknown element is a fault that names it and lists the expected elements.",
    measured("E1", "E2", "E15"),
)
def an_unknown_element_is_a_fault(drs: DrsDriver) -> None:
    """Write locationId where the interface has locationID, like the document's own tables."""
    members = drs.availability_members(drs.local(1), drs.local(3))
    order: dict[str, Any] = dict(members["theOrder"])  # type: ignore[arg-type]
    order["locationId"] = order.pop("locationID")
    answer = drs.call("checkAvailability", members | {"theOrder": order})
    begins = 'Unmarshalling Error: unexpected element (uri:"", local:"locationId"). Expected elements are <{}'
    _need_named(drs, answer, begins)
    expect(answer.reply.status == _SERVER_ERROR, f"it was answered with HTTP {answer.reply.status}")
    expect((answer.fault or "").startswith(begins), f"the fault is '{answer.fault}'")
    expect("<{}locationID>" in (answer.fault or ""), "the right element is not among those expected")


@clause("WIR-09", "A date that cannot be read is a fault that quotes it.", measured("D dateTime notadate"))
def an_unreadable_date_is_a_fault(drs: DrsDriver) -> None:
    """Send a periodBegin that is not a date."""
    answer = drs.call("checkAvailability", drs.availability_members("notadate", drs.local(3)))
    expect((answer.fault or "").strip() == "Unmarshalling Error: notadate", f"the fault is '{answer.fault}'")


@clause("WIR-10", "An unknown operation is a fault that names it.", measured("O1"))
def an_unknown_operation_is_a_fault(drs: DrsDriver) -> None:
    """Call an operation that does not exist."""
    answer = drs.call("foo", {})
    wanted = f"Message part {{{NAMESPACE}}}foo was not recognized.  (Does it exist in service WSDL?)"
    expect((answer.fault or "").strip() == wanted, f"the fault is '{answer.fault}'")


@clause(
    "WIR-11",
    "A SOAP 1.2 envelope is a fault with the code VersionMismatch, in the namespace of SOAP 1.1.",
    measured("S3"),
)
def soap_1_2_is_refused(drs: DrsDriver) -> None:
    """Send openSession in a SOAP 1.2 envelope."""
    body = _wrapped(drs, f'<aut:openSession xmlns:aut="{NAMESPACE}"><openSession>', "aut:")
    answer = drs.post("openSession", body.replace(SOAP.encode(), _SOAP_1_2.encode()))
    # CXF 2.6 puts the fault into an envelope of SOAP 1.2, other versions into one of SOAP 1.1.
    element = parse_xml(answer.reply.body, answer.reply.charset).find("{*}Body/{*}Fault/{*}faultcode")
    expect(element is not None, "there is no fault code")
    assert element is not None
    prefix, _, name = (element.text or "").strip().partition(":")
    expect(name == "VersionMismatch" and element.nsmap.get(prefix) == SOAP, f"the fault code is '{element.text}'")


@clause("WIR-12", "A qualified member is a fault that names its namespace.", measured("W9", "E13"))
def a_qualified_member_is_a_fault(drs: DrsDriver) -> None:
    """Put login into the namespace of the wrapper."""
    body = _wrapped(drs, f'<aut:openSession xmlns:aut="{NAMESPACE}"><openSession>', "aut:")
    answer = drs.post("openSession", body.replace(b"login>", b"aut:login>"))
    begins = f'Unmarshalling Error: unexpected element (uri:"{NAMESPACE}", local:"login"). Expected elements are '
    _need_named(drs, answer, begins)
    expect((answer.fault or "").startswith(begins), f"the fault is '{answer.fault}'")


@clause("WIR-13", "The interface description has the 22 operations.", published("the port type"))
def all_operations_are_described(drs: DrsDriver) -> None:
    """Fetch the description and count its operations."""
    root = parse_xml(drs.target.wsdl().body)
    names = {str(each.get("name")) for each in root.iterfind("{*}portType/{*}operation")}
    imported = root.find("{*}import") is not None
    expect(imported or len(names) == _OPERATIONS, f"it has {len(names)}: {', '.join(sorted(names))}")


@clause("WIR-14", "An empty Body is a fault.", measured("O6", "O6b", versions="2.2.12 to 3.5.9"))
def an_empty_body_is_a_fault(drs: DrsDriver) -> None:
    """Send an envelope without a call."""
    answer = drs.post("openSession", f'<e:Envelope xmlns:e="{SOAP}"><e:Body/></e:Envelope>'.encode())
    expect((answer.fault or "").startswith("No binding operation info"), f"the fault is '{answer.fault}'")


@clause(
    "WIR-15",
    "The answer to checkAvailability for as many days as the cap has at most 262,144 bytes.",
    client("services read no more; .NET's own default is 65,536 bytes"),
    ahead=days_ahead(),
)
def answers_can_be_read(drs: DrsDriver, ahead: int) -> None:
    """Ask for as many days as come at once."""
    answer = drs.check_availability(drs.local(ahead), drs.local(ahead + drs.data.day_cap - 1))
    size = len(answer.reply.body)
    expect(size <= _MAX_BYTES, f"it has {size:,} bytes")


@clause(
    "WIR-16",
    "Of an element that is repeated where one is allowed, the last one is read.",
    measured("E5", versions="2.1.10 to 3.5.9"),
    other=texts(),
)
def the_last_of_repeated_elements_is_read(drs: DrsDriver, other: str) -> None:
    """Send a wrong login before the right one."""
    opening = f'<aut:openSession xmlns:aut="{NAMESPACE}"><openSession><login>{escape(other)}</login>'
    answer = drs.post("openSession", _wrapped(drs, opening, "aut:"))
    expect(answer.succeeded, f"it was answered with: {answer.fault or answer.text('errorMsg')}")


@clause(
    "WIR-17",
    "Unknown attributes and processing instructions are ignored.",
    measured("E11", "P9", "P9c", "X xsi:schemaLocation attr", versions="2.1.10 to 3.5.9"),
)
def attributes_and_instructions_are_ignored(drs: DrsDriver) -> None:
    """Put both into an openSession."""
    opening = f'<aut:openSession xmlns:aut="{NAMESPACE}"><?first do nothing?><openSession version="5">'
    answer = drs.post("openSession", b"<?second do nothing?>" + _wrapped(drs, opening, "aut:"))
    expect(answer.succeeded, f"it was answered with: {answer.fault or answer.text('errorMsg')}")


@clause(
    "WIR-18",
    "An unknown header that must be understood is a fault that names it; any other header is ignored.",
    measured("H1", "H1b", "H1c", "H2", "H3", versions="2.1.10 to 3.5.9"),
)
def headers_that_must_be_understood_are_named(drs: DrsDriver) -> None:
    """Send an openSession with a header: one that must be understood, and one that need not be."""
    plain = _wrapped(drs, f'<aut:openSession xmlns:aut="{NAMESPACE}"><openSession>', "aut:")
    for must, is_fault in (("1", True), ("0", False)):
        header = f'<e:Header><x:h xmlns:x="http://x/" e:mustUnderstand="{must}"/></e:Header><e:Body>'.encode()
        answer = drs.post("openSession", plain.replace(b"<e:Body>", header))
        if is_fault:
            wanted = "MustUnderstand headers: [{http://x/}h] are not understood."
            expect((answer.fault or "").strip() == wanted, f"the fault is '{answer.fault}'")
            expect(_fault_code(answer) == "MustUnderstand", f"the fault code is '{_fault_code(answer)}'")
        else:
            expect(answer.succeeded, f"it was answered with: {answer.fault or answer.text('errorMsg')}")


@clause(
    "WIR-19",
    "A date can have an offset, Z, a fraction of a second or white space around it.",
    measured("D dateTime Z", "D dateTime 7 fraction no zone", "D dateTime 12 fraction", "D dateTime newline"),
    fraction=st.text("0123456789", min_size=1, max_size=12),
)
def dates_are_read_in_all_their_forms(drs: DrsDriver, fraction: str) -> None:
    """Ask for the same period in each form."""
    begin = drs.local(1)
    end, plain = drs.local(3), begin.replace(tzinfo=None).isoformat()
    wanted = drs.call("checkAvailability", drs.availability_members(begin, end)).texts("theSlots/day")
    in_utc = begin.astimezone(UTC).replace(tzinfo=None).isoformat()
    for form in (plain, f"{in_utc}Z", f"{in_utc}+00:00", f"{plain}.{fraction}", f"\n  {plain}\n"):
        answer = drs.call("checkAvailability", drs.availability_members(form, end))
        expect(answer.texts("theSlots/day") == wanted, f"with '{form}': {answer.fault or answer.text('errorMsg')}")


@clause(
    "WIR-20",
    "A boolean can be written true, false, 1 or 0, with white space around it.",
    measured("B boolean '1'", "B boolean '0'", "B boolean ' true '", versions="2.1.10 to 3.5.9"),
    writes=True,
)
def booleans_are_read_in_all_their_forms(drs: DrsDriver) -> None:
    """Ask for other orders in each form, with another order at the location."""
    drs.create_order()
    members = drs.availability_members(drs.local(1), drs.local(2))
    for form, is_true in (("true", True), ("1", True), (" true ", True), ("false", False), ("0", False)):
        answer = drs.call("checkAvailability", members | {"canSelectOtherOrders": form})
        expect(answer.succeeded, f"'{form}' was refused: {answer.fault or answer.text('errorMsg')}")
        found = bool(answer.texts("theOtherOrders/primaryOrderNumber"))
        expect(found is is_true, f"'{form}' was read as {str(found).lower()}")


@clause(
    "WIR-21",
    "A document type declaration is a fault, whatever it declares.",
    measured("P8", "P8b", "P8c", versions="2.1.10 to 3.5.9"),
)
def document_types_are_a_fault(drs: DrsDriver) -> None:
    """Declare a document type without an entity, and with one."""
    plain = _wrapped(drs, f'<aut:openSession xmlns:aut="{NAMESPACE}"><openSession>', "aut:")
    for declared in (b"<!DOCTYPE x>", b'<!DOCTYPE x [<!ENTITY e "text">]>'):
        answer = drs.post("openSession", declared + plain)
        expect(_fault_code(answer) == "Client", f"the fault code is '{_fault_code(answer)}'")
        expect((answer.fault or "").startswith("Error reading XMLStreamReader"), f"the fault is '{answer.fault}'")


@clause(
    "WIR-22",
    "A request that cannot be read is a fault at HTTP 500 with the code Client, in text/xml without a detail.",
    measured("E1", "E10", "O1", "D dateTime notadate", versions="2.1.10 to 3.5.9"),
)
def unreadable_requests_are_the_clients_fault(drs: DrsDriver) -> None:
    """Send an unknown operation, an unreadable date, and an element inside a text."""
    inside = _wrapped(drs, f'<aut:openSession xmlns:aut="{NAMESPACE}"><openSession><id><b/></id>', "aut:")
    for answer in (
        drs.call("foo", {}),
        drs.call("checkAvailability", drs.availability_members("notadate", drs.local(3))),
        drs.post("openSession", inside),
    ):
        expect(answer.reply.status == _SERVER_ERROR, f"it was answered with HTTP {answer.reply.status}")
        kind = answer.reply.content_type
        expect(kind.lower().replace(" ", "") == _XML_IN_UTF_8, f"the Content-Type is {kind}")
        expect(_fault_code(answer) == "Client", f"the fault code is '{_fault_code(answer)}'")
        expect(answer.envelope.find(f"{{{SOAP}}}Body/{{{SOAP}}}Fault/detail") is None, "the fault has a detail")


@clause(
    "WIR-23",
    "In every call a result comes at HTTP 200, a fault at 500, in text/xml with its charset; a faultcode has a prefix.",
    measured("W1", "E1", "O1", versions="2.1.10 to 3.5.9", also="seen: the prefixes of answers (Appendix B)"),
    judges_every_call=True,
)
def the_http_side_is_right(drs: DrsDriver) -> None:
    """Make a call that succeeds, one that is refused and one that is a fault; all calls of other checks count too."""
    for answer in (
        drs.open_session(),
        drs.call("closeSession", {"sessionId": "none"}),
        drs.call("foo", {}),
    ):
        if answer.http_breach:
            raise ClauseBroken(f"{answer.operation}: {answer.http_breach}", answer)


def _need_named(drs: DrsDriver, answer: Exchange, begins: str) -> None:
    is_named = (answer.fault or "").startswith(begins)
    told = f"{drs.data.platform} names nine unknown elements after a start, then none; check it after a restart"
    drs.need(is_named or drs.data.platform not in _NAMES_NINE, told)


def _fault_code(answer: Exchange) -> str | None:
    """The name in a fault's code, without its prefix."""
    code = answer.envelope.findtext(f"{{{SOAP}}}Body/{{{SOAP}}}Fault/faultcode")
    return None if code is None else code.strip().rpartition(":")[2]


def _wrapped(drs: DrsDriver, opening: str, prefix: str = "") -> bytes:
    """An openSession whose wrapper and request begin as given."""
    return (
        f'<e:Envelope xmlns:e="{SOAP}"><e:Body>{opening}'
        f"<login>{escape(drs.target.login)}</login><password>{escape(drs.target.password)}</password>"
        f"</openSession></{prefix}openSession></e:Body></e:Envelope>"
    ).encode()
