"""Writes the pages that are made from the code, and the README's table of grades: see ``make docs``."""

from __future__ import annotations

import dataclasses
import inspect
import re
import runpy
from collections.abc import Callable
from pathlib import Path

from drs_contracts import AppliesTo, Grade, list_clauses
from drs_contracts.clauses.clause import count_by_grade
from drs_contracts.defects.base import Defect
from drs_contracts.defects.caller_base import CallerDefect
from drs_contracts.defects.callers import CALLER_DEFECTS
from drs_contracts.defects.drs import DEFECTS
from drs_contracts.defects.slips.catalogue import NOTICED
from drs_contracts.defects.slips.system import Slip
from drs_simulator.scheduling.scheduler import Scheduler
from drs_simulator.soap.interface import interface_named
from drs_simulator.soap.operations import HANDLERS, SERVED
from drs_simulator.soap.platform import PLATFORMS, Platform

OPERATIONS = Path(__file__).with_name("operations.md")
CONTRACT = Path(__file__).with_name("contract.md")
PLATFORM = Path(__file__).with_name("platform.md")
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
- DRS calls back when a booking is scheduled (vendor: help article xbz3jjohmz) and when a planner moves an appointment
  (client: Hackney repairs service). That takes a service that listens. Numbers are unsigned whole numbers, dates are
  local without milliseconds, and bookingSequence is FIRST or FOLLOW ON (client: Hackney repairs service). Checked by
  `drs_contracts.CallbackReceiver`, which checks the form, and by the tests of callbacks.
- DRS posts completed bookings where it is set up so (client: ONS census test). Checked like that too.
- DRS tells of deleted bookings (vendor: help articles xbz3jjohmz, 7tmuy3gu3l). The form is not public, so the simulator
  posts nothing unless its profile says so.
"""

_UNTOLD = """## Mistakes of callers that their traffic does not tell

What a correct caller may do too, so that no clause names it.

- Local time sent with `Z`, other than in a window or as the last second of a day: the document's own example of a date
  has a `Z` in summer (seen), and services in use send midnight so (client). CAL-21 names it in a window, CAL-47
  where it is on the next day.
- Many logins in a day: services in use open a session for each request that they serve (client). CAL-18 names sessions
  that stay open, CAL-33 a login that is refused again and again, CAL-58 fifty sessions at once, and CAL-59 a hundred
  logins for a call each within ten minutes.
- An order that stays when its booking is cancelled: services in use cancel with deleteBooking alone (client). CAL-23
  names one that stays when its slot was refused, CAL-51 one beside another order for the same work.
- The same work at the same place under two numbers, more than ten minutes apart, in other windows or with other
  comments: two orders may be meant. CAL-50 names the others, CAL-39 a second order where the first had no answer.
  Recordings replace comments and have no times, so that CAL-50 and CAL-51 do not judge them.
- A booking of another resident under that resident's number, if DRS has shown neither: the ids may be from an earlier
  day. CAL-36 and CAL-41 name what contradicts the answers.
- A search that ends at the cap with some slots: they may be enough. CAL-40 names one that ends there with none.
- An appointment that is moved past the target date, which a resident may ask for. CAL-37 names the first appointment,
  CAL-42 the first search.
- Patient polling and patient tries. CAL-35 names the same request in a row, CAL-54 to CAL-57 what is sent too often.
- A call without an answer after which the resident is asked to ring. CAL-53 names a call that is given up
  after a single try.
- A refused move whose errorMsg is overlooked: the appointment stays where it was. CAL-16, CAL-19, CAL-20, CAL-22,
  CAL-23, CAL-34, CAL-44, CAL-48, CAL-49 and CAL-51 name what follows from overlooking a refusal.
- A password in a userId in the simulator's journal, where both are masked. CAL-32 names it in a recording.
"""


_PLATFORM_OPENING = """# The platform

DRS runs on Apache CXF with JAXB (client: the WSDL of a public service names it). The simulator answers as CXF does:
five versions were run over DRS's interface, and each was sent the same requests.
`tests/simulator/soap/test_platform.py` sends them to the simulator and compares status, fault code and fault text;
the few answers that differ are listed there with the reason. This page is made by `make docs`.

## Choose a version

```toml
extends = "lincoln"

[gateway]
platform = "cxf-2.6"      # or cxf-2.2, cxf-2.7, cxf-3.1, cxf-3.5
```

The default is `cxf-2.6`. Which version your DRS has is not public: the form of the published WSDL, and callers that
post to `?wsdl`, point to 2.2.12 to 2.6. Your DRS tells it itself: send it a DELETE without a body (405 from 2.7 on),
and a request that is not XML (the parser's words from 3.1 on).

## What differs
"""
_PLATFORM_ROWS = {
    "tells_parser_errors": "the fault of XML that breaks before the call has the parser's words",
    "checks_soap_action": "a SOAPAction that is not empty must name an operation",
    "serves_other_verbs": "PUT and PATCH are answered like POST; if not, other verbs get a 405",
    "strict_booleans": "an unreadable boolean (`yes`) is a fault; if not, it counts as not sent",
    "trims_enumerations": "white space around a value of an enumeration is ignored",
    "unknown_element_faults": "how many unknown elements are faults since the start; - for all",
    "max_depth": "levels of elements (- for any)",
    "max_attributes": "attributes of an element (- for any)",
    "missing_body": "the fault of an envelope without Body",
    "names_soap_message": "the fault of a root without namespace asks for a SOAP message",
    "checks_envelope_name": "another root in the SOAP namespace has a fault of its own",
    "reads_get": "the fault of a GET without `?wsdl` (- for that of an empty Body)",
    "unknown_xsd": "the fault of `?xsd=NAME` (- for an error page)",
    "checks_operation_first": "an unknown operation is noticed before a header that must be understood",
    "answers_soap_1_2": "a SOAP 1.2 envelope gets its fault in SOAP 1.2",
    "refuses_empty_charset": "`charset=` without a name gets an error page",
    "names_character_in_full": "an illegal character reference is a Client fault with all of the parser's words",
    "wsdl_content_type": "the Content-Type of the WSDL",
}
_PLATFORM_REST = """## What all have in common

- A request is read in the charset of its Content-Type, in ISO-8859-1 if that names none, whatever its XML declaration
  says. The response is in the same charset, and has no XML declaration.
- The wrapper may be in any namespace. Only its first element counts, if it is named like the operation and has no
  namespace; if not, DRS is called without a request.
- Nothing behind the call is read: a second call, a second Body and broken XML there do no harm. An entity that is not
  declared is dropped. A DOCTYPE is a fault.
- `xsi:nil` is passed over. An unknown value of an enumeration counts as not sent. A number may be empty (0), have
  blanks between its digits, and wraps at 32 bits. A date may lack its time, and a time its date. Letters in a number,
  and dates that are none, are faults.
- Fault texts of values end in a blank. The expected elements of an unknown one have the order of a Java hash set.
- Calls are answered at the gateway's path and below it. Other paths below `/ws` are unknown services (404).

## What is let through is named

Lenient reading hides mistakes of a caller. The journal therefore has a sentence on each, and the clauses for callers
name them (CAL-01, CAL-02, CAL-04, CAL-06, CAL-07, CAL-27, CAL-28, CAL-29 in [contract.md](contract.md)). With `strict
= true` in `[gateway]` each is a fault, which suits tests in CI: an unknown value, an unreadable or empty boolean or
number, a number over 32 bits, a date without time, a wrapper in a wrong namespace, a second element in the wrapper or
the Body, a missing request, an undeclared entity, XML that breaks behind the call, and `xsi:nil`.

## What is presumed

- What DRS does when it is called without a request: `no_request = "fault"` (`Fault occurred while processing.`), or
  `"refuse"`, as if the request were empty.
- The fault about interned names for a wrapper in a default namespace is client evidence: services met it, and no
  version that was run gives it. `default_namespace_wrapper = "accept"` turns it off.
- The limits `max_body_bytes` and `max_depth` are the simulator's own. The platform's parser is another one, so
  its words on broken XML are as near as they can be told.
"""


def contract_page() -> str:
    """The page of all clauses, by id."""
    defects: dict[str, list[str]] = {}
    known: tuple[Defect | CallerDefect | Slip, ...] = (*DEFECTS, *CALLER_DEFECTS, *NOTICED)
    for defect in known:
        defects.setdefault(defect.caught_by, []).append(defect.statement)
    rows = ["| clause | statement | applies to | evidence | writes | defects it catches |", "| --- " * 6 + "|"]
    for clause in list_clauses():
        writes = "yes" if clause.writes else ""
        caught = "; ".join(defects.get(clause.id, []))
        # Reports link to a clause by this anchor.
        identifier = f'<a id="{clause.id.lower()}"></a>{clause.id}'
        cells = (identifier, clause.statement, clause.applies_to.value, str(clause.evidence), writes, caught)
        rows.append(f"| {' | '.join(cells)} |")
    listed = "\n".join(rows)
    return (
        f"{_CONTRACT_OPENING}\n{grades_table()}\n{listed}\n\n{len(rows) - 2} clauses.\n\n{_WITHOUT_A_CLAUSE}\n{_UNTOLD}"
    )


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


def platform_page() -> str:
    """The page of the platform: what differs by version, from the table."""
    names = list(PLATFORMS)
    rows = [f"| what | {' | '.join(names)} |", f"| --- |{' --- |' * len(names)}"]
    for field in dataclasses.fields(Platform):
        if field.name != "name":
            values = [_shown(getattr(platform, field.name)) for platform in PLATFORMS.values()]
            rows.append(f"| {_PLATFORM_ROWS[field.name]} | {' | '.join(values)} |")
    return f"{_PLATFORM_OPENING}\n" + "\n".join(rows) + f"\n\n{_PLATFORM_REST}"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "-" if value is None else f"`{value}`" if isinstance(value, str) else str(value)


if __name__ == "__main__":
    PLATFORM.write_text(platform_page(), encoding="utf-8")
    OPERATIONS.write_text(operations_page(), encoding="utf-8")
    CONTRACT.write_text(contract_page(), encoding="utf-8")
    README.write_text(readme_page(), encoding="utf-8")
    runpy.run_path(str(OPERATIONS.with_name("generate_reference.py")), run_name="__main__")
