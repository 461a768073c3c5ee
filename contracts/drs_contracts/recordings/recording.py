"""Recordings: exchanges stored as files, and how the answers of a DRS differ from the stored ones.

A recording is a folder with ``NN-operation.request.xml`` and ``NN-operation.response.xml`` pairs, and a
``recording.toml`` that says where they come from, which values are volatile and in which form, and which are
pseudonyms.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from drs_contracts.driver.targets import Target
from drs_contracts.errors import ContractsError
from drs_contracts.recordings.alignment import corresponding
from drs_contracts.recordings.drift import Difference, compare, unreadable_answer, value_of
from drs_contracts.xml import NotXmlError, parse_xml

_REQUEST = re.compile(r"(?P<number>\d+)-(?P<operation>\w+)\.request\.xml")


class RecordingError(ContractsError):
    """A recording cannot be used; the message names the file."""


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
        redacted: The pseudonyms that redaction put into each element. The real value is not known, so that any other
            in its place is no difference.
    """

    title: str
    source: str
    profile: str
    clock: str
    volatile: dict[str, re.Pattern[str]]
    exchanges: tuple[RecordedExchange, ...]
    redacted: Mapping[str, Collection[str]] = field(default_factory=dict)


def load_recording(folder: Path) -> Recording:
    """Read a recording.

    Raises:
        RecordingError: A file is missing or cannot be read.
    """
    path = folder / "recording.toml"
    try:
        about = tomllib.loads(path.read_text(encoding="utf-8"))
        volatile = {name: re.compile(form) for name, form in about["volatile"].items()}
        redacted = {name: frozenset(pseudonyms) for name, pseudonyms in about.get("redacted", {}).items()}
        title, source, profile, clock = (str(about[key]) for key in ("title", "source", "profile", "clock"))
    except OSError as error:
        raise RecordingError(f"{path} cannot be read: {error.strerror}. Give the folder of a recording.") from None
    except KeyError as missing:
        raise RecordingError(f"{path} cannot be read: it has no {missing}.") from None
    except (ValueError, AttributeError, TypeError, re.error) as error:
        raise RecordingError(f"{path} cannot be read: {error}") from None
    return Recording(title, source, profile, clock, volatile, tuple(read_exchanges(folder)), redacted)


def read_exchanges(folder: Path) -> Iterator[RecordedExchange]:
    """The exchanges of a folder, in order.

    Raises:
        RecordingError: A file is missing or cannot be read.
    """
    for path in sorted(folder.glob("*.request.xml"), key=_place):
        answer = path.with_name(path.name.replace(".request.", ".response."))
        if not answer.is_file():
            raise RecordingError(f"{path} has no answer beside it: {answer.name} is missing.")
        name = path.name.removesuffix(".request.xml")
        operation = name.partition("-")[2]
        yield RecordedExchange(name, operation, _xml(path), _xml(answer))


def _place(path: Path) -> int:
    """Where an exchange comes among the others: the tenth after the ninth, the hundredth after the ninety-ninth."""
    named = _REQUEST.fullmatch(path.name)
    if named is None:
        raise RecordingError(f"{path} is not named NN-operation.request.xml.")
    return int(named["number"])


def _xml(path: Path) -> bytes:
    """The bytes of a file, known to be XML.

    Raises:
        RecordingError: They are none, or cannot be read.
    """
    try:
        content = path.read_bytes()
        parse_xml(content)
    except OSError as error:
        raise RecordingError(f"{path} cannot be read: {error.strerror}.") from None
    except NotXmlError as error:
        raise RecordingError(f"{path} is not XML: {error}.") from None
    return content


def replay(recording: Recording, target: Target, session_id: str) -> dict[str, list[Difference]]:
    """Send every recorded request again, and list for each how the answer differs from the recorded one.

    Values that an earlier answer gave are put in the place of the recorded ones; a session that the recording does not
    open itself is ``session_id``. The target's own login is sent in the place of the redacted one.

    Raises:
        UnreachableError: The target cannot be reached.
    """
    known: dict[tuple[str, str], str] = {}
    found: dict[str, list[Difference]] = {}
    for exchange in recording.exchanges:
        sent = parse_xml(exchange.request)
        for element in sent.iter():
            name, text = str(element.tag), (element.text or "").strip()
            if name == "login":
                element.text = target.login
            elif name == "password":
                element.text = target.password
            elif name == "sessionId":
                element.text = known.get((name, text), session_id)
            elif text and (key := _key(name, text, recording)):
                element.text = known.get(key, text)
        reply = target.post(etree.tostring(sent, encoding="UTF-8"))
        recorded = parse_xml(exchange.response)
        try:
            answered = parse_xml(reply.body)
        except NotXmlError as error:
            found[exchange.name] = [unreadable_answer(str(recorded.tag), reply.body, str(error))]
            continue
        found[exchange.name] = list(compare(recorded, answered, recording.volatile, recording.redacted))
        known.update(_given(recorded, answered, recording))
    return found


def _given(
    recorded: etree._Element, answered: etree._Element, recording: Recording
) -> Iterator[tuple[tuple[str, str], str]]:
    """What stands in an answer where the recorded one has a volatile value or a pseudonym."""
    for kept, came in corresponding(recorded, answered):
        name, value = str(kept.tag), value_of(kept)
        key = _key(name, value, recording)
        if key and value and came.text:
            yield key, came.text


def _key(name: str, value: str, recording: Recording) -> tuple[str, str] | None:
    """What a recorded value is known by, if another may come in its place: a pseudonym in whatever element it is."""
    if name in recording.volatile:
        return name, value
    return ("", value) if value in recording.redacted.get(name, ()) else None
