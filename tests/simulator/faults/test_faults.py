"""Fault rules: which calls they strike, and what a real caller makes of each effect, over real sockets."""

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
    Refusal,
    TimedOut,
    TransportError,
    UnexpectedAnswer,
    Unreachable,
    wsgi_transport,
)
from drs_simulator import FaultFileError, FaultRule, Simulator, effects, load_faults
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


def put_in_force(drs: Simulator, effect: effects.AnyEffect, operation: str = "checkAvailability") -> None:
    drs.faults.add(FaultRule(operation=operation, times=1, effect=effect))


def check(client: DrsClient) -> int:
    """How many days checkAvailability lists."""
    return len(client.check_availability("3670010", "N373049", PRIORITY, BEGIN, END).days)


def order(client: DrsClient, number: str = "10000047") -> int:
    """A new order's booking."""
    made = client.create_order(number, "3670010", "N373049", PRIORITY, local("2021-11-19T23:59:59"), comments="Door")
    return made.bookings[0].id


def journaled(drs: Simulator, operation: str, times: int) -> bool:
    """Whether the journal soon has so many of these calls; it has each of them when it is over."""
    patience = perf_counter() + 5
    while perf_counter() < patience:
        if [entry.operation for entry in drs.journal.entries()].count(operation) == times:
            return True
        sleep(0.02)
    return False


class TestWhichCallsAreStruck:
    def test_a_rule_strikes_its_own_operation_only_and_only_so_often(self, drs: Simulator, client: DrsClient) -> None:
        drs.faults.add(FaultRule(operation="checkAvailability", times=2, effect=effects.Fault(text="Out of order")))
        assert client.select_orders("unknown") == ()
        for _ in range(2):
            with pytest.raises(DrsFault, match="Out of order"):
                check(client)
        assert check(client) == 1
        assert drs.faults.rules() == ()

    def test_what_is_left_of_a_rule_can_be_seen(self, drs: Simulator, client: DrsClient) -> None:
        rule = FaultRule(operation="checkAvailability", times=3, effect=effects.Fault())
        drs.faults.add(rule)
        with pytest.raises(DrsFault):
            check(client)
        assert drs.faults.rules() == (rule.model_copy(update={"times": 2}),)

    def test_a_rule_without_operation_strikes_whatever_is_posted_but_no_wsdl(self, drs: Simulator) -> None:
        drs.faults.add(FaultRule(effect=effects.HttpStatus(status=503)))
        assert requests.post(drs.url, b"no XML", headers=XML, timeout=5).status_code == 503
        assert requests.get(f"{drs.url}?wsdl", timeout=5).status_code == 200

    def test_a_rule_for_a_caller_strikes_no_other(self, drs: Simulator, client: DrsClient) -> None:
        drs.faults.add(FaultRule(caller="192.0.2.1", effect=effects.Reset()))
        assert check(client) == 1
        drs.faults.add(FaultRule(caller="127.0.0.1", effect=effects.Reset()))
        with pytest.raises(Unreachable):
            check(client)

    def test_a_rule_for_a_header_strikes_calls_that_carry_it(self, drs: Simulator) -> None:
        drs.faults.add(FaultRule(header="X-Test-Run: 7", effect=effects.HttpStatus(status=503)))
        body = call("openSession", OPEN)
        answers = [
            requests.post(drs.url, body, headers=XML | {"X-Test-Run": run}, timeout=5).status_code for run in "78"
        ]
        assert answers == [503, 200]

    def test_chance_repeats_with_the_seed_and_leaves_ids_alone(self) -> None:
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

    def test_rules_are_told_off_exactly_among_many_callers_at_once(self, drs: Simulator) -> None:
        drs.faults.add(FaultRule(times=20, effect=effects.HttpStatus(status=503)))
        body = call("openSession", OPEN)

        def status(_: int) -> int:
            return requests.post(drs.url, body, headers=XML, timeout=10).status_code

        with ThreadPoolExecutor(8) as callers:
            assert list(callers.map(status, range(50))).count(503) == 20

    def test_all_rules_that_mean_a_call_strike_it_the_first_outermost(self) -> None:
        caller = Caller()
        caller.simulator.faults.add(
            FaultRule(effect=effects.Truncated(fraction=0.5)),
            FaultRule(effect=effects.HttpStatus(status=502, body="ab")),
        )
        answer = caller.post(call("openSession", OPEN))
        assert (answer.status, answer.body) == (502, "a")

    def test_clear_ends_all_rules_and_reset_puts_back_those_from_the_start(self) -> None:
        rule = FaultRule(times=1, effect=effects.HttpStatus(status=503))
        drs = Simulator(faults=[rule])
        drs.faults.clear()
        assert not drs.faults
        drs.faults.add(FaultRule(effect="reset"))  # type: ignore[arg-type]
        drs.reset()
        assert drs.faults.rules() == (rule,)


class TestWhatACallerMakesOfIt:
    @pytest.mark.parametrize(
        ("effect", "error", "words"),
        [
            (effects.HttpStatus(status=503), HttpFailure, "503"),
            (effects.HttpStatus(status=502, body="<html>Bad gateway</html>"), HttpFailure, "502"),
            (effects.Fault(text="Broken", code="Server"), DrsFault, "Broken"),
            (effects.DrsRefusal(text="Not today"), Refusal, "Not today"),
            (effects.LoginPage(), UnexpectedAnswer, "XML|envelope"),
            (effects.Empty(), UnexpectedAnswer, "broken XML"),
            (effects.Truncated(fraction=0.7), UnexpectedAnswer, "broken XML"),
            (effects.Garbage(), UnexpectedAnswer, "broken XML"),
            (effects.Reset(), Unreachable, "broke off"),
            (effects.ResponseLost(), Unreachable, "broke off"),
        ],
        ids=lambda value: getattr(value, "kind", None),
    )
    def test_a_broken_answer_is_told_and_the_next_call_is_right(
        self, drs: Simulator, client: DrsClient, effect: effects.AnyEffect, error: type[Exception], words: str
    ) -> None:
        put_in_force(drs, effect)
        with pytest.raises(error, match=words):
            check(client)
        assert check(client) == 1

    def test_a_login_page_is_html_at_200(self, drs: Simulator) -> None:
        drs.faults.add(FaultRule(effect=effects.LoginPage(title="A & B")))
        answer = requests.post(drs.url, call("openSession", OPEN), headers=XML, timeout=5)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/html")
        assert "A &amp; B" in answer.text

    def test_an_answer_of_a_wrong_content_type_is_the_same_answer(self, drs: Simulator) -> None:
        fault = requests.post(drs.url, "no XML", headers=XML, timeout=5)
        drs.faults.add(
            FaultRule(times=1, effect=effects.WrongContentType()),
            FaultRule(effect=effects.WrongContentType(content_type="application/json")),
        )
        answers = [requests.post(drs.url, "no XML", headers=XML, timeout=5) for _ in range(2)]
        # The first rule is the outermost, so its word is the last.
        assert [each.headers["Content-Type"] for each in answers] == ["text/html; charset=utf-8", "application/json"]
        assert {(each.status_code, each.content) for each in answers} == {(500, fault.content)}

    def test_a_refusal_has_the_very_form_of_drs_own(self) -> None:
        caller = Caller()
        own = caller.ask("selectOrder", "<primaryOrderNumber>1</primaryOrderNumber>", caller.open())
        caller.simulator.faults.add(FaultRule(operation="selectOrder", effect=effects.DrsRefusal(text=own.error)))
        assert caller.ask("selectOrder", "", "") == own

    def test_a_refusal_strikes_no_request_that_names_no_operation(self) -> None:
        caller = Caller()
        caller.simulator.faults.add(FaultRule(effect=effects.DrsRefusal()))
        assert caller.post("no XML").status == 500
        assert caller.ask("fly", "", "").status == 500

    def test_a_reset_reaches_the_caller_as_one(self, drs: Simulator) -> None:
        put_in_force(drs, effects.Reset(), "openSession")
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
    def test_a_careful_caller_makes_its_order_once_wherever_the_connection_breaks(
        self, drs: Simulator, effect: effects.AnyEffect, sent: int
    ) -> None:
        client = DrsClient(drs.url, drs.login, drs.password, timeout=0.6)
        client.open_session()
        put_in_force(drs, effect, "createOrder")
        booking = order(client)
        (made,) = client.select_orders("10000047")
        assert [each.id for each in made.bookings] == [booking]
        assert journaled(drs, "createOrder", sent)

    @pytest.mark.parametrize(("effect", "scheduled"), [(effects.Reset(), False), (effects.ResponseLost(), True)])
    def test_a_call_that_is_reset_is_not_carried_out_and_one_whose_answer_is_lost_is(
        self, drs: Simulator, client: DrsClient, effect: effects.AnyEffect, scheduled: bool
    ) -> None:
        booking = order(client)
        put_in_force(drs, effect, "scheduleBooking")
        with pytest.raises(Unreachable):
            client.schedule_booking(booking, "10000047", BEGIN, END)
        assert bool(client.select_orders("10000047")[0].bookings[0].resources) is scheduled

    def test_a_lost_answer_can_let_the_caller_run_into_its_time_limit(self, drs: Simulator) -> None:
        client = DrsClient(drs.url, drs.login, drs.password, timeout=0.5)
        booking = order(client)
        put_in_force(drs, effects.ResponseLost(seconds=1.2), "scheduleBooking")
        with pytest.raises(TimedOut):
            client.schedule_booking(booking, "10000047", BEGIN, END)
        assert client.select_orders("10000047")[0].bookings[0].resources

    def test_a_slow_drip_takes_its_time_and_loses_nothing(self, drs: Simulator) -> None:
        body = call("openSession", OPEN)
        quick = requests.post(drs.url, body, headers=XML, timeout=5)
        drs.reset()
        put_in_force(drs, effects.SlowResponse(bytes_per_second=1000), "openSession")
        started = perf_counter()
        slow = requests.post(drs.url, body, headers=XML, timeout=5)
        assert perf_counter() - started > len(quick.content) / 1000 * 0.8
        assert slow.content == quick.content

    def test_a_caller_survives_elements_that_it_does_not_know(self, drs: Simulator, client: DrsClient) -> None:
        put_in_force(drs, effects.ExtraElements())
        assert check(client) == 1

    def test_extra_elements_stand_wherever_there_are_members(self) -> None:
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

    def test_a_caller_whose_session_is_lost_opens_another(self, drs: Simulator, client: DrsClient) -> None:
        put_in_force(drs, effects.SessionsExpired())
        assert check(client) == 1
        opened = [entry for entry in drs.journal.entries() if entry.operation == "openSession"]
        assert len(opened) == 2

    @pytest.mark.parametrize("window", [(BEGIN, END), (local("2021-10-26T08:00:00"), local("2021-11-05T16:00:00"))])
    def test_a_place_that_is_taken_in_between_is_refused(
        self, drs: Simulator, client: DrsClient, window: tuple[object, object]
    ) -> None:
        booking = order(client)
        slot = client.check_availability("3670010", "N373049", PRIORITY, BEGIN, END).days[0].slots[0]
        assert slot.available
        put_in_force(drs, effects.SlotTaken(), "scheduleBooking")
        with pytest.raises(Refusal, match="Planning failed"):
            client.schedule_booking(booking, "10000047", *window)  # type: ignore[arg-type]
        slot = client.check_availability("3670010", "N373049", PRIORITY, BEGIN, END).days[0].slots[0]
        assert not slot.available
        client.schedule_booking(booking, "10000047", local("2021-11-08T08:00:00"), local("2021-11-08T12:00:00"))

    def test_without_a_window_the_slot_that_is_taken_is_the_next_one(self, drs: Simulator, client: DrsClient) -> None:
        for number in ("1", "2"):
            booking = order(client, number)
            if number == "2":
                put_in_force(drs, effects.SlotTaken(), "scheduleBooking")
            client.schedule_booking(booking, number)
        first, second = (client.select_orders(number)[0].bookings[0] for number in ("1", "2"))
        assert (first.window_start, first.window_end) != (second.window_start, second.window_end)

    @pytest.mark.parametrize("members", ["", "<bookingId>x</bookingId>", "<bookingId>999</bookingId>"])
    def test_a_place_that_nobody_asks_for_is_not_taken(self, members: str) -> None:
        caller = Caller()
        session = caller.open()
        request = f"<theBooking>{members}<primaryOrderNumber>1</primaryOrderNumber></theBooking>"
        before = caller.ask("scheduleBooking", request, session)
        kept = caller.kept()
        caller.simulator.faults.add(FaultRule(effect=effects.SlotTaken()))
        assert caller.ask("scheduleBooking", request, session) == before
        assert caller.kept() == kept

    def test_a_delay_comes_before_the_answer(self, drs: Simulator, client: DrsClient) -> None:
        put_in_force(drs, effects.Delay(seconds=0.3))
        started = perf_counter()
        assert check(client) == 1
        assert perf_counter() - started >= 0.3

    def test_a_delay_beyond_the_time_limit_is_a_time_out(self, drs: Simulator) -> None:
        client = DrsClient(drs.url, drs.login, drs.password, timeout=0.4)
        client.open_session()
        put_in_force(drs, effects.Delay(seconds=1.2))
        with pytest.raises(TimedOut):
            check(client)


class TestWithoutAConnection:
    @pytest.mark.parametrize("effect", [effects.Reset(), effects.ResponseLost(), effects.SlowResponse()])
    def test_a_client_in_the_same_process_gets_an_error_that_says_so(self, effect: effects.AnyEffect) -> None:
        drs = Simulator(faults=[FaultRule(operation="selectOrder", effect=effect)])
        client = DrsClient(f"http://drs{drs.path}", drs.login, drs.password, transport=wsgi_transport(drs.wsgi))
        with pytest.raises(ConnectionResetError, match="connection"):
            client.select_orders()


class TestDelays:
    def test_lincoln_has_the_measured_least_mean_and_most(self) -> None:
        drawn = [DelayLincoln().drawn(random) for random in [Random(1)] for _ in range(50_000)]
        assert min(drawn) == 0.878
        assert max(drawn) == 4.835
        assert fmean(drawn) == pytest.approx(1.685, rel=0.01)
        longest = median(max(DelayLincoln().drawn(random) for _ in range(300)) for random in map(Random, range(200)))
        assert longest == pytest.approx(4.835, rel=0.05)

    def test_uniform_and_log_normal_keep_their_bounds(self) -> None:
        random = Random(1)
        uniform = [DelayUniform(min=1, max=2).drawn(random) for _ in range(1000)]
        assert 1 <= min(uniform) < 1.1
        assert 1.9 < max(uniform) <= 2
        log_normal = [DelayLogNormal(median=2, sigma=1, min=1, max=9).drawn(random) for _ in range(5000)]
        assert (min(log_normal), max(log_normal)) == (1, 9)
        assert median(log_normal) == pytest.approx(2, rel=0.1)


class TestRulesAsText:
    @pytest.mark.parametrize("kind", ["reset", "delay_lincoln", "slot_taken", "extra_elements", "garbage", "empty"])
    def test_a_rule_survives_json_and_an_effect_without_settings_is_its_kind(self, kind: str) -> None:
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
    def test_a_rule_that_cannot_happen_is_refused_when_it_is_made(self, make: Callable[[], object]) -> None:
        with pytest.raises(ValidationError):
            make()

    def test_a_file_holds_rules(self, tmp_path: Path) -> None:
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
            ("nonsense", "is no TOML"),
        ],
    )
    def test_a_file_that_cannot_be_used_is_told_in_one_line_with_the_key(
        self, tmp_path: Path, text: str, words: str
    ) -> None:
        file = tmp_path / "faults.toml"
        file.write_text(text, encoding="utf-8")
        with pytest.raises(FaultFileError, match=re.escape(words)) as raised:
            load_faults(file)
        assert "\n" not in str(raised.value)

    def test_the_examples_of_the_page_on_faults_work(self, tmp_path: Path) -> None:
        page = (Path(__file__).parents[3] / "docs" / "faults.md").read_text(encoding="utf-8")
        (python,), (toml,) = (
            re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL) for language in ("python", "toml")
        )
        names: dict[str, Any] = {}
        exec(compile(python, "faults.md", "exec"), names)
        assert len(names["drs"].faults.rules()) == 2
        (tmp_path / "faults.toml").write_text(toml, encoding="utf-8")
        assert [rule.effect.kind for rule in load_faults(tmp_path / "faults.toml")] == ["slot_taken", "http_status"]

    def test_a_missing_file_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(FaultFileError, match="No such file"):
            load_faults(tmp_path / "none.toml")


class TestTheCommand:
    def test_serve_takes_faults_from_a_file_and_breaks_off_in_its_servers_way(self, tmp_path: Path) -> None:
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
            assert check(client) == 1
            booking = order(client)
            with pytest.raises(TransportError):
                client.schedule_booking(booking, "10000047", BEGIN, END)
            assert client.select_orders("10000047")[0].bookings[0].resources

    def test_a_slip_in_the_file_is_one_line_and_exit_code_2(self, tmp_path: Path) -> None:
        file = tmp_path / "faults.toml"
        file.write_text('[[faults]]\nopration = "selectOrder"\neffect = "reset"\n', encoding="utf-8")
        done = run("serve", "--port", "0", "--faults", str(file))
        assert done.returncode == 2
        told = f"Faults {file} cannot be used: faults[0].opration: is unknown; check its spelling\n"
        assert done.stderr == told
