"""Print what CHANGELOG.md says of a version, as the notes of its release: ``release_notes.py v0.2.0``.

GitHub shows each line break of a release's notes, so paragraphs become one line each. Links into the repository become
whole addresses, where the repository is given.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
_LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)\s]+)\)")
_ITEM = re.compile(r"\s*(?:[-*]|\d+\.) ")


class ReleaseError(Exception):
    """There is no release to make; the message says what to do."""


def main() -> int:
    """Print the notes; return the exit code."""
    parser = argparse.ArgumentParser(description="Print what CHANGELOG.md says of a version.")
    parser.add_argument("tag", help="the tag of the release, as v0.2.0")
    parser.add_argument("--repository", help="the repository's address, for links: https://github.com/OWNER/NAME")
    given = parser.parse_args()
    try:
        version = given.tag.removeprefix("v")
        check_version(version, (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
        notes = notes_of(version, (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    except ReleaseError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if given.repository:
        notes = _LINK.sub(rf"]({given.repository}/blob/{given.tag}/\1)", notes)
    sys.stdout.write(notes)
    return 0


def check_version(version: str, pyproject: str) -> None:
    """Make sure that the project has this version.

    Raises:
        ReleaseError: It has another one.
    """
    own = tomllib.loads(pyproject)["project"]["version"]
    if own != version:
        raise ReleaseError(f"The tag says version {version}, and pyproject.toml has {own}. Change one of them.")


def notes_of(version: str, changelog: str) -> str:
    """Return the section of a version, without its heading, each paragraph on one line.

    Raises:
        ReleaseError: There is no such section, or nothing in it.
    """
    sections = re.split(r"^## ", changelog, flags=re.MULTILINE)[1:]
    for section in sections:
        heading, _, body = section.partition("\n")
        if re.split(r"[],\s]", heading.removeprefix("["))[0] == version:
            if not body.strip():
                raise ReleaseError(f"CHANGELOG.md says nothing of version {version}. Write what changed for users.")
            return _join_lines(body)
    raise ReleaseError(
        f"CHANGELOG.md has no section for version {version}. Rename the section Unreleased to: ## {version} (its date)"
    )


def _join_lines(text: str) -> str:
    """Put each paragraph and each item of a list on one line. Code and tables stay as they are."""
    lines: list[str] = []
    in_code = False
    for line in text.strip().splitlines():
        is_fence = line.lstrip().startswith("```")
        continues = (
            lines
            and lines[-1].strip()
            and line.strip()
            and not (in_code or is_fence or lines[-1].lstrip().startswith(("#", "|", "```")))
            and not (line.lstrip().startswith(("#", "|")) or _ITEM.match(line))
        )
        in_code ^= is_fence
        if continues:
            lines[-1] = f"{lines[-1]} {line.strip()}"
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    raise SystemExit(main())
