"""The server's log on standard error: one line for each event, as text or JSON."""

from __future__ import annotations

import logging
import sys
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from structlog.types import Processor

LOGGER = "drs_simulator"


class LogFormat(StrEnum):
    """The format of the log: for people, or for machines."""

    CONSOLE = "console"
    JSON = "json"


class LogLevel(StrEnum):
    """The lowest level that is logged; ``info`` logs every exchange."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def set_up_logs(level: LogLevel, form: LogFormat) -> None:
    """Write this package's log, from ``level`` on, to standard error.

    A record has its fields in ``extra={"fields": {…}}``. They are written as JSON or escaped as in JSON, so that no
    caller can start a new line in the log.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_LazyFormatter(form))
    logger = logging.getLogger(LOGGER)
    logger.handlers[:] = [handler]
    logger.setLevel(level.upper())
    logger.propagate = False


class _LazyFormatter(logging.Formatter):
    """Formats records with structlog, which is imported with the first record: most servers log nothing."""

    def __init__(self, form: LogFormat) -> None:
        super().__init__()
        self._form = form
        self._formatter: logging.Formatter | None = None

    def format(self, record: logging.LogRecord) -> str:
        if self._formatter is None:
            self._formatter = _make_formatter(self._form)
        return self._formatter.format(record)


def _make_formatter(form: LogFormat) -> logging.Formatter:
    import structlog  # noqa: PLC0415 - see _LazyFormatter

    def add_fields(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        return {**event, **getattr(event["_record"], "fields", {})}

    common: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_fields,
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
    ]
    if form is LogFormat.JSON:
        rendering: list[Processor] = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    else:
        rendering = [
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(
                key_order=["timestamp", "level", "event"], drop_missing=True, repr_native_str=True
            ),
        ]
    return structlog.stdlib.ProcessorFormatter(processors=[*common, *rendering])
