"""The command ``drs-contracts observe``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from drs_contracts.observe.analysis import Judgement, Observation, Situation, Verdict, analyse_traffic
from drs_contracts.observe.sources import TrafficError, read_journal, read_traffic
from drs_contracts.recordings.recording import RecordingError

_out = Console(soft_wrap=True, highlight=False)
_err = Console(stderr=True, soft_wrap=True, highlight=False)
_MOST_PLACES = 3
_BROKEN = 1
_UNUSABLE = 2


def observe_command(
    source: Annotated[
        str,
        typer.Argument(
            help="A folder of recorded exchanges, a HAR file, or the address of a simulator with a journal.",
            metavar="DIR|FILE.har|URL",
        ),
    ],
    admin_token: Annotated[
        str | None, typer.Option(envvar="DRS_ADMIN_TOKEN", help="Token for its admin interface.", show_default=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Hold a caller's traffic to the caller's clauses, and say what it met and what never.

    The traffic is taken to be whole: sessions opened before it began count as never opened. Exit code 0: nothing is
    broken; 1: something is; 2: the traffic could not be read.
    """
    try:
        is_address = source.startswith(("http://", "https://"))
        observation = analyse_traffic(read_journal(source, admin_token) if is_address else read_traffic(Path(source)))
    except (TrafficError, RecordingError) as error:
        _err.print(str(error), markup=False)
        raise typer.Exit(_UNUSABLE) from None
    if as_json:
        typer.echo(json.dumps(_as_data(observation), indent=2))
    else:
        _report(observation)
    if observation.broken:
        raise typer.Exit(_BROKEN)


def _report(observation: Observation) -> None:
    coverage = observation.coverage
    if observation.broken:
        broken = Table("broken", "clause", "known", "where and how", box=None, padding=(0, 2, 0, 0))
        for judgement in observation.broken:
            told = (judgement.clause.id, judgement.clause.statement, str(judgement.clause.evidence), _places(judgement))
            broken.add_row(*map(escape, told))
        _out.print(broken)
        _out.print()
    met = Table("coverage", "met", "never met", box=None, padding=(0, 2, 0, 0))
    met.add_row("operations", *_split(dict(coverage.operations)))
    met.add_row("situations", *_split({each.value: count for each, count in coverage.situations.items()}))
    met.add_row("clauses", *_split({each.clause.id: each.occasions for each in observation.judgements}))
    _out.print(met)
    _out.print()
    counts = {each: sum(one.verdict is each for one in observation.judgements) for each in Verdict}
    clauses_told = ", ".join(f"{count} {verdict.value}" for verdict, count in counts.items())
    _out.print(f"{len(observation.traffic.calls)} calls. Clauses: {clauses_told}.")


def _places(judgement: Judgement) -> str:
    lines = [f"{breach.place}: {breach.reason}" for breach in judgement.breaches[:_MOST_PLACES]]
    more = len(judgement.breaches) - len(lines)
    return "\n".join([*lines, f"and {more} more"] if more else lines)


def _split(counts: dict[str, int]) -> tuple[str, str]:
    """What was met, with how often, and what was not."""
    met = ", ".join(f"{name} {count}" for name, count in counts.items() if count)
    return met or "none", ", ".join(name for name, count in counts.items() if not count) or "none"


def _as_data(observation: Observation) -> dict[str, object]:
    return {
        "source": observation.traffic.source,
        "calls": len(observation.traffic.calls),
        "clauses": [_clause_data(judgement) for judgement in observation.judgements],
        "coverage": {
            "operations": dict(observation.coverage.operations),
            "situations": {each.value: observation.coverage.situations[each] for each in Situation},
        },
    }


def _clause_data(judgement: Judgement) -> dict[str, object]:
    return {
        "id": judgement.clause.id,
        "statement": judgement.clause.statement,
        "grade": judgement.clause.evidence.grade.value,
        "source": judgement.clause.evidence.source,
        "verdict": judgement.verdict.value,
        "occasions": judgement.occasions,
        "breaches": [
            {
                "position": breach.position,
                "name": breach.call.name,
                "operation": breach.call.operation,
                "reason": breach.reason,
            }
            for breach in judgement.breaches
        ],
    }
