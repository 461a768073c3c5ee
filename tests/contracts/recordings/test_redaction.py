"""Redaction: no personal value comes out, in whatever element it is; what is no personal value stays as it was."""

from __future__ import annotations

import re
from html import escape
from itertools import cycle
from pathlib import Path

import pytest
from drs_contracts.driver.targets import SimulatorTarget
from drs_contracts.recordings.pseudonyms import Pseudonyms, ValueKind
from drs_contracts.recordings.redaction import OMITTED, RedactionError, Redactor
from drs_contracts.recordings.vocabulary import Vocabulary
from drs_simulator import Simulator
from hypothesis import assume, given
from hypothesis import strategies as st
from lxml import etree

RECORDING = Path(__file__).parents[3] / "recordings" / "lincoln-2021"
_NAMES = (
    "login password sessionId tokenId contactName citizensName name resourceName userId phone phoneNumber address1 "
    "address2 address3 address4 street number city postCode startPostCode orderComments orderCommentsExtended "
    "comments operatorComments plannerComments actionTaken latitude longitude resourceID externalResourceCode "
    "workers lineDescription citizenCode customerType areaCode reason debugStackTrace description defaultValue "
    "values value bookingCodeDescription reference"
)
PERSONAL = _NAMES.split()
KEPT = {
    "targetDate": "2021-10-31T23:59:59",
    "day": "2021-10-26T00:00:00+01:00",
    "planningWindowStart": "2021-10-22T12:20:59.555+01:00",
    "periodEnd": "2021-10-31T23:59:00.000Z",
    "orderId": "290640",
    "bookingId": "149996",
    "primaryOrderNumber": "HRO-2021/17",
    "bookingCodeSORCode": "N373049",
    "contract": "0",
    "priority": "Priority 20 Days",
    "trade": "Joiner",
    "status": "success",
    "bestSlot": "true",
    "available": "YES",
    "quantity": "1.0",
    "locationID": "3670010",
    "userId": ".",
}
# What the installation is known to have stays.
KNOWN = Vocabulary.named("lincoln").values
# Long enough that no markup and no stand-in has them by accident, and no dates, which stay where dates belong.
VALUES = st.one_of(
    st.text("abcdefgHIJKL0123456789 &<>'\"éŁ-", min_size=6, max_size=80).filter(
        lambda text: len(re.findall(r"\w", text)) > 5 and not re.match(r"\s*\d{4}-\d\d-\d\d", text)
    ),
    st.from_regex(r"07[0-9]{9}", fullmatch=True),
    st.from_regex(r"[a-z]{6,9}@[a-z]{4,9}\.org\.uk", fullmatch=True),
).filter(lambda text: text.strip() not in KNOWN)


def envelope(content: str, before: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{before}<soap:Envelope '
        f'xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">\n  <soap:Body>{content}</soap:Body>\n'
        "</soap:Envelope>\n"
    ).encode()


def element(name: str, value: str) -> str:
    return f"<{name}>{escape(value)}</{name}>"


def text_of(document: bytes, name: str) -> str:
    return etree.fromstring(document).findtext(f".//{name}") or ""


def shape(document: bytes) -> list[tuple[object, object, bool, bool]]:
    """Names and prefixes in order, and where there is text."""
    parser = etree.XMLParser(remove_comments=True, remove_pis=True)
    return [
        (each.tag, each.prefix, bool((each.text or "").strip()), bool((each.tail or "").strip()))
        for each in etree.fromstring(document, parser).iter()
    ]


@given(st.lists(VALUES.map(str.strip), min_size=1, max_size=7), st.integers(0, 6), st.integers())
def test_no_personal_value_comes_out_wherever_it_is(values: list[str], first: int, seed: int) -> None:
    # Comments and instructions may not have every character.
    unseen = "".join(re.findall(r"\w", values[0]))
    # Every value comes in every kind of place, as the first place moves.
    turn = cycle(values[first:] + values[:first])
    fields = "".join(element(name, next(turn)) for name in PERSONAL)
    mixed, tail, in_kept, attribute = (escape(next(turn)) for _ in range(4))
    said = " and ".join(escape(value) for value in values)
    document = envelope(
        f"<?note {unseen}?><!--{unseen}-->"
        f'<theOrder title="{attribute}" xml:lang="{attribute}">{mixed}{fields}'
        f"<theLocation>{fields}</theLocation>{tail}</theOrder>"
        f"<targetDate>{in_kept}</targetDate><isEmergency>{in_kept}</isEmergency>"
        f"<errorMsg>Unknown: {said}</errorMsg><faultstring>{said}</faultstring>",
        before=f"<!--{unseen}--><?note {unseen}?>",
    )
    redacted = Redactor(seed).redact(document)
    told = redacted.decode() + "\0".join(etree.fromstring(redacted).itertext())
    for value in [*values, unseen]:
        assert value not in told
        assert escape(value) not in told
    assert shape(redacted) == shape(document)


@given(VALUES, VALUES, st.sampled_from(PERSONAL), st.sampled_from(PERSONAL))
def test_a_value_has_one_pseudonym_wherever_it_comes(value: str, other: str, first: str, second: str) -> None:
    assume(value.strip() != other.strip())
    redactor = Redactor(0)
    request = redactor.redact(envelope(element(first, value)))
    response = redactor.redact(
        envelope(f"<return>{element(second, value)}<theBooking>{element(first, other)}</theBooking></return>")
    )
    stand_in = text_of(request, first).strip()
    assert stand_in
    assert text_of(response, second).strip() == stand_in
    assert text_of(response, f"theBooking/{first}").strip() != stand_in


@given(st.lists(VALUES, min_size=1, max_size=5), st.integers(0, 99))
def test_the_same_seed_gives_the_same_bytes(values: list[str], seed: int) -> None:
    document = envelope("".join(element("contactName", value) for value in values))
    assert Redactor(seed).redact(document) == Redactor(seed).redact(document)


@given(st.datetimes(), st.sampled_from(["", "Z", "+01:00", "-00:30"]))
def test_every_date_is_kept(moment: object, offset: str) -> None:
    document = envelope(element("targetDate", f"{moment}".replace(" ", "T") + offset))
    assert Redactor(0).redact(document) == document


@pytest.mark.parametrize(("name", "value"), KEPT.items())
def test_what_is_no_personal_value_is_kept(name: str, value: str) -> None:
    assert text_of(Redactor(0).redact(envelope(element(name, value))), name) == value


@pytest.mark.parametrize("name", sorted(KEPT))
def test_a_kept_element_with_a_value_of_another_form_is_redacted(name: str) -> None:
    value = "Jane Doe's key is under the mat; ring 07700 900123 first!"
    assert "Doe" not in Redactor(0).redact(envelope(element(name, value))).decode()


def test_an_answer_without_personal_values_stays_byte_for_byte() -> None:
    target = SimulatorTarget(Simulator("lincoln", clock="fixed@2021-10-22T12:00:00Z"))
    refused = target.post((RECORDING / "03-checkAvailability.request.xml").read_bytes()).body
    recorded = (RECORDING / "03-checkAvailability.response.xml").read_bytes()
    assert b"errorMsg" in refused
    assert Redactor(0).redact(refused) == refused
    assert Redactor(0).redact(recorded) == recorded


@pytest.mark.parametrize("file", sorted(RECORDING.glob("*.xml")), ids=lambda path: path.name)
def test_the_structure_of_a_message_is_kept(file: Path) -> None:
    document = file.read_bytes()
    redacted = Redactor(0).redact(document)
    assert shape(redacted) == shape(document)
    assert b"<!--" not in redacted
    assert redacted.splitlines()[0] == document.splitlines()[0]


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("sessionId", r"[0-9a-f]{32}"),
        ("tokenId", r"[A-Za-z0-9]{40}"),
        ("latitude", r"5\d\.\d+"),
        ("longitude", r"-?\d\.\d+"),
        ("postCode", r"[A-Z0-9]{2,4} \d[A-Z]{2}"),
        ("phone", r"[+0-9() ]+"),
        ("number", r"\d{1,3}"),
    ],
)
def test_a_stand_in_has_the_form_of_its_value(name: str, form: str) -> None:
    for seed in range(20):
        assert re.fullmatch(form, text_of(Redactor(seed).redact(envelope(element(name, "secret value"))), name))


@pytest.mark.parametrize("length", [60, 255, 256, 4000])
def test_a_long_comment_has_a_stand_in_as_long(length: int) -> None:
    redacted = Redactor(0).redact(
        envelope(element("orderComments", ("Loose hinge. " * 400)[:length].replace(" ", "_")))
    )
    assert len(text_of(redacted, "orderComments")) == length


def test_only_the_name_of_a_setting_is_kept() -> None:
    document = envelope(
        "<theBusinessData><name>USER_QUEUE</name><value>NO</value></theBusinessData>"
        "<theLocation><name>USER_QUEUE</name></theLocation><theAbilities><name>USER_QUEUE</name></theAbilities>"
    )
    redacted = Redactor(0).redact(document)
    assert redacted.count(b"USER_QUEUE") == 1
    assert text_of(redacted, "theBusinessData/name") == "USER_QUEUE"
    assert text_of(redacted, "value") == "NO"


def test_an_element_of_another_namespace_is_redacted_whatever_its_name() -> None:
    document = envelope('<w:Security xmlns:w="urn:security"><w:contract>Jane</w:contract></w:Security>')
    assert b"Jane" not in Redactor(0).redact(document)


def test_no_attribute_stays_but_nil() -> None:
    xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    document = envelope(f'<id {xsi} xsi:nil="true" title="Jane"/><day {xsi} xsi:nil="Jane" xsi:type="Jane"/>')
    assert Redactor(0).redact(document) == envelope(f'<id {xsi} xsi:nil="true"/><day {xsi}/>')


@pytest.mark.parametrize(
    ("said", "becomes"),
    [
        ("No order of JANE  DOE today", "No order of {doe} today"),
        ("Nothing for Jane Doe Junior", "… for {junior}"),
        ("xJane Doe-Smith", "…{doe}-…"),
        ("Mr Li likes it", "… {li} … it"),
        ("The number of days returned has been limited to 7 day", None),
        ("Unable to find order in OptiTime Web: 10000047", None),
        ("Unable to find order in OptiTime Web: 7700900123", "Unable to find order in OptiTime Web: …"),
        ("planningWindowStart must be before planningWindowEnd", None),
        (
            "Unknown priority 'Mrs Nobody' in priority. Case and spelling must match",
            "Unknown priority '…' in priority. Case and spelling must match",
        ),
        ("Error in Booking.schedule. Error in modifyJob Planning failed", None),
        ("Booking 149996 is PLANNED and cannot become STARTED", None),
        ("Nobody lives at Dunroamin any more", "… at …"),
        ("It is 2021-10-26T08:00:00.000Z", None),
    ],
)
def test_in_a_message_only_known_words_and_pseudonyms_stay(said: str, becomes: str | None) -> None:
    redactor = Redactor(0)
    known = {"doe": "Jane Doe", "junior": "Jane Doe Junior", "li": "Li", "number": "7"}
    ids = element("primaryOrderNumber", "10000047") + element("bookingId", "149996")
    redacted = redactor.redact(envelope(ids + "".join(element("contactName", value) for value in known.values())))
    stand_ins = [each.text or "" for each in etree.fromstring(redacted).iter("contactName")]
    message = text_of(redactor.redact(envelope(element("errorMsg", said))), "errorMsg")
    assert message == (becomes or said).format(**dict(zip(known, stand_ins, strict=True)))


@pytest.mark.parametrize(
    "value",
    [
        "07700 900123",
        "+44 1522 000000",
        "(01522) 000 000",
        "a.b@council.gov.uk",
        "LN1 9ZZ",
        "LN19ZZ",
        "0f1e" * 8,
        "aZ09" * 10,
    ],
)
def test_what_looks_personal_in_a_message_is_replaced(value: str) -> None:
    message = text_of(Redactor(0).redact(envelope(element("faultstring", f"Is {value} known?"))), "faultstring")
    assert value not in message
    assert message.startswith("Is ")
    assert message.endswith(f" {OMITTED}?")


def test_a_message_says_nothing_of_a_value_that_nobody_has_sent_yet() -> None:
    redactor = Redactor(0)
    document = envelope(element("errorMsg", "Jane Doe has no order"))
    assert text_of(redactor.redact(document), "errorMsg") == f"{OMITTED} has no order"
    stand_in = text_of(redactor.redact(envelope(element("contactName", "Jane Doe"))), "contactName")
    assert text_of(redactor.redact(document), "errorMsg") == f"{stand_in} has no order"


def test_text_beside_elements_is_redacted() -> None:
    assert b"Joiner" not in Redactor(0).redact(envelope("<trade>Joiner<trade/>Joiner</trade>"))


def test_it_tells_where_stand_ins_are() -> None:
    redactor = Redactor(0)
    redacted = redactor.redact(envelope(element("phone", "01522 000000") + element("trade", "Joiner")))
    assert redactor.redacted == {"phone": (text_of(redacted, "phone"),)}


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1"])
def test_other_encodings_are_read_and_written_in_utf_8(encoding: str) -> None:
    document = (
        f'<?xml version="1.0" encoding="{encoding}"?><theOrder><trade>Caf\xe9</trade><name>Zo\xeb</name></theOrder>'
    )
    redacted = Redactor(0).redact(document.encode(encoding))
    assert "Zo" not in redacted.decode()
    assert etree.fromstring(redacted).tag == "theOrder"


def test_the_charset_of_the_content_type_is_heeded() -> None:
    document = "<a><name>Zo\xeb Doe</name><errorMsg>Zo\xeb Doe</errorMsg></a>".encode("iso-8859-1")
    redacted = Redactor(0).redact(document, "iso-8859-1")
    assert text_of(redacted, "errorMsg") == text_of(redacted, "name")


@pytest.mark.parametrize("body", [b"", b"Jane Doe", b"<a>", b"<a/>Jane", b"<a>&jane;</a>", b"\xff\xfe<", b"{}"])
def test_what_is_no_xml_is_refused_without_telling_its_content(body: bytes) -> None:
    with pytest.raises(RedactionError) as refused:
        Redactor(0).redact(body)
    assert "jane" not in str(refused.value).lower()


def test_an_unknown_charset_is_refused() -> None:
    with pytest.raises(RedactionError):
        Redactor(0).redact(b"<a/>", "no-such-charset")


@pytest.mark.parametrize(
    "subset",
    ['[<!ENTITY who SYSTEM "file:///etc/passwd">]', '[<!ENTITY who "Jane">]', 'SYSTEM "http://127.0.0.1:9/a.dtd"', ""],
)
def test_a_doctype_is_refused(subset: str) -> None:
    with pytest.raises(RedactionError, match="It has a DOCTYPE"):
        Redactor(0).redact(f"<!DOCTYPE a {subset}><a><name>Doe</name></a>".encode())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("bookingReason", "Mrs A Nobody, tel 07700 900123"),
        ("bookingReason", "Nobody"),
        ("bookingCategory", "Jane"),
        ("priority", "Jane Doe"),
        ("status", "widowed"),
        ("transactionType", "Jane"),
        ("trade", "Nobody and Sons"),
        ("template", "Jane"),
        ("country", "Jane"),
        ("workflowType", "Jane"),
        ("primaryOrderNumber", "Jane.Doe"),
        ("primaryOrderNumber", "07700900123"),
        ("primaryOrderNumber", "07700-900123"),
        ("primaryOrderNumber", "amFuZSBkb2U1"),
        ("locationID", "Dunroamin"),
        ("locationID", "7700900123"),
        ("locationId", "LN19ZZ"),
        ("contract", "Jane"),
        ("bookingCodeSORCode", "QQ123456C"),
        ("bookingId", "7700900123"),
        ("orderId", "447700900123"),
        ("duration", "770090"),
        ("duration", "53.229141"),
        ("quantity", "07700900123"),
        ("value", "Jane"),
        ("faultcode", "Jane:Client.Doe"),
        ("userId", "jane"),
    ],
)
def test_a_personal_value_in_a_member_of_another_kind_is_replaced(name: str, value: str) -> None:
    redacted = Redactor(0).redact(envelope(element(name, value)))
    assert value not in redacted.decode()
    assert text_of(redacted, name)


def test_an_unknown_name_of_business_data_is_replaced() -> None:
    document = envelope("<theBusinessData><name>JANE_DOE</name><value>NO</value></theBusinessData>")
    assert b"JANE_DOE" not in Redactor(0).redact(document)


def test_words_of_another_installation_are_kept_with_its_profile() -> None:
    document = envelope(element("priority", "Emergency Plus") + element("contract", "H01"))
    assert text_of(Redactor(0).redact(document), "priority") != "Emergency Plus"
    redacted = Redactor(0, Vocabulary.named("hackney", ["Emergency Plus"])).redact(document)
    assert (text_of(redacted, "priority"), text_of(redacted, "contract")) == ("Emergency Plus", "H01")


def test_names_of_elements_and_namespaces_that_drs_lacks_are_replaced() -> None:
    document = envelope(
        '<theOrder xmlns:jane="urn:jane-doe"><JaneDoe>1</JaneDoe><jane:contract>0</jane:contract>'
        '<détail xmlns="urn:doe"><contract>0</contract></détail><contract>0</contract><JaneDoe/></theOrder>'
    )
    redacted = Redactor(0).redact(document).decode()
    assert not re.search("jane|doe|détail", redacted, re.IGNORECASE)
    root = etree.fromstring(redacted.encode())
    order = root.find(".//theOrder")
    assert order is not None
    names = [etree.QName(each).localname for each in order.iter()]
    assert names == ["theOrder", names[1], "contract", names[3], "contract", "contract", names[1]]
    assert redacted.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<soap:Envelope ')


def test_pseudonyms_differ_even_when_their_forms_run_out() -> None:
    pseudonyms = Pseudonyms(0)
    given_out = {pseudonyms.replace(f"No. {number}", ValueKind.NUMBER) for number in range(1500)}
    assert len(given_out) == 1500
