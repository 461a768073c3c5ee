"""The notes of a release, taken from the changelog."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
import tomllib
from collections.abc import Callable
from typing import Any

import pytest

from tests.ci.runner import ROOT

SCRIPT = ROOT / ".ci" / "release_notes.py"
CHANGELOG = """# Changelog

## Unreleased

## 0.2.0 (2027-01-31)

### Changed

- One thing that is told
  in two lines:
  - and a part of it
- Another; see [the page](docs/ci.md).

```sh
first
second
```

## [0.1.0]

- The first.

## 0.0.9, not published

- Before it.
"""


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return runpy.run_path(str(SCRIPT))


@pytest.fixture(scope="module")
def notes_of(script: dict[str, Any]) -> Callable[[str, str], str]:
    found: Callable[[str, str], str] = script["notes_of"]
    return found


def test_each_item_is_one_line_and_code_is_not(notes_of: Callable[[str, str], str]) -> None:
    assert notes_of("0.2.0", CHANGELOG) == (
        "### Changed\n\n- One thing that is told in two lines:\n  - and a part of it\n"
        "- Another; see [the page](docs/ci.md).\n\n```sh\nfirst\nsecond\n```\n"
    )
    assert notes_of("0.1.0", CHANGELOG) == "- The first.\n"
    assert notes_of("0.0.9", CHANGELOG) == "- Before it.\n"


@pytest.mark.parametrize(
    ("version", "changelog", "words"),
    [
        ("0.3.0", CHANGELOG, "no section for version 0.3.0. Rename the section Unreleased"),
        ("0.2", CHANGELOG, "no section for version 0.2."),
        ("0.3.0", "## 0.3.0\n\n## 0.2.0\n- x\n", "says nothing of version 0.3.0"),
    ],
)
def test_a_release_without_notes_is_refused(
    script: dict[str, Any], notes_of: Callable[[str, str], str], version: str, changelog: str, words: str
) -> None:
    with pytest.raises(script["ReleaseError"], match=words):
        notes_of(version, changelog)


def test_a_tag_of_another_version_is_refused() -> None:
    done = subprocess.run([sys.executable, str(SCRIPT), "v99.0"], capture_output=True, text=True, check=False)
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert done.returncode == 1
    assert done.stderr == f"The tag says version 99.0, and pyproject.toml has {version}. Change one of them.\n"


def test_every_section_of_the_changelog_can_be_released(notes_of: Callable[[str, str], str]) -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    for heading in re.findall(r"^## (.*)$", changelog, re.MULTILINE):
        assert "- " in notes_of(re.split(r"[, ]", heading)[0], changelog)
