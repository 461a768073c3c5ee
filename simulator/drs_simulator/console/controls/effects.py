"""The forms of fault rules: one for each effect, made from its settings, and right as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, get_args

from drs_simulator.faults.context import Effect
from drs_simulator.faults.effects import AnyEffect
from drs_simulator.faults.rules import FaultRule
from drs_simulator.soap.interface import OPERATIONS

PREFIX = "effect."
"""How the names of an effect's own fields begin."""
_RULE_FIELDS = ("operation", "times", "probability", "caller", "header")
_DEFAULTS: Mapping[str, Mapping[str, object]] = {
    "delay": {"seconds": 2},
    "delay_uniform": {"max": 5},
    "delay_log_normal": {"median": 1.5, "sigma": 0.4, "max": 60},
    "http_status": {"status": 503},
    "response_lost": {"seconds": 2},
}
"""Values for settings that an effect has no default for, or a better one for a person who looks on."""
_ALWAYS = frozenset({"delay", "delay_uniform", "delay_log_normal", "delay_lincoln", "extra_elements", "slow_response"})
"""The effects that a form applies to all calls. Others make calls fail: a form applies them once."""


class Setting(NamedTuple):
    """A setting of an effect: the field's name in the form, its label and what stands in it at first."""

    field: str
    label: str
    value: str


class EffectForm(NamedTuple):
    """The form of a fault rule with one effect.

    Args:
        kind: The effect's kind.
        summary: What it does.
        settings: Its settings.
        operations: The operations to which it can apply.
        times: How often it applies as the form stands; empty for always.
    """

    kind: str
    summary: str
    settings: tuple[Setting, ...]
    operations: tuple[str, ...]
    times: str


def list_forms() -> tuple[EffectForm, ...]:
    """List the forms of all effects."""
    return tuple(_make_form(effect) for effect in get_args(get_args(AnyEffect)[0]))


def read_rule(form: Mapping[str, str]) -> FaultRule:
    """Read the rule of a form; an empty field means the default.

    Raises:
        ValidationError: The rule is invalid.
    """
    effect: dict[str, Any] = {"kind": form.get("kind", "")}
    effect |= {name.removeprefix(PREFIX): value for name, value in form.items() if name.startswith(PREFIX) and value}
    rule = {name: form[name].strip() for name in _RULE_FIELDS if form.get(name, "").strip()}
    return FaultRule.model_validate({"effect": effect} | rule)


def summarize(effect: Effect) -> str:
    """Return what an effect does, in one sentence."""
    return _summarize(type(effect))


def _make_form(effect: type[Effect]) -> EffectForm:
    kind = str(effect.model_fields["kind"].default)
    defaults = _DEFAULTS.get(kind, {})
    settings = tuple(
        Setting(f"{PREFIX}{name}", name.replace("_", " "), str(defaults.get(name, field.get_default() or "")))
        for name, field in effect.model_fields.items()
        if name != "kind"
    )
    times = "" if kind in _ALWAYS else "1"
    return EffectForm(kind, _summarize(effect), settings, tuple(sorted(effect.concerns or OPERATIONS)), times)


def _summarize(effect: type[Effect]) -> str:
    return (effect.__doc__ or "").partition("\n")[0].replace("``", "")
