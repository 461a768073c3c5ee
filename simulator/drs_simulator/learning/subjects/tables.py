"""Settings as the values that a TOML file has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drs_simulator.profile.values import Hours, Settings


def as_table(settings: Settings) -> dict[str, Any]:
    """Make a table of settings: those that are not the default."""
    table = {}
    for name, model_field in type(settings).model_fields.items():
        value = getattr(settings, name)
        if model_field.is_required() or value != model_field.default:
            table[name] = _as_value(value)
    return table


def write_hours(hours: Hours) -> str:
    """Write hours as a profile has them, ``08:00-12:00``."""
    return f"{hours.begin:%H:%M}-{hours.end:%H:%M}"


def _as_value(value: object) -> Any:
    if isinstance(value, Hours):
        return write_hours(value)
    if isinstance(value, Settings):
        return as_table(value)
    if isinstance(value, Mapping):
        return {key: _as_value(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [_as_value(each) for each in value]
    return value
