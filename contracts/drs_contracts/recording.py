"""Recordings: exchanges kept as files, and how an answer differs from the one that was kept.

A recording is a folder with ``NN-operation.request.xml`` and ``NN-operation.response.xml`` pairs, and a
``recording.toml`` that says where they come from, which values are volatile and in which form.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from drs_contracts.target import Target

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
_REQUEST = re.compile(r"(?P<number>\d+)-(?P<operation>\w+)\.request\.xml")


class RecordingError(Exception):
    """A recording cannot be used; the message says which file is amiss."""


@dataclass(frozen=True, slots=True)
class RecordedExchange:
    """One exchange as it was kept."""

    name: str
    operation: str
    request: bytes
    response: bytes


@dataclass(frozen=True, slots=True)
class Recording:
    """A folder of exchanges.

    Args:
        title: What it is called.
        source: Where it comes from, with its grade.
        profile: The profile of a simulator that can answer alike.
        clock: The clock to set that simulator to.
        volatile: The elements whose values differ from run to run, and the form of those values.
        exchanges: The exchanges, in order.
    """

    title: str
    source: str
    profile: str
    clock: str
    volatile: dict[str, re.Pattern[str]]
    exchanges: tuple[RecordedExchange, ...]


def load_recording(folder: Path) -> Recording:
    """Read a recording.

    Raises:
        RecordingError: A file is missing or cannot be read.
    """
    try:
        about = tomllib.loads((folder / "recording.toml").read_text(encoding="utf-8"))
        volatile = {name: re.compile(form) for name, form in about["volatile"].items()}
        title, source, profile, clock = (str(about[key]) for key in ("title", "source", "profile", "clock"))
    except (OSError, tomllib.TOMLDecodeError, KeyError, re.error) as error:
        raise RecordingError(f"{folder / 'recording.toml'} cannot be read: {error!r}") from None
    return Recording(title, source, profile, clock, volatile, tuple(_exchanges(folder)))


def _exchanges(folder: Path) -> Iterator[RecordedExchange]:
    for path in sorted(folder.glob("*.request.xml")):
        named = _REQUEST.fullmatch(path.name)
        if named is None:
            raise RecordingError(f"{path} is not named NN-operation.request.xml.")
        answer = path.with_name(path.name.replace(".request.", ".response."))
        if not answer.is_file():
            raise RecordingError(f"{path} has no answer beside it: {answer.name} is missing.")
        name = path.name.removesuffix(".request.xml")
        yield RecordedExchange(name, named["operation"], path.read_bytes(), answer.read_bytes())


def replay(recording: Recording, target: Target, session_id: str) -> dict[str, list[str]]:
    """Send every recorded request anew, and say for each how the answer differs from the recorded one.

    Values that an earlier answer gave are put in the place of the recorded ones; a session that the recording does not
    open itself is ``session_id``. The target's own login is sent in the place of the redacted one.

    Raises:
        UnreachableError: The target cannot be reached.
    """
    known: dict[tuple[str, str], str] = {}
    found = {}
    for exchange in recording.exchanges:
        sent = etree.fromstring(exchange.request, _PARSER)
        for element in sent.iter():
            name, text = str(element.tag), (element.text or "").strip()
            if name == "login":
                element.text = target.login
            elif name == "password":
                element.text = target.password
            elif name == "sessionId":
                element.text = known.get((name, text), session_id)
            elif name in recording.volatile and text:
                element.text = known.get((name, text), text)
        reply = target.post(etree.tostring(sent, encoding="UTF-8"))
        recorded = etree.fromstring(exchange.response, _PARSER)
        try:
            answered = etree.fromstring(reply.body, _PARSER)
        except etree.XMLSyntaxError as error:
            found[exchange.name] = [f"the answer is no XML: {error.msg}"]
            continue
        found[exchange.name] = list(differences(recorded, answered, recording.volatile))
        known.update(_given(recorded, answered, recording.volatile))
    return found


def _given(
    recorded: etree._Element, answered: etree._Element, volatile: dict[str, re.Pattern[str]]
) -> Iterator[tuple[tuple[str, str], str]]:
    """What stands in an answer where the recorded one has a volatile value."""
    for kept, came in zip(recorded.iter(), answered.iter(), strict=False):
        if kept.tag in volatile and kept.text and came.text:
            yield (str(kept.tag), kept.text), came.text


def differences(
    recorded: etree._Element, answered: etree._Element, volatile: dict[str, re.Pattern[str]], path: str = ""
) -> Iterator[str]:
    """How one element differs from another, with the path to each difference: names, prefixes, order, values."""
    here = f"{path}/{etree.QName(recorded).localname}"
    if (recorded.tag, recorded.prefix) != (answered.tag, answered.prefix):
        yield f"{here}: is {_named(answered)}, was {_named(recorded)}"
        return
    kept, came = _value(recorded), _value(answered)
    form = volatile.get(str(recorded.tag))
    if form is not None and kept:
        if not form.fullmatch(came):
            yield f"{here}: '{came}' has not the form {form.pattern}"
    elif kept != came:
        yield f"{here}: is '{came}', was '{kept}'"
    names = [[_named(child) for child in element] for element in (recorded, answered)]
    if names[0] != names[1]:
        yield f"{here}: has {', '.join(names[1]) or 'nothing'}; had {', '.join(names[0]) or 'nothing'}"
        return
    for kept_child, came_child in zip(recorded, answered, strict=True):
        yield from differences(kept_child, came_child, volatile, here)


def _named(element: etree._Element) -> str:
    name = etree.QName(element)
    return f"{element.prefix}:{name.localname}" if element.prefix else name.localname


def _value(element: etree._Element) -> str:
    """The text of a leaf; what stands between elements is only there for the eye."""
    return "" if len(element) else (element.text or "").strip()
