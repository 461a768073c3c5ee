"""The client's calls: sessions, repeats, what goes wrong, and answers that are not as expected."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment
from zoneinfo import ZoneInfo

import pytest
import requests
from drs_client import (
    DrsClient,
    DrsError,
    DrsFault,
    HttpFailure,
    InvalidArgument,
    RequestRejected,
    SessionExpired,
    TimedOut,
    TransportError,
    UnexpectedResponse,
    Unreachable,
    wsgi_transport,
)
from drs_client.wsdl import parse_wsdl
from drs_simulator import Simulator, load_profile
from lxml import etree
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from tests.client.conftest import client_of
from tests.client.fakes import BrokenDrs, Replacement, change_profile, once, serving

LONDON = ZoneInfo("Europe/London")
JOB = ("3670010", "N373049", "Priority 20 Days")
BEGIN = datetime(2021, 10, 25, tzinfo=LONDON)
END = datetime(2021, 10, 27, tzinfo=LONDON)
TARGET = datetime(2021, 11, 19, 23, 59, 59, tzinfo=LONDON)


def client_of_broken(simulator: Simulator, replace: Replacement) -> tuple[DrsClient, BrokenDrs]:
    broken_drs = BrokenDrs(simulator, replace)
    return client_of(simulator, transport=wsgi_transport(broken_drs)), broken_drs


def replaced(body: str | bytes, status: int = 200, content_type: str = "text/xml") -> Replacement:
    return lambda operation, _: (
        Response(body, status, content_type=content_type) if operation == "checkAvailability" else None
    )


def test_availability_has_every_day_with_its_slots(client: DrsClient) -> None:
    answer = client.check_availability(*JOB, BEGIN, BEGIN + timedelta(days=6))
    assert [day.date.isoformat() for day in answer.days][0::6] == ["2021-10-25", "2021-10-31"]
    assert answer.warning is None
    tuesday = answer.days[1]
    assert [each.best for each in tuesday.slots] == [False, False, True, True]
    assert tuesday.available_slots == tuesday.slots
    assert answer.days[-1].slots == ()


def test_the_caps_warning_is_kept_as_a_warning(client: DrsClient) -> None:
    answer = client.check_availability(*JOB, BEGIN, BEGIN + timedelta(days=13))
    assert len(answer.days) == 7
    assert answer.warning == "The number of days returned has been limited to 7 day"


def test_an_order_is_read_back_as_it_was_made(client: DrsClient) -> None:
    made = client.create_order("7", *JOB, TARGET, comments="Café", contact_name="A N Other", phone="01522 000000")
    assert client.select_orders("7") == (made,)
    assert made.comments == "Café"
    assert made.location is not None
    assert made.location.address[0] == "7 EXAMPLE TERRACE"
    (booking,) = made.bookings
    assert (booking.minutes, booking.scheduled, booking.window_end) == (60, False, TARGET)
    assert [(code.sor_code, code.trade) for code in booking.codes] == [("N373049", "Joiner")]


def test_a_booking_without_a_window_gets_the_next_free_slot(client: DrsClient) -> None:
    made = client.create_order("7", *JOB, TARGET, earliest=datetime(2021, 10, 28, 6, tzinfo=LONDON))
    client.schedule_booking(made.bookings[0].id, "7")
    (booking,) = client.select_orders("7")[0].bookings
    assert booking.window_start == datetime(2021, 10, 28, 8, tzinfo=LONDON)


def test_comments_that_drs_would_refuse_are_not_sent(client: DrsClient) -> None:
    with pytest.raises(InvalidArgument, match="256 characters; DRS takes 255"):
        client.create_order("7", *JOB, TARGET, comments="x" * 256)
    assert client.create_order("7", *JOB, TARGET, comments="x" * 255).comments == "x" * 255


def test_a_datetime_without_a_time_zone_is_not_sent(client: DrsClient) -> None:
    with pytest.raises(InvalidArgument, match="Pass an aware datetime"):
        client.check_availability(*JOB, datetime(2021, 10, 25), END)  # noqa: DTZ001


@pytest.mark.parametrize("url", ["drs.example/ws/soap", "ftp://drs.example", ""])
def test_a_wrong_address_is_refused_at_once(url: str) -> None:
    with pytest.raises(InvalidArgument, match="begins with http"):
        DrsClient(url, "a", "b")


def test_a_wrong_password_is_a_refusal_and_appears_nowhere(simulator: Simulator) -> None:
    client = DrsClient(f"http://x{simulator.path}", "drs", "very-wrong", transport=wsgi_transport(simulator.wsgi))
    with pytest.raises(RequestRejected) as caught:
        client.open_session()
    assert caught.value.operation == "openSession"
    assert "very-wrong" not in f"{caught.value!r} {client!r} {caught.value.__cause__!r}"


def test_an_unknown_priority_is_a_refusal_with_drss_words(client: DrsClient) -> None:
    with pytest.raises(RequestRejected, match=r"checkAvailability was refused: .*priority"):
        client.check_availability("3670010", "N373049", "priority 20 days", BEGIN, END)


def test_an_expired_session_is_renewed_once(simulator: Simulator) -> None:
    client, broken_drs = client_of_broken(simulator, lambda *_: None)
    client.check_availability(*JOB, BEGIN, END)
    simulator.clock.shift(timedelta(days=1))
    client.check_availability(*JOB, BEGIN, END)
    repeated = ["checkAvailability", "openSession", "checkAvailability"]
    assert broken_drs.operations == ["openSession", "checkAvailability", *repeated]


def test_a_session_that_expires_twice_is_an_error(simulator: Simulator) -> None:
    def forget(operation: str, _: Request) -> None:
        if operation == "checkAvailability":
            simulator.clock.shift(timedelta(days=1))

    client, broken_drs = client_of_broken(simulator, forget)
    with pytest.raises(SessionExpired, match="ession"):
        client.check_availability(*JOB, BEGIN, END)
    assert broken_drs.operations.count("checkAvailability") == 2


def test_a_refusal_about_something_else_is_not_repeated(simulator: Simulator) -> None:
    client, broken_drs = client_of_broken(simulator, lambda *_: None)
    with pytest.raises(RequestRejected):
        client.delete_booking(1, "7")
    assert broken_drs.operations == ["openSession", "deleteBooking"]


def test_a_session_that_drs_has_forgotten_counts_as_closed(simulator: Simulator) -> None:
    with client_of(simulator) as client:
        client.open_session()
        simulator.reset()


def test_closing_raises_other_errors(simulator: Simulator) -> None:
    client, _ = client_of_broken(
        simulator, lambda operation, _: Response("", 503) if operation == "closeSession" else None
    )
    client.open_session()
    with pytest.raises(HttpFailure):
        client.close_session()
    client.close_session()


@pytest.mark.parametrize("carried_out", [True, False])
def test_a_lost_order_is_looked_up_before_it_is_sent_again(simulator: Simulator, carried_out: bool) -> None:
    broken_drs: BrokenDrs

    def lose(request: Request) -> Response | None:
        if carried_out:
            broken_drs.answer(request)
        time.sleep(1)
        return Response("", 500)

    broken_drs = BrokenDrs(simulator, once("createOrder", lose))
    with serving(broken_drs) as address:
        client = DrsClient(address + simulator.path, "drs", "drs", timeout=0.5)
        order = client.create_order("7", *JOB, TARGET)
        assert client.select_orders("7") == (order,)
    sent = [name for name in broken_drs.operations if name in ("createOrder", "selectOrder")]
    again = [] if carried_out else ["createOrder"]
    assert sent == ["createOrder", "selectOrder", *again, "selectOrder"]


def test_no_answer_in_time_is_timed_out(simulator: Simulator) -> None:
    def dawdle(operation: str, _: Request) -> None:
        if operation == "checkAvailability":
            time.sleep(1)

    with serving(BrokenDrs(simulator, dawdle)) as address:
        client = DrsClient(address + simulator.path, "drs", "drs", timeout=0.3)
        client.open_session()
        with pytest.raises(TimedOut, match="did not answer checkAvailability in time"):
            client.check_availability(*JOB, BEGIN, END)


def test_a_drs_that_is_not_there_is_unreachable() -> None:
    with serving(lambda *_: []) as address:
        pass
    with pytest.raises(Unreachable, match="cannot be reached for openSession"):
        DrsClient(address, "drs", "drs").open_session()


def test_a_connection_that_breaks_in_this_process_is_unreachable(simulator: Simulator) -> None:
    def break_off(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        raise ConnectionResetError("broken by the test")

    with pytest.raises(Unreachable, match="broke off openSession: broken by the test"):
        client_of(simulator, transport=wsgi_transport(break_off)).open_session()


FAULT = (
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><soap:Fault>'
    "<faultcode>soap:Client</faultcode><faultstring>Unmarshalling Error: notadate</faultstring>"
    "</soap:Fault></soap:Body></soap:Envelope>"
)
ANSWER = (
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><ns1:checkAvailabilityResponse '
    'xmlns:ns1="http://autogenerated.OTWebServiceApi.xmbrace.com/"><return>{}</return>'
    "</ns1:checkAvailabilityResponse></soap:Body></soap:Envelope>"
)


@pytest.mark.parametrize(
    ("replace", "error", "words"),
    [
        (replaced(FAULT, 500), DrsFault, r"fault \(soap:Client\): Unmarshalling Error: notadate"),
        (replaced("<html>Down</html>", 503, "text/html"), HttpFailure, "HTTP 503"),
        (
            replaced("<html><body>Log in</body></html>", 200, "text/html"),
            UnexpectedResponse,
            r"a web page \(HTML\) instead of a SOAP envelope",
        ),
        (replaced("", 502), HttpFailure, "HTTP 502"),
        (replaced(""), UnexpectedResponse, "broken XML"),
        (replaced(FAULT[:150]), UnexpectedResponse, "broken XML"),
        (replaced(ANSWER.format("")), UnexpectedResponse, "no status"),
        (replaced(ANSWER.format("<id>0</id><status>success</status><theSlots/>")), UnexpectedResponse, "lacks day"),
        (
            replaced(ANSWER.format("<id>0</id><status>success</status><theSlots><day>soon</day></theSlots>")),
            UnexpectedResponse,
            "lacks day",
        ),
        (replaced(ANSWER.format("<id>0</id><status>failure</status>")), RequestRejected, "DRS gave no reason"),
    ],
)
def test_a_wrong_answer_raises_its_own_error(
    simulator: Simulator, replace: Replacement, error: type[DrsError], words: str
) -> None:
    client, _ = client_of_broken(simulator, replace)
    with pytest.raises(error, match=words):
        client.check_availability(*JOB, BEGIN, END)


@pytest.mark.parametrize(("operation", "cut"), [("openSession", "sessionId"), ("createOrder", "theOrder")])
def test_a_success_without_its_result_is_unexpected(simulator: Simulator, operation: str, cut: str) -> None:
    def without(called: str, request: Request) -> Response | None:
        if called != operation:
            return None
        answer = broken_drs.answer(request)
        root = etree.fromstring(answer.data)
        for element in list(root.iter(cut)):
            parent = element.getparent()
            if parent is not None:
                parent.remove(element)
        return Response(etree.tostring(root), content_type="text/xml")

    client, broken_drs = client_of_broken(simulator, without)
    with pytest.raises(UnexpectedResponse, match=f"{operation} succeeded without"):
        client.create_order("7", *JOB, TARGET)


def test_unknown_elements_are_ignored(simulator: Simulator) -> None:
    def richer(called: str, request: Request) -> Response | None:
        if called == "openSession":
            return None
        root = etree.fromstring(broken_drs.answer(request).data)
        for element in list(root.iter("return", "theOrder", "theBookings", "theSlots", "slotsForDay", "theLocation")):
            etree.SubElement(element, "addedInRelease7").text = "x"
        return Response(etree.tostring(root), content_type="text/xml")

    client, broken_drs = client_of_broken(simulator, richer)
    plain = client_of(simulator)
    assert client.check_availability(*JOB, BEGIN, END) == plain.check_availability(*JOB, BEGIN, END)
    assert client.create_order("7", *JOB, TARGET) == plain.select_orders("7")[0]


def described(simulator: Simulator) -> etree._Element:
    return etree.fromstring(Client(simulator.wsgi).get(f"{simulator.path}?singleWsdl").data)


def unbound(simulator: Simulator, folder: Path) -> Path:
    """The interface description as DRS's owner publishes it in a file: without binding and service."""
    root = described(simulator)
    for element in [*root.findall("{*}binding"), *root.findall("{*}service")]:
        root.remove(element)
    file = folder / "soap.wsdl"
    file.write_bytes(etree.tostring(root))
    return file


def test_a_wsdl_file_needs_no_binding(simulator: Simulator, tmp_path: Path) -> None:
    client = client_of(simulator, wsdl=unbound(simulator, tmp_path))
    assert len(client.check_availability(*JOB, BEGIN, END).days) == 3


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read"),
        ("not xml", "is not a WSDL but broken XML"),
        ("<definitions/>", "XML with the root definitions"),
        ('<definitions xmlns="http://schemas.xmlsoap.org/wsdl/"/>', "has no port type"),
    ],
)
def test_a_file_that_is_not_a_wsdl_is_refused(
    simulator: Simulator, tmp_path: Path, content: str | None, words: str
) -> None:
    file = tmp_path / "soap.wsdl"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    with pytest.raises(InvalidArgument, match=words):
        client_of(simulator, wsdl=file).open_session()


def test_the_first_of_two_parts_is_not_a_whole_wsdl(simulator: Simulator, tmp_path: Path) -> None:
    """The error names the part to save instead."""
    file = tmp_path / "soap.wsdl"
    file.write_bytes(Client(simulator.wsgi).get(f"{simulator.path}?wsdl").data)
    with pytest.raises(InvalidArgument, match=r"imports another part.*Save http\S+\?wsdl=SOAP\.wsdl"):
        client_of(simulator, wsdl=file).open_session()


def test_a_wsdl_for_another_soap_version_is_refused(simulator: Simulator, tmp_path: Path) -> None:
    root = described(simulator)
    file = tmp_path / "soap12.wsdl"
    other = "http://schemas.xmlsoap.org/wsdl/soap12/"
    file.write_bytes(etree.tostring(root).replace(b"http://schemas.xmlsoap.org/wsdl/soap/", other.encode()))
    with pytest.raises(InvalidArgument, match=r"no SOAP 1\.1 binding"):
        client_of(simulator, wsdl=file).open_session()


def test_a_redirect_names_its_target(simulator: Simulator) -> None:
    def away(_: str, request: Request) -> Response:
        return Response("", 302, headers={"Location": f"{request.base_url}?elsewhere"})

    with serving(BrokenDrs(simulator, away)) as address:
        client = DrsClient(address + simulator.path, "drs", "drs")
        with pytest.raises(HttpFailure, match=r"redirects calls \(HTTP 302\) to http.*elsewhere") as caught:
            client.open_session()
    assert caught.value.status == 302


def test_a_redirect_in_a_circle_is_a_transport_error(simulator: Simulator) -> None:
    def circle(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return Response("", 302, headers={"Location": Request(environ).url})(environ, start_response)

    with serving(circle) as address, pytest.raises(TransportError, match="could not be sent"):
        DrsClient(address, "drs", "drs").open_session()


def test_a_gateway_without_a_wsdl_is_refused(simulator: Simulator) -> None:
    with serving(Response("Not here", 404)) as address, pytest.raises(HttpFailure, match="HTTP 404"):
        DrsClient(address, "drs", "drs").open_session()
    with serving(Response("<html/>")) as address, pytest.raises(UnexpectedResponse, match=r"a web page \(HTML\)"):
        DrsClient(address, "drs", "drs").open_session()


def test_an_address_with_wsdl_behind_it_is_understood(simulator: Simulator) -> None:
    with simulator:
        DrsClient(f"{simulator.url}?wsdl", "drs", "drs").open_session()


def test_a_wsdl_is_parsed_once_for_several_servers() -> None:
    parse_wsdl.cache_clear()
    for password in ("one", "other"):
        with Simulator("lincoln", password=password) as drs, DrsClient(drs.url, drs.login, password) as client:
            client.open_session()
            assert len(drs.journal.entries()) == 1
    assert (parse_wsdl.cache_info().misses, parse_wsdl.cache_info().hits) == (1, 1)


def test_a_wsdl_in_two_parts_is_read_from_one_address_only() -> None:
    split = change_profile(load_profile("lincoln"), gateway={"wsdl_style": "cxf"})
    with Simulator(split) as drs, DrsClient(drs.url, drs.login, drs.password) as client:
        assert client.check_availability(*JOB, BEGIN, END).days
        whole = requests.get(f"{drs.url}?wsdl", timeout=10).text
    assert "wsdl:import" in whole
    elsewhere = Response(whole.replace("127.0.0.1", "127.0.0.2"), content_type="text/xml")
    with serving(elsewhere) as address, pytest.raises(InvalidArgument, match=r"127\.0\.0\.2.* is not fetched"):
        DrsClient(address, "drs", "drs").open_session()
