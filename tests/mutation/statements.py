"""Which statement of a function a mutant changes, and which statements a check carries out.

A check that does not carry out the changed statement goes on as without the mutant, and cannot notice it.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple, TypeVar

from coverage import Coverage

from tests.mutation.record import FOLDER
from tests.mutation.switch import SOUND, function_of

_Result = TypeVar("_Result")
Statements = Mapping[str, frozenset[int]]
"""The statements that are carried out, by function: each as the number of lines between ``def`` and its first line."""


class _Function(NamedTuple):
    """A function in a mutated module.

    Args:
        source: Its text.
        first: Its first line in the module.
        statements: The first and last line of each statement; of one with a body, without the body.
    """

    source: str
    first: int
    statements: tuple[tuple[int, int], ...]

    def statement_at(self, line: int) -> int | None:
        """Return the statement on that line of the module, if there is one."""
        return next((begin - self.first for begin, end in self.statements if begin <= line <= end), None)

    def text_at(self, line: int) -> str:
        """Return the text of the statement on that line of the module; empty if there is none."""
        lines = self.source.splitlines()
        for begin, end in self.statements:
            if begin <= line <= end:
                return "\n".join(lines[begin - self.first : end - self.first + 1])
        return ""


def sound_of(mutant: str) -> str:
    """Name the sound copy of the function that a mutant changes."""
    return f"{function_of(mutant)}_{SOUND}"


def source_of(name: str) -> str:
    """Return the text of a mutant, or of ``module.x_function__mutmut_orig``.

    Raises:
        KeyError: There is no such function.
    """
    module, _, function = name.rpartition(".")
    return _read_functions(_path_of(module))[function].source


def statement_of(mutant: str) -> int | None:
    """Return the statement that a mutant changes, or ``None`` where that is not certain."""
    sound, line = _find_change(mutant)
    return sound.statement_at(line)


def changed_text(mutant: str) -> str:
    """Return the text of the statement that a mutant changes, without the change; empty where that is not certain."""
    sound, line = _find_change(mutant)
    return sound.text_at(line)


def _find_change(mutant: str) -> tuple[_Function, int]:
    """Find the sound function of a mutant, and the first line of the module that it changes."""
    module, _, name = mutant.rpartition(".")
    functions = _read_functions(_path_of(module))
    sound = functions[sound_of(name)]
    pairs = zip_longest(
        sound.source.replace(sound_of(name), "f").splitlines(),
        functions[name].source.replace(name, "f").splitlines(),
    )
    changed = next(number for number, (one, other) in enumerate(pairs) if one != other)
    return sound, sound.first + changed


def read_all() -> None:
    """Read all mutated modules, which takes seconds, so that forks have them."""
    for path in (FOLDER / "drs_simulator" / "scheduling").rglob("*.py"):
        _read_places(path)


def trace(work: Callable[[], _Result]) -> tuple[_Result, Statements]:
    """Do the work, and find out which statements of functions with mutants it carries out."""
    coverage = Coverage(data_file=None, config_file=False, include=[f"{FOLDER}/drs_simulator/scheduling/**/*.py"])
    with coverage.collect():
        result = work()
    data = coverage.get_data()
    found: dict[str, frozenset[int]] = {}
    for file in data.measured_files():
        found |= _find_statements(Path(file), data.lines(file) or ())
    return result, found


def _find_statements(path: Path, lines: Iterable[int]) -> dict[str, frozenset[int]]:
    module = ".".join(path.relative_to(FOLDER).with_suffix("").parts)
    places = _read_places(path)
    found = defaultdict(set)
    for line in lines:
        if line in places:
            function, statement = places[line]
            found[f"{module}.{function}"].add(statement)
    return {function: frozenset(statements) for function, statements in found.items()}


@cache
def _read_places(path: Path) -> dict[int, tuple[str, int]]:
    """The function and the statement on each line of a sound function."""
    return {
        line: (function_of(name), statement)
        for name, function in _read_functions(path).items()
        if name.endswith(SOUND)
        for line in range(function.first, function.first + function.source.count("\n"))
        if (statement := function.statement_at(line)) is not None
    }


def _path_of(module: str) -> Path:
    return FOLDER / f"{module.replace('.', '/')}.py"


@cache
def _read_functions(path: Path) -> dict[str, _Function]:
    source = path.read_text(encoding="utf-8")
    lines = source.splitlines(keepends=True)
    return {
        node.name: _Function(
            "".join(lines[node.lineno - 1 : node.end_lineno]),
            node.lineno,
            tuple(_lines_of(each) for each in ast.walk(node) if isinstance(each, ast.stmt) and each is not node),
        )
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef)
    }


def _lines_of(statement: ast.stmt) -> tuple[int, int]:
    body = getattr(statement, "body", None)
    return statement.lineno, body[0].lineno - 1 if body else statement.end_lineno or statement.lineno
