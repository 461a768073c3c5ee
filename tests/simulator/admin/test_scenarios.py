"""Scenarios through the admin interface and on the command line, and clauses that callers broke in the journal."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import requests
from drs_simulator import AdminClient, AdminError, ScenarioError, Simulator, load_scenario, scenario_names
from drs_simulator.journal import observers
from werkzeug.test import Client

from tests.simulator.cli.test_cli import run, serving
from tests.simulator.soap.wire import OPEN, ORDER, PERIOD, call

CLOCK = "fixed@2021-10-22T12:20"
FULL = """
title = "Full"
clock = "fixed@2021-10-22T12:20"

[settings.availability]
slots = ["08:00-08:01"]
"""


def admin_of(drs: Simulator) -> AdminClient:
    return AdminClient(drs.url.split("/OT")[0])


def test_all_scenarios_are_listed() -> None:
    with Simulator("lincoln") as drs, admin_of(drs) as admin:
        found = admin.scenarios()
        assert [each.name for each in found] == scenario_names()
        assert all(each.title for each in found)
        assert {each.name for each in found if each.requires_restart} >= {"no-availability", "wrong-password"}


def test_a_scenario_is_applied_and_cleared() -> None:
    with Simulator("lincoln", clock=CLOCK) as drs, admin_of(drs) as admin:
        assert admin.apply_scenario("planning-failed").name == "planning-failed"
        assert [rule.operation for rule in admin.faults.rules()] == ["scheduleBooking"]
        admin.apply_scenario("clocks-go-back")
        assert not admin.faults.rules()
        assert f"{drs.clock.now():%d %H:%M}" != "22 11:20"
        admin.clear_scenario()
        assert f"{drs.clock.now():%d %H:%M}" == "22 11:20"


@pytest.mark.parametrize("name", ["no-availability", "nowhere", "../profiles/lincoln", "/etc/passwd", ""])
def test_a_scenario_that_cannot_be_applied_changes_nothing(name: str) -> None:
    with Simulator("lincoln", clock=CLOCK) as drs, admin_of(drs) as admin:
        admin.apply_scenario("planning-failed")
        with pytest.raises(AdminError):
            admin.apply_scenario(name)
        assert len(admin.faults.rules()) == 1


def test_a_server_starts_with_a_scenario(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(FULL)
    with serving("--port", "0", "--scenario", str(own)) as (_, printed):
        url = re.findall(r"endpoint +(\S+)", printed)[0]
        opened = requests.post(url, call("openSession", OPEN), headers={"Content-Type": "text/xml"}, timeout=10).text
        session = re.findall("<sessionId>.*?</sessionId>", opened)[0]
        body = call("checkAvailability", f"{PERIOD}{session}{ORDER}")
        answer = requests.post(url, body, headers={"Content-Type": "text/xml"}, timeout=10).text
        assert "<available>NO</available>" in answer
        assert "<available>YES</available>" not in answer
    done = run("serve", "--port", "0", "--scenario", "nowhere")
    assert (done.returncode, "Scenario nowhere cannot be read" in done.stderr) == (2, True)


def test_an_unknown_scenario_names_the_known_ones() -> None:
    with pytest.raises(ScenarioError, match="planning-failed"):
        load_scenario("nowhere")


def test_the_journal_has_broken_clauses_and_finds_text() -> None:
    with Simulator("lincoln", clock=CLOCK, seed=1) as drs, admin_of(drs) as admin:
        http = Client(drs.wsgi)
        opened = http.post(drs.path, data=call("openSession", OPEN), content_type="text/xml").text
        session = re.findall("<sessionId>.*?</sessionId>", opened)[0]
        for _ in range(2):
            http.post(drs.path, data=call("createOrder", ORDER + session), content_type="text/xml")
        entries = admin.journal.as_har(operation="createOrder")["log"]["entries"]
        broken = [" ".join(entry["_brokenClauses"]) for entry in entries]
        assert "createOrder" in broken[1]
        assert broken[0] != broken[1]
        assert len(admin.journal.as_har(text="DOOR")["log"]["entries"]) == 2
        assert not admin.journal.as_har(text="no such text")["log"]["entries"]


def test_without_the_contracts_no_clauses_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observers, "entry_points", lambda **_: ())
    with Simulator("lincoln", clock=CLOCK) as drs, admin_of(drs) as admin:
        Client(drs.wsgi).post(drs.path, data="<a/>", content_type="text/xml")
        (entry,) = admin.journal.as_har()["log"]["entries"]
        assert entry["_brokenClauses"] == []
        json.dumps(entry)
