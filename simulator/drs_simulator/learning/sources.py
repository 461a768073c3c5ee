"""Reads what a profile can be learnt from: a recording, a folder of recordings, a HAR file, or a journal's export."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from lxml import etree
from werkzeug.http import parse_options_header

from drs_simulator.learning.exchanges import LearnError, SeenExchange, SeenTraffic
from drs_simulator.profile.tables import GatewaySettings
from drs_simulator.replay.http_archive import ArchivedCall, read_archive
from drs_simulator.replay.recording import Recording, load_recording
from drs_simulator.soap.envelope import SOAP_1_1, UnknownCharsetError, name_of, read_envelope
from drs_simulator.soap.interface import OPERATIONS
from drs_simulator.soap.soap_fault import SoapFault
from drs_simulator.version import DISTRIBUTION
from drs_simulator.xml import encoding_of, parse_xml

_DESCRIPTION = "recording.toml"
_SIMULATED = "simulated"
_INSTANCE = re.compile(r"/OTWebServiceGateway_(?P<instance>[A-Za-z0-9_-]+)/ws/soap")
_ADDRESS = re.compile(r"https?://[^\s,]+")
_Named = tuple[str, Recording]
_BODY, _FAULT = f"{{{SOAP_1_1}}}Body", f"{{{SOAP_1_1}}}Fault"
# Whatever DRS has answered can be read here.
_LENIENT = GatewaySettings(default_namespace_wrapper="accept", max_body_bytes=64 * 1024 * 1024)


def read_source(source: Path, host: str | None = None) -> SeenTraffic:
    """Read the exchanges of a source.

    Args:
        source: A recording's folder, a folder of such folders, or a HAR file.
        host: Which installation of a HAR file is meant, as ``HOST`` or ``HOST/INSTANCE``; ``None`` for the only one.

    Raises:
        LearnError: There is nothing to learn from, or there are several installations.
        RecordingError: A recording cannot be used.
        ArchiveError: The file is not a HAR file.
    """
    if not source.is_dir():
        return _read_har(source, host)
    folders = sorted(each.parent for each in source.glob(f"*/{_DESCRIPTION}"))
    if (source / _DESCRIPTION).is_file() or not folders:
        folders = [source]
    recordings = [(folder.resolve().name, load_recording(folder)) for folder in folders]
    by_installation: dict[str, list[_Named]] = {}
    for each in recordings:
        found = _ADDRESS.search(each[1].source)
        by_installation.setdefault(_installation_of(found[0]) if found else "", []).append(each)
    # A recording that was written by hand does not say where it is from.
    unnamed = by_installation.pop("", [])
    if not by_installation:
        if host is not None:
            raise LearnError(f"{source} does not say which host answered. Leave out --host.")
        return _join(unnamed, "")
    name = _choose_installation(by_installation, source, host)
    chosen = by_installation[name]
    return _join([each for each in recordings if each in chosen or (host is None and each in unnamed)], name)


def _join(recordings: list[_Named], installation: str) -> SeenTraffic:
    names = [name for name, _ in recordings]
    sources = {recording.source.partition(":")[0].strip() for _, recording in recordings}
    alone = len(recordings) == 1
    return SeenTraffic(
        f"recording {names[0]}" if alone else f"recordings {', '.join(names)}",
        recordings[0][1].title if alone else f"{len(recordings)} recordings",
        tuple(
            _read_exchange(
                f"exchange {each.name}" if alone else f"exchange {name}/{each.name}",
                each.request,
                each.response,
                encoding_of(each.request),
            )
            for name, recording in recordings
            for each in recording.exchanges
        ),
        is_simulated=_SIMULATED in sources,
        instance=installation.partition("/")[2],
        pseudonyms=frozenset(
            text for _, recording in recordings for texts in recording.redacted.values() for text in texts
        ),
    )


def _read_har(file: Path, host: str | None) -> SeenTraffic:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise LearnError(
            f"{file} cannot be read: {error.strerror}. Give a recording's folder, a HAR file or a journal's export."
        ) from None
    archive = read_archive(content, str(file))
    if not archive.calls:
        raise LearnError(f"{file} has no calls to DRS among its {archive.entries} entries.")
    by_installation: dict[str, list[ArchivedCall]] = {}
    for call in archive.calls:
        by_installation.setdefault(_installation_of(call.url), []).append(call)
    name = _choose_installation(by_installation, file, host)
    calls = by_installation[name]
    complete = [each for each in calls if each.is_complete and each.response]
    if not complete:
        raise LearnError(
            f"{file} has {len(calls)} calls to DRS, but not their bodies. Save it again with its content: "
            "browsers call this 'HAR with content'."
        )
    return SeenTraffic(
        f"recording {file.name}",
        file.name,
        tuple(
            _read_exchange(f"exchange {each.number}", each.request, each.response, _charset_of(each))
            for each in complete
        ),
        is_simulated=archive.creator == DISTRIBUTION,
        instance=name.partition("/")[2],
        passed_over=len(calls) - len(complete),
    )


def _choose_installation(names: Iterable[str], source: Path, host: str | None) -> str:
    """The one installation of a source, or the chosen one.

    Raises:
        LearnError: There are several, or the chosen one is not there.
    """
    known = list(names)
    told = ", ".join(known)
    if host is None:
        if len(known) > 1:
            raise LearnError(f"{source} has calls to {len(known)} installations. Choose with --host one of: {told}.")
        return known[0]
    wanted = host.rstrip("/").lower()
    chosen = [name for name in known if wanted in (name.lower(), name.partition("/")[0].lower())]
    if not chosen:
        raise LearnError(f"{source} has no calls to {host}. It has calls to: {told}.")
    if len(chosen) > 1:
        raise LearnError(
            f"{source} has {len(chosen)} installations at {host}. Choose with --host: {', '.join(chosen)}."
        )
    return chosen[0]


def _installation_of(url: str) -> str:
    """The host and the instance of an address, ``HOST/INSTANCE``."""
    parts = urlsplit(url)
    found = _INSTANCE.search(parts.path)
    # A login in the address is not part of the host.
    host = parts.netloc.rpartition("@")[2]
    return f"{host}/{found['instance']}" if found else host


def _charset_of(call: ArchivedCall) -> str | None:
    return parse_options_header(call.content_type)[1].get("charset", "").strip("\"'") or None


def _read_exchange(name: str, request: bytes, response: bytes, charset: str | None) -> SeenExchange:
    try:
        wrapper: etree._Element | None = read_envelope(request, charset or encoding_of(request), _LENIENT)
    except (SoapFault, UnknownCharsetError):
        wrapper = None
    operation = "" if wrapper is None else name_of(wrapper)[1]
    if operation not in OPERATIONS:
        operation, wrapper = "", None
    answer, fault = _read_response(response)
    return SeenExchange(name, operation, _members_of(wrapper), answer, fault, request, charset)


def _read_response(response: bytes) -> tuple[etree._Element | None, str | None]:
    """The members of a response, or the text of its fault; neither if it is not SOAP."""
    try:
        root = parse_xml(response)
    except etree.XMLSyntaxError:
        return None, None
    if root.getroottree().docinfo.doctype:
        return None, None
    fault = root.find(f"{_BODY}/{_FAULT}")
    if fault is not None:
        return None, (fault.findtext("faultstring") or "").strip()
    body = root.find(_BODY)
    return (None if body is None or not len(body) else _members_of(body[0])), None


def _members_of(wrapper: etree._Element | None) -> etree._Element | None:
    """The one element in a wrapper, with the names in it reduced to local ones."""
    if wrapper is None:
        return None
    members = wrapper[0] if len(wrapper) else wrapper
    for element in members.iter("{*}*"):
        element.tag = etree.QName(element).localname
    return members
