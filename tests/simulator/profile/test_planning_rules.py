"""Rules for planning that contradict each other or the rest of a profile: one line with the key, exit code 2."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from drs_simulator import ProfileError, load_profile
from drs_simulator.profile.calendar_file import CalendarFileError, read_days
from drs_simulator.profile.planning_rules import bank_holidays

SLOTS = """
[[slots_templates]]
name = "Late"
[[slots_templates.windows]]
days = ["monday"]
hours = ["16:00-20:00"]
"""
JOINER = """
[[job_templates]]
name = "Joiner"
trades = ["Joiner"]
"""
PLUMBER = """
[[job_templates]]
name = "Plumber"
trades = ["Plumber"]
"""
OPERATIVE = """
[[operatives]]
id = "1"
code = "1"
name = "One"
trades = ["Joiner", "Plumber"]
contracts = ["0"]
hours = "08:00-16:00"
latitude = 53
longitude = 0
"""
VISIT = """
[[operatives.recurring_visits]]
days = ["monday"]
hours = "12:30-14:00"
latitude = 53
longitude = 0
"""
CALENDAR = """
[[day_off_calendars]]
name = "Ours"
"""
PROBLEMS = {
    # Contradictory templates.
    "two defaults": (
        f"{JOINER}default = true\n{PLUMBER}default = true",
        "job_templates[1].default: job_templates[0] is the default already, only one can be",
    ),
    "same name": (JOINER + JOINER, "job_templates[1]: 'Joiner' is there twice"),
    "turned twice": (
        f'{JOINER}by_priority = {{ "3 Days" = "Plumber" }}\n{PLUMBER}by_priority = {{ "3 Days" = "Joiner" }}',
        "job_templates[0].by_priority: 'Plumber' turns into another template itself, name that one",
    ),
    "turned into none": (
        f'{JOINER}by_priority = {{ "3 Days" = "Roofer" }}',
        "job_templates[0].by_priority: 'Roofer' is not in job_templates",
    ),
    "turned by an unknown priority": (
        f'{JOINER}by_priority = {{ "3 days" = "Joiner" }}',
        "job_templates[0].by_priority: '3 days' is not in priorities",
    ),
    "same combination": (
        f'{JOINER}combines = ["A", "B"]\n{PLUMBER}combines = ["B", "A"]',
        "job_templates[1].combines: job_templates[0] combines the same templates",
    ),
    "part of itself": (
        f'{JOINER}combines = ["Joiner", "Plumber"]\n{PLUMBER}',
        "job_templates[0].combines: 'Joiner' cannot be a part of itself",
    ),
    "one part": (
        f'{JOINER}combines = ["Plumber"]\n{PLUMBER}',
        "job_templates[0].combines: name at least two templates",
    ),
    "unknown part": (
        f'{JOINER}combines = ["Plumber", "Roofer"]\n{PLUMBER}',
        "job_templates[0].combines: 'Roofer' is not in job_templates",
    ),
    "impossible trades": (
        '[[job_templates]]\nname = "Both"\ntrades = ["Joiner", "Plumber"]',
        "job_templates[0].trades: no operative has 'Joiner' and 'Plumber'",
    ),
    "no pair": (
        f"{OPERATIVE}{JOINER}operatives = 2",
        "job_templates[0].operatives: 2 come together, and only one operative has 'Joiner'",
    ),
    "three come": (f"{JOINER}operatives = 3", "job_templates[0].operatives: Input should be less than or equal to 2"),
    "template of no sectors": (f'{JOINER}sectors = "primary"', "job_templates[0].sectors: there are no sectors"),
    "unknown slots template": (
        f'{JOINER}slots_template = "Early"',
        "job_templates[0].slots_template: 'Early' is not in slots_templates",
    ),
    "slots template by priority": (
        '[[priorities]]\nid = "A"\nslots_template = "Early"',
        "priorities[0].slots_template: 'Early' is not in slots_templates",
    ),
    "same slots template": (SLOTS + SLOTS, "slots_templates[1]: 'Late' is there twice"),
    "window twice": (
        SLOTS.replace('["16:00-20:00"]', '["16:00-20:00", "16:00-20:00"]'),
        "slots_templates[0]: monday has 16:00-20:00 twice",
    ),
    "code of an unknown template": (
        '[[sor_codes]]\ncode = "X"\nminutes = 5\njob_template = "Roofer"',
        "sor_codes[0].job_template: 'Roofer' is not in job_templates",
    ),
    "code of another trade": (
        f'{JOINER}[[sor_codes]]\ncode = "X"\nminutes = 5\ntrade = "Plumber"\njob_template = "Joiner"',
        "sor_codes[0].job_template: 'Joiner' has not the trade 'Plumber'",
    ),
    # Priorities and quotas.
    "unknown type": (
        '[[priorities]]\nid = "A"\ntype = "routine"',
        "priorities[0].type: Input should be 'standard', 'urgent' or 'emergency'",
    ),
    "quota over the day": (
        f"{OPERATIVE}quotas = {{ emergency = 481 }}",
        "operatives[0].quotas.emergency: 481 minutes are more than the operative's day has, 480",
    ),
    "quota over the day with lunch": (
        f'{OPERATIVE}lunch = "12:00-13:00"\nquotas = {{ standard = 421 }}',
        "operatives[0].quotas.standard: 421 minutes are more than the operative's day has, 420",
    ),
    "quotas out of order": (
        f"{OPERATIVE}quotas = {{ standard = 300, urgent = 240 }}",
        "operatives[0].quotas: standard may have 300 minutes, but urgent only 240",
    ),
    # Lunch, sectors and calendars.
    "lunch after work": (
        f'{OPERATIVE}lunch = "15:30-16:30"',
        "operatives[0].lunch: lies outside the operative's hours, 08:00-16:00",
    ),
    "lunch before work": (
        f'{OPERATIVE}lunch = "07:30-08:30"',
        "operatives[0].lunch: lies outside the operative's hours, 08:00-16:00",
    ),
    "lunch at a visit": (
        f'{OPERATIVE}lunch = "12:00-13:00"\n{VISIT}',
        "operatives[0].lunch: is at the same time as recurring_visits[0]",
    ),
    "sector of an operative": (
        f'sectors = ["North"]\n{OPERATIVE}sectors = ["South"]',
        "operatives[0].sectors: 'South' is not in sectors",
    ),
    "sector of a location": (
        'sectors = ["North"]\n[unknown_location]\nsector = "South"',
        "unknown_location.sector: 'South' is not in sectors",
    ),
    "location without a sector": (
        'sectors = ["North"]',
        "locations[0].sector: is missing; every location lies in one of sectors",
    ),
    "sectors beside areas": (
        'sectors = ["North"]\n[areas]\nsectors = ["North"]\nfirst_day = 2021-10-04',
        "sectors: are those of areas.sectors, take them out",
    ),
    "unknown calendar": ('day_off_calendar = "Theirs"', "day_off_calendar: 'Theirs' is not in day_off_calendars"),
    "unknown calendar of an operative": (
        f'{OPERATIVE}day_off_calendar = "Theirs"',
        "operatives[0].day_off_calendar: 'Theirs' is not in day_off_calendars",
    ),
    "same calendar": (CALENDAR + CALENDAR, "day_off_calendars[1]: 'Ours' is there twice"),
    "unknown nation": (
        f'{CALENDAR}bank_holidays = "France"',
        "day_off_calendars[0].bank_holidays: Input should be 'england', 'wales', 'scotland' or 'northern-ireland'",
    ),
    "calendar file of no name": (
        f"{CALENDAR}file = 7",
        "day_off_calendars[0].file: must be the path of a file, and days a list",
    ),
}


def own(tmp_path: Path, lines: str) -> Path:
    path = tmp_path / "own.toml"
    path.write_text(f'extends = "lincoln"\n{lines}\n', encoding="utf-8")
    return path


def problems_of(path: Path) -> list[str]:
    with pytest.raises(ProfileError) as refused:
        load_profile(path)
    assert refused.value.exit_code == 2
    return refused.value.problems


@pytest.mark.parametrize("name", PROBLEMS)
def test_contradiction_is_a_line_with_its_key(tmp_path: Path, name: str) -> None:
    lines, problem = PROBLEMS[name]
    problems = problems_of(own(tmp_path, lines))
    assert problem in problems
    assert all("\n" not in line for line in problems)


class TestCalendarFiles:
    def test_days_are_read_from_the_folder_of_the_profile(self, tmp_path: Path) -> None:
        (tmp_path / "days.csv").write_text("# ours\n2026-12-24, Christmas Eve\n\n2026-12-31\n", encoding="utf-8")
        path = own(tmp_path, f'{CALENDAR}file = "days.csv"\ndays = [2026-01-02]')
        (calendar,) = load_profile(path).day_off_calendars
        assert calendar.days == (date(2026, 1, 2), date(2026, 12, 24), date(2026, 12, 31))

    @pytest.mark.parametrize(
        ("content", "problem"),
        [
            (None, "days.csv' cannot be read (No such file or directory)"),
            (b"2026-12-24\n24/12/2026\n", "days.csv', line 2: '24/12/2026' is not a day, write 2026-12-25"),
            (b"\xff\xfe2", "days.csv' is not UTF-8 text, save it as UTF-8 ("),
            (b"#" * (1024 * 1024 + 1), "days.csv' has more than 1048576 bytes"),
        ],
    )
    def test_file_that_cannot_be_used_is_a_line(self, tmp_path: Path, content: bytes | None, problem: str) -> None:
        if content is not None:
            (tmp_path / "days.csv").write_bytes(content)
        (line,) = problems_of(own(tmp_path, f'{CALENDAR}file = "days.csv"'))
        assert line.startswith("day_off_calendars[0].file: '")
        assert problem in line

    def test_folder_is_not_a_file(self, tmp_path: Path) -> None:
        with pytest.raises(CalendarFileError, match="cannot be read"):
            read_days(tmp_path)

    def test_command_ends_with_exit_code_2(self, tmp_path: Path) -> None:
        path = own(tmp_path, f'{CALENDAR}file = "days.csv"')
        command = [sys.executable, "-m", "drs_simulator", "profile", "check", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert "day_off_calendars[0].file: " in done.stderr
        assert "Traceback" not in done.stderr
        assert done.stdout == ""


def test_bank_holidays_are_those_of_england() -> None:
    """As GOV.UK lists them for 2022, when the late May holiday was moved and one was added."""
    weekdays = {day for day in bank_holidays("england", 2022) if day.weekday() < 5}
    listed = ("01-03", "04-15", "04-18", "05-02", "06-02", "06-03", "08-29", "09-19", "12-26", "12-27")
    assert weekdays == {date.fromisoformat(f"2022-{day}") for day in listed}
    assert date(2022, 1, 4) in bank_holidays("scotland", 2022)


def test_best_slots_yes_can_be_left_unread(tmp_path: Path) -> None:
    path = own(tmp_path, '[availability]\nbest_slots_yes = "no"')
    assert load_profile(path).availability.best_slots_yes == "no"
