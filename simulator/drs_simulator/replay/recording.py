"""Reads recordings: folders of exchanges with a DRS. The page docs/recordings.md describes the format."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from drs_simulator.errors import UnusableError
from drs_simulator.profile.tables import GatewaySettings
from drs_simulator.soap.envelope import name_of, read_envelope
from drs_simulator.soap.soap_fault import SoapFault
from drs_simulator.xml import encoding_of, parse_xml

_DESCRIPTION = "recording.toml"
_REQUEST, _RESPONSE = ".request.xml", ".response.xml"
_NAME = re.compile(r"(\d+)-\w+", re.ASCII)
_SETTINGS = GatewaySettings(default_namespace_wrapper="accept", max_body_bytes=64 * 1024 * 1024)


class RecordingError(UnusableError):
    """A recording cannot be used; the message names the file and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class RecordedExchange:
    """A recorded request with its response.

    Args:
        name: Number and operation, ``03-checkAvailability``; the files are named after it.
        operation: The operation that the request asks for: the local name of the one element in its Body.
        request: The request as it was recorded: well-formed XML without a DOCTYPE, a SOAP envelope.
        response: The response as it was recorded: well-formed XML without a DOCTYPE.
    """

    name: str
    operation: str
    request: bytes
    response: bytes


@dataclass(frozen=True, slots=True)
class Recording:
    """A folder of exchanges.

    Args:
        title: What the recording is called.
        profile: The profile of a simulator that can answer alike.
        exchanges: The exchanges in the order of their numbers; at least one.
        source: Where the recording comes from, with its grade of evidence; empty if it does not say.
        clock: The clock of a simulator that can answer alike, as ``Clock.parse`` reads it.
        volatile: The elements whose values differ from run to run, with the form of these values.
        redacted: The elements in which real values were replaced, with their pseudonyms. Any other value may be in
            the place of a pseudonym.
    """

    title: str
    profile: str
    exchanges: tuple[RecordedExchange, ...]
    source: str = ""
    clock: str = "system"
    volatile: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    redacted: Mapping[str, Collection[str]] = field(default_factory=dict)


def load_recording(folder: str | Path) -> Recording:
    """Read a recording.

    ::

        recording = load_recording("recordings/lincoln-2021")
        print(recording.title, [exchange.operation for exchange in recording.exchanges])

    Raises:
        RecordingError: A file is missing or cannot be read, or there is no exchange.
    """
    folder = Path(folder)
    description = folder / _DESCRIPTION
    try:
        about = tomllib.loads(description.read_text(encoding="utf-8"))
        title, profile = str(about["title"]), str(about["profile"])
        source, clock = str(about.get("source", "")), str(about.get("clock", "system"))
        volatile = {name: re.compile(form) for name, form in about.get("volatile", {}).items()}
        redacted = {name: frozenset(pseudonyms) for name, pseudonyms in about.get("redacted", {}).items()}
    except OSError as error:
        raise RecordingError(f"{description} cannot be read: {error.strerror}.") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, AttributeError, TypeError, re.error) as error:
        raise RecordingError(f"{description} cannot be read: {error}.") from None
    except KeyError as error:
        raise RecordingError(f"{description} lacks {error}.") from None
    exchanges = tuple(_read_exchange(folder, name) for name in _find_names(folder))
    if not exchanges:
        raise RecordingError(f"{folder} has no exchanges.")
    return Recording(title, profile, exchanges, source, clock, volatile, redacted)


def _find_names(folder: Path) -> Iterator[str]:
    """The names of the exchanges by their numbers: 10 comes after 9."""
    numbered = []
    for path in folder.glob(f"*{_REQUEST}"):
        name = path.name.removesuffix(_REQUEST)
        parts = _NAME.fullmatch(name)
        if parts is None:
            raise RecordingError(f"{path} is not named NN-operation{_REQUEST}.")
        numbered.append((int(parts[1]), name))
    yield from (name for _, name in sorted(numbered))


def _read_exchange(folder: Path, name: str) -> RecordedExchange:
    path = folder / f"{name}{_REQUEST}"
    request = _read_bytes(path)
    try:
        wrapper = read_envelope(request, encoding_of(request), _SETTINGS)
    except SoapFault as problem:
        why = " ".join(problem.text.split())
        raise RecordingError(f"{path} is not a SOAP request, so take it out with its answer: {why}") from None
    return RecordedExchange(name, name_of(wrapper)[1], request, _read_xml(folder / f"{name}{_RESPONSE}"))


def _read_xml(path: Path) -> bytes:
    content = _read_bytes(path)
    try:
        root = parse_xml(content)
    except etree.XMLSyntaxError as error:
        raise RecordingError(f"{path} is not XML: {error.msg}.") from None
    if root.getroottree().docinfo.doctype:
        raise RecordingError(f"{path} has a DOCTYPE, which no SOAP message may have. Take it out.")
    return content


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RecordingError(f"{path} cannot be read: {error.strerror}.") from None
