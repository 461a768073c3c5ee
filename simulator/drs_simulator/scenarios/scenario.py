"""Scenarios: ways in which a DRS behaves towards its callers, as TOML files, bundled or the user's own."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from drs_simulator.clock import SYSTEM, Clock
from drs_simulator.errors import UnusableError, explain
from drs_simulator.faults.rules import FaultRule
from drs_simulator.profile.loading import load_profile
from drs_simulator.profile.model import Profile
from drs_simulator.toml_files import TomlError, merge_tables, read_toml

_BUNDLED = files("drs_simulator").joinpath("scenarios", "data")


class ScenarioError(UnusableError):
    """A scenario cannot be used; the message names the file and the key that is wrong."""


Count = Annotated[int, Field(ge=0)]
Bound: TypeAlias = Count | Literal["healthy"]
"""A number, or the number of the scenario in which DRS does what it should."""


class Expectations(BaseModel):
    """What a good service leaves in DRS, and how often it calls.

    Args:
        max_orders: How many orders may stand: neither deleted nor completed.
        max_unscheduled: How many bookings may be without a place.
        max_reserved: How many places may be reserved and not confirmed.
        max_open_sessions: How many sessions may be open; ``None`` for any number.
        max_calls: How many calls it may take; ``None`` for any number.
        min_scheduled: How many bookings have a place at least after a run that the service calls a success.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_orders: Bound = "healthy"
    max_unscheduled: Bound = 0
    max_reserved: Bound = "healthy"
    max_open_sessions: Bound | None = None
    max_calls: Bound | None = None
    min_scheduled: Bound = 0


class Scenario(BaseModel):
    """A way in which a DRS behaves towards its callers.

    Args:
        title: A description in a few words.
        profile: The name of the profile.
        settings: Tables that replace settings of the profile.
        clock: The clock (see ``Clock.parse``).
        password: The password of DRS, if it is not the one that the caller has.
        faults: The fault rules.
        expect: What a good service leaves in DRS.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Annotated[str, Field(min_length=1)]
    profile: str = "lincoln"
    settings: dict[str, Any] = {}
    clock: str = SYSTEM
    password: str | None = None
    faults: tuple[FaultRule, ...] = ()
    expect: Expectations = Expectations()

    def installation(self, profile: str | None = None) -> Profile:
        """Return the profile with the scenario's settings.

        Args:
            profile: The name or file of a profile to use instead of the scenario's.

        Raises:
            ProfileError: The profile cannot be used.
            ValidationError: The scenario's settings do not fit it.
        """
        return Profile.model_validate(merge_tables(load_profile(profile or self.profile).model_dump(), self.settings))

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
        table = read_toml(_BUNDLED.joinpath(f"{source}.toml") if is_bundled else Path(source))
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
