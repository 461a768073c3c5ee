"""Writes the pages of docs/reference that are made from the code: see ``make docs``."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import typer
from drs_client.cli.commands import app as client_app
from drs_contracts import pytest_plugin
from drs_contracts.cli import app as contracts_app
from drs_simulator import FaultRule, Scenario, load_profile, load_scenario, scenario_names
from drs_simulator.admin.app import SECTIONS
from drs_simulator.admin.openapi import describe_routes
from drs_simulator.cli import app as simulator_app
from drs_simulator.faults.effects import AnyEffect
from drs_simulator.profile import planning_rules, tables
from drs_simulator.profile.assumptions import AssumptionSettings
from drs_simulator.scenarios.scenario import Expectations
from pydantic import BaseModel
from pydantic.fields import FieldInfo

REFERENCE = Path(__file__).with_name("reference")
_MADE = "This page is made from the code by `make docs`."

_COMMANDS = f"""# Commands

Three commands, each with its own commands. `--help` prints the same on the terminal, `--version` the version.
{_MADE}

Every option of `drs-simulator` is an environment variable too: `DRS_` and the option's name in capitals, with `_` for
`-`. `--log-level` is `DRS_LOG_LEVEL`.
"""
_SETTINGS = f"""# Settings of a profile

A profile is a TOML file with the settings of one installation of DRS. Every setting is listed here with its default
and with how it is known. [Write your own profile](../own-profile.md) says how to begin, and
[Rules for planning](../profiles.md) explains templates, quotas and days off with an example.
{_MADE}

The evidence is that of the profile `lincoln`, in the grades of [the contract](../contract.md).
`drs-simulator profile evidence NAME` prints it for any profile.
"""
_EFFECTS = f"""# Fault rules and effects

A fault rule says which calls go wrong, and its effect says how. [Break things](../faults.md) shows how they are used.
{_MADE}

"""
_SCENARIOS = f"""# Scenarios

A scenario is a way in which a DRS behaves, as a small TOML file: a profile, a clock, settings and fault rules.
`drs-simulator serve --scenario NAME` starts a server in one. `drs-contracts exercise` runs your own tests in all of
them: [Test your service under failures](../exercise.md). {_MADE}

## Bundled scenarios

"""
_PYTEST = f"""# pytest: fixtures, marker and options

They are there as soon as `drs-simulator[contracts]` is installed; nothing needs to be imported.
[Test with pytest](../pytest.md) shows them in use. {_MADE}

"""
_ADMIN = f"""# Admin API

The admin API reads and changes a running simulator over HTTP. `AdminClient` calls it from Python: [Control a running
simulator](../admin.md). A running simulator has the same as an OpenAPI 3.1 document at `/__admin/openapi.json`.
{_MADE}

Bodies are JSON; `{{}}` is an empty one. An error is a problem document (RFC 9457) with `title`, `status` and `detail`.
A simulator that was started with `--admin-token` requires the header `Authorization: Bearer TOKEN`.
"""
# What has a page of its own, or needs none.
_ELSEWHERE = {
    "EmptyPayload": "`{}`",
    "FaultRule": "[a fault rule](effects.md)",
    "Profile": "[a profile](settings.md)",
    "StateDocument-Input": "an exported state",
    "StateDocument-Output": "an exported state",
}


def commands_page() -> str:
    """Every command with its arguments and options."""
    apps = {"drs-simulator": simulator_app, "drs-client": client_app, "drs-contracts": contracts_app}
    parts = [_COMMANDS]
    for name, app in apps.items():
        group = typer.main.get_command(app)
        parts.append(f"## {name}\n\n{_prose(group.help)}\n\n{_parameters(group.params)}")
        parts.extend(_subcommands(name, group))
    return _page(parts)


def settings_page() -> str:
    """Every setting of a profile: type, default, meaning and evidence."""
    evidence = load_profile("lincoln").evidence
    top = tables.ProfileTables
    parts = [_SETTINGS, "## The profile itself\n", _settings("", top, evidence, skip=_nested(top))]
    for key, model, is_list in _nested_tables(top):
        heading = f"[[{key}]]" if is_list else f"[{key}]"
        known = f"Evidence: {_cell(evidence[key])}.\n\n" if key in evidence else ""
        text = _prose(inspect.getdoc(model), "Args:")
        parts.append(f"## `{heading}`\n\n{text}\n\n{known}{_settings(key, model, evidence)}")
    for title, model in (("Quotas", planning_rules.Quotas), ("Recurring visits", tables.RecurringVisit)):
        parts.append(f"## {title}\n\n{_prose(inspect.getdoc(model), 'Args:')}\n\n{_settings('', model, {})}")
    return _page(parts)


def effects_page() -> str:
    """Fault rules and every effect with its settings."""
    parts = [_EFFECTS + "## `[[faults]]`\n", _fields(FaultRule)]
    effects = get_args(get_args(AnyEffect)[0])
    for effect in effects:
        kind = get_args(effect.model_fields["kind"].annotation)[0]
        rows = _fields(effect, skip={"kind"})
        parts.append(
            f"## `{kind}`\n\n{_prose(inspect.getdoc(effect))} In Python: `effects.{effect.__name__}`.\n\n{rows}"
        )
    return _page(parts)


def scenarios_page() -> str:
    """The bundled scenarios, and the keys of a scenario's file."""
    rows = []
    for name in scenario_names():
        scenario = load_scenario(name)
        how = [f"`{_rule(rule)}`" for rule in scenario.faults]
        how += [f"`{_toml(scenario.settings)}`"] if scenario.settings else []
        how += [f"clock `{scenario.clock}`"] if scenario.clock != "system" else []
        how += ["another password"] if scenario.password is not None else []
        rows.append((f"`{name}`", scenario.title, "; ".join(how)))
    keys = f"## Keys of a scenario's file\n\n{_fields(Scenario)}\n\n## `[expect]`\n\n{_fields(Expectations)}"
    return _page([_SCENARIOS + _table(("scenario", "what happens", "how"), rows), keys])


def pytest_page() -> str:
    """The plugin's fixtures, its marker and its options, as pytest itself lists them."""
    fixtures = [(f"`{name}`", _cell(text)) for name, text in _fixtures(_ask_pytest("--fixtures"))]
    marker, _, meaning = _ask_pytest("--markers").partition("@pytest.mark.drs(")[2].partition("\n")[0].partition(": ")
    options = _Options()
    pytest_plugin.pytest_addoption(options)  # type: ignore[arg-type]
    return _page(
        [
            _PYTEST + "## Fixtures\n\n" + _table(("fixture", "what it is"), fixtures),
            f"## Marker\n\n`@pytest.mark.drs({marker}`: {meaning.rstrip('.')}.",
            "## Options\n\n" + _table(("option", "what it does", "default"), options.rows),
        ]
    )


def admin_page() -> str:
    """The routes of the admin API with their parameters and bodies."""
    document = describe_routes(SECTIONS, "")
    schemas = document["components"]["schemas"]
    parts = [_ADMIN]
    by_tag: dict[str, list[tuple[str, str, Any]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            by_tag.setdefault(operation["tags"][0], []).append((method.upper(), path, operation))
    for tag, operations in by_tag.items():
        rows = [
            (
                f"`{method} {path}`",
                operation["summary"],
                _query(operation),
                _body(operation.get("requestBody")),
                _body(operation["responses"].get("200")),
            )
            for method, path, operation in operations
        ]
        header = ("call", "what it does", "query", "body", "answer")
        parts.append(f"## Calls: {tag}\n\n" + _table(header, rows))
    parts.append("## Bodies and answers\n\n" + "\n\n".join(_schemas(schemas, _needed(document["paths"], schemas))))
    return _page(parts)


# The pages that this script writes, below docs/reference.
PAGES: Mapping[str, Callable[[], str]] = {
    "commands.md": commands_page,
    "settings.md": settings_page,
    "effects.md": effects_page,
    "scenarios.md": scenarios_page,
    "pytest.md": pytest_page,
    "admin-api.md": admin_page,
}


class _Options:
    """Stands for pytest's parser, and keeps what the plugin adds."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, str]] = []

    def getgroup(self, *_: str) -> _Options:
        return self

    def addini(self, *_: object, **__: object) -> None:
        """Settings of the configuration file are not options."""

    def addoption(self, name: str, **settings: Any) -> None:
        is_flag = settings.get("action") == "store_true"
        shown = name if is_flag else f"{name} {settings.get('metavar') or name.rpartition('-')[2].upper()}"
        self.rows.append((f"`{shown}`", _cell(settings.get("help", "")), _value(settings.get("default"))))


def _subcommands(name: str, group: Any) -> Iterator[str]:
    for key, command in group.commands.items():
        if command.hidden:
            continue
        full = f"{name} {key}"
        if hasattr(command, "commands"):
            yield from _subcommands(full, command)
        else:
            yield f"### {full}\n\n{_prose(command.help)}\n\n{_parameters(command.params)}"


def _parameters(parameters: Iterable[Any]) -> str:
    """Arguments and options as one table; hidden ones are left out."""
    rows = []
    for each in parameters:
        if each.hidden or "--help" in each.opts:
            continue
        is_argument = not each.opts[0].startswith("-")
        names = [each.metavar or each.name.upper()] if is_argument else [*each.opts, *each.secondary_opts]
        value = "" if is_argument or each.is_flag else f" {each.metavar or _choices(each) or 'VALUE'}"
        told = ", ".join(f"`{name}{value}`" for name in names)
        default = each.default if each.show_default and not each.required else None
        needed = "required" if each.required else _value(default if not isinstance(default, bool) else None)
        variable = f" Or the variable `{each.envvar}`." if isinstance(each.envvar, str) else ""
        rows.append((told, _cell(each.help or "") + variable, needed))
    return _table(("argument or option", "what it does", "default"), rows) if rows else ""


def _choices(option: Any) -> str:
    kind = option.type_descriptor.annotation
    is_choice = isinstance(kind, type) and issubclass(kind, Enum)
    return " or ".join(str(each.value) for each in kind) if is_choice else ""


def _nested_tables(model: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel], bool]]:
    for key, field in model.model_fields.items():
        for kind, is_list in _models_in(field.annotation):
            yield key, kind, is_list


def _nested(model: type[BaseModel]) -> set[str]:
    return {key for key, _, _ in _nested_tables(model)} | {"evidence"}


def _models_in(kind: Any, is_list: bool = False) -> Iterator[tuple[type[BaseModel], bool]]:
    """The tables in a field's type, and whether there is a list of them."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind, is_list
    for inner in get_args(kind):
        yield from _models_in(inner, is_list or get_origin(kind) is tuple)


def _settings(prefix: str, model: type[BaseModel], evidence: Mapping[str, str], skip: Iterable[str] = ()) -> str:
    meanings = _meanings(model)
    rows = []
    for key, field in model.model_fields.items():
        if key in skip:
            continue
        full = f"{prefix}.{key}" if prefix else key
        known = "presumed" if model is AssumptionSettings else evidence.get(full, "")
        rows.append((f"`{key}`", meanings.get(key, ""), _values(field), _default(field), _cell(known)))
    header: tuple[str, ...] = ("key", "meaning", "values", "default", "evidence")
    # A column that is empty throughout is left out.
    kept = [index for index in range(len(header)) if any(row[index] for row in rows)]
    return _table(tuple(header[index] for index in kept), [tuple(row[index] for index in kept) for row in rows])


def _fields(model: type[BaseModel], skip: Iterable[str] = ()) -> str:
    return _settings("", model, {}, skip) if set(model.model_fields) - set(skip) else ""


def _meanings(model: type[BaseModel]) -> dict[str, str]:
    """What the docstring says of each field below ``Args:``."""
    _, _, listed = (inspect.getdoc(model) or "").partition("Args:\n")
    entries = re.findall(r"^    (\w+): (.*(?:\n(?!    \w+: ).*\S.*)*)", listed, re.MULTILINE)
    return {name: _cell(text) for name, text in entries}


def _values(field: FieldInfo) -> str:
    """What a setting may be, in a few words."""
    told = _kind(field.annotation)
    bounds = {type(each).__name__: each for each in field.metadata}
    low, high = (getattr(bounds.get(name), key, None) for name, key in (("Ge", "ge"), ("Le", "le")))
    if low is not None and high is not None:
        return f"{told}, {_number(low)} to {_number(high)}"
    return f"{told}, {_number(low)} or more" if low is not None else told


def _kind(kind: Any) -> str:
    if get_origin(kind) is Literal:
        return ", ".join(f"`{each}`" for each in get_args(kind))
    if get_origin(kind) in (Union, UnionType):
        return " or ".join(dict.fromkeys(_kind(each) for each in get_args(kind) if each is not type(None)))
    if get_origin(kind) is tuple:
        return f"a list: {_kind(get_args(kind)[0])}"
    if hasattr(kind, "__metadata__"):
        return _kind(get_args(kind)[0])
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return "hours, as `08:00-12:00`" if kind.__name__ == "Hours" else "a table"
    names = {"str": "text", "int": "a whole number", "float": "a number", "bool": "`true`, `false`", "date": "a date"}
    return names.get(getattr(kind, "__name__", ""), "a table")


def _number(value: float) -> str:
    return f"{value:,}"


def _default(field: FieldInfo) -> str:
    return "required" if field.is_required() else _value(field.default)


def _value(value: object) -> str:
    if value is None or value in ((), "", [], {}):
        return ""
    if isinstance(value, Enum):
        return f"`{value.value}`"
    if isinstance(value, BaseModel):
        return "the defaults below"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple | list):
        return ", ".join(f"`{each}`" for each in value)
    return f"`{value}`"


def _rule(rule: FaultRule) -> str:
    data = rule.model_dump(exclude_defaults=True)
    kind = {"kind": rule.effect.kind} | rule.effect.model_dump(exclude_defaults=True)  # type: ignore[attr-defined]
    return _toml(data | {"effect": kind if len(kind) > 1 else kind["kind"]})


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} = {_inline(inner)}" for key, inner in value.items())
    return _inline(value)


def _inline(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{{ {_toml(value)} }}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return f"[{', '.join(_inline(each) for each in value)}]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _ask_pytest(option: str) -> str:
    """What pytest prints for the option in a folder without tests."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pytest", option, "-p", "no:cacheprovider", "-p", pytest_plugin.__name__]
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "DRS_"))}
        clean |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "COLUMNS": "200", "NO_COLOR": "1"}
        done = subprocess.run(command, cwd=folder, env=clean, capture_output=True, text=True, check=True)  # noqa: S603
    return done.stdout


def _fixtures(listed: str) -> Iterator[tuple[str, str]]:
    """The fixtures of this package in pytest's list, each with its description."""
    entry = re.compile(r"^(\w+)(?: \[(\w+) scope\])? -- .*\n((?:    .*\n|\n)*)", re.MULTILINE)
    for part in re.split(r"^-+ fixtures defined from ", listed, flags=re.MULTILINE):
        if part.startswith("drs_contracts"):
            for name, scope, text in entry.findall(part):
                first = text.strip().partition("\n\n")[0]
                yield name, f"{first} One for each {scope}." if scope else first


def _query(operation: Mapping[str, Any]) -> str:
    return ", ".join(f"`{each['name']}`" for each in operation["parameters"] if each["in"] == "query")


def _body(described: Mapping[str, Any] | None) -> str:
    if described is None or "content" not in described:
        return ""
    schema = next(iter(described["content"].values()))["schema"]
    return _reference(schema)


def _reference(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _ELSEWHERE.get(name, f"[{name}](#{name.lower()})")
    if "items" in schema:
        return f"a list: {_reference(schema['items'])}"
    options = schema.get("anyOf") or schema.get("oneOf")
    if options:
        return " or ".join(dict.fromkeys(_reference(each) for each in options if each.get("type") != "null"))
    if "enum" in schema or "const" in schema:
        return ", ".join(f"`{each}`" for each in schema.get("enum", [schema.get("const")]))
    names = {"string": "text", "integer": "a whole number", "number": "a number", "boolean": "`true`, `false`"}
    told = names.get(schema.get("type", ""), "any")
    return f"{told} ({schema['format']})" if "format" in schema else told


def _needed(described: Any, schemas: Mapping[str, Any], found: frozenset[str] = frozenset()) -> frozenset[str]:
    """The schemas that something refers to, directly or not, without those that have a page of their own."""
    text = str(described)
    for name in re.findall(r"#/components/schemas/([\w-]+)", text):
        if name not in found and name not in _ELSEWHERE:
            found = _needed(schemas[name], schemas, found | {name})
    return found


def _schemas(schemas: Mapping[str, Any], wanted: Iterable[str]) -> Iterator[str]:
    for name, schema in sorted((name, schemas[name]) for name in wanted):
        required = schema.get("required", [])
        rows = [
            (f"`{key}`", _reference(inner), "yes" if key in required else "")
            for key, inner in schema.get("properties", {}).items()
        ]
        text = _prose(schema.get("description"), "Args:")
        yield f"### {name}\n\n{text}\n\n" + (_table(("member", "value", "required"), rows) if rows else "")


def _prose(text: str | None, until: str | None = None) -> str:
    """A docstring as Markdown: indented lines stay as they are, in a block of code."""
    told = inspect.cleandoc(text or "").replace("\f", "")
    told = told.partition(until)[0].strip() if until else told
    blocks = []
    for block in re.split(r"\n{2,}", told):
        head, *lines = block.split("\n")
        if lines and all(line.startswith("  ") for line in lines):
            blocks.append(f"{_ticks(head)}\n\n```text\n" + "\n".join(line.strip() for line in lines) + "\n```")
        elif block.strip():
            blocks.append(_ticks(" ".join(line.strip() for line in block.split("\n"))))
    return "\n\n".join(blocks)


def _ticks(text: str) -> str:
    return text.replace("``", "`")


def _cell(text: str) -> str:
    return _ticks(re.sub(r"\s+", " ", text).strip()).replace("|", "\\|")


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(header)} |", "| --- " * len(header) + "|"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return re.sub(r" +\|", " |", "\n".join(lines))


def _page(parts: Iterable[str]) -> str:
    text = "\n\n".join(part.strip("\n") for part in parts if part.strip())
    return re.sub(r"\n{3,}", "\n\n", text) + "\n"


if __name__ == "__main__":
    REFERENCE.mkdir(exist_ok=True)
    for name, make in PAGES.items():
        (REFERENCE / name).write_text(make(), encoding="utf-8")
