"""Writes a learnt profile as a TOML file: each setting with the exchanges that show it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile
from textwrap import wrap
from typing import Any

from drs_simulator.learning.exchanges import LearnError
from drs_simulator.learning.learn import LearntProfile
from drs_simulator.learning.notebook import Finding, LearntEntry, shorten
from drs_simulator.profile.loading import ProfileError, load_profile, profile_names

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_WIDTH = 116
_SIMULATED = "presumed: a simulator answered so in"


def write_profile(learnt: LearntProfile, extends: str, name: str) -> str:
    """Write a learnt profile as TOML text.

    Args:
        learnt: What was learnt.
        extends: The profile that it extends, as its file must name it.
        name: The profile's name.
    """
    return "\n".join(_lines(learnt, extends, name)) + "\n"


def save_profile(learnt: LearntProfile, extends: str, file: Path, *, force: bool = False) -> None:
    """Write a learnt profile into a file, if it can be used.

    Raises:
        LearnError: The file is there already, cannot be written, or the profile could not be used.
    """
    if file.exists() and not force:
        raise LearnError(f"{file} is there already. Write to another file, or overwrite it with --force.")
    if extends not in profile_names():
        extends = Path(os.path.relpath(Path(extends).resolve(), file.resolve().parent)).as_posix()
    text = write_profile(learnt, extends, re.sub(r"[^\w-]", "-", file.stem) or "learnt")
    try:
        with NamedTemporaryFile("w", encoding="utf-8", dir=file.resolve().parent, suffix=".toml", delete=False) as made:
            made.write(text)
    except OSError as error:
        raise LearnError(f"{file} cannot be written: {error.strerror}.") from None
    temporary = Path(made.name)
    try:
        load_profile(temporary)
        # A temporary file is only for its owner.
        temporary.chmod(0o644)
        temporary.replace(file)
    except ProfileError as error:
        problems = "\n".join(f"  {problem}" for problem in error.problems)
        raise LearnError(
            f"What was learnt does not fit with {learnt.base.name}. Extend another profile with --extends:\n{problems}"
        ) from None
    except OSError as error:
        raise LearnError(f"{file} cannot be written: {error.strerror}.") from None
    finally:
        temporary.unlink(missing_ok=True)


def _lines(learnt: LearntProfile, extends: str, name: str) -> Iterator[str]:
    base, traffic = learnt.base.name, learnt.traffic
    count = len(traffic.exchanges)
    yield from _comment(
        f"Learnt from {traffic.name}, {count} exchange{'' if count == 1 else 's'}, by drs-simulator profile learn. "
        f"What has no line here was not seen, and is as in {base}. Addresses are made up. The table at the end has the "
        "evidence of each setting."
    )
    yield from _pairs({"extends": extends, "name": name, "title": f"Learnt from {traffic.title}"})
    top = [each for each in learnt.findings if "." not in each.key and not _is_list_of_tables(each.value)]
    for finding in top:
        yield from _setting(finding)
    tables: dict[str, list[Finding]] = {}
    for finding in learnt.findings:
        if "." in finding.key:
            tables.setdefault(finding.key.partition(".")[0], []).append(finding)
    for table, findings in tables.items():
        yield from ("", f"[{table}]")
        for finding in findings:
            yield from _setting(finding)
    for finding in learnt.findings:
        if _is_list_of_tables(finding.value):
            yield from _entries(finding, base)
    for contradiction in learnt.contradictions:
        yield ""
        yield from _comment(f"Contradiction, as in {base} until you decide: {contradiction}.")
    for remark in learnt.remarks:
        yield ""
        yield from _comment(f"{remark}.")
    yield from ("", "[evidence]")
    yield from _pairs({each.key: evidence_of(each, learnt) for each in learnt.findings})


def evidence_of(finding: Finding, learnt: LearntProfile) -> str:
    """How a setting is known: the exchanges that show it, and how often."""
    if not finding.seen:
        return finding.remark or f"presumed: as in {learnt.base.name}"
    grade = _SIMULATED if learnt.traffic.is_simulated else "seen:"
    times = len(finding.seen)
    told = f"{grade} {learnt.traffic.name}, {shorten(finding.seen)}; {times} time{'' if times == 1 else 's'}"
    return f"{told}; {finding.remark}" if finding.remark else told


def _is_list_of_tables(value: object) -> bool:
    return isinstance(value, tuple) and bool(value) and all(isinstance(each, LearntEntry) for each in value)


def _setting(finding: Finding) -> Iterator[str]:
    yield from _comment(_told(finding.seen, finding.remark))
    yield from _pairs({finding.key.rpartition(".")[2]: finding.value})


def _entries(finding: Finding, base: str) -> Iterator[str]:
    entries: Iterable[LearntEntry] = finding.value
    for entry in entries:
        yield ""
        if entry.seen:
            yield from _comment(_told(entry.seen, ""))
        elif finding.key in ("priorities", "sor_codes", "locations"):
            yield from _comment(f"Not seen, as in {base}.")
        nested = {key: value for key, value in entry.table.items() if _is_array_of_tables(value)}
        yield f"[[{finding.key}]]"
        yield from _pairs({key: value for key, value in entry.table.items() if key not in nested})
        for key, tables in nested.items():
            for table in tables:
                yield from ("", f"[[{finding.key}.{key}]]")
                yield from _pairs(table)


def _is_array_of_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, Mapping) for each in value)


def _told(seen: tuple[str, ...], remark: str) -> str:
    times = len(seen)
    told = f"{shorten(seen)}; {times} time{'' if times == 1 else 's'}" if seen else ""
    joined = "; ".join(filter(None, (told, remark)))
    return f"{joined[:1].upper()}{joined[1:]}."


def _comment(text: str) -> Iterator[str]:
    # A line break in a comment would end it.
    plain = "".join(each if each.isprintable() else " " for each in text)
    yield from (f"# {line}" for line in wrap(plain, _WIDTH, break_long_words=False, break_on_hyphens=False))


def _pairs(table: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"{_key(key)} = {_value(value)}" for key, value in table.items())


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else _value(key)


def _value(value: Any) -> str:
    if isinstance(value, str):
        # The escapes of a TOML string are JSON's, but for one character.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{_key(key)} = {_value(each)}' for key, each in value.items())} }}" if value else "{}"
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_value, value))}]"
    return str(value)
