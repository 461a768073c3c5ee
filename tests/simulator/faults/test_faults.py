"""Fault rules: the calls that they apply to, and each effect as a real caller sees it, over real sockets."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from statistics import fmean, median
from time import perf_counter, sleep
from typing import Any

import pytest
import requests
from drs_client import (
    DrsClient,
    DrsFault,
    HttpFailure,
    RequestRejected,
    TimedOut,
    TransportError,
    UnexpectedResponse,
    Unreachable,
)
from drs_simulator import Expectations, FaultFileError, FaultRule, Simulator, effects, load_faults, load_scenario
from drs_simulator.faults.effects import DelayLincoln, DelayLogNormal, DelayUniform
from lxml import etree
from pydantic import ValidationError

from tests.simulator.cli.test_cli import run, serving
from tests.simulator.scheduling.builders import MOMENT_OF_THE_EXAMPLE, local
from tests.simulator.soap.wire import OPEN, ORDER, PERIOD, Caller, call

PRIORITY = "Priority 20 Days"
BEGIN, END = local("2021-10-26T08:00:00"), local("2021-10-26T12:00:00")
XML = {"Content-Type": "text/xml"}


@pytest.fixture(scope="module")
def server() -> Iterator[Simulator]:
    with Simulator(clock=f"fixed@{MOMENT_OF_THE_EXAMPLE}", seed=1) as drs:
        yield drs


@pytest.fixture
def drs(server: Simulator) -> Simulator:
    server.reset()
    return server


@pytest.fixture
def client(drs: Simulator) -> DrsClient:
    client = DrsClient(drs.url, drs.login, drs.password)
    client.open_session()
    return client


def add_fault(drs: Simulator, effect: effects.AnyEffect, operation: str = "checkAvailability") -> None:
    drs.faults.add(FaultRule(operation=operation, times=1, effect=effect))


def count_days(client: DrsClient) -> int:
    """Return the number of days that checkAvailability lists."""
    return len(client.check_availability("3670010", "N373049", PRIORITY, BEGIN, END).days)


def create_order(client: DrsClient, number: str = "10000047") -> int:
    """Create an order and return the id of its booking."""
    made = client.create_order(number, "3670010", "N373049", PRIORITY, local("2021-11-19T23:59:59"), comments="Door")
    return made.bookings[0].id


def schedule_into_taken(caller: Caller, start: str, end: str) -> str:
    """Schedule an order's booking in a window that another caller fills before, and return the refusal."""
    session = caller.open()
    booking = caller.ask("createOrder", ORDER, session).returned.findtext(".//bookingId")
    caller.simulator.faults.add(FaultRule(effect=effects.SlotTaken()))
    window = f"<planningWindowStart>{start}</planningWindowStart><planningWindowEnd>{end}</planningWindowEnd>"
    members = f"<bookingId>{booking}</bookingId><contract>0</contract><primaryOrderNumber>10000047</primaryOrderNumber>"
    return caller.ask("scheduleBooking", f"<theBooking>{members}{window}</theBooking>", session).error


def wait_for_journal(drs: Simulator, operation: str, times: int) -> bool:
    """Return whether the journal soon has this number of calls; a call is recorded when it ends."""
    deadline = perf_counter() + 5
    while perf_counter() < deadline:
        if [entry.operation for entry in drs.journal.entries()].count(operation) == times:
            return True
        sleep(0.02)
    return False


class TestMatching:
    def test_rule_applies_to_its_operation_and_times(self, drs: Simulator, client: DrsClient) -> None:
        drs.faults.add(FaultRule(operation="checkAvailability", times=2, effect=effects.Fault(text="Out of order")))
        assert client.select_orders("unknown") == ()
        for _ in range(2):
            with pytest.raises(DrsFault, match="Out of order"):
                count_days(client)
        assert count_days(client) == 1
        assert drs.faults.rules() == ()

    def test_remaining_times_are_shown(self, drs: Simulator, client: DrsClient) -> None:
        rule = FaultRule(operation="checkAvailability", times=3, effect=effects.Fault())
        drs.faults.add(rule)
        with pytest.raises(DrsFault):
            count_days(client)
        assert drs.faults.rules() == (rule.model_copy(update={"times": 2}),)

    def test_rule_without_operation_applies_to_every_post(self, drs: Simulator) -> None:
        drs.faults.add(FaultRule(effect=effects.HttpStatus(status=503)))
        assert requests.post(drs.url, b"no XML", headers=XML, timeout=5).status_code == 503
        assert requests.get(f"{drs.url}?wsdl", timeout=5).status_code == 200

    def test_rule_for_a_caller_applies_to_no_other(self, drs: Simulator, client: DrsClient) -> None:
        drs.faults.add(FaultRule(caller="192.0.2.1", effect=effects.Reset()))
        assert count_days(client) == 1
        drs.faults.add(FaultRule(caller="127.0.0.1", effect=effects.Reset()))
        with pytest.raises(Unreachable):
            count_days(client)

    def test_rule_for_a_header_applies_to_calls_with_it(self, drs: Simulator) -> None:
        drs.faults.add(FaultRule(header="X-Test-Run: 7", effect=effects.HttpStatus(status=503)))
        body = call("openSession", OPEN)
        answers = [
            requests.post(drs.url, body, headers=XML | {"X-Test-Run": run}, timeout=5).status_code for run in "78"
        ]
        assert answers == [503, 200]

    def test_probability_repeats_with_the_seed(self) -> None:
        def statuses(*rules: FaultRule) -> tuple[list[int], str]:
            caller = Caller()
            caller.simulator.faults.add(*rules)
            answered = [caller.ask("selectOrder", "", "none").status for _ in range(60)]
            return answered, caller.open()

        rule = FaultRule(operation="selectOrder", probability=0.3, effect=effects.HttpStatus(status=502))
        once, session = statuses(rule)
        assert statuses(rule) == (once, session)
        assert 5 < once.count(502) < 35
        assert statuses()[1] == session

    def test_times_are_exact_with_concurrent_callers(self, drs: Simulator) -> None:
        drs.faults.add(FaultRule(times=20, effect=effects.HttpStatus(status=503)))
        body = call("openSession", OPEN)

        def status(_: int) -> int:
            return requests.post(drs.url, body, headers=XML, timeout=10).status_code

        with ThreadPoolExecutor(8) as callers:
            assert list(callers.map(status, range(50))).count(503) == 20

    def test_matching_rules_apply_first_outermost(self) -> None:
        caller = Caller()
        caller.simulator.faults.add(
            FaultRule(effect=effects.Truncated(fraction=0.5)),
            FaultRule(effect=effects.HttpStatus(status=502, body="ab")),
        )
        answer = caller.post(call("openSession", OPEN))
        assert (answer.status, answer.body) == (502, "a")

    def test_clear_removes_rules_and_reset_restores_them(self) -> None:
        rule = FaultRule(times=1, effect=effects.HttpStatus(status=503))
        drs = Simulator(faults=[rule])
        drs.faults.clear()
        assert not drs.faults
        drs.faults.add(FaultRule(effect="reset"))  # type: ignore[arg-type]
        drs.reset()
        assert drs.faults.rules() == (rule,)


class TestEffects:
    @pytest.mark.parametrize(
        ("effect", "error", "words"),
        [
            (effects.HttpStatus(status=503), HttpFailure, "503"),
            (effects.HttpStatus(status=502, body="<html>Bad gateway</html>"), HttpFailure, "502"),
            (effects.Fault(text="Broken", code="Server"), DrsFault, "Broken"),
            (effects.DrsRefusal(text="Not today"), RequestRejected, "Not today"),
            (effects.LoginPage(), UnexpectedResponse, "XML|envelope"),
            (effects.Empty(), UnexpectedResponse, "broken XML"),
            (effects.Truncated(fraction=0.7), UnexpectedResponse, "broken XML"),
            (effects.Garbage(), UnexpectedResponse, "broken XML"),
            (effects.Reset(), Unreachable, "broke off"),
            (effects.ResponseLost(), Unreachable, "broke off"),
        ],
        ids=lambda value: getattr(value, "kind", None),
    )
    def test_broken_answer_raises_and_next_call_succeeds(
        self, drs: Simulator, client: DrsClient, effect: effects.AnyEffect, error: type[Exception], words: str
    ) -> None:
        add_fault(drs, effect)
        with pytest.raises(error, match=words):
            count_days(client)
        assert count_days(client) == 1

    def test_login_page_is_html_at_200(self, drs: Simulator) -> None:
        drs.faults.add(FaultRule(effect=effects.LoginPage(title="A & B")))
        answer = requests.post(drs.url, call("openSession", OPEN), headers=XML, timeout=5)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/html")
        assert "A &amp; B" in answer.text

    def test_wrong_content_type_keeps_the_body(self, drs: Simulator) -> None:
        fault = requests.post(drs.url, "no XML", headers=XML, timeout=5)
        drs.faults.add(
            FaultRule(times=1, effect=effects.WrongContentType()),
            FaultRule(effect=effects.WrongContentType(content_type="application/json")),
        )
        answers = [requests.post(drs.url, "no XML", headers=XML, timeout=5) for _ in range(2)]
        # The first rule is the outermost, so its word is the last.
        assert [each.headers["Content-Type"] for each in answers] == ["text/html; charset=utf-8", "application/json"]
        assert {(each.status_code, each.content) for each in answers} == {(500, fault.content)}

    def test_refusal_has_the_form_of_drs_refusals(self) -> None:
        caller = Caller()
        own = caller.ask("selectOrder", "<primaryOrderNumber>1</primaryOrderNumber>", caller.open())
        caller.simulator.faults.add(FaultRule(operation="selectOrder", effect=effects.DrsRefusal(text=own.error)))
        assert caller.ask("selectOrder", "", "") == own

    def test_refusal_needs_an_operation(self) -> None:
        caller = Caller()
        caller.simulator.faults.add(FaultRule(effect=effects.DrsRefusal()))
        assert caller.post("no XML").status == 500
        assert caller.ask("fly", "", "").status == 500

    def test_reset_is_a_tcp_reset(self, drs: Simulator) -> None:
        add_fault(drs, effects.Reset(), "openSession")
        body = call("openSession", OPEN).encode()
        head = f"POST {drs.path} HTTP/1.1\r\nHost: drs\r\nContent-Type: text/xml\r\nContent-Length: {len(body)}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", int(drs.url.split(":")[2].split("/")[0])), timeout=5) as connection:
            connection.sendall(head.encode() + body)
            with pytest.raises(ConnectionResetError):
                connection.recv(1)

    @pytest.mark.parametrize(
        ("effect", "sent"),
        [(effects.Reset(), 2), (effects.ResponseLost(), 1), (effects.ResponseLost(seconds=1.2), 1)],
        ids=["reset before the call", "reset after it", "time-out after it"],
    )
    def test_careful_caller_creates_its_order_once(self, drs: Simulator, effect: effects.AnyEffect, sent: int) -> None:
        client = DrsClient(drs.url, drs.login, drs.password, timeout=0.6)
        client.open_session()
        add_fault(drs, effect, "createOrder")
        booking = create_order(client)
        (made,) = client.select_orders("10000047")
        assert [each.id for each in made.bookings] == [booking]
        assert wait_for_journal(drs, "createOrder", sent)

    @pytest.mark.parametrize(("effect", "scheduled"), [(effects.Reset(), False), (effects.ResponseLost(), True)])
    def test_reset_is_before_the_call_and_response_lost_after(
        self, drs: Simulator, client: DrsClient, effect: effects.AnyEffect, scheduled: bool
    ) -> None:
        booking = create_order(client)
        add_fault(drs, effect, "scheduleBooking")
        with pytest.raises(Unreachable):
            client.schedule_booking(booking, "10000047", BEGIN, END)
        assert bool(client.select_orders("10000047")[0].bookings[0].resources) is scheduled

    def test_lost_response_can_be_a_time_out(self, drs: Simulator) -> None:
        client = DrsClient(drs.url, drs.login, drs.password, timeout=0.5)
        booking = create_order(client)
        add_fault(drs, effects.ResponseLost(seconds=1.2), "scheduleBooking")
        with pytest.raises(TimedOut):
            client.schedule_booking(booking, "10000047", BEGIN, END)
        assert client.select_orders("10000047")[0].bookings[0].resources

    def test_slow_response_is_slow_and_whole(self, drs: Simulator) -> None:
        body = call("openSession", OPEN)
        quick = requests.post(drs.url, body, headers=XML, timeout=5)
        drs.reset()
        add_fault(drs, effects.SlowResponse(bytes_per_second=1000), "openSession")
        started = perf_counter()
        slow = requests.post(drs.url, body, headers=XML, timeout=5)
        assert perf_counter() - started > len(quick.content) / 1000 * 0.8
        assert slow.content == quick.content

    def test_client_ignores_extra_elements(self, drs: Simulator, client: DrsClient) -> None:
        add_fault(drs, effects.ExtraElements())
        assert count_days(client) == 1

    def test_extra_elements_are_added_to_every_parent(self) -> None:
        caller = Caller()
        session = caller.open()
        members = PERIOD + ORDER
        own = caller.ask("checkAvailability", members, session).returned
        caller.simulator.faults.add(FaultRule(effect=effects.ExtraElements(name="later")))
        more = caller.ask("checkAvailability", members, session).returned
        with_members = [element for element in own.iter() if len(element)]
        assert len(list(more.iter("later"))) == len(with_members) > 5
        for extra in list(more.iter("later")):
            parent = extra.getparent()
            assert parent is not None
            parent.remove(extra)
        assert etree.tostring(more) == etree.tostring(own)

    def test_client_reopens_an_expired_session(self, drs: Simulator, client: DrsClient) -> None:
        add_fault(drs, effects.SessionsExpired())
        assert count_days(client) == 1
        opened = [entry for entry in drs.journal.entries() if entry.operation == "openSession"]
        assert len(opened) == 2

    @pytest.mark.parametrize("window", [(BEGIN, END), (local("2021-10-26T08:00:00"), local("2021-11-05T16:00:00"))])
    def test_taken_slot_is_refused(self, drs: Simulator, client: DrsClient, window: tuple[object, object]) -> None:
        booking = create_order(client)
        slot = client.check_availability("3670010", "N373049", PRIORITY, BEGIN, END).days[0].slots[0]
        assert slot.available
        add_fault(drs, effects.SlotTaken(), "scheduleBooking")
        with pytest.raises(RequestRejected, match="Planning failed"):
            client.schedule_booking(booking, "10000047", *window)  # type: ignore[arg-type]
        slot = client.check_availability("3670010", "N373049", PRIORITY, BEGIN, END).days[0].slots[0]
        assert not slot.available
        client.schedule_booking(booking, "10000047", local("2021-11-08T08:00:00"), local("2021-11-08T12:00:00"))

    def test_without_window_the_next_slot_is_taken(self, drs: Simulator, client: DrsClient) -> None:
        for number in ("1", "2"):
            booking = create_order(client, number)
            if number == "2":
                add_fault(drs, effects.SlotTaken(), "scheduleBooking")
            client.schedule_booking(booking, number)
        first, second = (client.select_orders(number)[0].bookings[0] for number in ("1", "2"))
        assert (first.window_start, first.window_end) != (second.window_start, second.window_end)

    @pytest.mark.parametrize("end", ["2021-11-05T16:00:00", "2022-10-20T12:00:00"])
    def test_long_window_is_filled_whole(self, end: str) -> None:
        """A window of a year is filled as a short one is: the booking has no place in it."""
        caller = Caller()
        assert "Planning failed" in schedule_into_taken(caller, "2021-10-26T08:00:00", end)
        assert caller.simulator.scheduler.counts()["orders"] == 2

    @pytest.mark.parametrize(
        ("start", "end"),
        [("2021-10-27T12:00:00", "2021-10-27T08:00:00"), ("2021-10-20T08:00:00", "2021-10-20T12:00:00")],
        ids=["reversed", "past"],
    )
    def test_refused_window_takes_no_slot(self, start: str, end: str) -> None:
        caller = Caller()
        assert "Planning failed" not in schedule_into_taken(caller, start, end)
        assert caller.simulator.scheduler.counts()["orders"] == 1

    @pytest.mark.parametrize("members", ["", "<bookingId>x</bookingId>", "<bookingId>999</bookingId>"])
    def test_unreadable_booking_takes_no_slot(self, members: str) -> None:
        caller = Caller()
        session = caller.open()
        request = f"<theBooking>{members}<primaryOrderNumber>1</primaryOrderNumber></theBooking>"
        before = caller.ask("scheduleBooking", request, session)
        kept = caller.state()
        caller.simulator.faults.add(FaultRule(effect=effects.SlotTaken()))
        assert caller.ask("scheduleBooking", request, session) == before
        assert caller.state() == kept

    def test_delay_is_before_the_answer(self, drs: Simulator, client: DrsClient) -> None:
        add_fault(drs, effects.Delay(seconds=0.3))
        started = perf_counter()
        assert count_days(client) == 1
        assert perf_counter() - started >= 0.3

    def test_delay_beyond_the_time_limit_is_a_time_out(self, drs: Simulator) -> None:
        client = DrsClient(drs.url, drs.login, drs.password, timeout=0.4)
        client.open_session()
        add_fault(drs, effects.Delay(seconds=1.2))
        with pytest.raises(TimedOut):
            count_days(client)


class TestWithoutAConnection:
    @pytest.mark.parametrize("effect", [effects.Reset(), effects.ResponseLost(), effects.SlowResponse()])
    def test_client_in_process_gets_connection_reset_error(self, effect: effects.AnyEffect) -> None:
        drs = Simulator(faults=[FaultRule(operation="selectOrder", effect=effect)])
        client = DrsClient.for_simulator(drs)
        with pytest.raises(Unreachable, match="connection"):
            client.select_orders()


class TestDelays:
    def test_lincoln_has_the_measured_min_mean_and_max(self) -> None:
        drawn = [DelayLincoln().draw(random) for random in [Random(1)] for _ in range(50_000)]
        assert min(drawn) == 0.878
        assert max(drawn) == 4.835
        assert fmean(drawn) == pytest.approx(1.685, rel=0.01)
        longest = median(max(DelayLincoln().draw(random) for _ in range(300)) for random in map(Random, range(200)))
        assert longest == pytest.approx(4.835, rel=0.05)

    def test_uniform_and_log_normal_stay_within_bounds(self) -> None:
        random = Random(1)
        uniform = [DelayUniform(min=1, max=2).draw(random) for _ in range(1000)]
        assert 1 <= min(uniform) < 1.1
        assert 1.9 < max(uniform) <= 2
        log_normal = [DelayLogNormal(median=2, sigma=1, min=1, max=9).draw(random) for _ in range(5000)]
        assert (min(log_normal), max(log_normal)) == (1, 9)
        assert median(log_normal) == pytest.approx(2, rel=0.1)


class TestRuleFiles:
    @pytest.mark.parametrize("kind", ["reset", "delay_lincoln", "slot_taken", "extra_elements", "garbage", "empty"])
    def test_rule_survives_json_and_kind_alone_is_an_effect(self, kind: str) -> None:
        rule = FaultRule.model_validate({"effect": kind})
        assert rule.effect.kind == kind
        assert FaultRule.model_validate_json(rule.model_dump_json()) == rule

    @pytest.mark.parametrize(
        "make",
        [
            lambda: FaultRule(operation="scheduleBoking", effect=effects.Reset()),
            lambda: FaultRule(operation="openSession", effect=effects.SlotTaken()),
            lambda: FaultRule(times=0, effect=effects.Reset()),
            lambda: FaultRule(probability=1.5, effect=effects.Reset()),
            lambda: FaultRule(header="no colon", effect=effects.Reset()),
            lambda: effects.DelayUniform(min=2, max=1),
            lambda: effects.Delay(seconds=-1),
            lambda: effects.Fault(text="\0"),
            lambda: effects.HttpStatus(status=99),
            lambda: effects.HttpStatus(status=500, content_type="text/html\r\nX-Evil: 1"),
            lambda: effects.Truncated(fraction=1),
        ],
    )
    def test_impossible_rule_is_a_validation_error(self, make: Callable[[], object]) -> None:
        with pytest.raises(ValidationError):
            make()

    def test_file_is_read(self, tmp_path: Path) -> None:
        file = tmp_path / "faults.toml"
        file.write_text(
            '[[faults]]\noperation = "checkAvailability"\neffect = "delay_lincoln"\n'
            '[[faults]]\ntimes = 1\nprobability = 0.5\neffect = { kind = "response_lost", seconds = 60 }\n',
            encoding="utf-8",
        )
        assert load_faults(file) == (
            FaultRule(operation="checkAvailability", effect=effects.DelayLincoln()),
            FaultRule(times=1, probability=0.5, effect=effects.ResponseLost(seconds=60)),
        )

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ('[[faults]]\nopration = "selectOrder"\neffect = "reset"', "faults[0].opration: is unknown"),
            ('[[faults]]\neffect = { kind = "delay", secnds = 1 }', "faults[0].effect.seconds: Field required"),
            ('[[faults]]\neffect = { kind = "empty", much = 1 }', "faults[0].effect.much: is unknown"),
            ('[[faults]]\neffect = "explode"', "faults[0].effect: "),
            ('[[faults]]\noperation = "fly"\neffect = "reset"', "faults[0]: operation: 'fly' is none of"),
            ('[[fault]]\neffect = "reset"', "faults: Field required"),
            ("faults = 1\nother = 2", "faults: "),
            ("nonsense", "is not TOML"),
        ],
    )
    def test_wrong_file_is_one_line_with_the_key(self, tmp_path: Path, text: str, words: str) -> None:
        file = tmp_path / "faults.toml"
        file.write_text(text, encoding="utf-8")
        with pytest.raises(FaultFileError, match=re.escape(words)) as raised:
            load_faults(file)
        assert "\n" not in str(raised.value)

    def test_examples_in_docs_work(self, tmp_path: Path) -> None:
        page = (Path(__file__).parents[3] / "docs" / "faults.md").read_text(encoding="utf-8")
        (python,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
        toml, scenario = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
        names: dict[str, Any] = {}
        exec(compile(python, "faults.md", "exec"), names)
        assert len(names["drs"].faults.rules()) == 2
        (tmp_path / "faults.toml").write_text(toml, encoding="utf-8")
        assert [rule.effect.kind for rule in load_faults(tmp_path / "faults.toml")] == ["slot_taken", "http_status"]
        (tmp_path / "own.toml").write_text(scenario, encoding="utf-8")
        assert load_scenario(tmp_path / "own.toml").expect == Expectations()

    def test_missing_file_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(FaultFileError, match="No such file"):
            load_faults(tmp_path / "none.toml")


class TestFormerNames:
    """Names of version 0.1.0 are accepted for one release, with a warning."""

    @pytest.mark.parametrize(
        ("former", "current"),
        [
            ("AnswerLost", "ResponseLost"),
            ("PlaceTaken", "SlotTaken"),
            ("Refusal", "DrsRefusal"),
            ("SessionLost", "SessionsExpired"),
            ("SlowDrip", "SlowResponse"),
        ],
    )
    def test_class(self, former: str, current: str) -> None:
        with pytest.warns(DeprecationWarning, match=f"'{former}' is now '{current}'"):
            assert getattr(effects, former) is getattr(effects, current)

    def test_unknown_class(self) -> None:
        with pytest.raises(AttributeError, match="no attribute 'NoEffect'"):
            effects.NoEffect  # noqa: B018

    @pytest.mark.parametrize(
        ("former", "current"),
        [
            ("answer_lost", "response_lost"),
            ("session_lost", "sessions_expired"),
            ("place_taken", "slot_taken"),
            ("slow_drip", "slow_response"),
        ],
    )
    @pytest.mark.parametrize("as_table", [True, False])
    def test_kind(self, former: str, current: str, as_table: bool) -> None:
        with pytest.warns(DeprecationWarning, match=f"'{former}' is now '{current}'"):
            rule = FaultRule.model_validate({"effect": {"kind": former} if as_table else former})
        assert rule.effect.kind == current

    def test_bounds(self) -> None:
        with pytest.warns(DeprecationWarning, match="'(least|most)' is now '(min|max)'"):
            rule = FaultRule.model_validate({"effect": {"kind": "delay_uniform", "least": 1, "most": 2}})
        with pytest.warns(DeprecationWarning, match="'(least|most)' is now '(min|max)'"):
            effect = DelayUniform(least=1, most=2)  # type: ignore[call-arg]
        assert rule.effect == effect == DelayUniform(min=1, max=2)


class TestServe:
    def test_serve_applies_faults_from_a_file(self, tmp_path: Path) -> None:
        file = tmp_path / "faults.toml"
        file.write_text(
            '[[faults]]\ntimes = 1\noperation = "selectOrder"\neffect = "reset"\n'
            '[[faults]]\ntimes = 1\noperation = "checkAvailability"\n'
            'effect = { kind = "slow_response", bytes_per_second = 5000 }\n'
            '[[faults]]\ntimes = 1\noperation = "scheduleBooking"\neffect = "response_lost"\n',
            encoding="utf-8",
        )
        arguments = ("--port", "0", "--clock", f"fixed@{MOMENT_OF_THE_EXAMPLE}", "--journal", "0")
        with serving(*arguments, "--faults", str(file)) as (_, printed):
            client = DrsClient(re.findall(r"endpoint +(\S+)", printed)[0], "drs", "drs")
            with pytest.raises(TransportError):
                client.select_orders("10000047")
            assert count_days(client) == 1
            booking = create_order(client)
            with pytest.raises(TransportError):
                client.schedule_booking(booking, "10000047", BEGIN, END)
            assert client.select_orders("10000047")[0].bookings[0].resources

    def test_wrong_file_ends_serve_with_code_2(self, tmp_path: Path) -> None:
        file = tmp_path / "faults.toml"
        file.write_text('[[faults]]\nopration = "selectOrder"\neffect = "reset"\n', encoding="utf-8")
        done = run("serve", "--port", "0", "--faults", str(file))
        assert done.returncode == 2
        told = f"Faults {file} cannot be used: faults[0].opration: is unknown; check its spelling\n"
        assert done.stderr == told
