"""Writes docs/operations.md from the docstrings of the operations: run it with ``make docs``."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from pathlib import Path

from drs_simulator.gateway.interface import interface_named
from drs_simulator.gateway.service import HANDLINGS, SERVED
from drs_simulator.scheduling.scheduler import Scheduler

OPERATIONS = Path(__file__).with_name("operations.md")
_OPENING = """# The operations

What each operation does, what it refuses, and how that is known: *seen* in the document that describes DRS or its
examples, *published* in the interface description, relied on by a *client* in use, or *presumed*. This page is made
from the code by `make docs`.

Every operation but openSession refuses a call without an open session of the same day (presumed). A refusal is an
answer with `status` error and an `errorMsg`, and changes nothing. An identifier that is no number, an element that the
interface lacks, or a value that is not of its type is a SOAP fault instead.
"""


def operations_page() -> str:
    """The page, in the interface's own order of operations."""
    use_cases: dict[str, Callable[..., object]] = {"openSession": Scheduler.open_session}
    use_cases |= {name: handling.use_case for name, handling in HANDLINGS.items()}
    names = [name for name in interface_named("published").operations if name in SERVED]
    rows = ["| operation | behaviour | refuses | evidence |", "| --- | --- | --- | --- |"]
    rows += [f"| `{name}` | {' | '.join(_cells(use_cases[name]))} |" for name in sorted(names)]
    return f"{_OPENING}\n" + "\n".join(rows) + "\n"


def _cells(use_case: Callable[..., object]) -> list[str]:
    """Behaviour, refusals and evidence, each in one line."""
    told = inspect.getdoc(use_case) or ""
    behaviour, _, rest = told.partition("Refuses:")
    refuses, _, evidence = rest.partition("Evidence:")
    if not (behaviour and refuses and evidence):
        raise ValueError(f"The docstring of {use_case.__name__} lacks its behaviour, 'Refuses:' or 'Evidence:'.")
    return [re.sub(r"\s+", " ", cell).strip().replace("``", "`") for cell in (behaviour, refuses, evidence)]


if __name__ == "__main__":
    OPERATIONS.write_text(operations_page(), encoding="utf-8")
