"""The command drs-contracts where its extra is not installed."""

from __future__ import annotations

import subprocess
import sys

import pytest

START = "from drs_contracts.__main__ import main; main()"


@pytest.mark.parametrize("library", ["hypothesis", "faker", "jinja2"])
def test_what_is_missing_is_told_in_a_line_with_what_to_install(library: str) -> None:
    program = f"import sys; sys.modules[{library!r}] = None; {START}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 2
    assert done.stderr == (
        f"drs-contracts needs {library}, which is not installed. Install what it needs with: "
        "pip install faker hypothesis jinja2 pytest\n"
    )


def test_with_everything_there_the_command_runs() -> None:
    done = subprocess.run(
        [sys.executable, "-c", START, "list"], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0
    assert "AVL-01" in done.stdout
