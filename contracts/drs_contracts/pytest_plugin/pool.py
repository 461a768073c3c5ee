"""The simulators of ``make_drs``: made once in a run, fresh for every test."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from drs_contracts.pytest_plugin.set_up import BuiltSimulator, SetUp

if TYPE_CHECKING:
    from drs_simulator import Profile, Scenario, Simulator, StateDocument


class MakeDrs:
    """Makes simulators that live as long as the run, and start again after every test.

    Args:
        folder: The folder that relative files are in.
        profile: The profile of simulators without one; ``None`` for the scenario's or the default.
    """

    def __init__(self, folder: Path, profile: str | None = None) -> None:
        self._folder = folder
        self._profile = profile
        self._made: list[tuple[SetUp, str, BuiltSimulator]] = []

    def __call__(
        self,
        profile: str | Path | Profile | None = None,
        *,
        clock: str | None = None,
        seed: int = 0,
        scenario: str | Path | Scenario | None = None,
        faults: Any = (),
        state: str | Path | StateDocument | None = None,
        callback_url: str | None = None,
        name: str = "",
        serve: bool = False,
    ) -> Simulator:
        """Return the simulator with these settings; the same arguments return the same simulator all through the run.

        Args:
            profile: A profile's name, a TOML file, or a profile.
            clock: A clock's text, ``fixed@2021-10-22T12:20``.
            seed: Makes ids repeatable.
            scenario: A scenario's name, a TOML file, or a scenario.
            faults: Fault rules: a TOML file, one rule, or several; a table stands for a rule.
            state: An exported state: a JSON file, or a document.
            callback_url: The address of the service to notify.
            name: Tells simulators with the same settings apart.
            serve: Whether to listen on a socket of loopback, at ``url``, until the run ends.

        Raises:
            pytest.fail.Exception: It cannot be set up; the message says why.
        """
        set_up = SetUp(profile or self._profile, clock, seed, scenario, faults, state, callback_url)
        found = next((each for wanted, called, each in self._made if (wanted, called) == (set_up, name)), None)
        if found is None:
            found = set_up.build(self._folder)
            self._made.append((set_up, name, found))
        if serve and not found.simulator.is_running:
            found.simulator.start()
        return found.simulator

    @property
    def simulators(self) -> tuple[Simulator, ...]:
        """All simulators that were made so far."""
        return tuple(each.simulator for _, _, each in self._made)

    def start_again(self) -> None:
        """Bring every simulator back to its start. Those that listen keep their addresses."""
        for _, _, each in self._made:
            each.report()
            each.start_again()

    def close(self) -> None:
        """Close all of them."""
        for _, _, each in self._made:
            each.simulator.close()
        self._made.clear()
