"""What the journal may keep unmasked until somebody looks."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest
from drs_simulator import Simulator
from drs_simulator.exchange import SoapCall
from drs_simulator.journal.masking import Masker, mask_plain_session
from drs_simulator.journal.secret_scan import SecretScanner
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client

from tests.simulator.soap.wire import OPEN, ORDER, PERIOD, call

PASSWORD = "hidden-word"
SESSION = "0123456789abcdef" * 2
AVAILABILITY = call("checkAvailability", f"{PERIOD}<sessionId>{SESSION}</sessionId>{ORDER}")
ANSWER = b"<status>success</status>"
FORMS = [
    PASSWORD,
    "hidden<!-- -->-word",
    "hidden<![CDATA[-]]>word",
    "&#104;idden-word",
    "hidden<?p ?>-word",
    "<password>x</password>",
    "<n:PassPhrase>x</n:PassPhrase>",
    "<pwd>x</pwd>",
    'secret="x"',
    "<a>plain</a>",
    "1 < 2",
    "é",
]
DECLARED = ["", '<?xml version="1.0"?>', '<?xml version="1.0" encoding="{}"?>\n', "<?xml version='1.0' encoding='{}'?>"]


def sent(body: bytes, **more: object) -> SoapCall:
    headers = {"content-type": "text/xml", "soapaction": ""}
    return replace(SoapCall(body=body, headers=headers), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("start", ["", '<?xml version="1.0" encoding="UTF-8"?>\n'])
def test_a_plain_call_is_clean(start: str) -> None:
    assert SecretScanner(PASSWORD).is_clean(sent((start + AVAILABILITY).encode()), ANSWER)


@pytest.mark.parametrize(
    "body",
    [
        call("openSession", OPEN).encode(),
        *(AVAILABILITY.replace("Door", form).encode() for form in FORMS[:9]),
        AVAILABILITY.encode("utf-16"),
        f'<?xml version="1.0" encoding="UTF-7"?>{AVAILABILITY}'.encode(),
    ],
)
def test_a_call_that_may_contain_a_password_is_not_clean(body: bytes) -> None:
    assert not SecretScanner(PASSWORD).is_clean(sent(body), ANSWER)


def test_a_password_in_response_or_header_is_not_clean() -> None:
    call_ = sent(AVAILABILITY.encode())
    assert not SecretScanner(PASSWORD).is_clean(call_, PASSWORD.encode())
    assert not SecretScanner(PASSWORD).is_clean(replace(call_, headers={"soapaction": f'"{PASSWORD}"'}), ANSWER)
    assert not SecretScanner("päss-wörd").is_clean(call_, ANSWER)


@given(
    st.lists(st.sampled_from(FORMS), max_size=3).map("".join),
    st.sampled_from(DECLARED),
    st.sampled_from(["utf-8", "iso-8859-1", "utf-16", "utf-7", "cp037"]),
    st.sampled_from([None, "utf-8", "utf-16", "utf-7"]),
)
def test_a_clean_call_reads_without_password_in_any_encoding(
    comments: str, declared: str, codec: str, charset: str | None
) -> None:
    text = declared.format(codec) + AVAILABILITY.replace("Door", comments)
    body = text.encode(codec, "replace")
    exchange = sent(body, charset=charset)
    if not SecretScanner(PASSWORD).is_clean(exchange, ANSWER):
        return
    readings = {body.decode(each, "replace") for each in ("utf-8", "utf-16-le", "utf-7", "cp037")}
    for reading in readings:
        assert PASSWORD not in unescape(re.sub(r"<!--.*?-->|<\?.*?\?>|<!\[CDATA\[|\]\]>", "", reading))
    masked = Masker(PASSWORD).mask(exchange, ANSWER)
    assert masked.response == ANSWER
    assert masked.request == body.replace(SESSION.encode(), f"{SESSION[:6]}***".encode())


SESSION_FORMS = [
    f"<sessionId>{SESSION}</sessionId>",
    f"<sessionId>{SESSION[::-1]}</sessionId>",
    f"<sessionId> {SESSION} </sessionId>",
    f"<SessionID>{SESSION}</SessionID>",
    f'<s:sessionId xmlns:s="urn:s">{SESSION}</s:sessionId>',
    f'<sessionId a="b">{SESSION}</sessionId>',
    f"<userId>{SESSION}</userId>",
    "<sessionId>short</sessionId>",
    "<sessionId/>",
    "<sessionId>",
    "",
]


@given(
    st.lists(st.sampled_from(SESSION_FORMS), max_size=3).map("".join),
    st.sampled_from([ANSWER, f"<text>{SESSION}</text>".encode(), b"<sessionId>1</sessionId>", "<a>é</a>".encode()]),
)
def test_a_session_is_masked_quickly_as_it_is_thoroughly(sessions: str, response: bytes) -> None:
    body = call("checkAvailability", f"{PERIOD}{sessions}{ORDER}").encode()
    found = mask_plain_session(body, response)
    if found is not None:
        quick = [
            each.replace(found.encode(), f"{found[:6]}***".encode()) if found else each for each in (body, response)
        ]
        masked = Masker(PASSWORD).mask(sent(body), response)
        assert quick == [masked.request, masked.response]


def test_the_usual_session_is_masked_quickly() -> None:
    assert mask_plain_session(AVAILABILITY.encode(), ANSWER) == SESSION


def test_late_descriptions_equal_early_ones() -> None:
    journals = []
    for looks_at_once in (True, False):
        drs = Simulator("lincoln", clock="fixed@2021-10-22T12:20", seed=1)
        http = Client(drs.wsgi)
        session = re.findall("<sessionId>(.*?)<", http.post(drs.path, data=call("openSession", OPEN)).text)[0]
        for body in (
            AVAILABILITY,
            AVAILABILITY.replace(SESSION, session),
            call("closeSession", f"<sessionId>{session}</sessionId>"),
        ):
            http.post(drs.path, data=body, content_type="text/html")
            if looks_at_once:
                drs.journal.entries()
        journals.append([replace(entry, duration=0, system_time=entry.time) for entry in drs.journal.entries()])
    assert journals[0] == journals[1]
    assert [entry.number for entry in journals[1]] == [1, 2, 3, 4]
    assert all("text/html" in entry.diagnosis for entry in journals[1][1:])


def test_entries_not_described_yet_count_for_the_bound() -> None:
    drs = Simulator("lincoln", clock="fixed@2021-10-22T12:20", seed=1)
    drs.journal.max_bytes = 60_000
    http = Client(drs.wsgi)
    session = re.findall("<sessionId>(.*?)<", http.post(drs.path, data=call("openSession", OPEN)).text)[0]
    for _ in range(40):
        http.post(drs.path, data=AVAILABILITY.replace(SESSION, session))
    kept = drs.journal.entries()
    assert 0 < len(kept) < 40
    assert sum(entry.size for entry in kept) <= 60_000
