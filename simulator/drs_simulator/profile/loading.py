"""Reads profiles from TOML files: those that come with the simulator, and one's own that extend them."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from drs_simulator.errors import UnusableError
from drs_simulator.profile.model import Profile

_BUNDLED = files("drs_simulator").joinpath("profile", "data")


class ProfileError(UnusableError):
    """A profile cannot be used. ``problems`` has a line each, beginning with the key that it is about."""

    def __init__(self, source: str, problems: list[str]) -> None:
        self.source = source
        self.problems = problems
        super().__init__(f"Profile {source} cannot be used:\n" + "\n".join(f"  {problem}" for problem in problems))


def profile_names() -> list[str]:
    """The names of the profiles that come with the simulator, sorted."""
    return sorted(entry.name.removesuffix(".toml") for entry in _BUNDLED.iterdir())


def load_profile(name_or_path: str | Path) -> Profile:
    """The profile of that name, or the one kept in that TOML file.

    A file may begin with ``extends = "lincoln"``: its tables are laid over that profile's, its lists replace them.

    Raises:
        ProfileError: There is no such profile, or something is wrong with it; the message names each key.
    """
    source = str(name_or_path)
    try:
        return Profile.model_validate(_merged(source, ()))
    except ValidationError as error:
        raise ProfileError(source, [line for detail in error.errors() for line in _explained(dict(detail))]) from None


def _merged(source: str, seen: tuple[str, ...]) -> dict[str, Any]:
    if source in seen:
        raise ProfileError(source, [f"extends: goes round in a circle: {' -> '.join((*seen, source))}"])
    try:
        table = tomllib.loads(_profile_text(source))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileError(source, [f"is no TOML: {error}"]) from None
    parent = table.pop("extends", None)
    if parent is None:
        return table
    if not isinstance(parent, str):
        raise ProfileError(source, ["extends: must be the name of a profile, or a file"])
    if parent not in profile_names() and Path(source).is_file():
        parent = str((Path(source).parent / parent).resolve())
    return _laid_over(_merged(parent, (*seen, source)), table)


def _profile_text(source: str) -> str:
    if source in profile_names():
        return _BUNDLED.joinpath(f"{source}.toml").read_text(encoding="utf-8")
    try:
        return Path(source).read_text(encoding="utf-8")
    except OSError as error:
        known = ", ".join(profile_names())
        raise ProfileError(source, [f"is neither a file that can be read nor one of: {known} ({error})"]) from None


def _laid_over(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    return base | {
        key: _laid_over(base[key], value) if isinstance(value, dict) and isinstance(base.get(key), dict) else value
        for key, value in over.items()
    }


def _explained(detail: dict[str, Any]) -> list[str]:
    """One error of pydantic's as lines that begin with the key in the file."""
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in detail["loc"]).lstrip(".")
    message = str(detail["msg"]).removeprefix("Value error, ")
    if not where:
        return message.splitlines()
    if detail["type"] == "extra_forbidden":
        message = "is not a setting; look for a slip in its name"
    return [f"{where}: {message}"]
