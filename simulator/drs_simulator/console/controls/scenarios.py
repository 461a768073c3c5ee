"""The bundled scenarios as the page of controls shows them."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from drs_simulator.clock import SYSTEM
from drs_simulator.faults.rules import FaultRule
from drs_simulator.scenarios.scenario import Scenario, load_scenario, scenario_names


class ListedScenario(NamedTuple):
    """A scenario with what it does.

    Args:
        name: Its name.
        scenario: The scenario.
        does: What it changes, in words, one for each part.
    """

    name: str
    scenario: Scenario
    does: tuple[str, ...]


@cache
def list_scenarios() -> tuple[ListedScenario, ...]:
    """List the bundled scenarios, those first that can be put in force while the simulator runs."""
    listed = [ListedScenario(name, load_scenario(name), ()) for name in scenario_names()]
    described = [each._replace(does=tuple(_describe(each.scenario))) for each in listed]
    return tuple(sorted(described, key=lambda each: each.scenario.requires_restart))


def describe_rule(rule: FaultRule) -> str:
    """Describe a rule in words: to what it applies, how often, and its effect."""
    chance = "" if rule.probability == 1 else f", with probability {rule.probability:.0%}"
    often = "always" if rule.times is None else "once" if rule.times == 1 else f"{rule.times} times"
    return f"{rule.operation or 'any operation'}: {describe_effect(rule)}, {often}{chance}"


def describe_effect(rule: FaultRule) -> str:
    """Name the effect of a rule with the settings that are not the default ones."""
    settings = rule.effect.model_dump(exclude={"kind"}, exclude_defaults=True)
    told = ", ".join(f"{name} {value}" for name, value in settings.items())
    return f"{rule.effect.kind} ({told})" if told else rule.effect.kind


def _describe(scenario: Scenario) -> list[str]:
    does = [describe_rule(rule) for rule in scenario.faults]
    if scenario.clock != SYSTEM:
        does.append(f"clock {scenario.clock}")
    if scenario.password is not None:
        does.append("another password")
    does += [f"setting {table}" for table in scenario.settings]
    return does or ["no fault rules, the clock from the start"]
