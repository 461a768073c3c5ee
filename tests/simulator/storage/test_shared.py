"""Servers that share a database are one DRS: sessions, clock, faults and places, whichever of them is asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta

import pytest
import requests
from drs_simulator import AdminClient, FaultRule, Simulator, effects
from werkzeug.test import Client

from tests.simulator.cli.test_cli import run, serving
from tests.simulator.soap.wire import OPEN, ORDER, PERIOD, call
from tests.simulator.storage.conftest import NewDatabase

XML = {"Content-Type": "text/xml"}
CLOCK = "fixed@2021-10-22T12:20:59"


def ask(url: str, operation: str, members: str) -> str:
    return requests.post(url, call(operation, members), headers=XML, timeout=20).text


def session_of(url: str) -> str:
    return "".join(re.findall("<sessionId>.*?</sessionId>", ask(url, "openSession", OPEN)))


@pytest.fixture(scope="module")
def hosts(new_postgresql: NewDatabase) -> Iterator[tuple[str, str]]:
    """The addresses of two servers, each of two workers, that stand for two hosts behind a load balancer."""
    state = new_postgresql()
    with ExitStack() as stack:
        urls = []
        for _ in range(2):
            arguments = ("--port", "0", "--state", state, "--workers", "2", "--clock", CLOCK)
            _, printed = stack.enter_context(serving(*arguments))
            urls.append(re.findall(r"endpoint +(\S+)", printed)[0])
        yield urls[0], urls[1]


def admin_of(url: str) -> AdminClient:
    return AdminClient(url.split("/OT", maxsplit=1)[0])


@pytest.fixture(autouse=True)
def reset_servers(request: pytest.FixtureRequest) -> None:
    if "hosts" in request.fixturenames:
        with admin_of(request.getfixturevalue("hosts")[0]) as admin:
            admin.faults.clear()
            admin.reset()


def test_a_session_that_one_opens_is_good_at_the_other(hosts: tuple[str, str]) -> None:
    session = session_of(hosts[0])
    for _ in range(4):
        assert "<status>success</status>" in ask(hosts[1], "checkAvailability", f"{PERIOD}{session}{ORDER}")


def test_a_shift_of_the_clock_applies_to_all_servers(hosts: tuple[str, str]) -> None:
    sessions = [session_of(url) for url in hosts]
    with admin_of(hosts[0]) as admin:
        admin.clock.shift(timedelta(days=1))
    for url in hosts * 3:
        for session in sessions:
            assert "<status>error</status>" in ask(url, "checkAvailability", f"{PERIOD}{session}{ORDER}")
    with admin_of(hosts[1]) as admin:
        assert str(admin.clock.now()).startswith("2021-10-23")


def test_a_fault_for_three_times_applies_three_times_in_total(hosts: tuple[str, str]) -> None:
    session = session_of(hosts[0])
    rule = FaultRule(operation="checkAvailability", times=3, effect=effects.DrsRefusal(text="Struck"))
    with admin_of(hosts[1]) as admin:
        admin.faults.add(rule)
    with ThreadPoolExecutor(8) as pool:
        body = f"{PERIOD}{session}{ORDER}"
        answers = list(pool.map(lambda url: ask(url, "checkAvailability", body), hosts * 6))
    assert sum("Struck" in answer for answer in answers) == 3
    with admin_of(hosts[0]) as admin:
        assert not admin.faults.rules()


def test_callers_at_two_servers_get_exactly_the_last_places(hosts: tuple[str, str]) -> None:
    session = session_of(hosts[0])
    window = (
        "<planningWindowStart>2021-10-28T08:00:00</planningWindowStart>"
        "<planningWindowEnd>2021-10-28T12:00:00</planningWindowEnd>"
    )

    def book(number: int) -> bool:
        url = hosts[number % 2]
        order = ORDER.replace("10000047", str(30000000 + number))
        booking = re.findall("<bookingId>(.*?)<", ask(url, "createOrder", order + session))[0]
        members = f"<bookingId>{booking}</bookingId><contract>0</contract><primaryOrderNumber/>{window}"
        answer = ask(url, "scheduleBooking", f"{session}<theBooking>{members}</theBooking>")
        return "<status>success</status>" in answer

    with ThreadPoolExecutor(64) as pool:
        booked = sum(pool.map(book, range(64)))
    # Two joiners, an hour a booking, four hours.
    assert booked == 8
    slots = ask(hosts[1], "checkAvailability", f"{PERIOD}{session}{ORDER}").split("2021-10-28T00:00")[1]
    assert re.findall("<available>(.*?)<", slots)[0] == "NO"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "each worker would be a DRS of its own: name a database, as with --state sqlite:///drs.db"),
        (("--state", "sqlite:///{folder}/drs.db", "--seed", "1"), "all workers would return the same session ids"),
        (("--state", "sqlite:///{folder}/drs.db", "--import-dir", "{folder}"), "all workers would watch --import-dir"),
    ],
)
def test_workers_that_would_not_be_one_drs_are_refused(
    tmp_path_factory: pytest.TempPathFactory, arguments: tuple[str, ...], message: str
) -> None:
    folder = tmp_path_factory.mktemp("state")
    done = run("serve", "--port", "0", "--workers", "2", *(each.format(folder=folder) for each in arguments))
    assert done.returncode == 2
    assert message in done.stderr


class TestTwoOfOneDatabase:
    """Two simulators in this process, over each sort of database."""

    def test_faults_clock_and_reset_of_one_hold_for_the_other(self, database: str) -> None:
        with Simulator("lincoln", clock=CLOCK, state=database) as one, Simulator("lincoln", state=database) as other:
            assert str(other.clock) == str(one.clock)
            other.clock.shift(timedelta(hours=2))
            assert f"{one.clock.now():%H:%M}" == "13:20"
            one.clock.resume()
            assert str(other.clock) == "system"
            one.faults.add(FaultRule(times=2, effect=effects.Empty()))
            assert [rule.times for rule in other.faults.rules()] == [2]
            assert bool(other.faults)
            one.reset()
            assert str(other.clock).startswith("fixed@")
            assert not other.faults.rules()

    def test_shared_settings_outlive_the_servers(self, database: str) -> None:
        with Simulator("lincoln", clock=CLOCK, state=database) as drs:
            drs.clock.shift(timedelta(days=2))
            drs.faults.add(FaultRule(effect=effects.Empty()))
        with Simulator("lincoln", state=database) as drs:
            assert f"{drs.clock.now():%d}" == "24"
            assert len(drs.faults.rules()) == 1
        again = [FaultRule(effect=effects.Garbage())]
        with Simulator("lincoln", clock="shifted@P1D", state=database, faults=again) as drs:
            assert str(drs.clock) == "shifted@P1D"
            assert list(drs.faults.rules()) == again

    def test_a_state_that_is_put_in_sets_the_clock_of_all(self, database: str) -> None:
        with Simulator("lincoln", clock="fixed@2022-02-02T02:02") as source:
            document = source.export_state()
        with Simulator("lincoln", clock=CLOCK, state=database) as one, Simulator("lincoln", state=database) as other:
            one.import_state(document)
            assert f"{other.clock.now():%Y-%m-%d}" == "2022-02-02"

    @pytest.mark.parametrize(
        "body",
        [
            lambda session: call("checkAvailability", f"{PERIOD}{session}{ORDER}"),
            lambda session: call("createOrder", f"{ORDER}{session}"),
            lambda _: call("openSession", OPEN),
            lambda _: call("createOrder", ORDER),
            lambda _: "no XML",
        ],
        ids=["read", "write", "openSession", "no session", "no call"],
    )
    def test_a_rule_of_one_applies_to_the_next_call_of_the_other(
        self, database: str, body: Callable[[str], str]
    ) -> None:
        with Simulator("lincoln", clock=CLOCK, state=database) as one, Simulator("lincoln", state=database) as other:
            caller = Client(other.wsgi)

            def post(text: str) -> tuple[int, str]:
                answer = caller.post(other.path, data=text, content_type="text/xml")
                return answer.status_code, answer.text

            session = "".join(re.findall("<sessionId>.*?</sessionId>", post(call("openSession", OPEN))[1]))
            before = one.export_state()
            one.faults.add(FaultRule(times=1, effect=effects.HttpStatus(status=503)))
            assert post(body(session))[0] == 503
            assert one.export_state() == before
            assert [entry.faults for entry in other.journal.entries()] == [(), ("http_status",)]
            assert post(body(session))[0] != 503
            one.faults.add(FaultRule(effect=effects.HttpStatus(status=503)))
            one.faults.clear()
            assert post(body(session))[0] != 503

    def test_a_call_begins_at_the_time_that_another_has_set(self, database: str) -> None:
        with Simulator("lincoln", clock=CLOCK, state=database) as one, Simulator("lincoln", state=database) as other:
            caller = Client(other.wsgi)
            for hours in range(3):
                caller.post(other.path, data=call("openSession", OPEN), content_type="text/xml")
                assert f"{other.journal.latest(1)[0].time:%H:%M}" == f"{11 + hours}:20"
                one.clock.shift(timedelta(hours=1))
