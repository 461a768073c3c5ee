"""Alignment: which child of an answered element stands for which child of the recorded one."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TypeAlias

from lxml import etree

Pair: TypeAlias = tuple[etree._Element, etree._Element]
"""A recorded child, and the answered one that stands for it."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """How the children of two elements correspond.

    Args:
        pairs: Children of the same name, in recorded order.
        renamed: Children that have another name, prefix or namespace now.
        removed: Recorded children that nothing stands for.
        added: Answered children that stand for nothing.
        reordered: Whether those that correspond come in another order.
    """

    pairs: tuple[Pair, ...]
    renamed: tuple[Pair, ...]
    removed: tuple[etree._Element, ...]
    added: tuple[etree._Element, ...]
    reordered: bool


def align(recorded: etree._Element, answered: etree._Element) -> Alignment:
    """Pair the children of two elements: by name, repeated ones by content, and what is left by its place."""
    kept, came = list(recorded), list(answered)
    pairs: dict[int, int] = {}
    for name in dict.fromkeys(map(named, kept)):
        pairs.update(_of_one_name(name, kept, came))
    renamed = _renamed(kept, came, pairs)
    together = pairs | renamed
    order = [together[place] for place in sorted(together)]
    return Alignment(
        tuple((kept[one], came[pairs[one]]) for one in sorted(pairs)),
        tuple((kept[one], came[renamed[one]]) for one in sorted(renamed)),
        tuple(child for place, child in enumerate(kept) if place not in together),
        tuple(child for place, child in enumerate(came) if place not in order),
        order != sorted(order),
    )


def corresponding(recorded: etree._Element, answered: etree._Element) -> Iterator[Pair]:
    """Two elements, and all in them that correspond."""
    yield recorded, answered
    alignment = align(recorded, answered)
    for kept, came in alignment.pairs + alignment.renamed:
        yield from corresponding(kept, came)


def named(element: etree._Element) -> str:
    """An element's name with its prefix, or with its namespace where that is the default one."""
    name = etree.QName(element)
    if element.prefix:
        return f"{element.prefix}:{name.localname}"
    return f"{{{name.namespace}}}{name.localname}" if name.namespace else name.localname


def _of_one_name(
    name: str, kept: Sequence[etree._Element], came: Sequence[etree._Element]
) -> Iterator[tuple[int, int]]:
    """The places of those that correspond; where their number differs, equal ones are found first."""
    ones = [place for place, child in enumerate(kept) if named(child) == name]
    others = [place for place, child in enumerate(came) if named(child) == name]
    if len(ones) == len(others):
        yield from zip(ones, others, strict=True)
        return
    contents = [_content(kept[place]) for place in ones], [_content(came[place]) for place in others]
    for _, one, one_end, other, other_end in SequenceMatcher(None, *contents, autojunk=False).get_opcodes():
        yield from zip(ones[one:one_end], others[other:other_end], strict=False)


def _content(element: etree._Element) -> tuple[str, ...]:
    return tuple(stripped for text in element.itertext() if (stripped := str(text).strip()))


def _renamed(
    kept: Sequence[etree._Element], came: Sequence[etree._Element], pairs: Mapping[int, int]
) -> dict[int, int]:
    """The places of those whose name is gone, and of those that took their place under a name that is new."""
    kept_names, came_names = set(map(named, kept)), set(map(named, came))
    gone = [place for place, child in enumerate(kept) if named(child) not in came_names]
    new = [place for place, child in enumerate(came) if named(child) not in kept_names]
    paired_kept, paired_came = sorted(pairs), sorted(pairs.values())

    def same_local_name(one: int, other: int) -> bool:
        return etree.QName(kept[one]).localname == etree.QName(came[other]).localname

    def same_place(one: int, other: int) -> bool:
        before = bisect_left(paired_kept, one)
        return before == bisect_left(paired_came, other) and _alike(kept[one], came[other])

    found: dict[int, int] = {}
    rules: tuple[Callable[[int, int], bool], ...] = (same_local_name, same_place)
    for rule in rules:
        for one in gone:
            other = next((place for place in new if place not in found.values() and rule(one, place)), None)
            if one not in found and other is not None:
                found[one] = other
    return found


def _alike(one: etree._Element, other: etree._Element) -> bool:
    """Whether both have only a text, or children of which some have the same name."""
    names, others = ({etree.QName(child).localname for child in element} for element in (one, other))
    return not (names or others) or bool(names & others)
