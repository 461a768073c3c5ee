"""The server's log: on standard error, a line an event, for people or for machines."""

from __future__ import annotations

import logging
import sys
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from structlog.types import Processor

LOGGER = "drs_simulator"


class LogFormat(StrEnum):
    """For whom the log is written."""

    CONSOLE = "console"
    JSON = "json"


class LogLevel(StrEnum):
    """What is worth a line: ``info`` has one for every exchange."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def set_up_logs(level: LogLevel, form: LogFormat) -> None:
    """Write what this package logs, from ``level`` on.

    Fields come with a record as ``extra={"fields": {…}}``. They are written as JSON, or escaped as JSON is, so that no
    caller can end a line and begin another.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_LateFormatter(form))
    logger = logging.getLogger(LOGGER)
    logger.handlers[:] = [handler]
    logger.setLevel(level.upper())
    logger.propagate = False


class _LateFormatter(logging.Formatter):
    """Has structlog write the record. That is imported with the first one: most servers have nothing to say."""

    def __init__(self, form: LogFormat) -> None:
        super().__init__()
        self._form = form
        self._formatter: logging.Formatter | None = None

    def format(self, record: logging.LogRecord) -> str:
        if self._formatter is None:
            self._formatter = _formatter(self._form)
        return self._formatter.format(record)


def _formatter(form: LogFormat) -> logging.Formatter:
    import structlog  # noqa: PLC0415 - see _LateFormatter

    def fields(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        told = getattr(event["_record"], "fields", {})
        return {**event, **told}

    before: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        fields,
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
    ]
    if form is LogFormat.JSON:
        written: list[Processor] = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    else:
        written = [
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(
                key_order=["timestamp", "level", "event"], drop_missing=True, repr_native_str=True
            ),
        ]
    return structlog.stdlib.ProcessorFormatter(processors=[*before, *written])
