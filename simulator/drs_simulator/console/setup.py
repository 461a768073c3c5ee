"""The page with settings and code for clients, to copy."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from drs_simulator.console.current import simulator

pages = Blueprint("setup", __name__)
_PLACEHOLDER = "YOUR-PASSWORD"


@pages.get("/setup")
def clients() -> str:
    """Show the addresses as this browser reaches them, and each client's configuration."""
    drs = simulator()
    return render_template(
        "setup.html",
        address=f"{request.root_url.rstrip('/')}{drs.path}",
        login=drs.login,
        password=drs.password if drs.has_default_password else _PLACEHOLDER,
        is_default=drs.has_default_password,
        profile=drs.profile,
    )
