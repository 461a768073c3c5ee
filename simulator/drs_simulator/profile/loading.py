"""Loads profiles: those that come with the simulator, and TOML files of one's own that extend them."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from drs_simulator.errors import UnusableError, explain
from drs_simulator.profile.calendar_file import CalendarFileError, read_days
from drs_simulator.profile.model import Profile
from drs_simulator.toml_files import TomlError, merge_tables, read_toml

_BUNDLED = files("drs_simulator").joinpath("profile", "data")


class ProfileError(UnusableError):
    """A profile cannot be used. ``problems`` has a line for each problem, which begins with its key."""

    def __init__(self, source: str, problems: list[str]) -> None:
        self.source = source
        self.problems = problems
        super().__init__(f"Profile {source} cannot be used:\n" + "\n".join(f"  {problem}" for problem in problems))


def profile_names() -> list[str]:
    """List the names of the profiles that come with the simulator, sorted."""
    return sorted(entry.name.removesuffix(".toml") for entry in _BUNDLED.iterdir())


def load_profile(name_or_path: str | Path) -> Profile:
    """Load the profile of that name, or from that TOML file.

    A file may begin with ``extends = "lincoln"``, the name of a profile or another file: its tables are merged into
    that profile's, its lists replace them.

    Raises:
        ProfileError: There is no such profile, or something is wrong with it; the message names each key.
    """
    source = str(name_or_path)
    try:
        return Profile.model_validate(_read_extended(source, ()))
    except ValidationError as error:
        raise ProfileError(source, [str(problem) for problem in explain(error)]) from None


def _read_extended(source: str, seen: tuple[str, ...]) -> dict[str, Any]:
    """Read a profile's table and merge it into the one that it extends."""
    if source in seen:
        raise ProfileError(source, [f"extends: goes round in a circle: {' -> '.join((*seen, source))}"])
    table = _read(source)
    _read_calendar_files(source, table)
    parent = table.pop("extends", None)
    if parent is None:
        return table
    if not isinstance(parent, str):
        raise ProfileError(source, ["extends: must be the name of a profile, or a file"])
    if parent not in profile_names() and Path(source).is_file():
        parent = str((Path(source).parent / parent).resolve())
    return merge_tables(_read_extended(parent, (*seen, source)), table)


def _read_calendar_files(source: str, table: dict[str, Any]) -> None:
    """Add the days of each calendar's ``file``, which is named from the folder of the profile's file."""
    calendars = table.get("day_off_calendars")
    for index, calendar in enumerate(calendars if isinstance(calendars, list) else ()):
        if not isinstance(calendar, dict) or "file" not in calendar:
            continue
        key, name, days = f"day_off_calendars[{index}].file", calendar.pop("file"), calendar.get("days", [])
        if not isinstance(name, str) or not isinstance(days, list):
            raise ProfileError(source, [f"{key}: must be the path of a file, and days a list"])
        try:
            calendar["days"] = [*days, *read_days(Path(source).parent / name)]
        except CalendarFileError as error:
            raise ProfileError(source, [f"{key}: {error}"]) from None


def _read(source: str) -> dict[str, Any]:
    names = profile_names()
    file = _BUNDLED.joinpath(f"{source}.toml") if source in names else Path(source)
    try:
        return read_toml(file)
    except TomlError as error:
        raise ProfileError(source, [str(error)]) from None
    except OSError as error:
        problem = f"is neither a file that can be read nor one of: {', '.join(names)} ({error})"
        raise ProfileError(source, [problem]) from None
