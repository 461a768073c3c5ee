"""What the servers of this package have in common: they listen from a thread of the process that uses them."""

from __future__ import annotations

from werkzeug.serving import WSGIRequestHandler

STOP_WITHIN_SECONDS = 0.02


class QuietHandler(WSGIRequestHandler):
    """Answers, and leaves standard error to others."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        """Say nothing for every request."""
