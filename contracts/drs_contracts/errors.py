"""The errors of this package."""

from __future__ import annotations


class ClauseBroken(AssertionError):  # noqa: N818 - what is told is that, not an error of the program
    """A clause does not hold; the message says what was found instead."""
