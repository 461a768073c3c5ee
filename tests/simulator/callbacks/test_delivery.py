"""Receivers that answer badly, demand a login, or are posted to in a rhythm."""

from __future__ import annotations

import json
import logging
import socket
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Thread

import pytest
from drs_contracts import CallbackReceiver
from drs_simulator import AdminClient, JournalEntry, Outcome, ReceiverUrlError, Simulator, ThreadedServer
from drs_simulator.callbacks.http_post import Receiver, add_credentials
from drs_simulator.callbacks.interval import IntervalError, parse_interval
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.wrappers import Request, Response

from tests.simulator.callbacks.council import CLOCK, Caller, create_booking, pending, wait_until
from tests.simulator.cli.test_cli import run, serving

MINUTE = timedelta(minutes=1)
PASSWORD = "Pass<w>ord & täil/@:%"
ENCODED = "Pass%3Cw%3Eord%20%26%20t%C3%A4il%2F%40%3A%25"


def callbacks(drs: Simulator) -> list[JournalEntry]:
    return [entry for entry in drs.journal.entries() if entry.is_callback]


@contextmanager
def raw_service(answer: bytes) -> Iterator[str]:
    """A service that reads a request, sends these bytes and closes the connection; its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    connection.settimeout(5)
                    received = b""
                    while b"</soapenv:Envelope>" not in received:
                        received += connection.recv(65536)
                    connection.sendall(answer)

        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(5)


@pytest.mark.parametrize("status", [302, 400, 401, 404, 410, 500])
def test_any_status_but_2xx_is_retried(status: int) -> None:
    with CallbackReceiver() as receiver:
        receiver.fail(1, status)
        with Simulator("lincoln", clock=CLOCK, callback_url=receiver.url) as drs:
            create_booking(drs)
            receiver.wait_for(1)
            drs.close()
            first, second = callbacks(drs)
    assert (first.status, first.outcome, second.outcome) == (status, Outcome.UNDELIVERED, Outcome.SUCCESS)
    assert f"it answered HTTP {status}, and only 2xx means received" in first.diagnosis


@pytest.mark.parametrize("answer", [b"", b"Hello\r\n\r\n", b"\0\xff" * 100, b"HTTP/1.1 abc\r\n\r\n"])
def test_answer_that_is_no_http_is_retried(answer: bytes) -> None:
    with raw_service(answer) as url, Simulator("lincoln", clock=CLOCK, callback_url=url) as drs:
        create_booking(drs)
        wait_until(lambda: len(callbacks(drs)) > 1)
        drs.close()
        assert pending(drs) == 1
        first, *_ = callbacks(drs)
    assert (first.status, first.outcome) == (0, Outcome.UNDELIVERED)
    assert "DRS sends it again in 0.5 seconds" in first.diagnosis


@pytest.mark.parametrize("body", [b"", b"garbage \0\xff", b"<a>"])
def test_garbage_with_2xx_is_received(body: bytes) -> None:
    """Only the status counts."""
    answer = b"HTTP/1.1 202 Accepted\r\nConnection: close\r\n\r\n" + body
    with raw_service(answer) as url, Simulator("lincoln", clock=CLOCK, callback_url=url) as drs:
        create_booking(drs)
        wait_until(lambda: bool(callbacks(drs)))
        assert pending(drs) == 0
        (entry,) = callbacks(drs)
    assert (entry.status, entry.outcome, entry.response) == (202, Outcome.SUCCESS, body)


def test_login_is_sent_as_basic_authentication() -> None:
    with CallbackReceiver(login="council", password=PASSWORD) as receiver:
        assert f"council:{ENCODED}@" in receiver.url
        with Simulator("lincoln", clock=CLOCK, callback_url=receiver.url) as drs:
            create_booking(drs)
            receiver.wait_for(1)
    assert receiver.attempts == 1


@pytest.mark.parametrize("credentials", ["", "council:wrong@", "other:secret@"])
def test_wrong_login_is_refused_and_seen_in_the_journal(credentials: str) -> None:
    with CallbackReceiver(login="council", password="secret") as receiver:
        url = receiver.url.replace("council:secret@", credentials)
        with Simulator("lincoln", clock=CLOCK, callback_url=url) as drs:
            create_booking(drs)
            wait_until(lambda: bool(callbacks(drs)))
            first, *_ = callbacks(drs)
    assert (first.status, receiver.received) == (401, ())
    assert "it answered HTTP 401" in first.diagnosis


def test_password_is_neither_recorded_nor_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Not even if the service repeats it in its answer, in any spelling."""
    token = b64encode(f"council:{PASSWORD}".encode()).decode()

    def repeat(request: Request) -> Response:
        sent = request.authorization
        assert sent is not None
        escaped = PASSWORD.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        spellings = f"{sent.password} {request.headers['Authorization']} {escaped} {ENCODED}"
        body = spellings.encode() + PASSWORD.encode("latin-1")
        return Response(body, 403, content_type=f"text/plain; {ENCODED}")

    caplog.set_level(logging.DEBUG)
    with ThreadedServer(Request.application(repeat)) as service:
        url = f"http://council:{ENCODED}@127.0.0.1:{service.port}/"
        with Simulator("lincoln", clock=CLOCK, callback_url=url) as drs:
            create_booking(drs)
            wait_until(lambda: bool(callbacks(drs)))
            drs.close()
            first, *_ = callbacks(drs)
            archive = json.dumps(drs.journal.as_har(), ensure_ascii=False)
            exported = drs.export_state().model_dump_json()
    assert first.response.count(b"***") == 5
    everything = f"{first!r} {archive} {exported} {caplog.text}"
    for secret in (PASSWORD, ENCODED, token, "Pass"):
        assert secret not in everything


LOGINS = st.text(st.characters(codec="utf-8", exclude_characters=":"), min_size=1)


@given(LOGINS, st.text(st.characters(codec="utf-8"), min_size=1))
def test_login_and_password_go_into_the_address_and_out_of_sight(login: str, password: str) -> None:
    receiver = Receiver(add_credentials("http://h:81/p?q=1", login, password))
    assert receiver.authorization == "Basic " + b64encode(f"{login}:{password}".encode()).decode()
    assert (receiver.url, receiver.shown, receiver.host) == ("http://h:81/p?q=1", "http://h:81/p", "h")
    assert repr(receiver) == "Receiver('http://h:81/p')"
    assert receiver.mask(password) == "***"


@pytest.mark.parametrize(
    "url", ["http://u:secret/word@host/", "http://u:secret@h:port/", "http://u:%ffsecret@h/", "ftp://u:secret@h/"]
)
def test_error_repeats_no_part_of_the_address(url: str) -> None:
    with pytest.raises(ReceiverUrlError) as raised:
        Receiver(url)
    assert "secret" not in str(raised.value)
    assert raised.value.__cause__ is None


@pytest.mark.parametrize(
    ("url", "login", "password"),
    [("http://h/", "u", None), ("http://h/", None, "p"), ("http://h/", "", "p"), ("http://u:p@h/", "u", "p")],
)
def test_half_a_login_or_two_are_refused(url: str, login: str | None, password: str | None) -> None:
    with pytest.raises(ReceiverUrlError, match="login"):
        add_credentials(url, login, password)


def test_login_with_a_colon_is_refused() -> None:
    with pytest.raises(ReceiverUrlError, match="colon"):
        Receiver("http://a%3Ab:c@h/")


def test_rhythm_follows_the_simulators_clock() -> None:
    with (
        CallbackReceiver() as receiver,
        Simulator("lincoln", clock=CLOCK, callback_url=receiver.url, callback_every=MINUTE) as drs,
    ):
        caller = Caller(drs)
        booking = caller.order()
        for _ in range(2):
            caller.schedule(booking)
        assert receiver.attempts == 0
        assert pending(drs) == 2
        drs.clock.shift(timedelta(seconds=1))
        receiver.wait_for(2)
        caller.schedule(booking)
        assert receiver.attempts == 2
        drs.clock.shift(MINUTE)
        *_, last = receiver.wait_for(3)
    assert last.date("changedDate").isoformat() == "2021-10-22T12:21:00"


def test_failure_waits_for_the_next_run() -> None:
    with CallbackReceiver() as receiver:
        receiver.fail(1, 400)
        with Simulator("lincoln", clock=CLOCK, callback_url=receiver.url, callback_every=MINUTE) as drs:
            create_booking(drs)
            drs.clock.shift(timedelta(seconds=11))
            wait_until(lambda: bool(callbacks(drs)))
            assert receiver.attempts == 1
            drs.clock.shift(timedelta(seconds=50))
            receiver.wait_for(1)
            drs.close()
            first, _ = callbacks(drs)
    again = "DRS sends it again at its next run, in 50 seconds by the simulator's clock."
    assert first.diagnosis.endswith(again)


def test_wrong_rhythm_is_refused() -> None:
    with pytest.raises(IntervalError, match="1 second to 1 day"):
        Simulator("lincoln", callback_url="http://127.0.0.1:9/", callback_every=timedelta(milliseconds=1))


@pytest.mark.parametrize(
    ("text", "every"),
    [("0", timedelta(0)), ("60s", MINUTE), ("1.5m", 1.5 * MINUTE), ("24h", timedelta(days=1)), ("1s", MINUTE / 60)],
)
def test_rhythm_is_parsed(text: str, every: timedelta) -> None:
    assert parse_interval(text) == every


@pytest.mark.parametrize("text", ["", "60", "-1s", "1 s", "0.5s", "25h", "1d", "s", "1e3s", "٦s", "9999999h"])
def test_wrong_rhythm_is_not_parsed(text: str) -> None:
    with pytest.raises(IntervalError):
        parse_interval(text)


def test_serve_posts_with_login_in_a_rhythm() -> None:
    with CallbackReceiver(login="council", password="hush-hush") as receiver:
        url = receiver.url.replace("council:hush-hush@", "")
        options = ("--callback-url", url, "--callback-login", "council", "--callback-password", "hush-hush")
        with serving("--port", "0", "--callback-every", "1s", *options) as (_, printed):
            assert "hush-hush" not in printed
            running = CLOCK.replace("fixed", "shifted")
            with Simulator("lincoln", clock=running, callback_url="http://127.0.0.1:9/") as source:
                create_booking(source)
                document = source.export_state()
            address = printed.split("endpoint")[1].split()[0]
            with AdminClient(address.split("/OT")[0]) as admin:
                admin.import_state(document)
            receiver.wait_for(1)


def test_login_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a password it cannot be used, and that shows that it was read."""
    monkeypatch.setenv("DRS_CALLBACK_LOGIN", "council")
    done = run("serve", "--port", "0", "--callback-url", "http://h/")
    assert (done.returncode, "go together" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    "options",
    [
        ("--callback-url", "http://u:hush-hush@h:port/"),
        ("--callback-url", "http://h/", "--callback-password", "hush-hush"),
        ("--callback-login", "u", "--callback-password", "hush-hush"),
        ("--callback-url", "http://u:hush-hush@h/", "--callback-every", "often"),
        ("--callback-every", "60s"),
    ],
)
def test_serve_refuses_wrong_options_in_one_line(options: tuple[str, ...]) -> None:
    done = run("serve", "--port", "0", *options)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "hush-hush" not in done.stderr + done.stdout
