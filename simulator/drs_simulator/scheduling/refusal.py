"""How the scheduler says no: what DRS's own logic declines is a refusal, never a fault."""

from __future__ import annotations


class Refusal(Exception):
    """DRS declines the request: ``status`` error with this ``errorMsg``, at HTTP 200. Nothing was changed."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)
