"""Reports as files, where the user asked for one."""

from __future__ import annotations

from pathlib import Path


class ReportFileError(Exception):
    """A report cannot be written where it should be; the message says why."""


def write_report(file: Path, content: bytes) -> None:
    """Write a report.

    Raises:
        ReportFileError: It cannot be written there.
    """
    try:
        file.write_bytes(content)
    except OSError as error:
        raise ReportFileError(f"{file} cannot be written: {error.strerror}.") from None
