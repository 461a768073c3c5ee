"""``drs-simulator schema``: JSON Schemas of profiles, fault files and scenarios, for editors."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated, Any

import typer

from drs_simulator.cli.output import echo


class SchemaName(StrEnum):
    """The files that have a schema."""

    PROFILE = "profile"
    FAULTS = "faults"
    SCENARIO = "scenario"


def print_schema(
    name: Annotated[SchemaName, typer.Argument(help="profile, faults or scenario.", metavar="NAME")],
) -> None:
    """Print the JSON Schema of a profile, a fault file or a scenario.

    Editors complete and check TOML files with it: save it and begin the file with "#:schema profile.schema.json".
    """
    echo(json.dumps(make_schema(name), indent=2))


def make_schema(name: SchemaName) -> dict[str, Any]:
    """Make the JSON Schema of a kind of TOML file."""
    # Imported here: other commands should not wait for these models.
    from drs_simulator.faults.rules import FaultRule  # noqa: PLC0415
    from drs_simulator.profile.model import Profile  # noqa: PLC0415
    from drs_simulator.scenarios.scenario import Scenario  # noqa: PLC0415

    match name:
        case SchemaName.PROFILE:
            schema = Profile.model_json_schema()
            # A profile that extends another one has only what differs.
            schema["properties"]["extends"] = {
                "type": "string",
                "description": "The name of a profile, or a file, whose settings are taken where this one has none.",
            }
            _require_only_without_extends(schema)
            _accept_hours_as_text(schema)
        case SchemaName.SCENARIO:
            schema = Scenario.model_json_schema()
            _accept_names_of_effects(schema["$defs"]["FaultRule"])
        case SchemaName.FAULTS:
            rule = FaultRule.model_json_schema()
            _accept_names_of_effects(rule)
            schema = {
                "type": "object",
                "properties": {"faults": {"type": "array", "items": {"$ref": "#/$defs/FaultRule"}}},
                "additionalProperties": False,
                "$defs": {**rule.pop("$defs", {}), "FaultRule": rule},
            }
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _require_only_without_extends(schema: dict[str, Any]) -> None:
    """Require members only where nothing is extended; the parts of a table that extends may be missing too."""
    required = schema.pop("required")
    schema["if"] = {"not": {"required": ["extends"]}}
    schema["then"] = {"required": required}
    definitions = schema["$defs"]
    del definitions["AvailabilitySettings"]["required"]
    partial = {key: value for key, value in definitions["LocationSettings"].items() if key != "required"}
    schema["properties"]["unknown_location"] = partial


def _accept_names_of_effects(rule: dict[str, Any]) -> None:
    """Accept an effect's name where it needs no settings, as files have it."""
    effect = rule["properties"]["effect"]
    names = sorted(effect["discriminator"]["mapping"])
    rule["properties"]["effect"] = {"anyOf": [{"enum": names}, effect]}


def _accept_hours_as_text(schema: dict[str, Any]) -> None:
    """Accept hours as ``08:00-12:00``, as files have them."""
    definitions = schema["$defs"]
    as_text = {"type": "string", "pattern": r"^\s*\d\d:\d\d(:\d\d)?\s*-\s*\d\d:\d\d(:\d\d)?\s*$"}
    definitions["Hours"] = {"description": "Hours of one day, local.", "anyOf": [as_text, definitions["Hours"]]}
