"""The benchmarks measure what they say, in runs that are too short for their figures to mean anything."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from drs_simulator import Simulator

from benchmarks import scale
from benchmarks.contracts import rows as cost_of_contracts
from benchmarks.generators.choice import GeneratorName, load_generator
from benchmarks.generators.generator import LoadGenerator, Reading, Task
from benchmarks.measures.growth import Growth, Timing, growth, in_memory
from benchmarks.measures.turns import Measured, Plan, Turn, measured
from benchmarks.peers.peer import Peer, running
from benchmarks.peers.served import PLAIN_SPYNE, served
from benchmarks.peers.simulator import SIMULATOR, simulators
from benchmarks.peers.wiremock import WIREMOCK, wiremock_version, wiremocks
from benchmarks.reports.machine import Machine
from benchmarks.reports.page import report
from benchmarks.reports.results import Results
from benchmarks.reports.targets import verdicts
from benchmarks.workload.bodies import CLOCK, PROFILE, STEPS, Step, Workload, bodies_of, open_session
from benchmarks.workload.calling import Caller, RefusedError, filled_in, opened, session_in
from benchmarks.workload.filling import fill_weeks, fill_with_history

ROOT = Path(__file__).parents[1]
MACHINE = Machine("2021-10-22 12:20 UTC", "a processor", 2, 24.0, "a system", "CPython", 0.0, {"granian": "2"})
PLAN = Plan(2, 8, 3, (1, 8))


@pytest.fixture
def drs() -> Iterator[Simulator]:
    with Simulator(PROFILE, clock=CLOCK, seed=1) as simulator:
        yield simulator


@pytest.fixture(params=GeneratorName)
def generator(request: pytest.FixtureRequest) -> LoadGenerator:
    if request.param is GeneratorName.WRK and not shutil.which("wrk"):
        pytest.skip("wrk is not installed")
    return load_generator(request.param)


def task(drs: Simulator, workload: Workload, session: str | None = None, seconds: float = 0.3) -> Task:
    caller = Caller(drs.wsgi, drs.path)
    bodies = bodies_of(session or session_in(caller(open_session())))
    return Task(drs.url, bodies, workload, connections=2, seconds=seconds, prefix="9")


def run_of(drs: Simulator, generator: LoadGenerator, workload: Workload) -> Reading:
    """A run that came to the workflow's end, if that is what is sent; how long that takes is the machine's."""
    for seconds in (0.3, 1, 3, 9):
        drs.reset()
        reading = generator.run(task(drs, workload, seconds=seconds))
        if workload is not Workload.WORKFLOW or Step.DELETE in reading.sent:
            break
    return reading


@pytest.mark.parametrize("workload", Workload)
def test_every_workload_is_answered_with_success(drs: Simulator, generator: LoadGenerator, workload: Workload) -> None:
    reading = run_of(drs, generator, workload)
    assert 0 < reading.p50_us <= reading.p99_us
    assert reading.per_second == pytest.approx(reading.requests / reading.seconds)
    assert set(reading.sent) == (set(Step) if workload is Workload.WORKFLOW else set())


def test_the_workflow_leaves_the_diary_nearly_empty(drs: Simulator, generator: LoadGenerator) -> None:
    sent = run_of(drs, generator, Workload.WORKFLOW).sent
    kept = drs.export_state()
    assert sent[Step.SCHEDULE] > 0
    assert sent[Step.DELETE] > 0
    # An answer that comes when the run is over counts for the simulator only.
    assert abs(len(kept.orders) - (sent[Step.CREATE] - sent[Step.DELETE])) <= 2


@pytest.mark.parametrize(("workload", "repeats"), [(Workload.AVAILABILITY, False), (Workload.AGAIN, True)])
def test_searches_repeat_themselves_only_where_they_are_said_to(
    drs: Simulator, generator: LoadGenerator, workload: Workload, repeats: bool
) -> None:
    whole = task(drs, workload)
    drs.journal.clear()
    generator.run(replace(whole, bodies=replace(whole.bodies, availability=whole.bodies.availability[:5])))
    requests = [entry.request for entry in drs.journal.entries()]
    assert len(requests) > 20
    assert (len(set(requests)) < len(requests)) is repeats


@pytest.mark.parametrize("workload", [Workload.AVAILABILITY, Workload.WORKFLOW])
def test_a_refusal_ends_the_run_with_its_words(drs: Simulator, generator: LoadGenerator, workload: Workload) -> None:
    with pytest.raises(RefusedError, match="ession"):
        generator.run(task(drs, workload, session="of-nobody"))


def test_a_server_that_is_not_there_ends_the_run(generator: LoadGenerator, drs: Simulator) -> None:
    with pytest.raises(RefusedError):
        generator.run(replace(task(drs, Workload.AVAILABILITY), url="http://127.0.0.1:9/soap"))


def test_a_server_that_does_not_come_up_is_told_with_what_it_said() -> None:
    command = [sys.executable, "-c", "raise SystemExit('no room')"]
    peer = Peer("none", "ends at once", lambda *_: command, frozenset(Workload), SIMULATOR)
    with pytest.raises(RefusedError, match="no room"), running(peer):
        pass


def test_servers_are_started_driven_and_reported() -> None:
    peers = [simulators()[0], *served()]
    plan = Plan(seconds=0.2, warm_up_seconds=0.1, rounds=1, connections=(1, 2))
    told: list[str] = []
    found = measured(peers, load_generator(GeneratorName.PYTHON), plan, told.append)
    page = report(Results(MACHINE, plan, "threads of Python", tuple(found)))
    assert told == [f"round 1 of 1: {name}" for name in ("simulator", "plain Spyne", "static bytes")]
    assert [sum(line.startswith(f"| {each} | simulator |") for line in page.splitlines()) for each in (1, 2)] == [3, 3]
    assert page.count("| plain Spyne |") == 3
    assert found[0].start_up_seconds > 0
    assert found[0].resident_mib > 10


class TestWireMock:
    """Its stubs answer as the simulator does; that it runs is seen where it is installed."""

    @pytest.fixture
    def stubs(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, Any]]:
        jar = tmp_path / "wiremock-standalone-3.13.2.jar"
        jar.touch()
        monkeypatch.setenv("WIREMOCK_JAR", str(jar))
        monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
        wiremocks()[0].command(8080, tmp_path)
        assert wiremock_version() == {"WireMock": "3.13.2"}
        return {file.stem: json.loads(file.read_text()) for file in (tmp_path / "mappings").iterdir()}

    def test_every_operation_of_the_workflow_has_a_stub(self, stubs: dict[str, dict[str, Any]]) -> None:
        assert set(stubs) == {"openSession", *STEPS}
        assert all("status>success</" in stub["response"]["body"] for stub in stubs.values())

    def test_a_template_puts_one_value_of_the_request_into_the_answer(self, stubs: dict[str, dict[str, Any]]) -> None:
        response = stubs["createOrder"]["response"]
        echoed = "{{xPath request.body '//theOrder/primaryOrderNumber/text()'}}"
        assert response["transformers"] == ["response-template"]
        assert f"<primaryOrderNumber>{echoed}</primaryOrderNumber>" in response["body"]

    def test_without_a_jar_there_is_none(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("WIREMOCK_JAR", str(tmp_path / "nothing.jar"))
        assert not wiremocks()
        assert not wiremock_version()


class TestFilling:
    """A diary is filled alike in memory and in a database."""

    @staticmethod
    def filled(state: str, size: int) -> Simulator:
        drs = Simulator(PROFILE, clock=CLOCK.replace("shifted", "fixed"), seed=1, state=state)
        call = Caller(drs.wsgi, drs.path)
        bodies = opened(call)
        assert fill_weeks(call, bodies, windows=4) == 32
        fill_with_history(drs, call, bodies, state, size)
        return drs

    def test_history_lies_before_today_and_busy_weeks_after(self) -> None:
        drs = self.filled("memory", 500)
        days = [booking.appointment.day for booking in drs.export_state().bookings if booking.appointment]
        today = drs.clock.now().date()
        assert sum(day < today for day in days) == 500
        assert sum(day > today for day in days) == 32

    def test_a_database_keeps_the_same(self, tmp_path: Path) -> None:
        memory = self.filled("memory", 50)
        with closing(self.filled(f"sqlite:///{tmp_path / 'drs.db'}", 50)) as database:
            assert database.export_state() == memory.export_state()
            assert _diaries(database) == _diaries(memory)

    def test_orders_of_later_are_numbered_on(self) -> None:
        drs = self.filled("memory", 50)
        call = Caller(drs.wsgi, drs.path)
        call(filled_in(opened(call).create[0], "1"))
        assert len({order.id for order in drs.export_state().orders}) == 32 + 1 + 50 + 1


def test_a_call_is_timed_with_every_history_and_with_busy_weeks() -> None:
    found = growth((0, 20), in_memory, "memory", lambda _: None)
    assert [(each.history, each.busy > 0) for each in found] == [(0, False), (20, False), (20, True)]
    assert all(min(each.timing.search_us, each.timing.schedule_us, each.resident_mib) > 0 for each in found)


def test_the_benchmarks_without_a_socket_run() -> None:
    command = [sys.executable, "-m", "pytest", "benchmarks/measures/in_process.py", "-q", "--benchmark-disable"]
    done = subprocess.run([*command, "-p", "no:cacheprovider"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "16 passed" in done.stdout, done.stdout + done.stderr


class TestReport:
    """The page is made of nothing but the figures."""

    @staticmethod
    def server(name: str, per_second: float, p50_us: float = 100, resident_mib: float = 50) -> Measured:
        points = [(Workload.AVAILABILITY, 1), (Workload.AVAILABILITY, 8), (Workload.WORKFLOW, 1)]
        readings = {point: Reading(int(per_second * 2), 2.0, p50_us, p50_us * 3) for point in points}
        peer = Peer(name, "a server", lambda *_: [], frozenset(Workload), SIMULATOR)
        return Measured(peer, (Turn(0.3, resident_mib, readings),))

    def results(self, *servers: Measured, growth: tuple[Growth, ...] = ()) -> Results:
        return Results(MACHINE, PLAN, "wrk", servers, growth, missing=("Nothing: it is here.",))

    def test_a_servers_figures_stand_beside_the_simulators(self) -> None:
        page = report(self.results(self.server(SIMULATOR, 3000, 200), self.server(WIREMOCK, 1500, 400)))
        assert "| 1 | simulator | 3,000 | 200 | 600 |  |" in page
        assert "| 1 | WireMock | 1,500 | 400 | 1,200 | 2.00 x |" in page
        assert "- Nothing: it is here." in page

    def test_a_figure_is_the_median_of_the_rounds(self) -> None:
        turns = tuple(self.server(SIMULATOR, speed).turns[0] for speed in (100, 900, 200))
        assert "| 8 | simulator | 200 |" in report(self.results(replace(self.server(SIMULATOR, 1), turns=turns)))

    @pytest.mark.parametrize(("theirs", "met"), [(500, True), (501, False)])
    def test_a_target_is_met_or_not(self, theirs: float, met: bool) -> None:
        results = self.results(self.server(SIMULATOR, 3000), self.server(PLAIN_SPYNE, theirs))
        spyne = next(each for each in verdicts(results) if "plain Spyne" in each.target)
        assert spyne.met is met
        assert spyne.reached == f"{3000 / theirs:.2f} / {3000 / theirs:.2f} x at 1 / 8 connections"

    @pytest.mark.parametrize(
        ("p50_us", "resident_mib", "met"), [(100, 50, {True}), (101, 50, {True, False}), (101, 50.1, {False})]
    )
    def test_latency_and_memory_are_held_beside_wiremocks(
        self, p50_us: float, resident_mib: float, met: set[bool]
    ) -> None:
        ours, theirs = self.server(SIMULATOR, 1, p50_us, resident_mib), self.server(WIREMOCK, 1, 100, 1000)
        wanted = re.compile(r"(p50|p99|memory).* WireMock$")
        assert {each.met for each in verdicts(self.results(ours, theirs)) if wanted.search(each.target)} == met

    def test_what_was_not_measured_is_neither_met_nor_missed(self) -> None:
        found = verdicts(self.results())
        assert {(each.reached, each.met) for each in found} == {("not measured", None)}
        assert "| not measured |" in report(self.results())

    @pytest.mark.parametrize(("search_us", "met"), [(130, True), (131, False)])
    def test_growth_is_held_beside_the_empty_diary(self, search_us: float, met: bool) -> None:
        grown = (
            Growth("memory", 0, 0, Timing(100, 50, 100), 80),
            Growth("memory", 100_000, 0, Timing(search_us, 50, 100), 200),
            Growth("memory", 100_000, 400, Timing(900, 50, 100), 210),
        )
        results = self.results(growth=grown)
        flat, busy, memory = (each for each in verdicts(results) if each.target.startswith("memory: "))
        assert flat.met is met
        assert busy.met is False
        assert busy.reached.startswith("9.00 x search after a change")
        assert memory.met is True
        assert "| memory | 100,000 | 400 | 900 | 9.00 x | 50 | 1.00 x | 100 | 1.00 x | 210 MiB |" in report(results)


def test_a_server_that_is_unknown_is_told_in_a_line() -> None:
    command = [sys.executable, "-m", "benchmarks", "--server", "nobody"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "nobody" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_the_contracts_cost_is_measured_as_a_user_has_it() -> None:
    measured_rows = cost_of_contracts(whole_runs=1, runs=1, clauses=["SES-01", "WIR-01"])
    assert [bound for _, _, bound in measured_rows] == ["60 s", "10 s", "2 s", "50 ms"]
    assert all(re.fullmatch(r"-?\d+(\.\d+)? m?s", figure) for _, figure, _ in measured_rows)


def _diaries(drs: Simulator) -> Any:
    operatives = [operative.id for operative in drs.profile.operatives]
    days = (date(2021, 1, 1), date(2022, 1, 1))
    return drs.scheduler.run_as_system(lambda call, wanted: call.transaction.diaries(*wanted), (operatives, *days))


def test_databases_are_measured_beside_memory() -> None:
    served = (scale.Served(scale.MEMORY), scale.Served(scale.SQLITE, 2))
    told: list[str] = []
    generator = load_generator(GeneratorName.PYTHON)
    found = scale.measure(served, lambda each: each.state, generator, rounds=1, seconds=0.2, tell=told.append)
    assert told == ["round 1 of 1: memory, 1 worker", "round 1 of 1: SQLite, 2 workers"]
    page = scale.report(found, MACHINE, generator.name, ["PostgreSQL: left out."])
    assert page.count("| SQLite, 2 workers |") == len(scale.POINTS)
    assert "Not measured: PostgreSQL: left out." in page
    assert "one worker, beside memory: 0.4 x | not measured |  |" in page


def test_the_targets_of_scale_are_held_against_what_was_reached() -> None:
    at_8, at_32 = scale.SEARCHES, scale.MANY_WORKFLOWS
    two = scale.Served(scale.POSTGRESQL, 2)
    found = {
        (scale.Served(scale.MEMORY), at_8): [Reading(1000, 1, 1, 1)],
        (scale.Served(scale.POSTGRESQL), at_8): [Reading(400, 1, 1, 1)],
        (two, at_8): [Reading(500, 1, 1, 1)],
        (two, at_32): [Reading(1300, 1, 9000, 51_000, {Step.DELETE: 310})],
    }
    reached = [(each.reached, each.met) for each in scale.verdicts(found)]
    assert reached == [
        ("0.40 x", True),
        ("1.25 x", False),
        ("not measured", None),
        ("not measured", None),
        ("310", True),
        ("51.0 ms", False),
        ("not measured", None),
    ]


def test_servers_are_compared_round_by_round() -> None:
    """A machine that is three times slower in some rounds is so for both."""
    one, two = scale.Served(scale.SQLITE), scale.Served(scale.SQLITE, 2)
    found = {
        (one, scale.SEARCHES): [Reading(each, 1, 1, 1) for each in (100, 300, 300)],
        (two, scale.SEARCHES): [Reading(each, 1, 1, 1) for each in (160, 480, 150)],
    }
    assert scale.ratio(found, two, one, scale.SEARCHES) == 1.6
    assert scale.ratio(found, two, one, scale.MANY_WORKFLOWS) is None
