"""Which tests of a command failed: read from its JUnit file, or from what it printed."""

from __future__ import annotations

import re
from pathlib import Path

from drs_contracts.xml import NotXmlError, parse_xml

_PRINTED = (
    re.compile(r"^(?:FAILED|ERROR) (\S+::.+?)(?: - .*)?$", re.MULTILINE),  # pytest
    re.compile(r"^(?:FAIL|ERROR): (\w+ \([\w.]+\))$", re.MULTILINE),  # unittest
    re.compile(r"^\s*--- FAIL: (\S+)", re.MULTILINE),  # go test
    re.compile(r"^\s*Failed (\S+) \[", re.MULTILINE),  # dotnet test
)
_LAST_LINES = 12


def find_failed_tests(printed: str, junit_file: Path | None = None) -> tuple[str, ...]:
    """Find the names of the tests that failed; none if neither the file nor the output names any."""
    from_file = _read_junit(junit_file) if junit_file is not None and junit_file.is_file() else []
    found = from_file or [name for pattern in _PRINTED for name in pattern.findall(printed)]
    return tuple(dict.fromkeys(found))


def cut_to_end(printed: str) -> str:
    """Cut an output to its last lines."""
    return "\n".join(printed.rstrip().splitlines()[-_LAST_LINES:])


def _read_junit(file: Path) -> list[str]:
    try:
        root = parse_xml(file.read_bytes())
    except (OSError, NotXmlError):
        return []
    failed = [
        each for each in root.iter("testcase") if each.find("failure") is not None or each.find("error") is not None
    ]
    return [".".join(filter(None, (each.get("classname"), each.get("name")))) for each in failed]
