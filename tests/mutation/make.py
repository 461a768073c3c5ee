"""Writes the simulator with all mutants of its scheduling into ``build/mutation``, where a run imports it from.

mutmut makes the mutants: of functions and methods without a decorator, of classmethods and of staticmethods.
"""

from __future__ import annotations

import contextlib
import json
import shutil
from hashlib import sha256
from pathlib import Path

from mutmut.mutation.file_mutation import mutate_file_contents
from mutmut.mutation.trampoline_templates import trampoline_imports

from tests.mutation.record import FOLDER, MUTANTS, REACH, SURVIVORS, VERDICTS, forget

SOURCES = Path(__file__).parents[2] / "simulator"
PACKAGE = SOURCES / "drs_simulator"
_DIGEST = FOLDER / "sources.sha256"
SWITCH = "\nfrom tests.mutation.switch import MutantDict, wrap as _mutmut_mutated\n"


def make_mutants() -> dict[str, list[str]]:
    """Write the package and its mutants; return the names of the mutants by module."""
    shutil.rmtree(FOLDER / PACKAGE.name, ignore_errors=True)
    shutil.copytree(PACKAGE, FOLDER / PACKAGE.name, ignore=shutil.ignore_patterns("__pycache__"))
    made: dict[str, list[str]] = {}
    for path in sorted((PACKAGE / "scheduling").rglob("*.py")):
        place = path.relative_to(SOURCES)
        # mutmut reads its settings from where it is called.
        with contextlib.chdir(Path(__file__).parent):
            mutated = mutate_file_contents(str(place), path.read_text(encoding="utf-8"))
        if mutated.mutant_names:
            assert trampoline_imports in mutated.code, f"mutmut has another form: {place}"
            (FOLDER / place).write_text(mutated.code.replace(trampoline_imports, SWITCH), encoding="utf-8")
            module = ".".join(place.with_suffix("").parts)
            made[module] = [f"{module}.{name}" for name in mutated.mutant_names]
    return made


def forget_other_sources() -> None:
    """Forget what earlier runs found, if that was of other sources."""
    digest = sha256()
    for path in sorted(PACKAGE.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.read_bytes())
    FOLDER.mkdir(parents=True, exist_ok=True)
    if not _DIGEST.exists() or _DIGEST.read_text(encoding="utf-8") != digest.hexdigest():
        forget([REACH, VERDICTS, SURVIVORS])
    _DIGEST.write_text(digest.hexdigest(), encoding="utf-8")


if __name__ == "__main__":
    forget_other_sources()
    mutants = make_mutants()
    MUTANTS.write_text(json.dumps(mutants, indent=1), encoding="utf-8")
    print(f"{sum(map(len, mutants.values()))} mutants of {len(mutants)} modules are in {FOLDER}.")
