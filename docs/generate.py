"""Writes docs/operations.md and docs/contract.md from the code: run it with ``make docs``."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from pathlib import Path

from drs_contracts import list_clauses
from drs_contracts.defects.callers import CALLER_DEFECTS
from drs_contracts.defects.drs import DEFECTS
from drs_simulator.gateway.interface import interface_named
from drs_simulator.gateway.service import HANDLINGS, SERVED
from drs_simulator.scheduling.scheduler import Scheduler

OPERATIONS = Path(__file__).with_name("operations.md")
CONTRACT = Path(__file__).with_name("contract.md")
_OPENING = """# The operations

What each operation does, what it refuses, and how that is known: *seen* in the document that describes DRS or its
examples, *published* in the interface description, relied on by a *client* in use, or *presumed*. This page is made
from the code by `make docs`.

Every operation but openSession refuses a call without an open session of the same day (presumed). A refusal is an
answer with `status` error and an `errorMsg`, and changes nothing. An identifier that is no number, an element that the
interface lacks, or a value that is not of its type is a SOAP fault instead.
"""


_CONTRACT_OPENING = """# The contract

What is known of DRS, clause by clause. `drs-contracts verify` holds a DRS to those that bind DRS, `drs-contracts
observe` holds a caller to the others. The last column is a defect that the clause catches: the suite breaks a simulator
or a caller in that way and sees that the clause notices. This page is made from the code by `make docs`.

Grades: *seen* in the document that describes DRS or its examples, *published* in the interface description, relied on
by a *client* in use, *presumed* because nobody wrote it down.
"""

_WITHOUT_A_CLAUSE = """## Known, and without a clause

What is known of DRS beside these clauses: why no call to one DRS can show it, and what holds the simulator to it
instead.

- There is a second, versioned path, `/ws/soap_560` (client): a verification has one address. Held by tests of the
  endpoint.
- Some clients demand https (client): how an instance is reached is its own. Held by `serve --tls`, and its tests.
- One checkAvailability at Lincoln took 878 to 4,835 ms, 1,685 ms on average (client): a figure, no rule. Held by the
  fault `delay_lincoln`.
- A city can be divided in areas, each worked in for three weeks in turn (client): whose turn it is follows from no
  answer; what callers rely on is AVL-18. Held by the profile `lincoln-areas`, and its tests.
- Slots, contracts, priorities and the cap are an instance's own; Hackney's differ, Lincoln's cap was 14 later
  (client): the clauses take them from the profile. Held by the profiles, and their tests.
- The priority was optional until the areas came (seen): an instance's setting: AVL-10 and CAL-11 have what is so now.
  Held by the profile `lincoln-2021`.
- A best slot weighs several factors, travel among them (seen): which and how is not known; AVL-06 and AVL-07 have
  what shows. Held by the recordings, which are replayed.
- A booking's business data, and the figures of a location (seen): an instance's own. Held by the recordings, which
  are replayed.
- Codes in answers have three members that the interface lacks (seen): versions differ, so a DRS without them is none
  the worse. Held by the scenario `extra-elements` and the client's tests.
- The housing system drops flat files; `N Days` is N weekdays (seen): a file is no call. Held by tests of the import.
- DRS calls back when a planner moves an appointment (client): it needs a planner, and a service that listens. Held by
  `drs_contracts.CallbackReceiver`, which checks the form, and tests of the calling back.
"""


def contract_page() -> str:
    """The page of all clauses, by id."""
    defects = {defect.caught_by: defect.statement for defect in (*DEFECTS, *CALLER_DEFECTS)}
    rows = ["| clause | statement | binds | evidence | writes | a defect it catches |", "| --- " * 6 + "|"]
    for clause in list_clauses():
        cells = (clause.id, clause.statement, clause.binds.value, str(clause.evidence), "yes" if clause.writes else "")
        rows.append(f"| {' | '.join(cells)} | {defects.get(clause.id, '')} |")
    return f"{_CONTRACT_OPENING}\n" + "\n".join(rows) + f"\n\n{len(rows) - 2} clauses.\n\n{_WITHOUT_A_CLAUSE}"


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
    CONTRACT.write_text(contract_page(), encoding="utf-8")
