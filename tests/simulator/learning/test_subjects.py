"""What is learnt of each subject, from the traffic of a simulator with other settings."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from drs_simulator import Profile, load_profile
from drs_simulator.learning.learn import LearntProfile, learn_profile
from drs_simulator.learning.profile_file import save_profile
from drs_simulator.toml_files import merge_tables

from tests.simulator.learning.caller import PLACE, UNKNOWN_PLACE, Caller, order_of
from tests.simulator.soap.wire import envelope

FIRST = date(2026, 3, 9)
WEEK = timedelta(days=7)


def profile_with(base: str = "lincoln", **changes: Any) -> Profile:
    return Profile.model_validate(merge_tables(load_profile(base).model_dump(), {**changes, "evidence": {}}))


def learn(caller: Caller, folder: Path, base: str = "lincoln") -> LearntProfile:
    return learn_profile(caller.traffic(folder), load_profile(base))


def values_of(learnt: LearntProfile) -> dict[str, Any]:
    return {finding.key: finding.value for finding in learnt.findings}


def loaded(learnt: LearntProfile, folder: Path, base: str = "lincoln") -> Profile:
    save_profile(learnt, base, folder / "learnt.toml")
    return load_profile(folder / "learnt.toml")


def test_the_instance_is_the_name_in_the_path(tmp_path: Path) -> None:
    caller = Caller(profile_with(instance="OTHER-TOWN"))
    caller.open()
    assert values_of(learn(caller, tmp_path))["instance"] == "OTHER-TOWN"


@pytest.mark.parametrize("priority", ["3 Days", "100 Days"])
def test_the_cap_is_the_number_of_days_with_a_warning(priority: str, tmp_path: Path) -> None:
    caller = Caller(profile_with(availability={"day_cap": 11, "cap_warning": "At most {cap} at once"}))
    caller.open()
    caller.search(FIRST, FIRST + 3 * WEEK, "0", priority, "N373049")
    found = values_of(learn(caller, tmp_path))
    assert (found["availability.day_cap"], found["availability.cap_warning"]) == (11, "At most {cap} at once")


def test_more_days_than_the_cap_of_the_profile_raise_it(tmp_path: Path) -> None:
    caller = Caller(profile_with(availability={"day_cap": 14}))
    caller.open()
    caller.search(FIRST, FIRST + timedelta(days=9), "0", "3 Days", "N373049")
    finding = next(each for each in learn(caller, tmp_path).findings if each.key == "availability.day_cap")
    assert (finding.value, finding.remark) == (10, "at least")


def test_slots_can_differ_by_priority(tmp_path: Path) -> None:
    late = {"name": "Late", "windows": [{"days": ["monday", "saturday"], "hours": ["16:00-20:00"]}]}
    priorities = [{"id": "3 Days"}, {"id": "Late", "slots_template": "Late"}]
    caller = Caller(profile_with(slots_templates=[late], priorities=priorities))
    caller.open()
    for priority in ("3 Days", "Late"):
        caller.search(FIRST, FIRST + timedelta(days=6), "0", priority, "N373049")
    profile = loaded(learn(caller, tmp_path), tmp_path)
    by_name = {each.name: each.by_weekday for each in profile.slots_templates}
    named = {each.id: each.slots_template for each in profile.priorities}
    assert list(by_name[named["Late"] or ""]) == ["monday", "saturday"]
    assert list(by_name[named["3 Days"] or ""]) == ["monday", "tuesday", "wednesday", "thursday", "friday"]


def test_a_trade_that_no_operative_has_gets_one(tmp_path: Path) -> None:
    caller = Caller("full")
    caller.open()
    for number, code in enumerate(("N810001", "N374001")):
        caller.call("createOrder", {"theOrder": order_of(f"F{number}", code=code)})
    profile = loaded(learn(caller, tmp_path), tmp_path)
    codes = {each.code: (each.trade, each.job_template, each.minutes) for each in profile.sor_codes}
    assert codes["N810001"] == ("Fencer", "Fencing", 60)
    assert codes["N374001"] == ("Joiner", "Heavy door", 90)
    assert [each.name for each in profile.operatives if "Fencer" in each.trades] == ["Fencer One"]


def test_refused_contracts_and_priorities_are_taken_out(tmp_path: Path) -> None:
    caller = Caller("hackney")
    caller.open()
    caller.search(FIRST, FIRST, "H02", "U", "20060020")
    caller.search(FIRST, FIRST, "0", "U", "20060020")
    caller.search(FIRST, FIRST, "H02", "3 Days", "20060020")
    profile = loaded(learn(caller, tmp_path), tmp_path)
    assert profile.contracts == ("H02",)
    assert [each.id for each in profile.priorities] == ["Priority 20 Days", "100 Days", "U"]
    assert {contract for each in profile.operatives for contract in each.contracts} == {"H02"}


def test_what_is_accepted_is_a_setting(tmp_path: Path) -> None:
    caller = Caller("hackney")
    caller.open()
    for number in range(2):
        order = order_of(f"H{number}", "H01", " ", "20060020", quantity="0.25")
        caller.call("createOrder", {"theOrder": order})
    found = values_of(learn(caller, tmp_path))
    assert found["ordering.blank_priorities"] == "accept"
    assert found["ordering.quantities_below_1"] == "accept"


def test_a_number_can_be_used_again_after_its_order_is_deleted(tmp_path: Path) -> None:
    caller = Caller("lincoln")
    caller.open()
    for operation in ("createOrder", "createOrder", "deleteOrder", "createOrder"):
        caller.call(operation, {"theOrder": order_of("R1")})
    learnt = learn(caller, tmp_path)
    assert values_of(learnt)["ordering.repeated_order_numbers"] == "refuse"
    assert learnt.contradictions == ()


def test_areas_are_found_by_their_turns(tmp_path: Path) -> None:
    """Four sectors of three weeks: half a year of searches at two places shows whole turns and whole pauses."""
    caller = Caller("lincoln-areas")
    caller.open()
    orders = ((PLACE, "100 Days"), ("38950180", "100 Days"), (PLACE, "3 Days"))
    for place, priority in orders:
        for week in range(0, 30, 2):
            first = FIRST + week * WEEK
            period = {"periodBegin": f"{first}T00:00:00", "periodEnd": f"{first + 2 * WEEK}T00:00:00"}
            order = order_of("anything", "0", priority, place=place)
            caller.call("checkAvailability", {**period, "theOrder": order})
    profile = loaded(learn(caller, tmp_path), tmp_path)
    real = load_profile("lincoln-areas")
    assert profile.areas
    assert real.areas
    assert (profile.areas.weeks, len(profile.areas.sectors)) == (3, 4)
    assert {each.id: each.bound_to_areas for each in profile.priorities} == {
        "Priority 20 Days": False,
        "3 Days": False,
        "100 Days": True,
    }
    sector = {each.id: profile.areas.sectors.index(each.sector or "") for each in profile.locations}
    was = {each.id: real.areas.sectors.index(each.sector or "") for each in real.locations}
    assert (sector[PLACE] - sector["38950180"]) % 4 == (was[PLACE] - was["38950180"]) % 4


def test_appointments_outside_turns_end_the_wait_for_them(tmp_path: Path) -> None:
    """A profile with areas is extended, and the DRS has none."""
    caller = Caller("lincoln")
    caller.open()
    for week in range(0, 12, 3):
        caller.search(FIRST + week * WEEK, FIRST + (week + 1) * WEEK, "0", "100 Days", "N373049")
    profile = loaded(learn(caller, tmp_path, "lincoln-areas"), tmp_path, "lincoln-areas")
    assert [each.id for each in profile.priorities if each.bound_to_areas] == ["Priority 20 Days"]


def test_a_short_period_shows_no_areas(tmp_path: Path) -> None:
    caller = Caller("lincoln-areas")
    caller.open()
    for week in range(4):
        caller.search(FIRST + week * WEEK, FIRST + (week + 1) * WEEK, "0", "100 Days", "N373049")
    assert "areas.weeks" not in values_of(learn(caller, tmp_path))


@pytest.mark.parametrize("platform", ["cxf-2.2", "cxf-2.6", "cxf-2.7", "cxf-3.1"])
def test_the_version_of_the_platform_is_known_by_its_faults(platform: str, tmp_path: Path) -> None:
    caller = Caller(profile_with(gateway={"platform": platform}))
    caller.post(envelope("<x/>").replace("<e:Body><x/></e:Body>", ""))
    caller.post(envelope("") + "This is not XML.")
    caller.post("This is not XML.")
    assert values_of(learn(caller, tmp_path))["gateway.platform"] == platform


def test_places_become_stand_ins(tmp_path: Path) -> None:
    home = {
        "id": PLACE,
        "address1": "12 ELM ROAD",
        "address2": "FLAT 3",
        "address3": "NEWTOWN",
        "agency": "NTH",
        "latitude": "51.5000",
        "longitude": "-0.1000",
        "post_code": "NW1 4RT",
    }
    caller = Caller(profile_with(locations=[home]))
    caller.open()
    for number, place in enumerate((PLACE, UNKNOWN_PLACE)):
        caller.call("createOrder", {"theOrder": order_of(f"P{number}", place=place)})
    learnt = learn(caller, tmp_path)
    profile = loaded(learnt, tmp_path)
    text = (tmp_path / "learnt.toml").read_text(encoding="utf-8")
    assert [each for each in ("ELM", "FLAT 3", "NEWTOWN", "51.5", "NW1 4RT") if each in text] == []
    home_now = next(each for each in profile.locations if each.id == PLACE)
    assert (home_now.address2, home_now.address4, home_now.agency) == ("EXAMPLE ESTATE", None, "NTH")
    assert UNKNOWN_PLACE not in [each.id for each in profile.locations]


def test_neither_secrets_nor_what_people_wrote_are_in_the_file(tmp_path: Path) -> None:
    messages = {"order_exists": "{number} is from Jane Doe, jane@example.org", "login_refused": "Not you, drs"}
    data = [{"name": "OWNER", "value": "Jane Doe"}, {"name": "USER", "value": "{user_id}"}]
    caller = Caller(profile_with(messages=messages, business_data=data))
    caller.open("mellon-mellon")
    caller.open()
    order = order_of("S1", user_id="jdoe", contactName="Jane Doe", phone="07700 900123")
    for _ in range(2):
        caller.call("createOrder", {"theOrder": order})
    learnt = learn(caller, tmp_path)
    loaded(learnt, tmp_path)
    text = (tmp_path / "learnt.toml").read_text(encoding="utf-8")
    secrets = ("mellon", "Jane", "jdoe", "900123", "example.org", caller.session_id)
    assert [each for each in secrets if each in text] == []
    assert "the words of messages.order_exists have values of the request, so they are not written" in text


def test_days_of_another_zone_set_the_time_zone(tmp_path: Path) -> None:
    caller = Caller(profile_with(timezone="Europe/Berlin"))
    caller.open()
    caller.search(date(2026, 6, 1), date(2026, 6, 2), "0", "3 Days", "N373049")
    assert values_of(learn(caller, tmp_path))["timezone"] == "Europe/Berlin"


def test_the_published_interface_is_known_by_what_codes_lack(tmp_path: Path) -> None:
    caller = Caller(profile_with(gateway={"interface": "published"}))
    caller.open()
    caller.call("createOrder", {"theOrder": order_of("I1", secondaryOrderNumber="22")})
    found = values_of(learn(caller, tmp_path))
    assert found["gateway.interface"] == "published"
    assert found["ordering.sent_members"] == "return"
