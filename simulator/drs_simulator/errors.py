"""What cannot be used: the base of these errors, and pydantic's findings in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

if TYPE_CHECKING:
    from pydantic import ValidationError


class UnusableError(Exception):
    """Something that a user has given cannot be used; the message says what is wrong and what to do."""

    exit_code: ClassVar[int] = 2
    """The exit code of a command that ends with this error."""


class FieldProblem(NamedTuple):
    """One thing that is wrong with a table or a JSON object.

    Args:
        path: The keys and indexes that lead to the value; empty where the whole is wrong.
        message: What is wrong with it.
    """

    path: tuple[str | int, ...]
    message: str

    @property
    def key(self) -> str:
        """The path as it is written in messages: ``operatives[0].name``."""
        return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.path).lstrip(".")

    def __str__(self) -> str:
        return f"{self.key}: {self.message}" if self.path else self.message


def explain(error: ValidationError, tagged: str | None = None) -> list[FieldProblem]:
    """List what pydantic found, without the values that were sent.

    Args:
        error: What was raised.
        tagged: A key whose value is one of several kinds: pydantic puts the kind behind it, where no key is.
    """
    problems: list[FieldProblem] = []
    for detail in error.errors(include_url=False, include_context=False, include_input=False):
        path = detail["loc"]
        if tagged in path:
            behind = path.index(tagged) + 1
            path = (*path[:behind], *path[behind + 1 :])
        message = detail["msg"].removeprefix("Value error, ")
        if detail["type"] == "extra_forbidden":
            message = "is unknown; check its spelling"
        # What is wrong with the whole is a line for each problem, which names its key itself.
        lines = [message] if path else message.splitlines()
        problems.extend(FieldProblem(path, line) for line in lines)
    return problems
