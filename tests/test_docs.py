"""Pages that are made from the code are up to date."""

from __future__ import annotations

import runpy
from pathlib import Path

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
