"""Reads a folder of recorded exchanges; docs/recordings.md describes the format."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from drs_simulator.errors import UnusableError
from drs_simulator.profile.model import GatewaySettings
from drs_simulator.replay.matching import XmlNode, to_node
from drs_simulator.soap.envelope import SOAP_1_1, read_envelope
from drs_simulator.soap.soap_fault import SoapFault
from drs_simulator.xml import encoding_of, parse_xml

_REQUEST = re.compile(r"(\d+)-\w+\.request\.xml", re.ASCII)
_SETTINGS = GatewaySettings(default_namespace_wrapper="accept", max_body_bytes=64 * 1024 * 1024)


class RecordingFolderError(UnusableError):
    """A folder cannot be served from; the message names the file and says what is amiss."""


@dataclass(frozen=True, slots=True)
class RecordedExchange:
    """A recorded request and what was answered.

    Args:
        name: Number and operation, ``03-checkAvailability``.
        message: The request's one element in the Body, whose name is the operation.
        response: The answer as it was recorded.
        session_id: The session that the answer gives; empty where it gives none.
        is_fault: Whether the answer is a SOAP fault.
    """

    name: str
    message: XmlNode
    response: bytes
    session_id: str
    is_fault: bool


@dataclass(frozen=True, slots=True)
class RecordingFolder:
    """A recording.

    Args:
        title: What it is called.
        profile: The profile of the installation that it was recorded from.
        redacted: The stand-ins that redaction put into each element.
        exchanges: The exchanges by their numbers; at least one.
    """

    title: str
    profile: str
    redacted: Mapping[str, Collection[str]]
    exchanges: tuple[RecordedExchange, ...]


def read_recording(folder: Path) -> RecordingFolder:
    """Read a folder of recorded exchanges.

    Raises:
        RecordingFolderError: A file is missing or cannot be read, or there is no exchange.
    """
    description = folder / "recording.toml"
    try:
        about = tomllib.loads(description.read_text(encoding="utf-8"))
        redacted = {name: frozenset(stand_ins) for name, stand_ins in about.get("redacted", {}).items()}
        title, profile = str(about["title"]), str(about["profile"])
    except OSError as error:
        raise RecordingFolderError(f"{description} cannot be read: {error.strerror}.") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, AttributeError, TypeError) as error:
        raise RecordingFolderError(f"{description} cannot be read: {error}.") from None
    except KeyError as error:
        raise RecordingFolderError(f"{description} lacks {error}.") from None
    exchanges = tuple(map(_exchange, _requests(folder)))
    if not exchanges:
        raise RecordingFolderError(f"{folder} has no exchanges.")
    return RecordingFolder(title, profile, redacted, exchanges)


def _requests(folder: Path) -> Iterator[Path]:
    """The files of requests in the order of their numbers: the tenth after the ninth."""
    numbered = []
    for path in folder.glob("*.request.xml"):
        named = _REQUEST.fullmatch(path.name)
        if named is None:
            raise RecordingFolderError(f"{path} is not named NN-operation.request.xml.")
        numbered.append((int(named[1]), path))
    yield from (path for _, path in sorted(numbered))


def _exchange(path: Path) -> RecordedExchange:
    answer = path.with_name(path.name.replace(".request.", ".response."))
    request = _bytes(path)
    try:
        wrapper = read_envelope(request, encoding_of(request), _SETTINGS)
    except SoapFault as problem:
        why = " ".join(problem.text.split())
        raise RecordingFolderError(f"{path} is no SOAP request, so take it out with its answer: {why}") from None
    response = _bytes(answer)
    try:
        envelope = parse_xml(response)
    except etree.XMLSyntaxError as error:
        raise RecordingFolderError(f"{answer} is no XML: {error.msg}.") from None
    return RecordedExchange(
        path.name.removesuffix(".request.xml"),
        to_node(wrapper),
        response,
        envelope.findtext(".//sessionId") or "",
        envelope.find(f"{{{SOAP_1_1}}}Body/{{{SOAP_1_1}}}Fault") is not None,
    )


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RecordingFolderError(f"{path} cannot be read: {error.strerror}.") from None
