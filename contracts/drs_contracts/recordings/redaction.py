"""Redaction: replaces every secret and personal value of a SOAP message by a pseudonym before it is stored.

What is kept is listed, with the form that its values must have. Whatever is not on the list is replaced, so that an
element which nobody thought of cannot give anything away.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from lxml import etree

from drs_contracts.driver.messages import NAMESPACE
from drs_contracts.errors import ContractsError
from drs_contracts.recordings.pseudonyms import Pseudonyms, ValueKind
from drs_contracts.xml import DoctypeError, NotXmlError, parse_xml

WITHHELD = "Withheld until the recording is complete."
"""Stands for a message as long as values may still come that must not be told in it."""

_XSI_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_BOOLEANS = ("true", "false", "1", "0")
_DECLARATION = re.compile(rb"\s*(?:\xef\xbb\xbf)?<\?xml\s[^>]*\?>(\s*)")
_MESSAGES = frozenset({"errorMsg", "faultstring"})
# Names stand for settings in business data; everywhere else they are those of people and places.
_PARENTS_OF_KEPT_NAMES = frozenset({"theBusinessData", "theOrderBusinessData", "theBusinessDataDefinitions"})

_DATE = r"-?\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?)?(Z|[+-]\d\d:\d\d)?|\d\d:\d\d(:\d\d)?"
_ID = r"0|[1-9]\d{0,9}"
# One word, which may not look like a phone number.
_CODE = r"(?!(0|44)\d{9,10}$)[A-Za-z0-9_./:-]{1,40}"
_WORDS = r"[A-Za-z0-9_&/(),. -]{1,60}"
_NUMBER = r"-?\d{1,6}(\.\d{1,6})?"
_FLAG = r"(?i:true|false|yes|no|maybe|undefined|day|fullPeriod|0|1)"

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
        "agency bookingCode bookingCodeSORCode contract faultcode itemNumberWithinBooking locationID "
        "locationIDContracts locationId locationIDs primaryOrderNumber primaryOrderNumberContracts "
        "secondaryOrderNumber subcontract tertiaryOrderNumber theBusinessDataContracts "
        "theOrderBusinessDataContracts theResourceIDContracts uniqueBookingId workflowType"
    ),
    _WORDS: (
        "alertType bookingCategory bookingCompletionStatus bookingLifeCycleStatus bookingReason bookingStatus "
        "checkAvailType country dataTypeList dayOfWeek dayType priority resourceLock status targetObject template "
        "trade transactionType"
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
    r"\.": "userId",
}
_KEPT: Mapping[str, re.Pattern[str]] = {
    name: re.compile(form, re.ASCII) for form, names in _FORMS_OF_KEPT.items() for name in names.split()
}
_KEPT_NAME = re.compile(_WORDS, re.ASCII)

_NAMES_OF_KIND = {
    ValueKind.LOGIN: "login userId",
    ValueKind.PASSWORD: "password",
    ValueKind.SESSION: "sessionId",
    ValueKind.TOKEN: "tokenId",
    ValueKind.NAME: "citizensName contactName name resourceName",
    ValueKind.PHONE: "phone phoneNumber",
    ValueKind.ADDRESS: "address1 address2 address3 address4",
    ValueKind.STREET: "street",
    ValueKind.NUMBER: "number",
    ValueKind.CITY: "city",
    ValueKind.POST_CODE: "endPostCode postCode startPostCode",
    ValueKind.LATITUDE: "latitude",
    ValueKind.LONGITUDE: "longitude",
    ValueKind.STAFF: (
        "externalResourceCode resourceID resourceIDs resourceId resources theEmployeeCodes theResourceIDs workers"
    ),
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
    """

    def __init__(self, seed: int) -> None:
        self._pseudonyms = Pseudonyms(seed)
        self._redacted: dict[str, set[str]] = {}

    @property
    def redacted(self) -> dict[str, tuple[str, ...]]:
        """The pseudonyms in the messages so far, by the names of their elements, both sorted."""
        return {name: tuple(sorted(pseudonyms)) for name, pseudonyms in sorted(self._redacted.items())}

    def redact(self, body: bytes, charset: str | None = None, *, withhold_messages: bool = False) -> bytes:
        """Replace what is secret or personal in a SOAP message; order, prefixes and white space stay.

        In an ``errorMsg`` or ``faultstring`` the values are replaced that this or an earlier message has elsewhere.

        Args:
            body: The message as it came.
            charset: The charset that its Content-Type names, if any; it goes before the XML declaration.
            withhold_messages: Put ``WITHHELD`` in the place of such texts.

        Raises:
            RedactionError: It is no XML, or has a DOCTYPE.
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
            elif not _is_kept(element):
                kind = _KINDS.get(etree.QName(element).localname, ValueKind.TEXT)
                self._put(element, self._pseudonyms.replace(element.text, kind))
        for element in messages:
            said = element.text or ""
            redacted = WITHHELD if withhold_messages else self._pseudonyms.replace_within(said)
            if redacted != said:
                self._put(element, redacted)
        return _serialise(root, body)

    def _put(self, element: etree._Element, pseudonym: str) -> None:
        element.text = pseudonym
        if pseudonym != WITHHELD:
            self._redacted.setdefault(etree.QName(element).localname, set()).add(pseudonym.strip())


def _is_kept(element: etree._Element) -> bool:
    """Whether a text may stay: that of a listed element without children, in the form that its values have."""
    name = etree.QName(element)
    if len(element) or name.namespace not in (None, NAMESPACE):
        return False
    form = _KEPT.get(name.localname)
    if name.localname == "name":
        parent = element.getparent()
        within = "" if parent is None else etree.QName(parent).localname
        form = _KEPT_NAME if within in _PARENTS_OF_KEPT_NAMES else None
    return form is not None and form.fullmatch((element.text or "").strip()) is not None


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
        raise RedactionError("It is no XML that can be read.") from None


def _serialise(root: etree._Element, body: bytes) -> bytes:
    """The root as bytes, after a declaration where there was one, with the white space around it."""
    declared = _DECLARATION.match(body)
    begin = b"" if declared is None else b'<?xml version="1.0" encoding="UTF-8"?>' + declared[1]
    return begin + etree.tostring(root, encoding="UTF-8", xml_declaration=False) + body[len(body.rstrip()) :]
