"""``drs-simulator profile learn``: the profile of a DRS, from its traffic."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from drs_simulator.cli.output import echo, print_error, print_table
from drs_simulator.learning.notebook import Finding, LearntEntry, shorten, write_plainly
from drs_simulator.profile.loading import load_profile

if TYPE_CHECKING:
    from drs_simulator.learning.learn import LearntProfile

CONTRADICTED = 1
"""The exit code if exchanges contradict each other."""
_MAX_SHOWN = 60
_NAMES = ("id", "code", "name")


def learn_from_traffic(
    source: Annotated[
        Path,
        typer.Argument(
            help="A recording's folder, a folder of recordings, a HAR file, or a journal's export.", metavar="SOURCE"
        ),
    ],
    extends: Annotated[
        str, typer.Option("--extends", help="The profile that has what was not seen.", metavar="PROFILE")
    ] = "lincoln",
    write: Annotated[Path | None, typer.Option("--write", help="The file to write.", metavar="FILE")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.", metavar="")] = False,
    host: Annotated[
        str | None,
        typer.Option("--host", help="Which installation is meant, if there are several.", metavar="HOST[/INSTANCE]"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was learnt as JSON.", metavar="")] = False,
) -> None:
    """Learn a profile from the traffic of a real DRS.

    Exit codes: 0 learnt; 1 learnt, but exchanges contradict each other; 2 nothing could be learnt or written.
    """
    # They import the gateway, which other commands should not wait for.
    from drs_simulator.learning.learn import learn_profile  # noqa: PLC0415
    from drs_simulator.learning.profile_file import save_profile  # noqa: PLC0415
    from drs_simulator.learning.sources import read_source  # noqa: PLC0415

    base = load_profile(extends)
    learnt = learn_profile(read_source(source, host), base)
    if write is not None:
        save_profile(learnt, extends, write, force=force)
    if as_json:
        echo(json.dumps(_to_data(learnt, write), indent=2, ensure_ascii=False, default=str))
    else:
        _print(learnt, write)
    if learnt.contradictions:
        raise typer.Exit(CONTRADICTED)


def _print(learnt: LearntProfile, written: Path | None) -> None:
    rows = [(each.key, _show(each), _show_seen(each)) for each in learnt.findings]
    print_table(("setting", "value", "seen"), rows)
    for remark in learnt.remarks:
        echo(f"{remark}.")
    for contradiction in learnt.contradictions:
        print_error(f"Contradiction: {contradiction}.")
    if learnt.contradictions:
        print_error(f"Settings with a contradiction stay as in {learnt.base.name}.")
    count = len(learnt.findings)
    told = f"{count} settings from {learnt.traffic.name}, {len(learnt.traffic.exchanges)} exchanges"
    echo(f"{told}; written to {written}." if written else f"{told}. Nothing is written without --write FILE.")


def _show(finding: Finding) -> str:
    value: Any = finding.value
    if isinstance(value, tuple) and value and isinstance(value[0], LearntEntry):
        shown = [entry for entry in value if entry.seen] or value
        names = (next((entry.table[name] for name in _NAMES if name in entry.table), "") for entry in shown)
        value = ", ".join(map(str, names))
    text = write_plainly(value)
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…"


def _show_seen(finding: Finding) -> str:
    if not finding.seen:
        return finding.remark
    return f"{len(finding.seen)}x, {shorten(finding.seen)}"


def _to_data(learnt: LearntProfile, written: Path | None) -> dict[str, object]:
    return {
        "source": learnt.traffic.name,
        "exchanges": len(learnt.traffic.exchanges),
        "extends": learnt.base.name,
        "written": None if written is None else str(written),
        "settings": [
            {"key": each.key, "value": _as_data(each.value), "seen": list(each.seen), "remark": each.remark}
            for each in learnt.findings
        ],
        "contradictions": [
            {"key": each.key, "claims": {value: list(seen) for value, seen in each.claims.items()}}
            for each in learnt.contradictions
        ],
        "remarks": list(learnt.remarks),
    }


def _as_data(value: object) -> object:
    if isinstance(value, tuple):
        return [{**each.table, "seen": list(each.seen)} if isinstance(each, LearntEntry) else each for each in value]
    return value
