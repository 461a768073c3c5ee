"""The load generators that there are, and which one drives."""

from __future__ import annotations

import shutil
from enum import StrEnum
from pathlib import Path

from benchmarks.generators.generator import LoadGenerator
from benchmarks.generators.python_load import PythonLoad
from benchmarks.generators.wrk_load import WrkLoad


class GeneratorName(StrEnum):
    """What can drive a server."""

    WRK = "wrk"
    PYTHON = "python"


def load_generator(name: GeneratorName | None = None) -> LoadGenerator:
    """The one of that name; without a name wrk, where it is installed.

    Raises:
        FileNotFoundError: wrk is asked for and not installed.
    """
    wrk = shutil.which("wrk")
    if name is GeneratorName.PYTHON or (name is None and wrk is None):
        return PythonLoad()
    if wrk is None:
        raise FileNotFoundError("wrk is not installed. Install it, or choose --load python.")
    return WrkLoad(Path(wrk))
