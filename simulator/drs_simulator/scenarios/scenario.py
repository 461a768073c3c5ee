"""Scenarios: what a DRS does to its callers, as small TOML files, those that come with the package and one's own."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from drs_simulator.clock import SYSTEM, Clock
from drs_simulator.errors import UnusableError, explain
from drs_simulator.faults.rules import FaultRule
from drs_simulator.profile.loading import load_profile
from drs_simulator.profile.model import Profile
from drs_simulator.toml_files import TomlError, merge_tables, read_toml

_OURS = files("drs_simulator").joinpath("scenarios", "data")


class ScenarioError(UnusableError):
    """A scenario cannot be used; the message says which file and which key is amiss."""


class Scenario(BaseModel):
    """One way in which a DRS can be.

    Args:
        title: What happens, in a few words.
        profile: The installation.
        settings: Tables of the profile that are laid over it.
        clock: Its clock (see ``Clock.parse``).
        password: A password that DRS has instead of the one that the caller is told.
        faults: What goes wrong.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Annotated[str, Field(min_length=1)]
    profile: str = "lincoln"
    settings: dict[str, Any] = {}
    clock: str = SYSTEM
    password: str | None = None
    faults: tuple[FaultRule, ...] = ()

    def installation(self, profile: str | None = None) -> Profile:
        """The installation with the scenario's settings.

        Args:
            profile: An installation to take instead of the scenario's.
        """
        return Profile.model_validate(merge_tables(load_profile(profile or self.profile).model_dump(), self.settings))

    @property
    def requires_restart(self) -> bool:
        """Whether a simulator has to be started for it, since what it sets cannot be changed while one runs."""
        return bool(self.settings) or self.password is not None


def scenario_names() -> list[str]:
    """The names of the scenarios that come with the package, sorted."""
    return sorted(entry.name.removesuffix(".toml") for entry in _OURS.iterdir())


def load_scenario(name_or_path: str | Path) -> Scenario:
    """The scenario of that name, or the one kept in that TOML file.

    Raises:
        ScenarioError: There is none, or something is wrong with it.
    """
    source = str(name_or_path)
    try:
        ours = source in scenario_names()
        table = read_toml(_OURS.joinpath(f"{source}.toml") if ours else Path(source))
        scenario = Scenario.model_validate(table)
        scenario.installation()
        Clock.parse(scenario.clock)
    except OSError as error:
        known = ", ".join(scenario_names())
        raise ScenarioError(f"Scenario {source} cannot be read ({error.strerror}). There are: {known}.") from None
    except TomlError as error:
        raise ScenarioError(f"Scenario {source} {error}.") from None
    except ValidationError as error:
        problems = "; ".join(map(str, explain(error, tagged="effect")))
        raise ScenarioError(f"Scenario {source} cannot be used: {problems}.") from None
    return scenario
