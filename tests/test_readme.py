"""The README: short, right on a package index, and without a command that no test runs.

``tests/end_to_end/test_wheel.py`` does what it says from top to bottom.
"""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
from drs_client import DrsClient
from drs_simulator import Clock, FaultPlan, Simulator, scenario_names

from tests.readme import PORT, README, ROOT, steps

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
REPOSITORY = PROJECT["urls"]["Homepage"]
LINK = re.compile(r"\]\(([^)\s]+)\)|<(http[^>]+)>")


def links() -> list[str]:
    return [first or second for first, second in LINK.findall(README)]


def test_it_can_be_read_in_one_go() -> None:
    assert len(README.splitlines()) < 200
    assert max(len(line) for line in README.splitlines() if not line.startswith("|")) <= 120


def test_it_works_on_a_package_index() -> None:
    """Every link is absolute, and each one into the repository leads to a page that is there."""
    assert [link for link in links() if not link.startswith("http")] == []
    into = [link.removeprefix(f"{REPOSITORY}/blob/main/") for link in links() if "/blob/main/" in link]
    assert into
    assert [path for path in into if not (ROOT / path.partition("#")[0]).is_file()] == []


def test_the_addresses_of_the_project_are_of_one_repository() -> None:
    addresses = [*PROJECT["urls"].values(), *re.findall(r"https://github\.com/[\w-]+/[\w-]+", README)]
    assert [each for each in addresses if not each.startswith(REPOSITORY)] == []


def test_every_section_has_a_heading_to_link_to() -> None:
    headings = re.findall(r"^## (.+)$", README, re.MULTILINE)
    assert {"Install", "Point .NET here", "Test with pytest", "Test in CI", "Break things", "Verify", "Observe"} <= set(
        headings
    )
    assert {"Exercise", "Guess", "How sure is it?", "Limits", "Where to ask", "Licence"} <= set(headings)


def test_the_line_that_installs_names_this_distribution() -> None:
    (line,) = [step.words for step in steps() if step.text.startswith("pip install")]
    name, _, address = line[-1].partition(" @ ")
    assert address == f"git+{REPOSITORY}"
    extras = re.fullmatch(rf"{PROJECT['name']}\[(.*)\]", name)
    assert extras is not None
    assert set(extras[1].split(",")) <= set(PROJECT["optional-dependencies"])
    assert f"{PROJECT['name'].replace('-', '_')}-{PROJECT['version']}-py3-none-any.whl" in README


def test_each_command_is_one_that_a_test_runs() -> None:
    known = {"pip", "uvx", "docker", "curl", "export", "python", "pytest"} | set(PROJECT["scripts"])
    assert {step.program for step in steps() if step.language == "sh"} <= known
    assert {step.program for step in steps() if step.language != "sh"} == {"book.py", "test_repairs.py"}


@pytest.mark.drs(clock="fixed@2021-10-22T12:20")
def test_the_python_test_passes(drs_client: DrsClient, drs_clock: Clock, drs_faults: FaultPlan) -> None:
    (example,) = [step.text for step in steps() if step.program == "test_repairs.py"]
    names: dict[str, Any] = {}
    exec(compile(example, "README.md", "exec"), names)
    (test,) = [value for name, value in names.items() if name.startswith("test_")]
    test(drs_client, drs_clock, drs_faults)


def test_a_scenario_that_is_named_exists() -> None:
    named = re.findall(r"--scenario ([\w-]+)", README)
    assert named
    assert set(named) <= set(scenario_names())


def test_the_addresses_are_those_of_a_default_server() -> None:
    assert f"http://127.0.0.1:{PORT}{Simulator('lincoln').path}" in README


@pytest.mark.parametrize("name", ["docker", "uvx"])
def test_tools_of_others_only_install_or_run_the_simulator(name: str) -> None:
    lines = [step.words for step in steps() if step.program == name]
    assert lines
    assert all({"build", "run", "serve"} & set(line) for line in lines)
