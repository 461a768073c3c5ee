"""Redaction: replaces every secret and personal value of a SOAP message by a pseudonym before it is stored.

What is kept is listed: dates, ids and numbers by their form, words and codes if the installation's vocabulary has them,
flags. Everything else is replaced, also names of elements and namespaces that DRS does not have, so that a member that
nobody thought of gives nothing away. Of the text of an error its known words are kept, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from lxml import etree

from drs_contracts.driver.messages import NAMESPACE
from drs_contracts.errors import ContractsError
from drs_contracts.recordings.pseudonyms import Pseudonyms, ValueKind
from drs_contracts.recordings.vocabulary import NAMESPACES, Vocabulary
from drs_contracts.xml import DoctypeError, NotXmlError, parse_xml

OMITTED = "\N{HORIZONTAL ELLIPSIS}"
"""Stands for what was left out of the text of an error."""

_XSI_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_BOOLEANS = ("true", "false", "1", "0")
_DECLARATION = re.compile(rb"\s*(?:\xef\xbb\xbf)?<\?xml\s[^>]*\?>(\s*)")
_MESSAGES = frozenset({"errorMsg", "faultstring"})
# Names stand for settings in business data; everywhere else they are those of people and places.
_PARENTS_OF_KEPT_NAMES = frozenset({"theBusinessData", "theOrderBusinessData", "theBusinessDataDefinitions"})

_DATE = r"-?\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?)?(Z|[+-]\d\d:\d\d)?|\d\d:\d\d(:\d\d)?"
_ID = r"0|[1-9]\d{0,7}"
# An id of a few digits, perhaps after capitals and before further parts. With nine digits it may be a phone number.
_CODE = r"(?!(?:[-/_.:]?\d){9,}$)(?:[A-Z]{1,4}[-/_.:]?)?\d{1,10}(?:[-/_.:][A-Z0-9]{1,6}){0,3}"
_NUMBER = r"-?\d{1,5}(\.\d{1,2})?"
_FLAG = r"(?i:true|false|yes|no|maybe|undefined|day|fullPeriod|0|1)"
_FAULT_CODE = r"[\w-]{1,10}:(Client|Server|MustUnderstand|VersionMismatch)"

_FORMS_OF_KEPT = {
    _DATE: (
        "assignedEnd assignedStart beginDate beginDateTime beginTime createDateTime day earliestBookingDate "
        "effectiveEndDate effectiveStartDate endDate endDateAndTime endDateTime endTime lunchBreakBeginDate "
        "lunchBreakEndDate periodBegin periodEnd planningWindowEnd planningWindowStart returnBookingsFrom "
        "returnBookingsPWFrom returnBookingsPWTo returnBookingsTo returnWorkingHoursFrom returnWorkingHoursTo "
        "scheduleDate specificDate startDateAndTime targetDate"
    ),
    _ID: "bookingId id orderId",
    # A location's id is what a request books by: without it no recording could be replayed.
    _CODE: (
        "bookingCode bookingCodeSORCode contract itemNumberWithinBooking locationID locationIDContracts locationId "
        "locationIDs primaryOrderNumber primaryOrderNumberContracts secondaryOrderNumber tertiaryOrderNumber "
        "theBusinessDataContracts theOrderBusinessDataContracts theResourceIDContracts uniqueBookingId"
    ),
    _NUMBER: (
        "bookingCodeTime duration itemValue originalQuantity quantity quantityUsed standardMinuteValue timeRemaining"
    ),
    _FLAG: (
        "available bestSlot canSelectOtherOrders completeOrder excludedFromMsging force includeCompletedBookings "
        "includeWorkingHours isEmergency isNextBooking isResourceLocked lockResource mandatory message multiLine "
        "newBooking nonWorkingDay onlyBestSlots returnBookingCodes returnWarnings serviceRequirement timeLock value "
        "weeklyDayOff"
    ),
    _FAULT_CODE: "faultcode",
    r"\.": "userId",
}
_KEPT: Mapping[str, re.Pattern[str]] = {
    name: re.compile(form, re.ASCII) for form, names in _FORMS_OF_KEPT.items() for name in names.split()
}
# What may stand in these is in the vocabulary, or it is replaced.
_MEMBERS_WITH_WORDS = """
agency alertType bookingCategory bookingCode bookingCodeSORCode bookingCompletionStatus bookingLifeCycleStatus
bookingReason bookingStatus checkAvailType contract country dataTypeList dayOfWeek dayType locationID
locationIDContracts locationId locationIDs onlyBestSlots priority resourceLock status subcontract targetObject template
theBusinessDataContracts theOrderBusinessDataContracts theResourceIDContracts trade transactionType value workflowType
"""
_WORDS = frozenset(_MEMBERS_WITH_WORDS.split())
_TOKEN = re.compile(r"https?://[^\s\"'<>{}]+|\d{4}-\d\d-\d\d[T\d:.+Z-]*|\w[\w.@'-]*\w|\w")
_TELLS_NOTHING = re.compile(r"\d{1,2}", re.ASCII)
_OMISSIONS = re.compile(rf"{OMITTED}(?:\s*{OMITTED})+")

_NAMES_OF_KIND = {
    ValueKind.LOGIN: "login userId",
    ValueKind.PASSWORD: "password",
    ValueKind.SESSION: "sessionId",
    ValueKind.TOKEN: "tokenId",
    ValueKind.NAME: "citizensName contactName name resourceName",
    ValueKind.PHONE: "phone phoneNumber",
    ValueKind.ADDRESS: "address1 address2 address3 address4",
    ValueKind.STREET: "street",
    ValueKind.CITY: "city",
    ValueKind.POST_CODE: "endPostCode postCode startPostCode",
    ValueKind.LATITUDE: "latitude",
    ValueKind.LONGITUDE: "longitude",
    ValueKind.STAFF: (
        "externalResourceCode resourceID resourceIDs resourceId resources theEmployeeCodes theResourceIDs workers"
    ),
    ValueKind.CODE: _FORMS_OF_KEPT[_CODE],
    ValueKind.ID: _FORMS_OF_KEPT[_ID],
    ValueKind.NUMBER: f"number {_FORMS_OF_KEPT[_NUMBER]}",
}
_KINDS: Mapping[str, ValueKind] = {name: kind for kind, names in _NAMES_OF_KIND.items() for name in names.split()}


class RedactionError(ContractsError):
    """A message cannot be redacted, so it must not be stored."""


class Redactor:
    """Redacts the messages of one recording, so that what belonged together in them still does.

    ::

        redactor = Redactor(seed=1)
        request, response = redactor.redact(sent), redactor.redact(answered)

    Args:
        seed: The same messages in the same order get the same pseudonyms.
        vocabulary: What may be kept; that of the profile ``lincoln`` if not given.
    """

    def __init__(self, seed: int, vocabulary: Vocabulary | None = None) -> None:
        self._pseudonyms = Pseudonyms(seed)
        self._vocabulary = Vocabulary.named("lincoln") if vocabulary is None else vocabulary
        self._redacted: dict[str, set[str]] = {}
        self._names: dict[str, str] = {}
        # Ids and codes that are in the recording anyway, so that messages may name them.
        self._kept: set[str] = set()

    @property
    def redacted(self) -> dict[str, tuple[str, ...]]:
        """The pseudonyms in the messages so far, by the names of their elements, both sorted."""
        return {name: tuple(sorted(pseudonyms)) for name, pseudonyms in sorted(self._redacted.items())}

    def redact(self, body: bytes, charset: str | None = None) -> bytes:
        """Replace what is secret or personal in a SOAP message; order, prefixes and white space stay.

        Of an ``errorMsg`` or ``faultstring`` stay the words that DRS is known to use, and the values that this or an
        earlier message has elsewhere, as they are there.

        Args:
            body: The message as it came.
            charset: The charset that its Content-Type names, if any; it goes before the XML declaration.

        Raises:
            RedactionError: It is not XML, or has a DOCTYPE.
        """
        root = _parse(body, charset)
        messages = []
        for element in root.iter():
            _drop_attributes(element)
            if element.tail and element.tail.strip():
                element.tail = self._pseudonyms.replace(element.tail, ValueKind.TEXT)
            if not element.text or not element.text.strip():
                continue
            if len(element) == 0 and element.tag in _MESSAGES:
                messages.append(element)
            elif self._may_keep(element):
                self._kept.add(element.text.strip())
            else:
                kind = _KINDS.get(etree.QName(element).localname, ValueKind.TEXT)
                self._put(element, self._pseudonyms.replace(element.text, kind))
        for element in messages:
            said = element.text or ""
            redacted = self._pseudonyms.replace_within(said, self._reduce)
            redacted = _OMISSIONS.sub(OMITTED, redacted)
            if redacted != said:
                self._put(element, redacted)
        return _serialise(self._replace_names(root), body)

    def _put(self, element: etree._Element, pseudonym: str) -> None:
        element.text = pseudonym
        self._redacted.setdefault(etree.QName(element).localname, set()).add(pseudonym.strip())

    def _may_keep(self, element: etree._Element) -> bool:
        """Whether a text may stay: that of a listed element without children, if it is of its form or a known word."""
        name = etree.QName(element)
        text = (element.text or "").strip()
        if len(element) or name.namespace not in (None, NAMESPACE):
            return False
        if name.localname == "name":
            parent = element.getparent()
            within = "" if parent is None else etree.QName(parent).localname
            return within in _PARENTS_OF_KEPT_NAMES and text in self._vocabulary.values
        form = _KEPT.get(name.localname)
        if form is not None and form.fullmatch(text) is not None:
            return True
        return name.localname in _WORDS and text in self._vocabulary.values

    def _reduce(self, text: str) -> str:
        """Leave in a part of a message what is known, and put ``OMITTED`` for everything else."""
        return _TOKEN.sub(lambda found: found[0] if self._is_known(found[0]) else OMITTED, text)

    def _is_known(self, token: str) -> bool:
        known = self._vocabulary
        if _TELLS_NOTHING.fullmatch(token) or token in known.names or token in known.values or token in self._kept:
            return True
        if token in NAMESPACES or _KEPT["targetDate"].fullmatch(token):
            return True
        # A word may be joined to another, as in java.lang.String or read-only.
        parts = re.split(r"[.'-]", token)
        return all(
            part.lower() in known.words or part in known.names or _TELLS_NOTHING.fullmatch(part) or not part
            for part in parts
        )

    def _replace_names(self, root: etree._Element) -> etree._Element:
        """Replace the names of elements and namespaces that neither SOAP nor DRS has."""
        elements = list(root.iter(etree.Element))
        spaces = {space for element in elements for space in element.nsmap.values()}
        names = {etree.QName(element).localname for element in elements}
        if names <= self._vocabulary.names and spaces <= NAMESPACES:
            return root
        return self._rebuild(root)

    def _rebuild(self, element: etree._Element) -> etree._Element:
        prefixes = {
            prefix if space in NAMESPACES else prefix and self._rename(prefix, "p"): self._space(space)
            for prefix, space in element.nsmap.items()
        }
        name = etree.QName(element)
        is_known = name.localname in self._vocabulary.names
        local = name.localname if is_known else self._rename(name.localname, "unknown")
        space = self._space(name.namespace) if name.namespace else None
        built = etree.Element(f"{{{space}}}{local}" if space else local, nsmap=prefixes)
        for key, value in element.attrib.items():
            built.set(key, value)
        built.text, built.tail = element.text, element.tail
        built.extend([self._rebuild(child) for child in element])
        return built

    def _space(self, space: str) -> str:
        return space if space in NAMESPACES else f"urn:{self._rename(space, 'unknown')}"

    def _rename(self, name: str, becomes: str) -> str:
        return self._names.setdefault(name, f"{becomes}{len(self._names) + 1}")


def _drop_attributes(element: etree._Element) -> None:
    """Leave no attribute but a well-formed ``xsi:nil``; declarations of namespaces are none."""
    for name, value in element.attrib.items():
        if name != _XSI_NIL or value not in _BOOLEANS:
            del element.attrib[name]


def _parse(body: bytes, charset: str | None) -> etree._Element:
    try:
        return parse_xml(body, charset)
    except DoctypeError:
        raise RedactionError("It has a DOCTYPE, which no SOAP message may have.") from None
    except NotXmlError:
        # The parser's own words may quote what must not be shown.
        raise RedactionError("It is not XML that can be read.") from None


def _serialise(root: etree._Element, body: bytes) -> bytes:
    """The root as bytes, after a declaration where there was one, with the white space around it."""
    declared = _DECLARATION.match(body)
    begin = b"" if declared is None else b'<?xml version="1.0" encoding="UTF-8"?>' + declared[1]
    return begin + etree.tostring(root, encoding="UTF-8", xml_declaration=False) + body[len(body.rstrip()) :]
