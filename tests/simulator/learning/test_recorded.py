"""A recording that ``drs-contracts record`` made, without personal data, is learnt from and replayed."""

from __future__ import annotations

from pathlib import Path

from drs_contracts.driver.targets import SimulatorTarget
from drs_contracts.recordings.recording import load_recording, replay
from drs_simulator import Profile, Simulator, load_profile
from drs_simulator.learning.learn import learn_profile
from drs_simulator.learning.profile_file import save_profile
from drs_simulator.learning.sources import read_source

from tests.contracts.recordings.test_recorder import CLOCK, Person, lived_in_by, recording, work

JANE = Person("login-of-jane", "password-1", "Jane Doe", "07700900123", "jane@ab.org.uk", "", "12 Elm", "X", "Y", "Bob")


def other_town() -> Profile:
    settings = lived_in_by(JANE).model_dump()
    settings["instance"] = "OTHER"
    settings["availability"] |= {"slots": ["08:00-12:00", "12:00-18:00"], "day_cap": 2}
    settings["ordering"] |= {"first_order_id": 500, "first_booking_id": 900}
    settings["evidence"] = {}
    return Profile.model_validate(settings)


def test_a_redacted_recording_is_learnt_from_and_replays(tmp_path: Path) -> None:
    folder = tmp_path / "monday"
    with (
        Simulator(other_town(), clock=CLOCK, login=JANE.login, password=JANE.password) as drs,
        recording(drs.url, folder) as (_, url),
    ):
        work(url, drs, JANE.login, JANE.password)
    learnt = learn_profile(read_source(folder), load_profile("lincoln"))
    assert learnt.contradictions == ()
    found = {each.key: each.value for each in learnt.findings}
    assert found["instance"] == "OTHER"
    assert (found["availability.day_cap"], found["availability.slots"]) == (2, ["08:00-12:00", "12:00-18:00"])
    assert (found["ordering.first_order_id"], found["ordering.first_booking_id"]) == (500, 900)
    save_profile(learnt, "lincoln", tmp_path / "mine.toml")
    kept = load_recording(folder)
    drs = Simulator(tmp_path / "mine.toml", clock=kept.clock)
    differences = [str(each) for found in replay(kept, SimulatorTarget(drs), "none").values() for each in found]
    assert differences == []
