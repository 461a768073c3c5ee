"""The base of all errors about what a user has given: an option, a file, an address."""

from __future__ import annotations

from typing import ClassVar


class UnusableError(Exception):
    """Something that a user has given cannot be used. The message says in one line what is wrong and what to do."""

    exit_code: ClassVar[int] = 2
    """The exit code of a command that ends with this error."""
