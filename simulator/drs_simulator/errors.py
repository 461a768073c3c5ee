"""The base of all errors that say that something a user gave cannot be used."""

from __future__ import annotations


class UnusableError(Exception):
    """Something that was given cannot be used; the message says in one line what, and what to do."""
