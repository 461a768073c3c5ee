"""TOML files: reads them, and merges the tables of two."""

from __future__ import annotations

import tomllib
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from drs_simulator.errors import UnusableError


class TomlError(UnusableError):
    """The file is not TOML; the message says what is wrong, and where."""


def read_toml(file: Path | Traversable) -> dict[str, Any]:
    """Read a TOML file in UTF-8, with or without a byte order mark.

    Raises:
        OSError: The file cannot be read.
        TomlError: It is not TOML.
    """
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise TomlError(f"is not TOML: it is not UTF-8 text, save it as UTF-8 ({error})") from None
    except tomllib.TOMLDecodeError as error:
        raise TomlError(f"is not TOML: {error}") from None


def merge_tables(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Merge ``over`` into ``base``, in a new table: tables are merged, other values and lists are replaced."""
    merged = {
        key: merge_tables(base[key], value) if isinstance(value, dict) and isinstance(base.get(key), dict) else value
        for key, value in over.items()
    }
    return base | merged
