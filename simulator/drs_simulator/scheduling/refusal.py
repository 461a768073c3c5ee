"""A refusal: DRS's own logic declines a request. It is never a SOAP fault."""

from __future__ import annotations


class Refusal(Exception):
    """DRS declines the request: ``status`` error with this ``errorMsg``, at HTTP 200. Nothing is changed."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)
