"""TOML files: a byte order mark, other encodings, and the tables of two merged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from drs_simulator.faults.rules import load_faults
from drs_simulator.scenarios.scenario import ScenarioError, load_scenario
from drs_simulator.toml_files import TomlError, merge_tables, read_toml

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@pytest.mark.parametrize("mark", [b"", BYTE_ORDER_MARK])
@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_file_is_read_with_and_without_a_byte_order_mark(tmp_path: Path, mark: bytes, newline: bytes) -> None:
    file = tmp_path / "a.toml"
    file.write_bytes(mark + newline.join([b'name = "Fran\xc3\xa7ois"', b"[table]", b"value = 1"]))
    assert read_toml(file) == {"name": "François", "table": {"value": 1}}


def test_fault_rules_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    file = tmp_path / "faults.toml"
    file.write_bytes(BYTE_ORDER_MARK + b'[[faults]]\neffect = "reset"\n')
    assert len(load_faults(file)) == 1


def test_scenario_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_bytes(BYTE_ORDER_MARK + b'title = "Ours"\n')
    assert load_scenario(file).title == "Ours"


def test_scenario_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text('title = "Ours"\n', encoding="utf-16")
    with pytest.raises(ScenarioError, match="save it as UTF-8"):
        load_scenario(file)


@pytest.mark.parametrize(
    ("content", "words"), [(b"a = b", "is not TOML: .*line 1"), (b"a = '\xff'", "is not TOML: .* save it as UTF-8")]
)
def test_file_that_is_no_toml_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "a.toml"
    file.write_bytes(content)
    with pytest.raises(TomlError, match=words):
        read_toml(file)


@pytest.mark.parametrize(
    ("base", "over", "merged"),
    [
        ({}, {"a": 1}, {"a": 1}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"c": 3}}, {"a": {"b": 1, "c": 3}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": {"b": 1}}, {"a": 5}, {"a": 5}),
        ({"a": 5}, {"a": {"b": 1}}, {"a": {"b": 1}}),
        ({"a": None}, {"a": {"b": 1}}, {"a": {"b": 1}}),
    ],
)
def test_tables_are_merged_and_other_values_replaced(
    base: dict[str, Any], over: dict[str, Any], merged: dict[str, Any]
) -> None:
    assert merge_tables(base, over) == merged
