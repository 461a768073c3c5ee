"""The command ``drs-contracts list``."""

from __future__ import annotations

from typing import Annotated

import typer

from drs_contracts.clauses import list_clauses
from drs_contracts.clauses.clause import Clause, Grade, count_by_grade
from drs_contracts.cli.options import Json
from drs_contracts.cli.output import echo, echo_json, echo_table


def list_command(
    as_json: Json = False,
    grade: Annotated[
        Grade | None, typer.Option(help="Only clauses with this evidence grade.", show_default=False)
    ] = None,
) -> None:
    """Print the clauses with their evidence."""
    chosen = [clause for clause in list_clauses() if grade in (None, clause.evidence.grade)]
    if as_json:
        echo_json([_to_data(clause) for clause in chosen])
        return
    echo_table(
        ("id", "statement", "applies to", "evidence"),
        [(clause.id, clause.statement, clause.applies_to.value, str(clause.evidence)) for clause in chosen],
    )
    echo(f"{len(chosen)} clauses.")
    if grade is None:
        echo_table(("grade", "clauses"), [(each, str(count)) for each, count in count_by_grade(chosen).items()])


def _to_data(clause: Clause) -> dict[str, object]:
    return {
        "id": clause.id,
        "statement": clause.statement,
        "grade": clause.evidence.grade.value,
        "source": clause.evidence.source,
        "applies_to": clause.applies_to.value,
        "writes": clause.writes,
    }
