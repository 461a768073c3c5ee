"""What the document's recording alone shows of Lincoln's DRS, and that the learnt profile replays it."""

from __future__ import annotations

from pathlib import Path

import pytest
from drs_contracts.driver.targets import SimulatorTarget
from drs_contracts.recordings.recording import load_recording, replay
from drs_simulator import Simulator, load_profile
from drs_simulator.learning.learn import LearntProfile, learn_profile
from drs_simulator.learning.notebook import LearntEntry
from drs_simulator.learning.profile_file import evidence_of, save_profile
from drs_simulator.learning.sources import read_source
from lxml import etree
from werkzeug.test import Client

from tests.simulator.soap.wire import OPEN, call

RECORDINGS = Path(__file__).parents[3] / "recordings"
LINCOLN = RECORDINGS / "lincoln-2021"


@pytest.fixture(scope="module")
def learnt() -> LearntProfile:
    return learn_profile(read_source(LINCOLN), load_profile("lincoln"))


def seen_entries(value: object) -> list[object]:
    """What was seen of a list of tables."""
    assert isinstance(value, tuple)
    entries: list[LearntEntry] = list(value)
    return [next(iter(entry.table.values())) for entry in entries if entry.seen]


def test_the_recording_alone_shows_exactly_this(learnt: LearntProfile) -> None:
    found = {finding.key: finding.value for finding in learnt.findings}
    lists = {key: seen_entries(found.pop(key)) for key in ("priorities", "sor_codes", "locations", "business_data")}
    assert found == {
        "timezone": "Europe/London",
        "contracts": ["0"],
        "availability.priority_required": False,
        "availability.slots": ["08:00-12:00", "12:00-16:00", "09:30-14:30", "08:00-16:00"],
        "availability.working_days": ["monday", "tuesday", "wednesday", "thursday", "friday"],
        "ordering.first_order_id": 290640,
        "ordering.first_booking_id": 149996,
        "ordering.reason_when_created": "FIRST",
        "ordering.category": "TASK",
        "gateway.interface": "observed",
    }
    assert lists["priorities"] == ["Priority 20 Days"]
    assert lists["sor_codes"] == ["N373049"]
    assert lists["locations"] == ["3670010"]
    assert lists["business_data"][:2] == ["USER_QUEUE", "APPOINTMENT_REASON"]
    assert len(lists["business_data"]) == 13
    assert learnt.contradictions == ()


def test_the_code_has_its_trade_and_its_minutes(learnt: LearntProfile) -> None:
    (codes,) = (finding.value for finding in learnt.findings if finding.key == "sor_codes")
    assert codes[0].table == {"code": "N373049", "description": "Door, repair", "trade": "Joiner", "minutes": 60}


def test_six_days_show_only_that_the_cap_is_not_lower(learnt: LearntProfile) -> None:
    told = "at least 6 (exchange 03-checkAvailability has 6 days and no warning); 7 stays as in lincoln"
    assert learnt.remarks == (f"availability.day_cap: {told}",)


def test_each_setting_says_where_it_was_seen_and_how_often(learnt: LearntProfile) -> None:
    told = {finding.key: evidence_of(finding, learnt) for finding in learnt.findings}
    assert told["ordering.first_order_id"] == "seen: recording lincoln-2021, exchange 04-createOrder; 1 time"
    assert told["availability.working_days"] == (
        "seen: recording lincoln-2021, exchange 03-checkAvailability; 6 times; not seen, from lincoln: monday"
    )


@pytest.mark.parametrize("extends", ["lincoln", "lincoln-2021", "lincoln-areas"])
def test_the_learnt_profile_replays_without_a_difference(extends: str, tmp_path: Path) -> None:
    """The answers of a simulator with the learnt profile are those of the recording."""
    learnt = learn_profile(read_source(LINCOLN), load_profile(extends))
    save_profile(learnt, extends, tmp_path / "mine.toml")
    recording = load_recording(LINCOLN)
    drs = Simulator(tmp_path / "mine.toml", clock=recording.clock)
    opened = Client(drs.wsgi).post(drs.path, data=call("openSession", OPEN), content_type="text/xml")
    session_id = etree.fromstring(opened.data).findtext(".//sessionId")
    assert session_id
    found = replay(recording, SimulatorTarget(drs), session_id)
    assert {name: list(map(str, differences)) for name, differences in found.items() if differences} == {}


def test_a_folder_of_recordings_is_learnt_together() -> None:
    traffic = read_source(RECORDINGS)
    assert len(traffic.exchanges) == len(list(RECORDINGS.glob("*/*.request.xml")))
