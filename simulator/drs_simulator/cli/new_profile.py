"""``drs-simulator profile new``: asks for an installation's settings and writes them as a profile."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from drs_simulator.cli.output import echo
from drs_simulator.errors import UnusableError
from drs_simulator.profile.loading import ProfileError, load_profile

_TEMPLATE = """\
# What has no line here is as in {extends}. "drs-simulator profile show" lists what callers may send.
extends = {extends}
name = {name}
title = {title}
instance = {instance}

[availability]
slots = {slots}
day_cap = {day_cap}
{priorities}"""
_PRIORITY = """
[[priorities]]
id = {id}
"""


class NewProfileError(UnusableError):
    """A profile cannot be written."""


def make_profile(
    file: Annotated[Path, typer.Argument(help="The TOML file to write.", metavar="FILE")],
    extends: Annotated[
        str, typer.Option("--extends", help="The profile that has what is not asked for.", metavar="PROFILE")
    ] = "lincoln",
    title: Annotated[
        str | None, typer.Option("--title", help="The installation's name.", metavar="TEXT", show_default=False)
    ] = None,
    instance: Annotated[
        str | None,
        typer.Option(
            "--instance", help="The end of OTWebServiceGateway_… in its address.", metavar="NAME", show_default=False
        ),
    ] = None,
    slots: Annotated[
        str | None,
        typer.Option("--slots", help="Slots, such as 08:00-12:00,12:00-16:00.", metavar="SLOTS", show_default=False),
    ] = None,
    day_cap: Annotated[
        str | None,
        typer.Option("--day-cap", help="How many days a search returns at most.", metavar="DAYS", show_default=False),
    ] = None,
    priorities: Annotated[
        str | None,
        typer.Option("--priorities", help="Ids of priorities, separated by commas.", metavar="IDS", show_default=False),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.", metavar="")] = False,
) -> None:
    """Write a profile of your own. What no option says is asked for on a terminal, or taken from --extends.

    Exit codes: 0 written; 2 something cannot be used, and nothing is written.
    """
    if file.exists() and not force:
        raise NewProfileError(f"{file} is there already. Write another file, or overwrite it with --force.")
    base = load_profile(extends)
    hours = ",".join(f"{slot.begin:%H:%M}-{slot.end:%H:%M}" for slot in base.availability.slots)
    codes = ",".join(each.id for each in base.priorities)
    title = _ask("Name of the installation", title, base.title)
    instance = _ask("Instance, the end of OTWebServiceGateway_… in its address", instance, base.instance)
    slots = _ask("Slots", slots, hours)
    day_cap = _ask("Days that a search returns at most", day_cap, str(base.availability.day_cap))
    priorities = _ask("Priorities, separated by commas", priorities, codes)
    if not _split(priorities):
        raise NewProfileError("There must be at least one priority. Give ids with --priorities.")
    chosen = "" if priorities == codes else "".join(_PRIORITY.format(id=_quote(each)) for each in _split(priorities))
    text = _TEMPLATE.format(
        extends=_quote(extends),
        name=_quote(file.stem),
        title=_quote(title),
        instance=_quote(instance),
        slots=json.dumps(_split(slots)),
        day_cap=int(day_cap) if day_cap.isdecimal() else _quote(day_cap),
        priorities=chosen,
    )
    _save(file, text)
    echo(f"{file} is written. Serve it with: drs-simulator serve --profile {file}")


def _ask(question: str, given: str | None, default: str) -> str:
    if given is not None:
        return given
    if sys.stdin is None or not sys.stdin.isatty():
        return default
    answer: str = typer.prompt(question, default=default)
    return answer


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _quote(text: str) -> str:
    """Text as a TOML string, which is written as in JSON."""
    return json.dumps(text)


def _save(file: Path, text: str) -> None:
    """Write a profile, unless it cannot be used.

    Raises:
        NewProfileError: It cannot be written.
        ProfileError: It cannot be used; the file is as it was.
    """
    try:
        before = file.read_text(encoding="utf-8") if file.exists() else None
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise NewProfileError(f"{file} cannot be written: {error.strerror}.") from None
    try:
        load_profile(file)
    except ProfileError:
        if before is None:
            file.unlink()
        else:
            file.write_text(before, encoding="utf-8")
        raise
