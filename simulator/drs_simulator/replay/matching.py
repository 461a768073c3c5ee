"""Compares a request with a recorded one, apart from values that differ in every run."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

VOLATILE = frozenset({"login", "password", "sessionId", "tokenId"})
"""Elements whose values differ in every run, or are pseudonyms in a recording."""

_MAX_SHOWN = 60


@dataclass(frozen=True, slots=True)
class XmlNode:
    """An element of a request: its qualified name, its trimmed text and its child elements."""

    tag: str
    text: str
    children: tuple[XmlNode, ...]

    @property
    def name(self) -> str:
        """The local name."""
        return self.tag.rpartition("}")[2]


def to_node(element: etree._Element) -> XmlNode:
    """Make a value of an element. Text between child elements is only indentation."""
    children = tuple(map(to_node, element))
    return XmlNode(str(element.tag), "" if children else (element.text or "").strip(), children)


def mismatches(
    recorded: XmlNode, sent: XmlNode, redacted: Mapping[str, Collection[str]], path: str = ""
) -> Iterator[str]:
    """The mismatches of a request with a recorded one, each as a sentence without its full stop.

    Args:
        recorded: The recorded request, or a part of it.
        sent: The request that was sent, or the same part of it.
        redacted: The pseudonyms of each element; they are equal to every value except an empty one.
        path: The path of the parts.
    """
    here = f"{path}/{recorded.name}" if path else recorded.name
    if recorded.tag != sent.tag:
        yield f"{here} is in another namespace, or in none"
        return
    if recorded.text != sent.text and not _may_differ(recorded, sent, redacted):
        yield f"{here} is '{_shorten(sent.text)}', was '{_shorten(recorded.text)}'"
    # DRS accepts elements in any order; only the order of those with one name matters.
    for name in dict.fromkeys(child.name for child in recorded.children + sent.children):
        ones, others = ([child for child in each.children if child.name == name] for each in (recorded, sent))
        for one, other in zip(ones, others, strict=False):
            yield from mismatches(one, other, redacted, here)
        if len(ones) != len(others):
            yield f"{here}/{name} is there {_times(len(others))}, was there {_times(len(ones))}"


def _may_differ(recorded: XmlNode, sent: XmlNode, redacted: Mapping[str, Collection[str]]) -> bool:
    if recorded.name in VOLATILE:
        return True
    return bool(sent.text) and recorded.text in redacted.get(recorded.name, ())


def _times(number: int) -> str:
    return {0: "not at all", 1: "once"}.get(number, f"{number} times")


def _shorten(text: str) -> str:
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…"
