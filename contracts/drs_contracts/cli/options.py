"""The options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

DEFAULT_PASSWORD = "drs"  # noqa: S105 - the simulator's documented default

Url: TypeAlias = Annotated[
    str | None, typer.Argument(help="Address of the DRS; not with --simulator.", metavar="URL", show_default=False)
]
InProcess: TypeAlias = Annotated[bool, typer.Option("--simulator", help="Use a simulator in this process.")]
Login: TypeAlias = Annotated[str, typer.Option(envvar="DRS_LOGIN", help="Login for openSession.")]
Password: TypeAlias = Annotated[
    str, typer.Option(envvar="DRS_PASSWORD", help="Password for openSession.", show_default=False)
]
AdminToken: TypeAlias = Annotated[
    str | None, typer.Option(envvar="DRS_ADMIN_TOKEN", help="Token for the simulator's admin API.", show_default=False)
]
Authorized: TypeAlias = Annotated[
    bool, typer.Option("--authorized", help="Confirm that you are authorized to test this non-local system.")
]
OldAuthorized: TypeAlias = Annotated[bool, typer.Option("--i-may-test-this-system", hidden=True)]
AllowWrites: TypeAlias = Annotated[
    bool, typer.Option("--allow-writes", help="Create orders and bookings in a non-local system, too.")
]
Json: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
JsonReport: TypeAlias = Annotated[Path | None, typer.Option("--json-report", help="Write a JSON report.")]
JunitReport: TypeAlias = Annotated[Path | None, typer.Option("--junit", help="Write a JUnit XML report.")]
HtmlReport: TypeAlias = Annotated[Path | None, typer.Option("--html", help="Write an HTML report.")]
