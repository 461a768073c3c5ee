"""Sets up the log of a process that serves."""

from __future__ import annotations

from wsgiref.types import WSGIApplication

from drs_simulator.cli.serve_config import LogOptions
from drs_simulator.http.request_log import RequestIds
from drs_simulator.log_setup import LogLevel, set_up_logs


def with_logging(application: WSGIApplication, logs: LogOptions) -> WSGIApplication:
    """Set up the log; where exchanges are logged, give each request an id."""
    set_up_logs(logs.level, logs.format)
    return RequestIds(application) if logs.level in (LogLevel.DEBUG, LogLevel.INFO) else application
