"""How the simulator of a test is set up: by a marker, by ``make_drs``, by the command line."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from drs_simulator import (
    Clock,
    FaultRule,
    Profile,
    Scenario,
    Simulator,
    SnapshotError,
    StateDocument,
    UnusableError,
    load_faults,
    load_profile,
    load_scenario,
)
from pydantic import ValidationError

from drs_contracts.guess.pytest_session import report_exchanges, take_up_variants
from drs_contracts.guess.runner import VARIANTS_VARIABLE
from drs_contracts.pytest_plugin.options import DEFAULT_PROFILE, PROFILE_OPTION

DEFAULT_PASSWORD = "drs"  # noqa: S105 - the documented default of a simulator on loopback
_SYSTEM = "system"


@dataclass(frozen=True)
class SetUp:
    """The settings of a simulator; ``None`` for what a scenario or the defaults say.

    Args:
        profile: A profile's name, a TOML file, or a profile.
        clock: A clock's text.
        seed: Makes ids repeatable.
        scenario: A scenario's name, a TOML file, or a scenario.
        faults: Fault rules, after the scenario's: a TOML file, one rule, or several; a table stands for a rule.
        state: A state that was exported: a JSON file, or a document.
        callback_url: The address of the service to notify.
    """

    profile: str | Path | Profile | None = None
    clock: str | None = None
    seed: int = 0
    scenario: str | Path | Scenario | None = None
    faults: Any = ()
    state: str | Path | StateDocument | None = None
    callback_url: str | None = None

    def build(self, folder: Path) -> BuiltSimulator:
        """Make the simulator. Relative files are in ``folder``, or in the current one.

        Raises:
            pytest.fail.Exception: It cannot be set up; the message says why.
        """
        try:
            return self._build(folder)
        except ValidationError as error:
            found = ((".".join(map(str, each["loc"])), each["msg"]) for each in error.errors())
            problem = "; ".join(f"{place}: {told}" for place, told in found)
        except (UnusableError, SnapshotError, OSError) as error:
            problem = str(error)
        # Outside of the handler, so that the report has this sentence only.
        pytest.fail(f"The simulator cannot be set up: {problem}", pytrace=False)

    def _build(self, folder: Path) -> BuiltSimulator:
        scenario = _find_scenario(self.scenario, folder)
        rules = _find_rules(self.faults, folder)
        state = self.state
        if isinstance(state, str | Path):
            state = _load_state(_resolve(state, folder))
        simulator = Simulator(
            _find_profile(self.profile, scenario, folder),
            clock=self.clock or (scenario.clock if scenario else _SYSTEM),
            seed=self.seed,
            password=(scenario and scenario.password) or DEFAULT_PASSWORD,
            faults=(*(scenario.faults if scenario else ()), *rules),
            callback_url=self.callback_url,
        )
        built = BuiltSimulator(simulator, state, self.clock if state is not None else None)
        built.start_again()
        return built


SETTINGS = tuple(sorted({each.name for each in fields(SetUp)} - {"callback_url"}))
"""What the marker takes."""


@dataclass
class BuiltSimulator:
    """A simulator, and how it starts again.

    Args:
        simulator: The simulator.
        state: The state that it starts from; ``None`` for an empty one.
        clock: The clock to set after that; ``None`` for the state's own.
    """

    simulator: Simulator
    state: StateDocument | None = None
    clock: str | None = None
    is_used: bool = field(default=False)

    def start_again(self) -> None:
        """Bring the state from the start back. A simulator that is new is not reset first."""
        if self.is_used:
            self.simulator.reset()
        self.is_used = True
        if self.state is not None:
            self.simulator.import_state(self.state)
        if self.clock is not None:
            self.simulator.clock.mode = Clock.parse(self.clock, self.simulator.profile.zone).mode

    def report(self) -> None:
        """Give the exchanges to the search for guesses, if this run is part of one."""
        if VARIANTS_VARIABLE in os.environ:
            report_exchanges(self.simulator.journal.entries())


def default_profile(config: pytest.Config) -> str | None:
    """The profile that the command line names; ``None`` where it names none."""
    chosen: str | None = config.getoption(PROFILE_OPTION)
    return chosen


def check_marker(marker: pytest.Mark) -> None:
    """Check the arguments of ``@pytest.mark.drs``.

    Raises:
        pytest.fail.Exception: It has another one; the message names those that there are.
    """
    takes = f"It takes {', '.join(f'{name}=' for name in SETTINGS)}."
    if marker.args:
        pytest.fail(
            f"@pytest.mark.drs takes its settings by name, not {marker.args[0]!r} alone. {takes}", pytrace=False
        )
    for name in marker.kwargs.keys() - set(SETTINGS):
        near = get_close_matches(name, SETTINGS, 1)
        hint = f" Do you mean {near[0]}=?" if near else ""
        pytest.fail(f"@pytest.mark.drs has no setting {name}=.{hint} {takes}", pytrace=False)


def read_marker(item: pytest.Item) -> dict[str, Any]:
    """Return what the markers of a test say, the nearest last.

    Raises:
        pytest.fail.Exception: A marker has a setting that there is not.
    """
    chosen: dict[str, Any] = {}
    for marker in reversed(list(item.iter_markers("drs"))):
        check_marker(marker)
        chosen |= marker.kwargs
    return chosen


def _find_scenario(source: str | Path | Scenario | None, folder: Path) -> Scenario | None:
    if source is None or isinstance(source, Scenario):
        return source
    return load_scenario(_resolve(source, folder))


def _find_profile(source: str | Path | Profile | None, scenario: Scenario | None, folder: Path) -> Profile:
    if isinstance(source, Profile):
        if scenario is not None and scenario.settings:
            pytest.fail(
                "This scenario has settings of its own, which need the name or the file of a profile: profile=NAME.",
                pytrace=False,
            )
        found = source
    else:
        name = None if source is None else str(_resolve(source, folder))
        if scenario is not None:
            found = scenario.installation(name)
        else:
            found = _load_profile(name or DEFAULT_PROFILE, _stamp_of(name or DEFAULT_PROFILE))
    if VARIANTS_VARIABLE in os.environ:
        taken = take_up_variants(found)
        assert isinstance(taken, Profile)
        return taken
    return found


def _find_rules(source: Any, folder: Path) -> tuple[FaultRule, ...]:
    if isinstance(source, str | Path):
        return load_faults(_resolve(source, folder))
    several: Iterable[Any] = (source,) if isinstance(source, FaultRule | Mapping) else source
    return tuple(each if isinstance(each, FaultRule) else FaultRule.model_validate(each) for each in several)


def _resolve(source: str | Path, folder: Path) -> str:
    """The file in the folder, if there is one; else what was written, which may be a bundled name."""
    return str(folder / source) if (folder / source).is_file() else str(source)


def _stamp_of(name: str) -> int:
    """A number that changes with a file; 0 for a bundled name."""
    return Path(name).stat().st_mtime_ns if Path(name).is_file() else 0


# Reading a profile takes ten times as long as making a simulator of it.
@cache
def _load_profile(name: str, stamp: int) -> Profile:  # noqa: ARG001 - a file that has changed is read again
    return load_profile(name)


def _load_state(file: str) -> StateDocument:
    return _parse_state(file, _stamp_of(file))


@cache
def _parse_state(file: str, stamp: int) -> StateDocument:  # noqa: ARG001 - a file that has changed is read again
    return StateDocument.model_validate_json(Path(file).read_bytes())
