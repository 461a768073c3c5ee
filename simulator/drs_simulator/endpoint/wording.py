"""Words for diagnoses: the name that was probably meant, and texts cut to a length that can be shown."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_SHOWN = 60


def nearest(name: str, known: Iterable[str]) -> str:
    """The rest of a sentence that says which of the known names comes nearest, if any does."""
    names = list(known)
    same_letters = [each for each in names if each.casefold() == name.strip().casefold()]
    close = same_letters or get_close_matches(name[:_SHOWN], names, n=1)
    return f"; it is written {close[0]}" if same_letters else f"; the nearest is {close[0]}" if close else ""


def cut(text: str) -> str:
    """A text of the caller's on one line, as much of it as can be shown."""
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"
