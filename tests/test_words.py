"""The words of the documents, the help and the docstrings: plain present-day English."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("simulator/drs_simulator", "client/drs_client", "contracts/drs_contracts")
FOLDERS = (ROOT, ROOT / "docs", ROOT / ".github", ROOT / "benchmarks")
PAGES = sorted(page for folder in FOLDERS for page in folder.glob("*.md"))
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
TEMPLATES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.html"))

# Words that make a reader stop, with what to write instead.
PLAIN = {
    r"whoever|whomever|whosoever": "who, or the caller",
    r"anew|afresh": "again",
    r"of late": "recently",
    r"besides": "also, or other than",
    r"told of": "notified of",
    r"so many": "this many, or the number of",
    r"(?:is|are|was|were) to be": "must be, or will be",
    r"wherefrom|whence|thereof|therein": "where, of it",
    r"put off": "retry later",
    r"of its own accord": "by itself",
    r"does no harm": "is ignored",
    r"is no (?:XML|TOML|JSON|HAR|SOAP|DRS|clock|member|operation|address)": "is not",
    r"nobody who|somebody who|somebody else": "no caller, another caller",
    r"anything but": "not",
    r"by and by": "in time",
}
_PLAIN = re.compile("|".join(rf"(?<!there )\b(?:{words})\b" for words in PLAIN), re.IGNORECASE)


def texts_of(path: Path) -> Iterator[tuple[int, str]]:
    """Docstrings and other strings of a module with their lines; comments too."""
    source = path.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value
    for number, line in enumerate(source.splitlines(), 1):
        if (comment := re.search(r"(?:^|\s)#\s(.*)", line)) is not None:
            yield number, comment[1]


def odd_words(text: str) -> list[str]:
    return [found[0] for found in _PLAIN.finditer(re.sub(r"\s+", " ", text))]


@pytest.mark.parametrize("page", PAGES + TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_pages_use_plain_words(page: Path) -> None:
    """Every page of the documentation and every template."""
    assert odd_words(page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("package", PACKAGES)
def test_docstrings_and_messages_use_plain_words(package: str) -> None:
    """Docstrings, messages, help texts and comments of every module."""
    odd = [
        f"{path.relative_to(ROOT)}:{line}: {', '.join(words)}"
        for path in MODULES
        if path.is_relative_to(ROOT / package)
        for line, text in texts_of(path)
        if (words := odd_words(text))
    ]
    assert odd == []


@pytest.mark.parametrize("package", PACKAGES)
def test_no_two_classes_of_a_package_have_one_name(package: str) -> None:
    names = Counter(
        node.name
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    )
    assert [name for name, count in names.items() if count > 1] == []
