"""Reports as pages and as files. All pages have one frame: the verdict, the counts, how sure they are, and filters."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TypeVar

from jinja2 import Environment, PackageLoader, StrictUndefined

from drs_contracts.errors import ContractsError
from drs_contracts.version import __version__

CONTRACT_PAGE = "https://github.com/drs-simulator/drs-simulator/blob/main/docs/contract.md"
"""The page of all clauses, where the project has it; each has a section there."""
_PRESUMED = "presumed"
_MAX_COMMAND = 200
_Report = TypeVar("_Report")


class ReportFileError(ContractsError):
    """A report cannot be written to the file that was named."""


class Tone(StrEnum):
    """How good or bad something is; what is neither has no colour."""

    GOOD = "good"
    BAD = "bad"
    UNSURE = "unsure"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Tile:
    """An outcome and how often it came. Its tone shows only if it did.

    Args:
        outcome: The outcome; the rows of the page that have it are marked with it.
        count: How often it came.
        tone: How good or bad it is.
    """

    outcome: str
    count: int
    tone: Tone = Tone.PLAIN

    @property
    def colour(self) -> Tone:
        """The tone to show."""
        return self.tone if self.count else Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Frame:
    """What the pages of all commands have in common.

    Args:
        command: The command that made the report.
        question: What the report answers.
        verdict: The answer in one sentence.
        tone: How good or bad it is.
        facts: What was examined, when and how; a sentence each.
        notices: What a reader must know first, in sentences.
        tiles: The outcomes, counted.
        grades: The grades, best first, each with the number of its clauses.
        graded: What these are, in the plural.
    """

    command: str
    question: str
    verdict: str
    tone: Tone
    facts: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    tiles: tuple[Tile, ...] = ()
    grades: tuple[tuple[str, int], ...] = ()
    graded: str = "clauses"

    @property
    def shares(self) -> tuple[tuple[str, int, str], ...]:
        """The grades that any clause has, with the number of clauses and its part of all."""
        return tuple((str(each), count, _percent(count, self.total)) for each, count in self.grades if count)

    @property
    def total(self) -> int:
        """The number of clauses with a grade."""
        return sum(count for _, count in self.grades)

    @property
    def presumed(self) -> str:
        """The share of clauses that are presumed, in a sentence; empty where there are no clauses."""
        if not self.total:
            return ""
        count = sum(count for grade, count in self.grades if grade == _PRESUMED)
        if not count:
            return f"None of these {self.total} {self.graded} is presumed."
        if count == self.total > 1:
            return f"All {self.total} {self.graded} are presumed: the simplest assumption, without evidence."
        verb = "is" if count == 1 else "are"
        return (
            f"{count} of these {self.total} {self.graded} ({_percent(count, self.total)}) {verb} presumed: "
            "the simplest assumption, without evidence."
        )


def render_page(template: str, frame: Frame, **values: object) -> bytes:
    """Render a self-contained HTML page from a template of this package; all values are escaped."""
    page = _environment().get_template(template)
    return page.render(frame=frame, version=__version__, **values).encode()


def clause_url(identifier: str) -> str:
    """Return the address of a clause on the page of all clauses."""
    return f"{CONTRACT_PAGE}#{identifier.lower()}"


def write_reports(report: _Report, files: Iterable[tuple[Path | None, Callable[[_Report], bytes]]]) -> None:
    """Write a report to each file that was named, in that file's form.

    Raises:
        ReportFileError: A file cannot be written.
    """
    for file, make in files:
        if file is not None:
            write_report(file, make(report))


def write_report(file: Path, content: bytes) -> None:
    """Write a report.

    Raises:
        ReportFileError: The file cannot be written.
    """
    try:
        file.write_bytes(content)
    except OSError as error:
        raise ReportFileError(
            f"{file} cannot be written: {error.strerror}.", "Name a file in a folder that exists."
        ) from None


def to_xml_text(text: str) -> str:
    """Replace the characters that XML cannot hold."""
    return "".join(each if each.isprintable() or each in "\n\t" else "\N{REPLACEMENT CHARACTER}" for each in text)


def format_command(command: Sequence[str]) -> str:
    """Format a command and its arguments as one line for a shell, cut if it is long."""
    line = " ".join(shlex.join(command).split())
    return line if len(line) <= _MAX_COMMAND else f"{line[:_MAX_COMMAND]}…"


def count_words(number: int, one: str, several: str = "") -> str:
    """Write a number with its noun: ``1 call``, ``2 calls``."""
    return f"{number} {one}" if number == 1 else f"{number} {several or f'{one}s'}"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("drs_contracts"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters["clause_url"] = clause_url
    environment.globals["contract_page"] = CONTRACT_PAGE
    return environment


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.0%}"
