"""What ``import drs_simulator`` offers."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import drs_simulator
import pytest


def imported_for_types() -> dict[str, str]:
    """The names that type checkers see, with the modules they come from."""
    tree = ast.parse(Path(drs_simulator.__file__).read_text(encoding="utf-8"))
    imports = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module)
    return {
        alias.name: str(node.module)
        for node in imports
        for alias in node.names
        if str(node.module).startswith("drs_simulator.") and alias.asname == alias.name
    }


def test_every_name_is_there_and_is_the_one_that_type_checkers_see() -> None:
    found = imported_for_types()
    assert sorted(found) == drs_simulator.__all__
    for name, module in found.items():
        value = getattr(drs_simulator, name)
        assert getattr(sys.modules[module], name) is value


def test_names_are_sorted_and_completed() -> None:
    assert sorted(drs_simulator.__all__) == drs_simulator.__all__
    assert {*drs_simulator.__all__, "__version__"} <= set(dir(drs_simulator))


def test_version_is_that_of_the_distribution() -> None:
    assert drs_simulator.__version__ == version("drs-simulator")


def test_unknown_names_are_attribute_errors() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Planet'"):
        drs_simulator.Planet  # noqa: B018 - the access is tested


def test_errors_about_what_was_given_have_an_exit_code() -> None:
    assert issubclass(drs_simulator.ProfileError, drs_simulator.UnusableError)
    assert drs_simulator.ProfileError.exit_code == 2


def test_import_alone_loads_nothing_heavy() -> None:
    program = "import sys, drs_simulator; print({'spyne', 'pydantic', 'requests', 'flask', 'lxml'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
