"""Learns a profile: every subject notes what the traffic shows, and what follows from it for the rest is added."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from drs_simulator.learning.exchanges import SeenTraffic
from drs_simulator.learning.notebook import Contradiction, Finding, LearntEntry, Notebook
from drs_simulator.learning.refusals import explain_refusals
from drs_simulator.learning.subjects.areas import Areas, find_unbound, learn_areas
from drs_simulator.learning.subjects.business_data import learn_business_data
from drs_simulator.learning.subjects.numbering import learn_first_numbers, learn_new_bookings
from drs_simulator.learning.subjects.places import learn_places
from drs_simulator.learning.subjects.platform import (
    learn_instance,
    learn_interface,
    learn_platform,
    learn_time_zone,
)
from drs_simulator.learning.subjects.slots import learn_cap, learn_slots, read_days
from drs_simulator.learning.subjects.sor_codes import learn_jobs_without_code, learn_sor_codes
from drs_simulator.learning.subjects.tables import as_table
from drs_simulator.learning.subjects.vocabulary import learn_contracts, learn_priorities, learn_tolerance
from drs_simulator.profile.model import Profile

_FOLLOWS = "presumed: made up, so that the rest can be used"
_ORDER = (
    "instance",
    "timezone",
    "contracts",
    "availability",
    "ordering",
    "gateway",
    "messages",
    "areas",
    "priorities",
    "slots_templates",
    "job_templates",
    "sor_codes",
    "operatives",
    "locations",
    "unknown_location",
    "business_data",
)


@dataclass(frozen=True, slots=True)
class LearntProfile:
    """What some traffic shows of an installation.

    Args:
        base: The profile that it extends.
        traffic: The traffic.
        findings: The settings, in the order of a profile.
        contradictions: What exchanges contradict each other about; the settings stay as in ``base``.
        remarks: What could not be used, and bounds of settings.
    """

    base: Profile
    traffic: SeenTraffic
    findings: tuple[Finding, ...]
    contradictions: tuple[Contradiction, ...]
    remarks: tuple[str, ...]


def learn_profile(traffic: SeenTraffic, base: Profile) -> LearntProfile:
    """Learn the profile that explains some traffic. What the traffic does not show stays as in ``base``.

    ::

        learnt = learn_profile(read_source(Path("recordings/lincoln-2021")), load_profile("lincoln"))
        print(write_profile(learnt, "lincoln", "mine"))
    """
    notebook = Notebook()
    refusals = explain_refusals(traffic, base.messages, notebook)
    learn_instance(traffic, notebook)
    learn_time_zone(traffic, base, notebook)
    learn_platform(traffic, base, notebook)
    learn_interface(traffic, notebook)
    learn_contracts(traffic, base, refusals, notebook)
    learn_priorities(traffic, base, refusals, notebook)
    learn_tolerance(traffic, refusals, notebook)
    trades = learn_sor_codes(traffic, base, refusals, notebook)
    learn_jobs_without_code(traffic, refusals, notebook)
    days = read_days(traffic, trades)
    learn_slots(days, base, dict.fromkeys(trades.values()), notebook)
    learn_cap(traffic, base, notebook)
    areas = learn_areas(days, notebook)
    learn_places(traffic, base, _write_areas(areas, notebook), notebook)
    learn_first_numbers(traffic, notebook)
    learn_new_bookings(traffic, notebook)
    learn_business_data(traffic, base, notebook)
    if traffic.passed_over:
        notebook.remarks.append(f"{traffic.passed_over} calls without their bodies were passed over")
    _add_to_priorities(notebook, base, areas, find_unbound(days, traffic, base) if areas is None else {})
    _add_job_templates(notebook, base)
    _add_operatives(notebook, base)
    findings = sorted(notebook.findings.values(), key=lambda each: _ORDER.index(each.key.partition(".")[0]))
    return LearntProfile(
        base, traffic, tuple(findings), tuple(notebook.contradictions), tuple(dict.fromkeys(notebook.remarks))
    )


def _write_areas(areas: Areas | None, notebook: Notebook) -> dict[str, str]:
    """Note the areas; return the sector of each location, and under ``""`` that of all others."""
    if areas is None:
        return {}
    notebook.add("areas.sectors", list(areas.sectors), areas.exchanges, "the names are made up")
    notebook.add("areas.weeks", areas.weeks, areas.exchanges)
    notebook.add("areas.first_day", areas.first_day, areas.exchanges)
    return {"": areas.sectors[0], **areas.by_location}


def _add_to_priorities(
    notebook: Notebook, base: Profile, areas: Areas | None, unbound: Mapping[str, Sequence[str]]
) -> None:
    """Add to the priorities which slots they have, and whether they wait for the turns of areas."""
    found = notebook.findings.pop("priorities.slots_template", None)
    slots: Mapping[str, str] = found.value if found is not None else {}
    resets = found is not None or "slots_templates" in notebook.findings
    if not resets and areas is None and not unbound:
        return
    known = notebook.findings.get("priorities")
    entries = known.value if known is not None else [LearntEntry(as_table(each)) for each in base.priorities]
    changed = []
    for entry in entries:
        table = dict(entry.table)
        if resets:
            table.pop("slots_template", None)
        if table["id"] in slots:
            table["slots_template"] = slots[table["id"]]
        if areas is not None:
            table["bound_to_areas"] = table["id"] in areas.priorities
        elif table["id"] in unbound:
            table.pop("bound_to_areas", None)
        changed.append(LearntEntry(table, entry.seen))
    seen = [*(known.seen if known else ()), *(found.seen if found else ()), *(areas.exchanges if areas else ())]
    seen += [name for names in unbound.values() for name in names]
    notebook.add("priorities", tuple(changed), seen, known.remark if known else "")


def _add_job_templates(notebook: Notebook, base: Profile) -> None:
    """Add the job templates that codes name, and those that give a trade its slots."""
    found = notebook.findings.pop("job_templates.slots_template", None)
    slots: Mapping[str, str] = found.value if found is not None else {}
    resets = "slots_templates" in notebook.findings
    tables = {each.name: as_table(each) for each in base.job_templates}
    before = {name: dict(table) for name, table in tables.items()}
    for table in _tables(notebook.findings.get("sor_codes")):
        name, trade = table.get("job_template", ""), table.get("trade", "")
        if name and name not in tables:
            tables[name] = {"name": name, "trades": [trade or name]}
    for table in tables.values() if resets else ():
        table.pop("slots_template", None)
    for trade in slots:
        tables.setdefault(trade, {"name": trade, "trades": [trade]})
    for table in tables.values():
        slot_names = [slots[trade] for trade in table["trades"] if trade in slots]
        if slot_names:
            table["slots_template"] = slot_names[0]
    if tables != before:
        entries = tuple(LearntEntry(table) for table in tables.values())
        notebook.add("job_templates", entries, found.seen if found else _seen(notebook, "sor_codes"))


def _add_operatives(notebook: Notebook, base: Profile) -> None:
    """Give the operatives of ``base`` the learnt contracts, and add one for each trade that none of them has."""
    contracts = notebook.findings.get("contracts")
    own = list(contracts.value) if contracts is not None else list(base.contracts)
    operatives = [as_table(each) for each in base.operatives]
    changed = set(own) != set(base.contracts)
    if changed:
        for table in operatives:
            table["contracts"] = own
    trades = {trade for table in operatives for trade in table["trades"]}
    wanted = [
        *(each.get("trade", "") for each in _tables(notebook.findings.get("sor_codes"))),
        *(trade for each in _tables(notebook.findings.get("job_templates")) for trade in each["trades"]),
        notebook.findings["ordering.default_template"].value
        if "ordering.default_template" in notebook.findings
        else "",
    ]
    for number, trade in enumerate((each for each in dict.fromkeys(wanted) if each and each not in trades), 1):
        changed = True
        operatives.append(
            {
                **_without_personal_days(operatives[0]),
                "id": f"90{number:02}",
                "code": f"X{number:02}",
                "name": f"{trade} One",
                "trades": [trade],
                "contracts": own,
            }
        )
    if changed:
        notebook.add("operatives", tuple(map(LearntEntry, operatives)), (), _FOLLOWS)


def _without_personal_days(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if key not in ("recurring_visits", "quotas", "lunch")}


def _tables(finding: Finding | None) -> Iterable[Mapping[str, Any]]:
    return () if finding is None else [entry.table for entry in finding.value]


def _seen(notebook: Notebook, key: str) -> tuple[str, ...]:
    return notebook.findings[key].seen if key in notebook.findings else ()
