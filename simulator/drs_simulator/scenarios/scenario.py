"""Scenarios: ways in which a DRS behaves towards its callers, as TOML files, bundled or the user's own."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from drs_simulator.clock import Clock
from drs_simulator.errors import UnusableError
from drs_simulator.faults.rules import FaultRule
from drs_simulator.profile.loading import load_profile
from drs_simulator.profile.model import Profile

_BUNDLED = files("drs_simulator").joinpath("scenarios", "data")


class ScenarioError(UnusableError):
    """A scenario cannot be used; the message names the file and the key that is wrong."""


class Scenario(BaseModel):
    """A way in which a DRS behaves towards its callers.

    Args:
        title: A description in a few words.
        profile: The name of the profile.
        settings: Tables that replace settings of the profile.
        clock: The clock (see ``Clock.parse``).
        password: The password of DRS, if it is not the one that the caller has.
        faults: The fault rules.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Annotated[str, Field(min_length=1)]
    profile: str = "lincoln"
    settings: dict[str, Any] = {}
    clock: str = "wall"
    password: str | None = None
    faults: tuple[FaultRule, ...] = ()

    def installation(self, profile: str | None = None) -> Profile:
        """Return the profile with the scenario's settings.

        Args:
            profile: The name or file of a profile to use instead of the scenario's.

        Raises:
            ProfileError: The profile cannot be used.
            ValidationError: The scenario's settings do not fit it.
        """
        return Profile.model_validate(_merge(load_profile(profile or self.profile).model_dump(), self.settings))

    @property
    def requires_restart(self) -> bool:
        """Whether it has settings that a running simulator cannot change."""
        return bool(self.settings) or self.password is not None


def scenario_names() -> list[str]:
    """Return the names of the bundled scenarios, sorted."""
    return sorted(entry.name.removesuffix(".toml") for entry in _BUNDLED.iterdir())


def load_scenario(name_or_path: str | Path) -> Scenario:
    """Load a bundled scenario by its name, or a scenario from a TOML file.

    Raises:
        ScenarioError: There is no such scenario, or something is wrong with it.
    """
    source = str(name_or_path)
    try:
        is_bundled = source in scenario_names()
        text = (_BUNDLED.joinpath(f"{source}.toml") if is_bundled else Path(source)).read_text(encoding="utf-8")
        scenario = Scenario.model_validate(tomllib.loads(text))
        scenario.installation()
        Clock.parse(scenario.clock)
    except OSError as error:
        known = ", ".join(scenario_names())
        raise ScenarioError(f"Scenario {source} cannot be read ({error.strerror}). There are: {known}.") from None
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"Scenario {source} is no TOML: {error}.") from None
    except ValidationError as error:
        lines = (f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise ScenarioError(f"Scenario {source} cannot be used: {'; '.join(lines)}.") from None
    return scenario


def _merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    nested = {key: _merge(base[key], value) for key, value in over.items() if isinstance(base.get(key), dict)}
    return base | over | nested
