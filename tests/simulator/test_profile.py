"""Profiles: what comes with the simulator is in order, and what is wrong with one's own is said with its key."""

from __future__ import annotations

from pathlib import Path

import pytest
from drs_simulator import ProfileError, load_profile, profile_names


def written(tmp_path: Path, text: str, name: str = "own.toml") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def problems_of(path: Path | str) -> list[str]:
    with pytest.raises(ProfileError) as refused:
        load_profile(path)
    return refused.value.problems


@pytest.mark.parametrize("name", profile_names())
def test_every_profile_that_comes_along_can_be_loaded_and_is_called_by_its_name(name: str) -> None:
    assert load_profile(name).name == name


@pytest.mark.parametrize("name", profile_names())
def test_every_profile_says_how_its_slots_and_contracts_are_known(name: str) -> None:
    grades = ("seen", "published", "client", "presumed")
    evidence = load_profile(name).evidence
    assert {"availability.slots", "contracts"} <= evidence.keys()
    assert all(text.startswith(grades) for text in evidence.values())


def test_an_own_profile_lays_its_tables_over_the_one_that_it_extends(tmp_path: Path) -> None:
    path = written(tmp_path, 'extends = "lincoln"\n[availability]\nday_cap = 14\n')
    profile = load_profile(path)
    assert profile.availability.day_cap == 14
    assert profile.availability.slots == load_profile("lincoln").availability.slots


def test_an_own_profile_can_extend_another_file_beside_it(tmp_path: Path) -> None:
    written(tmp_path, 'extends = "lincoln"\n[availability]\nday_cap = 10\n', "base.toml")
    path = written(tmp_path, 'extends = "base.toml"\ntitle = "Ours"\n')
    assert (load_profile(path).title, load_profile(path).availability.day_cap) == ("Ours", 10)


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ("[availability]\nday_cap = 0", "availability.day_cap: Input should be greater than or equal to 1"),
        ("[availability]\nday_cpa = 9", "availability.day_cpa: is not a setting; look for a slip in its name"),
        ('[availability]\nslots = ["8 to 12"]', "availability.slots[0]: write hours as 08:00-12:00"),
        ('[availability]\nslots = ["12:00-08:00"]', "availability.slots[0]: 12:00 is not before 08:00"),
        ('timezone = "Europe/Lincoln"', "timezone: 'Europe/Lincoln' is no time zone, Europe/London is one"),
        (
            '[[sor_codes]]\ncode = "X"\ntrade = "Roofer"\nminutes = 5',
            "sor_codes[0].trade: no operative has the trade 'Roofer'",
        ),
        ('contracts = ["9"]', "operatives[0].contracts: '0' is not in contracts"),
        ('[[priorities]]\nid = "A"\n[[priorities]]\nid = "A"', "priorities[1]: 'A' is there twice"),
        ('[evidence]\n"availability.colour" = "seen"', "evidence: there is no key 'availability.colour'"),
        (
            '[unknown_location]\nlatitude = "north"',
            "unknown_location.latitude: could not convert string to float: 'north'",
        ),
        ("[unknown_location]\nlongitude = 500", "unknown_location.longitude: '500' is no coordinate in degrees"),
        ("extends = 5", "extends: must be the name of a profile, or a file"),
    ],
)
def test_what_is_wrong_with_a_profile_is_said_with_its_key(tmp_path: Path, lines: str, problem: str) -> None:
    text = lines if lines.startswith("extends") else f'extends = "lincoln"\n{lines}\n'
    assert problem in problems_of(written(tmp_path, text))


def test_a_file_that_is_no_toml_is_refused_with_the_line(tmp_path: Path) -> None:
    assert "line 1" in problems_of(written(tmp_path, "name = lincoln"))[0]


def test_a_name_that_is_neither_file_nor_profile_is_refused_with_those_there_are() -> None:
    assert "lincoln" in problems_of("linclon")[0]


def test_profiles_that_extend_each_other_in_a_circle_are_refused(tmp_path: Path) -> None:
    written(tmp_path, 'extends = "own.toml"\n', "other.toml")
    assert "circle" in problems_of(written(tmp_path, 'extends = "other.toml"\n'))[0]
