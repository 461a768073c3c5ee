"""Spyne can be imported on every Python that the simulator runs on, whatever was tried before."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from drs_simulator.soap.spyne import compat as spyne_compat

MODULES = ["spyne", "spyne.protocol.soap", "spyne.interface.wsdl", "spyne.server.wsgi"]
# By its path: the package around it imports Spyne itself.
COMPAT = f"import runpy; runpy.run_path({spyne_compat.__file__!r})"


def fresh_interpreter(*statements: str, options: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    program = "\n".join(statements)
    return subprocess.run(
        [sys.executable, *options, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )


def output_of(*statements: str, options: tuple[str, ...] = ()) -> str:
    ran = fresh_interpreter(*statements, options=options)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


@pytest.mark.parametrize("module", MODULES)
def test_spyne_is_importable_and_its_importer_needs_no_fallback(module: str) -> None:
    assert (
        output_of(COMPAT, f"import {module}; print({module}.__name__)", options=("-W", "error::ImportWarning"))
        == module
    )


def test_an_import_of_spyne_that_failed_before_does_no_harm() -> None:
    """On Python 3.12 the import fails by itself; None in its place makes it fail on 3.11 as well."""
    attempt = (
        "import sys; sys.modules['spyne.util.six.moves'] = None\ntry: import spyne\nexcept ImportError: print('no')"
    )
    assert output_of(attempt, COMPAT, "import spyne; print(spyne.__version__)").split() == ["no", "2.14.0"]


def test_a_spyne_that_is_imported_already_stays_the_same_one() -> None:
    program = (COMPAT, "import spyne; before = spyne", COMPAT, "import spyne; print(spyne is before)")
    assert output_of(*program) == "True"


def test_doing_it_twice_adds_no_second_importer() -> None:
    count = "import sys; print(sum(type(i).__name__ == '_SixMetaPathImporter' for i in sys.meta_path))"
    assert output_of(COMPAT, count, COMPAT, count).split() == ["1", "1"]


def test_no_warning_is_silenced() -> None:
    filters = "import warnings; print(list(warnings.filters))"
    before, after = output_of(filters, COMPAT, filters).splitlines()
    assert before == after


@pytest.mark.parametrize("module", ["spyne", "spyne.protocol.soap", "spyne.server"])
def test_spyne_warns_of_nothing(module: str, tmp_path: Path) -> None:
    """Neither of cgi, nor of strings that are compiled for the first time."""
    prepared = f"import sys; sys.pycache_prefix = {str(tmp_path)!r}"
    assert output_of(prepared, COMPAT, f"import {module}; print('quiet')", options=("-W", "error")) == "quiet"


def test_without_spyne_it_is_spyne_that_is_reported_missing() -> None:
    ran = fresh_interpreter(COMPAT, "import spyne", options=("-I", "-S"))
    assert ran.stderr.splitlines()[-1] == "ModuleNotFoundError: No module named 'spyne'"
