"""Pages that are made from the code are up to date."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any, get_args

import pytest
from drs_client import DrsClient
from drs_contracts import CallbackReceiver
from drs_simulator import Clock, load_profile
from drs_simulator.profile.assumptions import AssumptionSettings
from drs_simulator.profile.planning_rules import DayOffCalendar, JobTemplate, SlotsTemplate
from pydantic import BaseModel

DOCS = Path(__file__).parents[1] / "docs"


def test_the_page_of_operations_is_what_the_code_says() -> None:
    made = runpy.run_path(str(DOCS / "generate.py"))["operations_page"]()
    assert (DOCS / "operations.md").read_text(encoding="utf-8") == made, "run make docs"
    assert made.count("\n| `") == 22


def test_the_page_of_the_platform_is_what_its_table_says() -> None:
    made = runpy.run_path(str(DOCS / "generate.py"))["platform_page"]()
    assert (DOCS / "platform.md").read_text(encoding="utf-8") == made, "run make docs"


def test_the_page_of_clauses_is_what_the_catalogue_says() -> None:
    made = runpy.run_path(str(DOCS / "generate.py"))["contract_page"]()
    assert (DOCS / "contract.md").read_text(encoding="utf-8") == made, "run make docs"


@pytest.fixture(scope="module")
def reference() -> Any:
    return runpy.run_path(str(DOCS / "generate_reference.py"))["PAGES"]


@pytest.mark.parametrize("page", ["commands", "settings", "effects", "scenarios", "pytest", "admin-api"])
def test_the_pages_of_reference_are_what_the_code_says(reference: Any, page: str) -> None:
    assert (DOCS / "reference" / f"{page}.md").read_text(encoding="utf-8") == reference[f"{page}.md"](), "run make docs"


def test_every_setting_of_a_profile_has_a_meaning() -> None:
    """Messages and assumptions apart, whose texts and values say it."""
    page = (DOCS / "reference" / "settings.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `\w+` \| \|.*", page, re.MULTILINE) == []


def test_the_examples_of_callbacks_run(
    drs_client: DrsClient,
    drs_clock: Clock,
    drs_confirmations: CallbackReceiver,
    capsys: Any,
) -> None:
    page = (DOCS / "callbacks.md").read_text(encoding="utf-8")
    script, held, example = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    for each in (script, held):
        exec(compile(each, "callbacks.md", "exec"), {})
    assert capsys.readouterr().out.startswith("2021-10-")
    names: dict[str, Any] = {}
    exec(compile(example, "callbacks.md", "exec"), names)
    names["test_a_scheduled_booking_is_confirmed"](drs_client, drs_clock, drs_confirmations)


def test_the_readme_has_the_present_number_of_clauses_by_grade() -> None:
    made = runpy.run_path(str(DOCS / "generate.py"))
    assert made["grades_table"]() in (DOCS.parent / "README.md").read_text(encoding="utf-8"), "run make docs"
    assert made["readme_page"]() == (DOCS.parent / "README.md").read_text(encoding="utf-8")


def test_the_example_of_a_profile_can_be_used(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", (DOCS / "profiles.md").read_text(encoding="utf-8"), re.DOTALL)
    file = tmp_path / "own.toml"
    file.write_text(example, encoding="utf-8")
    profile = load_profile(file)
    assert [template.operatives for template in profile.job_templates] == [1, 2]


def test_the_page_of_profiles_has_every_rule_for_planning() -> None:
    page = (DOCS / "profiles.md").read_text(encoding="utf-8")
    tables: dict[str, type[BaseModel]] = {
        "slots_templates": SlotsTemplate,
        "job_templates": JobTemplate,
        "day_off_calendars": DayOffCalendar,
    }
    for table, settings in tables.items():
        for key in settings.model_fields.keys() - {"name"}:
            assert f"`{table}[].{key}`" in page


def test_the_page_of_profiles_has_every_assumption_with_its_values() -> None:
    page = (DOCS / "profiles.md").read_text(encoding="utf-8")
    for key, field in AssumptionSettings.model_fields.items():
        (row,) = (line for line in page.splitlines() if line.startswith(f"| `assumptions.{key}` |"))
        assert {f"`{value}`" for value in get_args(field.annotation)} <= set(re.findall("`[^`]+`", row))
