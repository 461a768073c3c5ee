"""What has been found out so far: settings with the exchanges that show them, contradictions, and remarks."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

_Value = TypeVar("_Value", bound=Hashable)


@dataclass(frozen=True, slots=True)
class LearntEntry:
    """An entry of a list of tables.

    Args:
        table: Its keys and values.
        seen: The exchanges that show it; none for an entry of the extended profile.
    """

    table: Mapping[str, Any]
    seen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """A setting of the learnt profile.

    Args:
        key: Its key, ``availability.slots``.
        value: Its value; a tuple of ``LearntEntry`` for a list of tables.
        seen: The exchanges that show it, one for each time; none if it only follows from other settings.
        remark: What else must be known about it; empty for nothing.
    """

    key: str
    value: Any
    seen: tuple[str, ...]
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A setting that exchanges contradict each other about; it stays as in the extended profile.

    Args:
        key: The setting.
        claims: What is shown, with the exchanges that show it.
    """

    key: str
    claims: Mapping[str, tuple[str, ...]]

    def __str__(self) -> str:
        told = (f"{value or 'nothing'} ({shorten(seen)})" for value, seen in self.claims.items())
        return f"{self.key}: {'; but '.join(told)}"


@dataclass(slots=True)
class Notebook:
    """Collects what the subjects find out.

    Args:
        findings: The settings, by key.
        contradictions: What does not fit together.
        remarks: What could not be used, and bounds of settings, as sentences without their full stop.
    """

    findings: dict[str, Finding] = field(default_factory=dict)
    contradictions: list[Contradiction] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def add(self, key: str, value: Any, seen: Iterable[str], remark: str = "") -> None:
        """Note a setting."""
        self.findings[key] = Finding(key, value, tuple(seen), remark)

    def settle(self, key: str, claims: Claims[Any]) -> bool:
        """Note a setting if all exchanges agree about it, or else the contradiction; return whether they agree."""
        if not claims.seen:
            return False
        if len(claims.seen) > 1:
            self.contradict(key, claims)
            return False
        ((value, seen),) = claims.seen.items()
        self.add(key, value, seen)
        return True

    def contradict(self, key: str, claims: Claims[Any]) -> None:
        """Note that exchanges do not agree about a setting."""
        self.contradictions.append(
            Contradiction(key, {write_plainly(value): tuple(seen) for value, seen in claims.seen.items()})
        )


class Claims(Generic[_Value]):
    """The values of one setting, each with the exchanges that show it."""

    def __init__(self) -> None:
        self.seen: dict[_Value, list[str]] = {}

    def add(self, value: _Value, exchange: str) -> None:
        """Note that an exchange shows a value."""
        self.seen.setdefault(value, []).append(exchange)

    @property
    def exchanges(self) -> tuple[str, ...]:
        """All exchanges, in the order in which they were noted."""
        return tuple(name for names in self.seen.values() for name in names)


def write_plainly(value: object) -> str:
    """A value for a person."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple | list):
        return ", ".join(map(write_plainly, value))
    return str(value)


def shorten(seen: Iterable[str], shown: int = 2) -> str:
    """The first exchanges, and how many more there are."""
    names = tuple(dict.fromkeys(seen))
    more = len(names) - shown
    return ", ".join(names[:shown]) + (f" and {more} more" if more > 0 else "")
