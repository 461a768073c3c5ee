"""Sources that contradict themselves, are of two installations, or have nothing to learn from; files that are there."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from drs_simulator import ArchiveError, RecordingError, load_profile
from drs_simulator.learning.exchanges import LearnError
from drs_simulator.learning.learn import learn_profile
from drs_simulator.learning.profile_file import save_profile
from drs_simulator.learning.sources import read_source

from tests.simulator.cli.test_cli import run
from tests.simulator.learning.caller import Caller, order_of
from tests.simulator.learning.test_subjects import profile_with

LINCOLN = Path(__file__).parents[3] / "recordings" / "lincoln-2021"
FIRST = date(2026, 3, 9)
Entries = list[dict[str, Any]]


def archive_of(*callers: Caller) -> dict[str, Any]:
    entries = [entry for caller in callers for entry in caller.drs.journal.as_har()["log"]["entries"]]
    return {"log": {"version": "1.2", "creator": {"name": "a proxy"}, "entries": entries}}


def saved(folder: Path, archive: object) -> Path:
    file = folder / "traffic.har"
    file.write_text(json.dumps(archive), encoding="utf-8")
    return file


def searching(days: int, **settings: Any) -> Caller:
    caller = Caller(profile_with(**settings))
    caller.open()
    caller.search(FIRST, FIRST + timedelta(days=days), "0", "3 Days", "N373049")
    return caller


def test_contradictions_name_both_exchanges(tmp_path: Path) -> None:
    callers = searching(20), searching(20, availability={"day_cap": 3, "slots": ["08:00-12:00"]})
    learnt = learn_profile(read_source(saved(tmp_path, archive_of(*callers))), load_profile("lincoln"))
    told = {each.key: str(each) for each in learnt.contradictions}
    assert told["availability.day_cap"] == "availability.day_cap: 7 (exchange 2); but 3 (exchange 4)"
    assert "availability.slots on monday" in told
    assert not {each.key for each in learnt.findings} & {"availability.day_cap", "availability.slots"}


def test_a_contract_that_is_accepted_and_refused_is_one(tmp_path: Path) -> None:
    callers = searching(1), searching(1, contracts=["1"], operatives=operatives_of("1"))
    learnt = learn_profile(read_source(saved(tmp_path, archive_of(*callers))), load_profile("lincoln"))
    assert [str(each) for each in learnt.contradictions] == [
        "contracts: '0' is accepted (exchange 2); but '0' is refused (exchange 4)"
    ]


def operatives_of(contract: str) -> list[dict[str, Any]]:
    return [each.model_dump() | {"contracts": [contract]} for each in load_profile("lincoln").operatives]


@pytest.mark.parametrize(("chosen", "instance"), [("one.example", "ONE"), ("two.example/TWO", "TWO")])
def test_two_installations_need_a_choice(chosen: str, instance: str, tmp_path: Path) -> None:
    archive = archive_of(searching(1, instance="ONE"), searching(1, instance="TWO"))
    for entry in archive["log"]["entries"]:
        host = "one.example" if "_ONE/" in entry["request"]["url"] else "two.example"
        entry["request"]["url"] = entry["request"]["url"].replace("http://drs/", f"https://me:secret@{host}/")
    file = saved(tmp_path, archive)
    with pytest.raises(LearnError) as caught:
        read_source(file)
    assert str(caught.value) == (
        f"{file} has calls to 2 installations. Choose with --host one of: one.example/ONE, two.example/TWO."
    )
    assert read_source(file, chosen).instance == instance
    with pytest.raises(LearnError, match=r"has no calls to three\.example\. It has calls to: one"):
        read_source(file, "three.example")


def test_two_instances_of_one_host_need_both_names(tmp_path: Path) -> None:
    file = saved(tmp_path, archive_of(searching(1, instance="ONE"), searching(1, instance="TWO")))
    with pytest.raises(LearnError, match=r"has 2 installations at drs\. Choose with --host: drs/ONE, drs/TWO"):
        read_source(file, "drs")


def test_recordings_of_two_installations_need_a_choice(tmp_path: Path) -> None:
    for name in ("one", "two"):
        copytree(LINCOLN, tmp_path / name)
        about = (LINCOLN / "recording.toml").read_text(encoding="utf-8")
        address = f"https://{name}.example/OTWebServiceGateway_{name.upper()}/ws/soap"
        changed = re.sub('source = ".*"', f'source = "seen: recorded at {address}, 2026-03-02"', about)
        (tmp_path / name / "recording.toml").write_text(changed, encoding="utf-8")
    copytree(LINCOLN, tmp_path / "unnamed")
    with pytest.raises(
        LearnError, match=r"2 installations\. Choose with --host one of: one\.example/ONE, two\.example/TWO"
    ):
        read_source(tmp_path)
    traffic = read_source(tmp_path, "two.example")
    assert (traffic.instance, traffic.name, len(traffic.exchanges)) == ("TWO", "recording two", 5)


def without_text(entry: dict[str, Any]) -> None:
    del entry["response"]["content"]["text"]


def without_post_data(entry: dict[str, Any]) -> None:
    del entry["request"]["postData"]


@pytest.mark.parametrize("damage", [without_text, without_post_data])
def test_an_archive_without_bodies_says_how_to_save_it(
    damage: Callable[[dict[str, Any]], None], tmp_path: Path
) -> None:
    archive = archive_of(searching(1))
    entries: Entries = archive["log"]["entries"]
    for entry in entries:
        damage(entry)
    with pytest.raises(LearnError, match=r"has 2 calls to DRS, but not their bodies\. Save it again with its content"):
        read_source(saved(tmp_path, archive))


def test_single_calls_without_bodies_are_passed_over(tmp_path: Path) -> None:
    archive = archive_of(searching(20))
    without_text(archive["log"]["entries"][0])
    learnt = learn_profile(read_source(saved(tmp_path, archive)), load_profile("lincoln"))
    assert "1 calls without their bodies were passed over" in learnt.remarks
    assert "availability.day_cap" in {each.key for each in learnt.findings}


def test_an_archive_without_calls_has_nothing_to_learn_from(tmp_path: Path) -> None:
    with pytest.raises(LearnError, match="has no calls to DRS among its 0 entries"):
        read_source(saved(tmp_path, {"log": {"entries": []}}))


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"log": 1}', "not JSON"])
def test_a_file_that_is_not_an_archive_says_so(content: str, tmp_path: Path) -> None:
    file = tmp_path / "traffic.har"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ArchiveError, match="is not a HAR file"):
        read_source(file)


def test_an_empty_folder_has_nothing_to_learn_from(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"recording\.toml cannot be read"):
        read_source(tmp_path)


def test_a_recording_by_hand_has_no_hosts() -> None:
    with pytest.raises(LearnError, match=r"does not say which host answered\. Leave out --host"):
        read_source(LINCOLN, "drs.example")


def test_answers_that_are_not_soap_are_passed_over(tmp_path: Path) -> None:
    archive = archive_of(searching(20))
    for entry in archive["log"]["entries"]:
        entry["response"]["content"]["text"] = "<!DOCTYPE a [<!ENTITY b 'c'>]><html>&b;</html>"
    learnt = learn_profile(read_source(saved(tmp_path, archive)), load_profile("lincoln"))
    assert [each.key for each in learnt.findings] == ["instance"]


def test_the_command_writes_a_profile_that_can_be_used(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    done = run("profile", "learn", str(LINCOLN), "--extends", "lincoln", "--write", str(file))
    assert (done.returncode, done.stderr) == (0, "")
    assert f"14 settings from recording lincoln-2021, 5 exchanges; written to {file}." in done.stdout
    checked = run("profile", "check", str(file))
    assert (checked.returncode, checked.stdout.startswith(f"{file} is valid: Learnt from Appendix B")) == (0, True)
    assert "seen: recording lincoln-2021" in run("profile", "evidence", str(file)).stdout


def test_a_file_that_is_there_is_only_overwritten_with_force(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("mine", encoding="utf-8")
    done = run("profile", "learn", str(LINCOLN), "--write", str(file))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"{file} is there already. Write to another file, or overwrite it with --force.\n"
    assert file.read_text(encoding="utf-8") == "mine"
    assert run("profile", "learn", str(LINCOLN), "--write", str(file), "--force").returncode == 0
    assert load_profile(file).name == "mine"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nowhere",), "nowhere cannot be read: No such file or directory. Give a recording's folder"),
        (
            (str(LINCOLN), "--extends", "nowhere"),
            "Profile nowhere cannot be used:\n  is neither a file that can be read",
        ),
        ((str(LINCOLN), "--write", "no/such/folder/mine.toml"), "mine.toml cannot be written: No such file"),
    ],
)
def test_what_cannot_be_used_ends_the_command_with_2(arguments: tuple[str, ...], told: str) -> None:
    done = run("profile", "learn", *arguments)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_the_command_ends_with_1_if_there_are_contradictions(tmp_path: Path) -> None:
    callers = searching(20), searching(20, availability={"day_cap": 3})
    file, written = saved(tmp_path, archive_of(*callers)), tmp_path / "mine.toml"
    done = run("profile", "learn", str(file), "--write", str(written), "--json")
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert told["contradictions"] == [
        {"key": "availability.day_cap", "claims": {"7": ["exchange 2"], "3": ["exchange 4"]}}
    ]
    assert "# Contradiction, as in lincoln until you decide: availability.day_cap" in written.read_text(
        encoding="utf-8"
    )
    assert load_profile(written).availability.day_cap == 7


def test_a_profile_can_extend_a_file(tmp_path: Path) -> None:
    own = tmp_path / "base" / "own.toml"
    own.parent.mkdir()
    own.write_text('extends = "hackney"\nname = "own"\n', encoding="utf-8")
    learnt = learn_profile(read_source(LINCOLN), load_profile(own))
    save_profile(learnt, str(own), tmp_path / "mine.toml")
    assert 'extends = "base/own.toml"' in (tmp_path / "mine.toml").read_text(encoding="utf-8")
    assert load_profile(tmp_path / "mine.toml").contracts == ("H01", "H02", "H05", "0")


def test_any_text_is_written_as_toml(tmp_path: Path) -> None:
    """Contracts come from traffic: quotes, line breaks in comments and control characters do not break the file."""
    caller = Caller(profile_with(contracts=['a"b\\', "\x7f# é"], operatives=operatives_of('a"b\\')))
    caller.open()
    for number, contract in enumerate(('a"b\\', "\x7f# é")):
        caller.call("createOrder", {"theOrder": order_of(f"T{number}", contract)})
    learnt = learn_profile(caller.traffic(tmp_path), load_profile("lincoln"))
    save_profile(learnt, "lincoln", tmp_path / "mine.toml")
    assert load_profile(tmp_path / "mine.toml").contracts == ("0", 'a"b\\', "\x7f# é")
