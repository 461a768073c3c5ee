"""The recorded exchanges: replayed against the simulator without a difference, and differences are seen."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from shutil import copytree

import pytest
from drs_contracts import Difference, Recording, RecordingError, SimulatorTarget, load_recording, replay
from drs_contracts.driver.messages import Reply
from drs_contracts.recordings.drift import compare
from drs_simulator import Simulator
from lxml import etree

FOLDER = Path(__file__).parents[3] / "recordings" / "lincoln-2021"


def replayed(recording: Recording, spoil: Callable[[bytes], bytes] = lambda body: body) -> dict[str, list[Difference]]:
    """The differences, against a simulator set to the recording's day whose answers are spoilt."""
    simulator = Simulator(recording.profile, clock=recording.clock, seed=3, login="l", password="p")

    class Spoilt(SimulatorTarget):
        def post(self, body: bytes) -> Reply:
            reply = super().post(body)
            return Reply(reply.status, reply.content_type, spoil(reply.body))

    session = SimulatorTarget(simulator).post(
        b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><openSession><openSession>'
        b"<login>l</login><password>p</password></openSession></openSession></e:Body></e:Envelope>"
    )
    (session_id,) = re.findall(rb"<sessionId>(.*)</sessionId>", session.body)
    return replay(recording, Spoilt(simulator), session_id.decode())


def told(found: Iterable[Difference]) -> list[str]:
    return [str(each) for each in found]


def test_the_exchanges_of_the_document_are_answered_alike() -> None:
    found = replayed(load_recording(FOLDER))
    assert found == {
        "01-openSession": [],
        "02-closeSession": [],
        "03-checkAvailability": [],
        "04-createOrder": [],
        "05-scheduleBooking": [],
    }


@pytest.mark.parametrize(
    ("was", "becomes", "exchange", "words"),
    [
        (b"T08:00:00+01:00", b"T07:00:00Z", "03-checkAvailability", "is '2021-10-26T07:00:00Z', was '2021-10-26T08:00"),
        (b"ns1:", b"ns3:", "01-openSession", "is ns3:openSessionResponse, was ns1:openSessionResponse"),
        (b"<id>0</id><status>success</status>", b"<status>success</status><id>0</id>", "05-scheduleBooking", "had id"),
        (
            b"<weeklyDayOff>false</weeklyDayOff>",
            b"",
            "03-checkAvailability",
            "weeklyDayOff: is gone, was weeklyDayOff 'false'",
        ),
        (b"<sessionId>", b"<sessionId>X", "01-openSession", "has not the form [0-9a-f]{32}"),
    ],
)
def test_an_answer_that_differs_is_told_with_the_place(was: bytes, becomes: bytes, exchange: str, words: str) -> None:
    def spoil(body: bytes) -> bytes:
        return (
            body.replace(was, becomes).replace(b"xmlns:ns1", b"xmlns:ns3")
            if was == b"ns1:"
            else body.replace(was, becomes)
        )

    assert words in "\n".join(map(str, replayed(load_recording(FOLDER), spoil)[exchange]))


def test_an_answer_that_is_no_xml_is_told() -> None:
    found = replayed(load_recording(FOLDER), lambda _: b"not XML")
    assert all("the answer is not XML" in str(difference) for each in found.values() for difference in each)


def test_an_answer_with_a_doctype_is_told_and_nothing_of_it_is_read() -> None:
    found = replayed(load_recording(FOLDER), lambda _: b'<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>')
    assert all("it has a DOCTYPE" in str(difference) for each in found.values() for difference in each)
    assert all(found.values())


def test_logins_and_passwords_are_stand_ins() -> None:
    kept = "".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.xml"))
    values = set(re.findall(r"<(?:login|password)>(.*?)</", kept))
    assert values == {"redacted-login", "redacted-password"}


def test_white_space_between_elements_is_no_difference() -> None:
    one, other = (etree.fromstring(text) for text in ("<a><b>1</b></a>", "<a>\n  <b> 1 </b>\n</a>"))
    assert list(compare(one, other, {})) == []


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(copytree(FOLDER, tmp_path / "recording"))


def test_a_recording_without_its_description_is_told(copied: Path) -> None:
    (copied / "recording.toml").unlink()
    with pytest.raises(RecordingError, match=r"recording\.toml cannot be read: No such file or directory"):
        load_recording(copied)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('title = "a"', "it has no 'volatile'"),
        ("title", "Expected '='"),
        ('volatile = ["a"]', "'list' object has no attribute"),
        ('volatile = {a = "("}', "missing )"),
    ],
)
def test_a_description_that_cannot_be_read_says_why(copied: Path, text: str, problem: str) -> None:
    (copied / "recording.toml").write_text(text, encoding="utf-8")
    with pytest.raises(RecordingError, match=rf"recording\.toml cannot be read: .*{re.escape(problem)}"):
        load_recording(copied)


def test_a_request_without_its_answer_is_told(copied: Path) -> None:
    (copied / "01-openSession.response.xml").unlink()
    with pytest.raises(RecordingError, match=r"01-openSession\.response\.xml is missing"):
        load_recording(copied)


def test_a_file_that_is_misnamed_is_told(copied: Path) -> None:
    (copied / "01-openSession.request.xml").rename(copied / "first.request.xml")
    with pytest.raises(RecordingError, match=r"is not named NN-operation\.request\.xml"):
        load_recording(copied)


def test_a_file_that_is_no_xml_is_told(copied: Path) -> None:
    (copied / "03-checkAvailability.request.xml").write_text("<a>", encoding="utf-8")
    with pytest.raises(RecordingError, match=r"03-checkAvailability\.request\.xml is not XML"):
        load_recording(copied)


def test_exchanges_come_in_the_order_of_their_numbers(copied: Path) -> None:
    for kind in ("request", "response"):
        (copied / f"02-closeSession.{kind}.xml").rename(copied / f"100-closeSession.{kind}.xml")
    names = [exchange.name for exchange in load_recording(copied).exchanges]
    assert names[0] == "01-openSession"
    assert names[-1] == "100-closeSession"


def test_in_the_place_of_a_stand_in_any_value_is_no_difference_but_none_is() -> None:
    one, other, none = (etree.fromstring(f"<a><name>{text}</name></a>") for text in ("Jo Stand-In", "Jane Doe", " "))
    redacted = {"name": ["Jo Stand-In"]}
    assert list(compare(one, other, {}, redacted)) == []
    assert told(compare(other, one, {}, redacted)) == ["/a/name: is 'Jo Stand-In', was 'Jane Doe'"]
    assert told(compare(one, none, {}, redacted)) == ["/a/name: is empty, was a redacted value"]
