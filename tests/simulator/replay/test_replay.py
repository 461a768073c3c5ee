"""A DRS from recordings: which response answers which request, and the fault if none does."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from shutil import copytree

import pytest
import requests
from drs_client import DrsClient
from drs_simulator import RecordingError, load_profile, load_recording
from drs_simulator.replay.gateway import replay_application
from lxml import etree
from werkzeug.test import Client, TestResponse

from tests.simulator.cli.test_cli import run, serving
from tests.simulator.soap.wire import OPEN, SOAP, call, envelope

FOLDER = Path(__file__).parents[3] / "recordings" / "lincoln-2021"
PATH = "/OTWebServiceGateway_LINCOLN/ws/soap"
ORDER = "<sessionId>{}</sessionId><primaryOrderNumber>{}</primaryOrderNumber>"
ABOUT = 'title = "Own"\nprofile = "lincoln"\n'
Post = Callable[..., TestResponse]


def caller(folder: Path, *, closest: bool = False) -> Post:
    """What posts to the folder's DRS."""
    endpoint = replay_application(load_recording(folder), load_profile("lincoln"), Random(1), closest=closest)

    def post(body: str | bytes, content_type: str = "text/xml") -> TestResponse:
        return Client(endpoint).post(PATH, data=body, content_type=content_type)

    return post


def fault(answer: TestResponse) -> str:
    assert answer.status_code == 500
    return etree.fromstring(answer.data).findtext(f"{{{SOAP}}}Body/{{{SOAP}}}Fault/faultstring") or ""


def written(folder: Path, *exchanges: tuple[str, str, str], about: str = ABOUT) -> Path:
    """A folder with exchanges, each an operation, the members of its request and its answer."""
    folder.mkdir(exist_ok=True)
    (folder / "recording.toml").write_text(about, encoding="utf-8")
    for number, (operation, members, answer) in enumerate(exchanges, start=1):
        (folder / f"{number}-{operation}.request.xml").write_text(call(operation, members), encoding="utf-8")
        (folder / f"{number}-{operation}.response.xml").write_text(envelope(answer), encoding="utf-8")
    return folder


def recorded(name: str) -> tuple[bytes, bytes]:
    """A request of the document's recording, and its answer."""
    request, response = ((FOLDER / f"{name}.{kind}.xml").read_bytes() for kind in ("request", "response"))
    return request, response


class TestEqualRequests:
    @pytest.mark.parametrize(
        "name", ["02-closeSession", "03-checkAvailability", "04-createOrder", "05-scheduleBooking"]
    )
    def test_the_recorded_bytes_are_answered(self, name: str) -> None:
        request, response = recorded(name)
        answer = caller(FOLDER)(request)
        assert (answer.status_code, answer.data) == (200, response)
        assert answer.content_type == "text/xml;charset=UTF-8"

    def test_every_opened_session_has_an_id_of_its_own(self) -> None:
        post = caller(FOLDER)
        request, response = recorded("01-openSession")
        first, second = (post(request).text for _ in range(2))
        ids = [re.findall("<sessionId>([0-9a-f]{32})</sessionId>", text)[0] for text in (first, second)]
        assert len({*ids, "0f1e2d3c4b5a69788796a5b4c3d2e1f0"}) == 3
        assert first.replace(ids[0], "0f1e2d3c4b5a69788796a5b4c3d2e1f0") == response.decode()

    def test_volatile_values_comments_and_order_make_no_difference(self) -> None:
        post = caller(FOLDER)
        assert "<status>success</status>" in post(call("openSession", OPEN)).text
        assert post(call("closeSession", "<!-- bye -->\n <sessionId>other</sessionId>")).status_code == 200
        request, response = recorded("05-scheduleBooking")
        start, end = re.findall(rb"<planningWindow.*?>.*?</planningWindow.*?>", request)
        moved = request.replace(start, b"").replace(end, end + b"\n\n" + start)
        assert post(moved).data == response

    def test_a_pseudonym_is_equal_to_any_value_but_an_empty_one(self, tmp_path: Path) -> None:
        about = ABOUT + '[redacted]\nuserId = ["Jo Stand-In"]\n'
        post = caller(written(tmp_path, ("deleteOrder", "<userId>Jo Stand-In</userId>", "<done/>"), about=about))
        assert "<done/>" in post(call("deleteOrder", "<userId>Jane</userId>")).text
        assert "userId is '', was 'Jo Stand-In'" in fault(post(call("deleteOrder", "<userId/>")))

    def test_equal_requests_are_answered_in_order_then_by_the_last(self, tmp_path: Path) -> None:
        look, other = ORDER.format("s", 1), ORDER.format("s", 2)
        post = caller(
            written(
                tmp_path,
                ("openSession", OPEN, "<opened/>"),
                ("selectOrder", look, "<planned/>"),
                ("scheduleBooking", look, "<scheduled/>"),
                ("selectOrder", other, "<other/>"),
                ("selectOrder", look, "<fixed/>"),
            )
        )

        def answer_of(operation: str, members: str) -> str:
            answer = post(call(operation, members))
            return str(re.findall(r"Body><(\w+)/>", answer.text)[0])

        for _ in range(2):
            assert answer_of("openSession", OPEN) == "opened"
            assert answer_of("selectOrder", look) == "planned"
            assert answer_of("scheduleBooking", look) == "scheduled"
            assert [answer_of("selectOrder", look) for _ in range(3)] == ["fixed"] * 3

    def test_the_tenth_comes_after_the_ninth(self, tmp_path: Path) -> None:
        exchanges = [("selectOrder", ORDER.format("s", 1), f"<n{number}/>") for number in range(1, 12)]
        post = caller(written(tmp_path, *exchanges))
        numbers = [re.findall(r"<n(\d+)/>", post(call("selectOrder", ORDER.format("s", 1))).text)[0] for _ in range(11)]
        assert numbers == [str(number) for number in range(1, 12)]

    def test_a_recorded_fault_is_answered_with_500(self, tmp_path: Path) -> None:
        fault_element = "<e:Fault><faultcode>e:Client</faultcode><faultstring>No.</faultstring></e:Fault>"
        assert fault(caller(written(tmp_path, ("foo", "", fault_element)))(call("foo", ""))) == "No."

    def test_a_request_that_the_simulator_would_refuse_is_answered(self, tmp_path: Path) -> None:
        folder = written(tmp_path, ("foo", "", "<done/>"))
        body = envelope('<foo xmlns="urn:x"><foo xmlns=""><a/></foo></foo>')
        (folder / "1-foo.request.xml").write_text(body, encoding="utf-8")
        assert "<done/>" in caller(folder)(body).text

    def test_requests_are_read_in_the_charset_that_they_name(self, tmp_path: Path) -> None:
        """In a header, in the XML declaration, or UTF-8: a recording has no header."""
        folder = written(tmp_path, ("foo", "<name>Café</name>", "<done/>"))
        post = caller(folder)
        sent = call("foo", "<name>Café</name>")
        declared = f'<?xml version="1.0" encoding="ISO-8859-1"?>{sent}'
        for body, content_type in (
            (sent.encode(), "text/xml"),
            (declared.encode("latin-1"), "text/xml"),
            (sent.encode("utf-16"), "text/xml; charset=utf-16"),
        ):
            assert "<done/>" in post(body, content_type).text
        assert fault(post(sent, "text/xml; charset=klingon")) == "Error reading XMLStreamReader."


class TestUnequalRequests:
    def test_a_fault_names_the_recorded_operations(self) -> None:
        assert fault(caller(FOLDER)(call("selectOrder", ""))) == (
            "There is no recording of selectOrder. "
            "Recorded are: checkAvailability, closeSession, createOrder, openSession, scheduleBooking."
        )

    def test_a_fault_names_the_mismatches_with_the_closest_request(self) -> None:
        request = recorded("03-checkAvailability")[0].replace(b">3670010<", b">99<").replace(b"<userId>.</userId>", b"")
        assert fault(caller(FOLDER)(request)) == (
            "There is no recording of checkAvailability with this request. The closest is 03-checkAvailability: "
            "checkAvailability/theOrder/locationID is '99', was '3670010'; "
            "checkAvailability/theOrder/userId is there not at all, was there once."
        )

    def test_the_closest_request_has_the_fewest_mismatches(self, tmp_path: Path) -> None:
        first, second = (ORDER.format("s", number) + f"<contract>{number}</contract>" for number in (1, 2))
        post = caller(written(tmp_path, ("selectOrder", first, "<a/>"), ("selectOrder", second, "<b/>")))
        sent = ORDER.format("s", 2) + "<contract>1</contract><userId>.</userId>"
        assert "The closest is 1-selectOrder" in fault(post(call("selectOrder", sent.replace(">2<", ">3<"))))
        assert "The closest is 2-selectOrder" in fault(post(call("selectOrder", sent.replace(">1<", ">2<"))))

    def test_a_fault_lists_few_mismatches_and_cuts_long_values(self) -> None:
        text = fault(caller(FOLDER)(call("createOrder", "".join(f"<x{n}>1</x{n}>" for n in range(9)))))
        assert re.search(r"; and \d more\.$", text)
        request = recorded("03-checkAvailability")[0].replace(b">3670010<", b">" + b"9" * 500 + b"<")
        assert f"is '{'9' * 60}…'" in fault(caller(FOLDER)(request))

    def test_another_namespace_is_a_difference(self) -> None:
        request = recorded("02-closeSession")[0].replace(b"http://autogenerated.OTWebServiceApi", b"http://other")
        assert "closeSession is in another namespace, or in none" in fault(caller(FOLDER)(request))

    def test_a_fault_does_not_contain_the_password(self) -> None:
        answer = caller(FOLDER)(call("openSession", "<login>a</login><password>my-secret</password><x/>"))
        assert "openSession/x is there once, was there not at all" in fault(answer)
        assert "my-secret" not in answer.text

    def test_closest_answers_a_request_that_was_not_recorded(self) -> None:
        request, response = recorded("03-checkAvailability")
        assert caller(FOLDER, closest=True)(request.replace(b">3670010<", b">99<")).data == response
        assert "no recording of selectOrder" in fault(caller(FOLDER, closest=True)(call("selectOrder", "")))

    @pytest.mark.parametrize(
        ("body", "words"),
        [
            (b"", "Error reading XMLStreamReader."),
            (b"<a", "Error reading XMLStreamReader."),
            (b"<a>", 'No namespace on "a" element.'),
            (b'<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>', "Error reading XMLStreamReader."),
            (b"<a/>", 'No namespace on "a" element.'),
            (b" " * 2_000_000, "larger than 1048576 bytes"),
            (envelope("<a>" * 5000).encode(), "nested too deep"),
        ],
    )
    def test_a_request_that_is_not_soap_gets_the_gateways_fault(self, body: bytes, words: str) -> None:
        assert words in fault(caller(FOLDER)(body))


def test_the_interface_description_is_the_simulators_own() -> None:
    endpoint = replay_application(load_recording(FOLDER), load_profile("lincoln"), Random(1))
    answer = Client(endpoint).get(f"{PATH}?wsdl")
    assert etree.fromstring(answer.data).tag == "{http://schemas.xmlsoap.org/wsdl/}definitions"
    assert "http://localhost" + PATH in answer.text


class TestFolder:
    @pytest.mark.parametrize(
        ("file", "content", "words"),
        [
            ("recording.toml", None, "recording.toml cannot be read: No such file"),
            ("recording.toml", b"title =", "recording.toml cannot be read: "),
            ("recording.toml", b"\xff", "recording.toml cannot be read: "),
            ("recording.toml", b'title = "T"', "recording.toml lacks 'profile'."),
            ("recording.toml", b'title="T"\nprofile="P"\nredacted=1', "recording.toml cannot be read: "),
            ("02-closeSession.response.xml", None, "02-closeSession.response.xml cannot be read: No such file"),
            ("02-closeSession.response.xml", b"<a>", "02-closeSession.response.xml is not XML"),
            (
                "02-closeSession.request.xml",
                b"<a/>",
                "02-closeSession.request.xml is not a SOAP request, so take it out",
            ),
            ("first.request.xml", b"<a/>", "first.request.xml is not named NN-operation.request.xml."),
        ],
    )
    def test_a_bad_file_is_named(self, tmp_path: Path, file: str, content: bytes | None, words: str) -> None:
        folder = Path(copytree(FOLDER, tmp_path / "r"))
        if content is None:
            (folder / file).unlink()
        else:
            (folder / file).write_bytes(content)
        with pytest.raises(RecordingError, match=re.escape(words)) as raised:
            load_recording(folder)
        assert "\n" not in str(raised.value)

    def test_a_folder_without_exchanges_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(RecordingError, match=r"has no exchanges\.$"):
            load_recording(written(tmp_path))

    def test_a_response_with_a_doctype_is_refused(self, tmp_path: Path) -> None:
        folder = written(tmp_path, ("foo", "", "<a/>"))
        (folder / "1-foo.response.xml").write_bytes(b"<!DOCTYPE a><a/>")
        with pytest.raises(RecordingError, match=r"1-foo\.response\.xml has a DOCTYPE"):
            load_recording(folder)

    def test_a_pattern_that_is_no_regular_expression_is_refused(self, tmp_path: Path) -> None:
        folder = written(tmp_path, ("foo", "", "<a/>"), about=ABOUT + '[volatile]\norderId = "["\n')
        with pytest.raises(RecordingError, match=r"recording\.toml cannot be read"):
            load_recording(folder)


class TestRecording:
    """What ``load_recording`` gives to those who use it from Python."""

    def test_a_recording_has_all_that_its_folder_says(self) -> None:
        recording = load_recording(str(FOLDER))
        assert (recording.title, recording.profile) == ("Appendix B", "lincoln-2021")
        assert recording.source == "seen: drs-interfaces-and-workflow, Appendix B"
        assert recording.clock == "fixed@2021-10-22T12:20:59.555+01:00"
        assert recording.volatile["sessionId"].fullmatch("0" * 32)
        assert recording.redacted == {}

    def test_an_exchange_has_its_bytes_and_its_operation(self) -> None:
        exchange = load_recording(FOLDER).exchanges[2]
        assert (exchange.name, exchange.operation) == ("03-checkAvailability", "checkAvailability")
        assert (exchange.request, exchange.response) == recorded(exchange.name)

    def test_title_and_profile_are_enough(self, tmp_path: Path) -> None:
        recording = load_recording(written(tmp_path, ("foo", "", "<a/>")))
        assert (recording.source, recording.clock, recording.volatile, recording.redacted) == ("", "system", {}, {})


class TestCommand:
    def test_the_document_is_served_and_replays_itself(self) -> None:
        with serving("--port", "0", "--from-recordings", str(FOLDER), "--seed", "1") as (process, printed):
            assert "DRS from recordings: Appendix B, 5 exchanges\n" in printed
            assert "login     any\n" in printed
            url = re.findall(r"endpoint +(\S+)", printed)[0]
            assert url.endswith(PATH)
            code = "from drs_contracts.cli import main; main()"
            for command, words in (("replay", "5 exchanges, 0 of them different."), ("drift", "0 of them drifted.")):
                done = subprocess.run(
                    [sys.executable, "-c", code, command, str(FOLDER), "--against", url],
                    capture_output=True,
                    text=True,
                    timeout=60,
                    check=False,
                )
                assert done.returncode == 0, done.stdout + done.stderr
                assert words in done.stdout
            assert requests.get(f"{url}?wsdl", timeout=10).status_code == 200
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=10) == 0

    def test_a_client_works_with_it_in_a_profile_of_its_choice(self) -> None:
        arguments = ("--port", "0", "--from-recordings", str(FOLDER), "--closest-match", "--profile", "hackney")
        with serving(*arguments) as (_, printed):
            url = re.findall(r"endpoint +(\S+)", printed)[0]
            assert "OTWebServiceGateway_LINCOLN" not in url
            client = DrsClient(url, "me", "own")
            client.open_session()
            client.close_session()

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (("--from-recordings", "{empty}"), "recording.toml cannot be read"),
            (("--from-recordings", "{nowhere}"), "Profile no/where cannot be used"),
            (("--from-recordings", "{folder}", "--profile", "nowhere"), "Profile nowhere cannot be used"),
            (("--from-recordings", "{folder}", "--clock", "system"), "--clock has no meaning here: leave it out with"),
            (("--from-recordings", "{folder}", "--password", "p"), "--password has no meaning here"),
            (("--closest-match",), "--closest-match has no meaning here: it goes with --from-recordings."),
        ],
    )
    def test_unusable_options_are_one_line_and_exit_code_2(
        self, arguments: tuple[str, ...], words: str, tmp_path: Path
    ) -> None:
        about = ABOUT.replace('"lincoln"', '"no/where"')
        nowhere = written(tmp_path / "nowhere", ("foo", "", "<a/>"), about=about)
        names = {"folder": FOLDER, "empty": tmp_path / "empty", "nowhere": nowhere}
        done = run("serve", *(each.format(**names) for each in arguments))
        assert done.returncode == 2
        assert words in done.stderr
        assert "Traceback" not in done.stderr
        assert done.stdout == ""
