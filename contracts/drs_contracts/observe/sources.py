"""Reads a caller's traffic from a folder of recorded exchanges, a HAR file, or a simulator's journal.

Browsers and debugging proxies save HTTP traffic as HAR. Entries that are no calls to DRS are passed over. A body that
the file does not have, or has damaged, is not held against the caller.

::

    TrafficError
    ├── HarError            the file is not a HAR file, or one of its calls to DRS cannot be read
    └── NoCallsError        there is nothing to observe
"""

from __future__ import annotations

import json
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path

from drs_simulator import AdminClient, AdminError, ArchivedCall, ArchiveError, read_archive

from drs_contracts.driver.messages import Reply
from drs_contracts.errors import ContractsError
from drs_contracts.recordings.recording import RecordedExchange, read_exchanges
from drs_contracts.traffic.calls import Call, Traffic


class TrafficError(ContractsError):
    """The traffic cannot be read."""


class HarError(TrafficError):
    """The file is not a HAR file, or one of its calls to DRS cannot be read."""


class NoCallsError(TrafficError):
    """There are no calls to DRS."""


def read_traffic(source: Path) -> Traffic:
    """Read a folder of recorded exchanges, or a HAR file.

    Raises:
        RecordingError: A file of the folder is missing or cannot be read.
        HarError: The file is not a HAR file.
        NoCallsError: There are no calls in it.
    """
    return read_folder(source) if source.is_dir() else read_har(source)


def read_folder(folder: Path) -> Traffic:
    """Read a folder with ``NN-operation.request.xml`` and ``NN-operation.response.xml`` pairs.

    A recording keeps neither times nor HTTP status: a fault counts as 500, all else as 200.

    Raises:
        RecordingError: A file is missing or cannot be read.
        NoCallsError: There are no such files.
    """
    calls = tuple(_make_call(each) for each in read_exchanges(folder))
    if not calls:
        raise NoCallsError(f"{folder} has no recorded exchanges.", "They are named NN-operation.request.xml.")
    return Traffic(str(folder), calls)


def _make_call(exchange: RecordedExchange) -> Call:
    call = Call(exchange.name, exchange.request, Reply(HTTPStatus.OK, "", exchange.response))
    if call.fault is None:
        return call
    return replace(call, reply=replace(call.reply, status=HTTPStatus.INTERNAL_SERVER_ERROR))


def read_har(file: Path) -> Traffic:
    """Read the calls to DRS from a HAR file, in the order of their times.

    Raises:
        HarError: The file cannot be read, or is not a HAR file.
        NoCallsError: It has no calls to DRS.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise HarError(f"{file} cannot be read: {error.strerror}.") from None
    return har_traffic(content, str(file))


def read_journal(address: str, token: str | None = None) -> Traffic:
    """Read the calls from a running simulator's journal, through its admin interface.

    Raises:
        TrafficError: The admin interface does not answer, or its journal is empty.
    """
    try:
        with AdminClient(address, token) as admin:
            journal = admin.journal.as_har()
    except AdminError as error:
        raise TrafficError(f"The journal at {address} cannot be read: {error}") from None
    return har_traffic(json.dumps(journal).encode(), address)


def har_traffic(content: bytes, file: str) -> Traffic:
    """Read the calls of an HTTP archive.

    Args:
        content: The archive.
        file: What it is called where something is wrong with it.

    Raises:
        HarError: It is none.
        NoCallsError: No call in it is for DRS.
    """
    try:
        archive = read_archive(content, file)
    except ArchiveError as error:
        raise HarError(str(error)) from None
    if not archive.calls:
        raise NoCallsError(f"{file} has no calls to DRS among its {archive.entries} entries.")
    return Traffic(file, tuple(map(_make_archived_call, archive.calls)))


def _make_archived_call(archived: ArchivedCall) -> Call:
    return Call(
        f"entry {archived.number}",
        archived.request,
        # A simulator's journal has the answer that its caller never received.
        Reply(archived.status, archived.response_type, archived.response if archived.status else b""),
        archived.content_type,
        archived.started,
        archived.seconds,
        is_complete=archived.is_complete,
    )
