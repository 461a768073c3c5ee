"""Drift: what has become different in an answer since it was recorded, as values with their kind and their place."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from lxml import etree

from drs_contracts.recordings.alignment import align, named

_NONE: Mapping[str, Collection[str]] = MappingProxyType({})
_INDEX = re.compile(r"\[\d+\]")
_MAX_SHOWN = 120
_EMPTY, _TEXT = "empty", "a text"
_FORMS = {
    "a boolean": re.compile(r"true|false"),
    "a whole number": re.compile(r"-?\d+", re.ASCII),
    "a decimal number": re.compile(r"-?\d+\.\d+", re.ASCII),
    "a date": re.compile(r"\d{4}-\d\d-\d\d", re.ASCII),
    "a time without offset": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?", re.ASCII),
    "a time with offset": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)", re.ASCII),
}
_TIMES = frozenset({"a date", "a time without offset", "a time with offset"})


class DifferenceKind(StrEnum):
    """What has become of an element or its value."""

    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    REORDERED = "reordered"
    TYPE = "type"
    VALUE = "value"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference between a recorded answer and the one of now.

    Args:
        kind: What has become of it.
        path: Where, as an XPath of local names; among several of one name with its number.
        was: What was recorded: a value, or names.
        is_: What is there now.
        text: Both in words.
    """

    kind: DifferenceKind
    path: str
    was: str
    is_: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}: {self.text}"

    @property
    def place(self) -> str:
        """The path without numbers, the same for each of several elements of one name."""
        return _INDEX.sub("", self.path)

    @property
    def concerns_the_form_of_a_time(self) -> bool:
        """Whether a time is none any more, or the same time is written in another way."""
        if type_of(self.was) not in _TIMES:
            return False
        return self.kind is DifferenceKind.TYPE or (
            self.kind is DifferenceKind.VALUE and _same_moment(self.was, self.is_)
        )


def type_of(value: str) -> str:
    """What a value is by its form, in words: ``a whole number``, ``a time with offset``, ``a text``."""
    if not value:
        return _EMPTY
    return next((name for name, form in _FORMS.items() if form.fullmatch(value)), _TEXT)


def unreadable_answer(was: str, body: bytes, why: str) -> Difference:
    """An answer that cannot be compared, because it is not XML."""
    begin = _shortened(body.decode("utf-8", "replace"))
    return Difference(DifferenceKind.UNREADABLE, "/", was, begin, f"the answer is not XML ({why}): {begin}")


def compare(
    recorded: etree._Element,
    answered: etree._Element,
    volatile: Mapping[str, re.Pattern[str]],
    redacted: Mapping[str, Collection[str]] = _NONE,
) -> Iterator[Difference]:
    """List how one element differs from another: names, prefixes, order, types and values of all that is in it.

    Args:
        recorded: What was recorded.
        answered: What was answered now.
        volatile: The elements whose values differ from run to run, and the form that they must have.
        redacted: The pseudonyms that redaction put into each element; any value but none may come in their place.
    """
    path = f"/{etree.QName(recorded).localname}"
    if named(recorded) != named(answered):
        yield _renamed(path, recorded, answered)
    if etree.QName(recorded).localname == etree.QName(answered).localname:
        yield from _Comparison(volatile, redacted).inside(recorded, answered, path)


@dataclass(frozen=True, slots=True)
class _Comparison:
    volatile: Mapping[str, re.Pattern[str]]
    redacted: Mapping[str, Collection[str]]

    def inside(self, recorded: etree._Element, answered: etree._Element, path: str) -> Iterator[Difference]:
        """The differences of two elements that stand for each other, their own names aside."""
        yield from self._of_values(recorded, answered, path)
        yield from _of_attributes(recorded, answered, path)
        alignment = align(recorded, answered)
        if alignment.reordered:
            was, is_ = (", ".join(dict.fromkeys(map(named, element))) for element in (recorded, answered))
            yield Difference(DifferenceKind.REORDERED, path, was, is_, f"has {is_}; had {was}")
        for child in alignment.removed:
            shown = _shown(child)
            yield Difference(DifferenceKind.REMOVED, path + _step(child), shown, "", f"is gone, was {shown}")
        for child in alignment.added:
            shown = _shown(child)
            yield Difference(DifferenceKind.ADDED, path + _step(child), "", shown, f"is new: {shown}")
        for kept, came in alignment.renamed:
            yield _renamed(path + _step(kept), kept, came)
        for kept, came in alignment.pairs + alignment.renamed:
            yield from self.inside(kept, came, path + _step(kept))

    def _of_values(self, recorded: etree._Element, answered: etree._Element, path: str) -> Iterator[Difference]:
        was, is_ = value_of(recorded), value_of(answered)
        form = self.volatile.get(str(recorded.tag))
        if form is not None and was:
            if not form.fullmatch(is_):
                yield Difference(DifferenceKind.TYPE, path, was, is_, f"'{is_}' has not the form {form.pattern}")
        elif was in self.redacted.get(etree.QName(recorded).localname, ()):
            if not is_:
                yield Difference(DifferenceKind.VALUE, path, was, is_, "is empty, was a redacted value")
        elif was != is_:
            yield _changed(path, was, is_)


def value_of(element: etree._Element) -> str:
    """The text of a leaf; what stands between elements is only there for the eye."""
    return "" if len(element) else (element.text or "").strip()


def _changed(path: str, was: str, is_: str) -> Difference:
    """A value that does not hold. Whatever is text, or was empty, may have any form without being of another type."""
    types = type_of(was), type_of(is_)
    if types[0] in (_EMPTY, _TEXT) or types[0] == types[1]:
        return Difference(DifferenceKind.VALUE, path, was, is_, f"is '{is_}', was '{was}'")
    now = types[1] if types[1] == _EMPTY else f"{types[1]}, '{is_}'"
    return Difference(DifferenceKind.TYPE, path, was, is_, f"is {now}; was {types[0]}, '{was}'")


def _renamed(path: str, recorded: etree._Element, answered: etree._Element) -> Difference:
    was, is_ = named(recorded), named(answered)
    return Difference(DifferenceKind.RENAMED, path, was, is_, f"is {is_}, was {was}")


def _of_attributes(recorded: etree._Element, answered: etree._Element, path: str) -> Iterator[Difference]:
    for name in sorted({*map(str, recorded.attrib), *map(str, answered.attrib)}):
        was, is_ = recorded.get(name), answered.get(name)
        here = f"{path}/@{etree.QName(name).localname}"
        if was is None:
            yield Difference(DifferenceKind.ADDED, here, "", is_ or "", f"is new: '{is_}'")
        elif is_ is None:
            yield Difference(DifferenceKind.REMOVED, here, was, "", f"is gone, was '{was}'")
        elif was != is_:
            yield _changed(here, was, is_)


def _step(element: etree._Element) -> str:
    """One step of a path, with a number among several of the same name."""
    name, tag = etree.QName(element).localname, str(element.tag)
    before = len(list(element.itersiblings(tag, preceding=True)))
    alone = not before and next(element.itersiblings(tag), None) is None
    return f"/{name}" if alone else f"/{name}[{before + 1}]"


def _shown(element: etree._Element) -> str:
    """An element's name, and the texts in it."""
    texts = _shortened(" ".join(str(text) for text in element.itertext()))
    return f"{named(element)} '{texts}'" if texts else named(element)


def _shortened(text: str) -> str:
    joined = " ".join(text.split())
    return joined if len(joined) <= _MAX_SHOWN else f"{joined[:_MAX_SHOWN]}…"


def _same_moment(one: str, other: str) -> bool:
    try:
        return datetime.fromisoformat(one) == datetime.fromisoformat(other)
    except ValueError:
        return False
