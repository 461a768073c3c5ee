"""Scenarios and fault rules on the page of controls."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from drs_simulator import FaultRule, Simulator, effects
from drs_simulator.console.controls.effects import list_forms
from drs_simulator.scenarios.scenario import load_scenario, scenario_names
from lxml import html

from tests.simulator.console.staging import Stage, stage
from tests.simulator.soap.wire import OPEN, call

KINDS = [form.kind for form in list_forms()]


@pytest.fixture
def shown() -> Iterator[Stage]:
    with stage() as each:
        yield each


def text_of(page: str) -> str:
    return " ".join(" ".join(html.fromstring(page).itertext()).split())


def form_of(shown: Stage, kind: str) -> dict[str, str]:
    """What the form of an effect sends as it stands."""
    (form,) = html.fromstring(shown.get("/controls")).xpath(f"//form[@aria-label='{kind}']")
    return dict(form.form_values())


def test_there_is_a_form_for_each_effect() -> None:
    assert len(KINDS) == len(set(KINDS)) == 18


def test_every_form_of_a_fault_is_right_as_it_stands(shown: Stage) -> None:
    for kind in KINDS:
        status, _, page = shown.post("/controls/faults", **form_of(shown, kind))
        assert status == 303, html.fromstring(page).xpath("string(//*[@role='alert'])")
    assert [rule.effect.kind for rule in shown.drs.faults.rules()] == KINDS


def test_a_rule_shows_what_is_left_and_what_it_has_done(shown: Stage) -> None:
    form = {"kind": "refusal", "effect.text": "No room", "operation": "createOrder", "times": "2", "probability": "0.5"}
    shown.post("/controls/faults", **form)
    shown.post("/controls/faults", kind="extra_elements", times="3")
    page = text_of(shown.get("/controls"))
    assert "refusal (text No room) createOrder any 2 more 50% not yet" in page
    shown.http.post(shown.drs.path, data=call("openSession", OPEN), content_type="text/xml")
    assert "extra_elements any any 2 more 100% 1 in the journal" in text_of(shown.get("/controls"))


def test_rules_are_removed_one_by_one_or_all(shown: Stage) -> None:
    shown.drs.faults.add(FaultRule(effect=effects.Empty(), times=2), FaultRule(effect=effects.Garbage()))
    shown.drs.faults.add(FaultRule(effect=effects.LoginPage()))
    (rule,) = html.fromstring(shown.get("/controls")).xpath("//button[@aria-label='Remove empty']/@value")
    # It has applied in the meantime.
    shown.http.post(shown.drs.path, data=call("openSession", OPEN), content_type="text/xml")
    assert shown.post("/controls/faults/remove", rule=rule)[0] == 303
    assert [each.effect.kind for each in shown.drs.faults.rules()] == ["garbage", "login_page"]
    status, _, page = shown.post("/controls/faults/remove", rule=rule)
    assert (status, "not in force any more" in page) == (409, True)
    assert shown.post("/controls/faults/remove", rule="{}")[0] == 400
    shown.post("/controls/faults/end")
    assert "There are no fault rules." in shown.get("/controls")


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"kind": "delay", "effect.seconds": "long"}, "seconds"),
        ({"kind": "delay", "effect.seconds": "1", "effect.hours": "1"}, "hours"),
        ({"kind": "fault", "times": "0"}, "times"),
        ({"kind": "fault", "header": "no colon"}, "header"),
        ({"kind": "slot_taken", "operation": "openSession"}, "applies to"),
        ({"kind": "nothing"}, "effect"),
        ({}, "effect"),
    ],
)
def test_an_invalid_rule_is_explained_and_stays_typed(shown: Stage, form: dict[str, str], said: str) -> None:
    status, _, page = shown.post("/controls/faults", **form)
    assert status == 400
    assert said in html.fromstring(page).xpath("string(//*[@role='alert'])")
    assert not shown.drs.faults.rules()
    if form.get("kind") in KINDS:
        (sent,) = html.fromstring(page).xpath("//details[@open]/form")
        assert dict(sent.form_values())["kind"] == form["kind"]


def test_every_scenario_is_listed_with_what_it_does(shown: Stage) -> None:
    page = html.fromstring(shown.get("/controls"))
    rows = {row.xpath("string(th)").split()[0]: row for row in page.xpath("//section[@id='scenarios']//tbody/tr")}
    assert sorted(rows) == scenario_names()
    for name, row in rows.items():
        scenario = load_scenario(name)
        assert scenario.title in row.xpath("string(.)")
        assert bool(row.xpath(".//button")) is not scenario.requires_restart


def test_a_scenario_is_put_in_force_and_taken_off(shown: Stage) -> None:
    title = load_scenario("response-lost").title
    _, there, _ = shown.post("/controls/scenario", name="response-lost")
    assert f"In force: {title}" in text_of(shown.get(there.partition("#")[0]))
    assert title in shown.get("/journal")
    assert [rule.effect.kind for rule in shown.drs.faults.rules()] == ["response_lost"]
    _, there, _ = shown.post("/controls/scenario/end")
    assert "None is in force." in text_of(shown.get(there.partition("#")[0]))
    assert title not in shown.get("/journal")
    assert not shown.drs.faults.rules()


@pytest.mark.parametrize(("name", "status"), [("wrong-password", 409), ("/etc/passwd", 400), ("", 400)])
def test_a_scenario_that_cannot_be_put_in_force(shown: Stage, name: str, status: int) -> None:
    answered, _, page = shown.post("/controls/scenario", name=name)
    assert answered == status
    assert html.fromstring(page).xpath("string(//*[@role='alert'])")
    assert shown.drs.scenario == ""


def test_the_scenario_from_the_start_is_named_until_another_is() -> None:
    drs = Simulator(faults=load_scenario("fault").faults)
    drs.name_first_scenario("The first")
    drs.apply_scenario("empty")
    assert drs.scenario == load_scenario("empty").title
    drs.clear_scenario()
    assert drs.scenario == "The first"
    drs.apply_scenario("empty")
    drs.reset()
    assert drs.scenario == "The first"


def test_processes_of_a_database_name_the_same_scenario(tmp_path: Path) -> None:
    state = f"sqlite:///{tmp_path / 'drs.db'}"
    one, other = Simulator(state=state), Simulator(state=state)
    one.apply_scenario("empty")
    assert other.scenario == load_scenario("empty").title
    other.clear_scenario()
    assert one.scenario == ""
    one.close()
    other.close()
