"""What may be said of a database's failure."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError


def first_line(error: Exception) -> str:
    """Return what the driver says, in one line: the others may contain personal data."""
    return str(error.orig if isinstance(error, DBAPIError) else error).strip().partition("\n")[0]
