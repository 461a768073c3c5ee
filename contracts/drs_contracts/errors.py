"""The errors of this package."""

from __future__ import annotations


class ClauseBroken(AssertionError):
    """A clause does not hold; the message says what was found instead."""
