"""What is found out about a DRS: a wrong profile breaks no clause, and what no value is known of is inconclusive."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from drs_contracts import (
    Finding,
    NeedNotMetError,
    Outcome,
    SimulatorTarget,
    TestData,
    UnreachableError,
    VerifySettings,
    list_clauses,
    run_clauses,
)
from drs_contracts.clauses.clause import AppliesTo
from drs_contracts.driver.messages import Reply
from drs_contracts.verify.discovery import Discovery, discover
from drs_contracts.verify.platform_version import find_platform
from drs_simulator import FaultRule, Profile, Simulator, effects, load_profile, profile_names

CLOCK = "fixed@2021-10-22T12:20:59.555+01:00"
PROFILE = load_profile("lincoln")
PLATFORMS = ("cxf-2.2", "cxf-2.6", "cxf-2.7", "cxf-3.1", "cxf-3.5")
CLAUSES = list_clauses(AppliesTo.DRS)
TABLES = PROFILE.model_dump()
UNKNOWN: dict[str, Mapping[str, Any]] = {
    "contracts": {
        "contracts": ["ZZ"],
        "operatives": [operative | {"contracts": ["ZZ"]} for operative in TABLES["operatives"]],
    },
    "priorities": {"priorities": [{"id": "Quick", "title": "Quick"}]},
    "sor_codes": {
        "ordering": {"unknown_sor_codes": "refuse"},
        "sor_codes": [{"code": "X1", "description": "A code", "trade": "Joiner", "minutes": 60}],
    },
    "locations": {
        "ordering": {"unknown_locations": "refuse"},
        "locations": [TABLES["locations"][0] | {"id": "L1"}],
    },
}


class AtAnAddress(SimulatorTarget):
    """A simulator that forgets nothing."""

    def renew(self) -> None:
        """Forget nothing."""


def with_settings(settings: Mapping[str, Any]) -> Profile:
    """Lincoln, with tables of other settings."""
    tables = PROFILE.model_dump()
    for table, values in settings.items():
        tables[table] = tables[table] | values if isinstance(values, Mapping) else values
    return Profile.model_validate(tables)


def find_out(installation: Profile, profile: Profile = PROFILE) -> Discovery:
    return discover(SimulatorTarget(Simulator(installation, clock=CLOCK, seed=0)), profile)


def verify(installation: Profile, profile: Profile = PROFILE) -> list[Finding]:
    target = AtAnAddress(Simulator(installation, clock=CLOCK, seed=0))
    settings = VerifySettings(examples=1, may_move_clock=False, may_change_records=False)
    return list(run_clauses(target, discover(target, profile).data, CLAUSES, settings))


def find_broken(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(each.clause.id, each.reason) for each in findings if each.outcome is Outcome.BROKEN]


class TestOtherSetUp:
    """A difference of set-up is not a broken clause."""

    @pytest.mark.parametrize(("installed", "named"), list(permutations(profile_names(), 2)))
    def test_a_wrong_profile_breaks_nothing(self, installed: str, named: str) -> None:
        findings = verify(load_profile(installed), load_profile(named))
        assert find_broken(findings) == []
        inconclusive = [each for each in findings if each.outcome is Outcome.INCONCLUSIVE]
        assert all("set " in each.reason for each in inconclusive)
        assert len(inconclusive) <= 1

    def test_what_only_its_own_profile_tells_is_not_taken_from_another(self) -> None:
        assert find_out(load_profile("hackney"), load_profile("full")).data.hidden_settings is None

    def test_turns_that_begin_in_another_week_are_told(self) -> None:
        profile = load_profile("lincoln-areas")
        assert profile.areas is not None
        later = profile.areas.model_copy(update={"first_day": profile.areas.first_day + timedelta(weeks=1)})
        installed = profile.model_copy(update={"areas": later})
        found = find_out(installed, profile)
        (told,) = [each for each in found.settings if each.name == "areas"]
        assert told.differs
        assert "in other weeks" in told.found
        assert find_broken(verify(installed, profile)) == []
        assert not [each for each in find_out(profile, profile).settings if each.differs]

    @pytest.mark.parametrize("platform", PLATFORMS)
    def test_another_platform_breaks_nothing(self, platform: str) -> None:
        assert find_broken(verify(with_settings({"gateway": {"platform": platform}}))) == []

    @pytest.mark.parametrize("platform", ["cxf-3.1", "cxf-3.5"])
    def test_a_platform_that_ignores_elements_breaks_nothing(self, platform: str) -> None:
        """The clauses on unknown elements, after more of them than the platform names."""
        target = AtAnAddress(Simulator(with_settings({"gateway": {"platform": platform}}), clock=CLOCK))
        data = discover(target, PROFILE).data
        clauses = [each for each in CLAUSES if each.id in ("WIR-08", "WIR-12")]
        findings = [each for _ in range(6) for each in run_clauses(target, data, clauses, VerifySettings(examples=1))]
        assert find_broken(findings) == []
        assert {each.outcome for each in findings[-2:]} == {Outcome.INCONCLUSIVE}

    @pytest.mark.parametrize(
        "settings",
        [
            {"timezone": "Europe/Berlin"},
            {"availability": {"working_days": ["monday", "tuesday", "saturday"]}},
            {"availability": {"day_cap": 3}},
            {"availability": {"day_cap": 366, "long_period_day_cap": 366}},
            {"sor_codes": [{"code": "X1", "description": "A code", "trade": "Joiner", "minutes": 60}]},
            {"ordering": {"quantities_below_1": "accept", "blank_priorities": "accept", "unknown_sor_codes": "refuse"}},
        ],
        ids=str,
    )
    def test_other_settings_break_nothing(self, settings: Mapping[str, Any]) -> None:
        assert find_broken(verify(with_settings(settings))) == []

    @pytest.mark.parametrize("key", UNKNOWN)
    def test_names_that_no_profile_has_are_inconclusive(self, key: str) -> None:
        findings = verify(with_settings(UNKNOWN[key]))
        assert find_broken(findings) == []
        (reason,) = {each.reason for each in findings if each.outcome is Outcome.INCONCLUSIVE}
        assert reason.endswith(f"; set {key} in the profile.")


class TestFound:
    """What is found out replaces what the profile says."""

    @pytest.mark.parametrize("name", profile_names())
    def test_with_its_own_profile_nothing_differs(self, name: str) -> None:
        profile = load_profile(name)
        found = find_out(profile, profile)
        assert [str(each) for each in found.settings if each.differs or not each.is_known] == []
        assert not found.data.not_found

    def test_names_are_those_of_the_drs(self) -> None:
        data = find_out(load_profile("hackney")).data
        hackney = TestData.of(load_profile("hackney"))
        members = ("contract", "sor_code", "job_codes", "priority", "slots", "day_cap", "quantities_below_1")
        for member in members:
            assert getattr(data, member) == getattr(hackney, member)

    def test_each_difference_is_one_line(self) -> None:
        other = with_settings({"availability": {"day_cap": 14, "priority_required": False}})
        differing = [str(each) for each in find_out(other).settings if each.differs]
        assert differing == [
            "priority in searches: not required; the profile has required",
            "cap of days: 14 days; the profile has 7 days",
        ]

    def test_slots_of_weekdays_are_kept_apart(self) -> None:
        found = find_out(PROFILE)
        assert sorted(found.data.slots_by_weekday) == [0, 1, 2, 3, 4]
        assert found.data.slots_on(0) == found.data.slots_on(6) == TestData.of(PROFILE).slots

    def test_a_priority_with_free_slots_is_preferred(self) -> None:
        """At Lincoln with areas, the first priority of the profile waits for its area's turn."""
        assert find_out(load_profile("lincoln-areas")).data.priority == "3 Days"

    @pytest.mark.parametrize("platform", PLATFORMS)
    def test_the_platform_is_told_by_its_faults(self, platform: str) -> None:
        simulator = Simulator(with_settings({"gateway": {"platform": platform}}))
        found = find_platform(SimulatorTarget(simulator))
        assert platform in found
        assert len(found) == (2 if platform.startswith("cxf-3") else 1)

    def test_a_member_that_is_not_found_cannot_be_read(self) -> None:
        data = find_out(with_settings(UNKNOWN["priorities"])).data
        with pytest.raises(NeedNotMetError, match="set priorities in the profile"):
            _ = data.priority

    def test_nothing_is_written(self) -> None:
        simulator = Simulator(PROFILE, clock=CLOCK)
        discover(SimulatorTarget(simulator), load_profile("newark"))
        operations = {entry.operation for entry in simulator.journal.entries()}
        assert operations <= {"openSession", "closeSession", "selectMetaData", "checkAvailability", None, ""}


class TestTrouble:
    """A DRS that does not answer as it should keeps the values of the profile."""

    @pytest.mark.parametrize("kind", ["reset", "empty", "truncated", "login_page", "fault"])
    def test_nothing_is_raised(self, kind: str) -> None:
        class Failing(AtAnAddress):
            def post(self, body: bytes) -> Reply:
                try:
                    return super().post(body)
                except Exception as error:
                    raise UnreachableError(f"Nothing answers ({type(error).__name__}).") from None

        simulator = Simulator(PROFILE, clock=CLOCK)
        simulator.faults.add(FaultRule.model_validate({"effect": kind, "operation": "checkAvailability"}))
        found = discover(Failing(simulator), PROFILE)
        assert (found.data.day_cap, found.data.slots) == (7, TestData.of(PROFILE).slots)
        assert not found.data.not_found

    def test_an_answer_that_fails_half_the_time_is_asked_again(self) -> None:
        simulator = Simulator(with_settings({"availability": {"day_cap": 14}}), clock=CLOCK, seed=1)
        simulator.faults.add(FaultRule(effect=effects.HttpStatus(status=503), probability=0.3))
        assert discover(AtAnAddress(simulator), PROFILE).data.day_cap == 14
