"""The command and the group that all commands are made of: their help shows ``--help`` as a plain flag."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand, TyperGroup


class PlainCommand(TyperCommand):
    """A command whose help shows ``--help`` without a type.

    Typer prints the type of every option that has no metavar, flags included. The commands give their own flags an
    empty one; this one is Typer's.
    """

    def get_help_option(self, ctx: Any) -> Any:
        """Return the option, with an empty metavar."""
        return _without_type(super().get_help_option(ctx))


class PlainGroup(TyperGroup):
    """A group whose help shows ``--help`` without a type (see ``PlainCommand``)."""

    def get_help_option(self, ctx: Any) -> Any:
        """Return the option, with an empty metavar."""
        return _without_type(super().get_help_option(ctx))


def _without_type(option: Any) -> Any:
    if option is not None:
        option.metavar = ""
    return option
