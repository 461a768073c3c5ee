"""Options from environment variables: ``--port`` is ``DRS_PORT``, and so on."""

from __future__ import annotations

import os
import re
from collections.abc import MutableMapping
from typing import Any

import typer

from drs_simulator.cli.commands import PlainCommand

PREFIX = "DRS"
"""The prefix of every variable's name."""
_SERVICE_ADDRESS = re.compile(r"(tcp|udp|sctp)://\S+", re.ASCII | re.IGNORECASE)


def remove_service_variables(environment: MutableMapping[str, str]) -> list[str]:
    """Remove the variables that Kubernetes sets for a service named ``drs`` and that look like options.

    ``DRS_PORT=tcp://10.96.12.7:8080`` is the address of that service; it is not meant for this command.

    Returns:
        A line for each variable that was removed.
    """
    found = {
        name: value
        for name, value in environment.items()
        if name.startswith(f"{PREFIX}_") and _SERVICE_ADDRESS.fullmatch(value)
    }
    for name in found:
        del environment[name]
    return [
        f"{name}={value} is ignored: it is the address of a service, set by Kubernetes."
        for name, value in found.items()
    ]


class EnvironmentCommand(PlainCommand):
    """A command whose errors name the environment variable that a wrong value comes from."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the arguments and the variables.

        Raises:
            typer.BadParameter: A value is wrong.
        """
        try:
            return super().parse_args(ctx, args)
        except typer.BadParameter as error:
            name = "" if error.param is None else error.param.name or ""
            source = ctx.get_parameter_source(name) if name else None
            if source is not None and source.name == "ENVIRONMENT":
                variable = f"{PREFIX}_{name.upper()}"
                error.param_hint = f"the environment variable {variable}={os.environ.get(variable, '')}"
            raise
