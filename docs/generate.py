"""Writes docs/operations.md, docs/contract.md and the README's table of grades from the code: see ``make docs``."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from pathlib import Path

from drs_contracts import AppliesTo, Grade, list_clauses
from drs_contracts.clauses.clause import count_by_grade
from drs_contracts.defects.base import Defect
from drs_contracts.defects.callers import CALLER_DEFECTS, CallerDefect
from drs_contracts.defects.drs import DEFECTS
from drs_simulator.scheduling.scheduler import Scheduler
from drs_simulator.soap.interface import interface_named
from drs_simulator.soap.operations import HANDLERS, SERVED

OPERATIONS = Path(__file__).with_name("operations.md")
CONTRACT = Path(__file__).with_name("contract.md")
README = Path(__file__).parents[1] / "README.md"
_README_TABLE = re.compile(r"(<!-- grades: made by make docs -->\n\n).*?(\n<!-- end of grades -->)", re.DOTALL)
_OPENING = """# The operations

What each operation does, what it refuses, and how that is known: *seen* in the document that describes DRS or its
examples, *published* in the interface description, relied on by a *client* in use, said by the *vendor* in its help
pages (with the ids of the articles), *measured* on DRS's platform, Apache CXF, or *presumed*. This page is made from
the code by `make docs`.

Every operation but openSession refuses a call without an open session of the same day (seen). A refusal is an
answer with `status` error and an `errorMsg`, and changes nothing. An identifier that is no number, an element that the
interface lacks, or a value that is not of its type is a SOAP fault instead.
"""


_CONTRACT_OPENING = """# The contract

What is known of DRS, clause by clause. `drs-contracts verify` checks a DRS against the clauses that apply to DRS,
`drs-contracts observe` checks a caller's traffic against the others. The last column has the defects that the clause
catches: the tests break a simulator or a caller in that way and check that the clause fails. `make docs` generates this
page from the code.

How each is known, best first. A clause has the best grade that its source supports; the source names the others.
"""

_WITHOUT_A_CLAUSE = """## Known, but without a clause

What else is known of DRS, why no call to a single DRS can show it, and what checks the simulator instead.

- There is a second, versioned path, `/ws/soap_560` (client). A verification has one address. Checked by the tests of
  the endpoint.
- Some clients demand https (client). Each instance has its own way in. Checked by the tests of `serve --tls`.
- One checkAvailability at Lincoln took 878 to 4,835 ms, 1,685 ms on average (client). This is a figure, not a rule.
  The fault `delay_lincoln` reproduces it.
- A city can be divided into areas that are served in turn, three weeks each (client). No answer shows which area is
  being served; callers rely on AVL-18. Checked by the tests of the profile `lincoln-areas`.
- Each instance has its own slots, contracts, priorities and cap; Hackney's differ, and Lincoln's cap later became 14
  (client). The clauses take them from the profile. Checked by the tests of the profiles.
- The priority was optional before areas were introduced (seen). It is a setting of the instance; AVL-10 and CAL-11
  state the present rule. The profile `lincoln-2021` has the earlier one.
- Several factors make a best slot, travel among them (seen). Their weights are unknown; AVL-06 and AVL-07 state what
  can be seen. Checked by replaying the recordings.
- A booking has business data, and a location has figures (seen). Each instance has its own. Checked by replaying the
  recordings.
- Codes in answers have three members that the interface lacks (seen). Versions differ, so a DRS without them is not
  wrong. Checked by the scenario `extra-elements` and the tests of the client.
- The housing system exports flat files, in which `N Days` means N weekdays (seen). A file is not a call. Checked by
  the tests of the import.
- DRS calls back when a planner moves an appointment (client). That takes a planner and a service that listens. Checked
  by `drs_contracts.CallbackReceiver`, which checks the form, and by the tests of callbacks.
"""


def contract_page() -> str:
    """The page of all clauses, by id."""
    defects: dict[str, list[str]] = {}
    known: tuple[Defect | CallerDefect, ...] = (*DEFECTS, *CALLER_DEFECTS)
    for defect in known:
        defects.setdefault(defect.caught_by, []).append(defect.statement)
    rows = ["| clause | statement | applies to | evidence | writes | defects it catches |", "| --- " * 6 + "|"]
    for clause in list_clauses():
        writes = "yes" if clause.writes else ""
        caught = "; ".join(defects.get(clause.id, []))
        cells = (clause.id, clause.statement, clause.applies_to.value, str(clause.evidence), writes, caught)
        rows.append(f"| {' | '.join(cells)} |")
    listed = "\n".join(rows)
    return f"{_CONTRACT_OPENING}\n{grades_table()}\n{listed}\n\n{len(rows) - 2} clauses.\n\n{_WITHOUT_A_CLAUSE}"


def grades_table() -> str:
    """The number of clauses by grade, for each side, as a table."""
    sides = {side: count_by_grade(list_clauses(side)) for side in AppliesTo}
    totals = {side: sum(counts.values()) for side, counts in sides.items()}
    rows = ["| grade | how it is known | clauses for DRS | clauses for callers |", "| --- | --- | --- | --- |"]
    for grade in Grade:
        counts = (f"{sides[side][grade]} ({sides[side][grade] / totals[side]:.0%})" for side in AppliesTo)
        rows.append(f"| *{grade}* | {grade.meaning} | {' | '.join(counts)} |")
    rows.append(f"| all | | {' | '.join(str(total) for total in totals.values())} |")
    return "\n".join(rows) + "\n"


def readme_page() -> str:
    """The README with its table of grades as it is now."""
    return _README_TABLE.sub(lambda found: found[1] + grades_table() + found[2], README.read_text(encoding="utf-8"))


def operations_page() -> str:
    """The page, in the interface's own order of operations."""
    use_cases: dict[str, Callable[..., object]] = {"openSession": Scheduler.open_session}
    use_cases |= {name: handler.use_case for name, handler in HANDLERS.items()}
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
    README.write_text(readme_page(), encoding="utf-8")
