"""Profiles: those that come with the simulator load, and an error names the key that it is about."""

from __future__ import annotations

from pathlib import Path

import pytest
from drs_simulator import ProfileError, load_profile, profile_names
from drs_simulator.profile.model import Profile
from drs_simulator.profile.tables import EVIDENCE_GRADES
from pydantic import ValidationError


def written(tmp_path: Path, text: str, name: str = "own.toml") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def problems_of(path: Path | str) -> list[str]:
    with pytest.raises(ProfileError) as refused:
        load_profile(path)
    return refused.value.problems


@pytest.mark.parametrize("name", profile_names())
def test_bundled_profile_loads_under_its_name(name: str) -> None:
    assert load_profile(name).name == name


@pytest.mark.parametrize("name", profile_names())
def test_bundled_profile_has_evidence_of_slots_and_contracts(name: str) -> None:
    evidence = load_profile(name).evidence
    assert {"availability.slots", "contracts"} <= evidence.keys()
    assert all(text.startswith(EVIDENCE_GRADES) for text in evidence.values())


def settings_of(profile: Profile) -> set[str]:
    """The keys of a profile's settings: those of the tables that are one's own, and whole lists."""
    keys = {key for key, value in profile if value is not None} - {"name", "title", "evidence"}
    tables = {"availability", "ordering", "gateway", "messages"}
    return (keys - tables) | {f"{table}.{key}" for table in tables for key, _ in getattr(profile, table)}


@pytest.mark.parametrize("name", profile_names())
def test_every_setting_of_a_profile_says_how_it_is_known(name: str) -> None:
    profile = load_profile(name)
    assert settings_of(profile) - profile.evidence.keys() == set()
    assert {text.partition(":")[0] for text in profile.evidence.values()} <= set(EVIDENCE_GRADES)


def test_tables_are_merged_into_the_extended_profile(tmp_path: Path) -> None:
    path = written(tmp_path, 'extends = "lincoln"\n[availability]\nday_cap = 14\n')
    profile = load_profile(path)
    assert profile.availability.day_cap == 14
    assert profile.availability.slots == load_profile("lincoln").availability.slots


def test_profile_extends_a_file_in_its_folder(tmp_path: Path) -> None:
    written(tmp_path, 'extends = "lincoln"\n[availability]\nday_cap = 10\n', "base.toml")
    path = written(tmp_path, 'extends = "base.toml"\ntitle = "Ours"\n')
    assert (load_profile(path).title, load_profile(path).availability.day_cap) == ("Ours", 10)


GONE = "no longer a setting: "


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ("[availability]\nday_cap = 0", "availability.day_cap: Input should be greater than or equal to 1"),
        ("[availability]\nday_cpa = 9", "availability.day_cpa: is unknown; check its spelling"),
        ('[availability]\nslots = ["8 to 12"]', "availability.slots[0]: write hours as 08:00-12:00"),
        ('[availability]\nslots = ["12:00-08:00"]', "availability.slots[0]: 12:00 is not before 08:00"),
        ('[availability]\nslots = ["08:00Z-12:00"]', "availability.slots[0]: write local times, without an offset"),
        (
            '[availability]\ncap_warning = "only {days}"',
            "availability.cap_warning: '{days}' cannot be filled in here, {cap} can",
        ),
        (
            '[messages]\norder_unknown = "no {order}"',
            "messages.order_unknown: '{order}' cannot be filled in here, {number} can",
        ),
        (
            '[messages]\nplanning_failed = "no room for {booking_id}"',
            "messages.planning_failed: '{booking_id}' cannot be filled in here, nothing can",
        ),
        (
            '[[business_data]]\nname = "X"\nvalue = "{user}"',
            (
                "business_data[0].value: '{user}' cannot be filled in here, {life_cycle}, {reason}, {sequence}, "
                "{status}, {suspend_comment} and {user_id} can"
            ),
        ),
        ('timezone = "Europe/Lincoln"', "timezone: 'Europe/Lincoln' is not a time zone, Europe/London is one"),
        (
            '[[sor_codes]]\ncode = "X"\ntrade = "Roofer"\nminutes = 5',
            "sor_codes[0].trade: no operative has the trade 'Roofer'",
        ),
        ('contracts = ["9"]', "operatives[0].contracts: '0' is not in contracts"),
        ('[[priorities]]\nid = "A"\n[[priorities]]\nid = "A"', "priorities[1]: 'A' is there twice"),
        ('[evidence]\n"availability.colour" = "seen"', "evidence: there is no key 'availability.colour'"),
        (
            '[unknown_location]\nlatitude = "north"',
            "unknown_location.latitude: 'north' is not a number of degrees between -90 and 90",
        ),
        (
            "[unknown_location]\nlatitude = 90.1",
            "unknown_location.latitude: '90.1' is not a number of degrees between -90 and 90",
        ),
        (
            '[unknown_location]\nlatitude = "nan"',
            "unknown_location.latitude: 'nan' is not a number of degrees between -90 and 90",
        ),
        (
            "[unknown_location]\nlongitude = -180.5",
            "unknown_location.longitude: '-180.5' is not a number of degrees between -180 and 180",
        ),
        (
            "unknown_location = 7",
            "unknown_location: Input should be a valid dictionary or instance of LocationSettings",
        ),
        (
            '[gateway]\nqualified_elements = "accept"',
            f"gateway: qualified_elements is {GONE}a qualified member is a fault on every platform; take it out",
        ),
        (
            '[gateway]\nwrong_values = "ignore"\nsoap_1_2 = "accept"',
            (
                f"gateway: wrong_values is {GONE}the platform says which values are faults, and strict = true makes "
                f"all of them faults. soap_1_2 is {GONE}SOAP 1.2 is a fault on every platform; take it out"
            ),
        ),
        (
            '[gateway]\nunknown_operations = "no_operation"',
            (
                f"gateway: unknown_operations is {GONE}the platform says how an unknown operation is answered; "
                "write platform instead"
            ),
        ),
        (
            '[gateway]\nplatform = "cxf-4"',
            "gateway.platform: Input should be 'cxf-2.2', 'cxf-2.6', 'cxf-2.7', 'cxf-3.1' or 'cxf-3.5'",
        ),
        ('[evidence]\n"timezone.summer" = "seen"', "evidence: there is no key 'timezone.summer'"),
        ("extends = 5", "extends: must be the name of a profile, or a file"),
    ],
)
def test_problem_names_the_key(tmp_path: Path, lines: str, problem: str) -> None:
    text = lines if lines.startswith("extends") else f'extends = "lincoln"\n{lines}\n'
    assert problem in problems_of(written(tmp_path, text))


def test_message_may_use_the_placeholders_of_its_default(tmp_path: Path) -> None:
    lines = 'extends = "lincoln"\n[messages]\ntoo_long = "{field}: {length}"\norder_exists = "known"\n'
    messages = load_profile(written(tmp_path, lines)).messages
    assert (messages.too_long, messages.order_exists) == ("{field}: {length}", "known")


def with_recurring_visits(*hours_and_days: tuple[str, list[str]]) -> str:
    """A profile with one operative, who works from 08:00 to 16:00 and has these recurring visits."""
    operative = load_profile("lincoln").operatives[1]
    visits = "".join(
        f'[[operatives.recurring_visits]]\ndays = {days}\nhours = "{hours}"\nlatitude = 53\nlongitude = 0\n'
        for hours, days in hours_and_days
    )
    return (
        'extends = "lincoln"\n[[operatives]]\nid = "1"\ncode = "1"\nname = "One"\ntrades = ["Joiner", "Plumber"]\n'
        f'contracts = ["0"]\nhours = "{operative.hours.begin:%H:%M}-{operative.hours.end:%H:%M}"\n'
        f"latitude = 53\nlongitude = 0\n{visits}"
    )


@pytest.mark.parametrize("hours", ["07:59-09:00", "15:00-16:01"])
def test_recurring_visit_outside_working_hours_is_refused(tmp_path: Path, hours: str) -> None:
    path = written(tmp_path, with_recurring_visits((hours, ["monday"])))
    assert problems_of(path) == ["operatives[0].recurring_visits[0]: lies outside the operative's hours"]


def test_recurring_visits_at_the_same_time_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, with_recurring_visits(("09:00-10:00", ["monday"]), ("09:30-11:00", ["friday", "monday"])))
    assert problems_of(path) == ["operatives[0].recurring_visits[1]: is at the same time as recurring_visits[0]"]


def test_recurring_visits_may_touch_or_lie_on_different_days(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        with_recurring_visits(("08:00-10:00", ["monday"]), ("10:00-16:00", ["monday"]), ("09:00-10:00", ["friday"])),
    )
    assert len(load_profile(path).operatives[0].recurring_visits) == 3


def test_coordinate_keeps_its_digits() -> None:
    assert load_profile("lincoln").locations[0].latitude == "53.22900000"


def test_hours_can_be_a_table_of_times(tmp_path: Path) -> None:
    lines = 'extends = "lincoln"\n[availability]\nslots = [{begin = 08:00:00, end = 12:00:00}]\n'
    profile = load_profile(written(tmp_path, lines))
    assert profile.availability.slots == load_profile("lincoln").availability.slots[:1]


def test_profile_is_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        load_profile("lincoln").availability.day_cap = 3


def test_each_problem_has_a_line(tmp_path: Path) -> None:
    path = written(tmp_path, 'extends = "lincoln"\ncolour = "red"\n[availability]\nday_cap = 0\n')
    with pytest.raises(ProfileError, match="cannot be used") as refused:
        load_profile(path)
    assert len(str(refused.value).splitlines()) == 1 + len(refused.value.problems) == 3


def test_file_that_is_no_toml_is_refused_with_the_line(tmp_path: Path) -> None:
    assert "line 1" in problems_of(written(tmp_path, "name = lincoln"))[0]


def test_unknown_name_is_refused_with_the_known_ones() -> None:
    assert "lincoln" in problems_of("linclon")[0]


def test_circle_of_profiles_is_refused(tmp_path: Path) -> None:
    written(tmp_path, 'extends = "own.toml"\n', "other.toml")
    assert "circle" in problems_of(written(tmp_path, 'extends = "other.toml"\n'))[0]


def test_circle_is_found_however_its_paths_are_written(tmp_path: Path) -> None:
    path = written(tmp_path, f'extends = "../{tmp_path.name}/own.toml"\n')
    assert "circle" in problems_of(path)[0]
    assert len(problems_of(path)[0]) < 1000


def test_file_that_is_not_utf_8_is_refused_with_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_bytes(b"name = '\xff'")
    assert problems_of(path)[0].startswith("is not TOML: it is not UTF-8 text, save it as UTF-8")


def test_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_bytes(b'\xef\xbb\xbfextends = "lincoln"\r\ntitle = "Ours"\r\n')
    assert load_profile(path).title == "Ours"


@pytest.mark.parametrize(("latitude", "longitude"), [(90, 180), (-90, -180)])
def test_poles_and_date_line_are_coordinates(tmp_path: Path, latitude: int, longitude: int) -> None:
    lines = f'extends = "lincoln"\n[unknown_location]\nlatitude = {latitude}\nlongitude = {longitude}\n'
    place = load_profile(written(tmp_path, lines)).unknown_location
    assert (place.latitude, place.longitude) == (str(latitude), str(longitude))


def test_depot_at_an_impossible_latitude_is_refused(tmp_path: Path) -> None:
    """A profile that loads exports a state that can be imported, so both have the same limits."""
    text = with_recurring_visits(("09:00-10:00", ["monday"])).replace("latitude = 53", "latitude = 120", 1)
    problem = "operatives[0].latitude: '120' is not a number of degrees between -90 and 90"
    assert problem in problems_of(written(tmp_path, text))
